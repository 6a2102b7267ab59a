"""The truth table: trackers on machines whose true energy is known, in real time.

    python benchmarks/truth.py [--seconds 95] [--intervals 1 15]

Each machine is a folder of powercap zones whose counters this program moves every few ms, and a
fake libnvidia-ml.so.1 that plays a script (tests/true_machines.py, tests/native/nvml.c). A program
of its own tracks each at each interval, through WATTPRINT_POWERCAP and WATTPRINT_NVML_LIBRARY. What
the run recorded is compared with what the machine truly used between the run's first reading and
its last. Exit status 1 if any differs by more than it may. Needs a C compiler.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent / "tests"
sys.path.insert(0, str(TESTS))

from fake_nvml import build  # noqa: E402
from processes import environment  # noqa: E402
from true_machines import MACHINES, BuiltMachine  # noqa: E402

TRACKED = """
import sys, time, wattprint
with wattprint.track(interval_s=float(sys.argv[1]), home=sys.argv[2]) as run:
    begun_s = run._sampler.started_s
    time.sleep(max(0.0, float(sys.argv[3]) - time.monotonic()))
record = run.record()
measured = [
    joules
    for device, joules in zip(record.devices, record.device_energy_j())
    if device.activity_unit is None and joules is not None
]
print(begun_s, record.duration_s, sum(measured), len(record.faults))
"""
STEP_S = 0.004
"""Time between two moves of the counters. [s]"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=95.0)
    parser.add_argument("--intervals", type=float, nargs="+", default=[1.0, 15.0])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        library = build(folder)
        starts_at_s = time.monotonic()
        machines = {
            title: script.built(folder / str(i), library, starts_at_s=starts_at_s)
            for i, (title, script) in enumerate(MACHINES.items())
        }
        trackers = _tracked(machines, options.intervals, folder, starts_at_s + options.seconds)
        _move(machines, starts_at_s, options.seconds, trackers)
        return _report(machines, trackers, starts_at_s)


def _tracked(
    machines: dict[str, BuiltMachine], intervals_s: list[float], folder: Path, until_s: float
) -> dict[tuple[str, float], "subprocess.Popen[str]"]:
    """Start a program for each machine and interval."""
    trackers = {}
    for title, machine in machines.items():
        for interval_s in intervals_s:
            where = environment(
                folder,
                WATTPRINT_POWERCAP=str(machine.powercap),
                WATTPRINT_NVML_LIBRARY=machine.nvml_library,
            )
            arguments = map(str, (interval_s, folder / f"home {title} {interval_s}", until_s))
            trackers[title, interval_s] = subprocess.Popen(
                [sys.executable, "-c", TRACKED, *arguments],
                env=where,
                stdout=subprocess.PIPE,
                text=True,
            )
    return trackers


def _move(
    machines: dict[str, BuiltMachine],
    starts_at_s: float,
    seconds: float,
    trackers: dict[tuple[str, float], "subprocess.Popen[str]"],
) -> None:
    """Keep the counters going until every program has ended."""
    while any(tracker.poll() is None for tracker in trackers.values()):
        for machine in machines.values():
            machine.move(time.monotonic() - starts_at_s)
        if sys.stderr.isatty():
            passed_s = time.monotonic() - starts_at_s
            print(f"\r{passed_s:.0f} of {seconds:.0f} s", end="", file=sys.stderr, flush=True)
        time.sleep(STEP_S)
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr)


def _report(
    machines: dict[str, BuiltMachine],
    trackers: dict[tuple[str, float], "subprocess.Popen[str]"],
    starts_at_s: float,
) -> int:
    print(f"{'machine':26}{'interval':>9}{'true [J]':>12}{'found [J]':>12}{'off':>9}{'faults':>8}")
    has_failed = 0
    for (title, interval_s), tracker in trackers.items():
        output = tracker.communicate()[0].split()
        begun_s, duration_s, found_j, faults = map(float, output)
        from_s = begun_s - starts_at_s
        true_j = machines[title].true_j(from_s, from_s + duration_s)
        off = found_j / true_j - 1
        is_wrong = abs(off) > machines[title].script.tolerance
        has_failed |= is_wrong
        mark = "  TOO MUCH" if is_wrong else ""
        print(
            f"{title:26}{interval_s:>7g} s{true_j:>12.1f}{found_j:>12.1f}{off:>+9.3%}"
            f"{int(faults):>8}{mark}"
        )
    return int(has_failed)


if __name__ == "__main__":
    sys.exit(main())
