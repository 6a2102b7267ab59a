"""Emissions of making the hardware, against BLOOM and by law."""

from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattprint.domain.formulas.embodied import (
    embodied_share_g,
    logic_die_kg,
    software_carbon_intensity_g,
)

SIX_YEARS_H = 6 * 365 * 24
quantities = st.floats(0, 1e9)


@pytest.mark.parametrize(
    ("embodied_kg", "hours", "tonnes"),
    [
        # BLOOM, Luccioni et al. (2022), sec. 4.1: six years of life, in use 85 % of it: 44,676 h.
        # 150 kg a GPU x 1,082,990 h / 44,676 h = 3.64 t.
        pytest.param(150, 1_082_990, 3.64, id="GPUs"),
        # 2,500 kg a server of 8 GPUs x 135,374 h / 44,676 h = 7.57 t (7.575).
        pytest.param(2_500, 1_082_990 / 8, 7.57, id="servers"),
    ],
)
def test_the_share_of_bloom_is_the_published_one(embodied_kg, hours, tonnes):
    share_g = embodied_share_g(
        embodied_kg * 1000, hours, lifetime_hours=SIX_YEARS_H, lifetime_use=0.85
    )
    assert share_g / 1e6 == pytest.approx(tonnes, rel=0.0075 / tonnes)


@given(embodied=quantities)
def test_a_whole_life_of_use_is_charged_the_whole_device(embodied):
    whole = embodied_share_g(embodied, 40_000 * 0.8, lifetime_hours=40_000, lifetime_use=0.8)
    assert whole == pytest.approx(embodied, rel=1e-12)


def test_no_use_is_charged_nothing():
    assert embodied_share_g(150_000, 0, lifetime_hours=40_000, lifetime_use=1) == 0


@given(first=quantities, second=quantities, embodied=quantities)
def test_splitting_the_hours_in_two_charges_the_same(first, second, embodied):
    def share(hours):
        return embodied_share_g(embodied, hours, lifetime_hours=35_040, lifetime_use=0.5)

    assert share(first) + share(second) == pytest.approx(
        share(first + second), rel=1e-12, abs=1e-300
    )


@pytest.mark.parametrize(
    ("operational_g", "embodied_g", "units", "score"),
    [
        # ISO/IEC 21031: ((E x I) + M) per R. 0.3 kWh x 500 g + 56.125 g over 100 requests.
        pytest.param(150.0, 56.125, 100, 2.06125, id="100 requests"),
        pytest.param(150.0, 0.0, 1, 150.0, id="one request on borrowed hardware"),
        pytest.param(0.0, 0.0, 5, 0.0, id="nothing emitted"),
    ],
)
def test_sci_is_operational_and_embodied_per_functional_unit(
    operational_g, embodied_g, units, score
):
    got = software_carbon_intensity_g(operational_g, embodied_g, functional_units=units)
    assert got == pytest.approx(score, rel=1e-12)


@given(operational=quantities, embodied=quantities, units=st.floats(1e-3, 1e9))
def test_twice_the_units_for_the_same_emissions_halve_the_score(operational, embodied, units):
    one = software_carbon_intensity_g(operational, embodied, functional_units=units)
    two = software_carbon_intensity_g(operational, embodied, functional_units=2 * units)
    assert two == pytest.approx(one / 2, rel=1e-12, abs=1e-300)


def share(embodied=1.0, hours=1.0, lifetime=1.0, use=1.0):
    return embodied_share_g(embodied, hours, lifetime_hours=lifetime, lifetime_use=use)


def sci(operational=1.0, embodied=1.0, units=1.0):
    return software_carbon_intensity_g(operational, embodied, functional_units=units)


@pytest.mark.parametrize("bad", [-1.0, nan, inf], ids=str)
@pytest.mark.parametrize(
    ("formula", "name"),
    [
        pytest.param(lambda bad: share(embodied=bad), "embodied_g", id="embodied"),
        pytest.param(lambda bad: share(hours=bad), "device_hours", id="hours"),
        pytest.param(lambda bad: share(lifetime=bad), "lifetime_hours", id="lifetime"),
        pytest.param(lambda bad: share(use=bad), "lifetime_use", id="use"),
        pytest.param(lambda bad: sci(operational=bad), "operational_g", id="operational"),
        pytest.param(lambda bad: sci(embodied=bad), "embodied_g", id="sci embodied"),
        pytest.param(lambda bad: sci(units=bad), "functional_units", id="units"),
    ],
)
def test_a_negative_or_endless_input_is_refused_by_name(formula, name, bad):
    with pytest.raises(ValueError, match=rf"^{name} is .*; expected a finite number, 0 "):
        formula(bad)


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        pytest.param(lambda: share(lifetime=0), "lifetime_hours is 0; .*above 0", id="no life"),
        pytest.param(lambda: share(use=0), "lifetime_use is 0; .*above 0", id="never in use"),
        pytest.param(lambda: share(use=1.1), r"lifetime_use is 1\.1; .*0 to 1", id="more than all"),
        pytest.param(lambda: sci(units=0), "functional_units is 0; .*above 0", id="no unit"),
    ],
)
def test_what_nothing_can_be_divided_by_is_refused(formula, message):
    with pytest.raises(ValueError, match=message):
        formula()


WAFER = {
    "fab_kwh_per_cm2": 2.15,
    "fab_g_per_kwh": 583.0,
    "gases_kg_per_cm2": 0.275,
    "materials_kg_per_cm2": 0.5,
    "die_yield": 0.875,
}


def test_a_die_takes_electricity_gases_and_materials_of_its_area():
    # 7 nm in ACT: 2.15 kWh x 0.583 kg + 0.275 + 0.5 = 2.02845 kg/cm2; an A100 has 8.26 cm2:
    # 2.02845 x 8.26 / 0.875 = 19.149 kg.
    assert logic_die_kg(8.26, **WAFER) == pytest.approx(19.14857, rel=1e-6)


def test_no_area_takes_nothing_and_a_perfect_yield_only_the_wafer():
    assert logic_die_kg(0.0, **WAFER) == 0
    assert logic_die_kg(1.0, **{**WAFER, "die_yield": 1.0}) == pytest.approx(2.02845, rel=1e-9)


@given(first=st.floats(0, 1e3), second=st.floats(0, 1e3))
def test_two_dies_take_as_much_as_one_of_their_area(first, second):
    both = logic_die_kg(first, **WAFER) + logic_die_kg(second, **WAFER)
    assert both == pytest.approx(logic_die_kg(first + second, **WAFER), rel=1e-12, abs=1e-300)


@pytest.mark.parametrize(
    ("name", "given_value"),
    [("fab_kwh_per_cm2", -1), ("gases_kg_per_cm2", nan), ("die_yield", 0), ("die_yield", 1.1)],
)
def test_an_impossible_input_of_a_die_is_refused_by_name(name, given_value):
    with pytest.raises(ValueError, match=f"{name} is "):
        logic_die_kg(1.0, **{**WAFER, name: given_value})
