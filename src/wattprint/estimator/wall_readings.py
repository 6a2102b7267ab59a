"""Readings of a wall meter beside those of the chips, and which of them say nothing."""

from collections.abc import Sequence
from typing import NamedTuple

from wattprint.domain import units
from wattprint.domain.checks import number
from wattprint.domain.errors import InputError

FEWEST_READINGS = 5
"""Two give a line and a third its scatter; two more, so that one that is wrong can be told."""
LEAST_SPREAD = 1.5
"""Highest over lowest chip power. Below it the slope is mostly the meter's error: ten runs of the
validation machine that lie closer together leave errors up to twice as large."""
STEPS_KWH = (1.0, 0.1, 0.01, 0.001, 0.0001)
"""Steps in which the displays of energy meters count. [kWh]"""
_STEP_TOLERANCE = 1e-6


class WallReading(NamedTuple):
    """What chips and wall used over the same time."""

    duration_s: float
    chip_energy_j: float
    """Accelerators, CPU and memory as software meters see them. [J]"""
    wall_energy_j: float
    label: str = ""
    """Where it stands: 'line 7'."""

    @property
    def chip_w(self) -> float:
        """Mean power of the chips [W]."""
        return self.chip_energy_j / self.duration_s

    @property
    def wall_w(self) -> float:
        """Mean power at the wall [W]."""
        return self.wall_energy_j / self.duration_s


def display_step_kwh(readings: Sequence[WallReading]) -> float:
    """Return the largest usual step of which all wall energies are multiples; 0 if none is [kWh].

    >>> display_step_kwh([WallReading(60, 1e4, 7200.0), WallReading(60, 1e4, 18000.0)])
    0.001
    """
    for step_kwh in STEPS_KWH:
        counts = [r.wall_energy_j / (step_kwh * units.JOULES_PER_KWH) for r in readings]
        if all(abs(n - round(n)) <= _STEP_TOLERANCE * max(1.0, n) and round(n) for n in counts):
            return step_kwh
    return 0.0


def refuse_impossible(reading: WallReading) -> None:
    """Refuse a reading that no meters can give.

    Raises:
        InputError: An amount is negative or no number, or nothing passed.
    """
    at = f" of {reading.label}" if reading.label else ""
    number(f"duration_s{at}", reading.duration_s)
    number(f"chip_energy_j{at}", reading.chip_energy_j)
    number(f"wall_energy_j{at}", reading.wall_energy_j)
    if reading.duration_s == 0:
        raise InputError(f"duration_s{at} is 0", "expected a time above 0")
    if reading.wall_energy_j == 0:
        raise InputError(
            f"wall_energy_j{at} is 0: the meter's display did not move",
            "expected a reading that lasts until it does",
        )


def refuse_repeated(readings: Sequence[WallReading]) -> None:
    """Refuse a reading that is there twice: it would count as two witnesses.

    Raises:
        InputError: Two are alike in every amount.
    """
    seen: dict[tuple[float, float, float], str] = {}
    for i, reading in enumerate(readings):
        label = reading.label or f"reading {i + 1}"
        first = seen.setdefault(_amounts(reading), label)
        if first is not label:
            raise InputError(f"{label} repeats {first}", "expected each reading once")


def _amounts(reading: WallReading) -> tuple[float, float, float]:
    return reading.duration_s, reading.chip_energy_j, reading.wall_energy_j


def refuse_too_few(count: int, why: str = "") -> None:
    """Refuse fewer readings than a line with a scatter takes.

    Raises:
        InputError: There are fewer.
    """
    if count < FEWEST_READINGS:
        raise InputError(
            f"{count} reading{'s' * (count != 1)}{why}",
            f"expected {FEWEST_READINGS} or more, between idle and full load",
        )


def refuse_too_close(readings: Sequence[WallReading]) -> None:
    """Refuse readings whose chip powers lie too close together for a slope.

    Raises:
        InputError: They do.
    """
    powers_w = [reading.chip_w for reading in readings]
    least_w, most_w = min(powers_w), max(powers_w)
    if most_w < LEAST_SPREAD * least_w or most_w == 0:
        raise InputError(
            f"chip power of the readings spans {units.plain(least_w)} to {units.plain(most_w)} W",
            f"expected the highest to be {LEAST_SPREAD:g} times the lowest or more: "
            "add readings of an idle machine and of full load",
        )
