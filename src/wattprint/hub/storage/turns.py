"""Writers of one process take turns, and those that wait share a commit.

SQLite has one writer, and most of a small transaction is its commit: the wait for the disk. Whoever
has the turn does the work of all who wait, in one transaction, and commits once; each returns only
then. Where one of them fails the transaction is taken back and each is done again on its own, so
nobody fails for another's fault.
"""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from sqlalchemy import Connection

_MOST = 16
"""Works that share a commit: none waits for long."""
Begin = Callable[[], AbstractContextManager[Connection]]


class _Job:
    def __init__(self, work: Callable[[Connection], Any]) -> None:
        self.work = work
        self.is_done = False
        self.result: Any = None
        self.error: Exception | None = None


class Turns:
    """The turns of a process at its database's one writer.

    Args:
        begin: Opens a transaction, which is committed at its end and taken back by an error.
    """

    def __init__(self, begin: Begin) -> None:
        self._begin = begin
        self.lock = threading.Lock()
        """Held by whoever writes."""
        self._waiting: list[_Job] = []
        self._waiting_lock = threading.Lock()

    def write(self, work: Callable[[Connection], Any]) -> Any:
        """Do some work in a transaction, perhaps with that of others, and return once it is stored.

        Args:
            work: What is done; again from the start where another's failed.
        """
        job = _Job(work)
        with self._waiting_lock:
            self._waiting.append(job)
        with self.lock:
            if not job.is_done:
                self._write_all(self._taken(job))
        if job.error is not None:
            raise job.error
        return job.result

    def _taken(self, job: _Job) -> list[_Job]:
        with self._waiting_lock:
            self._waiting.remove(job)
            others, self._waiting = self._waiting[: _MOST - 1], self._waiting[_MOST - 1 :]
        return [job, *others]

    def _write_all(self, jobs: list[_Job]) -> None:
        if len(jobs) == 1 or not self._are_written(jobs):
            for job in jobs:
                self._write_alone(job)

    def _are_written(self, jobs: list[_Job]) -> bool:
        """Write all in one transaction; False, and nothing is, where one failed."""
        try:
            with self._begin() as connection:
                results = [job.work(connection) for job in jobs]
        except Exception:  # noqa: BLE001 - whose it was is seen when each is done alone
            return False
        for job, result in zip(jobs, results, strict=True):
            job.result, job.is_done = result, True
        return True

    def _write_alone(self, job: _Job) -> None:
        try:
            with self._begin() as connection:
                result = job.work(connection)
            job.result = result
        except Exception as error:  # noqa: BLE001 - raised where the work came from
            job.error = error
        job.is_done = True
