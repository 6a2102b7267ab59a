"""Typical intensity: what stands in where no service is set up, without a network.

The profiles themselves are another module's; whoever joins the two passes its function in.
"""

import time
from collections.abc import Callable, Sequence
from datetime import datetime, timezone
from typing import Protocol

from wattprint.domain.series import IntensityInterval, IntensitySeries
from wattprint.factors.zones import zones
from wattprint.grid.providers.base import HOUR_S, Access, Signal

NAME = "typical"
NOBODY_ASKED = "no service was asked: usual hours of the zone, not those of that day"


class Outlook(Protocol):
    """Modelled intensity over half-open UTC intervals of one step."""

    @property
    def zone(self) -> str:
        """Grid zone."""
        ...

    @property
    def start(self) -> datetime:
        """Start of the first interval."""
        ...

    @property
    def step_s(self) -> int:
        """Length of each interval [s]."""
        ...

    @property
    def carbon_intensity_g_per_kwh(self) -> Sequence[float]:
        """Intensity of each interval [gCO2e/kWh]."""
        ...

    @property
    def low_g_per_kwh(self) -> Sequence[float]:
        """Lower bound of each 90 % interval [gCO2e/kWh]."""
        ...

    @property
    def high_g_per_kwh(self) -> Sequence[float]:
        """Upper bound [gCO2e/kWh]."""
        ...

    @property
    def kind(self) -> str:
        """`average` or `marginal`."""
        ...

    @property
    def basis(self) -> str:
        """`lifecycle` or `direct`."""
        ...

    @property
    def note(self) -> str:
        """What it rests on."""
        ...


class TypicalSeriesOf(Protocol):
    """Makes the typical intensity of a zone over a window."""

    def __call__(self, zone: str, start: datetime, end: datetime) -> Outlook:
        """Return every interval that the window touches."""
        ...


class Typical:
    """Answers from typical profiles: modelled, and said so.

    Args:
        outlook_of: Makes the typical intensity.
        clock_s: Seconds since 1970. [s]
    """

    name = NAME
    # A profile is of the one basis that its zone has; the series says which.
    signals: tuple[Signal, ...] = (
        Signal("average", "lifecycle", None),
        Signal("average", "direct", None),
    )
    resolution = ""
    longest_forecast_h = 24 * 366
    settles_after_s = 0.0

    def __init__(
        self, outlook_of: TypicalSeriesOf, *, clock_s: Callable[[], float] = time.time
    ) -> None:
        self._outlook_of = outlook_of
        self._clock_s = clock_s

    def place(self, zone: str) -> str:
        """Return our code of the zone."""
        return zones().find(zone).zone

    def now(self, zone: str, signal: Signal) -> IntensitySeries:
        """Return the typical intensity of the current hour."""
        now_s = self._clock_s()
        return self.history(zone, signal, now_s, now_s + 1)

    def history(
        self,
        zone: str,
        signal: Signal,  # noqa: ARG002 - see `signals`
        start_s: float,
        end_s: float,
    ) -> IntensitySeries:
        """Return the typical intensity of any time, past or to come."""
        start, end = (datetime.fromtimestamp(s, timezone.utc) for s in (start_s, end_s))
        return series_of(self._outlook_of(zone, start, end))

    def forecast(self, zone: str, signal: Signal, hours: int) -> IntensitySeries:
        """Return the typical intensity of the next hours: no weather is in it."""
        now_s = self._clock_s()
        return self.history(zone, signal, now_s, now_s + hours * HOUR_S)

    def access(self) -> Access:
        """Say that nobody is asked."""
        return Access(True, "shipped with wattprint; no network")


def series_of(
    outlook: Outlook,
    *,
    state: str = "typical",
    issued_at_s: float | None = None,
    notes: Sequence[str] = (NOBODY_ASKED,),
) -> IntensitySeries:
    """Return an outlook as a series, each interval with its bounds.

    Args:
        outlook: Modelled intensity.
        state: State of its intervals: `typical`, or `forecast`.
        issued_at_s: When a forecast was made. [s since 1970]
        notes: What a reader should know beside what the outlook says of itself: that nobody was
            asked, unless something else is said.
    """
    start_s, step_s = outlook.start.timestamp(), outlook.step_s
    figures = zip(
        outlook.carbon_intensity_g_per_kwh,
        outlook.low_g_per_kwh,
        outlook.high_g_per_kwh,
        strict=True,
    )
    intervals = (
        IntensityInterval(start_s + i * step_s, start_s + (i + 1) * step_s, grams, state, low, high)
        for i, (grams, low, high) in enumerate(figures)
    )
    return IntensitySeries(
        outlook.zone,
        intervals,
        kind=outlook.kind,
        basis=outlook.basis,
        provider=NAME,
        issued_at_s=issued_at_s,
        notes=(*notes, outlook.note),
    )
