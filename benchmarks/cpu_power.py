"""What the defaults for modelled CPUs rest on: `cpu_load_power` and `cpu_power_w_per_thread`.

Prints percentiles of two ratios: measured package power over TDP x load, and TDP over hardware
threads of server processors.

    python benchmarks/cpu_power.py [../shared]
"""

import csv
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import quantiles

# TDP of all packages of the two machines [W]: one EPYC 8024P (90 W), two Xeon E5-2620 v3 (85 W
# each: 24 hardware threads were loaded, and one has 12).
MACHINE_TDP_W = {"AMD_EPYC_8024P": 90.0, "E5-2620": 170.0}
LOADS = (0.05, 1.0)
SHIPPED = Path(__file__).resolve().parents[1] / "src/wattprint/factors/tables/cpus.csv"
SERVER = re.compile("EPYC|Xeon|Opteron|Ampere|Graviton|Grace")


def main() -> None:
    shared = Path(sys.argv[1] if len(sys.argv) > 1 else "../shared")
    print(f"{'what was compared':44} {'points':>6} {'min':>6} {'p5':>6} {'p50':>6} {'p95':>6}")
    _report("package power / (TDP x load), 5 to 100 %", _load_ratios(shared / "cases/cpu_load"))
    _report("TDP / hardware threads, server parts [W]", _thread_w(SHIPPED))


def _report(label: str, ratios: Iterator[float]) -> None:
    found = sorted(ratios)
    cuts = quantiles(found, n=20)
    shown = (found[0], cuts[0], cuts[9], cuts[18])
    print(f"{label:44} {len(found):6} " + " ".join(f"{ratio:6.2f}" for ratio in shown))


def _load_ratios(folder: Path) -> Iterator[float]:
    for machine, tdp_w in MACHINE_TDP_W.items():
        for path in sorted(folder.glob(f"{machine}*.csv")):
            for row in _rows(path):
                load = float(row["cpu_load"]) / 100
                if LOADS[0] <= load <= LOADS[1]:
                    yield float(row["rapl_power"]) / (tdp_w * load)


def _thread_w(path: Path) -> Iterator[float]:
    for row in _rows(path):
        if row["threads"] and SERVER.search(row["name"]):
            yield float(row["tdp_w"]) / float(row["threads"])


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


if __name__ == "__main__":
    main()
