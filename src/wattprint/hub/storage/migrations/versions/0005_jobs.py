"""Jobs, retention, and ranks that say how often the hub has computed a footprint anew.

Written out, not taken from `job_tables.py`: that changes, and this step does not.
"""

from collections.abc import Sequence

from alembic import op
from sqlalchemy import BigInteger, Column, Index, Text

revision = "0005"
down_revision = "0004"

_FIGURES = (
    *("it_j", "it_low_j", "it_high_j", "facility_j", "facility_low_j", "facility_high_j"),
    *("location_ug", "location_low_ug", "location_high_ug"),
    *("market_ug", "market_low_ug", "market_high_ug"),
    *("embodied_ug", "embodied_low_ug", "embodied_high_ug"),
)
_READINGS = ("accelerator_j", "cpu_j", "memory_j")
_LACKING = ("energy", "facility", "location", "market", "embodied")
_TABLES = ("jobs", "retention", "retired_intervals", "retired_runs")
_RANKED = ("runs", "footprints")
_BEFORE = 39
"""Letters of a rank before the number of computings: whether it ended, duration, version."""


def upgrade() -> None:
    """Make the tables; no footprint so far was computed by the hub."""
    op.create_table(
        "jobs",
        *_keys("org_id", "job_id"),
        *_texts("kind", "state", "arguments", "user_id", "token_id"),
        *_wholes("done"),
        *_wholes("total", nullable=True),
        *_wholes("created_at_ms"),
        *_wholes("started_at_ms", "ended_at_ms", nullable=True),
        *_texts("worker"),
        *_wholes("beat", "attempts", "is_cancelled"),
        *_texts("result", "error", nullable=True),
        Index("jobs_by_time", "org_id", "created_at_ms", "job_id"),
    )
    op.create_table("retention", *_keys("org_id"), *_wholes("intervals_until_ms", "runs_until_ms"))
    op.create_table(
        "retired_intervals",
        *_keys("org_id", "project_id"),
        _day(),
        *_wholes("intervals", "covered_ms", "energy_j", "energy_rest_uj"),
    )
    op.create_table(
        "retired_runs",
        *_keys("org_id", "project_id"),
        _day(),
        *_keys("outcome", "zone", "hardware"),
        *_wholes("runs", *(f"runs_without_{name}" for name in _LACKING)),
        *_wholes("duration_ms", *_READINGS, *_FIGURES),
    )
    for name in _RANKED:
        op.execute(
            f"UPDATE {name} SET rank = substr(rank, 1, {_BEFORE}) || '000000' "
            f"|| substr(rank, {_BEFORE + 1})"
        )


def downgrade() -> None:
    """Drop them; the sums of days keep what they count of rows that are gone."""
    for name in _RANKED:
        op.execute(
            f"UPDATE {name} SET rank = substr(rank, 1, {_BEFORE}) || substr(rank, {_BEFORE + 7})"
        )
    for name in reversed(_TABLES):
        op.drop_table(name)


def _day() -> "Column[int]":
    return Column("day", BigInteger, primary_key=True, autoincrement=False)


def _keys(*names: str) -> Sequence["Column[str]"]:
    return [Column(name, Text, primary_key=True) for name in names]


def _texts(*names: str, nullable: bool = False) -> Sequence["Column[str]"]:
    return [Column(name, Text, nullable=nullable) for name in names]


def _wholes(*names: str, nullable: bool = False) -> Sequence["Column[int]"]:
    return [Column(name, BigInteger, nullable=nullable) for name in names]
