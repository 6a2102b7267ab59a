"""ML CO2 Impact: three roundings, and a number format that fails."""

import pytest

from wattprint.estimator.methodologies.ml_co2_impact import form_result, shown_number, two_digits


def form(power_w=300, hours=100.0, grams=297.0, is_region=True, **more):
    return form_result(
        power_w=power_w, hours=hours, intensity_g_per_kwh=grams, is_region=is_region, **more
    )


def test_energy_intensity_and_emissions_are_rounded_each():
    # 1000 h x 700 W = 700 kWh; 105 g is rounded to 0.10 or 0.11? 0.105 in binary is 0.10499...
    result = form(power_w=700, hours=1000, grams=105)
    assert (result.energy_kwh, result.intensity_kg_per_kwh, result.emitted_kg) == (700, 0.1, 70.0)


def test_the_rounding_of_a_clean_grid_is_a_quarter_off():
    # 16 g becomes 20 g: 100 kWh are 2 kg and not 1.6.
    assert form(power_w=1000, grams=16).emitted_kg == 2.0


def test_a_custom_intensity_is_not_rounded():
    # 700 W x 500 h = 350 kWh x 0.0035 kg = 1.225 kg, and half a unit goes up.
    result = form(power_w=700, hours=500, grams=3.5, is_region=False)
    assert (result.emitted_kg, result.intensity_kg_per_kwh) == (1.23, 0.0035)


def test_half_of_what_is_emitted_is_offset_at_fifty_percent():
    assert form(offset_percent=50).offset_kg == 4.5


@pytest.mark.parametrize(
    ("amount", "rounded"), [(1.005, 1.0), (1.225, 1.23), (0.125, 0.13), (2.675, 2.67), (1e21, 1e21)]
)
def test_rounding_is_that_of_a_browser(amount, rounded):
    # 1.005 in binary is below 1.005; 0.125 is exact, and a browser rounds its half up.
    assert two_digits(amount) == rounded


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        (36.39, 36.3),
        (363.9, 363.0),
        (0.999, 0.1 * 9.99),
        (0.0379, 0.04),
        (1234.5, "1.23 <small>x</small>10<sup>3</sup>"),
        (0.004012, "4.01 <small>x</small>10<sup>-3</sup>"),
        (0.0040049, "4 <small>x</small>10<sup>-3</sup>"),
    ],
)
def test_a_number_is_cut_after_two_digits_and_large_and_small_ones_have_a_power(amount, shown):
    expected = two_digits(shown) if isinstance(shown, float) else shown
    assert shown_number(amount) == expected


@pytest.mark.parametrize("amount", [0.0, 1.0, 20.0, 300.0, 0.004])
def test_a_number_of_one_digit_fails(amount):
    assert shown_number(amount) is None


def test_a_result_of_nothing_or_of_a_whole_seedling_is_a_crash():
    assert form(power_w=400, hours=0.01, grams=432).crash == "TypeError"  # 0 kWh
    assert form(power_w=1000, hours=60, grams=1000).crash == "TypeError"  # 60 kg: 1 seedling
    assert form().crash is None


@pytest.mark.parametrize("name", ["power_w", "hours", "intensity_g_per_kwh", "offset_percent"])
def test_an_impossible_input_is_refused_by_name(name):
    given = {"power_w": 1, "hours": 1, "intensity_g_per_kwh": 1, name: -1.0}
    with pytest.raises(ValueError, match=rf"{name} is -1.0; expected a finite number, 0 or more"):
        form_result(is_region=True, **given)
