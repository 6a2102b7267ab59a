"""What becomes of runs when their process is told to go, or forks.

Told to go: SIGTERM, and SIGHUP of a closed terminal, end the runs, and the process then dies of the
signal as it would have. Only where the program has no handler of its own, in Python or in a
library, and does not ignore them. Python runs a handler when the main thread is next in Python
code: work that stays in a native call for minutes is ended there as late as Ctrl-C would be.

Forks: a run's thread rests while its process forks. A fork beside a thread may deadlock in the
child, and Python 3.12 and later warn of it, which would be our doing.
"""

import os
import signal
import threading
from functools import partial
from types import FrameType
from typing import TYPE_CHECKING

from wattprint.tracker.fence import fenced

if TYPE_CHECKING:
    from wattprint.tracker.run import Run

SIGNALS = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))

_running: "list[Run]" = []


def watch(run: "Run") -> None:
    """End a run when its process is told to go, and let it rest when that forks."""
    _running.append(run)
    if threading.current_thread() is threading.main_thread():
        for number in SIGNALS:
            if signal.getsignal(number) is signal.SIG_DFL and not _is_caught_natively(number):
                fenced(partial(signal.signal, number, _told_to_go))  # refused in sub-interpreters


def unwatch(run: "Run") -> None:
    """Forget a run; the signals are as they were once none is left and the main thread says so."""
    if run in _running:
        _running.remove(run)
    if not _running and threading.current_thread() is threading.main_thread():
        _let_go()


def _let_go() -> None:
    for number in SIGNALS:
        if signal.getsignal(number) is _told_to_go:
            fenced(partial(signal.signal, number, signal.SIG_DFL))


def _is_caught_natively(number: int) -> bool:
    """Tell whether a library has a handler that Python does not know of, as MPI's have."""
    try:
        with open("/proc/self/status") as status:  # noqa: PTH123 - a third of read_text's cost
            masks = {name: mask for name, _, mask in (line.partition(":\t") for line in status)}
        return bool(int(masks["SigCgt"], 16) >> (number - 1) & 1)
    except (OSError, KeyError, ValueError):
        return False


def _told_to_go(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - signal's signature
    # The default: the signal came while ours was still there, as in a child just forked.
    if signal.getsignal(number) not in (_told_to_go, signal.SIG_DFL):
        return  # called by the handler that replaced ours: whether to go is now its business
    for run in tuple(_running):
        run.stop("interrupted", exit_code=128 + number)
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)


_before = threading.local()
"""Signals that a thread blocked before it forked: what Python does with one that arrives in a child
before the child has its own handlers is to forget it."""


def _before_fork() -> None:
    _before.mask = None
    if not _running:
        return
    for run in tuple(_running):
        fenced(run.rest)
    _before.mask = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)


def _unblock() -> None:
    mask, _before.mask = getattr(_before, "mask", None), None
    if mask is not None:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def _after_fork_in_parent() -> None:
    _unblock()
    for run in tuple(_running):
        fenced(run.go_on)


def _after_fork_in_child() -> None:
    """Leave the child as if there were no runs: they are its parent's."""
    for run in _running:
        run.is_copy = True
    _running.clear()
    _let_go()
    _unblock()  # a signal that has come meanwhile now does what it would have done


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_before_fork,
        after_in_parent=_after_fork_in_parent,
        after_in_child=_after_fork_in_child,
    )
