"""What admins look at: members, teams, the audit log, and how the hub fares."""

from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, func, inspect, or_, select, text

from wattprint.domain.errors import InputError
from wattprint.hub.storage.account_tables import identities, passwords, sessions
from wattprint.hub.storage.database import Database
from wattprint.hub.storage.metadata import METADATA
from wattprint.hub.storage.schema import (
    audit,
    daily_intervals,
    memberships,
    monthly_runs,
    projects,
    teams,
    tokens,
    users,
)

MOST = 200
"""Rows of a list on one page."""


class MemberSeen(NamedTuple):
    """A member."""

    user_id: str
    name: str
    role: str
    created_at_ms: int
    has_password: bool
    has_log_in: bool
    """At an OIDC provider."""


class EventsAsked(NamedTuple):
    """Which events of the audit log are asked for; the empty text is any."""

    action: str = ""
    user: str = ""
    since_ms: int | None = None
    until_ms: int | None = None
    cursor: str = ""
    limit: int = 50


class EventsPage(NamedTuple):
    """A part of the audit log, the latest first."""

    events: list[Any]
    next_cursor: str | None


class Health(NamedTuple):
    """How a hub fares, as one organisation may see it."""

    kind: str
    size_bytes: int | None
    """Of the whole database; None where it is not this organisation's to know."""
    revision: str | None
    counts: dict[str, int]
    """Rows of the organisation, by what they are."""
    queue: dict[str, int]
    """Jobs of the organisation, by their state; empty where there are none."""


def list_members(database: Database, org_id: str, *, after: str = "") -> list[MemberSeen]:
    """Return members by name to sign in with; one more than `MOST` where there are more.

    Args:
        database: The hub's.
        org_id: The tenant.
        after: Only those behind this one.
    """
    statement = _members(org_id).where(memberships.c.user_id > after)
    statement = statement.order_by(memberships.c.user_id).limit(MOST + 1)
    with database.reading() as connection:
        return [MemberSeen(*row) for row in connection.execute(statement)]


def find_member(database: Database, org_id: str, user_id: str) -> MemberSeen | None:
    """Return a member; None where there is none of that name."""
    statement = _members(org_id).where(memberships.c.user_id == user_id)
    with database.reading() as connection:
        row = connection.execute(statement).first()
    return None if row is None else MemberSeen(*row)


def _members(org_id: str) -> Any:
    its = memberships.c
    has = [
        select(table.c.user_id)
        .where(table.c.org_id == org_id, table.c.user_id == its.user_id, *more)
        .exists()
        for table, more in ((passwords, []), (identities, [identities.c.admitted_by != "removed"]))
    ]
    statement = select(its.user_id, users.c.name, its.role, its.created_at_ms, *has)
    return statement.where(
        its.org_id == org_id, users.c.org_id == org_id, users.c.user_id == its.user_id
    )


def list_teams(database: Database, org_id: str) -> list[tuple[str, str]]:
    """Return teams: id and name."""
    its = teams.c
    statement = select(its.team_id, its.name).where(its.org_id == org_id).order_by(its.team_id)
    with database.reading() as connection:
        return [(row.team_id, row.name) for row in connection.execute(statement.limit(1000))]


def list_projects(
    database: Database, org_id: str, *, after: str = ""
) -> list[tuple[str, str | None]]:
    """Return projects and their teams; one more than `MOST` where there are more."""
    its = projects.c
    statement = select(its.project_id, its.team_id).where(
        its.org_id == org_id, its.project_id > after
    )
    with database.reading() as connection:
        found = connection.execute(statement.order_by(its.project_id).limit(MOST + 1))
        return [(row.project_id, row.team_id) for row in found]


def list_events(database: Database, org_id: str, asked: EventsAsked) -> EventsPage:
    """Return a page of the audit log, found by the key of the last event.

    Raises:
        InputError: The cursor is none.
    """
    its = audit.c
    conditions = [its.org_id == org_id]
    conditions += [its.action == asked.action] if asked.action else []
    conditions += [its.user_id == asked.user] if asked.user else []
    conditions += [] if asked.since_ms is None else [its.at_ms >= asked.since_ms]
    conditions += [] if asked.until_ms is None else [its.at_ms < asked.until_ms]
    if asked.cursor:
        at_ms, event_id = _cursor(asked.cursor)
        behind = and_(its.at_ms == at_ms, its.event_id < event_id)
        conditions.append(or_(its.at_ms < at_ms, behind))
    statement = select(audit).where(*conditions).order_by(its.at_ms.desc(), its.event_id.desc())
    with database.reading() as connection:
        rows = list(connection.execute(statement.limit(asked.limit + 1)))
    is_more = len(rows) > asked.limit
    rows = rows[: asked.limit]
    return EventsPage(rows, f"{rows[-1].at_ms}-{rows[-1].event_id}" if is_more else None)


def _cursor(cursor: str) -> tuple[int, str]:
    at_ms, _, event_id = cursor.partition("-")
    is_ours = at_ms.isascii() and at_ms.isdecimal() and len(at_ms) < 16
    if not is_ours or len(event_id) != 32 or not event_id.isalnum():
        raise InputError(f"cursor {cursor[:40]!r} is none", "expected that of the next page")
    return int(at_ms), event_id


def health(database: Database, org_id: str, *, revision: str | None, is_keeper: bool) -> Health:
    """Return how the hub fares.

    Args:
        database: Its database.
        org_id: The tenant, whose rows are counted.
        revision: Step of the database's tables.
        is_keeper: Whether the size of the whole database is its to know.
    """
    with database.reading() as connection:
        counts = {
            "runs": _sum(connection, monthly_runs.c.runs, org_id),
            "intervals": _sum(connection, daily_intervals.c.intervals, org_id),
            **{
                words: _count(connection, table, org_id)
                for words, table in (
                    ("members", memberships),
                    ("teams", teams),
                    ("projects", projects),
                    ("tokens", tokens),
                    ("sessions", sessions),
                    ("events of the audit log", audit),
                )
            },
        }
        size = _size_bytes(connection, is_sqlite=database.is_sqlite) if is_keeper else None
        kind = "SQLite" if database.is_sqlite else "PostgreSQL"
        return Health(kind, size, revision, counts, _queue(connection, org_id))


def _sum(connection: Connection, column: Any, org_id: str) -> int:
    # Of the roll-ups: counting rows would take seconds with ten millions of them.
    statement = select(func.sum(column)).where(column.table.c.org_id == org_id)
    return int(connection.scalar(statement) or 0)


def _count(connection: Connection, table: Any, org_id: str) -> int:
    statement = select(func.count()).select_from(table).where(table.c.org_id == org_id)
    return int(connection.scalar(statement) or 0)


def _size_bytes(connection: Connection, *, is_sqlite: bool) -> int:
    statement = (
        "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
        if is_sqlite
        else "SELECT pg_database_size(current_database())"
    )
    return int(connection.scalar(text(statement)) or 0)


def _queue(connection: Connection, org_id: str) -> dict[str, int]:
    """Return jobs by state, where this hub has a table of them."""
    table = METADATA.tables.get("jobs")
    if table is None or "state" not in table.c or not inspect(connection).has_table("jobs"):
        return {}
    statement = select(table.c.state, func.count()).where(table.c.org_id == org_id)
    return {row[0]: row[1] for row in connection.execute(statement.group_by(table.c.state))}
