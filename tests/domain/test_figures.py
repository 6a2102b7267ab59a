"""The rows that all reports show."""

import pytest

import wattprint
from wattprint.domain.figures import equivalents_sentence, figures


@pytest.fixture(scope="module")
def footprint():
    """8 x 400 W x 120 h = 384 kWh; x 1.2 = 460.8 kWh; x 350 g = 161.28 kg."""
    return wattprint.estimate(count=8, power_w=400, hours=120, pue=1.2, intensity=350)


def rows(footprint):
    return {figure.label: figure[1:] for figure in figures(footprint)}


def test_every_boundary_and_every_component_is_a_row(footprint):
    labels = [figure.label for figure in figures(footprint)]
    components = ["accelerator", "cpu", "memory", "static", "power supply losses"]
    components += ["storage", "network"]
    emissions = [f"emissions, {kind}" for kind in ("location-based", "market-based", "embodied")]
    assert labels == [*components, "IT energy", "facility energy", *emissions, "water"]


def test_figures_are_in_the_unit_that_people_read(footprint):
    found = rows(footprint)
    assert found["IT energy"][0] == "384 kWh"
    assert found["facility energy"][0] == "460.8 kWh"
    # 161.28 kg, to six digits since every input was given; four where the figure has a width.
    value, interval, _ = found["emissions, location-based"]
    assert value == ("161.28 kg CO2e" if interval == "exact" else "161.3 kg CO2e")


def test_what_is_missing_is_a_row_without_a_figure(footprint):
    assert rows(footprint)["cpu"] == ("-", "", "missing")
    assert rows(footprint)["water"] == ("-", "", "missing")


def test_a_range_is_shown_with_its_bounds_and_an_exact_figure_says_so():
    work = wattprint.estimate(accelerator="V100 SXM2 32GB", hours=1000, intensity=100)
    value, interval, method = rows(work)["accelerator"]
    # 300 W x 1000 h; from 0.30 to 1.05 x TDP: 90 to 315 kWh.
    assert (value, interval, method) == ("300 kWh", "90 kWh to 315 kWh", "modelled")
    given = wattprint.estimate(energy_kwh=384, energy_at="it")
    assert rows(given)["IT energy"] == ("384 kWh", "exact", "given")


def test_energy_given_whole_has_no_rows_for_its_parts():
    given = wattprint.estimate(energy_kwh=384, energy_at="it")
    assert [figure.label for figure in figures(given)][:3] == ["storage", "network", "IT energy"]


def test_emissions_in_terms_of_everyday_life_have_their_source(footprint):
    sentence = equivalents_sentence(footprint)
    assert sentence.startswith("As much as ") and sentence.endswith(".")
    assert sentence.count(" or ") == len(footprint.equivalents) - 1
    assert all(f"({e.source} {e.year})" in sentence for e in footprint.equivalents)


@pytest.mark.parametrize("intensity", [None, 0.0, 1e-9], ids=["no place", "zero", "a trifle"])
def test_nothing_is_as_much_as_a_trifle(intensity):
    assert equivalents_sentence(wattprint.estimate(power_w=1, hours=1, intensity=intensity)) == ""
