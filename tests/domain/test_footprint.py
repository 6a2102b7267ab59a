"""Footprints: the line to quote, the weakest method, and JSON there and back."""

import json

import pytest
from hypothesis import given

from good_and_broken import BROKEN_FOOTPRINTS, EIGHT_A100, FOOTPRINT
from strategies import footprints
from wattprint.domain.coverage import COMPONENTS, coverage
from wattprint.domain.errors import RecordError
from wattprint.domain.evidence import Method
from wattprint.domain.footprint import Emissions, Energy, Footprint, Resources, Water, co2e
from wattprint.domain.interval import Range, exact


def test_the_summary_is_a_line_that_a_person_can_quote():
    assert FOOTPRINT.summary() == str(FOOTPRINT)
    assert FOOTPRINT.summary() == (
        "461 kWh (138-484), 161 kg CO2e (48.4-169), modelled; missing: cpu, memory, static, "
        "storage, network, supply losses, embodied, water"
    )


@pytest.mark.parametrize(
    ("changes", "summary"),
    [
        pytest.param(
            {"emissions_kg": Emissions(exact(15.0), exact(0.0))},
            "461 kWh (138-484), 15 kg CO2e, 0 g CO2e market-based, modelled",
            id="market-based stands beside location-based and is never netted",
        ),
        pytest.param(
            {"energy_kwh": Energy(EIGHT_A100, EIGHT_A100), "emissions_kg": Emissions()},
            "384 kWh (115-403), modelled",
            id="without facility energy IT energy, without a place no emissions",
        ),
        pytest.param(
            {"energy_kwh": Energy(exact(0.42)), "emissions_kg": Emissions()},
            "420 Wh, modelled",
            id="accelerators alone",
        ),
        pytest.param(
            {"energy_kwh": Energy(), "emissions_kg": Emissions()}, "modelled", id="nothing known"
        ),
    ],
)
def test_the_summary_says_what_is_known(changes, summary):
    counted = dict.fromkeys(COMPONENTS, Method.MODELLED)
    assert FOOTPRINT._replace(coverage=counted, **changes).summary() == summary


def test_the_summary_calls_facility_overhead_what_people_call_it():
    covered = coverage(**dict.fromkeys(set(COMPONENTS) - {"facility_overhead"}, Method.GIVEN))
    assert FOOTPRINT._replace(coverage=covered).summary().endswith("; missing: cooling")


@pytest.mark.parametrize(
    ("methods", "weakest"),
    [
        ("measured", "measured"),
        ("measured given", "given"),
        ("measured given modelled", "modelled"),
        ("measured given modelled assumed", "assumed"),
        ("missing measured", "measured"),
        ("", "missing"),
    ],
)
def test_a_footprint_is_as_good_as_the_weakest_method_that_counts(methods, weakest):
    covered = coverage(**dict(zip(COMPONENTS, map(Method, methods.split()), strict=False)))
    assert FOOTPRINT._replace(coverage=covered).method is Method(weakest)


def test_emissions_are_written_in_the_unit_that_fits():
    # 0.0246 kg is 24.6 g.
    assert co2e(Range(0.0246, 0.018, 0.0311)) == "24.6 g CO2e (18-31.1)"
    assert co2e(exact(0.0)) == "0 g CO2e"


@given(footprints)
def test_a_footprint_survives_json(footprint):
    written = json.dumps(footprint.as_dict(), allow_nan=False)
    assert Footprint.from_dict(json.loads(written)) == footprint


def test_a_component_unknown_when_a_record_was_written_is_missing_in_it():
    record = FOOTPRINT.as_dict()
    del record["coverage"]["water"]
    assert Footprint.from_dict(record) == FOOTPRINT


broken = pytest.mark.parametrize(
    "change", [pytest.param(c, id=name) for name, c in BROKEN_FOOTPRINTS.items()]
)


@broken
def test_a_broken_record_is_refused_as_what_it_claims_to_be(change):
    with pytest.raises(RecordError, match=r"wattprint\.footprint/1"):
        Footprint.from_dict({**FOOTPRINT.as_dict(), **change})


NOT_NEEDED = ("summary", "resources", "offsets_kg", "derived")
"""What is computed, and what the first records of this format did not have."""


def test_a_record_from_before_water_and_resources_were_told_apart_can_be_read():
    record = {**FOOTPRINT.as_dict(), "water_l": None}
    del record["resources"], record["offsets_kg"]
    assert Footprint.from_dict(record) == FOOTPRINT._replace(
        water_l=Water(), resources=Resources(), offsets_kg=None
    )


@pytest.mark.parametrize(
    "missing", [name for name in FOOTPRINT.as_dict() if name not in NOT_NEEDED]
)
def test_a_record_without_what_it_must_have_is_refused_with_its_name(missing):
    record = FOOTPRINT.as_dict()
    del record[missing]
    with pytest.raises(RecordError, match=missing):
        Footprint.from_dict(record)


@pytest.mark.parametrize("given", [[], None, "wattprint.footprint/1", 5], ids=repr)
def test_what_is_no_object_is_no_record(given):
    with pytest.raises(RecordError, match=r"expected 'wattprint\.footprint/1'"):
        Footprint.from_dict(given)


def test_a_record_from_before_there_were_derived_figures_is_read_with_none():
    record = FOOTPRINT.as_dict()
    del record["derived"]
    assert Footprint.from_dict(record).derived == ()
