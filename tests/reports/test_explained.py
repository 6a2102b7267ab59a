"""One job under all methodologies in words."""

import pytest

from wattprint.charts.theme import SIZES
from wattprint.estimator.explain import explain
from wattprint.reports.explained import cause_cells, explanation_chart, explanation_text, sentences

P4D = explain(accelerator="A100 SXM4 40GB", count=8, hours=72, region="aws/us-east-1")


def said_of(explanation, title):
    return next(s for s in sentences(explanation) if s.startswith(f"{title}: "))


def test_the_largest_cause_comes_first():
    sentence = said_of(P4D, "Green Algorithms")
    # -24.1 of GPUs at 300 W, +17 of PUE 1.2, +12.9 of memory; +1.45 is not worth a word.
    assert (
        "kg above ours: the accelerators' energy -24.1 kg; the facility's overhead +17" in sentence
    )
    assert "another figure for the grid" not in sentence


def test_a_method_without_power_of_gpus_is_said_to_be_low_for_that():
    assert said_of(P4D, "Boavizta").endswith("because it counts no power of the GPUs at all.")
    for title in ("Cloud Carbon Footprint", "ML CO2 Impact", "CodeCarbon"):
        assert "no power of the GPUs" not in said_of(P4D, title)


def test_a_cause_of_nothing_is_a_dash():
    rows = {row[0]: row for row in cause_cells(P4D)}
    assert rows["llmcarbon"][:5] == ("llmcarbon", "-", "-", "+9.63", "-")


def test_an_input_of_no_use_is_noted():
    explained = explain(accelerator="V100", hours=10, zone="FR", pue=1.2, utilization=0.5)
    text = explanation_text(explained)
    assert "ml-co2-impact: given, and of no use to it: pue, utilization" in text


def test_a_clean_grid_makes_no_one_differ():
    text = explanation_text(explain(power_w=300, hours=1, intensity=0))
    assert "LLMCarbon: within 2 % of ours." in text


@pytest.mark.parametrize("hours", [1e-6, 1.0, 1e9])
def test_a_job_of_any_size_can_be_told_and_drawn(hours):
    explained = explain(accelerator="V100", count=4, hours=hours, zone="FR", memory_gb=64)
    assert "One job under" in explanation_text(explained)
    for size in SIZES:
        assert explanation_chart(explained, size)["width"] > 0
