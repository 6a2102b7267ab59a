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


def test_water_is_shown_by_place_with_its_kind_and_the_total_only_of_both():
    one = rows(wattprint.estimate(power_w=1000, hours=1, wue=0.5))
    assert one["water consumption, site"] == ("0.5 L", "exact", "modelled")
    assert one["water consumption, total"] == ("-", "", "missing")
    both = wattprint.estimate(power_w=1000, hours=1, wue=0.5, grid_water=2, water_kind="withdrawal")
    # 1 kWh: 0.5 L at the site and 2 L at the plant; the power is a model of the energy.
    assert rows(both)["water withdrawal, total"] == ("2.5 L", "exact", "modelled")


def test_offsets_are_a_line_of_their_own_and_only_where_they_were_said(footprint):
    assert not [label for label in rows(footprint) if "offsets" in label]
    offset = wattprint.estimate(power_w=1000, hours=1, intensity=100, offsets_kg=20)
    assert rows(offset)["offsets, subtracted from nothing"] == ("20 kg CO2e", "exact", "given")
    assert rows(offset)["emissions, location-based"][0] == "100 g CO2e"


def test_contracts_make_the_method_of_the_market_based_figure():
    said = {"power_w": 1000, "hours": 1, "contract": "50%@10"}
    assumed = wattprint.estimate(**said, zone="FR")
    stated = wattprint.estimate(**said, residual_mix=400)
    methods = [rows(one)["emissions, market-based"][2] for one in (assumed, stated)]
    assert methods == ["assumed", "modelled"]


def test_minerals_and_primary_energy_are_rows_where_sources_have_them():
    known = rows(wattprint.estimate(accelerator="H100", hours=100))
    assert known["embodied minerals and metals (ADPe)"][0].endswith("mg Sb eq")
    assert known["embodied primary energy"][0].endswith("MJ")
    assert "embodied primary energy" not in rows(wattprint.estimate(accelerator="V100", hours=1))
