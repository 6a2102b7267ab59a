"""From readings at a wall meter to the static power and supply efficiency of a machine."""

from collections.abc import Sequence
from math import fsum, sqrt
from statistics import median
from typing import NamedTuple

from wattprint.domain import units
from wattprint.domain.checks import number
from wattprint.domain.errors import InputError
from wattprint.domain.interval import Range
from wattprint.estimator.line_fit import (
    Line,
    Point,
    Posterior,
    distance,
    efficiency,
    posterior,
    robust_line,
    static_w,
)
from wattprint.factors.conventions import convention

FEWEST_READINGS = 5
"""Two give a line and a third its scatter; two more, so that one that is wrong can be told."""
LEAST_SPREAD = 1.5
"""Highest over lowest chip power. Below it the slope is mostly the meter's error: ten runs of the
validation machine that lie closer together leave errors up to twice as large."""
MOST_SET_ASIDE = 0.25
"""Share of the readings that may lie apart from the others before none can be trusted."""
LARGEST_SCATTER = 0.15
"""Above it a line through the readings says no more than the default of a machine class, whose
mean error is to be 12 %. [ratio]"""
LARGEST_MEAN_ERROR = 0.15
"""Half of the 90 % interval of the wall power at the readings' mean. [ratio]"""
FARTHEST = 3.5
"""Distance from the line beyond which a reading is set aside, in robust standard deviations.
Source: Iglewicz & Hoaglin (1993), How to Detect and Handle Outliers, sec. 3.3."""
STEPS_KWH = (1.0, 0.1, 0.01, 0.001, 0.0001)
"""Steps in which the displays of energy meters count. [kWh]"""
_STEP_TOLERANCE = 1e-6
_MAD_TO_DEVIATION = 1.4826
"""A normal distribution's standard deviation over its median absolute deviation."""


class WallReading(NamedTuple):
    """What chips and wall used over the same time."""

    duration_s: float
    chip_energy_j: float
    """Accelerators, CPU and memory as software meters see them. [J]"""
    wall_energy_j: float
    label: str = ""
    """Where it stands: 'line 7'."""


class SetAside(NamedTuple):
    """A reading that the line does not go through, and why."""

    reading: WallReading
    reason: str


class Calibration(NamedTuple):
    """A machine's line, and the readings that it rests on."""

    static_w: Range
    supply_efficiency: Range
    mean_chip_w: float
    mean_wall_w: Range
    scatter: float
    mean_error: float
    """Mean distance of the readings kept from the line. [ratio]"""
    kept: tuple[WallReading, ...]
    set_aside: tuple[SetAside, ...]
    step_kwh: float
    """Step of the meter's display; 0 where it shows none. [kWh]"""

    def wall_w(self, chip_w: float) -> float:
        """Wall power at a chip power [W]."""
        return (self.static_w.value + chip_w) / self.supply_efficiency.value

    def chip_span_w(self) -> tuple[float, float]:
        """Lowest and highest chip power of the readings kept [W]."""
        powers_w = [reading.chip_energy_j / reading.duration_s for reading in self.kept]
        return min(powers_w), max(powers_w)


def calibrate(readings: Sequence[WallReading], *, step_kwh: float | None = None) -> Calibration:
    """Fit static watts and supply efficiency to readings.

    Args:
        readings: Chip and wall energy over the same times, of one machine.
        step_kwh: Step of the meter's display; found from the readings by default. [kWh]

    Raises:
        InputError: Too few, no numbers, two alike, too little spread in power, or readings that
            do not fit together.
    """
    for reading in readings:
        _refuse_impossible(reading)
    _refuse_repeated(readings)
    _refuse_too_few(len(readings), "")
    step = display_step_kwh(readings) if step_kwh is None else number("step_kwh", step_kwh)
    usual = usual_scatter()
    points = [_point(reading, step) for reading in readings]
    _refuse_too_close(points)
    line = robust_line(points, usual)
    reasons = _reasons(readings, points, line, usual, step)
    _refuse_contradiction(readings, reasons)
    kept = [point for point, reason in zip(points, reasons, strict=True) if not reason]
    _refuse_too_close(kept)
    result = _summary(readings, reasons, posterior(kept, line, usual), step)
    _refuse_vague(result)
    return result


def usual_scatter() -> float:
    """Scatter that is to be expected before any reading: what chips' own meters err by [ratio]."""
    stated = convention("rapl_package").amount
    return stated.high / stated.value - 1


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


def _point(reading: WallReading, step_kwh: float) -> Point:
    """Return a reading as power.

    Start and end of a display that counts steps err by up to a step each, the same way: their
    difference is triangular between one step too few and one too many, with a variance of a sixth.
    """
    step_sd_j = step_kwh * units.JOULES_PER_KWH / sqrt(6)
    return Point(
        reading.chip_energy_j / reading.duration_s,
        reading.wall_energy_j / reading.duration_s,
        step_sd_j / reading.duration_s,
    )


def _refuse_impossible(reading: WallReading) -> None:
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


def _refuse_repeated(readings: Sequence[WallReading]) -> None:
    seen: dict[tuple[float, float, float], str] = {}
    for i, reading in enumerate(readings):
        label = reading.label or f"reading {i + 1}"
        first = seen.setdefault(_amounts(reading), label)
        if first is not label:
            raise InputError(f"{label} repeats {first}", "expected each reading once")


def _amounts(reading: WallReading) -> tuple[float, float, float]:
    return reading.duration_s, reading.chip_energy_j, reading.wall_energy_j


def _refuse_too_few(count: int, why: str) -> None:
    if count < FEWEST_READINGS:
        raise InputError(
            f"{count} reading{'s' * (count != 1)}{why}",
            f"expected {FEWEST_READINGS} or more, between idle and full load",
        )


def _refuse_too_close(points: Sequence[Point]) -> None:
    least_w, most_w = (f(point.chip_w for point in points) for f in (min, max))
    if most_w < LEAST_SPREAD * least_w or most_w == 0:
        raise InputError(
            f"chip power of the readings spans {units.plain(least_w)} to {units.plain(most_w)} W",
            f"expected the highest to be {LEAST_SPREAD:g} times the lowest or more: "
            "add readings of an idle machine and of full load",
        )


def _reasons(
    readings: Sequence[WallReading],
    points: Sequence[Point],
    line: Line,
    usual: float,
    step_kwh: float,
) -> list[str]:
    """Return why each reading is set aside; empty for one that is kept."""
    distances = [distance(point, line, usual) for point in points]
    # Few readings near a line that was chosen among them lie closer to it than to the true one.
    small_sample = 1 + 5 / (len(points) - 2)
    deviation = _MAD_TO_DEVIATION * small_sample * median(map(abs, distances))
    farthest = FARTHEST * max(1.0, deviation)
    return [
        _below_chips(reading, step_kwh) or _apart(point, line, far, farthest)
        for reading, point, far in zip(readings, points, distances, strict=True)
    ]


def _below_chips(reading: WallReading, step_kwh: float) -> str:
    """Say that a wall drew less than its chips, beyond what both meters may err."""
    least_j = reading.chip_energy_j * convention("rapl_package").amount.low
    if reading.wall_energy_j + step_kwh * units.JOULES_PER_KWH >= least_j:
        return ""
    return "the wall drew less than the chips"


def _apart(point: Point, line: Line, far: float, farthest: float) -> str:
    if abs(far) <= farthest:
        return ""
    level_w = line.at(point.chip_w)
    return (
        f"{units.plain(point.wall_w)} W at the wall where the others say {units.plain(level_w)} W"
    )


def _refuse_contradiction(readings: Sequence[WallReading], reasons: Sequence[str]) -> None:
    apart = [(r.label, reason) for r, reason in zip(readings, reasons, strict=True) if reason]
    if len(apart) > MOST_SET_ASIDE * len(readings):
        label, reason = apart[0]
        at = f"{label}: " if label else ""
        raise InputError(
            f"{len(apart)} of {len(readings)} readings do not fit in ({at}{reason})",
            f"expected {MOST_SET_ASIDE:.0%} or fewer: are chips and wall of the same machine "
            "and time?",
        )
    _refuse_too_few(len(readings) - len(apart), f" left after {len(apart)} were set aside")


def _summary(
    readings: Sequence[WallReading], reasons: Sequence[str], lines: Posterior, step_kwh: float
) -> Calibration:
    _refuse_unphysical(lines)
    static, share = Range(*lines.quantiles(static_w)), Range(*lines.quantiles(efficiency))
    value_w = (static.value + lines.mean_chip_w) / share.value
    _, low_w, high_w = lines.quantiles(lambda node: node.line.at(lines.mean_chip_w))
    pairs = list(zip(readings, reasons, strict=True))
    kept = tuple(reading for reading, reason in pairs if not reason)
    fit = Line(1 / share.value, static.value / share.value)
    return Calibration(
        static_w=static,
        supply_efficiency=share,
        mean_chip_w=lines.mean_chip_w,
        mean_wall_w=Range(value_w, min(low_w, value_w), max(high_w, value_w)),
        scatter=lines.mean(lambda node: node.scatter),
        mean_error=_mean_error(kept, fit),
        kept=kept,
        set_aside=tuple(SetAside(reading, reason) for reading, reason in pairs if reason),
        step_kwh=step_kwh,
    )


def _mean_error(readings: Sequence[WallReading], line: Line) -> float:
    errors = (
        abs(
            line.at(reading.chip_energy_j / reading.duration_s)
            * reading.duration_s
            / reading.wall_energy_j
            - 1
        )
        for reading in readings
    )
    return fsum(errors) / len(readings)


_LEAST_ALLOWED = 0.01
"""Share of the lines near the readings that physics must allow."""


def _refuse_unphysical(lines: Posterior) -> None:
    if lines.allowed_share < _LEAST_ALLOWED:
        raise InputError(
            "the readings fit no supply efficiency between 0.5 and 1 with static power",
            "expected the wall to draw 1 to 2 W more for each W of the chips, and more than they: "
            "are the units of both columns right?",
        )


def _refuse_vague(found: Calibration) -> None:
    mean = found.mean_wall_w
    half = (mean.high - mean.low) / 2 / mean.value
    if found.scatter > LARGEST_SCATTER or half > LARGEST_MEAN_ERROR:
        raise InputError(
            f"the readings scatter by {found.scatter:.0%} around their line and know the mean "
            f"wall power within {half:.0%}",
            f"expected {LARGEST_SCATTER:.0%} and {LARGEST_MEAN_ERROR:.0%} or less: add readings, "
            "each long enough for the meter's display to move by 20 steps",
        )
