"""The machine around the chips: what its power supply loses, and how many machines there are."""

from math import fsum

from wattprint.domain.checks import number
from wattprint.domain.errors import InputError
from wattprint.domain.formulas.energy import supply_efficiency_above_0

LEAST_LOAD = 0.01
"""Below a hundredth of its rating a supply's efficiency is published by nobody."""


def supply_efficiency(load: float, *, at_20: float, at_50: float, at_100: float) -> float:
    """Efficiency of a power supply at a load, from the three loads at which it is certified.

    What a supply loses has a part that is always there, one that grows with the current and one
    that grows with its square. The three certified efficiencies give the three parts exactly.

    Args:
        load: Power delivered over the supply's rated power; beyond 1 it counts as 1, below 0.01
            as 0.01. [ratio]
        at_20: Efficiency at 20 % load. [ratio, above 0 to 1]
        at_50: Efficiency at 50 % load. [ratio, above 0 to 1]
        at_100: Efficiency at full load. [ratio, above 0 to 1]

    Returns:
        Power delivered over power drawn. [ratio]

    Raises:
        ValueError: A negative or non-finite load, an efficiency outside 0.01 to 1.

    Source:
        EPRI & Ecos, Generalized Internal Power Supply Efficiency Test Protocol, rev. 6.7.2;
        loads and levels of the 80 PLUS programme.

    >>> round(supply_efficiency(0.5, at_20=0.87, at_50=0.90, at_100=0.87), 12)
    0.9
    >>> round(supply_efficiency(0.1, at_20=0.87, at_50=0.90, at_100=0.87), 3)
    0.791
    """
    number("load", load)
    load = min(1.0, max(LEAST_LOAD, load))
    points = [
        (certified, certified / supply_efficiency_above_0(efficiency) - certified)
        for certified, efficiency in ((0.2, at_20), (0.5, at_50), (1.0, at_100))
    ]
    return load / (load + max(0.0, _parabola(load, points)))


def _parabola(x: float, points: list[tuple[float, float]]) -> float:
    """Return the parabola through three points at x, in Lagrange's form."""
    (a, of_a), (b, of_b), (c, of_c) = points
    return fsum(
        (
            of_a * (x - b) * (x - c) / ((a - b) * (a - c)),
            of_b * (x - a) * (x - c) / ((b - a) * (b - c)),
            of_c * (x - a) * (x - b) / ((c - a) * (c - b)),
        )
    )


def share_of_machine(used: float, whole: float) -> float:
    """Share of a machine that falls to some work, by what was set aside for it.

    Shares of all users of a machine add up to the whole of it.

    Args:
        used: Accelerators or hardware threads set aside for the work.
        whole: Those of the whole machine.

    Returns:
        Share. [ratio, 0 to 1]

    Raises:
        ValueError: A negative or non-finite number, no machine, more used than there is.

    Source:
        ISO/IEC 21031:2024 (SCI), resource share: resources reserved over total resources.

    >>> share_of_machine(2, 8)
    0.25
    """
    if number("whole", whole) == 0:
        raise InputError("whole is 0", "expected a finite number above 0")
    return number("used", used, at_most=whole) / whole
