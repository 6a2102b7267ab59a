"""Intensity over time: half-open UTC intervals, gaps, and the mean over a window."""

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattprint.domain.errors import InputError
from wattprint.domain.series import IntensityInterval, IntensitySeries

HOUR = 3600.0


def series(*intervals, **changed):
    """A series of (start, end, g/kWh[, state]) in hours since 1970."""
    rows = [IntensityInterval(start * HOUR, end * HOUR, *rest) for start, end, *rest in intervals]
    return IntensitySeries("DE", rows, **{"kind": "average", "basis": "lifecycle", **changed})


TWO_HOURS = series((0, 1, 100.0), (1, 2, 400.0))
WITH_A_GAP = series((0, 1, 100.0), (3, 4, 400.0))


@pytest.mark.parametrize(
    ("start_h", "end_h", "mean", "share"),
    [
        pytest.param(0, 1, 100.0, 1.0, id="the end of an interval is not in it"),
        pytest.param(1, 2, 400.0, 1.0, id="its start is"),
        pytest.param(0, 2, 250.0, 1.0, id="(100 + 400) / 2"),
        pytest.param(0.5, 1.25, 200.0, 1.0, id="(0.5 x 100 + 0.25 x 400) / 0.75"),
        pytest.param(1.25, 1.5, 400.0, 1.0, id="within one interval"),
        pytest.param(-1, 1, 100.0, 0.5, id="half of it before the series begins"),
        pytest.param(1, 5, 400.0, 0.25, id="three quarters of it after the series ends"),
    ],
)
def test_a_window_gets_the_time_weighted_mean_of_what_it_touches(start_h, end_h, mean, share):
    got = TWO_HOURS.mean_and_share(start_h * HOUR, end_h * HOUR)
    assert got == pytest.approx((mean, share), rel=1e-12)


def test_a_gap_is_left_out_of_the_mean_and_told_by_the_share():
    # Of 0 to 4 h two hours are known: (100 + 400) / 2 = 250 over 2 / 4 of the window.
    assert WITH_A_GAP.mean_and_share(0, 4 * HOUR) == pytest.approx((250.0, 0.5), rel=1e-12)


def test_intervals_come_in_any_order_and_with_any_step():
    # 15 minutes at 0 g, 45 at 100 g, two hours at 10 g: (0.25 x 0 + 0.75 x 100 + 2 x 10) / 3.
    mixed = series((1, 3, 10.0), (0.25, 1, 100.0), (0, 0.25, 0.0))
    assert [interval.start_s for interval in mixed] == [0, 0.25 * HOUR, HOUR]
    assert len(mixed) == 3
    assert mixed.mean_and_share(0, 3 * HOUR)[0] == pytest.approx(95 / 3, rel=1e-12)


@pytest.mark.parametrize(
    ("start_h", "end_h", "message"),
    [
        pytest.param(1, 1, r"window .* is empty; expected start < end", id="no time"),
        pytest.param(2, 1, r"window .* is empty; expected start < end", id="backwards"),
        pytest.param(float("nan"), 1, r"window .* is empty", id="no number"),
        pytest.param(-2, 0, r"has no intensity for DE; .*from 0\.0 to 14400\.0", id="before"),
        pytest.param(4, 5, r"has no intensity for DE; .*from 0\.0 to 14400\.0", id="after"),
        pytest.param(1, 3, r"has no intensity for DE", id="in a gap"),
    ],
)
def test_a_window_that_the_series_does_not_touch_is_refused(start_h, end_h, message):
    with pytest.raises(InputError, match=message):
        WITH_A_GAP.mean_and_share(start_h * HOUR, end_h * HOUR)


@pytest.mark.parametrize(
    ("intervals", "changed", "message"),
    [
        pytest.param([], {}, "the series is empty; expected at least one", id="empty"),
        pytest.param(
            [(0, 2, 1.0), (1, 3, 1.0)], {}, r"from 0\.0 and 3600\.0 overlap", id="overlap"
        ),
        pytest.param([(0, 1, 1.0), (0, 1, 1.0)], {}, "overlap; expected each", id="twice"),
        pytest.param([(1, 1, 5.0)], {}, "is empty; expected start_s < end_s", id="no time"),
        pytest.param([(2, 1, 5.0)], {}, "is empty; expected start_s < end_s", id="backwards"),
        pytest.param([(0, 1, -1.0)], {}, "carbon_intensity_g_per_kwh is -1.0", id="negative"),
        pytest.param(
            [(0, 1, float("nan"))], {}, "carbon_intensity_g_per_kwh is nan", id="no number"
        ),
        pytest.param([(0, 1, 5.0, "guessed")], {}, "state is 'guessed'; expected", id="state"),
        pytest.param([(0, 1, 5.0)], {"kind": "mean"}, "kind is 'mean'; expected", id="kind"),
        pytest.param([(0, 1, 5.0)], {"basis": "scope 2"}, "basis is 'scope 2'", id="basis"),
    ],
)
def test_what_is_no_series_is_refused(intervals, changed, message):
    with pytest.raises(InputError, match=message):
        series(*intervals, **changed)


steps = st.lists(
    st.tuples(st.floats(0.1, 50), st.floats(0, 1000), st.booleans()), min_size=1, max_size=6
)


def made_of(steps_of):
    """A series of consecutive (hours, g/kWh, is known); always one known interval at the end."""
    at, rows = 0.0, []
    for hours, intensity, is_known in [*steps_of, (1.0, 50.0, True)]:
        if is_known:
            rows.append((at, at + hours, intensity))
        at += hours
    return series(*rows), at * HOUR


def charged(of, start_s, end_s):
    """Integral of the intensity over what is known of a window, and the time that it covers."""
    try:
        mean, share = of.mean_and_share(start_s, end_s)
    except InputError:
        return 0.0, 0.0
    return mean * share * (end_s - start_s), share * (end_s - start_s)


@given(steps=steps, cut=st.floats(0.001, 0.999))
def test_splitting_a_window_anywhere_charges_the_same(steps, cut):
    made, end_s = made_of(steps)
    whole = charged(made, 0.0, end_s)
    first, second = charged(made, 0.0, cut * end_s), charged(made, cut * end_s, end_s)
    parts = [a + b for a, b in zip(first, second, strict=True)]
    assert parts == pytest.approx(whole, rel=1e-9, abs=1e-6)


@given(steps=steps, cut=st.floats(0.1, 0.9))
def test_splitting_an_interval_in_two_changes_nothing(steps, cut):
    made, end_s = made_of(steps)
    halves = [
        part
        for i in made
        for middle in [i.start_s + cut * (i.end_s - i.start_s)]
        for part in (i._replace(end_s=middle), i._replace(start_s=middle))
    ]
    split = IntensitySeries("DE", halves, kind="average", basis="lifecycle")
    expected = made.mean_and_share(0.0, end_s)
    assert split.mean_and_share(0.0, end_s) == pytest.approx(expected, rel=1e-9)


@given(steps=steps, start=st.floats(0, 0.9), length=st.floats(0.01, 1))
def test_a_mean_lies_between_the_least_and_the_most_of_the_series(steps, start, length):
    made, end_s = made_of(steps)
    known = [interval.carbon_intensity_g_per_kwh for interval in made]
    mean, share = made.mean_and_share(start * end_s - 1, end_s + length)
    assert min(known) * (1 - 1e-12) <= mean <= max(known) * (1 + 1e-12)
    assert 0 < share <= 1


def test_the_hour_that_summer_time_skips_is_charged_like_any_other():
    # Berlin, 2024-03-31: 01:00 UTC is 02:00 and becomes 03:00. Local clocks show 23 hours; in UTC
    # the day from 23:00 the evening before has 23 hours too, each with its own intensity.
    berlin, utc = ZoneInfo("Europe/Berlin"), timezone.utc
    start, end = datetime(2024, 3, 31, tzinfo=berlin), datetime(2024, 4, 1, tzinfo=berlin)
    first = start.astimezone(utc)
    hours = [(first + timedelta(hours=i)).timestamp() / HOUR for i in range(23)]
    day = series(*[(hour, hour + 1, 100.0 + i) for i, hour in enumerate(hours)])
    # The mean of 100 to 122 is 111.
    got = day.mean_and_share(start.timestamp(), end.timestamp())
    assert got == pytest.approx((111.0, 1.0), rel=1e-12)
