"""What every provider offers, and the pieces that several share."""

from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol

from wattprint.domain.errors import InputError
from wattprint.domain.series import IntensityInterval, IntensitySeries
from wattprint.grid.answers import Asked
from wattprint.grid.errors import NoIntensityError

HOUR_S = 3600.0
DAY_S = 86_400.0


class Signal(NamedTuple):
    """What an intensity is: two of different signals are never mixed."""

    kind: str
    basis: str
    scope: str | None
    """None where the service does not say."""

    def __str__(self) -> str:
        return f"{self.kind}, {self.basis}" + (f", {self.scope}" if self.scope else "")


class Access(NamedTuple):
    """What a service answered when its key was tried."""

    works: bool
    says: str
    """What can be asked with this key, or why nothing can."""
    zones: tuple[str, ...] = ()
    """Zones that the key opens, where the service lists them."""


class Provider(Protocol):
    """A source of intensity."""

    name: str
    signals: tuple[Signal, ...]
    """What it offers, the usual one first."""
    resolution: str
    """Which of several steps it is asked for; empty where there is no choice."""
    longest_forecast_h: int
    """How far its forecasts reach at most; 0 where it makes none. [h]"""
    settles_after_s: float
    """Age beyond which it no longer revises a figure. [s]"""

    def place(self, zone: str) -> str:
        """Return the zone by the name under which the provider's figures are kept.

        Raises:
            InputError: No such zone, or one that this provider does not have.
        """
        ...

    def now(self, zone: str, signal: Signal) -> IntensitySeries:
        """Return the newest intensity.

        Raises:
            ServiceError: There is none.
        """
        ...

    def history(self, zone: str, signal: Signal, start_s: float, end_s: float) -> IntensitySeries:
        """Return what is known of [start_s, end_s), which may have gaps.

        Raises:
            ServiceError: Nothing is known.
        """
        ...

    def forecast(self, zone: str, signal: Signal, hours: int) -> IntensitySeries:
        """Return the newest forecast, as far as it goes.

        Raises:
            ServiceError: There is none.
            InputError: The provider makes none.
        """
        ...

    def access(self) -> Access:
        """Return what the service answers to this key.

        Raises:
            ServiceError: It cannot be asked.
        """
        ...


def signal_of(
    service: str, signals: tuple[Signal, ...], *, kind: str | None, basis: str | None
) -> Signal:
    """Return the first signal of a provider that is of a kind and basis.

    Raises:
        InputError: It has none such: a marginal intensity never stands in for an average one.
    """
    for signal in signals:
        if kind in (None, signal.kind) and basis in (None, signal.basis):
            return signal
    asked = " ".join(filter(None, (kind, basis)))
    raise InputError(
        f"{service} gives no {asked} intensity",
        "it gives " + " or ".join(str(signal) for signal in signals),
    )


def within(
    asked: Asked, intervals: list[IntensityInterval], start_s: float, end_s: float
) -> list[IntensityInterval]:
    """Return the intervals that touch [start_s, end_s): services answer with more, or with others.

    Raises:
        NoIntensityError: None does.
    """
    inside = [i for i in intervals if i.start_s < end_s and i.end_s > start_s]
    if not inside:
        raise asked.nothing("the answer holds no figure of the time that was asked for")
    return inside


def pieces(start_s: float, end_s: float, longest_s: float) -> Iterator[tuple[float, float]]:
    """Cut a window into consecutive ones that a service takes."""
    while start_s < end_s:
        piece_end = min(end_s, start_s + longest_s)
        yield start_s, piece_end
        start_s = piece_end


def gathered(
    ask: Callable[[float, float], list[IntensityInterval]],
    asked: Asked,
    windows: Iterator[tuple[float, float]],
) -> list[IntensityInterval]:
    """Ask for each window, and return all intervals; a window without a figure is a gap.

    Raises:
        NoIntensityError: No window has a figure.
    """
    found: list[IntensityInterval] = []
    reason = asked.nothing("it has no figure of the time that was asked for")
    for start_s, end_s in windows:
        try:
            found += ask(start_s, end_s)
        except NoIntensityError as error:
            reason = error
    if not found:
        raise reason
    return found


def no_forecast(service: str) -> InputError:
    """Return the refusal of a provider that makes no forecast."""
    return InputError(
        f"{service} makes no forecast of intensity",
        "expected a provider that does; `wattprint grid sources` lists them",
    )
