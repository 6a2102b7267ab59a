"""Batches that are settled beside each other, each on an engine of its own."""

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import TYPE_CHECKING

from wattprint.joblogs.base import Batch
from wattprint.joblogs.store import Bench, Counts, JobStore, Outcome

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


class Benches:
    """One engine for batches that come one by one, and several for those that need not.

    Args:
        store: Takes what becomes of batches.
        main: The engine for batches that are run before the next one is asked for.
        another: Opens an engine for the others.
        most: How many of these may be open.
    """

    def __init__(
        self,
        store: JobStore,
        main: "DuckDBPyConnection",
        another: "Callable[[], DuckDBPyConnection]",
        most: int,
    ) -> None:
        self.store = store
        self.main = Bench(main, store)
        self.taken: Callable[[int, Batch, Counts], None] = _tell_nobody
        """Told each batch that is done: its file, and what became of its rows."""
        self._another = another
        self._free: deque[Bench] = deque()
        self._pool = ThreadPoolExecutor(most)
        self._most = most + 1
        self._running: deque[tuple[int, Batch, Future[Outcome]]] = deque()
        self._turn = 0

    def __enter__(self) -> "Benches":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is not None:
            self.store.kinds.give_up()
        self._pool.shutdown(cancel_futures=True)

    def add(self, batch: Batch, file: int) -> None:
        """Settle a batch, now or beside others."""
        self._turn += 1
        if batch.prepare is None:
            self.wait()
            outcome = self.main.settle(batch.select, turn=self._turn, file=file)
            self._take(file, batch, outcome)
            return
        while len(self._running) >= self._most:
            self._take_first()
        future = self._pool.submit(self._settle, batch, self._turn, file)
        self._running.append((file, batch, future))

    def wait(self) -> None:
        """Wait until all batches are settled."""
        while self._running:
            self._take_first()

    def flush(self) -> None:
        """Wait, and write what is gathered."""
        self.wait()
        for table, part in self.main.flush():
            self.store.parts[table].append(part)

    def _settle(self, batch: Batch, turn: int, file: int) -> Outcome:
        try:
            bench = self._free.pop()
        except IndexError:
            bench = Bench(self._another(), self.store)
        try:
            return bench.settle(batch.select, turn=turn, file=file, prepare=batch.prepare)
        except BaseException:
            self.store.kinds.give_up()
            raise
        finally:
            self._free.append(bench)

    def _take_first(self) -> None:
        file, batch, future = self._running.popleft()
        self._take(file, batch, future.result())

    def _take(self, file: int, batch: Batch, outcome: Outcome) -> None:
        self.store.take(outcome)
        self.taken(file, batch, outcome.counts)


def _tell_nobody(file: int, batch: Batch, counts: Counts) -> None:
    pass
