"""Sums of runs by months, made of those of days; and days found across projects.

Written out, not taken from `schema.py`: that changes, and this step does not.
"""

from calendar import monthrange
from datetime import date

from alembic import op
from sqlalchemy import BigInteger, Column, Text, text

revision = "0007"
down_revision = "0006"
_KEYS = ("org_id", "project_id", "day", "outcome", "zone", "hardware")
_QUANTITIES = ("it{}_j", "facility{}_j", "location{}_ug", "market{}_ug", "embodied{}_ug")
_SUMS = (
    *("runs", "runs_without_energy", "runs_without_facility", "runs_without_location"),
    *("runs_without_market", "runs_without_embodied"),
    *("duration_ms", "accelerator_j", "cpu_j", "memory_j"),
    *(name.format(bound) for name in _QUANTITIES for bound in ("", "_low", "_high")),
)
_EPOCH = date(1970, 1, 1)


def upgrade() -> None:
    """Make the table, and add up what is there."""
    op.create_table(
        "monthly_runs",
        *(Column(name, _type_of(name), primary_key=True, autoincrement=False) for name in _KEYS),
        *(Column(name, BigInteger, nullable=False) for name in _SUMS),
    )
    op.create_index("daily_runs_by_day", "daily_runs", ["org_id", "day"])
    first, last = op.get_bind().execute(text("SELECT min(day), max(day) FROM daily_runs")).one()
    while first is not None and first <= last:
        first = _add_month(first)


def downgrade() -> None:
    """Drop them."""
    op.drop_index("daily_runs_by_day", "daily_runs")
    op.drop_table("monthly_runs")


def _add_month(day: int) -> int:
    """Add up the month of a day, and return the first day of the next one."""
    at = date.fromordinal(_EPOCH.toordinal() + day)
    first = day - at.day + 1
    behind = first + monthrange(at.year, at.month)[1]
    key = ", ".join(":first" if name == "day" else name for name in _KEYS)
    groups = ", ".join(name for name in _KEYS if name != "day")
    # PostgreSQL sums whole numbers as decimals.
    sums = ", ".join(f"CAST(sum({name}) AS bigint)" for name in _SUMS)
    statement = (
        f"INSERT INTO monthly_runs ({', '.join((*_KEYS, *_SUMS))}) SELECT {key}, {sums} "
        f"FROM daily_runs WHERE day >= :first AND day < :behind GROUP BY {groups}"
    )
    op.get_bind().execute(text(statement), {"first": first, "behind": behind})
    return behind


def _type_of(name: str) -> type:
    return BigInteger if name == "day" else Text
