"""The first tables.

Written out, not taken from `schema.py`: that changes, and this step does not.
"""

from collections.abc import Sequence

from alembic import op
from sqlalchemy import BigInteger, Column, Index, Text

revision = "0001"
down_revision = None

_FIGURES = (
    *("it_j", "it_low_j", "it_high_j", "facility_j", "facility_low_j", "facility_high_j"),
    *("location_ug", "location_low_ug", "location_high_ug"),
    *("market_ug", "market_low_ug", "market_high_ug"),
    *("embodied_ug", "embodied_low_ug", "embodied_high_ug"),
)
_READINGS = ("accelerator_j", "cpu_j", "memory_j")
_LACKING = ("energy", "facility", "location", "market", "embodied")
_TABLES = (
    *("organisations", "users", "memberships", "tokens", "teams", "projects"),
    *("runs", "footprints", "intervals", "daily_runs", "daily_intervals", "audit"),
)


def upgrade() -> None:
    """Make the tables."""
    _people()
    _work()
    _sums()
    op.create_table(
        "audit",
        *_keys("org_id", "event_id"),
        *_wholes("at_ms"),
        *_texts("token_id", "user_id", "action", "subject", "detail"),
        Index("audit_by_time", "org_id", "at_ms", "event_id"),
    )


def downgrade() -> None:
    """Drop the tables with all that is in them."""
    for name in reversed(_TABLES):
        op.drop_table(name)


def _people() -> None:
    op.create_table("organisations", *_keys("org_id"), *_texts("name"), *_wholes("created_at_ms"))
    op.create_table(
        "users", *_keys("org_id", "user_id"), *_texts("name"), *_wholes("created_at_ms")
    )
    op.create_table(
        "memberships", *_keys("org_id", "user_id"), *_texts("role"), *_wholes("created_at_ms")
    )
    op.create_table(
        "tokens",
        *_keys("org_id", "token_id"),
        *_texts("user_id", "name", "scopes", "secret_hash"),
        *_wholes("created_at_ms"),
        *_wholes("revoked_at_ms", "last_used_at_ms", nullable=True),
    )
    op.create_table(
        "teams", *_keys("org_id", "team_id"), *_texts("name"), *_wholes("created_at_ms")
    )
    op.create_table(
        "projects",
        *_keys("org_id", "project_id"),
        *_texts("team_id", nullable=True),
        *_wholes("created_at_ms"),
    )


def _work() -> None:
    op.create_table(
        "runs",
        *_keys("org_id", "project_id", "run_id"),
        *_texts("name"),
        *_texts("stage", nullable=True),
        *_texts("outcome"),
        *_texts("parent_id", "zone", "region", "hardware", nullable=True),
        *_wholes("started_at_ms", "day", "duration_ms"),
        *_wholes(*_READINGS, *_FIGURES, nullable=True),
        *_texts("factor_set_version", "factor_set_sha256", nullable=True),
        *_texts("rank", "record"),
        *_wholes("received_at_ms"),
        Index("runs_by_start", "org_id", "started_at_ms", "project_id", "run_id"),
        Index("runs_of_project_by_start", "org_id", "project_id", "started_at_ms", "run_id"),
        Index("runs_by_id", "org_id", "run_id"),
    )
    op.create_table(
        "footprints",
        *_keys("org_id", "project_id", "run_id", "factor_set_sha256"),
        *_texts("factor_set_version", "rank", "document"),
        *_wholes("received_at_ms"),
    )
    op.create_table(
        "intervals",
        *_keys("org_id", "project_id", "run_id", "device_id"),
        _whole_key("start_ms"),
        *_wholes("end_ms", "energy_uj"),
        sqlite_with_rowid=False,
    )


def _sums() -> None:
    op.create_table(
        "daily_runs",
        *_keys("org_id", "project_id"),
        _whole_key("day"),
        *_keys("outcome", "zone", "hardware"),
        *_wholes("runs", *(f"runs_without_{name}" for name in _LACKING)),
        *_wholes("duration_ms", *_READINGS, *_FIGURES),
    )
    op.create_table(
        "daily_intervals",
        *_keys("org_id", "project_id"),
        _whole_key("day"),
        *_wholes("intervals", "covered_ms", "energy_j", "energy_rest_uj"),
    )


def _keys(*names: str) -> Sequence["Column[str]"]:
    return [Column(name, Text, primary_key=True) for name in names]


def _whole_key(name: str) -> "Column[int]":
    return Column(name, BigInteger, primary_key=True, autoincrement=False)


def _texts(*names: str, nullable: bool = False) -> Sequence["Column[str]"]:
    return [Column(name, Text, nullable=nullable) for name in names]


def _wholes(*names: str, nullable: bool = False) -> Sequence["Column[int]"]:
    return [Column(name, BigInteger, nullable=nullable) for name in names]
