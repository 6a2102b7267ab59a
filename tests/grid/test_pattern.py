"""What four weeks of actuals say beyond a typical profile, on grids made by hand."""

from math import exp, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from made_patterns import rows_of
from wattprint.domain.errors import InputError
from wattprint.domain.series import IntensityInterval
from wattprint.factors.forecast_errors import ErrorTable, HorizonError
from wattprint.factors.profiles import ProfileTable
from wattprint.grid.pattern import (
    BIASES_H,
    MEMORY_H,
    SMALLEST_SIGMA,
    Actuals,
    Pattern,
    Typical,
    actuals_before,
    contrast,
    forecast_of_hour,
    pattern_of,
)
from wattprint.grid.profiles import TypicalRatios

HOUR_S = 3600
MONDAY = 4 * 24  # 1970-01-05T00Z, in hours since 1970
LAST = MONDAY + MEMORY_H - 1
ERRORS = ErrorTable([HorizonError(1, -1.0, 2.0, 0.5)])
FLAT = Typical(TypicalRatios(ProfileTable(rows_of(low="610", high="1640")).find("XA")), 300.0)


def four_weeks(g_of_hour):
    return Actuals(LAST, {hour: g_of_hour(hour) for hour in range(MONDAY, LAST + 1)})


def test_a_constant_grid_stays_what_it_is():
    pattern = pattern_of(four_weeks(lambda _: 250.0), None)
    assert pattern.level == pytest.approx(log(250.0), rel=1e-12)
    assert pattern.sigma == SMALLEST_SIGMA
    for hour in (LAST + 1, LAST + 24, LAST + 336):
        assert exp(pattern.ln_ratio(hour)) == pytest.approx(250.0, rel=1e-9)


def test_a_day_that_repeats_is_forecast_again():
    # 400 g by night, 100 g by day. 28 days of half-life 5 weigh 7.6 (older half: 0.98 of 7.7), the
    # prior 1.5: 7.6 / 9.1 = 0.83 of the swing of ln 4 is learnt by the hour of the day alone.
    pattern = pattern_of(four_weeks(lambda hour: 100.0 if 8 <= hour % 24 < 18 else 400.0), None)
    swing = pattern.same_hour[0] - pattern.same_hour[12]
    assert swing / log(4) == pytest.approx(0.83, abs=0.02)
    assert sum(pattern.same_hour) == pytest.approx(0.0, abs=1e-9)


def test_a_weekend_is_learnt_by_a_third_from_four_weeks():
    # Weekends at half the intensity; four weeks against a prior of eight: 4 / (4 + 8) of ln 2.
    pattern = pattern_of(four_weeks(lambda hour: 200.0 if contrast(hour) > 0 else 400.0), None)
    assert pattern.weekend == pytest.approx(-log(2) / 3, rel=1e-9)


def test_each_bias_is_what_its_window_shows_beyond_the_next_longer_one():
    # The last day at twice the rest: its mean is ln 2 above the four weeks' but 27/28 of that is
    # above their mean; all three biases together are what is left of the last hour.
    doubled = four_weeks(lambda hour: 600.0 if hour > LAST - 24 else 300.0)
    pattern = pattern_of(doubled, None)
    last_hour, day, week = pattern.biases
    assert last_hour == pytest.approx(0.0, abs=0.02)
    assert day == pytest.approx(log(2) * 6 / 7, rel=0.1)
    assert week == pytest.approx(log(2) * (1 / 7 - 1 / 28), rel=0.2)


def test_biases_fade_to_a_third_in_their_times():
    pattern = Pattern(LAST, 0.0, [0.0] * 24, 0.0, (1.0, 0.0, 0.0), 0.1)
    _, decay_h = BIASES_H[0]
    assert pattern.ln_ratio(LAST + int(decay_h)) == pytest.approx(exp(-1), rel=1e-12)
    assert pattern.ln_ratio(LAST + 2 * int(decay_h)) == pytest.approx(exp(-2), rel=1e-12)
    assert pattern.ln_ratio(LAST) == pattern.ln_ratio(LAST + 1), "an hour that is known by half"


def test_the_level_of_actuals_replaces_that_of_the_year():
    # Real 600 g against a yearly 300: 672 of 672 + 24 hours of ln 2, the rest fades in the bias.
    pattern = pattern_of(four_weeks(lambda _: 600.0), FLAT)
    assert pattern.level == pytest.approx(log(2) * 672 / 696, rel=1e-9)
    assert exp(pattern.ln_ratio(LAST + 1)) == pytest.approx(2.0, rel=0.01)


def test_without_a_profile_sigma_is_that_of_what_is_left():
    swinging = four_weeks(lambda hour: 300.0 * (2.0 if (hour // 24) % 2 else 0.5))
    assert pattern_of(swinging, None).sigma == pytest.approx(log(2), rel=0.05)


@given(st.lists(st.floats(0, 2000), min_size=24, max_size=200), st.integers(1, 336))
def test_any_actuals_give_a_finite_forecast_inside_its_interval(g_per_kwh, ahead):
    known = {LAST - i: g for i, g in enumerate(g_per_kwh)}
    for typical in (None, FLAT):
        pattern = pattern_of(Actuals(LAST, known), typical)
        found = forecast_of_hour(pattern, typical, ERRORS)(LAST + ahead)
        assert 0 < found.low < found.value < found.high < 1e9


@given(st.floats(0.1, 10.0))
def test_a_dirtier_grid_of_the_same_shape_gets_the_same_forecast_times_as_much(factor):
    shape = four_weeks(lambda hour: 200.0 + 10 * (hour % 24))
    scaled = Actuals(LAST, {hour: factor * g for hour, g in shape.g_per_kwh.items()})
    one, other = pattern_of(shape, None), pattern_of(scaled, None)
    difference = other.ln_ratio(LAST + 30) - one.ln_ratio(LAST + 30)
    assert difference == pytest.approx(log(factor), abs=1e-9)


def interval(start_h, end_h, g, state="actual"):
    return IntensityInterval(start_h * HOUR_S, end_h * HOUR_S, g, state)


def test_half_hours_become_the_mean_of_their_hour():
    known = actuals_before([interval(10, 10.5, 100.0), interval(10.5, 11, 300.0)], 11 * HOUR_S)
    assert known == (10, {10: 200.0})


def test_what_is_known_of_an_hour_by_half_counts():
    known = actuals_before([interval(10, 10.5, 100.0), interval(10.5, 11, 300.0)], 10.5 * HOUR_S)
    assert known == (10, {10: 100.0})


@pytest.mark.parametrize(
    "late",
    [
        pytest.param(interval(11, 12, 900.0), id="what ends after the issue"),
        pytest.param(interval(9, 10, 900.0, "forecast"), id="a forecast"),
        pytest.param(interval(9, 10, 900.0, "typical"), id="a typical hour"),
        pytest.param(interval(10 - MEMORY_H - 2, 10 - MEMORY_H, 900.0), id="what is too old"),
    ],
)
def test_what_was_not_known_or_is_not_real_never_counts(late):
    assert actuals_before([interval(8, 9, 100.0), late], 11 * HOUR_S) == (8, {8: 100.0})
    assert actuals_before([late], 11 * HOUR_S) is None


def test_hours_before_the_memory_are_cut_off():
    known = actuals_before([interval(0, MEMORY_H + 10, 100.0)], (MEMORY_H + 10) * HOUR_S)
    assert (min(known.g_per_kwh), len(known.g_per_kwh)) == (10, MEMORY_H)


@pytest.mark.parametrize("g", [10_001.0, -1.0, float("nan"), float("inf")])
def test_an_impossible_intensity_is_refused(g):
    with pytest.raises(InputError, match=r"intensity is .*expected a finite number, 0 to 10000"):
        actuals_before([interval(9, 10, g)], 11 * HOUR_S)
