"""What Wattprint adds to a program's start, beside a bare interpreter and other trackers.

    python benchmarks/startup.py [--repeats N] [--with-peers]

Prints the median CPU time (user and system, as the kernel counts it for the process and those it
waited for) of starting an interpreter that does one thing and ends. The variants take turns, so
that a busy moment of the machine falls on all of them. `--with-peers` installs CodeCarbon into
.bench/codecarbon, a virtual environment of its own, and starts that environment's interpreter.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
PEERS = {"codecarbon": "import codecarbon"}
ESTIMATE = ["estimate", "--accelerator", "A100 SXM4 80GB", "--count", "8", "--hours", "72"]


class Variant(NamedTuple):
    """A program to start, what it is compared with, and the most that it may cost."""

    label: str
    command: list[str]
    bare: str
    limit: str = ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--repeats", type=int, default=41, help="starts of each variant")
    parser.add_argument("--with-peers", action="store_true", help="install and start the peers too")
    arguments = parser.parse_args()
    variants = ours()
    if arguments.with_peers:
        variants += [variant for name in PEERS for variant in peer(name)]
    report(variants, medians_s(variants, arguments.repeats))


def ours() -> list[Variant]:
    """What a user of Wattprint starts."""
    bare = "bare interpreter"
    scripts = {
        bare: ("pass", ""),
        "import wattprint": ("import wattprint", "1.5 x"),
        "... track and estimate touched": (
            "import wattprint; wattprint.track; wattprint.estimate",
            "2.5 x",
        ),
        "... one footprint estimated": (
            "import wattprint as w; w.estimate(accelerator='A100 SXM4 80GB', hours=1, zone='FR')",
            "",
        ),
    }
    commands = {
        "wattprint estimate (no place)": (ESTIMATE, "0.35 s"),
        "wattprint estimate --zone FR": ([*ESTIMATE, "--zone", "FR"], "0.35 s"),
        "wattprint track -- true": (["track", "--quiet", "--", "true"], ""),
    }
    wattprint = str(Path(sys.executable).with_name("wattprint"))
    return [
        *(
            Variant(label, [sys.executable, "-c", script], bare, limit)
            for label, (script, limit) in scripts.items()
        ),
        *(
            Variant(label, [wattprint, *arguments], bare, limit)
            for label, (arguments, limit) in commands.items()
        ),
    ]


def peer(name: str) -> list[Variant]:
    """A tracker's import in a virtual environment of its own, and that environment's bare start."""
    folder = ROOT / ".bench" / name
    python = folder / "bin" / "python"
    if not python.exists():
        print(f"Installing {name} into {folder} ...", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", name], check=True)
    say = f"from importlib.metadata import version; print(version({name!r}))"
    version = subprocess.run([str(python), "-c", say], check=True, capture_output=True, text=True)
    bare = f"bare interpreter beside {name}"
    return [
        Variant(bare, [str(python), "-c", "pass"], bare),
        Variant(
            f"{PEERS[name]} ({version.stdout.strip()})", [str(python), "-c", PEERS[name]], bare
        ),
    ]


def medians_s(variants: list[Variant], repeats: int) -> dict[str, float]:
    """Return the median CPU time of each variant; the first round warms caches and is dropped."""
    times_s: dict[str, list[float]] = {variant.label: [] for variant in variants}
    with tempfile.TemporaryDirectory() as home:
        for _ in range(repeats + 1):
            for variant in variants:
                times_s[variant.label].append(cpu_s(variant.command, home))
    return {label: median(found[1:]) for label, found in times_s.items()}


def cpu_s(command: list[str], home: str) -> float:
    """Run a command and return the CPU time that it used, in user and system mode [s]."""
    environment = {"HOME": home, "PATH": os.environ["PATH"]}
    quiet = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
    pid = os.posix_spawn(command[0], command, environment, file_actions=quiet)
    _, status, usage = os.wait4(pid, 0)
    if status != 0:
        raise SystemExit(f"{command} ended with status {os.waitstatus_to_exitcode(status)}")
    return usage.ru_utime + usage.ru_stime


def report(variants: list[Variant], found_s: dict[str, float]) -> None:
    print(f"{'median CPU time of':44} {'ms':>7} {'x bare':>7}  at most")
    for variant in variants:
        took_s = found_s[variant.label]
        ratio = took_s / found_s[variant.bare]
        print(f"{variant.label:44} {took_s * 1e3:7.1f} {ratio:7.2f}  {variant.limit}".rstrip())


if __name__ == "__main__":
    main()
