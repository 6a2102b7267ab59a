"""Water of electricity by what it is made from."""

import pytest

from wattprint.factors.water import NO_WATER, WaterTable, water_factors
from wattprint.factors.zones import FOSSIL, LOW_CARBON, GenerationMix

L_PER_KWH = 3.785411784e-3
"""Litres a kWh of one US gallon a MWh."""


def test_a_source_is_the_mean_of_its_ways_of_cooling_and_as_wide_as_all_of_them():
    # Coal: 0.419 x 687 + 0.427 x 250 + 0.145 x 545 = 473.628 gal/MWh; 0 (dry) to 1100 (tower).
    coal = water_factors().of_source("consumption", "coal")
    assert coal.value == pytest.approx(473.628 * L_PER_KWH, rel=1e-5)
    assert coal.low == 0
    assert coal.high == pytest.approx(1100 * L_PER_KWH, rel=1e-5)


def test_a_mix_takes_each_source_by_its_share():
    # Half wind (none), half hydro: 4491 / 2 gal/MWh; from 285 / 2 to (1 + 18000) / 2.
    mix = GenerationMix("XX", 2024, {"wind": 0.5, "hydro": 0.5}, "hand")
    found = water_factors().of_mix("consumption", mix)
    expected = [gallons * L_PER_KWH for gallons in (4491 / 2, 285 / 2, 18001 / 2)]
    assert list(found) == pytest.approx(expected, rel=1e-5)


def test_no_mix_takes_no_water():
    assert water_factors().of_mix("consumption", GenerationMix("XX", 2024, {}, "hand")) == NO_WATER


@pytest.mark.parametrize("kind", ["consumption", "withdrawal"])
@pytest.mark.parametrize("source", [*FOSSIL, *LOW_CARBON])
def test_every_source_of_a_mix_has_a_factor_of_either_kind(kind, source):
    factor = water_factors().of_source(kind, source)
    assert 0 <= factor.low <= factor.value <= factor.high


def test_withdrawal_of_thermal_plants_is_more_than_they_consume():
    for source in ("coal", "gas", "nuclear"):
        taken = water_factors().of_source("withdrawal", source)
        assert taken.value > 10 * water_factors().of_source("consumption", source).value


def test_a_source_that_there_is_none_of_is_an_error_of_ours():
    with pytest.raises(KeyError, match="tides"):
        WaterTable(()).of_source("consumption", "tides")
