"""How fast the local ledger is listed, searched and read, with many runs in it.

    python benchmarks/ledger.py [--journals N] [--intervals N] [--repeats N] [--keep FOLDER]

Writes journals as a tracker does into a temporary folder: two packages and two DRAM zones each,
one in fifty without an end line, twenty projects. Prints the median wall-clock and CPU
time of commands, the interpreter's start included, and of single calls in a process that has them
imported. On a busy machine the CPU time is the one to compare.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from statistics import median

from wattprint.domain.evidence import Method
from wattprint.domain.readings import Device, Interval
from wattprint.domain.run import RunRecord
from wattprint.ledger.home import runs_folder
from wattprint.ledger.journal import JournalWriter
from wattprint.ledger.runs import Ledger

NOTE = "RAPL counter of the whole package, all processes included"
DEVICES = tuple(
    Device(
        f"rapl:{zone}",
        "memory" if "dram" in zone else "cpu",
        zone,
        Method.MEASURED,
        0.95,
        1.05,
        "khan_2018",
        NOTE,
        source_year=2018,
    )
    for zone in ("package-0", "package-0-dram", "package-1", "package-1-dram")
)
FIRST = datetime(2025, 1, 1, tzinfo=timezone.utc)
UNENDED_EACH = 50
PROJECTS = 20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--journals", type=int, default=10_000)
    parser.add_argument("--intervals", type=int, default=60, help="in each journal")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--keep", type=Path, help="use this folder, and keep what is written there")
    arguments = parser.parse_args()
    with chosen_folder(arguments.keep) as home:
        folder = runs_folder(home, create=True)
        if not any(folder.iterdir()):
            for i in range(arguments.journals):
                write(folder, i, arguments.intervals)
        report(home, arguments.repeats)


@contextmanager
def chosen_folder(kept: Path | None) -> Iterator[Path]:
    """The folder that was given, or one that is gone afterwards."""
    if kept is not None:
        yield kept
        return
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def write(folder: Path, i: int, interval_count: int) -> None:
    """Write a run that started an hour after the one before."""
    started = FIRST + timedelta(hours=i)
    run = RunRecord(
        run_id=f"{started:%Y%m%d-%H%M%S}-{i:09x}",
        project=f"project-{i % PROJECTS}",
        name=f"baseline-{i}",
        started_at=f"{started:%Y-%m-%dT%H:%M:%S}.000Z",
        stage="pretrain",
        tags={"seed": str(i)},
        place={"zone": "FR"},
        host={"cpu_model": "Intel(R) Xeon(R) Gold 6230 CPU @ 2.10GHz", "threads": 80},
        process={"pid": 4242, "boot_id": "00000000-0000-4000-8000-000000000000", "start_ticks": 1},
        meters=(
            {"family": "nvml", "used": False, "reason": "libnvidia-ml.so.1 is not there"},
            {"family": "rapl", "used": True, "reason": "counters of four zones"},
        ),
        factor_set={"version": "2026.11.0", "sha256": "0" * 64},
        software={"wattprint": "0.2.0", "python": "3.11.7"},
        devices=DEVICES,
    )
    intervals = tuple(
        Interval(
            10.0 * n,
            10.0 * (n + 1),
            (1_203_456_789 + n, 98_765_432, 1_198_765_432 + i, 97_654_321),
            (None,) * len(DEVICES),
            0.0,
            {"busy_s": 312.25, "tree_s": 301.5, "clock_ratio": 0.84},
        )
        for n in range(interval_count)
    )
    journal = JournalWriter(folder, run)
    for interval in intervals:
        journal.interval(interval)
    if i % UNENDED_EACH:
        totals_uj = run._replace(intervals=intervals).device_energy_uj()
        journal.end("completed", 10.0 * interval_count, 0, totals_uj)
    journal.close()


def report(home: Path, repeats: int) -> None:
    ledger = Ledger(home)
    run_ids = ledger.run_ids()
    size_mb = sum(ledger.path(run_id).stat().st_size for run_id in run_ids) / 1e6
    print(f"{len(run_ids):,} journals, {size_mb:.0f} MB; median of {repeats}\n")
    print(f"{'':74} {'wall ms':>8} {'CPU ms':>8}")
    wattprint = str(Path(sys.executable).with_name("wattprint"))
    middle = run_ids[len(run_ids) // 2]
    for arguments in (
        ["--version"],
        ["runs"],
        ["runs", "--json"],
        ["runs", "--project", "project-7"],
        ["runs", "--all"],
        ["runs", "--all", "--json"],
        ["runs", "prune", "--older-than", "4w", "--keep", "100", "--dry-run", "--json"],
        ["runs", "export", middle],
    ):
        homed = [] if arguments == ["--version"] else ["--home", str(home)]
        below = 2 if arguments[1:2] in (["prune"], ["export"]) else len(arguments)
        command = [wattprint, *arguments[:below], *homed, *arguments[below:]]
        label = " ".join(["wattprint", *arguments])
        show(label, repeats, lambda c=command: subprocess.run(c, stdout=-3, check=True))  # type: ignore[misc]
    print()
    show("find('last')", repeats, lambda: ledger.find("last"))
    show("find(whole id)", repeats, lambda: ledger.find(middle))
    show("find(beginning of an id)", repeats, lambda: ledger.find(middle[:18]))
    show("every run listed", repeats, lambda: list(ledger.listed(run_ids)))
    show("every run read whole", 1, lambda: list(ledger.entries()))


def show(label: str, repeats: int, action: Callable[[], object]) -> None:
    """Print how long an action takes; the first round warms caches and is dropped."""
    wall_s, cpu_s = [], []
    for _ in range(repeats + (repeats > 1)):
        begun_s, cpu_before_s = time.perf_counter(), sum(os.times()[:4])
        action()
        wall_s.append(time.perf_counter() - begun_s)
        cpu_s.append(sum(os.times()[:4]) - cpu_before_s)
    wall_ms, cpu_ms = (median(found_s[repeats > 1 :]) * 1e3 for found_s in (wall_s, cpu_s))
    print(f"{label:74} {wall_ms:8.0f} {cpu_ms:8.0f}", flush=True)


if __name__ == "__main__":
    main()
