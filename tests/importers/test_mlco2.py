"""Sentences of the ML CO2 Impact calculator."""

import pytest

from importers.sources import MLCO2, records, rejected

PLAIN = (
    "Experiments were conducted using a private infrastructure, which has a carbon efficiency of "
    "0.432 kgCO2eq/kWh. A cumulative of 500 hours of computation was performed on hardware of type "
    "{} (TDP of 300W). Total emissions are estimated to be {} of which 0 percents were directly "
    "offset."
)


def test_a_latex_snippet_is_read():
    # 100 h x 0.3 kW x 270 g = 8.1 kg.
    (run,) = records("mlco2", MLCO2)
    assert (run.emissions_g, run.at_line) == (8100.0, 5)
    assert run.place["region"] == "gcp/europe-west1"
    assert run.hardware["device_hours"] == 100.0
    assert run.hardware["accelerator"] == "NVIDIA V100 SXM2 32GB"
    assert [(each.quantity, each.raw) for each in run.reported] == [
        ("emissions", "8.1"),
        ("hours", "100"),
        ("intensity", "0.27"),
        ("offset", "100"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        PLAIN.format("Tesla V100-SXM2-32GB", "64.8 kgCO2eq"),
        PLAIN.format("<b>Tesla V100-SXM2-32GB</b>", "64.8 kgCO<sub>2</sub>eq"),
        PLAIN.format("**Tesla V100-SXM2-32GB**", "**64.8** kg CO2eq").replace("A cum", "a cum"),
        PLAIN.format("Tesla V100-SXM2-32GB", r"\textbf{64.8} kgCO$_2$eq"),
    ],
    ids=["plain", "HTML", "Markdown", "LaTeX"],
)
def test_the_sentences_are_read_in_any_dress(text):
    (run,) = records("mlco2", text)
    assert (run.emissions_g, run.hardware["device_hours"]) == (64_800.0, 500.0)
    assert run.hardware["accelerator"] == "NVIDIA V100 SXM2 32GB"


def test_a_sentence_without_its_unit_means_kilograms_and_that_is_said():
    (run,) = records("mlco2", PLAIN.format("Tesla T4", "64.8 CO2eq"))
    assert (run.emissions_g, run.doubts[0].code) == (64_800.0, "unit")


def test_the_older_sentence_is_read():
    text = (
        "Experiments were conducted using Microsoft Azure in region eastus. A cumulative of 1,344 "
        "hours of computation was performed on hardware of type A100 PCIe 40/80GB.\n\nThis emitted "
        "a total of approximately 150 kg CO2eq of which 0 kg CO2eq were directly offset."
    )
    (run,) = records("mlco2", text)
    assert (run.emissions_g, run.hardware["device_hours"]) == (150_000.0, 1344.0)
    assert run.place["region"] == "azure/eastus"


def test_two_sets_of_sentences_are_two_records():
    text = PLAIN.format("Tesla T4", "1 kgCO2eq") + "\n\n" + PLAIN.format("Tesla T4", "2 kgCO2eq")
    assert [run.emissions_g for run in records("mlco2", text)] == [1000.0, 2000.0]


def test_a_text_of_nothing_but_beginnings_is_read_in_a_moment():
    assert rejected("mlco2", "A cumulative of\n" * 50_000) == []


def test_sentences_without_emissions_are_rejected():
    (row,) = rejected("mlco2", "A cumulative of 5 hours of computation was performed on a T4.")
    assert row.reason.startswith("no emissions are said")


def test_a_comma_may_be_the_point_of_the_figure():
    (run,) = records("mlco2", PLAIN.format("Tesla T4", "0,75 kgCO2eq"))
    assert run.emissions_g == 750.0


def test_hours_may_be_said_in_days_first():
    text = PLAIN.format("Tesla T4", "64.8 kgCO2eq").replace("500 hours", "20 days, or 480 hours,")
    (run,) = records("mlco2", text.replace("was performed", "was mainly performed"))
    assert (run.hardware["device_hours"], run.hardware["accelerator"]) == (480.0, "NVIDIA T4")


def test_people_write_the_sentence_anew():
    text = (
        "We used Google Cloud Platform (GCP) in the region us-central1, which has a carbon "
        "efficiency of 0.57 kg CO2/kWh. A cumulative of 30 GPU-hours of computation was performed "
        "on Tesla V100 GPUs. Total emissions are estimated to be 5.13 kg of CO2."
    )
    (run,) = records("mlco2", text)
    assert (run.emissions_g, run.place["region"]) == (5130.0, "gcp/us-central1")
    assert run.hardware["accelerator"] == "NVIDIA V100 SXM2 16GB"


def test_hours_of_other_hardware_beside_the_first_are_said():
    text = PLAIN.format("Tesla T4", "1 kgCO2eq").replace(
        " (TDP of 300W)", " and 45 hours of computation was performed on hardware of type CPU"
    )
    (run,) = records("mlco2", text)
    assert [doubt.text for doubt in run.doubts] == ["45 hours more are said, of other hardware"]
