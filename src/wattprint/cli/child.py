"""A command as our child that runs as if we were not there: its signals, streams and status.

While it runs, every signal is held back from this process and taken one at a time, so that each
can be told apart: what somebody sent to us was meant for the command and is sent on; what a
terminal's driver sent went to the whole foreground group, and the command has had it. Orphans of
the command become our children, so that the meters count a daemon for as long as we measure.
"""

import os
import signal
import sys
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import NamedTuple

from wattprint.tracker.track import PARENT_RUN

NOT_FOUND, NOT_EXECUTABLE = 127, 126
"""Exit status of a shell for a command that is not there, or that may not be run."""

_IGNORED_BY_PYTHON = frozenset({signal.SIGPIPE, signal.SIGXFSZ})
"""Ignored in Python, not in what it starts. Our own writing raises them, so they are not held."""

_HELD = frozenset(signal.valid_signals()) - {signal.SIGKILL, signal.SIGSTOP} - _IGNORED_BY_PYTHON
_STOPPING = frozenset({signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU})
_HANGING_UP = frozenset({signal.SIGHUP, signal.SIGCONT})
_FROM_TERMINAL = _STOPPING | _HANGING_UP | {signal.SIGINT, signal.SIGQUIT, signal.SIGWINCH}
_GIVING_UP = frozenset({signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT})
_FORWARDED_BY_HANDLERS = (signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2)

_PR_SET_CHILD_SUBREAPER = 36
"""Linux, include/uapi/linux/prctl.h."""


class CannotRun(NamedTuple):
    """Why a command cannot be run, and the status that a shell gives for it."""

    status: int
    reason: str


def why_not(name: str) -> CannotRun | None:
    """Say why a command cannot be run, before anything is begun; None if it can."""
    # os.path and no shutil: it loads four compressors, and the command waits for them.
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    places = [name] if "/" in name else [f"{folder or '.'}/{name}" for folder in folders if name]
    there = [place for place in places if os.path.isfile(place)]  # noqa: PTH113 - see above
    if any(os.access(place, os.X_OK) for place in there):
        return None
    if there:
        return CannotRun(NOT_EXECUTABLE, "could not be run: Permission denied")
    if name in places and os.path.isdir(name):  # noqa: PTH112 - see above
        return CannotRun(NOT_EXECUTABLE, "could not be run: Is a directory")
    return CannotRun(NOT_FOUND, "was not found")


def fill_standard_descriptors() -> None:
    """Put something in place of the standard streams that we were started without.

    Else the journal could become descriptor 2, and an error message be written into it. The
    command starts without them all the same: what we open is not inherited.
    """
    while (opened := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass  # the lowest free number is taken
    os.close(opened)


def adopt_orphans() -> None:
    """Become the parent of descendants whose own parent ends; without harm where that fails."""
    with suppress(ImportError, OSError, AttributeError):
        import ctypes

        number, on = ctypes.c_int(_PR_SET_CHILD_SUBREAPER), ctypes.c_ulong(1)
        ctypes.CDLL(None).prctl(number, on, *[ctypes.c_ulong(0)] * 3)


def environment_of_child(run_id: str | None) -> dict[bytes, bytes]:
    """Return the environment that we were started with, and what the command is part of.

    Args:
        run_id: The run that this process measures, if it is recorded.
    """
    environment = dict(os.environb)
    # In the C locale Python sets LC_CTYPE for itself and all it starts (PEP 538).
    with suppress(OSError):
        given = Path("/proc/self/environ").read_bytes().split(b"\0")
        if not any(entry.startswith(b"LC_CTYPE=") for entry in given):
            environment.pop(b"LC_CTYPE", None)
    if run_id is not None:
        from wattprint.tracker.within import PARENT_PROCESS, this_process  # the run has loaded it

        environment[PARENT_RUN.encode()] = run_id.encode()
        environment[PARENT_PROCESS.encode()] = this_process().encode()
    return environment


@contextmanager
def held_signals() -> Iterator[Collection[int] | None]:
    """Hold back all signals, in this thread and those started in it; yield those held before.

    None of those that came is left behind when it ends: the command has had them. Where signals
    cannot be taken one at a time, as on macOS, none is held, and None is yielded.
    """
    if not hasattr(signal, "sigwaitinfo"):
        yield None
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _HELD)
    # Where it is ignored, the system forgets how a child ended.
    child_handler = signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    try:
        yield before
    finally:
        _pending(_HELD - before)
        signal.signal(signal.SIGCHLD, child_handler)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class Ended(NamedTuple):
    """How a command ended."""

    status: int
    """As a shell would say it: 128 and more for a signal."""
    going_on: int
    """Processes of it that have not ended."""


def run_child(
    command: tuple[str, ...],
    environment: Mapping[bytes, bytes],
    mask: Collection[int] | None,
    *,
    wait_for_all: bool,
) -> Ended:
    """Run a command to its end.

    Args:
        command: The command and its arguments.
        environment: Its environment.
        mask: What `held_signals` yielded, in which this is called.
        wait_for_all: Whether the end is that of all its processes.

    Raises:
        OSError: It could not be started, as a script that names no interpreter.
    """
    if mask is None:
        return Ended(run_with_handlers(command, environment), 0)
    child = _Child(command, environment, mask)
    status = child.wait()
    if wait_for_all:
        child.wait_for_rest()
    return Ended(status, child.going_on())


class _Child:
    """A command that was started, while signals are held; it starts with `mask` held itself."""

    def __init__(
        self, command: tuple[str, ...], environment: Mapping[bytes, bytes], mask: Collection[int]
    ) -> None:
        self._ours_before = _descendants(os.getpid())  # of a shell that became us by `exec`
        early = _pending(_HELD)  # Ctrl-C during our start, for one: only we have had it
        self._pid = os.posix_spawnp(
            command[0], command, environment, setsigmask=mask, setsigdef=_IGNORED_BY_PYTHON
        )
        self._status: int | None = None
        self._has_children = True
        self._is_stopped = False
        self._stop_of_ours: int | None = None
        for number in early:
            self._heed(number, is_for_child=True)

    def wait(self) -> int:
        """Return the status of the command, as a shell would, once it has ended."""
        while self._status is None:
            taken = signal.sigwaitinfo(_HELD)
            self._heed(taken.si_signo, is_for_child=self._is_for_child(taken))
        return self._status

    def wait_for_rest(self) -> None:
        """Return once all processes of the command have ended, or somebody ends the waiting."""
        ending = {n for n in _GIVING_UP if signal.getsignal(n) is not signal.SIG_IGN}
        while self._has_children:
            taken = signal.sigwaitinfo(_HELD).si_signo
            if taken in ending:
                return
            if taken in _STOPPING:
                self._stop(taken)
            self._reap()

    def going_on(self) -> int:
        """Count the processes of the command that have not ended."""
        self._reap()
        if not self._has_children:
            return 0
        return len(_descendants(os.getpid()) - self._ours_before - _sending())

    def _heed(self, number: int, *, is_for_child: bool) -> None:
        if number == signal.SIGCHLD:
            self._reap()
        elif is_for_child:
            self._send(number)
        if number in _STOPPING:
            self._stop_of_ours = number
        elif number == signal.SIGCONT:
            self._stop_of_ours = None
        # Ctrl-Z: where the command has stopped, a shell waits to see us stop as well.
        if self._is_stopped and self._stop_of_ours is not None:
            self._stop(self._stop_of_ours)
            self._stop_of_ours = None

    def _is_for_child(self, taken: "signal.struct_siginfo") -> bool:
        """Tell a signal that somebody meant for the command from one that it has had itself."""
        if taken.si_code <= 0:  # sent by a process, sigaction(2)
            return taken.si_pid not in (os.getpid(), self._pid)
        if taken.si_signo in _HANGING_UP:  # goes to the leader of the session alone
            return os.getsid(0) == os.getpid()
        return taken.si_signo not in _FROM_TERMINAL

    def _send(self, number: int) -> None:
        if self._status is None:  # once it has ended, its number may be another process's
            with suppress(PermissionError):  # such as a command that runs as another user
                os.kill(self._pid, number)

    def _stop(self, number: int) -> None:
        """Stop this process, and return when it is continued."""
        os.kill(os.getpid(), number)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {number})
        signal.pthread_sigmask(signal.SIG_BLOCK, {number})
        self._reap()
        is_continued = signal.sigtimedwait({signal.SIGCONT}, 0) is not None
        if is_continued and self._is_stopped:  # we alone were: `fg` continues the whole group
            self._send(signal.SIGCONT)

    def _reap(self) -> None:
        """Take note of all children that ended, stopped or went on, orphans included."""
        while True:
            try:
                pid, state = os.waitpid(-1, os.WNOHANG | os.WUNTRACED | os.WCONTINUED)
            except ChildProcessError:
                self._has_children = False
                return
            if pid == 0:
                return
            if pid == self._pid:
                self._note(state)

    def _note(self, state: int) -> None:
        self._is_stopped = os.WIFSTOPPED(state)
        if not (os.WIFSTOPPED(state) or os.WIFCONTINUED(state)):
            self._status = _shell_status(state)


def run_with_handlers(command: tuple[str, ...], environment: Mapping[bytes, bytes]) -> int:
    """Run a command where signals cannot be taken one at a time, and return its status.

    Ctrl-C and Ctrl-\\ are left to the command, which a terminal sends them to as well.
    """
    pid = os.posix_spawnp(command[0], command, environment, setsigdef=_IGNORED_BY_PYTHON)

    def forward(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - signal's signature
        os.kill(pid, number)

    for_child = filter(_is_not_ignored, _FORWARDED_BY_HANDLERS)
    before = {number: signal.signal(number, forward) for number in for_child}
    for number in (signal.SIGINT, signal.SIGQUIT):
        before[number] = signal.signal(number, signal.SIG_IGN)
    try:
        return _shell_status(os.waitpid(pid, 0)[1])
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _is_not_ignored(number: int) -> bool:
    return signal.getsignal(number) is not signal.SIG_IGN


def _shell_status(state: int) -> int:
    code = os.waitstatus_to_exitcode(state)
    return code if code >= 0 else 128 - code


def _pending(numbers: Collection[int]) -> list[int]:
    """Take those of the held signals that have come so far."""
    found = []
    while (taken := signal.sigtimedwait(numbers, 0)) is not None:
        found.append(taken.si_signo)
    return found


def _sending() -> set[int]:
    """Return the processes that send the run to a hub: ours, not the command's."""
    pushing = sys.modules.get("wattprint.tracker.pushing")  # not loaded where nobody asked for it
    return set() if pushing is None else pushing.going_on()


def _descendants(pid: int) -> set[int]:
    """Return the living descendants of a process; none where the system does not list them."""
    found: set[int] = set()
    waiting = [pid]
    while waiting:
        for listing in Path(f"/proc/{waiting.pop()}/task").glob("*/children"):
            with suppress(OSError):  # it ended meanwhile
                waiting += (children := [int(word) for word in listing.read_text().split()])
                found.update(filter(_is_living, children))
    return found


def _is_living(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return False
    return stat.rpartition(b") ")[2][:1] not in (b"Z", b"X")
