"""What the default intervals of tools/hand_entered/conventions.csv rest on.

Reads the reference tables beside the checkout and prints, for each default, the 5th and 95th
percentile of what was really observed over what the default says.

    python benchmarks/default_intervals.py [../shared/reference]
"""

import csv
import gzip
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from statistics import fmean, quantiles

# Below this, a ratio says more about rounding (whole grams) than about the grid.
SMALLEST_G = 20.0


def main() -> None:
    reference = Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/reference")
    print(f"{'what was compared':58} {'pairs':>7} {'p5':>6} {'p50':>6} {'p95':>6}")
    for hours in (1, 24, 24 * 7):
        _report(f"intensity of {hours} h / year's mean", window_ratios(reference, hours))
    rows = read_rows(reference / "grid_intensity_yearly.csv")
    _report("another source / default, same zone and year", source_ratios(rows))
    for distance in (1, 2, 3, 5):
        _report(f"intensity {distance} years later or earlier", year_ratios(rows, distance))
    _report("PUE of a region / its provider's fleet mean", pue_ratios(reference))
    _report("a MIG slice's energy / its share of the GPU's (a model)", mig_ratios())


def read_rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def _report(label: str, ratios: Iterable[float]) -> None:
    found = sorted(ratios)
    cuts = quantiles(found, n=20)
    print(f"{label:58} {len(found):7} {cuts[0]:6.3f} {cuts[9]:6.3f} {cuts[18]:6.3f}")


def window_ratios(reference: Path, hours: int) -> list[float]:
    """Every zone weighs the same: 100 windows spread evenly over its year."""
    ratios = []
    for entry in read_rows(reference / "intensity_hourly" / "index.csv"):
        usable = entry["step_minutes"] == "60" and entry["basis"] == "lifecycle"
        if not usable or entry["constant"] == "1" or float(entry["mean"]) < SMALLEST_G:
            continue
        path = reference / "intensity_hourly" / entry["file"]
        with gzip.open(path, "rt", newline="") as stream:
            rows = csv.DictReader(stream)
            series = [float(r["g_co2e_per_kwh"]) for r in rows if r["basis"] == "lifecycle"]
        mean, last = fmean(series), len(series) - hours
        ratios += [fmean(series[i : i + hours]) / mean for i in range(0, last, max(1, last // 100))]
    return ratios


def source_ratios(rows: list[dict[str, str]]) -> list[float]:
    by_zone_year = defaultdict(list)
    for row in rows:
        by_zone_year[row["zone"], row["year"], row["basis"]].append(row)
    ratios = []
    for same in by_zone_year.values():
        default = next((row for row in same if row["is_default"] == "1"), None)
        if default is None or float(default["g_co2e_per_kwh"]) < SMALLEST_G:
            continue
        value = float(default["g_co2e_per_kwh"])
        ratios += [float(row["g_co2e_per_kwh"]) / value for row in same if row is not default]
    return ratios


def year_ratios(rows: list[dict[str, str]], distance: int) -> list[float]:
    default = {
        (row["zone"], row["source"], int(row["year"])): float(row["g_co2e_per_kwh"])
        for row in rows
        if row["source"] in ("owid_ember_2026", "electricitymaps_yearly")
    }
    return [
        default[zone, source, year + step] / g
        for (zone, source, year), g in default.items()
        for step in (distance, -distance)
        if g >= SMALLEST_G and year >= 2010 and (zone, source, year + step) in default
    ]


def pue_ratios(reference: Path) -> list[float]:
    fleet = {
        row["provider"]: float(row["pue"])
        for row in read_rows(reference / "provider_pue.csv")
        if row["scope"] in ("fleet average", "global average")
    }
    return [
        float(row["pue"]) / fleet[row["provider"]]
        for row in read_rows(reference / "cloud_region_yearly.csv")
        if row["pue"] and row["provider"] in fleet
    ]


def mig_ratios() -> Iterator[float]:
    """Yield what one slice of seven uses over a seventh of its GPU.

    No GPU was measured: the GPU draws a tenth of its largest power when idle, shared by slices, and
    the rest in proportion to the loads of this slice and of the others, spread evenly from 0 to 1.
    """
    idle, share, steps = 0.1, 1 / 7, 200
    loads = [(i + 0.5) / steps for i in range(steps)]
    for own in loads:
        for others in loads:
            whole = idle + (1 - idle) * (share * own + (1 - share) * others)
            yield (idle + (1 - idle) * own) / whole


if __name__ == "__main__":
    main()
