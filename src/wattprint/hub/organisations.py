"""Organisations, members, teams and projects: made and changed, each change audited."""

import json
import re
import secrets
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from wattprint.domain.errors import InputError
from wattprint.hub.auth.key import server_key
from wattprint.hub.auth.rights import Principal
from wattprint.hub.auth.sessions import end_sessions
from wattprint.hub.auth.tokens import Tokens
from wattprint.hub.ingest.kept import keep_all
from wattprint.hub.storage.account_tables import identities, invitations, passwords
from wattprint.hub.storage.database import Database
from wattprint.hub.storage.schema import (
    audit,
    memberships,
    organisations,
    projects,
    teams,
    tokens,
    users,
)

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
FIRST_ORGANISATION = "default"
FIRST_USER = "admin"


def create_organisation(
    database: Database, org_id: str, name: str, user_id: str, now_ms: int
) -> bool:
    """Make an organisation with its first admin; return whether there was none of that id.

    Raises:
        InputError: The id is none.
    """
    if not _ID.fullmatch(org_id):
        allowed = "expected up to 63 lower-case letters, digits and hyphens"
        raise InputError(f"organisation {org_id!r} is no id", allowed)

    def work(connection: Connection) -> bool:
        found = select(organisations.c.org_id).where(organisations.c.org_id == org_id)
        if connection.execute(found).first() is not None:
            return False
        key = {"org_id": org_id, "created_at_ms": now_ms}
        connection.execute(insert(organisations), {**key, "name": name})
        keep_all(connection, org_id)
        connection.execute(insert(users), {**key, "user_id": user_id, "name": user_id})
        connection.execute(insert(memberships), {**key, "user_id": user_id, "role": "admin"})
        return True

    return database.write(work)


def has_organisation(database: Database, org_id: str | None = None) -> bool:
    """Whether there is an organisation, or any: then this is not the hub's first start."""
    statement = select(organisations.c.org_id).limit(1)
    if org_id is not None:
        statement = statement.where(organisations.c.org_id == org_id)
    with database.reading() as connection:
        return connection.execute(statement).first() is not None


def organisation_ids(database: Database) -> list[str]:
    """Return the ids of all organisations."""
    with database.reading() as connection:
        return list(connection.scalars(select(organisations.c.org_id).order_by("org_id")))


def first_admin(database: Database, key_file: Path, org_id: str) -> str | None:
    """Make an admin of an organisation that has no members, and return a token; else None.

    Args:
        database: The hub's database.
        key_file: The server's key.
        org_id: The organisation.

    Raises:
        OSError: The key cannot be read, or made.
    """
    now_ms = int(time.time() * 1000)

    def work(connection: Connection) -> bool:
        its = select(memberships.c.user_id).where(memberships.c.org_id == org_id).limit(1)
        if connection.execute(its).first() is not None:
            return False
        user = {"org_id": org_id, "user_id": FIRST_USER}
        _set(connection, users, user, {"name": FIRST_USER}, now_ms)
        row = {**user, "role": "admin", "created_at_ms": now_ms}
        connection.execute(insert(memberships), row)
        return True

    if not database.write(work):
        return None
    tokens = Tokens(database, server_key(key_file))
    return tokens.create(org_id, FIRST_USER, "import", ["admin"])


def set_member(
    database: Database, by: Principal, user_id: str, *, role: str, name: str, now_ms: int
) -> bool:
    """Make a user a member, or change the role, which ends sessions; return whether it was none.

    Raises:
        InputError: It would leave the organisation without an admin.
    """

    def work(connection: Connection) -> bool:
        if role != "admin":
            _keep_an_admin(connection, by.org_id, user_id)
        key = {"org_id": by.org_id, "user_id": user_id}
        if _role_of(connection, by.org_id, user_id) != role:
            end_sessions(connection, by.org_id, user_id)
        _set(connection, users, key, {"name": name}, now_ms)
        is_new = _set(connection, memberships, key, {"role": role}, now_ms)
        note(connection, by, "member.set", user_id, {"role": role}, now_ms=now_ms)
        return is_new

    return database.write(work)


def remove_member(database: Database, by: Principal, user_id: str, now_ms: int) -> bool:
    """End a membership, and with it tokens, sessions, password and links; return if there was one.

    Raises:
        InputError: It would leave the organisation without an admin.
    """

    def work(connection: Connection) -> bool:
        _keep_an_admin(connection, by.org_id, user_id)
        statement = delete(memberships).where(
            memberships.c.org_id == by.org_id, memberships.c.user_id == user_id
        )
        if connection.execute(statement).rowcount == 0:
            return False
        _end_all_of(connection, by.org_id, user_id, now_ms)
        note(connection, by, "member.remove", user_id, {}, now_ms=now_ms)
        return True

    return database.write(work)


def set_team(database: Database, by: Principal, team_id: str, name: str, now_ms: int) -> None:
    """Make a team, or rename it."""

    def work(connection: Connection) -> None:
        _set(connection, teams, {"org_id": by.org_id, "team_id": team_id}, {"name": name}, now_ms)
        note(connection, by, "team.set", team_id, {"name": name}, now_ms=now_ms)

    database.write(work)


def set_project(
    database: Database, by: Principal, project_id: str, team_id: str | None, now_ms: int
) -> None:
    """Make a project, or move it to a team; its history moves with it.

    Raises:
        InputError: There is no such team.
    """

    def work(connection: Connection) -> None:
        known = select(teams.c.team_id).where(
            teams.c.org_id == by.org_id, teams.c.team_id == team_id
        )
        if team_id is not None and connection.execute(known).first() is None:
            raise InputError(
                f"team {team_id!r} is unknown", "expected one that /api/v1/teams lists"
            )
        key = {"org_id": by.org_id, "project_id": project_id}
        _set(connection, projects, key, {"team_id": team_id}, now_ms)
        note(connection, by, "project.set", project_id, {"team": team_id}, now_ms=now_ms)

    database.write(work)


def note(
    connection: Connection,
    by: Principal,
    action: str,
    subject: str,
    detail: Mapping[str, Any],
    *,
    now_ms: int,
) -> None:
    """Write down who did what, in the transaction that does it."""
    row = {
        "org_id": by.org_id,
        "event_id": secrets.token_hex(16),
        "at_ms": now_ms,
        "token_id": by.token_id,
        "user_id": by.user_id,
        "action": action,
        "subject": subject,
        "detail": json.dumps(detail),
    }
    connection.execute(insert(audit), row)


def noting(
    by: Principal, action: str, now_ms: int, **detail: Any
) -> Callable[[Connection, str], None]:
    """Return what notes an action on a subject that is known in the transaction alone."""
    return lambda connection, subject: note(connection, by, action, subject, detail, now_ms=now_ms)


def _set(
    connection: Connection, table: Any, key: Mapping[str, str], said: Mapping[str, Any], now_ms: int
) -> bool:
    """Change a row, or make it; return whether it was made."""
    of_key = [table.c[name] == value for name, value in key.items()]
    if connection.execute(update(table).where(*of_key).values(**said)).rowcount:
        return False
    connection.execute(insert(table), {**key, **said, "created_at_ms": now_ms})
    return True


def _end_all_of(connection: Connection, org_id: str, user_id: str, now_ms: int) -> None:
    """End all by which a user could come in: who is a member again later begins anew."""
    end_sessions(connection, org_id, user_id)
    for table in (passwords, invitations):
        its = table.c.org_id == org_id, table.c.user_id == user_id
        connection.execute(delete(table).where(*its))
    of_tokens = tokens.c.org_id == org_id, tokens.c.user_id == user_id
    taken_back = update(tokens).where(*of_tokens, tokens.c.revoked_at_ms.is_(None))
    connection.execute(taken_back.values(revoked_at_ms=now_ms))
    of_log_ins = identities.c.org_id == org_id, identities.c.user_id == user_id
    connection.execute(update(identities).where(*of_log_ins).values(admitted_by="removed"))


def _role_of(connection: Connection, org_id: str, user_id: str) -> str | None:
    its = memberships.c.org_id == org_id, memberships.c.user_id == user_id
    role: str | None = connection.scalar(select(memberships.c.role).where(*its))
    return role


def _keep_an_admin(connection: Connection, org_id: str, user_id: str) -> None:
    """Check that an admin is left without a user; no admin goes until the transaction ends.

    Raises:
        InputError: The user is the only one.
    """
    its = memberships.c
    statement = select(its.user_id).where(its.org_id == org_id, its.role == "admin")
    # In the order of their keys, so that two who remove each other do not wait in a circle.
    held = statement.order_by(its.user_id).with_for_update()
    if list(connection.scalars(held)) == [user_id]:
        raise InputError(
            f"user {user_id!r} is the only admin", "expected another member to be admin first"
        )
