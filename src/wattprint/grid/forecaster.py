"""Forecasts without a network: the typical profile, corrected by the last known actuals."""

from datetime import datetime
from math import expm1, log, pi, sqrt
from typing import NamedTuple

from wattprint.domain.checks import text, whole_number
from wattprint.domain.errors import ContradictionError
from wattprint.domain.series import IntensitySeries
from wattprint.factors.forecast_errors import forecast_errors
from wattprint.factors.profiles import Profile, profiles
from wattprint.factors.zones import zones
from wattprint.grid.hours import HOUR_S, a_year, seconds_of, steps_over, utc
from wattprint.grid.pattern import (
    Actuals,
    Pattern,
    Typical,
    actuals_before,
    forecast_of_hour,
    pattern_of,
)
from wattprint.grid.profiles import (
    KIND,
    NORMAL_95,
    Outlook,
    TypicalRatios,
    outlook_of,
    typical_level,
    typical_series,
)

LEAST_KNOWN_H = 24
"""Less than a day says nothing of the hours of a day."""
LONGEST_HORIZON_H = 14 * 24
ACTUALS = "actuals"
"""Source of a forecast without a profile."""


class Forecast(NamedTuple):
    """An outlook with the moment of its issue and its errors by horizon."""

    outlook: Outlook
    issued_at: datetime
    known_hours: int
    """Hours of actuals that it rests on; 0 means the typical profile alone."""
    last_known: datetime | None
    """End of the newest hour with an actual: horizons count from there."""
    error_share: tuple[float, ...]
    """Mean absolute error to expect of each interval, over its value. [0 and more]"""


def forecast(
    zone: str,
    actuals: IntensitySeries | None = None,
    *,
    issued_at: datetime,
    hours: int = 96,
    step_s: int = HOUR_S,
    year: int | None = None,
) -> Forecast:
    """Forecast the intensity of a zone from its typical profile and what is known of it.

    Args:
        zone: Code or English name.
        actuals: Real intensity. What ended in the 28 days before `issued_at` counts; forecasts
            among it never do. None, or less than a day, leaves the typical profile.
            Those of another kind or basis than the profile (average, life cycle) are forecast
            from themselves alone.
        issued_at: The moment that knows nothing later, with its UTC offset; the first interval is
            the one that holds it.
        hours: How far to look ahead, at most 14 days. [h]
        step_s: Length of an interval, which divides a day. [s]
        year: Year whose mean is the level of the profile; None takes that of `issued_at`.

    Raises:
        UnknownNameError: No such zone, or less than a day known of one without a profile.
        ContradictionError: Actuals of another zone, or less than a day of another kind or basis.
        InputError: An intensity above 10,000 g/kWh, a moment without its UTC offset, a step that
            does not divide a day.

    Source:
        The method is that of grid/pattern.py; its errors, in the table forecast_errors, were
        measured by benchmarks/profiles.py on years and zones left out.
    """
    issued_s = int(seconds_of("issued_at", issued_at))
    hours = whole_number("hours", hours, at_least=1, at_most=LONGEST_HORIZON_H)
    starts_s = steps_over(issued_s, issued_s + hours * HOUR_S, step_s)
    code = zones().find(text("zone", zone)).zone
    year = utc(issued_s).year if year is None else a_year(year)
    known = None if actuals is None else _known_of(actuals, code, issued_s)
    if actuals is None or known is None:
        return _typical_alone(code, actuals, starts_s, issued_s, year)
    typical = _typical_of(code, actuals, year)
    pattern = pattern_of(known, typical)
    outlook = outlook_of(
        forecast_of_hour(pattern, typical, forecast_errors()),
        starts_s,
        zone=code,
        kind=actuals.kind,
        basis=actuals.basis,
        source=ACTUALS if typical is None else typical.ratios.profile.source,
        year=utc(issued_s).year,
        note=_note(known, typical),
    )
    return Forecast(
        outlook,
        utc(issued_s),
        len(known.g_per_kwh),
        _end_of(known),
        tuple(_error_share(pattern, start_s + starts_s.step) for start_s in starts_s),
    )


def _known_of(actuals: IntensitySeries, zone: str, issued_s: int) -> Actuals | None:
    """What is known at the issue, if it is a day or more."""
    if actuals.zone != zone:
        raise ContradictionError(
            f"actuals are of zone {actuals.zone!r}, the forecast is of {zone!r}",
            "expected both of one zone",
        )
    known = actuals_before(actuals, issued_s)
    return known if known and len(known.g_per_kwh) >= LEAST_KNOWN_H else None


def _typical_of(zone: str, actuals: IntensitySeries, year: int) -> Typical | None:
    """The profile at its level, where there is one of the actuals' kind and basis."""
    profile = profiles().get(zone)
    if profile is None or not _is_like(actuals, profile):
        return None
    level = typical_level(profile, year=year)
    return Typical(TypicalRatios(profile), level.figure.carbon_intensity_g_per_kwh)


def _is_like(actuals: IntensitySeries, profile: Profile) -> bool:
    return (actuals.kind, actuals.basis) == (KIND, profile.basis)


def _typical_alone(
    zone: str, actuals: IntensitySeries | None, starts_s: range, issued_s: int, year: int
) -> Forecast:
    profile = profiles().find(zone)
    if actuals is not None and not _is_like(actuals, profile):
        raise ContradictionError(
            f"less than {LEAST_KNOWN_H} h of {actuals.kind} {actuals.basis} actuals are known, and "
            f"the typical profile of {zone} is {KIND}, {profile.basis}",
            f"expected {LEAST_KNOWN_H} h or more of them, or none",
        )
    start, end = utc(starts_s[0]), utc(starts_s.stop)
    outlook = typical_series(zone, start, end, year=year, step_s=starts_s.step)
    bounds = zip(outlook.low_g_per_kwh, outlook.high_g_per_kwh, strict=True)
    # The mean distance from the median of a normal distribution is sqrt(2 / pi) of its sigma.
    shares = (expm1(sqrt(2 / pi) * log(high / low) / (2 * NORMAL_95)) for low, high in bounds)
    return Forecast(outlook, utc(issued_s), 0, None, tuple(shares))


def _end_of(known: Actuals) -> datetime:
    return utc((known.last + 1) * HOUR_S)


def _error_share(pattern: Pattern, end_s: int) -> float:
    """The error at the last hour that an interval touches, the farthest one."""
    horizon_h = pattern.horizon_h((end_s - 1) // HOUR_S)
    return expm1(forecast_errors().at(horizon_h).mean_sigmas * pattern.sigma)


def _note(known: Actuals, typical: Typical | None) -> str:
    shape = (
        "no typical profile"
        if typical is None
        else (f"typical hours of {', '.join(typical.ratios.profile.series)}")
    )
    return (
        f"forecast without weather: {shape}, corrected by {len(known.g_per_kwh)} known hours up to "
        f"{_end_of(known):%Y-%m-%dT%H:%MZ}"
    )
