"""Water of computing, against Making AI Less Thirsty and by law."""

from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattprint.domain.formulas.water import water_l

quantities = st.floats(0, 1e9)
factors = st.floats(0, 20)


def water(it_kwh=1.0, facility_kwh=1.0, site=1.0, grid=1.0):
    return water_l(it_kwh, facility_kwh, site_wue_l_per_kwh=site, grid_water_l_per_kwh=grid)


def test_water_of_training_gpt_3_in_the_united_states_is_the_published_one():
    # Li et al. (2023), table 1: 1,287 MWh, PUE 1.17, 0.55 L/kWh on site, 3.142 L/kWh off it:
    # 0.708 + 4.731 = 5.439 million litres.
    litres = water(1_287_000, 1_287_000 * 1.17, site=0.55, grid=3.142)
    assert litres / 1e6 == pytest.approx(5.439, rel=0.0005 / 5.439)


@pytest.mark.parametrize(
    ("site", "grid", "litres"),
    [
        pytest.param(0.5, 0.0, 50.0, id="the site cools with water: 100 x 0.5"),
        pytest.param(0.0, 2.0, 240.0, id="only the power plant does: 120 x 2"),
        pytest.param(0.0, 0.0, 0.0, id="nobody does"),
    ],
)
def test_the_site_is_charged_on_it_energy_and_the_grid_on_facility_energy(site, grid, litres):
    assert water(100.0, 120.0, site, grid) == pytest.approx(litres, rel=1e-12)


@given(first=quantities, second=quantities, pue=st.floats(1, 3), site=factors, grid=factors)
def test_splitting_the_energy_in_two_uses_the_same_water(first, second, pue, site, grid):
    whole = water(first + second, (first + second) * pue, site, grid)
    parts = [water(kwh, kwh * pue, site, grid) for kwh in (first, second)]
    assert sum(parts) == pytest.approx(whole, rel=1e-9, abs=1e-300)


@pytest.mark.parametrize("bad", [-1.0, nan, inf], ids=str)
@pytest.mark.parametrize(
    ("place", "name"),
    [
        ("it_kwh", "it_energy_kwh"),
        ("facility_kwh", "facility_energy_kwh"),
        ("site", "site_wue_l_per_kwh"),
        ("grid", "grid_water_l_per_kwh"),
    ],
)
def test_a_negative_or_endless_input_is_refused_by_name(place, name, bad):
    with pytest.raises(ValueError, match=rf"^{name} is .*; expected a finite number, 0 or more"):
        water(**{place: bad})
