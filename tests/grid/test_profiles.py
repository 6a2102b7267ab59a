"""Typical intensity over a window: level times ratio, with the intervals of both."""

from datetime import datetime, timedelta, timezone
from itertools import pairwise
from math import exp, fsum, hypot, log, sqrt
from zoneinfo import ZoneInfo

import pytest

from wattprint.domain.errors import InputError, UnknownNameError
from wattprint.domain.evidence import Method
from wattprint.factors.conventions import convention
from wattprint.factors.profiles import profiles
from wattprint.grid.profiles import typical_level, typical_ratio, typical_series

UTC = timezone.utc
ZONES = profiles().zones
NOON = datetime(2024, 6, 12, 12, tzinfo=UTC)


@pytest.mark.parametrize("year", [2023, 2024])
@pytest.mark.parametrize("zone", ["DE", "US-CAL-CISO"])
def test_the_mean_over_a_calendar_year_is_the_yearly_mean(zone, year):
    start, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    outlook = typical_series(zone, start, end)
    level = typical_level(profiles().find(zone), year=year).figure.carbon_intensity_g_per_kwh
    values = outlook.carbon_intensity_g_per_kwh
    assert len(values) == (8784 if year == 2024 else 8760)
    assert fsum(values) / len(values) == pytest.approx(level, rel=1e-12)


@pytest.mark.parametrize("zone", ZONES[::12])
def test_a_series_is_the_level_times_the_ratio_of_each_hour(zone):
    start = NOON - timedelta(days=100)
    outlook = typical_series(zone, start, start + timedelta(hours=50), year=2022)
    level = typical_level(profiles().find(zone), year=2022).figure.carbon_intensity_g_per_kwh
    ratios = [typical_ratio(zone, start + timedelta(hours=hour)).value for hour in range(50)]
    values = outlook.carbon_intensity_g_per_kwh
    assert values == pytest.approx([level * ratio for ratio in ratios], rel=1e-12)
    bounds = zip(outlook.low_g_per_kwh, values, outlook.high_g_per_kwh, strict=True)
    assert all(0 < low < value < high for low, value, high in bounds)


def test_the_interval_is_that_of_hours_sources_and_years():
    # Level of 2025 for 2029: the spread of one year to the power sqrt(4) = 2.
    outlook = typical_series("DE", NOON, NOON + timedelta(hours=1), year=2029)
    scatter = typical_ratio("DE", NOON)
    apart, source = convention("intensity_year").amount, convention("intensity_source").amount
    assert outlook.year == 2025
    up = hypot(
        log(scatter.high / scatter.value), log(source.high), sqrt(2029 - 2025) * log(apart.high)
    )
    high = outlook.high_g_per_kwh[0] / outlook.carbon_intensity_g_per_kwh[0]
    assert high == pytest.approx(exp(up), rel=1e-9)


def test_half_hours_and_days_are_means_of_the_same_hours():
    day = NOON.replace(hour=0)
    hourly, halves, daily = (
        typical_series("DE", day, day + timedelta(days=1), step_s=step_s)
        for step_s in (3600, 1800, 86400)
    )
    assert halves.carbon_intensity_g_per_kwh[::2] == hourly.carbon_intensity_g_per_kwh
    assert halves.carbon_intensity_g_per_kwh[1::2] == hourly.carbon_intensity_g_per_kwh
    mean = fsum(hourly.carbon_intensity_g_per_kwh) / 24
    assert daily.carbon_intensity_g_per_kwh == (pytest.approx(mean, rel=1e-12),)


def test_the_series_covers_the_whole_of_a_window_that_fits_no_step():
    # 12:20 to 14:10 touches the hours of 12, 13 and 14.
    outlook = typical_series("DE", NOON.replace(minute=20), NOON.replace(hour=14, minute=10))
    assert outlook.start == NOON
    assert len(outlook.carbon_intensity_g_per_kwh) == 3


def test_the_hour_that_a_clock_shows_twice_is_two_hours():
    berlin = ZoneInfo("Europe/Berlin")
    first = datetime(2024, 10, 27, 2, tzinfo=berlin)
    again = first.replace(fold=1)
    assert len(typical_series("DE", first, again).carbon_intensity_g_per_kwh) == 1
    assert typical_ratio("DE", again) == typical_ratio(
        "DE", first.astimezone(UTC) + timedelta(hours=1)
    )


def test_what_it_rests_on_is_said():
    outlook = typical_series("Germany", NOON, NOON + timedelta(hours=1))
    assert (outlook.zone, outlook.kind, outlook.basis) == ("DE", "average", "lifecycle")
    assert (outlook.method, outlook.source, outlook.year) == (
        Method.MODELLED,
        "owid_ember_2026",
        2024,
    )
    assert "no weather" in outlook.note
    assert "carboncast 2020, carboncast 2021, em_eurosys24 2022" in outlook.note


def test_hours_of_two_years_keep_the_level_of_the_first():
    new_year = datetime(2024, 1, 1, tzinfo=UTC)
    over = typical_series("DE", new_year - timedelta(hours=1), new_year + timedelta(hours=1))
    assert over.year == 2023
    assert all(0.9 < after / before < 1.1 for before, after in pairwise(over[3]))


@pytest.mark.parametrize(
    ("zone", "changes", "message"),
    [
        pytest.param("DEX", {}, r"zone 'DEX' is unknown; zones look like", id="no zone"),
        pytest.param("CN", {}, r"'CN' has no typical profile; \d+ zones", id="no profile"),
        pytest.param("DE", {"year": 1889}, r"year is 1889; expected", id="no year"),
        pytest.param("DE", {"step_s": 7}, r"step_s is 7; expected", id="no step"),
        pytest.param("DE", {"end": NOON}, r"is empty; expected start < end", id="no window"),
        pytest.param(
            "DE", {"start": NOON.replace(tzinfo=None)}, r"start is .*UTC offset", id="no offset"
        ),
        pytest.param("", {}, r"zone is ''; expected its name as text", id="no name"),
    ],
)
def test_what_cannot_be_answered_is_refused(zone, changes, message):
    start, end = changes.pop("start", NOON), changes.pop("end", NOON + timedelta(hours=1))
    with pytest.raises(InputError, match=message):
        typical_series(zone, start, end, **changes)


def test_a_refused_ratio_names_what_is_near():
    with pytest.raises(UnknownNameError, match="'DK' has no typical profile") as told:
        typical_ratio("Denmark", NOON)
    assert "DK-DK1" in told.value.nearest
