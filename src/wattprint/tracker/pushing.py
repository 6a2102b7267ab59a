"""A run sent to the hub while it goes on and at its end: by another process, if it was asked for.

The tracker opens no network. It starts `wattprint push --background`, a short-lived process of its
own session, and never waits for it: a hub that is away, hangs or refuses costs the run a start of a
process a minute. See docs/decisions/0017-a-process-of-its-own-pushes.md.
"""

import atexit
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic

EVERY_S = 60.0
"""Between two starts while a run goes on. [s]"""

_started: "list[subprocess.Popen[bytes]]" = []
"""Those that may still be running: kept, so that what has ended is forgotten by the system."""


class Pushing:
    """Starts what sends one run.

    Args:
        home: Home folder of the ledger.
        clock_s: A clock that does not jump. [s]
        command: What is started; the run's id is added.
    """

    def __init__(
        self,
        home: Path,
        *,
        clock_s: Callable[[], float] = monotonic,
        command: Sequence[str] | None = None,
    ) -> None:
        usual = (sys.executable, "-m", "wattprint", "push", "--background", "--home", str(home))
        self._command = usual if command is None else command
        self._clock_s = clock_s
        self._due_s = clock_s() + EVERY_S

    def go_on(self, run_id: str) -> None:
        """Send what there is, once a minute and if the last sending has ended.

        Raises:
            OSError: No process can be started.
        """
        now_s = self._clock_s()
        if now_s >= self._due_s:
            self._due_s = now_s + EVERY_S
            if not going_on():
                self._start(run_id)

    def end(self, run_id: str) -> None:
        """Send all of it.

        Raises:
            OSError: No process can be started.
        """
        self._start(run_id)

    def _start(self, run_id: str) -> None:
        going_on()
        process = subprocess.Popen(
            [*self._command, run_id],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",  # the work's folder may be unmounted, and is no place to import from
            start_new_session=True,  # Ctrl-C is meant for the work
        )
        _started.append(process)


def going_on() -> set[int]:
    """Return the ids of the processes that send and have not ended."""
    _started[:] = [process for process in _started if process.poll() is None]
    return {process.pid for process in _started}


def _leave_alone() -> None:
    """Let them outlive this program without a word: Popen complains of what it has not seen end."""
    for process in _started:
        process.returncode = process.poll() or 0
    _started.clear()


def _forget() -> None:
    """Leave a forked child without the processes of its parent."""
    for process in _started:
        process.returncode = 0
    _started.clear()


atexit.register(_leave_alone)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
