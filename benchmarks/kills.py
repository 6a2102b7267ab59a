"""The kill table: programs that track are killed with SIGKILL at random moments.

    python benchmarks/kills.py [--moments 200] [--seed 20261122]

For each victim and moment: is the run listed as what it was, how much of its time is not in the
journal, is any process left, does the next run start. Exit status 1 if anything is not as it should
be. The programs are those of tests/killed_programs.py; an interval is 0.1 s.
"""

import argparse
import random
import sys
import tempfile
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from killed_programs import INTERVAL_S, kill_command, kill_parent, kill_trainer
from processes import wattprint

VICTIMS = {
    "program that tracks itself": (kill_trainer, "interrupted"),
    "command under wattprint track": (kill_command, "failed"),
    "wattprint track itself": (kill_parent, "interrupted"),
}
LONGEST_S = 1.0
"""A victim lives for up to this after its first reading. [s]"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--moments", type=int, default=200)
    parser.add_argument("--seed", type=int, default=20261122)
    options = parser.parse_args()
    moments_s = random.Random(options.seed)
    print(f"{options.moments} moments each, seed {options.seed}, interval {INTERVAL_S} s")
    print(f"{'victim':32}{'listed as':>22}{'lost, median':>15}{'at most':>11}{'left over':>11}")
    return max([_row(name, moments_s, options.moments) for name in VICTIMS])


def _row(name: str, moments_s: random.Random, count: int) -> int:
    kill, expected = VICTIMS[name]
    states: Counter[str] = Counter()
    lost_s, left_over, blocked = [], 0, 0
    with tempfile.TemporaryDirectory() as folder:
        for i in range(count):
            home = Path(folder) / str(i)
            left = kill(home, moments_s.uniform(0.0, LONGEST_S))
            states[left.state] += 1
            lost_s.append(left.lost_s)
            left_over += len(left.still_there)
            blocked += i % 20 == 0 and wattprint("track", "--", "true", home=home).returncode != 0
            if sys.stderr.isatty():
                print(f"\r{name}: {i + 1} of {count}", end="", file=sys.stderr, flush=True)
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr)
    lost_s.sort()
    listed = ", ".join(f"{number} {state}" for state, number in states.items())
    median_s, most_s = lost_s[len(lost_s) // 2], lost_s[-1]
    print(f"{name:32}{listed:>22}{median_s:>13.3f} s{most_s:>9.3f} s{left_over:>11}", flush=True)
    return int(set(states) != {expected} or bool(left_over or blocked))


if __name__ == "__main__":
    sys.exit(main())
