"""Sums of jobs by many sets of their columns at once, in one pass over the jobs.

Sums are whole numbers, so that rows may be added up further without a digit lost: that is how
accounts become projects and teams that only the site names.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from wattprint.accounting.engines.base import Engine
from wattprint.accounting.site import Site
from wattprint.accounting.statements import DIMENSIONS, FOOTPRINTS, QUARTER, SUMS

Keys = tuple[str, ...]
RawRow = dict[str, Any]

COUNTED = {
    "located_jobs": "location_ug",
    "memory_known_jobs": "unused_memory_j",
    "cpu_known_jobs": "unused_cpu_j",
    "load_known_jobs": "idle_accelerator_s",
}
"""Jobs of which a figure is known, and the figure."""
AMOUNTS = ("jobs", *COUNTED, *SUMS)
"""What is added up in every row."""
_INTERNAL = ("kind",)
"""What the summary rolls up by, and people do not."""


def roll_ups(
    engine: Engine, wanted: Collection[Keys], site: Site, source: str = FOOTPRINTS
) -> dict[Keys, list[RawRow]]:
    """Return the sums of jobs by each of some sets of columns.

    Args:
        engine: It holds the figures of the jobs.
        wanted: Sets of columns: of `statements.DIMENSIONS`, or `kind`; () is the sum of all jobs.
        site: Its accounts tell projects and teams of jobs that have none.
        source: Table of the figures.
    """
    named = _NamedByAccount(site)
    asked = {keys: frozenset(named.with_account(keys)) for keys in wanted}
    by_set: dict[frozenset[str], list[RawRow]] = {columns: [] for columns in asked.values()}
    for row in engine.rows(roll_up_all(tuple(by_set), source)):
        by_set[frozenset(name for name in _columns(by_set) if not row[f"in_{name}"])].append(row)
    return {keys: _of_keys(named.named(by_set[asked[keys]]), keys) for keys in wanted}


def roll_up_all(sets: Sequence[Collection[str]], source: str = FOOTPRINTS) -> str:
    """Return the query that adds up jobs by several sets of their columns in one pass."""
    columns = _columns(sets)
    chosen = [f"GROUPING({name}) AS in_{name}, {name}" for name in columns]
    counts = [f"COUNT({figure}) AS {name}" for name, figure in COUNTED.items()]
    sums = [f"SUM({name}) AS {name}" for name in SUMS]
    grouped = ", ".join(f"({', '.join(sorted(columns))})" for columns in sets)
    return "\n".join(
        (
            "SELECT " + ", ".join([*chosen, "COUNT(*) AS jobs", *counts, *sums]),
            f"FROM (SELECT *, {QUARTER} AS quarter FROM {source}) f",
            f"GROUP BY GROUPING SETS ({grouped})",
        )
    )


def _columns(sets: Iterable[Collection[str]]) -> Keys:
    used = {name for columns in sets for name in columns}
    return tuple(name for name in (*DIMENSIONS, *_INTERNAL) if name in used)


def _of_keys(rows: Iterable[RawRow], keys: Keys) -> list[RawRow]:
    """Return rows with these keys and the amounts alone, added up where keys are the same."""
    by_label: dict[tuple[Any, ...], RawRow] = {}
    for row in rows:
        label = tuple(row[key] for key in keys)
        amounts = {name: _whole(row[name]) for name in AMOUNTS}
        by_label[label] = (
            added(by_label[label], amounts)
            if label in by_label
            else {**dict(zip(keys, label, strict=True)), **amounts}
        )
    # What is not known goes last.
    return [by_label[label] for label in sorted(by_label, key=_order)]


def _order(label: tuple[Any, ...]) -> tuple[tuple[bool, Any], ...]:
    return tuple((part is None, "" if part is None else part) for part in label)


def added(row: RawRow, other: Mapping[str, Any]) -> RawRow:
    """Return a row with the amounts of another one added; unknown plus unknown is unknown."""
    return {**row, **{name: _sum(row[name], other[name]) for name in AMOUNTS}}


def _sum(one: int | None, other: int | None) -> int | None:
    return other if one is None else one if other is None else one + other


def _whole(amount: Any) -> int | None:
    return None if amount is None else int(amount)


class _NamedByAccount:
    """Gives jobs the project and team that the site says of their account."""

    def __init__(self, site: Site) -> None:
        self._tables = {"project": site.projects, "team": site.teams}

    def with_account(self, keys: Keys) -> Keys:
        """Return the columns that are needed to name what is asked for."""
        is_named = any(self._tables.get(key) for key in keys)
        return (*keys, "account") if is_named and "account" not in keys else keys

    def named(self, rows: Iterable[RawRow]) -> Iterable[RawRow]:
        """Yield rows with the names filled in where the log has none."""
        for row in rows:
            filled = {
                key: row[key] or table.get(row["account"])
                for key, table in self._tables.items()
                if table and key in row and "account" in row
            }
            yield {**row, **filled}
