"""Runs stored with their roll-ups, in one transaction.

The same runs in any order, in any batches and however often leave the same database: of two records
of a run the one of the greater rank holds, and a roll-up changes by what really changed.
"""

from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select, tuple_, update

from wattprint.hub.ingest.kept import kept_since
from wattprint.hub.ingest.run_facts import ReadRun
from wattprint.hub.ingest.upsert import Deltas, add_runs
from wattprint.hub.storage.bulk import insert_new, row_of, upsert
from wattprint.hub.storage.database import Database
from wattprint.hub.storage.note_tables import OF_RECORD, exclusions, run_tags
from wattprint.hub.storage.schema import (
    COUNTED,
    DAY_KEY,
    SUMMED,
    footprints,
    projects,
    runs,
)

CREATED, REPLACED, DUPLICATE, OLDER = "created", "replaced", "duplicate", "older"
RETIRED = "retired"
VERDICTS = (CREATED, REPLACED, DUPLICATE, OLDER, RETIRED)
_RUN, _FOOTPRINT = row_of(runs), row_of(footprints)
_NEWER = {
    name: f'excluded."{name}"'
    for name in ("factor_set_version", "rank", "document", "received_at_ms")
}
_IS_NEWER = 'excluded."rank" > "footprints"."rank"'
_KEY = ("org_id", "project_id", "run_id")
_SHORT_KEY = itemgetter("project_id", "run_id")
_FOOTPRINT_KEY = itemgetter("project_id", "run_id", "factor_set_sha256")
_DAY_KEY = itemgetter(*DAY_KEY)
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
        For each run `created`, `replaced` (it says more than what was there), `duplicate`,
        `older` (what is there says more) or `retired` (it began before what the hub keeps: sums
        may count it already).

    Raises:
        StorageError: Nothing of it is stored.
    """
    best: dict[tuple[str, str], ReadRun] = {}
    for run in read:
        held = best.setdefault(key := run.key, run)
        if run.row["rank"] > held.row["rank"]:
            best[key] = run
    sent = _Sent(org_id, best, read, now_ms)

    def work(connection: Connection) -> dict[tuple[str, str], str]:
        retired = _retired(connection, org_id, sent.runs)
        if not retired:
            return _store(connection, sent)
        kept = {key: run for key, run in best.items() if key not in retired}
        rest = [run for run in read if run.key not in retired]
        verdicts = _store(connection, _Sent(org_id, kept, rest, now_ms)) if kept else {}
        return {**verdicts, **dict.fromkeys(retired, RETIRED)}

    found = database.write(work)
    if len(best) == len(read):  # and in its order: no run is twice in the batch
        return [found[key] for key in best]
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
        self.org_id, self.now_ms = org_id, now_ms
        self.projects = {(org_id, project) for project, _ in best}
        self.runs = [{**best[key].row, **added} for key in sorted(best)]
        self.run_rows = list(map(_RUN, self.runs))
        self.footprint_rows = _footprints(read, added)
        self.tags = {key: best[key].tags for key in sorted(best) if best[key].tags}
        self.days = _days_of(self.runs)
        """What they add to the sums of their days, if all are new."""


def _days_of(rows: Iterable[Mapping[str, Any]]) -> list[tuple[Any, ...]]:
    deltas = Deltas(COUNTED, SUMMED)
    for row in rows:
        deltas.add(day_key(row), row)
    return deltas.rows()


def _verdict(run: ReadRun, best: ReadRun, found: str, is_best: bool) -> str:
    """Return a run's verdict; of a run that is twice in a batch the best was stored."""
    if is_best:
        return found
    return DUPLICATE if run.row["rank"] == best.row["rank"] else OLDER


def _store(connection: Connection, sent: _Sent) -> dict[tuple[str, str], str]:
    store_projects(connection, sent.projects, sent.now_ms)
    new = {key[1:] for key in insert_new(connection, runs, sent.run_rows)}
    verdicts = dict.fromkeys(new, CREATED)
    are_all_new = len(new) == len(sent.runs)
    days = sent.days if are_all_new else _changed_days(connection, sent.runs, verdicts)
    _upsert_footprints(connection, sent.footprint_rows)
    _store_tags(connection, sent, verdicts)
    add_runs(connection, days)
    return verdicts


def _store_tags(
    connection: Connection, sent: _Sent, verdicts: Mapping[tuple[str, str], str]
) -> None:
    """Make the tags of new and replaced records those of the runs; what people set stays."""
    its = run_tags.c
    replaced = sorted(key for key, verdict in verdicts.items() if verdict == REPLACED)
    for i in range(0, len(replaced), _PIECE):
        of = tuple_(its.project_id, its.run_id).in_(replaced[i : i + _PIECE])
        is_said = (its.org_id == sent.org_id, its.user_id == OF_RECORD, of)
        connection.execute(delete(run_tags).where(*is_said))
    rows = [
        (sent.org_id, *key, tag, OF_RECORD, sent.now_ms)
        for key, tags in sent.tags.items()
        if verdicts[key] in (CREATED, REPLACED)
        for tag in tags
    ]
    if rows:
        insert_new(connection, run_tags, rows)


def _changed_days(
    connection: Connection, rows: Sequence[Mapping[str, Any]], verdicts: dict[tuple[str, str], str]
) -> list[tuple[Any, ...]]:
    """Replace the runs that say more than what is there; return what all of them add to their days.

    Args:
        connection: The transaction that inserted the new ones.
        rows: The runs.
        verdicts: Those of the new ones; what becomes of the others is added.
    """
    deltas = Deltas(COUNTED, SUMMED)
    there = []
    for row in rows:
        if short_key(row) in verdicts:
            deltas.add(day_key(row), row)
        else:
            there.append(row)
    before = locked(connection, there)
    uncounted = excluded(connection, before.values())
    changed = []
    for row in there:
        old = before[short_key(row)]
        if row["rank"] <= old["rank"]:
            verdicts[short_key(row)] = DUPLICATE if row["rank"] == old["rank"] else OLDER
            continue
        verdicts[short_key(row)] = REPLACED
        changed.append(row)
        if short_key(row) not in uncounted:
            deltas.take(day_key(old), old)
            deltas.add(day_key(row), row)
    replace_rows(connection, changed)
    return deltas.rows()


def _retired(
    connection: Connection, org_id: str, rows: Sequence[Mapping[str, Any]]
) -> set[tuple[str, str]]:
    """Return which runs began before what is kept, and are not there."""
    until_ms = kept_since(connection, org_id).runs_until_ms
    old = [row for row in rows if row["started_at_ms"] < until_ms]
    return {short_key(row) for row in old} - locked(connection, old).keys()


def store_projects(connection: Connection, names: Iterable[tuple[str, str]], now_ms: int) -> None:
    """Make the projects that are not there yet; most often all are, and nothing is written."""
    insert_new(connection, projects, [(*name, None, now_ms) for name in sorted(names)])


def count_again(connection: Connection, row: Mapping[str, Any], sign: int) -> None:
    """Add a stored run to the sums of its day and month, or take it out (`sign` -1).

    Args:
        connection: The transaction that holds the run, see `locked`.
        row: The run, as `locked` returns it.
        sign: 1 or -1.
    """
    deltas = Deltas(COUNTED, SUMMED)
    (deltas.add if sign > 0 else deltas.take)(day_key(row), row)
    add_runs(connection, deltas.rows())


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
    names = dict.fromkeys((*_KEY, *DAY_KEY, "within_id", "rank", *SUMMED))
    columns = [runs.c[name] for name in names]
    key = tuple_(*(runs.c[name] for name in _KEY))
    found: dict[tuple[str, str], Mapping[str, Any]] = {}
    for i in range(0, len(rows), _PIECE):
        keys = [tuple(row[name] for name in _KEY) for row in rows[i : i + _PIECE]]
        statement = select(*columns).where(key.in_(keys)).order_by(*_KEY).with_for_update()
        for old in connection.execute(statement):
            found[old.project_id, old.run_id] = old._asdict()
    return found


def replace_rows(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Change runs that are there; columns that a row does not have stay as they are."""
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


def store_footprints(
    connection: Connection, read: Iterable[ReadRun], added: Mapping[str, Any]
) -> None:
    """Keep the footprints of some runs beside those of other factors."""
    _upsert_footprints(connection, _footprints(read, added))


def _upsert_footprints(connection: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
    new = insert_new(connection, footprints, rows)
    rest = [row for row in rows if row[:4] not in new] if len(new) < len(rows) else []
    upsert(connection, footprints, rest, _NEWER, _IS_NEWER)


def _footprints(read: Iterable[ReadRun], added: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Keep one footprint of each run and factor set: that of the record of the greatest rank."""
    best: dict[tuple[str, str, str], dict[str, Any]] = {}
    for run in read:
        its = run.footprint
        if its is not None:
            held = best.setdefault(key := _FOOTPRINT_KEY(its), its)
            if its["rank"] > held["rank"]:
                best[key] = its
    return [_FOOTPRINT({**best[key], **added}) for key in sorted(best)]


def short_key(row: Mapping[str, Any]) -> tuple[str, str]:
    """Return project and id of a run."""
    its: tuple[str, str] = _SHORT_KEY(row)
    return its


def day_key(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return to which roll-up a run belongs."""
    key: tuple[Any, ...] = _DAY_KEY(row)
    return tuple("" if part is None else part for part in key) if None in key else key
