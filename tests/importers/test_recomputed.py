"""What our estimator makes of an imported record."""

import pytest

import wattprint
from wattprint.domain.errors import InputError
from wattprint.domain.imported import ImportedRecord
from wattprint.importers.recomputed import place_of, quick_g, recomputed

ENERGY = ImportedRecord(
    at_line=2,
    energy_kwh=2.0,
    energy_at="chips",
    recorded_at="2023-05-01T00:00:00",
    place={"zone": "DE"},
)
HOURS = ImportedRecord(
    at_line=2,
    duration_s=36_000.0,
    hardware={"accelerator": "NVIDIA A100 SXM4 40GB", "accelerator_count": 4},
    place={"region": "gcp/europe-west1"},
)


def test_energy_is_charged_at_the_intensity_of_its_place_and_year():
    ours = recomputed(ENERGY, {}, {})
    figure = wattprint.estimate(energy_kwh=2.0, energy_at="chips", zone="DE", year=2023)
    assert ours.how == "energy x intensity"
    assert ours.emissions_g == pytest.approx(
        figure.emissions_kg.location_based.value * 1000, rel=1e-12
    )


def test_an_intensity_that_is_said_makes_it_exact():
    # 2 kWh x 500 g.
    assert recomputed(ENERGY, {"intensity": 500.0}, {}).emissions_g == pytest.approx(1000.0)


def test_hardware_times_hours_stands_in_for_energy():
    # 4 x 400 W x 10 h = 16 kWh.
    ours = recomputed(HOURS, {}, {})
    assert ours.how == "hardware x hours"
    assert ours.footprint.best_energy_kwh.value == pytest.approx(16.0, rel=1e-12)


@pytest.mark.parametrize("record", [ENERGY, HOURS], ids=["energy", "hours"])
def test_the_quick_way_says_the_same(record):
    quick = quick_g(record, **place_of(record, {}))
    assert quick == pytest.approx(recomputed(record, {}, {}).emissions_g, rel=1e-9)


def test_a_place_that_is_said_comes_first_and_one_said_before_comes_last():
    assert place_of(ENERGY, {"zone": "PL"}, {"zone": "FR"})["zone"] == "FR"
    assert place_of(ENERGY, {"zone": "PL"})["zone"] == "DE"
    assert place_of(ENERGY._replace(place={}), {"zone": "PL"})["zone"] == "PL"


def test_without_a_place_there_is_energy_and_no_emissions():
    ours = recomputed(ENERGY._replace(place={}), {}, {})
    assert (ours.footprint.best_energy_kwh.value, ours.emissions_g) == (2.0, None)


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (ImportedRecord(1, emissions_g=5.0), "neither energy nor hours are reported"),
        (ImportedRecord(1, duration_s=60.0), "neither energy nor known hardware is reported"),
    ],
)
def test_a_record_that_says_too_little_is_not_recomputed(record, reason):
    assert recomputed(record, {}, {}) == (None, reason)
    assert quick_g(record, zone="DE") is None


def test_a_place_that_does_not_exist_is_refused():
    with pytest.raises(InputError, match="zone 'XX' is unknown"):
        recomputed(ENERGY, {"zone": "XX"}, {})


def test_no_energy_makes_no_emissions():
    assert recomputed(ENERGY._replace(energy_kwh=0.0), {}, {}).emissions_g == 0.0
