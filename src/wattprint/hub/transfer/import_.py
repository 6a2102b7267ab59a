"""An export taken into another hub: twice changes nothing, and every sum stays that of its rows."""

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection, insert, select, tuple_, update
from sqlalchemy.schema import Table

from wattprint.domain.errors import InputError
from wattprint.hub.ingest.kept import Kept, keep_all, kept_since
from wattprint.hub.ingest.store_intervals import interval_sums
from wattprint.hub.ingest.store_runs import day_key, excluded, locked, replace_rows, short_key
from wattprint.hub.ingest.upsert import Deltas, add_runs, add_up
from wattprint.hub.storage.bulk import row_of
from wattprint.hub.storage.database import Database
from wattprint.hub.storage.job_tables import retention, retired_intervals, retired_runs
from wattprint.hub.storage.migrate import newest_revision
from wattprint.hub.storage.note_tables import exclusions
from wattprint.hub.storage.schema import (
    COUNTED,
    SUMMED,
    daily_intervals,
    footprints,
    intervals,
    organisations,
    runs,
)
from wattprint.hub.transfer.backup import Told
from wattprint.hub.transfer.export import pyarrow_modules
from wattprint.hub.transfer.import_gone import DAILY, GoneSums
from wattprint.hub.transfer.organisation import (
    FORMATS,
    MANIFEST,
    SCHEMA,
    SUMS,
    exported_tables,
    is_whole,
    sha256_of,
)

Rows = Sequence[Mapping[str, Any]]
_PIECE = 500
_INTERVAL = row_of(intervals)


class Imported(NamedTuple):
    """What an import came to."""

    organisation: str
    is_new: bool
    """Whether the hub did not know the organisation."""
    taken: dict[str, int]
    """Rows of each table that were new, or said more than what was there."""
    known: int
    """Rows that were there already, or are older than what the hub keeps."""
    left_out: int
    """Sums of deleted rows that were not taken: whether rows of this hub are among those cannot be
    told, see `import_gone.py`."""


def import_organisation(
    database: Database, folder: Path, org_id: str | None, *, told: Told
) -> Imported:
    """Take an export into a hub, in short transactions; what was cut short is gone on with.

    Args:
        database: The hub's database, at today's tables.
        folder: The export.
        org_id: The organisation that it becomes; None for the one that it was.
        told: Is told of the progress.

    Raises:
        InputError: No export, a damaged one, or one of other tables; nothing was written.
        StorageError: What was taken so far is whole.
    """
    manifest = _checked(folder)
    org_id = org_id or str(manifest["organisation"])
    total = sum(table["rows"] for table in manifest["tables"].values())
    taken: dict[str, int] = {}
    done, is_new = 0, _made(database, folder, manifest, org_id)
    of_name = {table.name: table for table in exported_tables()}
    out = {
        short_key(row): row
        for rows in _pieces(folder, manifest, exclusions, org_id)
        for row in rows
    }
    gone = _looked_at(database, folder, manifest, org_id)
    # Sums of what is gone before what is there: they are taken for days without a sum alone.
    for name in sorted(manifest["tables"], key=_order):
        table = of_name[name]
        for rows in _pieces(folder, manifest, table, org_id):
            if name in DAILY:
                count = gone.take(table, rows)
            elif table is retention:
                count = database.write(lambda c: _take_retention(c, org_id, gone.until()))
            else:
                count = database.write(lambda c, t=table, r=rows: _take(c, t, r, out))  # type: ignore[misc]
            taken[name] = taken.get(name, 0) + count
            done += len(rows)
            told(done, total)
    new = {name: count for name, count in taken.items() if count}
    known = total - sum(new.values()) - gone.left_out
    return Imported(org_id, is_new, new, known, gone.left_out)


def _order(name: str) -> tuple[bool, bool]:
    """Return a table's turn; what is not kept any more is said last, when all older is there."""
    return name == retention.name, name not in DAILY


def _looked_at(
    database: Database, folder: Path, manifest: Mapping[str, Any], org_id: str
) -> GoneSums:
    until = Kept()
    for rows in _pieces(folder, manifest, retention, org_id):
        until = Kept(*(rows[0][name] for name in Kept._fields))
    gone = GoneSums(database, org_id, until)
    for table in (retired_intervals, retired_runs):
        for rows in _pieces(folder, manifest, table, org_id):
            gone.look(table, rows)
    return gone


def _checked(folder: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((folder / MANIFEST).read_text())
        is_ours = manifest["schema"] == SCHEMA and manifest["format"] in FORMATS
        is_ours = is_ours and isinstance(manifest["organisation"], str)
    except (OSError, ValueError, KeyError, TypeError):
        is_ours = False
    if not is_ours:
        raise InputError(
            f"{folder} is no export", "expected a folder that `wattprint hub export` wrote"
        )
    newest = newest_revision()
    if manifest["revision"] != newest:
        raise InputError(
            f"{folder} is of step {manifest['revision']!r}, this Wattprint at {newest!r}",
            "expected an export by the same version",
        )
    expected = {table.name: table.columns.keys() for table in exported_tables()}
    if {name: each["columns"] for name, each in manifest["tables"].items()} != expected:
        raise InputError(f"{folder} has other tables", "expected those of this Wattprint")
    for name, each in manifest["tables"].items():
        path = folder / f"{name}.{'jsonl' if manifest['format'] == 'json' else 'parquet'}"
        if not path.is_file() or sha256_of(path) != each["sha256"]:
            raise InputError(f"{path} is damaged", "expected what the manifest says of it")
    return dict(manifest)


def _made(database: Database, folder: Path, manifest: Mapping[str, Any], org_id: str) -> bool:
    """Make the organisation where it is not known."""
    rows = next(_pieces(folder, manifest, organisations, org_id))

    def work(connection: Connection) -> bool:
        its = select(organisations.c.org_id).where(organisations.c.org_id == org_id)
        if connection.execute(its).first() is not None:
            return False
        connection.execute(insert(organisations), [dict(row) for row in rows])
        keep_all(connection, org_id)
        return True

    return database.write(work)


def _pieces(
    folder: Path, manifest: Mapping[str, Any], table: Table, org_id: str
) -> Iterator[list[dict[str, Any]]]:
    names = table.columns.keys()
    is_json = manifest["format"] == "json"
    path = folder / f"{table.name}.{'jsonl' if is_json else 'parquet'}"
    read = (_json_rows if is_json else _parquet_rows)(path)
    while piece := [dict(row) for row in islice(read, _PIECE)]:
        for row in piece:
            _check(row, table, names, path)
            row["org_id"] = org_id
        yield piece


def _check(row: Mapping[str, Any], table: Table, names: Sequence[str], path: Path) -> None:
    for name in names:
        value = row.get(name)
        kind = int if is_whole(table, name) else str
        if type(value) is not kind and not (value is None and table.c[name].nullable):
            raise InputError(f"{path} has {name}={value!r}", f"expected {kind.__name__}")


def _json_rows(path: Path) -> Iterator[Mapping[str, Any]]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def _parquet_rows(path: Path) -> Iterator[Mapping[str, Any]]:
    _, pq = pyarrow_modules()
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(_PIECE):
            yield from batch.to_pylist()


def _take(
    connection: Connection,
    table: Table,
    rows: Rows,
    out: Mapping[tuple[str, str], Mapping[str, Any]],
) -> int:
    """Take rows of a table; return how many were new, or said more."""
    if table.name in SUMS or table is exclusions:
        return 0  # sums are made of what is taken; exclusions come with their runs
    if table is runs:
        return _take_runs(connection, rows, out)
    special = {intervals.name: _take_intervals, footprints.name: _take_footprints}
    if table.name in special:
        return special[table.name](connection, rows)
    return len(_insert_missing(connection, table, rows))


def _there(
    connection: Connection, table: Table, rows: Rows, column: str | None = None
) -> dict[tuple[Any, ...], Any]:
    """Return the keys that are there, each with what a column says."""
    names = [each.name for each in table.primary_key.columns]
    keys = [tuple(row[name] for name in names) for row in rows]
    its = [table.c[name] for name in names]
    statement = select(*its, table.c[column or names[0]].label("said")).where(
        tuple_(*its).in_(keys)
    )
    return {tuple(row[:-1]): row[-1] for row in connection.execute(statement)} if keys else {}


def _insert_missing(connection: Connection, table: Table, rows: Rows) -> Rows:
    """Insert the rows whose key is not there, and return them.

    Not by `bulk.py`, which sets texts apart by control characters: a note may hold any.
    """
    there = _there(connection, table, rows)
    names = [column.name for column in table.primary_key.columns]
    new = [row for row in rows if tuple(row[name] for name in names) not in there]
    if new:
        connection.execute(insert(table), [dict(row) for row in new])
    return new


def _take_footprints(connection: Connection, rows: Rows) -> int:
    before = _there(connection, footprints, rows, "rank")
    names = [column.name for column in footprints.primary_key.columns]
    newer = [
        row
        for row in rows
        if (key := tuple(row[name] for name in names)) in before and row["rank"] > before[key]
    ]
    for row in newer:
        its = [footprints.c[name] == row[name] for name in names]
        connection.execute(update(footprints).where(*its).values(**row))
    return len(newer) + len(_insert_missing(connection, footprints, rows))


def _take_runs(
    connection: Connection, rows: Rows, out: Mapping[tuple[str, str], Mapping[str, Any]]
) -> int:
    until_ms = kept_since(connection, rows[0]["org_id"]).runs_until_ms
    kept = [row for row in rows if row["started_at_ms"] >= until_ms]
    new = {short_key(row) for row in _insert_missing(connection, runs, kept)}
    # Behind the inserting: what a client sent meanwhile is found here, or not sent yet.
    there = locked(connection, [row for row in rows if short_key(row) not in new])
    was_out = excluded(connection, there.values())
    changed = [
        row
        for row in rows
        if short_key(row) in there and row["rank"] > there[short_key(row)]["rank"]
    ]
    replace_rows(connection, changed)
    keys = new | there.keys()
    _insert_missing(
        connection, exclusions, [row for key, row in sorted(out.items()) if key in keys]
    )
    deltas = Deltas(COUNTED, SUMMED)
    now = locked(connection, [row for row in rows if short_key(row) in keys])
    for key, row in now.items():
        if key in there and key not in was_out:
            deltas.take(day_key(there[key]), there[key])
        if key not in was_out and key not in out:
            deltas.add(day_key(row), row)
    add_runs(connection, deltas.rows())
    return len(new) + len(changed)


def _take_intervals(connection: Connection, rows: Rows) -> int:
    org_id = rows[0]["org_id"]
    until_ms = kept_since(connection, org_id).intervals_until_ms
    kept = [row for row in rows if row["start_ms"] >= until_ms]
    new = _insert_missing(connection, intervals, kept)
    by_project: dict[str, list[tuple[Any, ...]]] = {}
    for row in new:
        by_project.setdefault(row["project_id"], []).append(_INTERVAL(row))
    for project, found in sorted(by_project.items()):
        add_up(connection, daily_intervals, interval_sums(org_id, project, found))
    return len(new)


def _take_retention(connection: Connection, org_id: str, until: Kept) -> int:
    before = kept_since(connection, org_id, is_alone=True)
    after = Kept(*map(max, before, until))
    its = retention.c.org_id == org_id
    connection.execute(update(retention).where(its).values(**after._asdict()))
    return int(after != before)
