"""From rows to intervals: times, steps, doubles."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattprint.domain.errors import InputError
from wattprint.grid.answers import Asked, Point, intervals_of_points, parsed_moment, rfc3339
from wattprint.grid.errors import BadAnswerError

ASKED = Asked("electricitymaps", "DE")


@pytest.mark.parametrize(
    ("text", "moment_s"),
    [
        ("1970-01-01T00:00Z", 0.0),
        ("1970-01-01T00:00:01Z", 1.0),
        ("1970-01-01T00:00:01.500Z", 1.5),
        ("1970-01-01T00:00:01.5000000+00:00", 1.5),  # .NET writes seven digits
        ("1970-01-01T02:00:00+02:00", 0.0),
        ("1970-01-01T00:00:00z", 0.0),
    ],
)
def test_times_of_every_service_are_read(text, moment_s):
    assert parsed_moment(text) == moment_s


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "1970-01-01T00:00:00",
        "1970-01-01",
        0,
        None,
        True,
        "Z",
        "x" * 50,
        "2026-13-01T00:00Z",
    ],
)
def test_what_is_no_time_with_an_offset_is_none(text):
    assert parsed_moment(text) is None


@given(moment_s=st.integers(0, 4_000_000_000))
def test_a_time_that_is_written_is_read_back(moment_s):
    assert parsed_moment(rfc3339(float(moment_s))) == moment_s


@pytest.mark.parametrize("moment_s", [float("nan"), float("inf"), 1e18])
def test_a_moment_without_a_date_is_refused(moment_s):
    with pytest.raises(InputError, match="has no date"):
        rfc3339(moment_s)


def points(*minutes):
    return [Point(m * 60.0, 100.0, "actual") for m in minutes]


def steps(*minutes, asked_min=60):
    return {
        i.end_s - i.start_s for i in intervals_of_points(ASKED, points(*minutes), asked_min * 60.0)
    }


@pytest.mark.parametrize(
    ("minutes", "asked_min", "step_min"),
    [
        pytest.param((0,), 60, 60, id="one row has the step that was asked for"),
        pytest.param((0, 60, 120), 60, 60, id="hours"),
        pytest.param((0, 15, 30), 60, 15, id="rows of a quarter though hours were asked for"),
        pytest.param((0, 15, 45), 60, 15, id="the same with one missing"),
        pytest.param((0, 60, 120), 5, 60, id="hours though 5 minutes were asked for"),
        pytest.param((0, 120), 60, 60, id="one missing between two"),
        pytest.param((0, 120, 240), 60, 60, id="two-hourly rows are hours with gaps"),
        pytest.param((0, 60), 5, 5, id="two rows do not show a step"),
    ],
)
def test_the_step_is_the_one_asked_for_unless_rows_show_another(minutes, asked_min, step_min):
    assert steps(*minutes, asked_min=asked_min) == {step_min * 60.0}


def test_rows_closer_than_any_step_are_refused():
    with pytest.raises(BadAnswerError, match="rows are 7 min apart where 60 min were asked for"):
        steps(0, 7, 60)


@given(st.permutations(range(8)))
def test_the_order_of_rows_does_not_matter(order):
    shuffled = [Point(i * 3600.0, float(i), "actual") for i in order]
    found = intervals_of_points(ASKED, shuffled, 3600.0)
    assert [i.carbon_intensity_g_per_kwh for i in found] == list(range(8))
