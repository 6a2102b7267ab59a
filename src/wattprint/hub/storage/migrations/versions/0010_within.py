"""Runs that are measured within another one, which no sum counts twice.

Records did not say so until now: runs that are there have null, and count as they did. Backwards
they stay out of the sums, as runs that are excluded for that reason.
"""

from alembic import op
from sqlalchemy import Column, Text, text

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the column, and the index that finds the few that have it."""
    op.add_column("runs", Column("within_id", Text, nullable=True))
    op.create_index(
        "runs_within",
        "runs",
        ["org_id", "day", "project_id"],
        sqlite_where=text("within_id IS NOT NULL"),
        postgresql_where=text("within_id IS NOT NULL"),
    )


def downgrade() -> None:
    """Exclude these runs, and drop both."""
    op.execute(
        "INSERT INTO exclusions (org_id, project_id, run_id, reason, user_id, at_ms) "
        "SELECT org_id, project_id, run_id, 'measured within ' || within_id, 'wattprint', "
        "received_at_ms FROM runs WHERE within_id IS NOT NULL AND NOT EXISTS ("
        "SELECT 1 FROM exclusions e WHERE e.org_id = runs.org_id "
        "AND e.project_id = runs.project_id AND e.run_id = runs.run_id)"
    )
    op.drop_index("runs_within", "runs")
    op.drop_column("runs", "within_id")
