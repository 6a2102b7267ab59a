"""Emissions at the intensity of the hours in which energy was used."""

import csv
import gzip
from bisect import bisect_right
from datetime import datetime, timedelta, timezone
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from made_runs import CPU, made_run
from wattprint import estimate, footprint_of_run
from wattprint.domain.errors import InputError
from wattprint.domain.readings import Interval
from wattprint.domain.series import EnergyInterval, IntensityInterval, IntensitySeries
from wattprint.estimator.by_hour import energy_of_run, place_by_hour
from wattprint.estimator.place import find_place

HOUR_S = 3600.0
DAY_S = datetime(2026, 3, 16, tzinfo=timezone.utc).timestamp()
KWH_UJ = 3_600_000_000_000
GB_2020 = (
    Path(__file__).resolve().parents[3]
    / "shared/reference/intensity_hourly/GB_2020_lets_wait_awhile.csv.gz"
)


def series(*grams, start_s=DAY_S, step_s=HOUR_S, kind="average", basis="lifecycle"):
    parts = [
        IntensityInterval(start_s + i * step_s, start_s + (i + 1) * step_s, float(g))
        for i, g in enumerate(grams)
        if g is not None
    ]
    return IntensitySeries("FR", parts, kind=kind, basis=basis, provider="electricitymaps")


def a_run(*kwh, seconds=HOUR_S, slept_s=0.0):
    readings = tuple(
        Interval(i * seconds, (i + 1) * seconds, (round(k * KWH_UJ),), (None,), slept_s * (i == 1))
        for i, k in enumerate(kwh)
    )
    return made_run(
        devices=(CPU,),
        started_at="2026-03-16T00:00:00.000Z",
        intervals=readings,
        duration_s=len(kwh) * seconds,
    )


def grams(footprint):
    return footprint.emissions_kg.location_based.value * 1000


def derived(footprint, quantity):
    return next(row for row in footprint.derived if row.quantity == quantity)


def test_each_interval_of_a_run_is_charged_at_its_own_hour():
    # 1 kWh in an hour of 400 g and 3 kWh in one of 100 g: 700 g. The hours' mean would say 1000.
    footprint = footprint_of_run(a_run(1, 3), zone="FR", series=series(400, 100))
    assert grams(footprint) == pytest.approx(700.0, rel=1e-12)


def test_the_figure_at_the_years_mean_and_the_difference_stand_beside():
    yearly = footprint_of_run(a_run(1, 3), zone="FR")
    footprint = footprint_of_run(a_run(1, 3), zone="FR", series=series(400, 100))
    at_mean = derived(footprint, "emissions_at_year_mean").amount
    assert at_mean.value == pytest.approx(yearly.emissions_kg.location_based.value, rel=1e-12)
    ratio = derived(footprint, "by_hour_over_year_mean").amount.value
    assert ratio == pytest.approx(700.0 / grams(yearly), rel=1e-9)
    sources = {row.quantity: row.source for row in footprint.evidence}
    assert sources["carbon_intensity"] == "electricitymaps_api"
    assert sources["carbon_intensity_year_mean"] == "owid_ember_2026"


def test_pue_multiplies_both():
    plain = footprint_of_run(a_run(1, 3), zone="FR", series=series(400, 100))
    cooled = footprint_of_run(a_run(1, 3), zone="FR", series=series(400, 100), pue=1.5)
    assert grams(cooled) == pytest.approx(1.5 * grams(plain), rel=1e-12)


def test_a_gap_is_charged_at_the_years_mean_and_the_share_is_said():
    # 3 of 4 kWh are covered at 100 g; the fourth takes the year's mean of FR.
    footprint = footprint_of_run(a_run(1, 3), zone="FR", series=series(None, 100))
    yearly = derived(footprint, "emissions_at_year_mean").amount.value * 1000 / 4
    assert grams(footprint) == pytest.approx(300.0 + yearly, rel=1e-9)
    note = next(row.note for row in footprint.evidence if row.quantity == "carbon_intensity")
    assert "covers 75.0% of the energy" in note


def test_time_that_the_machine_slept_is_not_charged():
    # It slept for an hour before the second reading: that reading is of the third hour.
    run = a_run(1, 3, slept_s=HOUR_S)
    footprint = footprint_of_run(run, zone="FR", series=series(400, 999, 100))
    assert grams(footprint) == pytest.approx(700.0, rel=1e-12)


def test_a_reading_spans_the_intervals_that_could_not_be_read():
    run = a_run(1, 3)
    unread = run.intervals[0]._replace(energy_uj=(None,))
    gap = run._replace(intervals=(unread, run.intervals[1]))
    assert energy_of_run(gap) == [EnergyInterval(DAY_S, DAY_S + 2 * HOUR_S, 3.0)]


def test_static_power_is_used_all_the_time():
    # 250 W for two hours: 0.25 kWh in each.
    parts = energy_of_run(a_run(1, 3), static_w=250.0)[1:]
    assert [part.energy_kwh for part in parts[1:]] == pytest.approx([0.25, 0.25], rel=1e-12)


@given(
    st.lists(st.floats(0.01, 50), min_size=1, max_size=6),
    st.lists(st.floats(1, 900), min_size=8, max_size=8),
    st.integers(2, 7),
)
def test_splitting_intervals_anywhere_changes_nothing(kwh, intensities, parts):
    of = series(*intensities)
    whole = [
        EnergyInterval(DAY_S + i * HOUR_S, DAY_S + (i + 1) * HOUR_S, k) for i, k in enumerate(kwh)
    ]
    split = [
        EnergyInterval(a + j * (b - a) / parts, a + (j + 1) * (b - a) / parts, energy / parts)
        for a, b, energy in whole
        for j in range(parts)
    ]
    place = find_place(zone="FR")
    one, other = (place_by_hour(place, of, energy).intensity.amount for energy in (whole, split))
    assert other.value == pytest.approx(one.value, rel=1e-9)


def test_described_work_is_charged_by_its_hours():
    # 1 kW from 00:30 to 02:00: half an hour at 400 g, one at 100 g: 0.2 + 0.1 kg.
    footprint = estimate(
        power_w=1000,
        start="2026-03-16T00:30:00Z",
        end="2026-03-16T02:00:00Z",
        zone="FR",
        series=series(400, 100),
    )
    assert footprint.energy_kwh.it.value == pytest.approx(1.5, rel=1e-12)
    assert grams(footprint) == pytest.approx(300.0, rel=1e-12)
    assert footprint.work["start"] == "2026-03-16T00:30:00Z"


def test_a_start_and_hours_make_an_end_and_a_year():
    by_hours = estimate(power_w=1000, start="2024-03-16", hours=2, zone="FR")
    by_end = estimate(power_w=1000, start="2024-03-16", end="2024-03-16T02:00", zone="FR")
    assert by_hours.emissions_kg == by_end.emissions_kg
    assert (
        by_hours.emissions_kg == estimate(power_w=1000, hours=2, year=2024, zone="FR").emissions_kg
    )


def test_summer_time_ends_and_no_hour_is_lost_or_doubled():
    # Berlin's 25-hour day, 2026-10-25: 1 kW all day is 25 kWh.
    summer, winter = timezone(timedelta(hours=2)), timezone(timedelta(hours=1))
    footprint = estimate(
        power_w=1000,
        start=datetime(2026, 10, 25, tzinfo=summer),
        end=datetime(2026, 10, 26, tzinfo=winter),
        intensity=100,
    )
    assert footprint.energy_kwh.it.value == pytest.approx(25.0, rel=1e-12)


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"start": "noon"}, "start is 'noon'; expected a date such as"),
        ({"start": 20260316}, "start is 20260316"),
        ({"start": "2026-03-16"}, "start is '2026-03-16' alone; expected end or hours"),
        ({"start": "2026-03-16", "end": "2026-03-15"}, "end is '2026-03-15', not after start"),
        (
            {"start": "2026-03-16", "end": "2026-03-17", "hours": 3},
            "hours is 3, but from start to end it is 24.0",
        ),
        ({"end": "2026-03-16", "hours": 1}, "end is given without a start"),
        ({"series": series(1), "hours": 1}, "series is given without a start"),
        ({"start": "2026-03-16", "hours": 1, "series": [400]}, "expected an IntensitySeries"),
        (
            {"start": "2026-03-16", "hours": 1, "series": series(1, kind="marginal")},
            "is marginal; expected an average one",
        ),
        (
            {"start": "2027-03-16", "hours": 1, "series": series(1)},
            "series of FR covers none of the energy",
        ),
        (
            {"start": "2026-03-16", "hours": 1, "methodology": "ml-co2-impact"},
            "start is given beside methodology 'ml-co2-impact'",
        ),
    ],
)
def test_what_cannot_be_charged_by_hour_is_refused(inputs, message):
    with pytest.raises(InputError, match=message):
        estimate(power_w=100, zone="FR", **inputs)


@pytest.mark.skipif(not GB_2020.exists(), reason=f"{GB_2020.parent} is not here")
def test_a_year_of_half_hours_equals_an_independent_recomputation():
    """Great Britain 2020, readings of 7 minutes, gaps included: exact fractions against ours."""
    with gzip.open(GB_2020, "rt", newline="") as rows:
        known = sorted(
            (datetime.fromisoformat(a[:16]).replace(tzinfo=timezone.utc).timestamp(), float(b))
            for a, b, *_ in list(csv.reader(rows))[1:]
            if b
        )
    parts = [IntensityInterval(at, at + 1800, g) for at, g in known]
    of = IntensitySeries("GB", parts, kind="average", basis="direct", provider="gb")
    first, step_s = int(known[0][0]), 420
    energy = [
        EnergyInterval(first + i * step_s, first + (i + 1) * step_s, 0.5 + (i % 97) / 100)
        for i in range(75_000)
    ]
    starts = [at for at, _ in known]
    covered, total = Fraction(0), Fraction(0)
    for start_s, end_s, kwh in energy:
        at = Fraction(start_s)
        while at < end_s:
            i = bisect_right(starts, at) - 1
            slot_end = Fraction(starts[i]) + 1800
            until = min(Fraction(end_s), slot_end)
            if slot_end <= at:
                nxt = starts[i + 1] if i + 1 < len(starts) else end_s
                at = min(Fraction(end_s), Fraction(nxt))
                continue
            share = Fraction(kwh) * (until - at) / step_s
            covered += share
            total += share * Fraction(known[i][1])
            at = until
    charge = of.charge(energy, partly=True)
    assert charge.emissions_g == pytest.approx(float(total), rel=1e-9)
    assert charge.covered_kwh == pytest.approx(float(covered), rel=1e-9)


def test_the_footprint_carries_the_hours_that_it_was_charged_at():
    # 1 kWh at 400 g and 3 kWh at 100 g: 175 g/kWh on average. The third hour touched nothing.
    footprint = footprint_of_run(a_run(1, 3), zone="FR", series=series(400, 100, 999))
    hours = footprint.hours
    assert (hours.zone, hours.provider, hours.basis) == ("FR", "electricitymaps", "lifecycle")
    assert [one.carbon_intensity_g_per_kwh for one in hours.intervals] == [400.0, 100.0]
    assert (hours.mean_g_per_kwh.value, hours.coverage) == (pytest.approx(175.0, rel=1e-12), 1.0)
    at_mean = derived(footprint, "emissions_at_year_mean").amount.value
    assert hours.at_year_mean_kg == at_mean
    assert footprint_of_run(a_run(1, 3), zone="FR").hours is None


def test_others_come_to_the_same_grams_by_the_hours_of_a_footprint():
    run = a_run(1, 3)
    hours = footprint_of_run(run, zone="FR", series=series(400, 100)).hours
    again = IntensitySeries(hours.zone, hours.intervals, kind="average", basis=hours.basis)
    assert grams(footprint_of_run(run, zone="FR", series=again)) == pytest.approx(700, rel=1e-12)


def test_a_run_whose_readings_were_added_up_is_charged_at_its_hours_again():
    # As one reading of 4 kWh the run would be charged at 250 g/kWh, 1,000 g: not at 175.
    hours = footprint_of_run(a_run(1, 3), zone="FR", series=series(400, 100)).hours
    added_up = a_run(4, seconds=2 * HOUR_S)
    again = footprint_of_run(added_up, zone="FR", hours=hours)
    assert grams(again) == pytest.approx(700.0, rel=1e-12)
    assert again.hours == hours


def test_hours_of_a_part_take_the_years_mean_of_today_for_the_rest():
    partly = footprint_of_run(a_run(1, 3), zone="FR", series=series(None, 100))
    again = footprint_of_run(a_run(4, seconds=2 * HOUR_S), zone="FR", hours=partly.hours)
    assert partly.hours.coverage == pytest.approx(0.75, rel=1e-12)
    assert grams(again) == pytest.approx(grams(partly), rel=1e-12)
    with pytest.raises(InputError, match=r"covers 75.0% of the energy"):
        footprint_of_run(a_run(1, 3), hours=partly.hours)


def test_direct_hours_are_compared_with_a_direct_mean_and_not_with_that_of_a_life_cycle():
    # 4 kWh at 45 g; the direct mean is of 2020, two years before the year that is said.
    run, hours = a_run(1, 3), series(45, 45, basis="direct")
    footprint = footprint_of_run(run, zone="FR", year=2022, series=hours)
    direct = find_place(zone="FR", year=2022, basis="direct").intensity.amount.value
    assert direct != find_place(zone="FR", year=2022).intensity.amount.value
    assert footprint.hours.at_year_mean_kg == pytest.approx(4 * direct / 1000, rel=1e-12)
    ratio = derived(footprint, "by_hour_over_year_mean").amount.value
    assert ratio == pytest.approx(45 / direct, rel=1e-12)
    notes = {row.quantity: row.note for row in footprint.evidence}
    assert ", direct, " in notes["carbon_intensity_year_mean"]


def test_gaps_at_a_mean_of_another_basis_are_said_and_neither_save_nor_cost():
    # 3 of 4 kWh are at 45 g; the fourth is at the lifecycle mean, on both sides.
    hours = series(None, 45, basis="direct")
    footprint = footprint_of_run(a_run(1, 3), zone="FR", year=2022, series=hours)
    direct = find_place(zone="FR", year=2022, basis="direct").intensity.amount.value
    lifecycle = find_place(zone="FR", year=2022).intensity.amount.value
    assert grams(footprint) == pytest.approx(3 * 45 + lifecycle, rel=1e-9)
    at_mean_g = footprint.hours.at_year_mean_kg * 1000
    assert at_mean_g == pytest.approx(3 * direct + lifecycle, rel=1e-9)
    note = next(row.note for row in footprint.evidence if row.quantity == "carbon_intensity")
    assert "the rest is at the year's mean, of another basis, lifecycle" in note


def test_a_mean_of_years_ago_is_compared_with_nothing():
    # The direct mean of FR is of 2020; what the grid became since is no hour's doing.
    footprint = footprint_of_run(a_run(4), zone="FR", series=series(45, basis="direct"))
    assert footprint.hours.at_year_mean_kg is None
    notes = {row.quantity: row.note for row in footprint.evidence}
    words = "the year's mean, direct, is that of 2020: nothing is compared"
    assert notes["carbon_intensity_year_mean"] == words


def test_without_a_mean_of_the_basis_of_the_hours_nothing_is_compared():
    # California has direct means alone: 4 kWh at 100 g of a life cycle are 400 g, beside nothing.
    run = a_run(1, 3)
    footprint = footprint_of_run(run, zone="US-CA", series=series(100, 100))
    assert grams(footprint) == pytest.approx(400.0, rel=1e-12)
    assert footprint.hours.at_year_mean_kg is None
    beside = {row.quantity for row in footprint.derived}
    assert not beside & {"emissions_at_year_mean", "by_hour_over_year_mean"}
    notes = {row.quantity: row.note for row in footprint.evidence}
    words = "the year's mean is of another basis, direct: nothing is compared"
    assert notes["carbon_intensity_year_mean"] == words
    assert footprint_of_run(run, zone="US-CA", hours=footprint.hours).hours == footprint.hours
