"""How well the law of package power holds, and what its constants and intervals rest on.

Prints, of the measured sweeps in cases/cpu_load: errors of our law, of CodeCarbon's and of TDP x
load; how many readings lie inside our interval; what becomes of a sweep or machine when the law is
scaled without it; the law beside published curves of other machines; and the percentiles behind
the conventions `cpu_load_power`, `cpu_power_w_per_thread` and `cpu_guest_share`.

    python benchmarks/cpu_power.py [../shared]
"""

import csv
import re
import sys
from collections.abc import Iterable, Iterator
from functools import partial
from math import exp, log
from pathlib import Path
from statistics import fmean, quantiles

from cpu_sweeps import JUDGED_LOADS, LAWS, READINGS, Law, Point, judged, ours, points

from wattprint.domain.formulas.cpu_power import PackageShares, package_power_w
from wattprint.factors.conventions import convention, package_shares

SHIPPED = Path(__file__).resolve().parents[1] / "src/wattprint/factors/tables/cpus.csv"
SERVER = re.compile("EPYC|Xeon|Opteron|Ampere|Graviton|Grace")

TEADS_2021 = {0.0: 0.12, 0.1: 0.32, 0.5: 0.75, 1.0: 1.02}
"""Package power over TDP by load: mean of five Xeon hosts at their governor's full clock."""
TEADS_CLOCK_RATIO = 0.95
"""All-core clock over the highest, as AWS publishes them, mean of the five: c5 3.4 of 3.5 GHz, m5
and r5 3.1 of 3.5, z1d 4.0 and m5zn 4.5 on all cores."""


def main() -> None:
    shared = Path(sys.argv[1] if len(sys.argv) > 1 else "../shared")
    folder = shared / "cases/cpu_load"
    found = points(folder)
    if not found:
        sys.exit(f"no sweeps in {folder}; give the folder that holds cases/cpu_load")
    low, high = JUDGED_LOADS
    print(f"{low:.0%} to {high:.0%} load: {len(judged(found))} of {len(found)} readings")
    print(f"\n{'mean absolute error':40} {'counted':>8} {'printed':>8}")
    for name, law in LAWS.items():
        errors = [_error(law, read, judged(found)) for read in READINGS.values()]
        print(f"{name:40} " + " ".join(f"{error:8.1%}" for error in errors))
    _print_intervals(found)
    _print_left_out(found)
    _print_teads()
    _print_percentiles(found)


def _error(law: Law, read: Law, over: Iterable[Point]) -> float:
    return fmean(abs(law(point) / read(point) - 1) for point in over)


def _print_intervals(found: list[Point]) -> None:
    print(f"\n{'inside the interval':40} {'counted':>8} {'printed':>8} {'high/low':>9}")
    for label, law_name, name in (
        ("load and clock", "wattprint: load and clock", "cpu_law"),
        ("load alone", "wattprint: load alone", "cpu_law_without_clock"),
    ):
        bounds = convention(name).amount
        inside = [
            fmean(
                bounds.low <= read(point) / LAWS[law_name](point) <= bounds.high
                for point in judged(found)
            )
            for read in READINGS.values()
        ]
        width = bounds.high / bounds.low
        print(f"{label:40} " + " ".join(f"{share:8.1%}" for share in inside) + f" {width:9.2f}")


def _print_left_out(found: list[Point]) -> None:
    """Scale the law to all but a machine or a sweep, and try it on that one.

    Four sweeps cannot tell its five constants apart, so that only their common scale is fitted.
    """
    print(f"\n{'scaled to all but':32} {'scale':>7} {'counted':>8} {'printed':>8} {'inside':>7}")
    bounds = convention("cpu_law").amount
    for part_of in (lambda point: point.machine.prefix, lambda point: point.sweep):
        for part in sorted({part_of(point) for point in found}):
            scale = _scale(point for point in judged(found) if part_of(point) != part)
            left_out = [point for point in judged(found) if part_of(point) == part]
            scaled = partial(_scaled, scale)
            errors = [_error(scaled, read, left_out) for read in READINGS.values()]
            inside = fmean(
                bounds.low <= read(point) / scaled(point) <= bounds.high
                for point in left_out
                for read in READINGS.values()
            )
            shown = " ".join(f"{error:8.1%}" for error in errors)
            print(f"{part:32} {scale:7.2f} {shown} {inside:7.1%}")


def _scale(over: Iterable[Point]) -> float:
    """Return the geometric mean of what was read over what the law says."""
    return exp(
        fmean(log(read(point) / ours(point)) for point in over for read in READINGS.values())
    )


def _scaled(scale: float, point: Point) -> float:
    return scale * ours(point)


def _print_teads() -> None:
    print(f"\n{'published curve (Teads 2021), over TDP':40} {'theirs':>7} {'ours':>7} {'ratio':>7}")
    bounds = convention("cpu_law").amount
    for load, share in TEADS_2021.items():
        our = package_power_w(
            1, load, TEADS_CLOCK_RATIO, threads=48, threads_per_core=2, shares=package_shares()
        )
        inside = "inside" if bounds.low <= share / our <= bounds.high else "outside"
        print(f"{f'at {load:.0%} load':40} {share:7.2f} {our:7.2f} {share / our:7.2f} {inside}")


def _print_percentiles(found: list[Point]) -> None:
    print(f"\n{'what was compared':49} {'points':>6} {'min':>6} {'p5':>6} {'p50':>6} {'p95':>6}")
    busy = [point for point in found if point.load >= 0.05]
    tdp_load = [point.printed_w / (point.machine.tdp_w * point.load) for point in busy]
    _report("package power / (TDP x load), 5 to 100 %", tdp_load)
    for name, read in READINGS.items():
        ratios = [read(point) / ours(point) for point in judged(found)]
        _report(f"power {name} / law of load and clock", ratios)
    for name, read in READINGS.items():
        ratios = [read(p) / LAWS["wattprint: load alone"](p) for p in judged(found)]
        _report(f"power {name} / law of load alone", ratios)
    _report("clock / highest clock", [point.clock_ratio for point in judged(found)])
    _report("TDP / hardware threads, server parts [W]", thread_w(SHIPPED))
    _report("a guest with neighbours / by its own load (model)", guest_ratios())


def _report(label: str, ratios: Iterable[float]) -> None:
    found = sorted(ratios)
    cuts = quantiles(found, n=20)
    shown = (found[0], cuts[0], cuts[9], cuts[18])
    print(f"{label:49} {len(found):6} " + " ".join(f"{ratio:6.2f}" for ratio in shown))


def thread_w(path: Path) -> Iterator[float]:
    with path.open(newline="", encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            if row["threads"] and SERVER.search(row["name"]):
                yield float(row["tdp_w"]) / float(row["threads"])


def guest_ratios() -> Iterator[float]:
    """Yield the power of a guest's slice with neighbours over what the law says by its own load.

    Nothing was measured: its idle and awake parts are its slice's, its busy part is its share of
    CPU time in that of the package, and the loads of both are spread evenly from 0.05 to 1.
    """
    shares, steps = package_shares(), 100
    clock = convention("cpu_clock_ratio").amount.value
    loads = [0.05 + 0.95 * (i + 0.5) / steps for i in range(steps)]

    def slice_w(load: float, parts: PackageShares) -> float:
        return package_power_w(1, load, clock, threads=64, threads_per_core=2, shares=parts)

    busy_alone = shares._replace(idle=0, awake=0)
    for own in loads:
        for whole in loads:
            busy = slice_w(whole, busy_alone) * own / whole
            yield (shares.idle + shares.awake + busy) / slice_w(own, shares)


if __name__ == "__main__":
    main()
