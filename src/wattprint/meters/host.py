"""Use of the whole machine, beside what is tracked: busy CPU time and clock frequency."""

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from wattprint.meters.procfs import DEFAULT_ROOT, small_file

DEFAULT_SYS_ROOT = Path("/sys")

MOST_CLOCKS = 16
"""CPUs whose clock is looked at, spread evenly over the machine."""

GLANCED_CLOCKS = 2
"""Of these, those that a glance looks at, by turns: it is taken every second."""

LONGEST_LOOK_S = 0.005
"""Kernels before 5.18 may sleep 10 ms for each idle CPU that is asked for its clock. [s]"""


class Glance(NamedTuple):
    """A quick look at a machine; None is what cannot be read."""

    busy_s: float | None
    """CPU time of all processes since the machine started. [s]"""
    clock_ratio: float | None
    """Clock frequency of some of its CPUs over the highest they can reach. [ratio]"""


class HostUse:
    """Reads the machine's use; what cannot be read is left out.

    Args:
        root: Where procfs is mounted.
        sys_root: Where sysfs is mounted.
        ticks_per_s: Clock ticks in which procfs counts CPU time. [1/s]
        timer: Clock that tells what a look costs. [s]
    """

    def __init__(
        self,
        root: Path = DEFAULT_ROOT,
        sys_root: Path = DEFAULT_SYS_ROOT,
        *,
        ticks_per_s: int | None = None,
        timer: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._stat = f"{os.fspath(root)}/stat"
        self._ticks_per_s = ticks_per_s or os.sysconf("SC_CLK_TCK")
        self._timer = timer
        self._clocks = _clocks(f"{os.fspath(sys_root)}/devices/system/cpu")
        self._turn = 0

    def read(self) -> dict[str, float]:
        """Return what can be read now.

        Returns:
            `busy_s`: CPU time of all processes, interrupts included, since the machine started.
            `clock_ratio`: Mean clock frequency of its CPUs over the highest they can reach.
        """
        busy_s, clock_ratio = self._busy_s(), self._clock_ratio(self._clocks)
        found = {"busy_s": busy_s, "clock_ratio": clock_ratio}
        return {name: amount for name, amount in found.items() if amount is not None}

    def glance(self) -> Glance:
        """Return what can be read now, of the clocks two at a time by turns."""
        clocks = self._clocks
        chosen = [clocks[(self._turn + i) % len(clocks)] for i in range(len(clocks))]
        self._turn += GLANCED_CLOCKS
        return Glance(self._busy_s(), self._clock_ratio(chosen[:GLANCED_CLOCKS]))

    def _busy_s(self) -> float | None:
        try:
            name, *ticks = small_file(self._stat).split(b"\n", 1)[0].split()
            # Fields of proc(5): user, nice, system, idle, iowait, irq, softirq, steal. Time of
            # guests is in user and nice already; iowait is idle, and steal is others' use.
            user, nice, system, _, _, irq, softirq = map(int, ticks[:7])
        except (OSError, ValueError):
            return None
        return (
            (user + nice + system + irq + softirq) / self._ticks_per_s if name == b"cpu" else None
        )

    def _clock_ratio(self, clocks: Sequence[tuple[str, int]]) -> float | None:
        if not clocks:
            return None
        ratios: list[float] = []
        since_s = self._timer()
        for path, highest_khz in clocks:
            try:
                ratios.append(int(small_file(path)) / highest_khz)
            except (OSError, ValueError):
                continue  # a CPU that was taken offline
            if self._timer() - since_s > LONGEST_LOOK_S:
                self._clocks = ()  # too dear here, and for good
                return None
        return sum(ratios) / len(ratios) if ratios else None


def _clocks(folder: str) -> Sequence[tuple[str, int]]:
    """Return the files that say a CPU's clock, each with the highest it can reach [kHz]."""
    try:
        names = os.listdir(folder)  # noqa: PTH208
    except OSError:
        return ()
    numbers = sorted(int(name[3:]) for name in names if name[:3] == "cpu" and name[3:].isdigit())
    step = max(1, len(numbers) / MOST_CLOCKS)
    spread = [numbers[int(i * step)] for i in range(min(len(numbers), MOST_CLOCKS))]
    found: list[tuple[str, int]] = []
    for number in spread:
        clock = f"{folder}/cpu{number}/cpufreq"
        try:
            highest_khz = int(small_file(f"{clock}/cpuinfo_max_freq"))
        except (OSError, ValueError):
            continue
        if highest_khz > 0:
            found.append((f"{clock}/scaling_cur_freq", highest_khz))
    return tuple(found)
