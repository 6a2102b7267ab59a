"""Forecasts without a network: what they rest on, and what is refused."""

from datetime import datetime, timedelta, timezone

import pytest

from wattprint.domain.errors import ContradictionError, InputError
from wattprint.domain.series import IntensityInterval, IntensitySeries
from wattprint.factors.profiles import profiles
from wattprint.grid.forecaster import ACTUALS, forecast
from wattprint.grid.profiles import TypicalRatios, typical_level, typical_series

UTC = timezone.utc
NOON = datetime(2024, 6, 12, 12, tzinfo=UTC)
DE_2024 = typical_level(profiles().find("DE"), year=2024).figure.carbon_intensity_g_per_kwh
RATIOS = TypicalRatios(profiles().find("DE"))


def series(hours, g_of_hour, *, end=NOON, **changes):
    """Hourly actuals up to `end`."""
    last = int(end.timestamp()) // 3600
    rows = [
        IntensityInterval(hour * 3600.0, (hour + 1) * 3600.0, g_of_hour(hour))
        for hour in range(last - hours, last)
    ]
    told = {"zone": "DE", "kind": "average", "basis": "lifecycle", **changes}
    return IntensitySeries(told.pop("zone"), rows, **told)


def typical_g(hour):
    return DE_2024 * RATIOS.ratio(hour)


def test_without_actuals_it_is_the_typical_profile_and_says_so():
    found = forecast("DE", issued_at=NOON, hours=48)
    assert found.outlook == typical_series("DE", NOON, NOON + timedelta(hours=48))
    assert (found.known_hours, found.last_known) == (0, None)
    assert all(0.1 < share < 0.6 for share in found.error_share)


def test_actuals_that_are_typical_leave_the_typical_profile():
    found = forecast("DE", series(672, typical_g), issued_at=NOON)
    usual = typical_series("DE", NOON, NOON + timedelta(hours=96))
    expected = pytest.approx(usual.carbon_intensity_g_per_kwh, rel=1e-9)
    assert found.outlook.carbon_intensity_g_per_kwh == expected
    assert (found.known_hours, found.last_known) == (672, NOON)


def test_the_interval_and_the_error_grow_with_the_horizon():
    found = forecast("DE", series(672, typical_g), issued_at=NOON)
    outlook = found.outlook
    bounds = zip(outlook.low_g_per_kwh, outlook.high_g_per_kwh, strict=True)
    width = [high / low for low, high in bounds]
    assert width[0] < width[5] < width[23] < width[95]
    assert list(found.error_share) == sorted(found.error_share)


def test_nothing_known_later_changes_a_forecast():
    upto = series(672, typical_g)
    beyond = series(700, typical_g, end=NOON + timedelta(hours=28))
    wild = [
        row if row.end_s <= NOON.timestamp() else row._replace(carbon_intensity_g_per_kwh=9e3)
        for row in beyond
    ]
    wild = IntensitySeries("DE", wild, kind="average", basis="lifecycle")
    assert forecast("DE", wild, issued_at=NOON) == forecast("DE", upto, issued_at=NOON)


def test_late_actuals_count_as_a_longer_horizon():
    late = forecast("DE", series(672, typical_g, end=NOON - timedelta(hours=6)), issued_at=NOON)
    prompt = forecast("DE", series(672, typical_g), issued_at=NOON)
    assert late.last_known == NOON - timedelta(hours=6)
    assert late.error_share[0] > prompt.error_share[0]
    assert late.error_share[0] == pytest.approx(prompt.error_share[6], rel=0.02)


def test_less_than_a_day_known_leaves_the_typical_profile():
    found = forecast("DE", series(23, lambda _: 900.0), issued_at=NOON, hours=24)
    assert found.known_hours == 0
    assert forecast("DE", series(24, lambda _: 900.0), issued_at=NOON, hours=24).known_hours == 24


def test_a_zone_without_a_profile_is_forecast_from_its_own_actuals():
    own = series(672, lambda hour: 500.0 if hour % 24 < 12 else 700.0, zone="CN")
    found = forecast("CN", own, issued_at=NOON, hours=24)
    values = (
        found.outlook.carbon_intensity_g_per_kwh
    )  # from noon on: hour 18 is 6 h, hour 6 is 18 h
    assert found.outlook.source == ACTUALS
    assert 450 < values[18] < 560
    assert 640 < values[6] < 750
    assert "no typical profile" in found.outlook.note


@pytest.mark.parametrize("changes", [{"kind": "marginal"}, {"basis": "direct"}])
def test_actuals_of_another_kind_are_not_mixed_with_the_profile(changes):
    found = forecast("DE", series(672, lambda _: 800.0, **changes), issued_at=NOON, hours=2)
    assert (found.outlook.kind, found.outlook.basis) == (
        changes.get("kind", "average"),
        changes.get("basis", "lifecycle"),
    )
    assert found.outlook.source == ACTUALS
    assert found.outlook.carbon_intensity_g_per_kwh[0] == pytest.approx(800.0, rel=1e-9)


def test_steps_and_start_are_those_asked_for():
    found = forecast(
        "DE", series(672, typical_g), issued_at=NOON.replace(minute=40), hours=2, step_s=1800
    )
    assert found.outlook.start == NOON.replace(minute=30)
    assert len(found.outlook.carbon_intensity_g_per_kwh) == len(found.error_share) == 5


@pytest.mark.parametrize(
    ("zone", "actuals", "changes", "kind", "message"),
    [
        pytest.param(
            "FR", (672, {}), {}, ContradictionError, "actuals are of zone 'DE'", id="another zone"
        ),
        pytest.param(
            "DE",
            (20, {"kind": "marginal"}),
            {},
            ContradictionError,
            "less than 24 h of marginal lifecycle actuals",
            id="too few to stand alone",
        ),
        pytest.param("CN", None, {}, LookupError, "'CN' has no typical profile", id="nothing"),
        pytest.param("DE", None, {"hours": 337}, InputError, "hours is 337; .* 336", id="too far"),
        pytest.param("DE", None, {"hours": 0}, InputError, "hours is 0; .*from 1", id="nowhere"),
        pytest.param("DE", None, {"step_s": 7}, InputError, "step_s is 7", id="no step"),
        pytest.param("DE", None, {"year": 1066}, InputError, "year is 1066", id="no year"),
        pytest.param(
            "DE",
            (672, {"kind": "marginal"}),
            {"year": 1066},
            InputError,
            "year is 1066",
            id="no year, although none is needed",
        ),
        pytest.param(
            "DE", None, {"issued_at": "now"}, InputError, "issued_at is 'now'", id="no moment"
        ),
    ],
)
def test_what_cannot_be_forecast_is_refused(zone, actuals, changes, kind, message):
    known = None
    if actuals is not None:
        hours, told = actuals
        known = series(hours, typical_g, **told)
    with pytest.raises(kind, match=message):
        forecast(zone, known, **{"issued_at": NOON, **changes})
