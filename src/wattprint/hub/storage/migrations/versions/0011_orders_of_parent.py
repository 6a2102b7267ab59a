"""Runs of one parent by duration, energy, emissions and project: found at once in any sweep."""

from alembic import op
from sqlalchemy import text

revision = "0011"
down_revision = "0010"

_ORDERS = {
    "duration": ["duration_ms", "project_id"],
    "energy": ["it_j", "project_id"],
    "emissions": ["location_ug", "project_id"],
    "project": ["project_id", "started_at_ms"],
}


def upgrade() -> None:
    """Make the indexes."""
    for order, columns in _ORDERS.items():
        op.create_index(
            f"runs_of_parent_by_{order}",
            "runs",
            ["org_id", "parent_id", *columns, "run_id"],
            sqlite_where=text("parent_id IS NOT NULL"),
            postgresql_where=text("parent_id IS NOT NULL"),
        )


def downgrade() -> None:
    """Drop them."""
    for order in _ORDERS:
        op.drop_index(f"runs_of_parent_by_{order}", "runs")
