"""The measured CPU sweeps beside the checkout, and the laws that are compared on them.

Two machines were loaded in steps of 30 s, all cores in part or some cores in full. The files give
two powers of each step: the energy that RAPL counted over the step's duration, and `rapl_power`,
which the recording tool had computed one step before: it is the power of the step above, and on the
first step next to 0. Every figure is printed for both, and the law must hold on both.
"""

import csv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from wattprint.domain.formulas.cpu_power import PackageShares, package_power_w
from wattprint.factors.conventions import convention, package_shares

JOULES_PER_KWH = 3.6e6
JUDGED_LOADS = (0.1, 0.75)
"""Loads between which the issue asks for an error of at most 20 %, rounded as they were set."""


class Machine(NamedTuple):
    """What a tracker can know of a machine: from the tables by name, and from cpufreq."""

    prefix: str
    tdp_w: float
    """Of all packages. [W]"""
    threads: int
    """Hardware threads of one package."""
    highest_mhz: float
    """What cpuinfo_max_freq says: the vendor's published highest turbo clock."""


MACHINES = (
    Machine("AMD_EPYC_8024P", 90.0, 16, 3000.0),
    Machine("E5-2620", 170.0, 12, 3200.0),  # two packages: 24 threads were loaded
)


class Point(NamedTuple):
    """A machine at a steady load."""

    machine: Machine
    sweep: str
    load: float
    clock_ratio: float
    counted_w: float
    """Energy counted over the step, by its duration. [W]"""
    printed_w: float
    """`rapl_power` of the file. [W]"""


Law = Callable[[Point], float]
READINGS: dict[str, Law] = {
    "counted": lambda point: point.counted_w,
    "printed": lambda point: point.printed_w,
}


def points(folder: Path) -> list[Point]:
    """Read every sweep of a folder."""
    return [
        point
        for machine in MACHINES
        for path in sorted(folder.glob(f"{machine.prefix}*.csv"))
        for point in _of_sweep(machine, path)
    ]


def _of_sweep(machine: Machine, path: Path) -> Iterator[Point]:
    with path.open(newline="", encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            yield Point(
                machine,
                path.stem,
                float(row["cpu_load"]) / 100,
                min(1.0, float(row["cpu_freq"]) / machine.highest_mhz),
                float(row["rapl_energy"]) * JOULES_PER_KWH / float(row["duration"]),
                float(row["rapl_power"]),
            )


def judged(found: list[Point]) -> list[Point]:
    low, high = JUDGED_LOADS
    return [point for point in found if low <= round(point.load, 2) <= high]


def ours(point: Point, shares: PackageShares | None = None) -> float:
    return package_power_w(
        point.machine.tdp_w,
        point.load,
        point.clock_ratio,
        threads=point.machine.threads,
        threads_per_core=2,
        shares=shares or package_shares(),
    )


def without_clock(point: Point) -> float:
    return ours(point._replace(clock_ratio=convention("cpu_clock_ratio").amount.value))


def codecarbon(point: Point) -> float:
    """Return what CodeCarbon 3 takes for a whole machine by its load."""
    return point.machine.tdp_w * (0.1 + 0.9 * point.load**3)


def tdp_load(point: Point) -> float:
    return point.machine.tdp_w * point.load


LAWS: dict[str, Law] = {
    "wattprint: load and clock": ours,
    "wattprint: load alone": without_clock,
    "CodeCarbon: TDP x (0.1 + 0.9 load^3)": codecarbon,
    "TDP x load": tdp_load,
}
