"""The intensities that energy was charged at hour by hour, as a footprint carries them."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from math import fsum
from typing import Any, NamedTuple

from wattprint.domain.errors import InputError
from wattprint.domain.interval import Range
from wattprint.domain.moments import seconds_since_1970
from wattprint.domain.series import IntensityInterval, IntensitySeries

MOST_VALUES = 9_000
"""Intensities that a footprint carries at most: a leap year has 8,784 hours."""
_SAME_TIME_S = 1e-5


class ChargedHours(NamedTuple):
    """What some energy was charged at, and what it would have been at the year's mean."""

    zone: str
    provider: str
    """Who said the intensities; `file` for the user's own."""
    basis: str
    coverage: float
    """Share of the energy that was charged at these; the rest is at the year's mean [0 to 1]."""
    mean_g_per_kwh: Range
    """Their mean over that energy [gCO2e/kWh]."""
    intervals: tuple[IntensityInterval, ...]
    """Each that touched the work, whole, in order of time."""
    joined: int = 1
    """How many neighbours at most each of them is the mean of; 1 where they are as charged."""
    notes: tuple[str, ...] = ()
    """What a reader should know of these intensities."""
    at_year_mean_kg: float | None = None
    """Location-based emissions of the same energy at the year's mean [kgCO2e]."""

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form, the part `hours` of `wattprint.footprint/1`."""
        return {
            "zone": self.zone,
            "provider": self.provider,
            "basis": self.basis,
            "coverage": self.coverage,
            "mean_g_per_kwh": self.mean_g_per_kwh.as_dict(),
            "emissions_at_year_mean_kg": self.at_year_mean_kg,
            "joined": self.joined,
            "notes": list(self.notes),
            "steps": [_stretch_dict(stretch) for stretch in _stretches(self.intervals)],
        }

    @classmethod
    def from_dict(cls, part: Mapping[str, Any]) -> "ChargedHours":
        """Read the JSON form back.

        Raises:
            KeyError: Something is missing.
            TypeError: Something is of another type.
            ValueError: Intervals that overlap or go backwards, an intensity that none can be.
        """
        mean = part["mean_g_per_kwh"]
        intervals = tuple(i for stretch in part["steps"] for i in _intervals(stretch))
        # A series checks what its intervals must be.
        series = IntensitySeries(part["zone"], intervals, kind="average", basis=part["basis"])
        coverage, at_mean_kg = float(part["coverage"]), part["emissions_at_year_mean_kg"]
        if not 0 < coverage <= 1:
            raise ValueError(f"coverage {coverage!r}")
        return cls(
            part["zone"],
            part["provider"],
            part["basis"],
            coverage,
            Range(mean["value"], mean["low"], mean["high"]),
            series.intervals,
            int(part["joined"]),
            tuple(part["notes"]),
            None if at_mean_kg is None else float(at_mean_kg),
        )


def joined(
    intervals: Sequence[IntensityInterval], most: int = MOST_VALUES
) -> tuple[tuple[IntensityInterval, ...], int]:
    """Return intervals as at most so many, and how many neighbours each is the mean of at most.

    Args:
        intervals: In order of time. None is joined with one that does not begin where it ends.
        most: How many may be left.

    Raises:
        InputError: They lie in more stretches than that.
    """
    many, left = 1, tuple(intervals)
    while len(left) > most:
        if many > len(intervals):
            raise InputError(
                f"the series has {len(left):,} stretches without a gap",
                f"expected at most {most:,}",
            )
        many *= 2
        left = tuple(_mean(group) for group in _groups(intervals, many))
    return left, many


def _groups(intervals: Sequence[IntensityInterval], many: int) -> list[list[IntensityInterval]]:
    groups: list[list[IntensityInterval]] = []
    for interval in intervals:
        if groups and len(groups[-1]) < many and _follows(groups[-1][-1], interval):
            groups[-1].append(interval)
        else:
            groups.append([interval])
    return groups


def _follows(before: IntensityInterval, after: IntensityInterval) -> bool:
    return abs(after.start_s - before.end_s) < _SAME_TIME_S


def _mean(group: Sequence[IntensityInterval]) -> IntensityInterval:
    if len(group) == 1:
        return group[0]
    seconds = [one.end_s - one.start_s for one in group]
    grams = [one.carbon_intensity_g_per_kwh for one in group]
    mean = fsum(s * g for s, g in zip(seconds, grams, strict=True)) / fsum(seconds)
    states = {one.state for one in group}
    state = states.pop() if len(states) == 1 else "estimated"
    return IntensityInterval(group[0].start_s, group[-1].end_s, mean, state)


def _stretches(intervals: Sequence[IntensityInterval]) -> list[list[IntensityInterval]]:
    """Return intervals that follow each other, are of one length and of one state, together."""
    stretches: list[list[IntensityInterval]] = []
    for interval in intervals:
        last = stretches[-1][-1] if stretches else None
        if last is not None and _follows(last, interval) and _is_alike(last, interval):
            stretches[-1].append(interval)
        else:
            stretches.append([interval])
    return stretches


def _is_alike(one: IntensityInterval, other: IntensityInterval) -> bool:
    lengths = one.end_s - one.start_s, other.end_s - other.start_s
    return one.state == other.state and abs(lengths[0] - lengths[1]) < _SAME_TIME_S


def _stretch_dict(stretch: Sequence[IntensityInterval]) -> dict[str, Any]:
    first = stretch[0]
    start = datetime.fromtimestamp(first.start_s, timezone.utc)
    return {
        "start": start.isoformat().replace("+00:00", "Z"),
        "step_s": first.end_s - first.start_s,
        "state": first.state,
        "g_per_kwh": [interval.carbon_intensity_g_per_kwh for interval in stretch],
    }


def _intervals(stretch: Mapping[str, Any]) -> list[IntensityInterval]:
    start_s, step_s = seconds_since_1970("start", stretch["start"]), float(stretch["step_s"])
    state = stretch["state"]
    return [
        IntensityInterval(start_s + i * step_s, start_s + (i + 1) * step_s, float(grams), state)
        for i, grams in enumerate(stretch["g_per_kwh"])
    ]
