"""How fast intensity is kept, read back and looked up, beside the least that SQLite needs for it.

    python benchmarks/grid.py [--repeats N] [--json]

Keeps a year of 5-minute figures (105,120 rows) in a new cache and reads it back as a series; looks
up 10,000 hours from a warm cache, opening it included; charges 10,000 hours of energy. The ratio is
that to writing and reading the same rows with sqlite3 alone, and to 10,000 look-ups in a plain
dictionary. Prints medians of CPU and wall-clock time, and whether the limits of the issue hold.
"""

import argparse
import json
import random
import sqlite3
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import NamedTuple

from wattprint.domain.series import EnergyInterval, IntensityInterval, IntensitySeries
from wattprint.grid.cache import Cache, SeriesKey
from wattprint.grid.providers.base import Signal

SIGNAL = Signal("average", "lifecycle", "consumption")
KEY = SeriesKey("electricitymaps", "DE", SIGNAL, "5_minutes")
HOURLY = KEY._replace(resolution="hourly")
YEAR_S = 365 * 86_400
START_S = 1_735_689_600.0  # 2025-01-01
LOOK_UPS = 10_000


class Timed(NamedTuple):
    """One thing that was timed."""

    what: str
    wall_ms: float
    cpu_ms: float
    limit_ms: float | None
    beside_ms: float
    """What the least takes. [ms]"""


def series(step_s: float) -> IntensitySeries:
    """A year of figures that differ."""
    chance = random.Random(1)
    rows = [
        IntensityInterval(START_S + i * step_s, START_S + (i + 1) * step_s, chance.uniform(20, 600))
        for i in range(int(YEAR_S / step_s))
    ]
    return IntensitySeries("DE", rows, **SIGNAL._asdict(), fetched_at_s=START_S + YEAR_S)


def timed(work: Callable[[], object], repeats: int) -> tuple[float, float]:
    """Median of wall-clock and CPU time of a call [ms]."""
    walls, cpus = [], []
    for _ in range(repeats):
        wall_s, cpu_s = time.perf_counter(), time.process_time()
        work()
        walls.append((time.perf_counter() - wall_s) * 1e3)
        cpus.append((time.process_time() - cpu_s) * 1e3)
    return median(walls), median(cpus)


def store_and_read(folder: Path, year: IntensitySeries, repeats: int) -> Timed:
    def ours() -> None:
        with tempfile.TemporaryDirectory(dir=folder) as name, Cache(Path(name)) as cache:
            cache.keep_past(KEY, year)
            found = cache.past(KEY, START_S, START_S + YEAR_S)
            assert found is not None
            assert len(found) == len(year)

    def least() -> None:
        with tempfile.TemporaryDirectory(dir=folder) as name:
            database = sqlite3.connect(Path(name) / "plain.sqlite")
            database.execute("CREATE TABLE rows (start REAL PRIMARY KEY, end REAL, g REAL)")
            database.executemany("INSERT INTO rows VALUES (?, ?, ?)", (i[:3] for i in year))
            database.commit()
            assert len(database.execute("SELECT * FROM rows").fetchall()) == len(year)
            database.close()

    what = "keep a year of 5-minute figures, read it back"
    return Timed(what, *timed(ours, repeats), 1000.0, timed(least, repeats)[1])


def look_up(folder: Path, year: IntensitySeries, repeats: int) -> list[Timed]:
    chance = random.Random(2)
    moments = [START_S + chance.randrange(YEAR_S) for _ in range(LOOK_UPS)]
    plain = {i.start_s: i.carbon_intensity_g_per_kwh for i in year}
    with Cache(folder) as cache:
        cache.keep_past(HOURLY, year)

    def found() -> IntensitySeries:
        with Cache(folder) as cache:
            series = cache.past(HOURLY, START_S, START_S + YEAR_S)
            assert series is not None
            return series

    def at() -> None:
        of = found().at
        for moment_s in moments:
            of(moment_s)

    def mean() -> None:
        of = found().mean_over
        for moment_s in moments:
            of(moment_s, min(moment_s + 3600.0, START_S + YEAR_S))

    def charge() -> None:
        energy = [EnergyInterval(m, min(m + 3600.0, START_S + YEAR_S), 1.0) for m in moments]
        found().charge(energy)

    def least() -> None:
        for moment_s in moments:
            plain[moment_s // 3600 * 3600]

    beside = timed(least, repeats)[1]
    return [
        Timed("open a warm cache, look up 10,000 hours", *timed(at, repeats), 50.0, beside),
        Timed("open it, 10,000 means over an hour", *timed(mean, repeats), None, beside),
        Timed("open it, charge 10,000 hours of energy", *timed(charge, repeats), None, beside),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = [store_and_read(folder, series(300.0), options.repeats)]
        rows += look_up(folder, series(3600.0), options.repeats)
    if options.json:
        print(json.dumps([row._asdict() for row in rows], indent=2))
        return
    print(f"{'':46} {'wall ms':>8} {'CPU ms':>8} {'limit':>6} {'x least':>8}")
    for row in rows:
        limit = "" if row.limit_ms is None else f"{row.limit_ms:.0f}"
        ratio = row.cpu_ms / row.beside_ms
        print(f"{row.what:46} {row.wall_ms:8.1f} {row.cpu_ms:8.1f} {limit:>6} {ratio:8.1f}")


if __name__ == "__main__":
    main()
