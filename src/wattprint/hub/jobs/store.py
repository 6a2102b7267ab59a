"""Jobs in the database: made, claimed by one worker, kept alive, ended, cancelled.

A claim is one conditional UPDATE, so of several workers one has the job. Whoever has it counts its
`beat` up; another worker that has seen the same beat for `LEASE_S` of its own clock takes the job
over. No wall clock decides, so none that jumps gives a job to two, or to nobody. A worker that was
slow and comes back finds that the beat is not its own, and stops.
"""

import json
import secrets
from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, func, insert, select, update

from wattprint.domain.checks import one_of
from wattprint.domain.errors import InputError
from wattprint.hub.auth.rights import Principal
from wattprint.hub.organisations import note
from wattprint.hub.storage.database import Database
from wattprint.hub.storage.job_tables import jobs

QUEUED, RUNNING, DONE, FAILED, CANCELLED = "queued", "running", "done", "failed", "cancelled"
STATES = (QUEUED, RUNNING, DONE, FAILED, CANCELLED)
KINDS = ("recompute", "export")
LEASE_S = 30.0
"""How long a job stands still before another worker takes it over. [s]"""
MOST_OPEN = 10
"""Jobs of an organisation that wait or go on."""
MOST_KEPT = 200
"""Jobs of an organisation that are remembered once they have ended."""
MOST_ATTEMPTS = 5
"""How often a job is begun: one that kills its worker must not kill all of them for ever."""


class Job(NamedTuple):
    """A job."""

    org_id: str
    job_id: str
    kind: str
    state: str
    arguments: str
    user_id: str
    token_id: str
    done: int = 0
    total: int | None = None
    created_at_ms: int = 0
    started_at_ms: int | None = None
    ended_at_ms: int | None = None
    worker: str = ""
    beat: int = 0
    attempts: int = 0
    is_cancelled: int = 0
    result: str | None = None
    error: str | None = None

    def principal(self) -> Principal:
        """Return in whose name it works; for the audit log."""
        return Principal(self.org_id, self.user_id, self.token_id, "admin", frozenset())


_COLUMNS = [jobs.c[name] for name in Job._fields]


def make_job(
    database: Database, by: Principal, kind: str, arguments: Mapping[str, Any], now_ms: int
) -> Job:
    """Queue a job.

    Raises:
        InputError: An unknown kind, or too many that wait or go on.
    """
    one_of("kind", kind, KINDS)

    def work(connection: Connection) -> Job:
        of_org = jobs.c.org_id == by.org_id
        is_open = jobs.c.state.in_((QUEUED, RUNNING))
        count = connection.scalar(select(func.count()).select_from(jobs).where(of_org, is_open))
        if (count or 0) >= MOST_OPEN:
            raise InputError(f"{count} jobs wait or go on", "expected fewer: cancel one, or wait")
        _forget_oldest(connection, by.org_id)
        text = json.dumps(dict(arguments))
        job = Job(
            by.org_id,
            secrets.token_hex(8),
            kind,
            QUEUED,
            text,
            by.user_id,
            by.token_id,
            created_at_ms=now_ms,
        )
        connection.execute(insert(jobs), job._asdict())
        note(connection, by, f"job.{kind}", job.job_id, arguments, now_ms=now_ms)
        return job

    return database.write(work)


def _forget_oldest(connection: Connection, org_id: str) -> None:
    ended = jobs.c.org_id == org_id, jobs.c.state.in_((DONE, FAILED, CANCELLED))
    order = jobs.c.created_at_ms.desc(), jobs.c.job_id
    old = select(jobs.c.job_id).where(*ended).order_by(*order).offset(MOST_KEPT).limit(1000)
    found = list(connection.scalars(old))
    if found:
        connection.execute(delete(jobs).where(jobs.c.org_id == org_id, jobs.c.job_id.in_(found)))


def find_job(database: Database, org_id: str, job_id: str) -> Job | None:
    """Return a job."""
    statement = select(*_COLUMNS).where(jobs.c.org_id == org_id, jobs.c.job_id == job_id)
    with database.reading() as connection:
        row = connection.execute(statement).first()
    return None if row is None else Job(*row)


def list_jobs(database: Database, org_id: str, limit: int) -> list[Job]:
    """Return the newest jobs."""
    order = jobs.c.created_at_ms.desc(), jobs.c.job_id
    statement = select(*_COLUMNS).where(jobs.c.org_id == org_id).order_by(*order).limit(limit)
    with database.reading() as connection:
        return [Job(*row) for row in connection.execute(statement)]


def cancel_job(database: Database, by: Principal, job_id: str, now_ms: int) -> Job | None:
    """Cancel a job: one that waits at once, one that goes on when it next tells of itself.

    Returns:
        The job as it was; None where there is none. One that has ended stays as it is.
    """

    def work(connection: Connection) -> Job | None:
        its = jobs.c.org_id == by.org_id, jobs.c.job_id == job_id
        row = connection.execute(select(*_COLUMNS).where(*its).with_for_update()).first()
        if row is None or row.state not in (QUEUED, RUNNING):
            return None if row is None else Job(*row)
        changed: dict[str, Any] = {"is_cancelled": 1}
        if row.state == QUEUED:
            changed |= {"state": CANCELLED, "ended_at_ms": now_ms}
        connection.execute(update(jobs).where(*its).values(**changed))
        note(connection, by, "job.cancel", job_id, {"kind": row.kind}, now_ms=now_ms)
        return Job(*row)

    return database.write(work)


def open_jobs(database: Database) -> list[Job]:
    """Return the jobs of all organisations that wait or go on, the oldest first."""
    is_open = jobs.c.state.in_((QUEUED, RUNNING))
    statement = select(*_COLUMNS).where(is_open).order_by(jobs.c.created_at_ms, jobs.c.job_id)
    with database.reading() as connection:
        return [Job(*row) for row in connection.execute(statement.limit(1000))]


def claim(database: Database, job: Job, worker: str, now_ms: int) -> Job | None:
    """Take a job as it was seen; return it, or None where another worker was first."""
    changed: dict[str, Any] = {
        "state": RUNNING,
        "worker": worker,
        "beat": job.beat + 1,
        "attempts": job.attempts + 1,
        "started_at_ms": now_ms,
    }
    if not _changed(database, job, changed):
        return None
    return job._replace(**changed)


def beat(database: Database, job: Job, done: int, total: int | None) -> Job | None:
    """Tell that a job goes on, and how far it is; None where it is not the caller's any more."""
    changed: dict[str, Any] = {"beat": job.beat + 1, "done": done, "total": total}
    if not _changed(database, job, changed):
        return None
    is_cancelled = select(jobs.c.is_cancelled).where(
        jobs.c.org_id == job.org_id, jobs.c.job_id == job.job_id
    )
    with database.reading() as connection:
        return job._replace(**changed, is_cancelled=int(connection.scalar(is_cancelled) or 0))


def end(
    database: Database,
    job: Job,
    state: str,
    now_ms: int,
    *,
    result: Mapping[str, Any] | None = None,
    error: str | None = None,
) -> bool:
    """End a job, or put it back into the queue; return whether it still was the caller's."""
    changed: dict[str, Any] = {
        "state": state,
        "beat": job.beat + 1,
        "worker": "",
        "ended_at_ms": None if state == QUEUED else now_ms,
        "result": None if result is None else json.dumps(dict(result)),
        "error": error,
    }
    if state == QUEUED:  # its worker was asked to stop: no fault of the job
        changed["attempts"] = job.attempts - 1
    if state == DONE and job.total is not None:
        changed["done"] = job.total
    return _changed(database, job, changed)


def _changed(database: Database, job: Job, values: Mapping[str, Any]) -> bool:
    statement = update(jobs).where(
        jobs.c.org_id == job.org_id,
        jobs.c.job_id == job.job_id,
        jobs.c.state == job.state,
        jobs.c.worker == job.worker,
        jobs.c.beat == job.beat,
    )
    statement = statement.values(**values)
    return database.write(lambda connection: connection.execute(statement).rowcount == 1)
