"""Runs that failed are found in the indexes of time, and the projects of an id in that of ids."""

from alembic import op

revision = "0012"
down_revision = "0011"

_WIDENED = {
    "runs_by_start": (["org_id", "started_at_ms", "project_id", "run_id"], "outcome"),
    "runs_of_project_by_start": (["org_id", "project_id", "started_at_ms", "run_id"], "outcome"),
    "runs_by_id": (["org_id", "run_id"], "project_id"),
}


def upgrade() -> None:
    """Widen the indexes: no row has to be read to see the one column more."""
    for name, (columns, added) in _WIDENED.items():
        op.drop_index(name, "runs")
        op.create_index(name, "runs", [*columns, added])


def downgrade() -> None:
    """Make them as they were."""
    for name, (columns, _) in _WIDENED.items():
        op.drop_index(name, "runs")
        op.create_index(name, "runs", columns)
