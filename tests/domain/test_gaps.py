"""Gaps are filled by a named rule or not at all, and what was filled is on record."""

import pytest

from wattprint.domain.errors import InputError
from wattprint.domain.gaps import RULES, filled
from wattprint.domain.series import Filling, IntensityInterval, IntensitySeries

HOUR, DAY = 3600.0, 86_400.0


def series(*rows):
    """Hours of (hour, g/kWh)."""
    intervals = [IntensityInterval(h * HOUR, (h + 1) * HOUR, float(g)) for h, g in rows]
    return IntensitySeries("DE", intervals, kind="average", basis="lifecycle")


def figures(of, state=None):
    return {i.start_s / HOUR: i.carbon_intensity_g_per_kwh for i in of if state in (None, i.state)}


TWO_HOURS_MISSING = series((0, 100), (1, 200), (4, 400), (5, 500))


def test_none_leaves_a_gap_and_says_so():
    left = filled(TWO_HOURS_MISSING, "none", 0, 6 * HOUR)
    assert figures(left) == figures(TWO_HOURS_MISSING)
    assert left.filling == Filling("none", 0.0)


def test_neighbours_is_the_mean_of_both_sides():
    # (200 + 400) / 2 in each of the two hours.
    made = filled(TWO_HOURS_MISSING, "neighbours", 0, 6 * HOUR)
    assert figures(made, "filled") == {2.0: 300.0, 3.0: 300.0}
    assert made.filling == Filling("neighbours", 2 * HOUR)
    assert made.mean_over(0, 6 * HOUR) == pytest.approx(1800 / 6, rel=1e-12)


def test_neighbours_needs_both_sides():
    made = filled(TWO_HOURS_MISSING, "neighbours", -HOUR, 8 * HOUR)
    assert set(figures(made, "filled")) == {2.0, 3.0}
    assert made.gaps(-HOUR, 8 * HOUR) == [(-HOUR, 0), (6 * HOUR, 8 * HOUR)]


def test_same_hour_is_the_mean_of_that_hour_on_the_days_around():
    # Hour 2 of day 1 is missing; hour 2 of day 0 is 102 g, of day 2 302 g: 202 g.
    rows = [(24 * d + h, 100 * (d + 1) + h) for d in range(3) for h in range(24)]
    made = filled(series(*(r for r in rows if r[0] != 26)), "same_hour", 0, 3 * DAY)
    assert figures(made, "filled") == {26.0: 202.0}


def test_same_hour_looks_no_further_than_a_week():
    far = series((2, 100), (2 + 9 * 24, 300))
    made = filled(far, "same_hour", 2 * HOUR, 3 * HOUR + 9 * DAY)
    # Day 8 is 8 days from the first and 1 from the last; day 1 the other way round.
    assert figures(made, "filled")[2.0 + 24] == 100.0
    assert figures(made, "filled")[2.0 + 8 * 24] == 300.0
    assert figures(made, "filled")[2.0 + 4 * 24] == 200.0


def test_part_of_an_hour_is_filled_as_that_part():
    half = IntensitySeries(
        "DE",
        [IntensityInterval(0, 0.5 * HOUR, 100.0), IntensityInterval(HOUR, 2 * HOUR, 200.0)],
        kind="average",
        basis="lifecycle",
    )
    made = filled(half, "neighbours", 0, 2 * HOUR)
    assert made.filling == Filling("neighbours", 0.5 * HOUR)
    assert made.at(0.75 * HOUR).carbon_intensity_g_per_kwh == 150.0


def test_a_rule_that_there_is_not_is_refused():
    with pytest.raises(
        InputError, match="rule is 'linear'; expected one of neighbours, none, same"
    ):
        filled(TWO_HOURS_MISSING, "linear", 0, 6 * HOUR)


@pytest.mark.parametrize("rule", RULES)
def test_what_is_known_stays_as_it_is(rule):
    made = filled(TWO_HOURS_MISSING, rule, 0, 6 * HOUR)
    assert figures(made, "actual") == figures(TWO_HOURS_MISSING)
    assert (made.zone, made.kind, made.basis) == ("DE", "average", "lifecycle")
