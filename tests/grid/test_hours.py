"""Hours in UTC: calendar, windows, steps, and means over them."""

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattprint.domain.errors import InputError
from wattprint.domain.interval import Range
from wattprint.grid.hours import (
    calendar_of,
    hours_in,
    mean_over,
    seconds_of,
    step_of_a_day_s,
    steps_over,
    window_s,
)

UTC = timezone.utc
BERLIN = ZoneInfo("Europe/Berlin")


def of_hour(hour):
    """10 g more each hour, 100 g at first, plus or minus a half."""
    return Range(100.0 + 10 * hour, 50.0 + 5 * hour, 150.0 + 15 * hour)


@pytest.mark.parametrize(
    ("moment", "place"),
    [
        pytest.param(datetime(2026, 11, 26, 0, tzinfo=UTC), (2026, 11, 3, 0), id="a Thursday"),
        pytest.param(datetime(2024, 2, 29, 23, tzinfo=UTC), (2024, 2, 3, 23), id="a leap day"),
        # Half past midnight on Sunday in Berlin is half past 22 on Saturday in summer.
        pytest.param(datetime(2024, 7, 7, 0, 30, tzinfo=BERLIN), (2024, 7, 5, 22), id="summer"),
    ],
)
def test_an_hour_falls_where_the_calendar_of_utc_has_it(moment, place):
    assert calendar_of(int(seconds_of("moment", moment) // 3600)) == place


def test_the_day_that_loses_an_hour_has_23_hours():
    first, last = datetime(2024, 3, 31, tzinfo=BERLIN), datetime(2024, 4, 1, tzinfo=BERLIN)
    assert len(list(hours_in(*window_s(first, last)))) == 23
    first, last = datetime(2024, 10, 27, tzinfo=BERLIN), datetime(2024, 10, 28, tzinfo=BERLIN)
    assert len(list(hours_in(*window_s(first, last)))) == 25


def test_a_mean_weighs_each_hour_by_its_seconds():
    # 0:45 to 2:15: (0.25 x 100 + 1 x 110 + 0.25 x 120) / 1.5 = 110; bounds alike.
    assert mean_over(of_hour, 2700, 8100).as_tuple() == pytest.approx((110.0, 55.0, 165.0))


@given(start=st.integers(0, 90_000), first=st.integers(1, 90_000), second=st.integers(1, 90_000))
def test_splitting_a_window_changes_nothing(start, first, second):
    whole = mean_over(of_hour, start, start + first + second)
    left = mean_over(of_hour, start, start + first)
    right = mean_over(of_hour, start + first, start + first + second)
    together = (first * left.value + second * right.value) / (first + second)
    assert together == pytest.approx(whole.value, rel=1e-12)


@pytest.mark.parametrize(
    ("given_moment", "message"),
    [
        pytest.param(datetime(2024, 1, 1), "expected a datetime with its UTC offset", id="naive"),  # noqa: DTZ001
        pytest.param("2024-01-01", "expected a datetime with its UTC offset", id="text"),
        pytest.param(None, "expected a datetime with its UTC offset", id="nothing"),
        pytest.param(
            datetime(1889, 1, 1, tzinfo=UTC), "expected a whole number, from 1990", id="1889"
        ),
    ],
)
def test_a_moment_that_is_none_is_refused_by_name(given_moment, message):
    with pytest.raises(InputError, match=rf"start is .*{message}"):
        seconds_of("start", given_moment)


def test_an_empty_window_is_refused():
    noon = datetime(2024, 1, 1, 12, tzinfo=UTC)
    for end in (noon, noon - timedelta(hours=1)):
        with pytest.raises(InputError, match="is empty; expected start < end"):
            window_s(noon, end)


@pytest.mark.parametrize("step_s", [60, 300, 900, 1800, 3600, 7200, 86400])
def test_a_step_that_divides_a_day_is_taken(step_s):
    assert step_of_a_day_s(step_s) == step_s


@pytest.mark.parametrize("step_s", [0, -60, 59, 420, 86401, 1.5, float("nan"), "3600", None, True])
def test_any_other_step_is_refused(step_s):
    with pytest.raises(InputError, match=r"step_s is .*; expected"):
        step_of_a_day_s(step_s)


def test_steps_begin_with_the_one_that_holds_the_start():
    # Step 1800: 10:10 lies in the one from 10:00; 11:00 is not in the window.
    assert list(steps_over(36_600, 39_600, 1800)) == [36_000, 37_800]


def test_more_steps_than_a_year_of_minutes_are_refused():
    ten_years = 10 * 365 * 86400
    with pytest.raises(InputError, match="5256000 intervals of 60 s; expected at most 600000"):
        steps_over(0, ten_years, 60)
    assert len(steps_over(0, ten_years, 3600)) == 87_600
