"""A run's readings as power over time, drawn honestly: the area is the energy."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Generic, NamedTuple, TypeVar

from wattprint.domain.readings import Interval
from wattprint.domain.run import RunRecord
from wattprint.domain.units import MICROJOULES_PER_JOULE

Value = TypeVar("Value")
_SHORTEST_S = 1e-6
"""Time over which a power is told: over less no meter reads, and it might be infinite."""


class Stretch(NamedTuple):
    """Mean power over [start_s, end_s)."""

    start_s: float
    end_s: float
    power_w: float
    is_bridged: bool = False
    """Whether readings failed within it: the next one that succeeded spans it all."""


def device_stretches(intervals: Sequence[Interval], device: int) -> list[Stretch]:
    """Return a device's power, reading by reading; time without any reading is left out.

    A counter goes on while it cannot be read, so the reading after failed ones is spread over the
    time since the last good one. Before its first reading nothing is known of a device.

    Args:
        intervals: The run's intervals.
        device: Index of the device.
    """
    stretches: list[Stretch] = []
    since_s: float | None = None  # start of what the next reading spans
    carried_uj = 0  # energy of intervals of no length, or next to none
    for interval in intervals:
        used_uj = interval.energy_uj[device]
        if since_s is None:
            since_s = interval.start_s if used_uj is not None else None
        if used_uj is None or since_s is None:
            continue
        carried_uj += used_uj
        length_s = interval.end_s - since_s
        if length_s >= _SHORTEST_S:
            power_w = carried_uj / MICROJOULES_PER_JOULE / length_s
            is_bridged = since_s < interval.start_s
            stretches.append(Stretch(since_s, interval.end_s, power_w, is_bridged))
            since_s, carried_uj = interval.end_s, 0
    return stretches


def time_edges(intervals: Sequence[Interval], most: int) -> list[float]:
    """Return the bounds of the moments that are drawn: the readings', or equal ones if too many.

    Args:
        intervals: The run's intervals.
        most: Moments drawn at most.
    """
    if not intervals:
        return []
    readings = sorted({bound for i in intervals for bound in (i.start_s, i.end_s)})
    if len(readings) <= most + 1:
        return readings
    first, last = readings[0], readings[-1]
    return [first + (last - first) * i / most for i in range(most)] + [last]


def bucketed(stretches: Iterable[Stretch], edges_s: Sequence[float]) -> list[float | None]:
    """Return mean power between each pair of edges; None where no reading touches.

    The mean is over the whole bucket, so that power times time stays the energy that was read.

    >>> bucketed([Stretch(0, 10, 100.0), Stretch(10, 20, 300.0)], [0, 20, 40])
    [200.0, None]
    """
    energy_j = [0.0] * max(0, len(edges_s) - 1)
    is_read = [False] * len(energy_j)
    first = 0
    for stretch in stretches:  # in order of time, as edges are
        while first < len(energy_j) and edges_s[first + 1] <= stretch.start_s:
            first += 1
        i = first
        while i < len(energy_j) and edges_s[i] < stretch.end_s:
            overlap_s = min(edges_s[i + 1], stretch.end_s) - max(edges_s[i], stretch.start_s)
            if overlap_s > 0:
                energy_j[i] += stretch.power_w * overlap_s
                is_read[i] = True
            i += 1
    return [
        joules / (end - start) if read and end > start else None
        for joules, read, (start, end) in zip(energy_j, is_read, pairwise(edges_s), strict=True)
    ]


def added(series: Sequence[Sequence[float | None]]) -> list[float | None]:
    """Add series moment by moment; None where none of them has a figure.

    >>> added([[1.0, None, None], [2.0, 3.0, None]])
    [3.0, 3.0, None]
    """
    return [
        sum(known) if (known := [watts for watts in moment if watts is not None]) else None
        for moment in zip(*series, strict=True)
    ]


class Piece(Generic[Value]):
    """A part of a line without a gap.

    Args:
        start_s: Where it begins. [s]
    """

    def __init__(self, start_s: float) -> None:
        self.times = [start_s]
        """Where each step begins, and where the piece ends: one more than the values. [s]"""
        self.values: list[Value] = []

    def add(self, value: Value, end_s: float) -> None:
        """Go on to a time at a value; equal neighbours become one step."""
        if self.values and self.values[-1] == value:
            self.times[-1] = end_s
        else:
            self.values.append(value)
            self.times.append(end_s)


def pieces(edges_s: Sequence[float], values: Sequence[Value | None]) -> list[Piece[Value]]:
    """Cut a series at its gaps.

    >>> [(piece.times, piece.values) for piece in pieces([0, 1, 2, 3], [5.0, None, 7.0])]
    [([0, 1], [5.0]), ([2, 3], [7.0])]
    """
    found: list[Piece[Value]] = []
    for value, (start_s, end_s) in zip(values, pairwise(edges_s), strict=True):
        if value is None:
            continue
        if not found or found[-1].times[-1] != start_s:
            found.append(Piece(start_s))
        found[-1].add(value, end_s)
    return found


class Open(NamedTuple):
    """How much of a stretch of time a section was open."""

    start_s: float
    end_s: float
    share: float
    """Share of the time, 1 if it was open throughout. [0 to 1]"""


LEVELS = 4
"""Shades in which a share of time is drawn."""


def section_stretches(
    run: RunRecord, path: tuple[str, ...], edges_s: Sequence[float]
) -> list[Open]:
    """Return when a section was open, as far as the intervals tell.

    Args:
        run: The run's record.
        path: The section.
        edges_s: Bounds of the moments that are drawn. [s]
    """
    rows = [
        Stretch(row.start_s, row.end_s, row.duration_s / (row.end_s - row.start_s))
        for row in run.sections
        if row.path == path and row.end_s > row.start_s
    ]
    shares = bucketed(rows, edges_s)
    shaded = [None if not share else _shade(share) for share in shares]
    return [
        Open(start_s, end_s, share)
        for piece in pieces(edges_s, shaded)
        for share, (start_s, end_s) in zip(piece.values, pairwise(piece.times), strict=True)
    ]


def _shade(share: float) -> float:
    """Round a share up to a shade; threads may hold a section open more than once."""
    return max(1, min(LEVELS, round(share * LEVELS))) / LEVELS
