"""Sessions of browsers: opened by signing in, kept as a cookie, ended by signing out or by time.

The cookie is `ORGANISATION.ID.SECRET`, compared as tokens are: HMAC-SHA256 under the server's key.
"""

import hmac
import time
from collections.abc import Callable, Collection
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, delete, insert, select

from wattprint.hub.auth.rights import Principal
from wattprint.hub.auth.secret_texts import SecretHashes, new_text, read_text
from wattprint.hub.auth.tokens import MOST_REMEMBERED, REMEMBERED_S
from wattprint.hub.storage.account_tables import sessions
from wattprint.hub.storage.database import Database
from wattprint.hub.storage.schema import memberships

LASTS_S = 12 * 3600
"""How long a session lasts. [s]"""
_MARK = "session-"
_ALL = frozenset({"admin"})
_LONGEST_BROWSER = 200
_READ = ("org_id", "user_id", "session_id", "secret_hash", "scopes", "expires_at_ms")
_ROW = select(*(sessions.c[name] for name in _READ), memberships.c.role).where(
    sessions.c.org_id == bindparam("org"),
    sessions.c.session_id == bindparam("session"),
    sessions.c.expires_at_ms > bindparam("now_ms"),
    memberships.c.org_id == sessions.c.org_id,
    memberships.c.user_id == sessions.c.user_id,
)
"""Made once: making it takes longer than its answer."""


class _Known(NamedTuple):
    principal: Principal
    secret_hash: str
    until_s: float
    expires_at_ms: int
    changes: int


class SessionFound(NamedTuple):
    """A session without its secret."""

    session_id: str
    opened_by: str
    browser: str
    created_at_ms: int
    expires_at_ms: int


class Sessions:
    """The sessions of a hub.

    Args:
        database: Its database.
        key: The server's key.
        clock_s: A clock that does not jump. [s]
        wall_clock_s: Seconds since 1970. [s]
    """

    def __init__(
        self,
        database: Database,
        key: bytes,
        *,
        clock_s: Callable[[], float] = time.monotonic,
        wall_clock_s: Callable[[], float] = time.time,
    ) -> None:
        self._database = database
        self._clock_s = clock_s
        self._known: dict[tuple[str, str], _Known] = {}
        self._key = key
        self._hashes = SecretHashes("session ", key)
        self._wall_clock_s = wall_clock_s

    def open(
        self,
        org_id: str,
        user_id: str,
        *,
        scopes: Collection[str] = _ALL,
        opened_by: str = "password",
        browser: str = "",
    ) -> str:
        """Open a session of a member, and return the text of its cookie.

        Args:
            org_id: The tenant.
            user_id: Whose session it is.
            scopes: What it may do: all that the role allows, or no more than the token that opens
                it.
            opened_by: 'password', 'link', 'provider', or the token's id: taken back, it ends it.
            browser: What the browser calls itself, for the list of one's sessions.
        """
        text, now_ms = new_text(org_id), self._now_ms()
        row = {
            "org_id": org_id,
            "session_id": text.row_id,
            "user_id": user_id,
            "secret_hash": self._hashes.of(text),
            "created_at_ms": now_ms,
            "expires_at_ms": now_ms + LASTS_S * 1000,
            "scopes": "\n".join(sorted(scopes)),
            "opened_by": opened_by,
            "browser": "".join(c for c in browser[:_LONGEST_BROWSER] if c.isprintable()),
        }

        def work(connection: Connection) -> None:
            connection.execute(delete(sessions).where(sessions.c.expires_at_ms < now_ms))
            connection.execute(insert(sessions), row)

        self._database.write(work)
        return str(text)

    def check(self, cookie: str) -> Principal | None:
        """Return whose session a cookie is of; None for none, or one that has ended.

        Raises:
            StorageError: The database cannot be asked.
        """
        text = read_text(cookie)
        if text is None:
            return None
        known = self._remembered(text.key) or self._read(text.key)
        is_right = self._hashes.is_of(text, None if known is None else known.secret_hash)
        return known.principal if known is not None and is_right else None

    def is_remembered(self, cookie: str) -> bool:
        """Whether `check` would answer from memory."""
        text = read_text(cookie)
        return text is None or self._remembered(text.key) is not None

    def _remembered(self, key: tuple[str, str]) -> "_Known | None":
        """Return a session that was read within 2 s, if this process has changed nothing since."""
        known = self._known.get(key)
        if known is None or known.changes != self._database.changes:
            return None
        is_fresh = known.until_s >= self._clock_s() and known.expires_at_ms > self._now_ms()
        return known if is_fresh else None

    def _read(self, key: tuple[str, str]) -> "_Known | None":
        changes, until_s = self._database.changes, self._clock_s() + REMEMBERED_S
        asked = {"org": key[0], "session": key[1], "now_ms": self._now_ms()}
        with self._database.reading() as connection:
            row = connection.execute(_ROW, asked).first()
        if row is None:
            self._known.pop(key, None)
            return None
        scopes = frozenset((row.scopes or "").split("\n"))
        its = Principal(row.org_id, row.user_id, f"{_MARK}{row.session_id}", row.role, scopes)
        known = _Known(its, row.secret_hash, until_s, row.expires_at_ms, changes)
        if len(self._known) >= MOST_REMEMBERED:
            self._known.clear()
        self._known[key] = known
        return known

    def close(self, principal: Principal) -> None:
        """End a session."""
        its = sessions.c.org_id == principal.org_id, sessions.c.session_id == session_of(principal)
        self._database.write(lambda connection: connection.execute(delete(sessions).where(*its)))

    def close_one(self, org_id: str, user_id: str, session_id: str) -> bool:
        """End one session of a user; return whether there was one."""
        its = (
            sessions.c.org_id == org_id,
            sessions.c.user_id == user_id,
            sessions.c.session_id == session_id,
        )
        statement = delete(sessions).where(*its)
        return self._database.write(lambda connection: connection.execute(statement).rowcount) == 1

    def of_user(self, org_id: str, user_id: str) -> list[SessionFound]:
        """Return the sessions of a user, the newest first."""
        columns = [sessions.c[name] for name in SessionFound._fields]
        statement = select(*columns).where(
            sessions.c.org_id == org_id,
            sessions.c.user_id == user_id,
            sessions.c.expires_at_ms > self._now_ms(),
        )
        order = sessions.c.created_at_ms.desc(), sessions.c.session_id
        with self._database.reading() as connection:
            return [SessionFound(*row) for row in connection.execute(statement.order_by(*order))]

    def form_key(self, visitor: str) -> str:
        """Return what a form must carry that a visitor was given.

        Args:
            visitor: Text of the session's cookie, or of the one that marks a browser without.
        """
        return hmac.digest(self._key, b"form " + visitor.encode(), "sha256").hex()

    def _now_ms(self) -> int:
        return int(self._wall_clock_s() * 1000)


def session_of(principal: Principal) -> str:
    """Return the id of the session that somebody asks by; the empty text for a token's."""
    return principal.token_id.removeprefix(_MARK) if principal.token_id.startswith(_MARK) else ""


def may_end(who: Principal, session_id: str) -> bool:
    """Whether somebody may see one of their sessions in a list, and end it.

    What may do less than its owner ends itself alone, as a token does: see `Principal.may_revoke`.
    """
    return who.is_whole or session_id == session_of(who)


def end_sessions(connection: Connection, org_id: str, user_id: str, *, but: str = "") -> None:
    """End the sessions of a user, in the transaction that gives a reason to.

    Args:
        connection: The transaction.
        org_id: The tenant.
        user_id: Whose sessions.
        but: Id of a session that goes on.
    """
    its = sessions.c.org_id == org_id, sessions.c.user_id == user_id
    connection.execute(delete(sessions).where(*its, sessions.c.session_id != but))
