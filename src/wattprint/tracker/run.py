"""A tracked run: it reads its meters at the start, every interval and at the end."""

import atexit
import functools
import os
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeVar

from wattprint.domain.run import OUTCOMES, Fault, Interval, RunRecord
from wattprint.ledger.journal import JournalWriter, read_journal
from wattprint.meters.base import Meter, Reading

if TYPE_CHECKING:
    from wattprint.domain.footprint import Footprint


Result = TypeVar("Result")

LONGEST_PAUSE_S = 1.0
"""Time after which memory is looked at again, however long the interval. [s]"""


class Clock(NamedTuple):
    """The clocks of a run."""

    monotonic_s: Callable[[], float] = time.monotonic
    """Never jumps; readings are placed on it. [s]"""
    epoch_s: Callable[[], float] = time.time
    """Seconds since 1970, for the time of the start. [s]"""


class Opened(NamedTuple):
    """What a run needs once it starts."""

    header: RunRecord
    meters: Mapping[str, Meter]
    journal: JournalWriter


class Run:
    """One tracked execution; `wattprint.track` makes it. Use it in a `with` statement.

    Once it is made, nothing it does raises into the work that it tracks: what goes wrong is kept
    as a fault in its record. It starts once and stops once; further calls do nothing, and neither
    does any call in a forked child.

    Args:
        opens: Called at the start: opens the meters and the journal.
        interval_s: Time between readings. [s]
        clock: Its clocks.
    """

    def __init__(
        self, opens: Callable[[], Opened], *, interval_s: float, clock: Clock | None = None
    ) -> None:
        self._opens = opens
        self._interval_s = interval_s
        self._clock = clock or Clock()
        self._pid = os.getpid()
        self._opened: Opened | None = None
        self._thread: threading.Thread | None = None
        self._ended = threading.Event()
        self._started_s = self._read_until_s = 0.0
        self._previous: Sequence[Reading] = ()
        self._unwritten: list[Fault] = []
        self._reading = threading.Lock()
        self._is_started = False
        self.failure: Exception | None = None
        """Why nothing is recorded: the journal or a meter could not be opened. None if it is."""

    def __enter__(self) -> "Run":
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> Literal[False]:
        if isinstance(error, SystemExit):
            code = _exit_code(error)
            self.stop("completed" if code == 0 else "failed", exit_code=code)
        elif isinstance(error, KeyboardInterrupt):
            self.stop("interrupted")
        else:
            self.stop("completed" if error is None else "failed")
        return False

    @property
    def unwritten(self) -> tuple[Fault, ...]:
        """What went wrong and could not be written into the record, as on a full disk."""
        return tuple(self._unwritten)

    @property
    def run_id(self) -> str | None:
        """Id of the run in the ledger; None before it started, or if it could not be recorded."""
        return None if self._opened is None else self._opened.header.run_id

    def start(self) -> None:
        """Open the meters and the journal, take the first reading, and go on reading."""
        if os.getpid() != self._pid:
            return  # before the lock: a fork may have copied it while it was held
        with self._reading:
            if self._is_started:
                return
            self._is_started = True
        opened = _fenced(self._opens)
        if isinstance(opened, Exception):
            self.failure = opened
            return
        self._opened = opened
        self._started_s = self._read_until_s = self._clock.monotonic_s()
        self._previous = self._read(self._opened, self._started_s)
        self._thread = threading.Thread(target=self._sample, name="wattprint", daemon=True)
        try:
            self._thread.start()
        except RuntimeError as error:  # no more threads here: the start and the end are still read
            self._unwritten.append(Fault(0.0, "tracker", f"no reading before the end: {error}"))
        atexit.register(self._stop_at_exit)

    def stop(self, outcome: str = "completed", *, exit_code: int | None = None) -> None:
        """End the run with a last reading.

        Args:
            outcome: `completed`, `failed` or `interrupted`.
            exit_code: Exit status of the process that was tracked, if it was one.
        """
        opened, thread = self._opened, self._thread
        if opened is None or thread is None or self._ended.is_set() or os.getpid() != self._pid:
            return
        self._ended.set()
        atexit.unregister(self._stop_at_exit)
        if thread.is_alive():
            thread.join()
        with self._reading:
            self._record_interval(opened)
        outcome = self._known_outcome(outcome)
        duration_s = self._read_until_s - self._started_s
        self._write(opened, lambda: opened.journal.end(outcome, duration_s, exit_code))
        opened.journal.close()

    def record(self) -> RunRecord:
        """Return the run as its journal has it now.

        Raises:
            RuntimeError: The run has not started, or could not be recorded.
        """
        if self._opened is None:
            raise RuntimeError(f"the run is not recorded: {self.failure or 'it has not started'}")
        return read_journal(self._opened.journal.path)

    def footprint(self, **place: Any) -> "Footprint":
        """Return the run's footprint so far; for `place` see `wattprint.footprint_of_run`.

        A run that could not be recorded has a footprint in which everything is missing: to ask
        for it at the end of a long training must not cost the training.

        Raises:
            InputError: An unknown or contradictory place.
        """
        # The tables and look-ups load when a footprint is asked for, not before.
        from wattprint.estimator.tracked import footprint_of_nothing, footprint_of_run

        if self._opened is None:
            return footprint_of_nothing(str(self.failure or "the run has not started"))
        if os.getpid() == self._pid:  # before the lock, as in start()
            with self._reading:
                if not self._ended.is_set():
                    self._record_interval(self._opened)
        return footprint_of_run(self.record(), **place)

    def _stop_at_exit(self) -> None:
        """End a run that nobody stopped: it failed if an exception ended the interpreter."""
        self.stop("failed" if hasattr(sys, "last_type") else "completed")

    def _known_outcome(self, outcome: str) -> str:
        """Return the outcome; a word that no reader of the journal knows is kept as a fault."""
        if outcome in OUTCOMES:
            return outcome
        text = f"outcome {outcome!r} is none of {', '.join(OUTCOMES)}; completed stands for it"
        self._unwritten.append(Fault(self._read_until_s - self._started_s, "tracker", text))
        return "completed"

    def _sample(self) -> None:
        opened = self._opened
        assert opened is not None
        due_s = self._started_s + self._interval_s
        while not self._ended.wait(self._pause_s(due_s)):
            with self._reading:
                if self._clock.monotonic_s() < due_s:
                    # Memory has no counter: between two intervals it is looked at as well.
                    self._read(opened, self._clock.monotonic_s())
                    continue
                self._record_interval(opened)
            # Keep to the grid of intervals; after a long pause, go on from now.
            due_s = max(due_s, self._clock.monotonic_s() - self._interval_s) + self._interval_s

    def _pause_s(self, due_s: float) -> float:
        return min(max(0.0, due_s - self._clock.monotonic_s()), LONGEST_PAUSE_S)

    def _record_interval(self, opened: Opened) -> None:
        at_s = self._clock.monotonic_s()
        current = self._read(opened, at_s)
        interval = Interval(
            self._read_until_s - self._started_s,
            at_s - self._started_s,
            tuple(map(_used_uj, self._previous, current)),
            tuple(map(_activity, self._previous, current)),
        )
        if not self._write(opened, lambda: opened.journal.interval(interval)):
            return  # the next interval spans this one
        self._read_until_s = at_s
        # Where a counter could not be read, its last known state waits for the next reading.
        self._previous = [
            old if new.energy_uj is None else new
            for old, new in zip(self._previous, current, strict=True)
        ]

    def _read(self, opened: Opened, at_s: float) -> list[Reading]:
        readings: list[Reading] = []
        for family, meter in opened.meters.items():
            found = _fenced(functools.partial(_reading_of, meter, at_s))
            if isinstance(found, Exception):
                readings += [Reading(None)] * len(meter.devices)
                messages: Sequence[str] = (f"{type(found).__name__}: {found}",)
            else:
                readings += found[0]
                messages = found[1]
            self._unwritten += [Fault(at_s - self._started_s, family, text) for text in messages]
        return readings

    def _write(self, opened: Opened, action: Callable[[], None]) -> bool:
        """Write faults, then the line; what a full disk refuses is a fault to be written later.

        Returns:
            Whether the line was written.
        """
        try:
            while self._unwritten:
                opened.journal.fault(self._unwritten[0])
                del self._unwritten[0]
            action()
        except OSError as error:
            at_s = self._read_until_s - self._started_s
            self._unwritten.append(Fault(at_s, "journal", f"a line could not be written: {error}"))
            return False
        return True


def _fenced(action: Callable[[], Result]) -> Result | Exception:
    """Return what an action returns, or what it raised: the one fence around meters and journal.

    A meter or journal that fails, in whatever way, must not harm the work that is tracked.
    """
    try:
        return action()
    except Exception as error:  # noqa: BLE001 - see above; what is caught is kept in the record
        return error


def _reading_of(meter: Meter, at_s: float) -> tuple[Sequence[Reading], Sequence[str]]:
    """Read a meter: one reading for each of its devices, and what went wrong."""
    found = meter.read(at_s)
    if len(found) != len(meter.devices):
        raise ValueError(f"{len(found)} readings of {len(meter.devices)} devices")
    return found, meter.take_faults()


def _used_uj(old: Reading, new: Reading) -> int | None:
    return None if new.energy_uj is None else new.energy_uj - (old.energy_uj or 0)


def _activity(old: Reading, new: Reading) -> float | None:
    return None if new.activity is None else new.activity - (old.activity or 0.0)


def _exit_code(error: SystemExit) -> int:
    """Return the status that the interpreter would exit with."""
    if error.code is None:
        return 0
    return error.code if isinstance(error.code, int) else 1
