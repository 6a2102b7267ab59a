"""Sums that lose nothing: a window is worth the same wherever it lies and however it is cut."""

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattprint.domain.integral import Integral

STEPS = [(0.0, 2.0, 10.0), (3.0, 4.0, 100.0)]


@pytest.mark.parametrize(
    ("start", "end", "area"),
    [
        pytest.param(0, 2, 20.0, id="2 x 10"),
        pytest.param(1, 3.5, 60.0, id="1 x 10 + 0.5 x 100"),
        pytest.param(2, 3, 0.0, id="between steps there is nothing"),
        pytest.param(-9, 99, 120.0, id="all of it"),
        pytest.param(-9, -1, 0.0, id="before"),
        pytest.param(5, 6, 0.0, id="after"),
    ],
)
def test_the_area_under_the_steps(start, end, area):
    assert Integral(STEPS).between(start, end) == area


def test_an_hour_at_the_end_of_ten_years_is_as_exact_as_one_at_the_beginning():
    # 87,600 h of 400.1 g: a plain running sum of 1.3e11 would be off by 1e-5 in each hour.
    hour = 3600.0
    whole = Integral((i * hour, (i + 1) * hour, 400.1) for i in range(87_600))
    last = whole.between(87_599 * hour, 87_600 * hour)
    assert last == pytest.approx(400.1 * hour, rel=1e-15)


heights = st.lists(st.floats(0, 1e4), min_size=1, max_size=50)


@given(heights=heights, cuts=st.lists(st.floats(0, 1), max_size=5))
def test_windows_that_adjoin_add_up_to_the_window_that_they_make(heights, cuts):
    start = 1.7e9  # seconds since 1970, as times really are
    whole = Integral((start + 900 * i, start + 900 * (i + 1), h) for i, h in enumerate(heights))
    end = start + 900 * len(heights)
    edges = [start, *sorted(start + cut * (end - start) for cut in cuts), end]
    parts = sum(whole.between(a, b) for a, b in pairwise(edges))
    assert parts == pytest.approx(whole.between(start, end), rel=1e-12, abs=1e-300)


@given(heights=heights, first=st.integers(0, 49), count=st.integers(1, 50))
def test_it_is_the_exact_sum_rounded_once(heights, first, count):
    first = min(first, len(heights) - 1)
    last = min(first + count, len(heights))
    whole = Integral((900.0 * i, 900.0 * (i + 1), h) for i, h in enumerate(heights))
    exact = sum(Fraction(900) * Fraction(h) for h in heights[first:last])
    assert whole.between(900.0 * first, 900.0 * last) == pytest.approx(float(exact), rel=1e-14)
