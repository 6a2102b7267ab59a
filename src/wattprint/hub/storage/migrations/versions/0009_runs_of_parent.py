"""Runs found by the run that they are part of; those that are part of none cost nothing."""

from alembic import op
from sqlalchemy import text

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Make the index."""
    op.create_index(
        "runs_of_parent",
        "runs",
        ["org_id", "parent_id", "started_at_ms", "project_id", "run_id"],
        sqlite_where=text("parent_id IS NOT NULL"),
        postgresql_where=text("parent_id IS NOT NULL"),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_index("runs_of_parent", "runs")
