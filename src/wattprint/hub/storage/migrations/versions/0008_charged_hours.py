"""Energy that is charged by its own hours, and what they saved: of runs, and in all their sums.

Written out, not taken from `schema.py`: that changes, and this step does not. Until now every
footprint was charged at the year's mean, so that nothing of it is lost: runs that are there have
null, and count as charged so.
"""

from alembic import op
from sqlalchemy import BigInteger, Column

revision = "0008"
down_revision = "0007"
_OF_RUNS = ("timed_j", "cleaner_j", "saved_ug")
_ROLL_UPS = ("daily_runs", "monthly_runs", "retired_runs")
_WITHOUT = "runs_without_hours"


def upgrade() -> None:
    """Add the columns."""
    for name in _OF_RUNS:
        op.add_column("runs", Column(name, BigInteger, nullable=True))
    for table in _ROLL_UPS:
        for name in (_WITHOUT, *_OF_RUNS):
            column = Column(name, BigInteger, nullable=False, server_default="0")
            op.add_column(table, column)
        op.execute(f"UPDATE {table} SET {_WITHOUT} = runs")
        if op.get_bind().dialect.name != "sqlite":  # which cannot take a default away again
            for name in (_WITHOUT, *_OF_RUNS):
                op.alter_column(table, name, server_default=None)


def downgrade() -> None:
    """Drop them."""
    for table in _ROLL_UPS:
        for name in (*_OF_RUNS, _WITHOUT):
            op.drop_column(table, name)
    for name in _OF_RUNS:
        op.drop_column("runs", name)
