"""Tags, notes and exclusions of runs; lists of runs by size.

Written out, not taken from `note_tables.py`: that changes, and this step does not.
"""

from collections.abc import Sequence

from alembic import op
from sqlalchemy import BigInteger, Column, Index, Text

revision = "0004"
down_revision = "0003"

_TABLES = ("run_tags", "run_notes", "exclusions")
_ORDERS = {"duration": "duration_ms", "energy": "it_j", "emissions": "location_ug"}


def upgrade() -> None:
    """Make the tables and indexes."""
    op.create_table(
        "run_tags",
        *_keys("tag"),
        *_said(),
        Index("run_tags_by_tag", "org_id", "tag", "project_id", "run_id"),
    )
    op.create_table(
        "run_notes",
        *_keys("note_id"),
        Column("number", BigInteger, nullable=False),
        Column("edits_id", Text, nullable=True),
        Column("text", Text, nullable=False),
        *_said(),
    )
    op.create_table("exclusions", *_keys(), Column("reason", Text, nullable=False), *_said())
    for name, column in _ORDERS.items():
        op.create_index(f"runs_by_{name}", "runs", ["org_id", column, "project_id", "run_id"])


def downgrade() -> None:
    """Drop them."""
    for name in _ORDERS:
        op.drop_index(f"runs_by_{name}", "runs")
    for name in reversed(_TABLES):
        op.drop_table(name)


def _keys(*more: str) -> Sequence["Column[str]"]:
    names = ("org_id", "project_id", "run_id", *more)
    return [Column(name, Text, primary_key=True) for name in names]


def _said() -> Sequence["Column[str] | Column[int]"]:
    return [Column("user_id", Text, nullable=False), Column("at_ms", BigInteger, nullable=False)]
