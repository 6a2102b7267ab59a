"""How tools/factor_build makes typical profiles, on years made by hand."""

from math import exp, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factor_build.profiles import (
    WEEKDAY,
    WEEKEND,
    Hour,
    bounds,
    hour_of,
    per_mille,
    scatter_by_month,
    smoothed,
    typical,
)

HOURS = range(24)


def year_of(ratio_of):
    """Five weekdays and two weekend days a month: a year of 84 days."""
    return [
        Hour(month, WEEKEND if day >= 5 else WEEKDAY, hour, ratio_of(month, day, hour))
        for month in range(12)
        for day in range(7)
        for hour in HOURS
    ]


def test_an_hour_is_placed_by_its_timestamp():
    # 26 February 2022 was a Saturday.
    assert hour_of("2022-02-26T13:00Z", 1.5) == Hour(1, WEEKEND, 13, 1.5)
    assert hour_of("2022-02-25T13:00Z", 1.5) == Hour(1, WEEKDAY, 13, 1.5)


def test_a_flat_year_has_a_flat_profile():
    for cells in typical(year_of(lambda *_: 1.0), years=1):
        for of_month in cells:
            assert of_month == pytest.approx([1.0] * 24, rel=1e-12)


@pytest.mark.parametrize(("years", "january"), [(1, 1.1), (3, 1.15)])
def test_a_month_deviates_by_n_of_n_plus_1(years, january):
    # January 20 % above: 1 + 0.2 x 1/2 from one year, 1 + 0.2 x 3/4 from three.
    weekdays, _ = typical(year_of(lambda month, *_: 1.2 if month == 0 else 1.0), years=years)
    assert weekdays[0] == pytest.approx([january] * 24, rel=1e-12)


def test_a_daily_shape_that_all_months_share_is_kept_whole():
    day = [0.5 if 8 <= hour < 16 else 1.25 for hour in HOURS]  # (8 x 0.5 + 16 x 1.25) / 24 = 1
    weekdays, weekends = typical(year_of(lambda _m, _d, hour: day[hour]), years=1)
    assert weekdays[6] == pytest.approx(day, rel=1e-12)
    assert weekends[6] == pytest.approx(day, rel=1e-12)


def test_a_weekend_that_all_months_share_is_kept_whole():
    # (5 x 1.1 + 2 x 0.75) / 7 = 1
    cells = typical(year_of(lambda _m, day, _h: 0.75 if day >= 5 else 1.1), years=1)
    assert cells[WEEKDAY][3] == pytest.approx([1.1] * 24, rel=1e-12)
    assert cells[WEEKEND][3] == pytest.approx([0.75] * 24, rel=1e-12)


def test_months_are_smoothed_with_december_beside_january():
    by_hour = [[4.0] if month == 0 else [0.0] for month in range(12)]
    around = smoothed([of_month * 24 for of_month in by_hour])
    assert [of_month[0] for of_month in around] == [2.0, 1.0, *[0.0] * 9, 1.0]


def test_bounds_are_percentiles_widened_for_the_years_not_seen():
    # Twenty-one deviations from -1 to 1: position 22 x 0.05 = 1.1 is a tenth of the way from the
    # first to the second, -0.99. One year: to the power 1.5.
    deviations = [i / 10 - 1 for i in range(21)]
    low, high = bounds(deviations, 1.5)
    assert log(high) == pytest.approx(1.5 * 0.99, rel=1e-9)
    assert low == pytest.approx(1 / high, rel=1e-9)


@given(st.lists(st.floats(-3, 3), min_size=2, max_size=50))
def test_bounds_hold_the_profile_itself(deviations):
    low, high = bounds(deviations, 1.25)
    assert low <= 1 <= high


def test_a_year_that_is_its_own_profile_has_no_scatter():
    hours = year_of(lambda *_: 1.0)
    scatter = scatter_by_month(hours, typical(hours, years=1), years=1)
    assert all(pair == pytest.approx((1.0, 1.0)) for of_month in scatter for pair in of_month)


def test_scatter_stays_in_its_quarter_of_the_day():
    # Nights of every other day at e times the rest; so many years that no month is shrunk.
    hours = year_of(lambda _m, day, hour: exp(1) if hour < 6 and day % 2 else 1.0)
    scatter = scatter_by_month(hours, typical(hours, years=10**6), years=10**6)
    night, *others = scatter[5]
    assert night[1] > 1.2
    assert all(high == pytest.approx(1.0, abs=0.01) for _, high in others)


def test_ratios_are_written_in_whole_per_mille_and_never_0():
    assert per_mille([1.0, 0.0004, 1.2346]) == "1000 1 1235"
