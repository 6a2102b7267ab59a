"""Runs of one parent by duration, energy and emissions: a sweep's dearest are found at once."""

from alembic import op
from sqlalchemy import text

revision = "0011"
down_revision = "0010"

_ORDERS = {"duration": "duration_ms", "energy": "it_j", "emissions": "location_ug"}


def upgrade() -> None:
    """Make the indexes."""
    for order, column in _ORDERS.items():
        op.create_index(
            f"runs_of_parent_by_{order}",
            "runs",
            ["org_id", "parent_id", column, "project_id", "run_id"],
            sqlite_where=text("parent_id IS NOT NULL"),
            postgresql_where=text("parent_id IS NOT NULL"),
        )


def downgrade() -> None:
    """Drop them."""
    for order in _ORDERS:
        op.drop_index(f"runs_of_parent_by_{order}", "runs")
