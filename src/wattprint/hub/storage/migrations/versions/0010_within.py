"""Runs that are measured within another one, which no sum counts twice.

Records did not say so until now: runs that are there have null, and count as they did.
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
    """Drop both."""
    op.drop_index("runs_within", "runs")
    op.drop_column("runs", "within_id")
