"""Intensities that a footprint carries: there and back, in few stretches, never too many."""

import pytest

from good_and_broken import FOOTPRINT, HOURS
from wattprint.domain.errors import InputError, RecordError
from wattprint.domain.footprint import Footprint
from wattprint.domain.hours import MOST_VALUES, ChargedHours, joined
from wattprint.domain.interval import exact
from wattprint.domain.series import IntensityInterval

DAY_S = 1_767_225_600.0
"""2026-01-01T00:00Z."""


def hourly(*grams, step_s=3600.0, state="actual"):
    """Intensities one after another; None leaves a gap."""
    return tuple(
        IntensityInterval(DAY_S + i * step_s, DAY_S + (i + 1) * step_s, float(g), state)
        for i, g in enumerate(grams)
        if g is not None
    )


def test_a_footprint_at_the_years_mean_holds_no_hours_and_one_with_them_is_read_back():
    assert "hours" not in FOOTPRINT.as_dict()
    record = {**FOOTPRINT.as_dict(), "hours": HOURS}
    assert Footprint.from_dict(record).as_dict() == record


def test_neighbours_of_one_length_and_state_are_one_stretch():
    # Two actual hours, a gap, one of them, and one that is estimated: three stretches.
    intervals = (*hourly(10, 20, None, 30), *hourly(*[None] * 4, 40, state="estimated"))
    hours = ChargedHours("FR", "file", "direct", 1.0, exact(25.0), intervals)
    steps = hours.as_dict()["steps"]
    assert [(s["start"][11:13], s["state"], s["g_per_kwh"]) for s in steps] == [
        ("00", "actual", [10.0, 20.0]),
        ("03", "actual", [30.0]),
        ("04", "estimated", [40.0]),
    ]
    assert ChargedHours.from_dict(hours.as_dict()) == hours


def test_a_year_of_hours_is_kept_as_it_is():
    year = hourly(*range(8784))
    assert joined(year) == (year, 1)


def test_more_become_means_of_neighbours_and_the_mean_of_all_stays():
    # 20,000 steps of five minutes: pairs would be 10,000, so four at a time, 5,000 of them.
    many = hourly(*(float(i % 10) for i in range(20_000)), step_s=300.0)
    left, size = joined(many)
    assert (len(left), size) == (5000, 4)
    assert left[0].carbon_intensity_g_per_kwh == pytest.approx((0 + 1 + 2 + 3) / 4, rel=1e-12)
    assert (left[0].start_s, left[-1].end_s) == (many[0].start_s, many[-1].end_s)
    mean = sum(one.carbon_intensity_g_per_kwh for one in left) / len(left)
    assert mean == pytest.approx(4.5, rel=1e-12)


def test_nothing_is_joined_over_a_gap():
    left, _ = joined(hourly(10, 20, None, 30, 50), most=2)
    assert [one.carbon_intensity_g_per_kwh for one in left] == [15.0, 40.0]


def test_more_stretches_than_can_be_kept_are_refused():
    scattered = hourly(*(g for _ in range(MOST_VALUES + 1) for g in (1.0, None)))
    with pytest.raises(InputError, match="9,001 stretches without a gap; expected at most 9,000"):
        joined(scattered)


def test_intensities_that_overlap_are_none():
    steps = [*HOURS["steps"], *HOURS["steps"]]
    record = {**FOOTPRINT.as_dict(), "hours": {**HOURS, "steps": steps}}
    with pytest.raises(RecordError, match="overlap"):
        Footprint.from_dict(record)
