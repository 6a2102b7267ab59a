"""Sums of rows that another hub has deleted, taken where it can be told that they are new.

A sum does not say of which rows it was made. One that is here as it is there was taken before; of
a key without any sum nothing is here yet. Of any other it cannot be told whether rows of this hub
are among the deleted ones: it is left out. Rows of a day whose sum was taken must be refused if
they come again, those of a day whose sum was left out must not. As what is not kept ends at one
moment, nothing is taken of the first day with a sum that is left out, or of a later one.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, insert, select, tuple_
from sqlalchemy.schema import Table

from wattprint.hub.ingest.kept import Kept, kept_since
from wattprint.hub.ingest.run_facts import MS_PER_DAY
from wattprint.hub.ingest.upsert import add_runs, add_up
from wattprint.hub.storage.bulk import row_of
from wattprint.hub.storage.database import Database
from wattprint.hub.storage.job_tables import retired_intervals, retired_runs
from wattprint.hub.storage.schema import daily_intervals, daily_runs

Rows = Sequence[Mapping[str, Any]]
DAILY = {retired_intervals.name: daily_intervals, retired_runs.name: daily_runs}
"""Sums of deleted rows, in the order of `Kept`, and the sums that they are part of."""


class GoneSums:
    """Sums of deleted rows in an export: all are looked at first, then taken.

    Args:
        database: The hub's database.
        org_id: The tenant.
        until: Before which moments the other hub has deleted rows.
    """

    def __init__(self, database: Database, org_id: str, until: Kept) -> None:
        self._database = database
        self._org_id = org_id
        self._until_ms = dict(zip(DAILY, until, strict=True))
        self.left_out = 0
        """How many sums were not taken, though this hub does not have them."""

    def until(self) -> Kept:
        """Return before which moments no sum was left out, as far as is known now."""
        return Kept(*self._until_ms.values())

    def look(self, table: Table, rows: Rows) -> None:
        """Look at rows of `retired_intervals` or `retired_runs`, before any is taken."""
        with self._database.reading() as connection:
            kept = kept_since(connection, self._org_id)
            self._until_ms[table.name] = self._told_until_ms(connection, table, rows, kept)

    def take(self, table: Table, rows: Rows) -> int:
        """Take those that are new, in one transaction; return how many there were."""

        def work(connection: Connection) -> tuple[int, int, int]:
            # Nobody stores rows meanwhile: a day without a sum has none until the end.
            kept = kept_since(connection, self._org_id, is_alone=True)
            until_ms = self._told_until_ms(connection, table, rows, kept)
            new, untold = _split(connection, table, rows)
            taken = [row for row in new if _start_ms(row) < until_ms]
            if taken:
                connection.execute(insert(table), [dict(row) for row in taken])
                _add(connection, table, taken)
            return len(taken), len(new) - len(taken) + len(untold), until_ms

        count, left_out, self._until_ms[table.name] = self._database.write(work)
        self.left_out += left_out
        return count

    def _told_until_ms(self, connection: Connection, table: Table, rows: Rows, kept: Kept) -> int:
        """Return before which moment all that was looked at can be told, in ms since 1970."""
        # Of before what this hub keeps no row comes in anyway: it need not be told.
        kept_ms = dict(zip(DAILY, kept, strict=True))[table.name]
        days = (_start_ms(row) for row in _split(connection, table, rows)[1])
        until_ms = [self._until_ms[table.name], *(day for day in days if day >= kept_ms)]
        return max(kept_ms, min(until_ms))


def _add(connection: Connection, table: Table, rows: Iterable[Mapping[str, Any]]) -> None:
    sums = sorted(map(row_of(DAILY[table.name]), rows))
    if table is retired_runs:
        add_runs(connection, sums)
    else:
        add_up(connection, daily_intervals, sums)


def _split(connection: Connection, table: Table, rows: Rows) -> tuple[Rows, Rows]:
    """Return the rows that are new, and those of which it cannot be told."""
    names = [column.name for column in table.primary_key.columns]
    keys = [tuple(row[name] for name in names) for row in rows]
    here = {tuple(row[name] for name in names): row for row in _found(connection, table, keys)}
    daily = DAILY[table.name]
    summed = {tuple(row[name] for name in names) for row in _found(connection, daily, keys)}
    new, untold = [], []
    for key, row in zip(keys, rows, strict=True):
        if key not in here and key not in summed:
            new.append(row)
        elif key not in here or any(row[name] != value for name, value in here[key].items()):
            untold.append(row)
    return new, untold


def _found(
    connection: Connection, table: Table, keys: Sequence[tuple[Any, ...]]
) -> list[Mapping[str, Any]]:
    its = tuple_(*table.primary_key.columns)
    found = connection.execute(select(table).where(its.in_(keys)))
    return [dict(row) for row in found.mappings()]


def _start_ms(row: Mapping[str, Any]) -> int:
    return int(row["day"]) * MS_PER_DAY
