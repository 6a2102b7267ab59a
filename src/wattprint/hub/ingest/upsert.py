"""Roll-ups: what a transaction adds to the sums of each day."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table

from wattprint.hub.storage.bulk import upsert


class Deltas:
    """What the runs of a batch add to the sums of their days.

    Args:
        counted: Names of counts, each by the column whose rows without a value it counts.
        summed: Columns that are added up.
    """

    def __init__(self, counted: Mapping[str, str], summed: Sequence[str]) -> None:
        self._counted = counted
        self._summed = summed
        self._rows: dict[tuple[Any, ...], dict[str, Any]] = {}

    def add(self, key: Mapping[str, Any], row: Mapping[str, Any], sign: int) -> None:
        """Add a run to its day, or take it away (`sign` -1)."""
        sums = self._rows.get(tuple(key.values()))
        if sums is None:
            zeros = dict.fromkeys(("runs", *self._counted, *self._summed), 0)
            sums = self._rows[tuple(key.values())] = {**key, **zeros}
        sums["runs"] += sign
        for count, column in self._counted.items():
            if row[column] is None:
                sums[count] += sign
        for column in self._summed:
            amount = row[column]
            if amount:
                sums[column] += sign * amount

    def rows(self) -> list[dict[str, Any]]:
        """Return what is added to each day, in the order of their keys."""
        return [self._rows[key] for key in sorted(self._rows)]


def add_up(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add rows to a table of sums."""
    keys = [column.name for column in table.primary_key.columns]
    sums = [name for name in table.columns.keys() if name not in keys]  # noqa: SIM118 - no mapping
    changes = {name: f'"{table.name}"."{name}" + excluded."{name}"' for name in sums}
    upsert(connection, table, rows, changes)
