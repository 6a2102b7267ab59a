"""The clocks of a run, and what they say of sleep and of a wall clock that was set."""

import time
from collections.abc import Callable
from typing import NamedTuple

SMALLEST_JUMP_S = 0.5
"""Clocks drift apart by less than this between two looks; more is sleep or a set clock. [s]"""

LONGEST_LOOK_S = 0.05
"""A look at the clocks that took longer compares nothing. [s]"""


def boot_s() -> float:
    """Time since boot, sleep included; where no clock tells it, the one without sleep. [s]."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)


class Clock(NamedTuple):
    """The clocks of a run."""

    monotonic_s: Callable[[], float] = time.monotonic
    """Never jumps, and stands still while the machine sleeps: readings are placed on it. [s]"""
    epoch_s: Callable[[], float] = time.time
    """Seconds since 1970: what people and time servers set. [s]"""
    boot_s: Callable[[], float] = boot_s
    """Never jumps, and goes on while the machine sleeps. [s]"""


class Jump(NamedTuple):
    """What the clocks did between two looks."""

    slept_s: float
    """Time the machine slept. [s]"""
    set_by_s: float
    """How far the wall clock was set; negative when it was set back. [s]"""


class ClockWatch:
    """Compares the clocks from one look to the next.

    Args:
        clock: The clocks.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._sleep_s, self._wall_s = self._offsets_s()

    def _offsets_s(self) -> tuple[float, float]:
        for _ in range(3):  # a process that was stopped between two looks at clocks looks again
            before_s = self._clock.monotonic_s()
            boot_s, epoch_s = self._clock.boot_s(), self._clock.epoch_s()
            if self._clock.monotonic_s() - before_s < LONGEST_LOOK_S:
                break
        return boot_s - before_s, epoch_s - boot_s

    def look(self) -> Jump:
        """Return what happened since the last look; drift below `SMALLEST_JUMP_S` is nothing."""
        sleep_s, wall_s = self._offsets_s()
        jump = Jump(_jump_s(sleep_s - self._sleep_s), _jump_s(wall_s - self._wall_s))
        self._sleep_s, self._wall_s = sleep_s, wall_s
        return jump._replace(slept_s=max(0.0, jump.slept_s))


def _jump_s(difference_s: float) -> float:
    return difference_s if abs(difference_s) >= SMALLEST_JUMP_S else 0.0
