"""Typical intensity: what stands in where no service is set up, without a network.

The profiles themselves are another module's; whoever joins the two passes it in.
"""

import time
from collections.abc import Callable
from typing import Protocol

from wattprint.domain.series import IntensitySeries
from wattprint.factors.zones import zones
from wattprint.grid.providers.base import HOUR_S, Access, Signal

NAME = "typical"


class TypicalSeriesOf(Protocol):
    """Makes the typical intensity of a zone over a window."""

    def __call__(
        self, zone: str, start_s: float, end_s: float, *, year: int | None = None
    ) -> IntensitySeries:
        """Return the series, its intervals of state `typical`."""
        ...


class Typical:
    """Answers from typical profiles: modelled, and said so.

    Args:
        series_of: Makes the series.
        clock_s: Seconds since 1970. [s]
    """

    name = NAME
    signals: tuple[Signal, ...] = (
        Signal("average", "lifecycle", None),
        Signal("average", "direct", None),
    )
    resolution = ""
    settles_after_s = 0.0

    def __init__(
        self, series_of: TypicalSeriesOf, *, clock_s: Callable[[], float] = time.time
    ) -> None:
        self._series_of = series_of
        self._clock_s = clock_s

    def place(self, zone: str) -> str:
        """Return our code of the zone."""
        return zones().find(zone).zone

    def now(self, zone: str, signal: Signal) -> IntensitySeries:
        """Return the typical intensity of the current hour."""
        hour_s = self._clock_s() // HOUR_S * HOUR_S
        return self.history(zone, signal, hour_s, hour_s + HOUR_S)

    def history(
        self,
        zone: str,
        signal: Signal,  # noqa: ARG002 - a profile is of the one basis that its zone has
        start_s: float,
        end_s: float,
    ) -> IntensitySeries:
        """Return the typical intensity of any time, past or to come."""
        return self._series_of(zone, start_s, end_s)

    def forecast(self, zone: str, signal: Signal, hours: int) -> IntensitySeries:
        """Return the typical intensity of the next hours: no forecast of weather is in it."""
        hour_s = self._clock_s() // HOUR_S * HOUR_S
        return self.history(zone, signal, hour_s, hour_s + hours * HOUR_S)

    def access(self) -> Access:
        """Say that nothing is asked of anybody."""
        return Access(True, "shipped with wattprint; no network")
