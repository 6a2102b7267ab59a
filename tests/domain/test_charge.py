"""Energy charged at the intensity of its own time, against an independent recomputation."""

import csv
import gzip
from datetime import datetime, timedelta, timezone
from fractions import Fraction
from math import fsum
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattprint.domain.errors import ContradictionError, InputError
from wattprint.domain.gaps import filled
from wattprint.domain.series import EnergyInterval, IntensityInterval, IntensitySeries, joined

HOUR = 3600.0
REFERENCE = Path(__file__).resolve().parents[3] / "shared" / "reference" / "intensity_hourly"


def series(*rows, **changed):
    """A series of (start, end, g/kWh[, state, low, high]) in hours since 1970."""
    intervals = [IntensityInterval(s * HOUR, e * HOUR, *rest) for s, e, *rest in rows]
    return IntensitySeries("DE", intervals, **{"kind": "average", "basis": "lifecycle", **changed})


TWO_HOURS = series((0, 1, 100.0), (1, 2, 400.0))
WITH_A_GAP = series((0, 1, 100.0), (3, 4, 400.0))


def test_each_hour_is_charged_at_its_own_intensity():
    # 3 kWh in a 100 g hour and 1 kWh in a 400 g hour: 300 + 400. The mean would say 1000.
    charge = TWO_HOURS.charge([EnergyInterval(0, HOUR, 3.0), EnergyInterval(HOUR, 2 * HOUR, 1.0)])
    assert (charge.energy_kwh, charge.covered_kwh, charge.emissions_g) == (4.0, 4.0, 700.0)
    assert (charge.coverage, charge.low_g, charge.high_g) == (1.0, None, None)


def test_energy_over_several_hours_is_spread_evenly():
    # 2 kWh from 0:30 to 1:30: half at 100, half at 400 g.
    charge = TWO_HOURS.charge([EnergyInterval(0.5 * HOUR, 1.5 * HOUR, 2.0)])
    assert charge.emissions_g == 500.0


def test_bounds_of_the_series_are_charged_like_its_value():
    # 2 kWh x (80, 100, 150) + 1 kWh x (300, 400, 450): errors shared by all hours add.
    bounded = series((0, 1, 100.0, "typical", 80.0, 150.0), (1, 2, 400.0, "typical", 300.0, 450.0))
    charge = bounded.charge([EnergyInterval(0, HOUR, 2.0), EnergyInterval(HOUR, 2 * HOUR, 1.0)])
    assert (charge.low_g, charge.emissions_g, charge.high_g) == (460.0, 600.0, 750.0)


def test_energy_at_an_unknown_time_is_refused_or_left_out_and_told():
    energy = [EnergyInterval(0, 2 * HOUR, 4.0)]
    with pytest.raises(InputError, match=r"has intensity for only 50\.0% for DE"):
        WITH_A_GAP.charge(energy)
    charge = WITH_A_GAP.charge(energy, partly=True)
    # Half of the time is known: 2 kWh x 100 g.
    assert (charge.covered_kwh, charge.emissions_g, charge.coverage) == (2.0, 200.0, 0.5)
    assert WITH_A_GAP.charge([EnergyInterval(HOUR, HOUR * 2, 1.0)], partly=True).coverage == 0.0


@pytest.mark.parametrize(
    ("energy", "message"),
    [
        ((0.0, 0.0, 1.0), "is empty; expected start < end"),
        ((HOUR, 0.0, 1.0), "is empty; expected start < end"),
        ((0.0, HOUR, -1.0), "energy_kwh is -1.0"),
        ((0.0, HOUR, float("nan")), "energy_kwh is nan"),
        ((float("nan"), HOUR, 1.0), "is empty"),
    ],
)
def test_energy_that_is_none_is_refused(energy, message):
    with pytest.raises(InputError, match=message):
        TWO_HOURS.charge([EnergyInterval(*energy)])


def test_no_energy_is_no_emission():
    charge = TWO_HOURS.charge([])
    assert (charge.energy_kwh, charge.emissions_g, charge.coverage) == (0.0, 0.0, 1.0)


@given(
    heights=st.lists(st.floats(0, 1000), min_size=1, max_size=40),
    cut=st.floats(0.001, 0.999),
    kwh=st.floats(0.001, 1e6),
)
def test_splitting_a_run_anywhere_changes_nothing(heights, cut, kwh):
    start_s = 1_760_000_000.0
    rows = [
        IntensityInterval(start_s + 900 * i, start_s + 900 * (i + 1), h)
        for i, h in enumerate(heights)
    ]
    made = IntensitySeries("DE", rows, kind="average", basis="direct")
    end_s = made.end_s
    middle_s = start_s + cut * (end_s - start_s)
    share = (middle_s - start_s) / (end_s - start_s)
    whole = made.charge([EnergyInterval(start_s, end_s, kwh)])
    halves = made.charge(
        [
            EnergyInterval(start_s, middle_s, kwh * share),
            EnergyInterval(middle_s, end_s, kwh * (1 - share)),
        ]
    )
    assert halves.emissions_g == pytest.approx(whole.emissions_g, rel=1e-12, abs=1e-300)


def half_hours_of_a_year(year, values, missing=()):
    """A year of half hours, some of them missing; and the energy of each of its local hours."""
    start = datetime(year, 1, 1, tzinfo=timezone.utc)
    rows = []
    for i, value in enumerate(values):
        begin = (start + timedelta(minutes=30 * i)).timestamp()
        if i not in missing:
            rows.append(IntensityInterval(begin, begin + 1800.0, value))
    return IntensitySeries("GB", rows, kind="average", basis="lifecycle")


def energy_of_a_year(year):
    """Energy by the hours of a local clock, 23 and 25 of them on two days; hours of 0 to 2 kWh."""
    london, utc = ZoneInfo("Europe/London"), timezone.utc
    at = datetime(year, 1, 1, tzinfo=london).astimezone(utc)
    end = datetime(year + 1, 1, 1, tzinfo=london).astimezone(utc)
    hour = 0
    while at < end:
        yield EnergyInterval(at.timestamp(), at.timestamp() + 3600.0, (hour * 37 % 100) / 50.0)
        at += timedelta(hours=1)
        hour += 1


def recomputed(made, energy):
    """The charge by exact fractions, half hour by half hour, without any running sum."""
    known = {i.start_s: Fraction(i.carbon_intensity_g_per_kwh) for i in made}
    total, covered = Fraction(0), Fraction(0)
    for start_s, _, kwh in energy:
        for half_s in (start_s, start_s + 1800.0):
            if half_s in known:
                total += known[half_s] * Fraction(kwh) / 2
                covered += Fraction(kwh) / 2
    return float(total), float(covered)


def assert_a_year_is_charged_exactly(made, year):
    energy = list(energy_of_a_year(year))
    charge = made.charge(energy, partly=True)
    grams, covered_kwh = recomputed(made, energy)
    assert charge.emissions_g == pytest.approx(grams, rel=1e-12)
    assert charge.covered_kwh == pytest.approx(covered_kwh, rel=1e-12)
    # A year in one interval, and in 17,568: as much in all.
    flat = [EnergyInterval(i.start_s, i.end_s, 0.5) for i in made]
    parts = made.charge(flat).emissions_g
    assert parts == pytest.approx(fsum(0.5 * i.carbon_intensity_g_per_kwh for i in made), rel=1e-12)


def test_a_year_of_half_hours_with_gaps_is_charged_as_by_exact_fractions():
    values = [50.0 + (i * i * 7919 % 4001) / 10.0 for i in range(366 * 48)]
    made = half_hours_of_a_year(2020, values, missing={100, 101, 9_000, 17_000})
    assert_a_year_is_charged_exactly(made, 2020)


@pytest.mark.parametrize("zone", ["GB", "FR"])
def test_a_year_of_real_half_hours_is_charged_as_by_exact_fractions(zone):
    path = REFERENCE / f"{zone}_2020_lets_wait_awhile.csv.gz"
    if not path.exists():
        pytest.skip("needs ../shared/reference beside the checkout")
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        rows = [
            (datetime.fromisoformat(row["timestamp_utc"].replace("Z", "+00:00")).timestamp(),
             float(row["g_co2e_per_kwh"]))
            for row in csv.DictReader(stream)
        ]  # fmt: skip
    made = IntensitySeries(
        zone,
        [IntensityInterval(s, s + 1800.0, grams) for s, grams in rows],
        kind="average",
        basis="lifecycle",
    )
    assert len(made) > 17_000
    assert_a_year_is_charged_exactly(made, 2020)
    holes = made.gaps(made.start_s, made.end_s)
    whole = filled(made, "same_hour", made.start_s, made.end_s)
    assert whole.filling.filled_s == pytest.approx(sum(b - a for a, b in holes), rel=1e-12)


def test_a_mean_over_what_is_not_all_known_is_refused():
    assert TWO_HOURS.mean_over(0, 2 * HOUR) == 250.0
    for window in ((0, 3 * HOUR), (-1, HOUR), (2 * HOUR, 3 * HOUR)):
        with pytest.raises(InputError, match="for DE; this series holds intervals from"):
            TWO_HOURS.mean_over(*window)


def test_a_moment_has_its_interval_and_one_outside_has_none():
    assert TWO_HOURS.at(HOUR).carbon_intensity_g_per_kwh == 400.0
    assert TWO_HOURS.at(HOUR - 1e-6).carbon_intensity_g_per_kwh == 100.0
    for moment in (-1.0, 2 * HOUR):
        with pytest.raises(InputError, match="has no intensity for DE"):
            TWO_HOURS.at(moment)
    with pytest.raises(InputError, match="has no intensity for DE"):
        WITH_A_GAP.at(2 * HOUR)


def test_a_part_is_cut_at_its_edges():
    part = TWO_HOURS.within(0.5 * HOUR, 1.25 * HOUR)
    assert [tuple(i)[:3] for i in part] == [
        (0.5 * HOUR, HOUR, 100.0),
        (HOUR, 1.25 * HOUR, 400.0),
    ]
    with pytest.raises(InputError, match="has no intensity"):
        WITH_A_GAP.within(HOUR, 3 * HOUR)


def test_gaps_are_named_from_edge_to_edge():
    assert WITH_A_GAP.gaps(0, 4 * HOUR) == [(HOUR, 3 * HOUR)]
    assert WITH_A_GAP.gaps(-HOUR, 9 * HOUR) == [
        (-HOUR, 0),
        (HOUR, 3 * HOUR),
        (4 * HOUR, 9 * HOUR),
    ]
    assert WITH_A_GAP.gaps(1.5 * HOUR, 2 * HOUR) == [(1.5 * HOUR, 2 * HOUR)]


def test_series_are_joined_where_they_are_alike():
    both = joined(series((0, 1, 1.0), notes=("a",)), series((2, 3, 3.0), notes=("a", "b")))
    assert [i.carbon_intensity_g_per_kwh for i in both] == [1.0, 3.0]
    assert both.notes == ("a", "b")


@pytest.mark.parametrize(
    "changed", [{"kind": "marginal"}, {"basis": "direct"}, {"scope": "generation"}], ids=str
)
def test_series_that_are_not_alike_are_never_mixed(changed):
    (name,) = changed
    with pytest.raises(ContradictionError, match=f"expected one {name}: .* never mixed"):
        joined(series((0, 1, 1.0)), series((1, 2, 2.0), **changed))


@pytest.mark.parametrize(
    ("rows", "changed", "message"),
    [
        pytest.param([(0, 1, 5.0, "actual", 6.0, 7.0)], {}, "low <= value <= high", id="bounds"),
        pytest.param([(0, 1, 5.0, "actual", None, 7.0)], {}, "low <= value <= high", id="half"),
        pytest.param([(0, 1, 20_000.0)], {}, "0 to 10000", id="kg for g"),
        pytest.param([(0, 1, 5.0)], {"scope": "all"}, "scope is 'all'; expected", id="scope"),
        pytest.param([(0, float("inf"), 5.0)], {}, "is empty", id="endless"),
        pytest.param([(float("nan"), 1, 5.0)], {}, "is empty", id="no time"),
    ],
)
def test_what_is_no_series_is_refused(rows, changed, message):
    with pytest.raises(InputError, match=message):
        series(*rows, **changed)


def test_a_series_says_what_it_is():
    assert repr(series((0, 1, 5.0), provider="gb")) == (
        "<IntensitySeries DE, average, lifecycle, by gb: 1 intervals from 0.0 to 3600.0>"
    )
