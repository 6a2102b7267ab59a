"""CPU threads kept busy by child processes, which never outlive whoever wants them."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_SPIN = """
import select, sys, time
ends_s = time.monotonic() + float(sys.argv[1])
while time.monotonic() < ends_s and not select.select([0], [], [], 0)[0]:
    sum(range(200_000))
"""
"""Counts for a few milliseconds at a time, and ends with the pipe that is its standard input."""


@contextmanager
def busy_threads(count: int, at_most_s: float) -> Iterator[None]:
    """Keep so many hardware threads busy for as long as the block lasts.

    The children hold the reading end of a pipe whose only writing end is ours: whatever becomes of
    this process, `kill -9` included, the pipe ends with it and they end within milliseconds. Where
    it is stopped instead, they end after the longest time.

    Args:
        count: Threads to keep busy; 0 starts nothing.
        at_most_s: Time after which they end by themselves. [s]

    Raises:
        OSError: They cannot be started.
    """
    reading, writing = os.pipe()
    children: list[subprocess.Popen[bytes]] = []
    try:
        for _ in range(count):
            children.append(_spinning(reading, at_most_s))  # noqa: PERF401 - known at once each
        yield
    finally:
        os.close(writing)
        os.close(reading)
        for child in children:
            child.kill()
            child.wait()


def _spinning(stdin: int, at_most_s: float) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", _SPIN, str(at_most_s)],
        stdin=stdin,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C is ours to handle
    )
