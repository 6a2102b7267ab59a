"""What is read of a tenant's runs, one by one; `run_list.py` lists them."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import and_, func, or_, select

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
    *("id", "project", "name", "stage", "outcome", "parent", "within"),
    *("zone", "region", "hardware"),
    *("started_at_ms", "duration_ms", *READINGS, *FIGURES, *TIMED),
    *("factor_set_version", "factor_set_sha256", "received_at_ms"),
)
"""Fields of a run in a list."""
_PIECE = 500
"""Ids in one look-up: older SQLites take 999 parameters."""
_MOST_PROJECTS = 100
_COLUMNS = {"id": "run_id", "project": "project_id", "parent": "parent_id", "within": "within_id"}


def column_of(field: str) -> str:
    """Return the column of a field."""
    return _COLUMNS.get(field, field)


def projects_of_team(org_id: str, team: str) -> Any:
    """Return the select of a team's projects."""
    its = projects.c
    return select(its.project_id).where(its.org_id == org_id, its.team_id == team)


def is_tagged(tag: str) -> Any:
    """Return the condition that a run has a tag."""
    its = run_tags.c
    of_run = (its[name] == runs.c[name] for name in ("org_id", "project_id", "run_id"))
    return select(its.tag).where(*of_run, its.tag == tag).exists()


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


def projects_of(
    database: Database, org_id: str, run_id: str, among: Collection[str] | None = None
) -> list[str]:
    """Return the projects that have a run of an id, most often one, and no more than two.

    Args:
        database: The hub's database.
        org_id: The tenant.
        run_id: The run.
        among: Only these projects; None for all.
    """
    statement = select(runs.c.project_id).where(runs.c.org_id == org_id, runs.c.run_id == run_id)
    if among is not None:
        statement = statement.where(runs.c.project_id.in_(among))
    with database.reading() as connection:
        return list(connection.scalars(statement.order_by(runs.c.project_id).limit(2)))


def projects_elsewhere(
    database: Database, org_id: str, project: str, run_ids: Sequence[str]
) -> dict[str, int]:
    """Return how many of some runs each project but one has; at most so many projects."""
    its = runs.c
    counts: Counter[str] = Counter()
    with database.reading() as connection:
        for i in range(0, len(run_ids), _PIECE):
            statement = (
                select(its.project_id, func.count())
                .where(its.org_id == org_id, its.run_id.in_(run_ids[i : i + _PIECE]))
                .where(its.project_id != project)
                .group_by(its.project_id)
                .order_by(its.project_id)
            )
            for name, count in connection.execute(statement.limit(_MOST_PROJECTS)):
                counts[name] += count
    return dict(counts.most_common(_MOST_PROJECTS))


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
