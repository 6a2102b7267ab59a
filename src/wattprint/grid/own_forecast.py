"""A forecast of our own as a series, from what a service without forecasts knows of the past."""

from datetime import datetime, timezone

from wattprint.domain import units
from wattprint.domain.series import IntensitySeries
from wattprint.grid.forecaster import Forecast, forecast
from wattprint.grid.lookup import Lookup, Wanted
from wattprint.grid.providers.base import HOUR_S
from wattprint.grid.providers.typical import series_of

KNOWN_DAYS = 28
"""Days of actuals that a forecast rests on."""
_SAID_OF_H = (1, 6, 24, 48, 96)
"""Horizons of which the error is said."""


def own_forecast(lookup: Lookup, asked: Wanted, hours: int, now_s: float) -> IntensitySeries:
    """Forecast a zone from the last actuals that a provider has, with the error of each horizon.

    Args:
        lookup: Looks up the actuals.
        asked: Whose actuals, of which zone.
        hours: How far to look ahead. [h]
        now_s: Now, in seconds since 1970. [s]

    Raises:
        ServiceError: The provider has no actuals.
        InputError: Less than a day is known of a zone without a typical profile.
    """
    actuals = lookup.history(asked, now_s - KNOWN_DAYS * 24 * HOUR_S, now_s)
    issued_at = datetime.fromtimestamp(now_s, timezone.utc)
    found = forecast(actuals.zone, actuals, issued_at=issued_at, hours=hours)
    return series_of(
        found.outlook, state="forecast", issued_at_s=now_s, notes=(error_words(found),)
    )


def error_words(found: Forecast) -> str:
    """Say how far a forecast is off on average, by how far it looks ahead."""
    step_s = found.outlook.step_s
    said = [
        f"{units.plain(100 * found.error_share[i], 2)} % in {hours} h"
        for hours in _SAID_OF_H
        if (i := int(hours * HOUR_S) // step_s - 1) < len(found.error_share)
    ]
    return "mean error to expect: " + ", ".join(said)
