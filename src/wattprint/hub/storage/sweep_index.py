"""The index that finds the runs of a sweep: those that name the same parent, the newest last."""

from sqlalchemy import Index

from wattprint.hub.storage.schema import runs

runs_of_parent = Index(
    "runs_of_parent",
    *(runs.c[name] for name in ("org_id", "parent_id", "started_at_ms", "project_id", "run_id")),
    sqlite_where=runs.c.parent_id.is_not(None),
    postgresql_where=runs.c.parent_id.is_not(None),
)
"""Partial: a run that is part of none is not in it, and costs nothing more to store."""
