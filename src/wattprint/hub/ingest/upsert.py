"""Roll-ups: what a transaction adds to the sums of each day and month."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.exc import DBAPIError

from wattprint.hub.periods import month_of
from wattprint.hub.storage.bulk import Rows, upsert
from wattprint.hub.storage.errors import SumsTooLargeError
from wattprint.hub.storage.schema import DAY_KEY, daily_runs, monthly_runs

LARGEST_SUM = 9 * 10**18
"""Of joules, micrograms or milliseconds: a BIGINT holds a little more."""
_OUT_OF_RANGE = "22003"
"""PostgreSQL's SQLSTATE of a number that is too large for its column."""
_DAY = DAY_KEY.index("day")
Key = tuple[Any, ...]


class Deltas:
    """What the runs of a batch add to the sums of their days.

    A run that is measured within another one is in the sums by that one, and adds nothing.

    Args:
        counted: Names of counts, each by the column whose rows without a value it counts.
        summed: Columns that are added up.
    """

    def __init__(self, counted: Mapping[str, str], summed: Sequence[str]) -> None:
        self._nulls = [summed.index(column) for column in counted.values()]
        self._summed = itemgetter(*summed)
        self._added: dict[Key, list[tuple[Any, ...]]] = {}
        self._taken: dict[Key, list[tuple[Any, ...]]] = {}

    def add(self, key: Key, row: Mapping[str, Any]) -> None:
        """Add a run to its day."""
        if row["within_id"] is None:
            self._added.setdefault(key, []).append(self._summed(row))

    def take(self, key: Key, row: Mapping[str, Any]) -> None:
        """Take a run away from its day."""
        if row["within_id"] is None:
            self._taken.setdefault(key, []).append(self._summed(row))

    def rows(self) -> list[Key]:
        """Return for each day, in the order of their keys: key, runs, counts, sums."""
        totals = {key: self._total(runs) for key, runs in self._added.items()}
        for key, runs in self._taken.items():
            taken = self._total(runs)
            before = totals.get(key, (0,) * len(taken))
            totals[key] = tuple(a - b for a, b in zip(before, taken, strict=True))
        return [(*key, *totals[key]) for key in sorted(totals)]

    def _total(self, runs: Sequence[tuple[Any, ...]]) -> tuple[int, ...]:
        columns = list(zip(*runs, strict=True))
        counts = [columns[i].count(None) for i in self._nulls]
        return (len(runs), *counts, *(sum(filter(None, column)) for column in columns))


def add_runs(connection: Connection, days: Sequence[Key]) -> None:
    """Add to the sums of days, and of their months.

    Args:
        connection: The transaction that changes the runs.
        days: Rows of `daily_runs`, in the order of their keys.
    """
    add_up(connection, daily_runs, days)
    add_up(connection, monthly_runs, _months(days))


def _months(days: Iterable[Key]) -> list[Key]:
    """Return rows of months from rows of days."""
    length = len(DAY_KEY)
    months: dict[Key, list[Key]] = {}
    for row in days:
        key = (*row[:_DAY], month_of(row[_DAY]), *row[_DAY + 1 : length])
        months.setdefault(key, []).append(row[length:])
    return [(*key, *map(sum, zip(*months[key], strict=True))) for key in sorted(months)]


def add_up(connection: Connection, table: Table, rows: Rows) -> None:
    """Add rows to a table of sums.

    Args:
        connection: A transaction that writes.
        table: Its sums are all columns but those of its key, which come first.
        rows: What is added, in the order of their keys.

    Raises:
        SumsTooLargeError: A sum would be beyond `LARGEST_SUM`; the transaction must not go on.
    """
    changes, is_held, length = _adding(table)
    if any(abs(value) > LARGEST_SUM for row in rows for value in row[length:]):
        raise _too_large(table)
    try:
        count = upsert(connection, table, rows, changes, is_held)
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) == _OUT_OF_RANGE:
            raise _too_large(table) from error
        raise
    if count < len(rows):
        raise _too_large(table)


@lru_cache(maxsize=16)
def _adding(table: Table) -> tuple[dict[str, str], str, int]:
    """Return each sum's new value, the condition that all are held, and the key's length.

    A sum beyond 64 bits would silently become an inexact number on SQLite.
    """
    keys = [column.name for column in table.primary_key.columns]
    sums = [name for name in table.columns.keys() if name not in keys]  # noqa: SIM118 - no mapping
    changes = {name: f'"{table.name}"."{name}" + excluded."{name}"' for name in sums}
    held = f"BETWEEN -{LARGEST_SUM} AND {LARGEST_SUM}"
    return changes, " AND ".join(f"({sum_}) {held}" for sum_ in changes.values()), len(keys)


def _too_large(table: Table) -> SumsTooLargeError:
    what = "month" if table is monthly_runs else "day"
    return SumsTooLargeError(
        f"the sums of a project and {what} would exceed what they hold, {LARGEST_SUM:,} of a "
        "unit; nothing was stored."
    )
