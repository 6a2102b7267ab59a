"""What `wattprint calibrate` rests on: ten runs of a real machine foretell the others.

Draws ten runs at a time from the runs with a wall meter, fits a profile to them, and prints the
mean absolute relative error of the wall energy of all others: its median and its 95th percentile
over the draws. The meter counts in steps of 0.001 kWh, which alone make an error that no fit can
mend: it is printed beside. So are the runs inside the stated interval, widened by the meter's own.

    python benchmarks/calibration.py [--draws 1000] [../shared]
"""

import argparse
import csv
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import fmean, median, quantiles
from typing import NamedTuple

from wattprint.domain.errors import InputError
from wattprint.domain.node_profile import NodeProfile
from wattprint.estimator.calibration import Calibration, calibrate
from wattprint.estimator.wall_readings import WallReading

RUNS = "cases/wall_meter/wall_meter_runs.csv"
STEP_J = 3600.0
DRAWN = 10
SEED = 20261125
WITHIN_STEPS = 1 - 0.1**0.5
"""Half of the 90 % interval of the difference of two displays: triangular, up to one step."""


class Drawn(NamedTuple):
    """What came of the draws."""

    errors: Sequence[float]
    """Of each draw that was not refused, the mean error of the other runs. [ratio]"""
    inside: float
    """Share of the other runs inside the 90 % interval, widened by the meter's own. [0 to 1]"""
    width: float
    """Median of the interval's high over its low."""
    refused: Counter[str]

    @property
    def median(self) -> float:
        return median(self.errors)

    @property
    def percentile_95(self) -> float:
        return quantiles(self.errors, n=20)[18]


def runs(shared: Path) -> list[tuple[WallReading, str]]:
    """Return the runs with a wall meter, each with its device: `gpu` or `cpu`."""
    with (shared / RUNS).open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    return [
        (
            WallReading(
                float(row["duration_s"]),
                float(row["software_energy_j"]),
                float(row["wall_energy_j"]),
                row["run_id"],
            ),
            "gpu" if "RTX" in row["device"] else "cpu",
        )
        for row in rows
    ]


def profile(fit: Calibration) -> NodeProfile:
    """Return a fit as the profile that foretells."""
    return NodeProfile(
        "drawn",
        *(fit.static_w, fit.supply_efficiency, fit.mean_chip_w, fit.mean_wall_w, fit.scatter),
        *fit.chip_span_w(),
        *(fit.mean_error, len(fit.kept), len(fit.set_aside), "2026-11-25T00:00:00Z", "draw"),
    )


def draws(calibrated: Sequence[WallReading], foretold: Sequence[WallReading], count: int) -> Drawn:
    """Calibrate on ten runs drawn at random, and foretell the others, over and over."""
    chance = random.Random(SEED)
    refused: Counter[str] = Counter()
    errors, inside, widths = [], [], []
    for _ in range(count):
        drawn = chance.sample(list(calibrated), DRAWN)
        try:
            fit = profile(calibrate(drawn))
        except InputError as refusal:
            refused[" ".join(refusal.given.split()[:3])] += 1
            continue
        others = [run for run in foretold if run not in drawn]
        said = [(fit.wall_energy_j(run.chip_energy_j, run.duration_s), run) for run in others]
        errors.append(fmean(abs(wall.value / run.wall_energy_j - 1) for wall, run in said))
        allowed_j = WITHIN_STEPS * STEP_J
        inside += [
            wall.low - allowed_j <= run.wall_energy_j <= wall.high + allowed_j for wall, run in said
        ]
        widths += [wall.high / wall.low for wall, _ in said]
    return Drawn(errors, fmean(inside), median(widths), refused)


def meter_error(foretold: Sequence[WallReading]) -> float:
    """Return the mean relative error that the meter's steps make: a third of one [ratio]."""
    return fmean(STEP_J / 3 / run.wall_energy_j for run in foretold)


def comparisons(shared: Path) -> Iterator[tuple[str, list[WallReading], list[WallReading]]]:
    """Yield what is drawn from, and what is foretold."""
    both = runs(shared)
    of = {
        kind: [run for run, device in both if device in kind] for kind in ("gpu cpu", "gpu", "cpu")
    }
    yield "all runs, all others", of["gpu cpu"], of["gpu cpu"]
    yield "GPU runs, the other GPU runs", of["gpu"], of["gpu"]
    yield "CPU runs, the other CPU runs", of["cpu"], of["cpu"]
    yield "GPU runs, CPU runs", of["gpu"], of["cpu"]
    yield "CPU runs, GPU runs", of["cpu"], of["gpu"]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("shared", nargs="?", type=Path, default=Path("../shared"))
    parser.add_argument("--draws", type=int, default=1000)
    given = parser.parse_args()
    print(
        f"{'10 drawn from, and foretold':30} {'draws':>6} {'refused':>7} {'median':>7} {'p95':>7} "
        f"{'meter':>7} {'inside':>7} {'high/low':>8}"
    )
    for label, calibrated, foretold in comparisons(given.shared):
        found = draws(calibrated, foretold, given.draws)
        print(
            f"{label:30} {given.draws:6} {sum(found.refused.values()):7} {found.median:7.1%} "
            f"{found.percentile_95:7.1%} {meter_error(foretold):7.1%} {found.inside:7.1%} "
            f"{found.width:8.2f}",
            flush=True,
        )
        for why, count in found.refused.most_common():
            print(f"{'':30} {'':6} {count:7}   {why} ...")


if __name__ == "__main__":
    main()
