"""The weight of trackers on the programs they track, side by side in one run.

    python benchmarks/tracker.py [--with-peers] [--seconds S] [--minutes N] [--repeats N]

Every figure is a median over fresh processes (benchmarks/tracked_child.py), in which nothing but
the tracker has been imported. `start` is everything from the import to the first line of the
tracked program, `stop` everything after its last; `both` is import and start together, the figure
to compare, because some import at once what others import when they start. CPU time is taken over
an idle minute at an interval of 1 s, all threads and helper processes included, once 2.5 s have
passed since the start. Memory is what the tracker added to its process, helpers included: RSS
counts a page once for each process that holds it, PSS divides it among them; the limit is held
against RSS, the larger. What the same program uses with no tracker in it, the bare interpreter, is
taken off. Where the network is out of reach, a tracker that asks it waits or fails as it would on
a machine without one.

The processes run one after another, never two at once. `--with-peers` installs each peer into
.bench/NAME, a virtual environment of its own; one that cannot be installed or does not run is
listed with its reason. Exit status 1: Wattprint misses one of its limits.
"""

import argparse
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
CHILD = Path(__file__).with_name("tracked_child.py")
BARE, OURS = "bare interpreter", "wattprint"
PEERS = ("codecarbon", "carbontracker", "zeus", "perun")
TIME_LIMIT_S = 120.0
"""After which a tracker that has neither started nor stopped is given up. [s]"""


class Figure(NamedTuple):
    """A column of the table."""

    key: str
    title: str
    decimals: int
    at_most: float | None = None
    is_compared: bool = True


FIGURES = (
    Figure("import_ms", "import ms", 1, is_compared=False),
    Figure("import_cpu_ms", "import CPU ms", 1, is_compared=False),
    Figure("start_ms", "start ms", 1, 50.0),
    Figure("ready_ms", "both ms", 1),
    Figure("ready_cpu_ms", "both CPU ms", 1),
    Figure("stop_ms", "stop ms", 2, 10.0),
    Figure("core_percent", "% of a core", 4, 0.05),
    Figure("pss_mb", "PSS MB", 1),
    Figure("rss_mb", "RSS MB", 1, 10.0),
    Figure("threads", "threads", 0, 1.0, is_compared=False),
    Figure("helpers", "helpers", 0, 0.0, is_compared=False),
    Figure("sockets", "sockets", 0, is_compared=False),
)
ABOVE_BARE = ("core_percent", "pss_mb", "rss_mb")
IDLE_ONLY = "core_percent"

Found = dict[str, Any]


class TrackerFailedError(Exception):
    """A tracker could not be installed or did not run; its text is the reason, in one line."""


class Tracker(NamedTuple):
    """A tracker and the interpreter that it is installed in."""

    name: str
    python: str
    version: str


def main() -> int:
    arguments = parsed_arguments()
    trackers = [Tracker(BARE, sys.executable, ""), ours()]
    absent = {} if arguments.with_peers else dict.fromkeys(PEERS, "--with-peers was not given")
    for name in PEERS if arguments.with_peers else ():
        try:
            trackers.append(installed_peer(name))
        except TrackerFailedError as error:
            absent[name] = str(error)
    say_where(arguments)
    found = collected(trackers, absent, arguments)
    ran = [tracker for tracker in trackers if tracker.name not in absent]
    medians = above_bare({tracker.name: medians_of(found[tracker.name]) for tracker in ran})
    report(ran, medians)
    report_reads(ran, found, absent)
    return report_limits(medians[OURS])


def parsed_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--with-peers", action="store_true", help="install and run the peers too")
    parser.add_argument("--seconds", type=float, default=60.0, help="length of an idle minute")
    parser.add_argument("--minutes", type=int, default=1, help="idle minutes of each tracker")
    parser.add_argument("--repeats", type=int, default=9, help="starts of each tracker")
    arguments = parser.parse_args()
    if arguments.seconds <= 0 or arguments.minutes < 1 or arguments.repeats < 1:
        parser.error("--seconds, --minutes and --repeats are all above 0")
    return arguments


def ours() -> Tracker:
    return Tracker(OURS, sys.executable, installed_version(sys.executable, OURS) or "?")


def installed_peer(name: str) -> Tracker:
    """Return a peer in a virtual environment of its own, made now if there is none.

    Raises:
        TrackerFailedError: It cannot be installed here.
    """
    folder = ROOT / ".bench" / name
    python = str(folder / "bin" / "python")
    if not Path(python).exists():
        run_quietly([sys.executable, "-m", "venv", str(folder)])
    if installed_version(python, name) is None:
        print(f"Installing {name} into {folder} ...", file=sys.stderr)
        run_quietly([python, "-m", "pip", "install", "--quiet", name])
    return Tracker(name, python, installed_version(python, name) or "?")


def installed_version(python: str, distribution: str) -> str | None:
    say = f"from importlib.metadata import version; print(version({distribution!r}))"
    said = subprocess.run([python, "-c", say], check=False, capture_output=True, text=True)
    return said.stdout.strip() if said.returncode == 0 else None


def run_quietly(command: list[str]) -> None:
    ended = subprocess.run(command, check=False, capture_output=True, text=True)
    if ended.returncode != 0:
        raise TrackerFailedError(f"not installed: {last_line(ended.stderr)}")


def last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"


def collected(
    trackers: Sequence[Tracker], absent: dict[str, str], arguments: argparse.Namespace
) -> dict[str, list[Found]]:
    """Run every process of the plan; a peer that fails is added to `absent` and left alone."""
    found: dict[str, list[Found]] = {tracker.name: [] for tracker in trackers}
    for tracker, idle_s, is_first in plan(trackers, arguments):
        if tracker.name in absent:
            continue
        try:
            found[tracker.name].append(watched(tracker, idle_s, counts_sockets=is_first))
        except TrackerFailedError as error:
            if tracker.name not in PEERS:
                raise SystemExit(f"{tracker.name} {error}") from error
            absent[tracker.name] = str(error)
    return found


def plan(
    trackers: Sequence[Tracker], arguments: argparse.Namespace
) -> Iterator[tuple[Tracker, float, bool]]:
    """Yield each process: its tracker, its idle time [s], and whether it is the tracker's first.

    The trackers take turns, so that a busy moment of the machine falls on all of them.
    """
    starts = [0.0] * (arguments.repeats + 1)  # the first also warms the caches, and is not timed
    for round_number, idle_s in enumerate([*starts, *[arguments.seconds] * arguments.minutes]):
        for tracker in trackers:
            yield tracker, idle_s, round_number == 0


def watched(tracker: Tracker, idle_s: float, *, counts_sockets: bool) -> Found:
    """Run a tracker in a fresh process and return what it found.

    Args:
        tracker: Which one.
        idle_s: Idle time over which its CPU time is taken. [s]
        counts_sockets: Watch its calls to the network, and nothing else: the hook that hears of
            them hears of every import too, and slows it.

    Raises:
        TrackerFailedError: It did not run to its end.
    """
    with tempfile.TemporaryDirectory() as folder:
        command = [tracker.python, str(CHILD), tracker.name, str(idle_s), folder]
        log = Path(folder, "log")
        with log.open("wb") as stream:
            status = status_of(
                [*command, *(["--sockets"] if counts_sockets else [])], folder, stream, idle_s
            )
        path = Path(folder, "found.json")
        if not path.exists():
            said = last_line(log.read_text(encoding="utf-8", errors="replace"))
            raise TrackerFailedError(f"does not run here: {status}: {said}")
        found: Found = json.loads(path.read_text(encoding="utf-8"))
    if counts_sockets:
        return {"reads": found["reads"], "asked": found["asked"], "sockets": len(found["asked"])}
    return {key: figure for key, figure in found.items() if key != IDLE_ONLY or idle_s}


def status_of(command: list[str], folder: str, stream: Any, idle_s: float) -> str:
    """Run a command in its own session, so that none of its helpers outlives it."""
    process = subprocess.Popen(
        command,
        cwd=folder,
        env={"HOME": folder, "PATH": os.environ["PATH"]},
        stdout=stream,
        stderr=stream,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        return f"exit status {process.wait(idle_s + TIME_LIMIT_S)}"
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return f"no end after {idle_s + TIME_LIMIT_S:.0f} s"


def medians_of(found: Iterable[Found]) -> dict[str, float]:
    found = list(found)
    keys = [figure.key for figure in FIGURES]
    return {key: median(each[key] for each in found if key in each) for key in keys}


def above_bare(medians: Mapping[str, dict[str, float]]) -> dict[str, dict[str, float]]:
    """Take off what the bare interpreter uses, except in the bare interpreter's own row."""
    bare = medians[BARE]
    return {
        name: {
            key: figure - bare[key] if key in ABOVE_BARE and name != BARE else figure
            for key, figure in row.items()
        }
        for name, row in medians.items()
    }


def say_where(arguments: argparse.Namespace) -> None:
    """Print what a reader needs to repeat the run."""
    day = datetime.now(timezone.utc).date().isoformat()
    load = ", ".join(f"{number:.2f}" for number in os.getloadavg())
    print(
        f"{day}, Python {platform.python_version()}, {cpu_model()}, {os.cpu_count()} CPUs, "
        f"load average before {load}"
    )
    print(
        f"{arguments.repeats} starts, {arguments.minutes} idle time(s) of {arguments.seconds:g} s"
    )


def cpu_model() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def report(trackers: Sequence[Tracker], medians: Mapping[str, dict[str, float]]) -> None:
    print()
    print_row("", [figure.title for figure in FIGURES])
    for tracker in trackers:
        row = medians[tracker.name]
        print_row(
            f"{tracker.name} {tracker.version}",
            [f"{row[figure.key]:.{figure.decimals}f}" for figure in FIGURES],
        )
    print_row(
        "wattprint: at most", ["" if f.at_most is None else f"{f.at_most:g}" for f in FIGURES]
    )
    print()
    for tracker in trackers:
        if tracker.name not in (BARE, OURS):
            print_row(f"{tracker.name} / wattprint", ratios(medians[tracker.name], medians[OURS]))


def ratios(row: Mapping[str, float], ours: Mapping[str, float]) -> list[str]:
    """How many times Wattprint's figure; empty where one of the two is not above the bare one."""
    return [
        f"{row[figure.key] / ours[figure.key]:.2f} x"
        if figure.is_compared and min(row[figure.key], ours[figure.key]) > 0
        else ""
        for figure in FIGURES
    ]


def print_row(label: str, cells: Sequence[str]) -> None:
    widths = [max(len(figure.title), 8) for figure in FIGURES]
    columns = " ".join(f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=True))
    print(f"{label:25} {columns}".rstrip())


def report_reads(
    trackers: Sequence[Tracker], found: Mapping[str, list[Found]], absent: Mapping[str, str]
) -> None:
    """Say what each tracker could read here, whom it asked over the network, and who is absent."""
    print()  # the first row is the bare interpreter, which reads nothing
    for tracker in trackers[1:]:
        first = found[tracker.name][0]
        asked = f"; asked {', '.join(first['asked'])}" if first["asked"] else ""
        print(f"{tracker.name} read: {first['reads'] or 'nothing'}{asked}")
    for name, reason in absent.items():
        print(f"{name} is absent: {reason}")


def report_limits(ours: Mapping[str, float]) -> int:
    """Say which limits Wattprint misses; return the exit status."""
    missed = [
        f"{figure.title} is {ours[figure.key]:.{figure.decimals}f}, at most {figure.at_most:g}"
        for figure in FIGURES
        if figure.at_most is not None and ours[figure.key] > figure.at_most
    ]
    print(f"\nwattprint {'misses: ' + '; '.join(missed) if missed else 'holds all its limits'}")
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
