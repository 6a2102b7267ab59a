"""How many real readings lie inside every default interval that we ship.

One row for each convention of tools/hand_entered/conventions.csv and each set of readings: those
that nobody measured say so. Then the errors of CPU laws on the same readings. Reads the reference
tables and cases beside the checkout.

    python benchmarks/coverage.py [../shared] [--json]
"""

import argparse
import csv
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from statistics import fmean, median
from typing import NamedTuple

import cpu_power
import cpu_sweeps
import default_intervals

from wattprint import estimate
from wattprint.domain import units
from wattprint.domain.errors import WattprintError
from wattprint.domain.interval import Range
from wattprint.factors.accelerators import accelerators
from wattprint.factors.conventions import convention
from wattprint.factors.tables import shipped

NOT_MEASURED = {
    "given_utilization": "no readings: what NVIDIA states for its power sensor",
    "cpu_awake_share": "no readings of its own: inside cpu_law",
    "cpu_busy_share": "no readings of its own: inside cpu_law",
    "cpu_lowest_voltage": "no readings of its own: inside cpu_law",
    "cpu_voltage_plateau": "no readings of its own: inside cpu_law",
    "rapl_package": "no readings: no meter on a package was at hand",
    "rapl_dram": "no readings: no meter on memory was at hand",
    "nvml_energy": "no readings: no meter on a GPU was at hand",
    "nvml_power": "no readings: no meter on a GPU was at hand",
    "ddr3_power_w_per_gb": "no readings: from DDR4 by a published ratio",
    "ddr5_power_w_per_gb": "no readings: from DDR4 by a published ratio",
    "lpddr_power_w_per_gb": "no readings: from DDR5 by a published ratio",
    "board_regulators": "no readings of its own: inside the workstation",
    "training_mfu": "19 published trainings: tools/planned_trainings.py",
    "llm_serving_energy": "47 runs of ML.ENERGY: tools/measured_inference.py",
    "llm_serving_hours": "47 runs of ML.ENERGY: tools/measured_inference.py",
    "die_area_per_power": "range of the shipped table",
    "die_area_unknown": "range of the shipped table",
    "accelerator_tdp_unknown": "range of the shipped table",
}
"""Why a convention has no row of readings."""

OF_CASES = ("cpu_law", "cpu_law_without_clock", "cpu_load_power", "cpu_utilization")
"""Conventions whose readings are in the cases, which may not be beside the checkout."""

METERED = "workstation"
"""The class of machine whose plug was metered."""

DDR4_W_PER_GB = {
    "Tailpipe 2025, 37 servers at 0, 50 and 100 % load": (0.048, 0.0598, 0.0578),
    "Tom's Hardware 2014, modules of 4 and 8 GB under load": (
        11.85 / 32,
        5.94 / 16,
        2.98 / 8,
        6.14 / 16,
        3.06 / 8,
        1.52 / 4,
    ),
}


class Coverage(NamedTuple):
    """A default, and what was read of it."""

    default: str
    readings: str
    """What the readings are of."""
    count: int
    inside: int
    high_over_low: float
    """Width of the interval."""
    note: str = ""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("shared", nargs="?", type=Path, default=Path("../shared"))
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    rows = [row for section in SECTIONS for row in section(options.shared)]
    errors, at_the_wall = law_errors(options.shared), wall_errors(options.shared)
    rows += unmeasured({row.default for row in rows})
    if options.json:
        report = {
            "coverage": [row._asdict() for row in rows],
            "mean_absolute_error": errors,
            "mean_absolute_error_at_the_wall": at_the_wall,
        }
        print(json.dumps(report, indent=2))
    else:
        print_text(rows, errors)
        print_wall(at_the_wall)


def of_ratios(default: str, what: str, ratios: Iterable[float], note: str = "") -> Coverage:
    """Count the readings, over what the default says, that lie inside its interval."""
    amount, found = convention(default).amount, list(ratios)
    low, high = amount.low / amount.value, amount.high / amount.value
    inside = sum(low * (1 - 1e-9) <= ratio <= high * (1 + 1e-9) for ratio in found)
    return Coverage(default, what, len(found), inside, amount.high / amount.low, note)


def cpu_rows(shared: Path) -> Iterator[Coverage]:
    found = cpu_sweeps.points(shared / "cases/cpu_load")
    if not found:
        return
    judged = cpu_sweeps.judged(found)
    for name, read in cpu_sweeps.READINGS.items():
        for default, law in (
            ("cpu_law", cpu_sweeps.ours),
            ("cpu_law_without_clock", cpu_sweeps.without_clock),
        ):
            what = f"package power {name}, 10 to 75 % load"
            yield of_ratios(default, what, (read(point) / law(point) for point in judged))
    busy = [point for point in found if point.load >= 0.05]
    flat = convention("cpu_load_power").amount.value
    yield of_ratios(
        "cpu_load_power",
        "package power printed, 5 to 100 % load",
        (point.printed_w / (flat * cpu_sweeps.tdp_load(point)) for point in busy),
    )
    for least in (0.05, 0.5):
        yield of_ratios(
            "cpu_utilization",
            f"package power counted / TDP, {least:.0%} to 100 % load",
            (p.counted_w / p.machine.tdp_w for p in found if p.load >= least),
        )
    idle = convention("cpu_idle_share").amount.value
    yield of_ratios(
        "cpu_idle_share",
        "package power counted / TDP, below 1 % load",
        (p.counted_w / (idle * p.machine.tdp_w) for p in found if p.load < 0.01),
    )
    usual = convention("cpu_clock_ratio").amount.value
    yield of_ratios(
        "cpu_clock_ratio", "clocks, 10 to 75 % load", (p.clock_ratio / usual for p in judged)
    )


def cpu_table_rows(_shared: Path) -> Iterator[Coverage]:
    per_thread = convention("cpu_power_w_per_thread").amount.value
    yield of_ratios(
        "cpu_power_w_per_thread",
        "TDP / hardware threads of server parts",
        (watts / per_thread for watts in cpu_power.thread_w(cpu_power.SHIPPED)),
    )
    yield of_ratios(
        "cpu_guest_share", "a model of neighbours", cpu_power.guest_ratios(), "computed"
    )
    yield of_ratios(
        "nvml_mig_share", "a model of neighbours", default_intervals.mig_ratios(), "computed"
    )


def accelerator_rows(shared: Path) -> Iterator[Coverage]:
    path = shared / "cases/published/published_footprints.csv"
    if path.exists():
        yield of_ratios(
            "accelerator_utilization",
            "published trainings: energy / (device-hours x TDP)",
            _utilizations(default_intervals.read_rows(path)),
            "those that took the TDP for the power are left out: no reading",
        )


def _utilizations(rows: Iterable[dict[str, str]]) -> Iterator[float]:
    for row in rows:
        known = row["accelerator_hours"] and row["energy_kwh_reported"]
        if row["power_scope"] != "accelerator" or not known:
            continue
        try:
            tdp_w = accelerators().find(row["hardware"]).accelerator.tdp_w
        except WattprintError:
            continue
        if tdp_w is None or (row["power_w"] and float(row["power_w"]) == tdp_w):
            continue
        pue = float(row["pue"] or 1) if row["energy_includes_pue"] == "y" else 1.0
        full_kwh = float(row["accelerator_hours"]) * tdp_w / 1000
        yield float(row["energy_kwh_reported"]) / (pue * full_kwh)


def intensity_rows(shared: Path) -> Iterator[Coverage]:
    reference = shared / "reference"
    if not reference.exists():
        return
    windows = default_intervals.window_ratios
    for hours in (1, 24, 168):
        what = f"mean intensity of {hours} h / year's mean"
        yield of_ratios("intensity_hours", what, windows(reference, hours))
    rows = default_intervals.read_rows(reference / "grid_intensity_yearly.csv")
    yield of_ratios(
        "intensity_source",
        "another source / default, same zone and year",
        default_intervals.source_ratios(rows),
    )
    yield of_ratios(
        "intensity_year", "one year later or earlier", default_intervals.year_ratios(rows, 1)
    )
    yield of_ratios(
        "pue_fleet", "PUE of a region / its fleet's", default_intervals.pue_ratios(reference)
    )


def memory_rows(_shared: Path) -> Iterator[Coverage]:
    for default in ("dram_power_w_per_gb", "ddr4_power_w_per_gb"):
        value = convention(default).amount.value
        for source, readings in DDR4_W_PER_GB.items():
            yield of_ratios(default, source, (watts / value for watts in readings))


class Wall(NamedTuple):
    """A run on the metered workstation."""

    ours_kwh: Range
    meter_kwh: float
    software_kwh: float
    """What CodeCarbon added up of its chips. [kWh]"""
    static_kwh: float
    """TDP times time. [kWh]"""


def wall_runs(shared: Path) -> list[Wall]:
    """Return every run with a meter at the plug, and our default for it."""
    path = shared / "cases/wall_meter/wall_meter_runs.csv"
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as rows:
        return [wall_run(row) for row in csv.DictReader(rows)]


def wall_run(row: dict[str, str]) -> Wall:
    hours = float(row["duration_s"]) / units.SECONDS_PER_HOUR
    software_kwh = float(row["software_energy_j"]) / units.JOULES_PER_KWH
    ours = estimate(energy_kwh=software_kwh, energy_at="chips", hours=hours, host=METERED)
    it_kwh = ours.energy_kwh.it
    assert it_kwh is not None
    static_kwh = float(row["static_tdp_w"]) * hours / units.WATTS_PER_KILOWATT
    meter_kwh = float(row["wall_energy_j"]) / units.JOULES_PER_KWH
    return Wall(it_kwh, meter_kwh, software_kwh, static_kwh)


def wall_rows(shared: Path) -> Iterator[Coverage]:
    runs = wall_runs(shared)
    if runs:
        inside = sum(run.ours_kwh.low <= run.meter_kwh <= run.ours_kwh.high for run in runs)
        width = median(run.ours_kwh.high / run.ours_kwh.low for run in runs)
        yield Coverage(
            f"{METERED} (host)", "energy at its plug, 120 runs", len(runs), inside, width
        )


def wall_errors(shared: Path) -> dict[str, float]:
    """Return the mean absolute error at the plug of each way to tell it from the chips."""
    runs = wall_runs(shared)
    if not runs:
        return {}
    return {
        f"wattprint: default {METERED}": fmean(
            abs(run.ours_kwh.value / run.meter_kwh - 1) for run in runs
        ),
        "CodeCarbon: its chips alone": fmean(
            abs(run.software_kwh / run.meter_kwh - 1) for run in runs
        ),
        "static: TDP x time": fmean(abs(run.static_kwh / run.meter_kwh - 1) for run in runs),
    }


SECTIONS: tuple[Callable[[Path], Iterable[Coverage]], ...] = (
    cpu_rows,
    cpu_table_rows,
    accelerator_rows,
    intensity_rows,
    memory_rows,
    wall_rows,
)
"""Each returns the rows of one sort of reading, given the folder `shared`."""


def unmeasured(measured: set[str]) -> list[Coverage]:
    rows = []
    for name in (row["name"] for row in shipped().rows("conventions")):
        if name not in measured:
            amount = convention(name).amount
            stated = convention(name)
            published = f"no readings: {stated.source}, {stated.year}"
            absent = "its readings are not beside the checkout"
            why = NOT_MEASURED.get(name, absent if name in OF_CASES else published)
            rows.append(Coverage(name, "", 0, 0, amount.high / amount.low, why))
    return rows


def law_errors(shared: Path) -> dict[str, dict[str, float]]:
    """Return the mean absolute error of each CPU law on each reading, 10 to 75 % load."""
    judged = cpu_sweeps.judged(cpu_sweeps.points(shared / "cases/cpu_load"))
    if not judged:
        return {}
    return {
        name: {
            reading: fmean(abs(law(point) / read(point) - 1) for point in judged)
            for reading, read in cpu_sweeps.READINGS.items()
        }
        for name, law in cpu_sweeps.LAWS.items()
    }


def print_text(rows: Sequence[Coverage], errors: dict[str, dict[str, float]]) -> None:
    print(f"{'default':24} {'readings of':54} {'count':>6} {'inside':>7} {'high/low':>8}")
    for row in rows:
        share = f"{row.inside / row.count:.1%}" if row.count else "-"
        text = row.readings if row.count else row.note
        print(f"{row.default:24} {text:54} {row.count:6} {share:>7} {row.high_over_low:8.2f}")
        if row.count and row.note:
            print(f"{'':24}   {row.note}")
    if errors:
        print(
            f"\n{'CPU law, mean absolute error, 10 to 75 % load':50} {'counted':>8} {'printed':>8}"
        )
    for name, by_reading in errors.items():
        print(f"{name:50} " + " ".join(f"{error:8.1%}" for error in by_reading.values()))


def print_wall(errors: dict[str, float]) -> None:
    if errors:
        print(f"\n{'energy at the plug of a workstation, mean absolute error':50}")
    for name, error in errors.items():
        print(f"{name:50} {error:8.1%}")


if __name__ == "__main__":
    main()
