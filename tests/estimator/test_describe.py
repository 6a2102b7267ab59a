"""The front door for described work: worked values, refusals, and laws that always hold."""

import json
from decimal import Decimal
from fractions import Fraction

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

import wattprint
from wattprint.domain.coverage import missing
from wattprint.domain.errors import InputError, UnknownKeywordError, UnknownNameError
from wattprint.domain.evidence import Method
from wattprint.domain.interval import sum_shared
from wattprint.estimator.describe import estimate

A100 = {"accelerator": "A100 SXM4 40GB"}


@pytest.mark.parametrize(
    ("inputs", "it_kwh", "facility_kwh", "kg"),
    [
        pytest.param(
            {"power_w": 300, "hours": 100, "intensity": 500}, 30, None, 15, id="0.3 kW x 100 h"
        ),
        pytest.param(
            {**A100, "count": 8, "hours": 120, "pue": 1.2, "intensity": 350},
            384,
            460.8,
            161.28,
            id="8 A100 for 120 h",
        ),
        # BLOOM, Luccioni et al. (2022): 1,082,990 h x 400 W = 433,196 kWh, x 57 g = 24.69 t.
        pytest.param(
            {"accelerator": "A100 80GB", "device_hours": 1_082_990, "intensity": 57},
            433_196,
            None,
            24_692.172,
            id="BLOOM",
        ),
        pytest.param(
            {"energy_kwh": 1_287_000, "energy_at": "facility", "intensity": 429},
            None,
            1_287_000,
            552_123,
            id="GPT-3 from its energy",
        ),
        pytest.param({"power_w": 300, "hours": 100}, 30, None, None, id="no place, no emissions"),
        pytest.param({"power_w": 300, "hours": 0, "intensity": 500}, 0, None, 0, id="no time"),
    ],
)
def test_worked_values_come_out_exactly(inputs, it_kwh, facility_kwh, kg):
    footprint = estimate(**inputs)
    figures = (
        footprint.energy_kwh.it,
        footprint.energy_kwh.facility,
        footprint.emissions_kg.location_based,
    )
    for figure, expected in zip(figures, (it_kwh, facility_kwh, kg), strict=True):
        assert (figure and figure.value) == (expected and pytest.approx(expected, rel=1e-12))


def test_sixteen_accelerators_for_a_day_are_384_device_hours():
    evidence = estimate(power_w=300, count=16, hours=24).evidence
    (hours,) = [figure.amount.value for figure in evidence if figure.quantity == "device_hours"]
    assert hours == 384


def test_without_a_utilization_the_energy_runs_from_30_to_105_percent_of_tdp():
    # 16 x 24 h x 0.4 kW = 153.6 kWh; x 0.30 = 46.08, x 1.05 = 161.28.
    energy = estimate(**A100, count=16, hours=24).energy_kwh.it
    assert energy.as_tuple() == pytest.approx((153.6, 46.08, 161.28), rel=1e-9)


def test_everything_that_is_named_is_counted_and_the_rest_is_said_to_be_missing():
    # Accelerators 2 x 10 x 0.3 = 6; CPU 10 x 0.36 = 3.6; memory 10 x 100 x 0.3725 W = 0.3725;
    # static 10 x 0.05 = 0.5: 10.4725 / 0.9 = 11.636 kWh at the wall, x PUE 1.1 = 12.8.
    footprint = estimate(
        power_w=300,
        count=2,
        hours=10,
        cpu="EPYC 9654",
        memory_gb=100,
        static_w=50,
        supply_efficiency=0.9,
        pue=1.1,
        intensity=100,
    )
    assert footprint.energy_kwh.it.value == pytest.approx(10.4725 / 0.9, rel=1e-12)
    assert footprint.energy_kwh.facility.value == pytest.approx(10.4725 / 0.9 * 1.1, rel=1e-12)
    assert missing(footprint.coverage) == ("storage", "network", "embodied", "water")


def test_without_a_pue_facility_energy_is_none_and_its_overhead_missing():
    footprint = estimate(**A100, hours=1, zone="FR")
    assert footprint.energy_kwh.facility is None
    assert footprint.coverage["facility_overhead"] is Method.MISSING
    assert "cooling" in footprint.summary().partition("missing: ")[2]


def test_without_a_place_there_are_no_emissions_and_the_reason_is_there():
    footprint = estimate(**A100, hours=1)
    assert footprint.emissions_kg[:2] == (None, None)
    (reason,) = [f for f in footprint.evidence if f.quantity == "carbon_intensity"]
    assert (reason.method, reason.amount) == (Method.MISSING, None)


def test_the_pue_of_a_provider_is_that_of_the_region_and_the_year():
    footprint = estimate(**A100, hours=100, region="gcp/europe-west1", pue="provider", year=2022)
    # 40 kWh x 1.09, as Google publishes it for 2022.
    assert footprint.energy_kwh.facility.value == pytest.approx(40 * 1.09, rel=1e-12)
    assert footprint.coverage["facility_overhead"] is Method.MODELLED


@pytest.mark.parametrize(
    ("misspelt", "nearest"),
    [("acelerator", "accelerator"), ("PUE", "pue"), ("device_hour", "device_hours")],
)
def test_a_misspelt_keyword_is_refused_with_the_nearest(misspelt, nearest):
    with pytest.raises(UnknownKeywordError, match=rf"no keyword '{misspelt}'; .*'{nearest}'\.$"):
        estimate(**{misspelt: 1}, power_w=300, hours=1)


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        pytest.param({"accelerator": "A1000", "hours": 1}, "accelerator 'A1000'", id="unknown"),
        pytest.param(
            {"accelerator": "A1000", "energy_kwh": 10, "energy_at": "it"},
            "accelerator 'A1000' is unknown",
            id="unknown, though its energy is given",
        ),
        pytest.param({"cpu": "AMD EPYC", "hours": 1}, r"CPU 'AMD EPYC' fits \d+", id="ambiguous"),
        pytest.param({"accelerator": "TPU v5p", "hours": 1}, "no published power", id="power"),
        pytest.param({"power_w": 300, "hours": 1, "zone": "DEX"}, "zone 'DEX'", id="zone"),
        pytest.param({"power_w": 300}, "no duration is given", id="duration"),
        pytest.param({}, "nothing is given that draws power", id="nothing"),
    ],
)
def test_what_cannot_be_estimated_is_refused(inputs, message):
    with pytest.raises(InputError, match=message):
        estimate(**inputs)


def test_a_footprint_keeps_what_was_said_and_only_that():
    work = estimate(power_w=300, hours=1, zone="FR").work
    assert work == {
        "power_w": 300,
        "hours": 1,
        "zone": "FR",
        "count": 1,
        "cpu_count": 1,
        "host": "none",
        "repeats": 1,
    }


@pytest.mark.parametrize(
    "number",
    [300, Fraction(300), Decimal(300), numpy.float32(300), numpy.int64(300)],
    ids=lambda number: type(number).__name__,
)
def test_a_footprint_of_any_kind_of_number_can_be_written(number):
    one = type(number)(1)
    footprint = estimate(power_w=number, hours=number, count=number, pue=one, intensity=number)
    written = json.loads(json.dumps(footprint.as_dict()))
    assert (written["work"]["power_w"], written["work"]["pue"]) == (300, 1)
    assert wattprint.Footprint.from_dict(written).energy_kwh == footprint.energy_kwh


def test_a_market_figure_stands_beside_the_location_based_one():
    emitted = estimate(power_w=300, hours=100, intensity=500, market_intensity=0).emissions_kg
    assert (emitted.location_based.value, emitted.market_based.value) == (15.0, 0.0)


def amounts(most):
    """Amounts that people compute with, and none at all."""
    return st.just(0.0) | st.floats(1e-6, most)


descriptions = st.fixed_dictionaries(
    {
        "hours": amounts(1e5),
        "count": st.integers(1, 10_000),
        "repeats": st.floats(1, 100),
        "intensity": amounts(2000),
        "pue": st.floats(1, 3),
    },
    optional={
        "cpu": st.sampled_from(["EPYC 9654", "Xeon Gold 6230", "Core i7-6700K"]),
        "cpu_count": st.integers(1, 4),
        "memory_gb": amounts(4096),
        "static_w": amounts(1000),
        "supply_efficiency": st.floats(0.1, 1),
    },
)
accelerators = st.one_of(
    st.fixed_dictionaries({"power_w": amounts(2000)}),
    st.fixed_dictionaries(
        {"accelerator": st.sampled_from(["A100", "V100 SXM2", "H100", "TPU v3", "RTX 2080 Ti"])},
        optional={"utilization": amounts(1)},
    ),
)
works = st.builds(lambda work, by: {**work, **by}, descriptions, accelerators).map(
    lambda work: work if "cpu" in work else {k: v for k, v in work.items() if k != "cpu_count"}
)


def figures(footprint):
    """Every range of a footprint that is known, by name."""
    blocks = (footprint.energy_kwh, footprint.components_kwh, footprint.emissions_kg)
    return {
        f"{type(block).__name__}.{name}": figure
        for block in blocks
        for name, figure in block._asdict().items()
        if figure is not None
    }


@given(works)
def test_every_value_lies_within_its_bounds(work):
    known = figures(estimate(**work))
    assert known.keys() >= {"Energy.it", "Energy.facility", "Emissions.location_based"}
    for figure in known.values():
        assert 0 <= figure.low <= figure.value <= figure.high


@pytest.mark.proof
@pytest.mark.parametrize("name", ["hours", "count", "repeats", "pue", "intensity"])
@given(work=works, factor=st.integers(1, 3))
def test_more_of_anything_never_lowers_a_bound(name, work, factor):
    less, more = figures(estimate(**work)), figures(estimate(**{**work, name: work[name] * factor}))
    for figure, before in less.items():
        after = more[figure].as_tuple()
        assert all(b >= a * (1 - 1e-9) for a, b in zip(before.as_tuple(), after, strict=True))


@pytest.mark.proof
@given(work=works, share=st.sampled_from([0.0, 1.0]) | st.floats(1e-3, 0.999))
def test_splitting_work_in_two_adds_up(work, share):
    # Both halves share their hardware, PUE and grid, so that bounds add as values do.
    whole = figures(estimate(**work))
    parts = [figures(estimate(**{**work, "hours": work["hours"] * s})) for s in (share, 1 - share)]
    for name, figure in whole.items():
        added = sum_shared(part[name] for part in parts)
        assert added.as_tuple() == pytest.approx(figure.as_tuple(), rel=1e-9, abs=1e-300)


@given(work=works)
def test_a_footprint_of_any_work_survives_json(work):
    footprint = estimate(**work)
    written = json.loads(json.dumps(footprint.as_dict(), allow_nan=False))
    assert wattprint.Footprint.from_dict(written) == footprint


@pytest.mark.proof
@given(zone=st.sampled_from(["FR", "DE", "US-CA", "WORLD"]), year=st.integers(1990, 2050))
def test_any_zone_in_any_year_has_an_intensity_within_its_bounds(zone, year):
    emitted = estimate(power_w=300, hours=1, zone=zone, year=year).emissions_kg.location_based
    assert 0 < emitted.low < emitted.value < emitted.high


def test_a_place_that_is_refused_is_refused_before_anything_is_looked_up():
    with pytest.raises(UnknownNameError, match="zone 'Narnia' is unknown"):
        estimate(**A100, hours=1, zone="Narnia")
