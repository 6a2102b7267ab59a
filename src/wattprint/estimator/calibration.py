"""From readings at a wall meter to the static power and supply efficiency of a machine."""

from collections.abc import Sequence
from math import fsum, sqrt
from statistics import median
from typing import NamedTuple

from wattprint.domain import units
from wattprint.domain.checks import number
from wattprint.domain.errors import InputError
from wattprint.domain.interval import Range
from wattprint.domain.node_profile import LARGEST_OF_90
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
from wattprint.estimator.wall_readings import (
    WallReading,
    display_step_kwh,
    refuse_impossible,
    refuse_repeated,
    refuse_too_close,
    refuse_too_few,
)
from wattprint.factors.conventions import convention

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
_MAD_TO_DEVIATION = 1.4826
"""A normal distribution's standard deviation over its median absolute deviation."""


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
        powers_w = [reading.chip_w for reading in self.kept]
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
        refuse_impossible(reading)
    refuse_repeated(readings)
    refuse_too_few(len(readings))
    refuse_too_close(readings)
    step = display_step_kwh(readings) if step_kwh is None else number("step_kwh", step_kwh)
    usual = usual_scatter()
    points = [_point(reading, step) for reading in readings]
    line = robust_line(points, usual)
    judged = list(zip(readings, _reasons(readings, points, line, usual, step), strict=True))
    aside = tuple(SetAside(reading, reason) for reading, reason in judged if reason)
    kept = tuple(reading for reading, reason in judged if not reason)
    _refuse_contradiction(len(readings), aside)
    refuse_too_close(kept)
    lines = posterior([_point(reading, step) for reading in kept], line, usual)
    _refuse_unphysical(lines)
    found = _summary(kept, aside, lines, step)
    _refuse_vague(found)
    return found


def usual_scatter() -> float:
    """Half of the 90 % interval that chips' own meters are known for [ratio].

    Such a scatter is to be expected before any reading.
    """
    stated = convention("rapl_package").amount
    return stated.high / stated.value - 1


def _point(reading: WallReading, step_kwh: float) -> Point:
    """Return a reading as power.

    Start and end of a display that counts steps err by up to a step each, the same way: their
    difference is triangular between one step too few and one too many, with a variance of a sixth.
    """
    step_sd_j = step_kwh * units.JOULES_PER_KWH / sqrt(6)
    return Point(reading.chip_w, reading.wall_w, step_sd_j / reading.duration_s)


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


def _refuse_contradiction(count: int, aside: Sequence[SetAside]) -> None:
    if len(aside) > MOST_SET_ASIDE * count:
        reading, reason = aside[0]
        at = f"{reading.label}: " if reading.label else ""
        raise InputError(
            f"{len(aside)} of {count} readings do not fit in ({at}{reason})",
            f"expected {MOST_SET_ASIDE:.0%} or fewer: are chips and wall of the same machine "
            "and time?",
        )
    refuse_too_few(count - len(aside), f" left after {len(aside)} were set aside")


def _summary(
    kept: tuple[WallReading, ...],
    aside: tuple[SetAside, ...],
    lines: Posterior,
    step_kwh: float,
) -> Calibration:
    static, share = Range(*lines.quantiles(static_w)), Range(*lines.quantiles(efficiency))
    fit = Line(1 / share.value, static.value / share.value)
    mean_w = fit.at(lines.mean_chip_w)
    _, low_w, high_w = lines.quantiles(lambda node: node.line.at(lines.mean_chip_w))
    errors = [abs(fit.at(r.chip_w) / r.wall_w - 1) for r in kept]
    return Calibration(
        static_w=static,
        supply_efficiency=share,
        mean_chip_w=lines.mean_chip_w,
        mean_wall_w=Range(mean_w, min(low_w, mean_w), max(high_w, mean_w)),
        # Readings of one workload share what its chips' meters err by; another's may differ.
        scatter=max(lines.mean(lambda node: node.scatter), usual_scatter() / LARGEST_OF_90),
        mean_error=fsum(errors) / len(errors),
        kept=kept,
        set_aside=aside,
        step_kwh=step_kwh,
    )


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
