"""Since when an organisation's single rows are kept: what is older may be in the sums already."""

from typing import NamedTuple

from sqlalchemy import Connection, insert, select

from wattprint.hub.storage.job_tables import retention


class Kept(NamedTuple):
    """Moments before which single rows were deleted [ms since 1970]; 0 for never."""

    intervals_until_ms: int = 0
    runs_until_ms: int = 0


def keep_all(connection: Connection, org_id: str) -> None:
    """Make a new organisation's row: a row that is not there could not be held by `kept_since`."""
    connection.execute(insert(retention), {"org_id": org_id, **Kept()._asdict()})


def kept_since(connection: Connection, org_id: str, *, is_alone: bool = False) -> Kept:
    """Return it; nobody moves it until the transaction ends.

    Args:
        connection: The transaction.
        org_id: The tenant.
        is_alone: Whether nobody stores rows of the tenant until then, either.
    """
    its = retention.c
    statement = select(its.intervals_until_ms, its.runs_until_ms).where(its.org_id == org_id)
    row = connection.execute(statement.with_for_update(read=not is_alone)).first()
    return Kept() if row is None else Kept(*row)
