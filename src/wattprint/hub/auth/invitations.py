"""Links that let somebody in once: the first admin, a new member, a member without a password.

The code in a link is `ORGANISATION.ID.SECRET`, and compared as tokens are. Opening a link changes
nothing, for mail programs open links too; sending the form that it shows does, and ends the link.
"""

import time
from collections.abc import Callable
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, insert, select, update

from wattprint.domain.errors import InputError
from wattprint.hub.auth.passwords import store_password
from wattprint.hub.auth.rights import Principal, checked_role, checked_user_id
from wattprint.hub.auth.secret_texts import SecretHashes, new_text, read_text
from wattprint.hub.organisations import note
from wattprint.hub.storage.account_tables import invitations, sessions
from wattprint.hub.storage.database import Database
from wattprint.hub.storage.schema import memberships, users

LASTS_S = 24 * 3600
"""How long a link lasts. [s]"""


class Invitation(NamedTuple):
    """A link without its secret."""

    org_id: str
    invitation_id: str
    user_id: str
    role: str | None
    """What the user becomes; None for a member, who sets a new password."""
    email: str | None
    made_by: str
    expires_at_ms: int


class Invitations:
    """The links of a hub.

    Args:
        database: Its database.
        key: The server's key.
        wall_clock_s: Seconds since 1970. [s]
    """

    def __init__(
        self, database: Database, key: bytes, *, wall_clock_s: Callable[[], float] = time.time
    ) -> None:
        self._database = database
        self._hashes = SecretHashes("invitation ", key)
        self._wall_clock_s = wall_clock_s

    def make(
        self, by: Principal, user_id: str, *, role: str | None = None, email: str | None = None
    ) -> str:
        """Make a link and return its code: the only time that it is ever seen.

        Args:
            by: Who invites.
            user_id: Who is invited; earlier links of the same user end.
            role: What somebody new becomes; None for a member, who gets to set a new password.
            email: Whose log-in at an OIDC provider may use the invitation too.

        Raises:
            InputError: No such role or name, a role for a member, or none for somebody new.
        """
        org_id, now_ms = by.org_id, self._now_ms()
        text = new_text(org_id)
        row = {
            "org_id": org_id,
            "invitation_id": text.row_id,
            "user_id": checked_user_id(user_id),
            "role": None if role is None else checked_role(role),
            "email": email and email.strip().casefold(),
            "secret_hash": self._hashes.of(text),
            "made_by": by.user_id,
            "created_at_ms": now_ms,
            "expires_at_ms": now_ms + LASTS_S * 1000,
        }

        def work(connection: Connection) -> None:
            _check_role(_role_of(connection, org_id, user_id), user_id, role)
            connection.execute(delete(invitations).where(invitations.c.expires_at_ms <= now_ms))
            connection.execute(delete(invitations).where(*_of_user(invitations, org_id, user_id)))
            connection.execute(insert(invitations), row)
            said = {"role": role, "email": row["email"]}
            note(connection, by, "invitation.make", user_id, said, now_ms=now_ms)

        self._database.write(work)
        return str(text)

    def find(self, code: str) -> Invitation | None:
        """Return the invitation of a code; None for none, or one that was used or has expired."""
        text = read_text(code)
        if text is None:
            return None
        statement = select(invitations).where(
            invitations.c.org_id == text.org_id,
            invitations.c.invitation_id == text.row_id,
            invitations.c.expires_at_ms > self._now_ms(),
        )
        with self._database.reading() as connection:
            row = connection.execute(statement).first()
        is_right = self._hashes.is_of(text, None if row is None else row.secret_hash)
        return _invitation(row) if row is not None and is_right else None

    def accept(self, invitation: Invitation, name: str, password_hash: str) -> bool:
        """Use a link: the user is a member with this name and password, other sessions end.

        Returns:
            Whether it could be used still: of two who try, one does.
        """
        org_id, user_id, now_ms = invitation.org_id, invitation.user_id, self._now_ms()

        def work(connection: Connection) -> bool:
            if not used(connection, invitation):
                return False
            if not _joined(connection, invitation, name, now_ms):
                return False
            store_password(connection, org_id, user_id, password_hash, now_ms)
            connection.execute(delete(sessions).where(*_of_user(sessions, org_id, user_id)))
            by = Principal(org_id, user_id, f"link {invitation.invitation_id}", "viewer", _NONE)
            note(connection, by, "invitation.accept", user_id, {}, now_ms=now_ms)
            return True

        return self._database.write(work)

    def open_of(self, org_id: str) -> list[Invitation]:
        """Return the invitations of new members that can be used still, by name."""
        statement = select(invitations).where(
            invitations.c.org_id == org_id, invitations.c.expires_at_ms > self._now_ms()
        )
        with self._database.reading() as connection:
            found = connection.execute(statement.order_by(invitations.c.user_id))
            return [_invitation(row) for row in found]

    def withdraw(self, by: Principal, invitation_id: str) -> bool:
        """End a link; return whether there was one."""
        its = (
            invitations.c.org_id == by.org_id,
            invitations.c.invitation_id == invitation_id,
        )

        def work(connection: Connection) -> bool:
            user_id = connection.scalar(select(invitations.c.user_id).where(*its))
            if user_id is None:
                return False
            connection.execute(delete(invitations).where(*its))
            note(connection, by, "invitation.withdraw", user_id, {}, now_ms=self._now_ms())
            return True

        return self._database.write(work)

    def _now_ms(self) -> int:
        return int(self._wall_clock_s() * 1000)


_NONE: frozenset[str] = frozenset()


def welcome_link(public_url: str, code: str) -> str:
    """Return the address that a code is opened at."""
    return f"{public_url.rstrip('/')}/welcome?code={code}"


def used(connection: Connection, invitation: Invitation) -> bool:
    """Take an invitation away; return whether it was there still."""
    statement = delete(invitations).where(
        invitations.c.org_id == invitation.org_id,
        invitations.c.invitation_id == invitation.invitation_id,
    )
    return connection.execute(statement).rowcount == 1


def join(
    connection: Connection, org_id: str, user_id: str, *, role: str, name: str, now_ms: int
) -> None:
    """Make somebody a member who is none."""
    key = {"org_id": org_id, "user_id": user_id, "created_at_ms": now_ms}
    connection.execute(insert(memberships), {**key, "role": role})
    its = _of_user(users, org_id, user_id)
    if connection.execute(update(users).where(*its).values(name=name)).rowcount == 0:
        connection.execute(insert(users), {**key, "name": name})


def _joined(connection: Connection, invitation: Invitation, name: str, now_ms: int) -> bool:
    """Make the invited a member with a name; False for a link of a member who is none any more."""
    org_id, user_id = invitation.org_id, invitation.user_id
    if _role_of(connection, org_id, user_id) is not None:
        # A role that was given meanwhile stays.
        its = _of_user(users, org_id, user_id)
        connection.execute(update(users).where(*its).values(name=name))
        return True
    if invitation.role is None:
        return False
    join(connection, org_id, user_id, role=invitation.role, name=name, now_ms=now_ms)
    return True


def _check_role(present: str | None, user_id: str, role: str | None) -> None:
    if present is not None and role is not None:
        raise InputError(
            f"user {user_id!r} is {present} already",
            "expected no role: the link sets a new password, and /admin/members changes roles",
        )
    if present is None and role is None:
        raise InputError(f"user {user_id!r} is no member", "expected a role for somebody new")


def _role_of(connection: Connection, org_id: str, user_id: str) -> str | None:
    role: str | None = connection.scalar(
        select(memberships.c.role).where(*_of_user(memberships, org_id, user_id))
    )
    return role


def _of_user(table: Any, org_id: str, user_id: str) -> tuple[Any, Any]:
    return table.c.org_id == org_id, table.c.user_id == user_id


def _invitation(row: Any) -> Invitation:
    return Invitation(*(getattr(row, name) for name in Invitation._fields))
