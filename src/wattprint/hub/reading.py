"""What is read of a tenant's runs: lists by pages, and single runs."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import and_, literal, or_, select

from wattprint.hub.cursors import foreign, packed, unpacked
from wattprint.hub.storage.database import Database
from wattprint.hub.storage.note_tables import run_tags
from wattprint.hub.storage.schema import (
    FIGURES,
    READINGS,
    TIMED,
    footprints,
    intervals,
    projects,
    runs,
)

FIELDS = (
    *("id", "project", "name", "stage", "outcome", "parent", "zone", "region", "hardware"),
    *("started_at_ms", "duration_ms", *READINGS, *FIGURES, *TIMED),
    *("factor_set_version", "factor_set_sha256", "received_at_ms"),
)
"""Fields of a run in a list."""
_COLUMNS = {"id": "run_id", "project": "project_id", "parent": "parent_id"}


class Page(NamedTuple):
    """A part of a list."""

    rows: list[dict[str, Any]]
    next_cursor: str | None
    """What asks for the next part; None at the end."""


class RunsAsked(NamedTuple):
    """Which runs are asked for."""

    project: str | None = None
    team: str | None = None
    stage: str | None = None
    outcome: str | None = None
    zone: str | None = None
    hardware: str | None = None
    tag: str | None = None
    since_ms: int | None = None
    until_ms: int | None = None
    sort: str = "-started_at_ms"
    limit: int = 100
    cursor: str | None = None
    fields: tuple[str, ...] = FIELDS


def column_of(field: str) -> str:
    """Return the column of a field."""
    return _COLUMNS.get(field, field)


def list_runs(database: Database, org_id: str, asked: RunsAsked) -> Page:
    """Return a page of runs, found by the key of the last one and not by counting rows.

    Raises:
        InputError: The cursor is none of this list.
    """
    columns = [runs.c[column_of(name)].label(name) for name in asked.fields]
    place = [runs.c.started_at_ms, runs.c.project_id, runs.c.run_id]
    is_descending = asked.sort.startswith("-")
    statement = select(*columns, *(c.label(f"_{i}") for i, c in enumerate(place)))
    statement = statement.where(runs.c.org_id == org_id, *_filters(org_id, asked))
    if asked.cursor is not None:
        statement = statement.where(_after(place, _cursor(asked), is_descending=is_descending))
    order = [column.desc() if is_descending else column.asc() for column in place]
    with database.reading() as connection:
        found = connection.execute(statement.order_by(*order).limit(asked.limit + 1)).mappings()
        rows = [dict(row) for row in found]
    is_more = len(rows) > asked.limit
    last = [[row.pop(f"_{i}") for i in range(3)] for row in rows]
    at = packed([asked.sort, *last[asked.limit - 1]]) if is_more else None
    return Page(rows[: asked.limit], at)


def _filters(org_id: str, asked: RunsAsked) -> list[Any]:
    conditions = [
        runs.c[column] == wanted
        for column, wanted in (
            ("project_id", asked.project),
            ("stage", asked.stage),
            ("outcome", asked.outcome),
            ("zone", asked.zone),
            ("hardware", asked.hardware),
        )
        if wanted is not None
    ]
    if asked.team is not None:
        conditions.append(runs.c.project_id.in_(projects_of_team(org_id, asked.team)))
    if asked.tag is not None:
        conditions.append(is_tagged(asked.tag))
    if asked.since_ms is not None:
        conditions.append(runs.c.started_at_ms >= asked.since_ms)
    if asked.until_ms is not None:
        conditions.append(runs.c.started_at_ms < asked.until_ms)
    return conditions


def projects_of_team(org_id: str, team: str) -> Any:
    """Return the select of a team's projects."""
    its = projects.c
    return select(its.project_id).where(its.org_id == org_id, its.team_id == team)


def is_tagged(tag: str) -> Any:
    """Return the condition that a run has a tag."""
    its = run_tags.c
    of_run = (its[name] == runs.c[name] for name in ("org_id", "project_id", "run_id"))
    return select(its.tag).where(*of_run, its.tag == tag).exists()


def _after(place: Sequence[Any], key: Sequence[Any], *, is_descending: bool) -> Any:
    """Return the condition of rows behind a key, in the order of the list."""
    alternatives = []
    for i, column in enumerate(place):
        behind = column < literal(key[i]) if is_descending else column > literal(key[i])
        same = [place[j] == key[j] for j in range(i)]
        alternatives.append(and_(*same, behind))
    return or_(*alternatives)


def _cursor(asked: RunsAsked) -> Sequence[Any]:
    text = asked.cursor or ""
    try:
        sort, started_at_ms, project, run = unpacked(text)
        is_ours = sort == asked.sort and isinstance(project, str) and isinstance(run, str)
        is_ours = is_ours and type(started_at_ms) is int and abs(started_at_ms) < 2**63
        is_ours = is_ours and "\0" not in project + run and (project + run).isprintable()
    except (ValueError, TypeError):
        is_ours = False
    if not is_ours:
        raise foreign(text)
    return started_at_ms, project, run


def find_run(
    database: Database, org_id: str, run_id: str, project: str | None
) -> list[dict[str, Any]]:
    """Return a run with its record and footprints; several if projects share its id."""
    statement = select(runs).where(runs.c.org_id == org_id, runs.c.run_id == run_id)
    if project is not None:
        statement = statement.where(runs.c.project_id == project)
    with database.reading() as connection:
        found = [dict(row) for row in connection.execute(statement.limit(2)).mappings()]
        if len(found) == 1:
            found[0]["footprints"] = _footprints(connection, found[0])
    return found


def projects_of(database: Database, org_id: str, run_id: str) -> list[str]:
    """Return the projects that have a run of an id; most often one."""
    statement = select(runs.c.project_id).where(runs.c.org_id == org_id, runs.c.run_id == run_id)
    with database.reading() as connection:
        return list(connection.scalars(statement.order_by(runs.c.project_id).limit(1000)))


def _footprints(connection: Any, run: Mapping[str, Any]) -> list[dict[str, Any]]:
    of_run = [footprints.c[name] == run[name] for name in ("org_id", "project_id", "run_id")]
    statement = select(
        footprints.c.factor_set_version,
        footprints.c.factor_set_sha256,
        footprints.c.document,
        footprints.c.received_at_ms,
    )
    order = footprints.c.received_at_ms, footprints.c.factor_set_sha256
    found = connection.execute(statement.where(*of_run).order_by(*order)).mappings()
    return [dict(row) for row in found]


def list_intervals(
    database: Database, of: tuple[str, str, str], after: tuple[str, int] | None, limit: int
) -> list[dict[str, Any]]:
    """Return readings of a run, device by device.

    Args:
        database: The hub's database.
        of: Tenant, project and run.
        after: Device and start of the last reading that is known.
        limit: How many at most.
    """
    its = intervals.c
    statement = select(its.device_id.label("device"), its.start_ms, its.end_ms, its.energy_uj)
    statement = statement.where(its.org_id == of[0], its.project_id == of[1], its.run_id == of[2])
    if after is not None:
        is_behind = and_(its.device_id == after[0], its.start_ms > after[1])
        statement = statement.where(or_(its.device_id > after[0], is_behind))
    statement = statement.order_by(its.device_id, its.start_ms).limit(limit)
    with database.reading() as connection:
        return [dict(row) for row in connection.execute(statement).mappings()]
