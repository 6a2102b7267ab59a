"""The thread that does jobs, one at a time, in every process of a hub."""

import json
import logging
import os
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from wattprint.domain.errors import WattprintError
from wattprint.hub.jobs import store
from wattprint.hub.jobs.export_file import export_file, forget_old_files
from wattprint.hub.jobs.store import CANCELLED, DONE, FAILED, QUEUED, RUNNING, Job
from wattprint.hub.recompute import recompute
from wattprint.hub.storage.database import Database
from wattprint.hub.storage.errors import StorageAwayError, StorageError

POLL_S = 1.0
_BEAT_S = 2.0
_LOG = logging.getLogger("wattprint.hub")


class _StoppedError(Exception):
    """The process ends; the job goes back into the queue."""


class CancelledError(Exception):
    """Somebody cancelled the job."""


class _LostError(Exception):
    """Another worker has the job: this one was silent for too long."""


class JobWorker:
    """Does jobs.

    Args:
        database: The hub's database.
        folder: Where files of jobs lie.
        now_ms: The hub's clock, for what is told of jobs. [ms since 1970]
        clock_s: A clock that does not jump, for what stands still. [s]
    """

    def __init__(
        self,
        database: Database,
        folder: Path,
        now_ms: Callable[[], int],
        *,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._folder = folder
        self._now_ms = now_ms
        self._clock_s = clock_s
        self._name = f"{os.getpid()}-{secrets.token_hex(4)}"
        self._seen: dict[tuple[str, str], tuple[str, int, float]] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._go_on, name="wattprint-jobs", daemon=True)

    def start(self) -> None:
        """Do jobs until `stop`."""
        self._thread.start()

    def stop(self) -> None:
        """Stop; a job that goes on returns to the queue and is done from its place by another."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def do_next(self) -> bool:
        """Do the next job, if there is one; return whether there was.

        Raises:
            StorageError: The database cannot be asked; the job is taken up again later.
        """
        for job in store.open_jobs(self._database):
            if not (job.state == QUEUED or self._stands_still(job)):
                continue
            claimed = store.claim(self._database, job, self._name, self._now_ms())
            if claimed is not None:
                self._do(claimed)
                return True
        return False

    def _stands_still(self, job: Job) -> bool:
        """Whether nobody has worked on a job for as long as a lease lasts, as this worker saw."""
        key, now_s = (job.org_id, job.job_id), self._clock_s()
        worker, beat, since_s = self._seen.get(key, ("", -1, now_s))
        if (worker, beat) != (job.worker, job.beat):
            self._seen[key] = (job.worker, job.beat, now_s)
            return False
        return now_s - since_s >= store.LEASE_S

    def _go_on(self) -> None:
        while not self._stop.is_set():
            try:
                if self.do_next():
                    continue
            except StorageError as error:
                _LOG.warning("jobs wait: %s", error)
            self._stop.wait(POLL_S)

    def _do(self, job: Job) -> None:
        going = Going(self._database, job, self._stop, self._clock_s)
        if job.attempts > store.MOST_ATTEMPTS:
            self._end(
                going, FAILED, error=f"it was begun {job.attempts - 1} times, and never ended"
            )
            return
        try:
            result = self._work(job, going)
        except _StoppedError:
            self._end(going, QUEUED)
        except CancelledError:
            self._end(going, CANCELLED)
        except _LostError:
            _LOG.warning("job %s was taken over by another worker", job.job_id)
        except StorageAwayError:
            raise
        except (WattprintError, OSError) as error:
            self._end(going, FAILED, error=str(error)[:1000])
        except Exception:  # noqa: BLE001 - one faulty job must not end the thread of all others
            _LOG.exception("job %s failed", job.job_id)
            self._end(going, FAILED, error="a fault of the hub; its log says more")
        else:
            self._end(going, DONE, result=result)

    def _end(self, going: "Going", state: str, **said: Any) -> None:
        job = going.job
        if job.state == RUNNING:
            store.end(self._database, job, state, self._now_ms(), **said)
        self._seen.pop((job.org_id, job.job_id), None)

    def _work(self, job: Job, going: "Going") -> Mapping[str, Any]:
        asked = json.loads(job.arguments)
        if job.kind == "recompute":
            return recompute(
                self._database,
                job.org_id,
                asked.get("project"),
                now_ms=self._now_ms,
                told=going.told,
            )
        forget_old_files(self._folder, self._now_ms())
        return export_file(
            self._database,
            self._folder,
            (job.org_id, job.job_id),
            asked.get("format", "json"),
            now_ms=self._now_ms(),
            told=going.told,
        )


class Going:
    """A job that goes on: it tells of itself, and hears when it is to stop.

    Args:
        database: The hub's database.
        job: The job, as it was claimed.
        stop: Set when the process ends.
        clock_s: A clock that does not jump. [s]
    """

    def __init__(
        self, database: Database, job: Job, stop: threading.Event, clock_s: Callable[[], float]
    ) -> None:
        self.job = job
        self._database = database
        self._stop = stop
        self._clock_s = clock_s
        self._told_s = clock_s()

    def told(self, done: int, total: int) -> None:
        """Say how far it is; every few seconds that is written down.

        Raises:
            _StoppedError: The process ends.
            CancelledError: Somebody cancelled it.
            _LostError: Another worker has it.
        """
        if self._stop.is_set():
            raise _StoppedError
        now_s = self._clock_s()
        if 0 < now_s - self._told_s < _BEAT_S:
            return
        self._told_s = now_s
        job = store.beat(self._database, self.job, done, total)
        if job is None:
            raise _LostError
        self.job = job
        if job.is_cancelled:
            raise CancelledError
