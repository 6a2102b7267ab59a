"""Indexes of the few runs that have something to do with others: all others cost nothing more."""

from sqlalchemy import Index

from wattprint.hub.storage.schema import runs

runs_of_parent = Index(
    "runs_of_parent",
    *(runs.c[name] for name in ("org_id", "parent_id", "started_at_ms", "project_id", "run_id")),
    sqlite_where=runs.c.parent_id.is_not(None),
    postgresql_where=runs.c.parent_id.is_not(None),
)
"""Runs of a sweep: those that name the same parent, the newest last."""

runs_within = Index(
    "runs_within",
    *(runs.c[name] for name in ("org_id", "day", "project_id")),
    sqlite_where=runs.c.within_id.is_not(None),
    postgresql_where=runs.c.within_id.is_not(None),
)
"""Runs that are measured within another one."""
