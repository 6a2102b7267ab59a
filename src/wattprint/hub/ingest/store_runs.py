"""Runs stored with their roll-ups, in one transaction.

The same runs in any order, in any batches and however often leave the same database: of two records
of a run the one of the greater rank holds, and a roll-up changes by what really changed.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, select, tuple_, update

from wattprint.hub.ingest.run_rows import ReadRun
from wattprint.hub.ingest.upsert import Deltas, add_up
from wattprint.hub.storage.bulk import insert_new, row_of, upsert
from wattprint.hub.storage.database import Database
from wattprint.hub.storage.note_tables import exclusions
from wattprint.hub.storage.schema import (
    COUNTED,
    DAY_KEY,
    SUMMED,
    daily_runs,
    footprints,
    projects,
    runs,
)

CREATED, REPLACED, DUPLICATE, OLDER = "created", "replaced", "duplicate", "older"
VERDICTS = (CREATED, REPLACED, DUPLICATE, OLDER)
_RUN, _FOOTPRINT = row_of(runs), row_of(footprints)
_NEWER = {
    name: f'excluded."{name}"'
    for name in ("factor_set_version", "rank", "document", "received_at_ms")
}
_IS_NEWER = 'excluded."rank" > "footprints"."rank"'
_KEY = ("org_id", "project_id", "run_id")
_PIECE = 500
"""Keys in one look-up: SQLite takes 32,766 parameters, older ones 999 pairs."""


def store_runs(database: Database, org_id: str, read: Sequence[ReadRun], now_ms: int) -> list[str]:
    """Store a batch of runs whole.

    Args:
        database: The hub's database.
        org_id: The tenant.
        read: The runs.
        now_ms: When they arrived. [ms since 1970]

    Returns:
        For each run `created`, `replaced` (it says more than what was there), `duplicate` or
        `older` (what is there says more).

    Raises:
        StorageError: Nothing of it is stored.
    """
    best: dict[tuple[str, str], ReadRun] = {}
    for run in read:
        if run.key not in best or run.row["rank"] > best[run.key].row["rank"]:
            best[run.key] = run
    sent = _Sent(org_id, best, read, now_ms)
    found = database.write(lambda connection: _store(connection, sent))
    return [_verdict(run, best[run.key], found[run.key], run is best[run.key]) for run in read]


class _Sent:
    """A batch as rows of tables, made before the transaction that they wait for.

    All are in the order of their keys, as in every transaction: none waits for another in a circle.
    """

    def __init__(
        self,
        org_id: str,
        best: Mapping[tuple[str, str], ReadRun],
        read: Iterable[ReadRun],
        now_ms: int,
    ) -> None:
        added = {"org_id": org_id, "received_at_ms": now_ms}
        self.now_ms = now_ms
        self.projects = {(org_id, project) for project, _ in best}
        self.runs = [{**best[key].row, **added} for key in sorted(best)]
        self.run_rows = list(map(_RUN, self.runs))
        self.footprint_rows = _footprints(read, added)


def _verdict(run: ReadRun, best: ReadRun, found: str, is_best: bool) -> str:
    """Return a run's verdict; of a run that is twice in a batch the best was stored."""
    if is_best:
        return found
    return DUPLICATE if run.row["rank"] == best.row["rank"] else OLDER


def _store(connection: Connection, sent: _Sent) -> dict[tuple[str, str], str]:
    store_projects(connection, sent.projects, sent.now_ms)
    new = {key[1:] for key in insert_new(connection, runs, sent.run_rows)}
    verdicts = dict.fromkeys(new, CREATED)
    deltas = Deltas(COUNTED, SUMMED)
    there = []
    for row in sent.runs:
        if _short_key(row) in new:
            deltas.add(_day_key(row), row)
        else:
            there.append(row)
    before = locked(connection, there)
    uncounted = excluded(connection, before.values())
    changed = []
    for row in there:
        old = before[_short_key(row)]
        if row["rank"] <= old["rank"]:
            verdicts[_short_key(row)] = DUPLICATE if row["rank"] == old["rank"] else OLDER
            continue
        verdicts[_short_key(row)] = REPLACED
        changed.append(row)
        if _short_key(row) not in uncounted:
            deltas.take(_day_key(old), old)
            deltas.add(_day_key(row), row)
    _replace(connection, changed)
    upsert(connection, footprints, sent.footprint_rows, _NEWER, _IS_NEWER)
    add_up(connection, daily_runs, deltas.rows())
    return verdicts


def store_projects(connection: Connection, names: Iterable[tuple[str, str]], now_ms: int) -> None:
    """Make the projects that are not there yet; most often all are, and nothing is written."""
    names = sorted(names)
    keys = tuple_(projects.c.org_id, projects.c.project_id)
    found = connection.execute(select(projects).where(keys.in_(names)))
    known = {(row.org_id, row.project_id) for row in found}
    missing = [
        (org_id, name, None, now_ms) for org_id, name in names if (org_id, name) not in known
    ]
    insert_new(connection, projects, missing)


def count_again(connection: Connection, row: Mapping[str, Any], sign: int) -> None:
    """Add a stored run to the sums of its day, or take it out (`sign` -1).

    Args:
        connection: The transaction that holds the run, see `locked`.
        row: The run, as `locked` returns it.
        sign: 1 or -1.
    """
    deltas = Deltas(COUNTED, SUMMED)
    (deltas.add if sign > 0 else deltas.take)(_day_key(row), row)
    add_up(connection, daily_runs, deltas.rows())


def excluded(connection: Connection, rows: Iterable[Mapping[str, Any]]) -> set[tuple[str, str]]:
    """Return which of some runs no sum counts, by project and id.

    Read behind `locked`: whoever excludes a run, or takes it back, holds its row until the end.
    """
    keys = [tuple(row[name] for name in _KEY) for row in rows]
    its = tuple_(*(exclusions.c[name] for name in _KEY))
    found: set[tuple[str, str]] = set()
    for i in range(0, len(keys), _PIECE):
        statement = select(exclusions.c.project_id, exclusions.c.run_id)
        statement = statement.where(its.in_(keys[i : i + _PIECE]))
        found |= {(row.project_id, row.run_id) for row in connection.execute(statement)}
    return found


def locked(
    connection: Connection, rows: Sequence[Mapping[str, Any]]
) -> dict[tuple[str, str], Mapping[str, Any]]:
    """Return what is stored of runs, which nobody else changes until this transaction ends."""
    columns = [runs.c[name] for name in dict.fromkeys((*_KEY, *DAY_KEY, "rank", *SUMMED))]
    key = tuple_(*(runs.c[name] for name in _KEY))
    found: dict[tuple[str, str], Mapping[str, Any]] = {}
    for i in range(0, len(rows), _PIECE):
        keys = [tuple(row[name] for name in _KEY) for row in rows[i : i + _PIECE]]
        statement = select(*columns).where(key.in_(keys)).order_by(*_KEY).with_for_update()
        for old in connection.execute(statement):
            found[old.project_id, old.run_id] = old._asdict()
    return found


def _replace(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    if not rows:
        return
    statement = update(runs).where(*(runs.c[name] == bindparam(f"its_{name}") for name in _KEY))
    changes = [
        {
            **{f"its_{name}": row[name] for name in _KEY},
            **{name: value for name, value in row.items() if name not in _KEY},
        }
        for row in rows
    ]
    connection.execute(statement, changes)


def _footprints(read: Iterable[ReadRun], added: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Keep one footprint of each run and factor set: that of the record of the greatest rank."""
    best: dict[tuple[str, str, str], dict[str, Any]] = {}
    for run in read:
        if run.footprint is not None:
            key = (*run.key, run.footprint["factor_set_sha256"])
            if key not in best or run.footprint["rank"] > best[key]["rank"]:
                best[key] = run.footprint
    return [_FOOTPRINT({**best[key], **added}) for key in sorted(best)]


def _short_key(row: Mapping[str, Any]) -> tuple[str, str]:
    return row["project_id"], row["run_id"]


def _day_key(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple("" if row[name] is None else row[name] for name in DAY_KEY)
