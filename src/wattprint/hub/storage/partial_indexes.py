"""Indexes of the few runs that have something to do with others: all others cost nothing more."""

from sqlalchemy import Index

from wattprint.hub.storage.schema import runs


def _of_parent(name: str, *order: str) -> Index:
    """Return the index by which the runs of a parent are found in an order."""
    return Index(
        name,
        *(runs.c[column] for column in ("org_id", "parent_id", *order, "run_id")),
        sqlite_where=runs.c.parent_id.is_not(None),
        postgresql_where=runs.c.parent_id.is_not(None),
    )


runs_of_parent = _of_parent("runs_of_parent", "started_at_ms", "project_id")
"""Runs of a sweep: those that name the same parent, the newest last."""

runs_of_parent_by_project = _of_parent("runs_of_parent_by_project", "project_id", "started_at_ms")
"""Likewise of one project, where several share a sweep."""

runs_of_parent_by_duration = _of_parent("runs_of_parent_by_duration", "duration_ms", "project_id")
runs_of_parent_by_energy = _of_parent("runs_of_parent_by_energy", "it_j", "project_id")
runs_of_parent_by_emissions = _of_parent("runs_of_parent_by_emissions", "location_ug", "project_id")

runs_within = Index(
    "runs_within",
    *(runs.c[name] for name in ("org_id", "day", "project_id")),
    sqlite_where=runs.c.within_id.is_not(None),
    postgresql_where=runs.c.within_id.is_not(None),
)
"""Runs that are measured within another one."""
