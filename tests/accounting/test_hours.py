"""Hours: what a series of any step, with gaps, charges a job by the text."""

import pytest

from accounting.made import DAY, HOUR, JAN_2024, accounted, made_row, made_series
from wattprint.accounting.hours import PlaceHours, hour_rows
from wattprint.accounting.site import site_of
from wattprint.domain.series import IntensityInterval, IntensitySeries

SITE = site_of({"intensity": 360, "metered": "wall"})


def g_per_kwh(folder, series, *jobs):
    """Return the intensity at which jobs of (start, wall time) were charged by the text."""
    # A metered GJ each, so that the rounding to whole micrograms cannot be seen.
    rows = [
        made_row(i, start_s=start_s, elapsed_s=wall_s, end_s=start_s + wall_s, node_energy_j=1e9)
        for i, (start_s, wall_s) in enumerate(jobs)
    ]
    _, by_id = accounted(rows, folder, SITE, find_series=lambda *_: series)
    return [by_id[str(i)]["location_ug"] / 1e9 * 3.6 for i in range(len(jobs))]


def near(*grams):
    return pytest.approx(list(grams), rel=1e-9)


@pytest.mark.parametrize("minutes", [5, 30, 60])
def test_a_series_of_any_step_is_averaged_over_the_hour(tmp_path, minutes):
    # Steps of 100 g, 200 g, 300 g ... within the first hour, 60 / minutes of them.
    steps = 60 // minutes
    series = made_series([100.0 * (i + 1) for i in range(3 * steps)], step_s=60 * minutes)
    mean = 100 * (1 + steps) / 2
    found = g_per_kwh(tmp_path, series, (JAN_2024, HOUR), (JAN_2024 + 10, 60))
    assert found == near(mean, mean)


def test_each_hour_is_charged_by_the_time_spent_in_it(tmp_path):
    # A quarter at 100 g, three quarters at 300 g: 250 g.
    series = made_series([100, 300])
    assert g_per_kwh(tmp_path, series, (JAN_2024 + 2700, HOUR)) == near(250)


def test_a_gap_is_filled_with_the_year_mean(tmp_path):
    # 100 g, then a gap at 360 g, then 300 g.
    series = made_series([100, None, 300])
    jobs = [(JAN_2024, 3 * HOUR), (JAN_2024 + HOUR, HOUR), (JAN_2024 + 9 * HOUR, HOUR)]
    assert g_per_kwh(tmp_path, series, *jobs) == near(760 / 3, 360, 360)


def test_a_series_may_start_within_the_job(tmp_path):
    # An hour before it at 360 g, two at 100 g.
    series = made_series([100, 100, 100])
    assert g_per_kwh(tmp_path, series, (JAN_2024 - HOUR, 3 * HOUR)) == near(560 / 3)


def test_the_night_of_summer_time_has_as_many_hours_as_any(tmp_path):
    # 2024-03-31T00:00Z: clocks go on at 01:00Z in Europe; times here are UTC.
    night_s = JAN_2024 + 90 * DAY
    series = made_series([100, 200, 300, 400], start_s=night_s)
    assert g_per_kwh(tmp_path, series, (night_s, 4 * HOUR)) == near(250)


@pytest.mark.parametrize("seconds", [1, 2, 60])
def test_a_short_job_late_in_a_long_log_is_as_right_as_any(tmp_path, seconds):
    # Ten years at 400 g, then a job over the edge of an hour between 100 and 300 g.
    late_s = JAN_2024 + 3650 * DAY
    long = IntensityInterval(JAN_2024, late_s, 400.123456789)
    edge = [
        IntensityInterval(late_s, late_s + HOUR, 100.0),
        IntensityInterval(late_s + HOUR, late_s + 2 * HOUR, 300.0),
    ]
    series = IntensitySeries("DE", [long, *edge], kind="average", basis="lifecycle")
    before = (late_s + HOUR - seconds, 2 * seconds)
    whole = (JAN_2024, 60)
    found = g_per_kwh(tmp_path, series, whole, before)
    assert found == near(400.123456789, 200)


def test_zero_intensity_charges_nothing(tmp_path):
    assert g_per_kwh(tmp_path, made_series([0, 0]), (JAN_2024, 2 * HOUR)) == [0]


def test_every_job_finds_both_its_hours():
    places = {1: PlaceHours(None, {}), 2: PlaceHours(made_series([1]), {})}
    keys = [row[0] for row in hour_rows(places, JAN_2024 + 5, JAN_2024 + 2 * HOUR)]
    hours = [0, JAN_2024, JAN_2024 + HOUR, JAN_2024 + 2 * HOUR]
    assert keys == [number * 10**12 + hour for number in (1, 2) for hour in hours]


def test_a_series_of_one_zone_charges_no_other(tmp_path):
    site = site_of({"partitions": {"p1": {"zone": "DE"}, "p2": {"zone": "FR"}}})
    known = {"DE": made_series([1000, 1000]), "FR": made_series([10, 10])}
    rows = [made_row(i, kind=i, node_energy_j=3.6e9) for i in (1, 2)]
    _, by_id = accounted(rows, tmp_path, site, find_series=lambda said, *_: known[said["zone"]])
    # 1,000 kWh at 1,000 g and at 10 g.
    assert [by_id[i]["location_ug"] for i in "12"] == [10**12, 10**10]
    assert by_id["1"]["location_at_year_mean_ug"] < 10**12
