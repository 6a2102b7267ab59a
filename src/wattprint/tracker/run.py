"""A tracked run: what the work talks to, and the one thread that follows it.

The thread opens the meters, reads them and writes the journal; the work leaves it marks and orders
and waits for it only when it starts, stops or is asked, and never for longer than `PATIENCE_S`: a
driver that hangs, or a network file system that does, must not hang the work.
"""

import atexit
import os
import queue
import sys
import threading
import time
from collections.abc import Callable
from contextvars import ContextVar
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from wattprint.domain.readings import Fault
from wattprint.domain.run import OUTCOMES, RunRecord
from wattprint.ledger.journal import read_journal
from wattprint.tracker import lifecycle
from wattprint.tracker.clock import Clock
from wattprint.tracker.fence import fenced
from wattprint.tracker.gate import Gate
from wattprint.tracker.marks import Mark, Marks
from wattprint.tracker.progress import checked
from wattprint.tracker.sampler import Opened, Sampler
from wattprint.tracker.sections import OpenSection, Section

if TYPE_CHECKING:
    from wattprint.domain.footprint import Footprint
    from wattprint.tracker.pushing import Pushing

PATIENCE_S = 5.0
"""How long the work ever waits for the run's thread. [s]"""
AFTER_ERROR_S = 1.0
"""Pause after an error of our own, so that it costs nothing if it comes again. [s]"""
LONGEST_FAREWELL_S = 0.01
"""How long a fork waits for the system to forget a thread that has ended. [s]"""
MOST_COMPLAINTS = 100
"""Different things that the work did wrong and that are said."""

_NEVER_S = float("inf")


class _Order(NamedTuple):
    """What the thread is asked to do; `done` opens when it has."""

    done: Gate
    outcome: str | None = None
    """Outcome of a run that is to end; None to write what there is."""
    exit_code: int | None = None


class Run:
    """One tracked execution; `wattprint.track` makes it. Use it in a `with` statement.

    Once it is made, nothing it does on its own raises into the work that it tracks: what goes wrong
    is kept as a fault in its record. It starts once and stops once; further calls do nothing, and
    neither does any call on a copy: in a forked child, or pickled with what holds it.

    Args:
        opens: Called at the start: opens the meters and the journal.
        interval_s: Time between lines of the journal. [s]
        clock: Its clocks.
        patience_s: How long the work waits for the run's thread. [s]
        pushing: What sends the run to a hub, if it was asked for.
    """

    def __init__(
        self,
        opens: Callable[[], Opened],
        *,
        interval_s: float,
        clock: Clock | None = None,
        patience_s: float = PATIENCE_S,
        pushing: "Pushing | None" = None,
    ) -> None:
        self._opens = opens
        self._interval_s = interval_s
        self._clock = clock or Clock()
        self._patience_s = patience_s
        self._pushing = pushing
        self._pid = os.getpid()
        self.is_copy = False
        """Whether this is a copy in a forked child, which does nothing."""
        self._starting = threading.Lock()
        self._is_started = self._is_ending = False
        self._listens = False
        """Whether marks are taken: from the first reading to the stop."""
        self._ready, self._ended = Gate(), Gate()
        self._orders: queue.SimpleQueue[_Order | None] = queue.SimpleQueue()
        self._marks = Marks()
        self._look_after_s = _NEVER_S
        self._innermost: ContextVar[OpenSection | None] = ContextVar("section", default=None)
        self._thread: threading.Thread | None = None
        self._forking = threading.RLock()
        self._forks = 0
        """Forks that are under way, for which the thread rests."""
        self._is_stuck = False
        """Whether the thread did not answer the last time it was to rest."""
        self._opened: Opened | None = None
        self._sampler: Sampler | None = None
        self._said: set[str] = set()
        self._error_before: object = None
        self.failure: Exception | None = None
        """Why nothing is recorded: the journal or a meter could not be opened. None if it is."""

    def __enter__(self) -> "Run":
        try:
            self.start()
        except BaseException:  # Ctrl-C while it waits: __exit__ will not be called
            self.stop("interrupted")
            raise
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

    def __reduce__(self) -> tuple[Callable[[], "Run"], tuple[()]]:
        return _copy, ()

    def _repr_html_(self) -> str | None:
        from wattprint.domain.display import fenced as shown_or_none  # only notebooks ask
        from wattprint.domain.display import run_html

        def html() -> str:
            footprint, record = self.footprint(), self.record()
            return run_html(record, footprint=footprint, state=record.outcome or "running")

        return None if self._opened is None else shown_or_none(html)

    @property
    def unwritten(self) -> tuple[Fault, ...]:
        """What went wrong and could not be written into the record, as on a full disk."""
        return () if self._sampler is None else self._sampler.unwritten

    @property
    def run_id(self) -> str | None:
        """Id of the run in the ledger; None before it started, or if it could not be recorded."""
        return None if self._opened is None else self._opened.header.run_id

    def start(self) -> None:
        """Open the meters and the journal, take the first reading, and go on reading."""
        if self._is_copied():
            return  # before the lock: a fork may have copied it while it was held
        with self._starting:
            is_first, self._is_started = not self._is_started, True
        if not is_first:
            self._complain("start", "the run was started twice: the first stop ends it")
            return
        self._error_before = getattr(sys, "last_value", None)
        atexit.register(self._stop_at_exit)
        lifecycle.watch(self)
        if not self._begin_thread(self._follow):
            self._open()
        if not self._ready.wait(self._patience_s):
            late = f"the meters took more than {self._patience_s:g} s to open"
            self._marks.leave(Mark(self._clock.monotonic_s(), complaint=late))

    def stop(self, outcome: str = "completed", *, exit_code: int | None = None) -> None:
        """End the run with a last reading.

        Args:
            outcome: `completed`, `failed` or `interrupted`.
            exit_code: Exit status of the process that was tracked, if it was one.
        """
        if not self._is_started or self._is_copied():
            return
        if not self._is_ending:
            known = self._known_outcome(outcome)
            self._listens = False
            self._order(_Order(self._ended, known, exit_code))
            self._is_ending = True
        if self._ended.wait(self._patience_s) and self._thread is not None:
            self._thread.join(self._patience_s)  # it has nothing left to do
        lifecycle.unwatch(self)
        atexit.unregister(self._stop_at_exit)

    def section(self, name: str) -> Section:
        """Name a part of the work: `with run.section("epoch"):`, nested and in threads as you like.

        Its energy is what the devices use while it is open. Sections that are open in several
        threads at once share each moment in equal parts.

        Args:
            name: Its name; the same name adds up.
        """
        if not isinstance(name, str):
            written = fenced(partial(str, name))
            name = written if isinstance(written, str) else type(name).__name__
        return Section(name, self._bound, self._innermost)

    def log(self, /, **values: Any) -> None:
        """Say how far the work has come, so that energy per sample, step and score exist.

        Args:
            **values: `samples` are those processed since the last call, and are added up. Of
                everything else, such as `step`, `loss` or `score`, the last value of each interval
                is kept. What is no finite number is left out, and a fault in the record.
        """
        if not self._listens or self._is_copied():
            return
        numbers: dict[str, float] = {}
        for name, given in values.items():
            value = fenced(partial(checked, name, given))
            if isinstance(value, Exception):
                self._complain(f"log {name}", f"log: {value}")
            else:
                numbers[name] = value
        if numbers:
            self._leave(Mark(self._clock.monotonic_s(), values=numbers))

    def record(self) -> RunRecord:
        """Return the run as its journal has it now: read whole, which takes a while after weeks.

        Raises:
            RuntimeError: The run has not started, or could not be recorded.
            OSError: Its journal is not there any more.
        """
        if self._opened is None:
            raise RuntimeError(f"the run is not recorded: {self.failure or 'it has not started'}")
        return read_journal(self._opened.journal.path)

    def footprint(self, **place: Any) -> "Footprint":
        """Return the run's footprint so far; for `place` see `wattprint.footprint_of_run`.

        A run that could not be recorded has a footprint in which everything is missing: to ask for
        it at the end of a long training must not cost the training.

        Raises:
            InputError: An unknown or contradictory place.
        """
        # The tables and look-ups load when a footprint is asked for, not before.
        from wattprint.estimator.tracked import footprint_of_nothing, footprint_of_run

        if self._sampler is None:
            return footprint_of_nothing(str(self.failure or "the run has not started"))
        if not self._is_ending and not self._is_copied():
            done = Gate()
            self._order(_Order(done))
            done.wait(self._patience_s)
        totals = fenced(self._sampler.totals)  # which the thread may be changing
        if isinstance(totals, Exception):
            return footprint_of_nothing(str(totals))
        return footprint_of_run(totals, **place)

    def rest(self) -> None:
        """Let the run's thread end for as long as its process forks; see `lifecycle`."""
        with self._forking:
            self._forks += 1
            thread = self._thread
            if thread is None or self._ended.is_open or self._is_stuck or not thread.is_alive():
                return
            self._orders.put(None)
            thread.join(self._patience_s)
            if thread.is_alive():  # it waits for a driver: no fork waits for it again
                self._is_stuck = True
            elif thread.native_id is not None:
                _wait_until_gone(thread.native_id)

    def go_on(self) -> None:
        """Follow the run again after a fork."""
        with self._forking:
            self._forks = max(0, self._forks - 1)
            if not self._forks:
                self._revive()

    def _revive(self) -> None:
        """Begin a thread again where a fork has ended it."""
        with self._forking:
            thread = self._thread
            if thread is not None and not thread.is_alive() and not self._ended.is_open:
                self._forks = 0
                self._begin_thread(self._keep_on)

    def _begin_thread(self, target: Callable[[], None]) -> bool:
        """Start the run's thread; where there can be none, the start and the end are still read."""
        try:
            self._thread = threading.Thread(target=target, name="wattprint", daemon=True)
            self._thread.start()
        except RuntimeError as error:
            self._thread = None
            self._complain("thread", f"no reading before the end: {error}")
        return self._thread is not None

    def _is_copied(self) -> bool:
        """Tell whether this is a forked child's copy, also where the fork told nobody."""
        return self.is_copy or os.getpid() != self._pid

    def _stop_at_exit(self) -> None:
        """End a run that nobody stopped: an exception that ended the interpreter says how."""
        error = getattr(sys, "last_value", None)
        if error is None or error is self._error_before:
            self.stop("completed")
        else:
            self.stop("interrupted" if isinstance(error, KeyboardInterrupt) else "failed")

    def _known_outcome(self, outcome: str) -> str:
        """Return the outcome; a word that no reader of the journal knows is kept as a fault."""
        if outcome in OUTCOMES:
            return outcome
        self._complain(
            "outcome",
            f"outcome {outcome!r} is none of {', '.join(OUTCOMES)}; completed stands for it",
        )
        return "completed"

    def _complain(self, kind: str, message: str) -> None:
        """Keep something that the work did wrong; each kind of it is said once."""
        if kind not in self._said and len(self._said) < MOST_COMPLAINTS:
            self._said.add(kind)
            self._marks.leave(Mark(self._clock.monotonic_s(), complaint=message))

    def _bound(self, section: OpenSection) -> None:
        if not self._listens or self._is_copied():
            return
        now_s = self._clock.monotonic_s()
        self._leave(Mark(now_s, section, section.is_open))
        if now_s >= self._look_after_s:
            self._look_after_s = _NEVER_S  # until the thread has looked
            self._orders.put(None)

    def _leave(self, mark: Mark) -> None:
        """Leave a mark for the thread, and call it when there are many."""
        if not self._marks.leave(mark):
            return
        if self._thread is not None:
            self._orders.put(None)
        elif self._sampler is not None:
            fenced(partial(self._sampler.take_marks, mark.at_s))

    def _order(self, order: _Order) -> None:
        if self._thread is None:
            self._obey(order)
        else:
            self._orders.put(order)
            self._revive()

    # What follows runs in the thread, or where there is none, in whoever asks.

    def _follow(self) -> None:
        self._open()
        self._keep_on()

    def _keep_on(self) -> None:
        rests = False
        try:
            while self._sampler is not None and not self._ended.is_open and not rests:
                step = fenced(partial(self._step, self._sampler))
                if isinstance(step, Exception):  # ours to mend, and never the work's to suffer
                    self._complain("error", f"{type(step).__name__}: {step}")
                    self._ended.wait(AFTER_ERROR_S)
                else:
                    rests = step
        finally:
            if not rests:
                self._ended.open()

    def _step(self, sampler: Sampler) -> bool:
        """Wait until something is to be done, and do it; return whether the thread is to rest."""
        try:
            order = self._orders.get(timeout=sampler.pause_s())
        except queue.Empty:
            pass
        else:
            self._is_stuck = False
            if order is not None:
                self._obey(order)
            elif self._forks:
                return True
            else:
                self._look(sampler)
        if not self._ended.is_open:
            sampler.tick()
            if self._pushing is not None:
                self._push(self._pushing.go_on, sampler)
        return False

    def _open(self) -> None:
        sampler = fenced(self._opened_sampler)
        if isinstance(sampler, Exception):
            self.failure = sampler
        else:
            self._sampler = sampler
            self._look_after_s = 0.0
            self._listens = not self._is_ending
        self._ready.open()

    def _opened_sampler(self) -> Sampler:
        opened = self._opens()
        try:
            sampler = Sampler(
                opened, interval_s=self._interval_s, clock=self._clock, marks=self._marks
            )
        except Exception:
            for meter in opened.meters.values():
                fenced(meter.close)
            fenced(opened.journal.close)
            raise
        self._opened = opened
        return sampler

    def _look(self, sampler: Sampler) -> None:
        sampler.take_marks(self._clock.monotonic_s())
        if self._look_after_s == _NEVER_S:
            sampler.look()
            self._look_after_s = self._clock.monotonic_s() + sampler.look_pause_s()

    def _push(self, push: Callable[[str], None], sampler: Sampler) -> None:
        run_id = self.run_id
        failed = None if run_id is None else fenced(partial(push, run_id))
        if isinstance(failed, Exception):
            sampler.note("push", f"the run is not sent now: {failed}")

    def _obey(self, order: _Order) -> None:
        try:
            if self._sampler is None:
                return
            if order.outcome is None:
                self._sampler.write_interval()
            else:
                self._sampler.end(order.outcome, order.exit_code)
                if self._pushing is not None:
                    self._push(self._pushing.end, self._sampler)
        finally:
            order.done.open()


def _copy() -> Run:
    """Return what a pickled or copied run is: one that does nothing."""
    copied = Run(_no_meters, interval_s=1.0)
    copied.is_copy = True
    return copied


def _no_meters() -> Opened:
    raise RuntimeError("this is a copy of a run")


def _wait_until_gone(native_id: int) -> None:
    """Wait for the system to forget a thread that Python has joined: it is a moment later."""
    give_up_s = time.monotonic() + LONGEST_FAREWELL_S
    while os.path.exists(f"/proc/self/task/{native_id}") and time.monotonic() < give_up_s:  # noqa: PTH110 - Path takes ten times as long
        time.sleep(0)


def _exit_code(error: SystemExit) -> int:
    """Return the status that the interpreter would exit with."""
    if error.code is None:
        return 0
    return error.code if isinstance(error.code, int) else 1
