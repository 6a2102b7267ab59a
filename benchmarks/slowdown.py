"""How much a training slows down under Wattprint: pairs of segments, with and without it.

    python benchmarks/slowdown.py [--pairs N] [--interval S] [--segment S] [--control]

Both segments of a pair do the same work, in random order, in this one process; a tracker runs
beside one of them. Starting and stopping it is not timed (benchmarks/tracker.py does that). Prints
the median of the ratios with / without, and its 95 % bootstrap interval, on three clocks:

wall        what the user waits for; other programs on the machine are in it
process CPU what is paid for: the training and the tracker's own thread
thread CPU  the training's thread alone: what it loses to cold caches and to handing over the GIL

`--control` tracks neither segment: its intervals show what the machine's noise alone looks like.
Expected is an interval that ends below 1.003. Exit status 1: one lies wholly above it.
"""

import argparse
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from statistics import median
from typing import NamedTuple

import numpy as np
from sklearn.datasets import load_digits
from sklearn.linear_model import SGDClassifier

import wattprint

LIMIT = 1.003
"""Ratio of the time with the tracker over the time without it that is still accepted."""

RESAMPLES = 10_000
CLOCKS: dict[str, Callable[[], float]] = {
    "wall": time.perf_counter,
    "process CPU": time.process_time,
    "thread CPU": time.thread_time,
}

Step = Callable[[], object]
Times = dict[str, float]


def training_step() -> Step:
    """A pass of stochastic gradient descent over real digits, in batches of 64."""
    features, labels = load_digits(return_X_y=True)
    batches = np.array_split(np.arange(len(labels)), len(labels) // 64)
    model = SGDClassifier(random_state=0)

    def one_pass() -> None:
        for batch in batches:
            model.partial_fit(features[batch], labels[batch], classes=np.arange(10))

    return one_pass


def one_long_call() -> Step:
    """A single call into C that keeps the GIL for a second or more."""
    return lambda: sum(range(10**8))


class Loop(NamedTuple):
    """A training loop: what it is called, and what makes its step."""

    label: str
    make_step: Callable[[], Step]


LOOPS = (
    Loop("scikit-learn SGD on digits", training_step),
    Loop("C calls that hold the GIL", one_long_call),
)


def main() -> int:
    arguments = parsed_arguments()
    load = ", ".join(f"{number:.2f}" for number in os.getloadavg())
    print(f"Wattprint {wattprint.__version__}, Python {sys.version.split()[0]}, load before {load}")
    print(f"{'':28} {'clock':12} {'pairs':>5} {'median':>8}  95 % interval")
    verdicts = [
        report(loop.label, clock, [pair[clock] for pair in pairs], arguments.seed)
        for loop in LOOPS
        for pairs in [list(ratios(loop, arguments))]
        for clock in CLOCKS
    ]
    return 1 if "slower" in verdicts else 0


def parsed_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pairs", type=int, default=40, help="pairs of segments for each loop")
    parser.add_argument("--interval", type=float, default=1.0, help="between two readings, in s")
    parser.add_argument("--segment", type=float, default=3.0, help="length of a segment, in s")
    parser.add_argument("--seed", type=int, default=0, help="of the order and of the bootstrap")
    parser.add_argument("--control", action="store_true", help="track neither segment")
    arguments = parser.parse_args()
    if arguments.pairs < 2 or arguments.segment <= 0:
        parser.error("--pairs is 2 or more, --segment above 0")
    return arguments


def ratios(loop: Loop, arguments: argparse.Namespace) -> Iterator[Times]:
    """Yield the ratio with / without of each pair, on each clock."""
    order = random.Random(arguments.seed)
    step = loop.make_step()
    steps = steps_of_segment(step, arguments.segment)
    with tempfile.TemporaryDirectory() as home:
        for _ in range(arguments.pairs):
            found: dict[bool, Times] = {}
            for is_tracked in order.sample((True, False), 2):
                with tracker(arguments, home, is_tracked=is_tracked) as run:
                    # Into the middle of an interval: a segment that always began at a reading
                    # would hold fewer of them than its length deserves.
                    time.sleep(order.random() * arguments.interval)
                    found[is_tracked] = times_of(step, steps)
                if run is not None and run.failure is not None:
                    raise SystemExit(f"nothing was tracked: {run.failure}")
            yield {clock: found[True][clock] / found[False][clock] for clock in CLOCKS}


def tracker(
    arguments: argparse.Namespace, home: str, *, is_tracked: bool
) -> AbstractContextManager[wattprint.Run | None]:
    if arguments.control or not is_tracked:
        return nullcontext()
    return wattprint.track(interval_s=arguments.interval, home=home)


def steps_of_segment(step: Step, segment_s: float) -> int:
    """Return how many steps fill a segment, after one that warms up."""
    step()
    steps, took_s = 0, 0.0
    while took_s < segment_s:
        took_s += times_of(step, 1)["wall"]
        steps += 1
    return steps


def times_of(step: Step, steps: int) -> Times:
    began_s = {clock: read_s() for clock, read_s in CLOCKS.items()}
    for _ in range(steps):
        step()
    return {clock: read_s() - began_s[clock] for clock, read_s in CLOCKS.items()}


def report(label: str, clock: str, found: Sequence[float], seed: int) -> str:
    """Print a line, and return what it means for the limit: holds, undecided or slower."""
    low, high = bootstrap_interval(found, seed)
    verdict = "holds" if high < LIMIT else "slower" if low > LIMIT else "undecided"
    print(
        f"{label:28} {clock:12} {len(found):5} {median(found):8.4f}  {low:.4f} to {high:.4f}  "
        f"{verdict} (limit {LIMIT})",
        flush=True,
    )
    return verdict


def bootstrap_interval(found: Sequence[float], seed: int) -> tuple[float, float]:
    """Return the 2.5th and 97.5th percentile of the medians of resampled ratios."""
    draw = np.random.default_rng(seed)
    medians = np.median(draw.choice(found, size=(RESAMPLES, len(found))), axis=1)
    low, high = np.percentile(medians, (2.5, 97.5))
    return float(low), float(high)


if __name__ == "__main__":
    raise SystemExit(main())
