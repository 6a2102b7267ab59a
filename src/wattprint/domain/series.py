"""Carbon intensity over time: half-open UTC intervals, one kind and one basis to a series."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import pairwise
from math import fsum
from typing import NamedTuple

from wattprint.domain.checks import number, one_of
from wattprint.domain.errors import InputError

KINDS = ("average", "marginal")
BASES = ("lifecycle", "direct")
STATES = ("actual", "estimated", "forecast")


class IntensityInterval(NamedTuple):
    """Mean intensity over [start_s, end_s)."""

    start_s: float
    """Start, seconds since 1970-01-01T00:00Z. [s]"""
    end_s: float
    """End, not included. [s]"""
    carbon_intensity_g_per_kwh: float
    state: str = "actual"
    """`actual`, `estimated` or `forecast`."""


class IntensitySeries:
    """Intensity of one zone, of one kind (average or marginal) and one basis.

    Intervals may have any step and may leave gaps; they may not overlap.

    Args:
        zone: Grid zone.
        intervals: In any order.
        kind: `average` or `marginal`; never mixed within a series.
        basis: `lifecycle` or `direct`.

    Raises:
        InputError: No interval, one that ends before it starts, two that overlap, a negative or
            non-finite intensity, an unknown kind, basis or state.
    """

    def __init__(
        self, zone: str, intervals: Iterable[IntensityInterval], *, kind: str, basis: str
    ) -> None:
        self.zone = zone
        self.kind = one_of("kind", kind, KINDS)
        self.basis = one_of("basis", basis, BASES)
        self.intervals = tuple(sorted(intervals))
        self._starts_s = [interval.start_s for interval in self.intervals]
        _check(self.intervals)

    def __iter__(self) -> Iterator[IntensityInterval]:
        return iter(self.intervals)

    def __len__(self) -> int:
        return len(self.intervals)

    def mean_g_per_kwh(self, start_s: float, end_s: float) -> tuple[float, float]:
        """Mean intensity over the part of [start_s, end_s) that the series covers.

        Args:
            start_s: Start. [s since 1970, UTC]
            end_s: End, not included. [s since 1970, UTC]

        Returns:
            Time-weighted mean [gCO2e/kWh], and the share of the window it rests on [0 to 1].

        Raises:
            InputError: An empty window, or one that the series does not touch.
        """
        if not start_s < end_s:
            raise InputError(f"window {start_s!r} to {end_s!r} is empty", "expected start < end")
        parts = list(self._overlaps(start_s, end_s))
        covered_s = fsum(seconds for seconds, _ in parts)
        if covered_s == 0:
            first, last = self.intervals[0].start_s, self.intervals[-1].end_s
            raise InputError(
                f"window {start_s!r} to {end_s!r} has no intensity for {self.zone}",
                f"this series holds intervals from {first!r} to {last!r}",
            )
        weighted = fsum(seconds * intensity for seconds, intensity in parts)
        return weighted / covered_s, covered_s / (end_s - start_s)

    def _overlaps(self, start_s: float, end_s: float) -> Iterator[tuple[float, float]]:
        """Yield seconds of overlap and intensity of each interval the window touches."""
        first = max(0, bisect_right(self._starts_s, start_s) - 1)
        for interval in self.intervals[first:]:
            if interval.start_s >= end_s:
                return
            seconds = min(end_s, interval.end_s) - max(start_s, interval.start_s)
            if seconds > 0:
                yield seconds, interval.carbon_intensity_g_per_kwh


def _check(intervals: tuple[IntensityInterval, ...]) -> None:
    if not intervals:
        raise InputError("the series is empty", "expected at least one interval")
    for interval in intervals:
        number("carbon_intensity_g_per_kwh", interval.carbon_intensity_g_per_kwh)
        one_of("state", interval.state, STATES)
        if not interval.start_s < interval.end_s:
            raise InputError(f"interval {interval} is empty", "expected start_s < end_s")
    for before, after in pairwise(intervals):
        if after.start_s < before.end_s:
            raise InputError(
                f"intervals from {before.start_s!r} and {after.start_s!r} overlap",
                "expected each moment at most once",
            )
