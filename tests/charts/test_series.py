"""Power over time, drawn honestly: the area under what is drawn is the energy that was read."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattprint.charts.series import (
    Stretch,
    added,
    bucketed,
    device_stretches,
    pieces,
    section_stretches,
    time_edges,
)
from wattprint.domain.readings import Interval, SectionUse
from wattprint.domain.run import RunRecord


def intervals(*joules, seconds=10.0):
    """Intervals of a device that used this much; None where it could not be read."""
    return [
        Interval(i * seconds, (i + 1) * seconds, (None if j is None else round(j * 1e6),), (None,))
        for i, j in enumerate(joules)
    ]


def test_power_is_energy_over_time():
    assert device_stretches(intervals(100, 50), 0) == [Stretch(0, 10, 10.0), Stretch(10, 20, 5.0)]


def test_a_reading_after_failed_ones_is_spread_over_the_gap():
    # 300 J in the 30 s since the last reading: 10 W, and no peak of 30 W.
    assert device_stretches(intervals(100, None, None, 300), 0) == [
        Stretch(0, 10, 10.0),
        Stretch(10, 40, 10.0, is_bridged=True),
    ]


def test_before_the_first_reading_and_after_the_last_nothing_is_known():
    assert device_stretches(intervals(None, 100, None), 0) == [Stretch(10, 20, 10.0)]
    assert device_stretches(intervals(None, None), 0) == []


def test_an_interval_of_no_length_loses_nothing():
    first, last = Interval(0.0, 0.0, (5_000_000,), (None,)), Interval(0.0, 1.0, (10**6,), (None,))
    assert device_stretches([first, last], 0) == [Stretch(0.0, 1.0, 6.0)]


readings = st.lists(
    st.tuples(st.floats(0.5, 60), st.none() | st.integers(0, 10**12)), min_size=1, max_size=60
)


@given(readings, st.integers(1, 50))
def test_down_sampling_keeps_the_energy(rows, most):
    ends = [0.0]
    found = []
    for seconds, uj in rows:
        found.append(Interval(ends[-1], ends[-1] + seconds, (uj,), (None,)))
        ends.append(ends[-1] + seconds)
    edges = time_edges(found, most)
    assert len(edges) <= max(most, 1) + 1
    drawn = bucketed(device_stretches(found, 0), edges)
    area_j = sum(
        (w or 0.0) * (end - start) for w, (start, end) in zip(drawn, pairwise(edges), strict=False)
    )
    read_j = sum(uj for _, uj in rows if uj is not None) / 1e6
    assert area_j == pytest.approx(read_j, rel=1e-9, abs=1e-9)


def test_few_readings_are_drawn_as_they_are_and_many_as_equal_times():
    assert time_edges(intervals(1, 2, 3), 3) == [0, 10, 20, 30]
    assert time_edges(intervals(*range(10)), 4) == [0, 25, 50, 75, 100]
    assert time_edges([], 4) == []


def test_a_gap_stays_a_gap():
    assert bucketed([Stretch(0, 10, 7.0), Stretch(20, 30, 9.0)], [0, 10, 20, 30]) == [7, None, 9]
    (first, second) = pieces([0, 10, 20, 30], [7.0, None, 9.0])
    assert (first.times, second.times) == ([0, 10], [20, 30])


def test_a_sum_has_a_gap_only_where_nothing_is_known():
    assert added([[1.0, None], [None, None]]) == [1.0, None]
    assert added([]) == []


def test_a_section_is_shaded_by_how_much_of_the_time_it_was_open():
    rows = [
        SectionUse(("train",), start, start + 10.0, 1, open_s, (), ())
        for start, open_s in ((0.0, 10.0), (10.0, 0.1), (20.0, 0.0))
    ]
    run = RunRecord("r", "p", "n", "2026-01-01T00:00:00Z", sections=tuple(rows))
    found = section_stretches(run, ("train",), [0.0, 10.0, 20.0, 30.0])
    assert [tuple(stretch) for stretch in found] == [(0.0, 10.0, 1.0), (10.0, 20.0, 0.25)]
