"""Old rows deleted, their sums kept.

A day's sums stay what they were; what they count of rows that are gone is added up beside them
(`retired_runs`, `retired_intervals`), so that sums can always be checked against rows. What is sent
again from before that time is answered with `retired`, and not counted twice. Whole days of UTC go,
in short transactions between which ingest goes on; what was cut short is gone on with next time.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, delete, func, select, tuple_, update

from wattprint.domain.errors import InputError
from wattprint.hub.auth.rights import Principal
from wattprint.hub.ingest.kept import Kept, kept_since
from wattprint.hub.ingest.run_facts import MS_PER_DAY
from wattprint.hub.ingest.store_intervals import interval_sums
from wattprint.hub.ingest.store_runs import day_key, excluded, short_key
from wattprint.hub.ingest.upsert import Deltas, add_up
from wattprint.hub.organisations import note
from wattprint.hub.storage.database import Database
from wattprint.hub.storage.job_tables import retention, retired_intervals, retired_runs
from wattprint.hub.storage.note_tables import exclusions, run_notes, run_tags
from wattprint.hub.storage.schema import COUNTED, DAY_KEY, SUMMED, footprints, intervals, runs

Told = Callable[[int, int], None]
_PIECE = 500
_OF_RUN = (footprints, run_tags, run_notes, exclusions, runs)


class Pruned(NamedTuple):
    """What went, or would go."""

    intervals_until_ms: int
    runs_until_ms: int
    intervals: int
    runs: int


def limits(
    database: Database,
    org_id: str,
    *,
    now_ms: int,
    intervals_older_ms: int | None,
    runs_older_ms: int | None,
) -> Kept:
    """Return before which moments rows would go.

    Ages count from now, or from the last run that was received if that is earlier: a clock that
    jumped ahead deletes nothing.

    Args:
        database: The hub's database.
        org_id: The tenant.
        now_ms: The time. [ms since 1970]
        intervals_older_ms: Readings older than this go; None for none. [ms]
        runs_older_ms: Runs older than this go, and their readings too; None for none. [ms]
    """
    newest = select(func.max(runs.c.received_at_ms)).where(runs.c.org_id == org_id)
    with database.reading() as connection:
        received_ms = connection.scalar(newest)
        before = kept_since(connection, org_id)
    from_ms = now_ms if received_ms is None else min(now_ms, int(received_ms))

    def until(older_ms: int | None) -> int:
        return 0 if older_ms is None else max(0, (from_ms - older_ms) // MS_PER_DAY * MS_PER_DAY)

    runs_until_ms = max(before.runs_until_ms, until(runs_older_ms))
    intervals_until_ms = max(before.intervals_until_ms, until(intervals_older_ms), runs_until_ms)
    return Kept(intervals_until_ms, runs_until_ms)


def counted(database: Database, org_id: str, until: Kept) -> Pruned:
    """Return how many rows would go."""
    old = _old(org_id, until)
    with database.reading() as connection:
        counts = [
            int(connection.scalar(select(func.count()).select_from(table).where(*where)) or 0)
            for table, where in ((intervals, old[0]), (runs, old[1]))
        ]
    return Pruned(*until, *counts)


def _old(org_id: str, until: Kept) -> tuple[list[Any], list[Any]]:
    return (
        [intervals.c.org_id == org_id, intervals.c.start_ms < until.intervals_until_ms],
        [runs.c.org_id == org_id, runs.c.started_at_ms < until.runs_until_ms],
    )


def prune(database: Database, by: Principal, until: Kept, now_ms: int, told: Told) -> Pruned:
    """Delete rows that began before some moments.

    Args:
        database: The hub's database.
        by: In whose name; the tenant is theirs.
        until: Before which moments, see `limits`.
        now_ms: The time, for the audit log. [ms since 1970]
        told: Is told of the progress.

    Raises:
        InputError: There is no such organisation; nothing was deleted.
        StorageError: What was deleted so far is gone, and its sums are right.
    """
    expected = counted(database, by.org_id, until)
    total = expected.intervals + expected.runs
    _begin(database, by, until, now_ms)
    gone, after = 0, ("", "", "", -1)
    while piece := database.write(lambda c, at=after: _some_intervals(c, by.org_id, until, at)):  # type: ignore[misc]
        gone, after = gone + len(piece), piece[-1]
        told(min(gone, total), total)
    count = 0
    while found := database.write(lambda c: _some_runs(c, by.org_id, until)):
        count += found
        told(min(gone + count, total), total)
    pruned = Pruned(*until, gone, count)
    database.write(
        lambda c: note(c, by, "retention.prune", by.org_id, pruned._asdict(), now_ms=now_ms)
    )
    return pruned


def _begin(database: Database, by: Principal, until: Kept, now_ms: int) -> None:
    """Say first what is not kept: from then on nothing older comes in behind the deleting."""

    def moved(connection: Connection) -> None:
        its = retention.c.org_id == by.org_id
        # Every organisation has its row from the start: this waits for all who have read it.
        found = connection.execute(update(retention).where(its).values(**until._asdict()))
        if not found.rowcount:
            raise InputError(f"organisation {by.org_id!r} is unknown", "expected one of the hub")
        note(connection, by, "retention.set", by.org_id, until._asdict(), now_ms=now_ms)

    database.write(moved)


def _some_intervals(
    connection: Connection, org_id: str, until: Kept, after: tuple[str, str, str, int]
) -> Sequence[tuple[str, str, str, int]]:
    its = intervals.c
    key = [its.project_id, its.run_id, its.device_id, its.start_ms]
    statement = select(*key, its.end_ms, its.energy_uj).where(
        *_old(org_id, until)[0], tuple_(*key) > after
    )
    statement = statement.order_by(*key).limit(10 * _PIECE).with_for_update()
    found = connection.execute(statement).all()
    by_project: dict[str, list[tuple[Any, ...]]] = {}
    for row in found:
        by_project.setdefault(row.project_id, []).append((org_id, *row))
    for project, rows in sorted(by_project.items()):
        add_up(connection, retired_intervals, interval_sums(org_id, project, rows))
    keys = [(row.project_id, row.run_id, row.device_id, row.start_ms) for row in found]
    _delete(connection, intervals, org_id, ("project_id", "run_id", "device_id", "start_ms"), keys)
    return keys


def _some_runs(connection: Connection, org_id: str, until: Kept) -> int:
    names = dict.fromkeys(("org_id", "project_id", "run_id", "within_id", *DAY_KEY, *SUMMED))
    statement = select(*(runs.c[name] for name in names)).where(*_old(org_id, until)[1])
    order = runs.c.project_id, runs.c.run_id
    found = connection.execute(statement.order_by(*order).limit(_PIECE).with_for_update())
    rows = [row._asdict() for row in found]
    uncounted = excluded(connection, rows)
    deltas = Deltas(COUNTED, SUMMED)
    for row in rows:
        if short_key(row) not in uncounted:
            deltas.add(day_key(row), row)
    add_up(connection, retired_runs, deltas.rows())
    for table in _OF_RUN:
        _delete(connection, table, org_id, ("project_id", "run_id"), list(map(short_key, rows)))
    return len(rows)


def _delete(
    connection: Connection, table: Table, org_id: str, names: Sequence[str], keys: Sequence[Any]
) -> None:
    its = tuple_(*(table.c[name] for name in names))
    for i in range(0, len(keys), _PIECE):
        statement = delete(table).where(table.c.org_id == org_id, its.in_(keys[i : i + _PIECE]))
        connection.execute(statement)
