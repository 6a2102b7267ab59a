"""What the defaults for modelled CPUs rest on: `cpu_load_power` and `cpu_power_w_per_thread`.

Prints percentiles of two ratios: measured package power over TDP x load, and TDP over hardware
threads of server processors. Then, whether the clock frequency would tell more: the spread of the
first ratio, alone and over a power of the clock, fitted to all points and to the other machine's.

    python benchmarks/cpu_power.py [../shared]
"""

import csv
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from math import exp, log
from pathlib import Path
from statistics import linear_regression, quantiles
from typing import NamedTuple

# TDP of all packages of the two machines [W]: one EPYC 8024P (90 W), two Xeon E5-2620 v3 (85 W
# each: 24 hardware threads were loaded, and one has 12).
MACHINE_TDP_W = {"AMD_EPYC_8024P": 90.0, "E5-2620": 170.0}
HIGHEST_CLOCK_MHZ = {"AMD_EPYC_8024P": 3000.0, "E5-2620": 3200.0}
LOADS = (0.05, 1.0)
SHIPPED = Path(__file__).resolve().parents[1] / "src/wattprint/factors/tables/cpus.csv"
SERVER = re.compile("EPYC|Xeon|Opteron|Ampere|Graviton|Grace")


class Point(NamedTuple):
    """A machine at a steady load."""

    machine: str
    clock_ratio: float
    """Mean clock frequency over the highest."""
    power_ratio: float
    """Power of all packages over TDP x load."""


def main() -> None:
    shared = Path(sys.argv[1] if len(sys.argv) > 1 else "../shared")
    print(f"{'what was compared':44} {'points':>6} {'min':>6} {'p5':>6} {'p50':>6} {'p95':>6}")
    points = list(_points(shared / "cases/cpu_load"))
    _report("package power / (TDP x load), 5 to 100 %", [point.power_ratio for point in points])
    _report("TDP / hardware threads, server parts [W]", _thread_w(SHIPPED))
    print()
    print(f"{'package power / (TDP x load)':44} {'exponent':>8} {'p95/p5':>6}")
    _spread("alone", points, 0.0)
    _spread("over clock ^ exponent, fitted to all", points, _exponent(points))
    for machine in MACHINE_TDP_W:
        own = [point for point in points if point.machine == machine]
        others = [point for point in points if point.machine != machine]
        _spread(f"{machine} alone", own, 0.0)
        _spread(f"{machine}, exponent of the other machine", own, _exponent(others))


def _exponent(points: Sequence[Point]) -> float:
    """Least squares of the logarithms."""
    clocks = [log(point.clock_ratio) for point in points]
    return linear_regression(clocks, [log(point.power_ratio) for point in points]).slope


def _spread(label: str, points: Sequence[Point], exponent: float) -> None:
    rests = [log(point.power_ratio) - exponent * log(point.clock_ratio) for point in points]
    cuts = quantiles(rests, n=20)
    print(f"{label:44} {exponent:8.2f} {exp(cuts[18] - cuts[0]):6.2f}")


def _report(label: str, ratios: Iterable[float]) -> None:
    found = sorted(ratios)
    cuts = quantiles(found, n=20)
    shown = (found[0], cuts[0], cuts[9], cuts[18])
    print(f"{label:44} {len(found):6} " + " ".join(f"{ratio:6.2f}" for ratio in shown))


def _points(folder: Path) -> Iterator[Point]:
    for machine, tdp_w in MACHINE_TDP_W.items():
        for path in sorted(folder.glob(f"{machine}*.csv")):
            for row in _rows(path):
                load = float(row["cpu_load"]) / 100
                if LOADS[0] <= load <= LOADS[1]:
                    clock_ratio = float(row["cpu_freq"]) / HIGHEST_CLOCK_MHZ[machine]
                    yield Point(machine, clock_ratio, float(row["rapl_power"]) / (tdp_w * load))


def _thread_w(path: Path) -> Iterator[float]:
    for row in _rows(path):
        if row["threads"] and SERVER.search(row["name"]):
            yield float(row["tdp_w"]) / float(row["threads"])


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


if __name__ == "__main__":
    main()
