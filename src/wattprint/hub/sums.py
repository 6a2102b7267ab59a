"""Sums over a tenant's runs and readings, however many there are: from roll-ups alone.

A stretch of days is whole months, from which the days at its two ends are taken away, or to which
they are added, whichever are fewer: all sums are of whole numbers, so both are exact. Only what is
asked for by the day reads the roll-ups of days.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from operator import add
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, Table, and_, case, func, select
from sqlalchemy.exc import OperationalError

from wattprint.domain.units import MICROJOULES_PER_JOULE
from wattprint.hub.periods import month_of, next_month
from wattprint.hub.reading import projects_of_team
from wattprint.hub.storage.database import Database
from wattprint.hub.storage.schema import (
    COUNTED,
    SUMMED,
    daily_intervals,
    daily_runs,
    monthly_runs,
    projects,
)

SUMS = ("runs", *COUNTED, *SUMMED)
"""What a roll-up adds up."""
GROUPS = ("day", "project", "team", "outcome", "zone", "hardware")
"""What sums are grouped by."""
OTHERS = "\x1e"
"""Stands for all groups beyond those that are told apart: no name has a control character."""
_TOO_LARGE = "integer overflow"
"""What SQLite says of a sum beyond 64 bits; PostgreSQL sums as decimals, which have no end."""
_HALF = 10**9
"""Sums of either half, above and below, end at billions of rows."""
Days = tuple[int, int]
"""The first and the last day, since 1970."""


class Asked(NamedTuple):
    """Which sums are asked for."""

    org_id: str
    by: Sequence[str]
    """Any of `GROUPS`; `month`, told by its first day, in place of `day`; and `is_whole`: whether
    all runs of a roll-up have both energy of the facility and emissions."""
    days: Days
    project: str | None = None
    """Only this project."""
    team: str | None = None
    """Only projects of this team."""
    sums: Sequence[str] = SUMS
    """Which sums, `runs` among them: few are several times as fast as all."""
    told_apart: Mapping[str, Collection[str | None]] = {}
    """For some groups the names that are told apart; all others are `OTHERS`."""


def sums_of_runs(database: Database, asked: Asked) -> list[dict[str, Any]]:
    """Return a row for each group that has runs: its names, null where not known, and its sums."""
    found: dict[tuple[Any, ...], Sequence[int]] = {}
    with database.reading() as connection:
        for part in _parts(asked):
            for key, values in _read(connection, asked, part):
                sums = [part.sign * value for value in values]
                before = found.get(key)
                found[key] = sums if before is None else list(map(add, before, sums))
    names, at = (*asked.by, *asked.sums), asked.sums.index("runs")
    # A zone or hardware that is not known is empty in the tables, and null to whoever asks.
    return [
        dict(
            zip(names, (*(None if name == "" else name for name in key), *found[key]), strict=True)
        )
        for key in sorted(found, key=_place)
        if found[key][at]
    ]


class _Part(NamedTuple):
    """A roll-up's days, and whether they are added or taken away."""

    table: Table
    days: Days
    sign: int = 1


def _parts(asked: Asked) -> Iterator[_Part]:
    first, last = asked.days
    begin, end = month_of(first), month_of(last)
    if "day" in asked.by or begin == end:
        yield _Part(daily_runs, asked.days)
        return
    behind = next_month(end)
    months_from, months_to = begin, end
    # A day may be whole of a month that is not: taken away it would leave another group's sums.
    may_take = "is_whole" not in asked.by
    if first == begin or (may_take and first - begin < next_month(begin) - first):
        yield from _days(begin, first - 1, -1)
    else:
        yield from _days(first, next_month(begin) - 1, 1)
        months_from = next_month(begin)
    if last == behind - 1 or (may_take and behind - last <= last - end):
        yield from _days(last + 1, behind - 1, -1)
    else:
        yield from _days(end, last, 1)
        months_to = end - 1
    if months_from <= months_to:
        yield _Part(monthly_runs, (months_from, months_to))


def _days(first: int, last: int, sign: int) -> Iterator[_Part]:
    if first <= last:
        yield _Part(daily_runs, (first, last), sign)


def _read(
    connection: Connection, asked: Asked, part: _Part
) -> list[tuple[tuple[Any, ...], list[int]]]:
    """Return the groups of a part and their sums, however large these are."""
    count, columns = len(asked.by), [part.table.c[name] for name in asked.sums]
    try:
        rows = connection.execute(_statement(asked, part, columns)).all()
    except OperationalError as error:
        if _TOO_LARGE not in str(error.orig):
            raise
        halves = [half for its in columns for half in (its // _HALF, its % _HALF)]
        rows = connection.execute(_statement(asked, part, halves)).all()
        return [(tuple(row[:count]), _joined(row[count:])) for row in rows]
    # PostgreSQL sums whole numbers as decimals: the same number, of another type.
    return [(tuple(row[:count]), [int(value or 0) for value in row[count:]]) for row in rows]


def _joined(halves: Sequence[int]) -> list[int]:
    """Return sums from those of their high and low halves."""
    pairs = zip(halves[::2], halves[1::2], strict=True)
    return [int(high) * _HALF + int(low) for high, low in pairs]


def _statement(asked: Asked, part: _Part, summed: Sequence[ColumnElement[int]]) -> Select[Any]:
    its = part.table.c
    groups = [_group(asked, part, name).label(f"g{i}") for i, name in enumerate(asked.by)]
    table = _with_team(part.table) if "team" in asked.by else part.table
    statement = select(*groups, *map(func.sum, summed)).select_from(table)
    statement = statement.where(
        its.org_id == asked.org_id, its.day.between(*part.days), its.runs > 0
    )
    if asked.project is not None:
        statement = statement.where(its.project_id == asked.project)
    if asked.team is not None:
        statement = statement.where(its.project_id.in_(projects_of_team(asked.org_id, asked.team)))
    return statement.group_by(*(group.name for group in groups))


def _group(asked: Asked, part: _Part, name: str) -> ColumnElement[Any]:
    its = part.table.c
    if name == "month":
        return its.day if part.table is monthly_runs else _month_of(its.day, part.days)
    if name == "is_whole":
        is_whole = and_(its.runs_without_facility == 0, its.runs_without_location == 0)
        return case((is_whole, 1), else_=0)
    column = {"project": its.project_id, "team": projects.c.team_id}.get(name)
    column = its[name] if column is None else column
    if name not in asked.told_apart:
        return column
    kept = asked.told_apart[name]
    is_kept: ColumnElement[bool] = column.in_([one for one in kept if one is not None])
    if None in kept:
        is_kept = is_kept | column.is_(None) | (column == "")
    return case((is_kept, column), else_=OTHERS)


def _month_of(day: ColumnElement[int], days: Days) -> ColumnElement[int]:
    """Return the month of a day of a stretch: days within one month, or by its ends."""
    first, last = days
    return case((day >= month_of(last), month_of(last)), else_=month_of(first))


def _with_team(table: Any) -> Any:
    is_same = and_(projects.c.org_id == table.c.org_id, projects.c.project_id == table.c.project_id)
    return table.outerjoin(projects, is_same)


def _place(key: Sequence[Any]) -> list[tuple[bool, Any]]:
    """Order groups by their names, those of no name first."""
    return [(name not in (None, ""), "" if name is None else name) for name in key]


def sums_of_readings(
    database: Database, org_id: str, days: Days, project: str | None = None
) -> list[dict[str, Any]]:
    """Return sums over raw intervals, of each project and day."""
    its = daily_intervals.c
    statement = select(daily_intervals).where(its.org_id == org_id, its.day.between(*days))
    if project is not None:
        statement = statement.where(its.project_id == project)
    with database.reading() as connection:
        found = connection.execute(statement.order_by(its.project_id, its.day))
        return [
            {
                "project": row.project_id,
                "day": row.day,
                "intervals": row.intervals,
                "covered_ms": row.covered_ms,
                "energy_uj": row.energy_j * MICROJOULES_PER_JOULE + row.energy_rest_uj,
            }
            for row in found
        ]
