"""Tokens: made, shown once, checked, taken back.

`wpt_ORGANISATION.ID.SECRET` names its row, so that it is found by its key within its tenant, and
the secret is compared as HMAC-SHA256 under the server's key, in constant time. A slow password hash
would add nothing: the secret has 256 random bits, and one check of bcrypt takes 235 ms.
"""

import threading
import time
from collections.abc import Callable, Collection
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from wattprint.hub.auth.rights import Principal
from wattprint.hub.auth.secret_texts import SecretHashes, SecretText, new_text, read_text
from wattprint.hub.storage.account_tables import sessions
from wattprint.hub.storage.database import Database
from wattprint.hub.storage.errors import StorageError
from wattprint.hub.storage.schema import memberships, tokens

REMEMBERED_S = 2.0
"""How long a check holds, of a token or a session: one that another process ended is refused after
this. [s]"""
MOST_REMEMBERED = 10_000
_USED_EVERY_MS = 60_000
"""The last use is written at most this often. [ms]"""
Noted = Callable[[Connection, str], None]
"""Is told of a token's id in the transaction that changes it."""
_MARK = "wpt_"
_ROW = select(
    *(tokens.c[name] for name in ("user_id", "scopes", "secret_hash", "last_used_at_ms")),
    memberships.c.role,
).where(
    tokens.c.org_id == bindparam("org"),
    tokens.c.token_id == bindparam("token"),
    tokens.c.revoked_at_ms.is_(None),
    memberships.c.org_id == tokens.c.org_id,
    memberships.c.user_id == tokens.c.user_id,
)
"""Made once: making it takes longer than its answer."""


class _Known(NamedTuple):
    principal: Principal
    secret_hash: str
    until_s: float
    last_used_at_ms: int | None


class Tokens:
    """The tokens of a hub.

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
        self._hashes = SecretHashes("", key)
        self._clock_s = clock_s
        self._wall_clock_s = wall_clock_s
        self._known: dict[tuple[str, str], _Known] = {}
        self._lock = threading.Lock()

    def create(
        self,
        org_id: str,
        user_id: str,
        name: str,
        scopes: Collection[str],
        *,
        noted: Noted | None = None,
    ) -> str:
        """Make a token and return it: the only time that it is ever seen.

        Args:
            org_id: The tenant.
            user_id: Whose token it is.
            name: What it is for.
            scopes: What it may do, as far as its owner's role allows.
            noted: Writes down who made it.
        """
        text = new_text(org_id)
        row = {
            "org_id": org_id,
            "token_id": text.row_id,
            "user_id": user_id,
            "name": name,
            "scopes": "\n".join(sorted(scopes)),
            "secret_hash": self._hashes.of(text),
            "created_at_ms": self._now_ms(),
            "revoked_at_ms": None,
            "last_used_at_ms": None,
        }

        def work(connection: Connection) -> None:
            connection.execute(insert(tokens), row)
            if noted is not None:
                noted(connection, text.row_id)

        self._database.write(work)
        return f"{_MARK}{text}"

    def check(self, text: str) -> Principal | None:
        """Return whose token a text is; None for none of ours, or one that was taken back.

        Raises:
            StorageError: The database cannot be asked.
        """
        sent = _read(text)
        if sent is None:
            return None
        known, is_fresh = self._look_up(*sent.key)
        is_right = self._hashes.is_of(sent, None if known is None else known.secret_hash)
        if known is None or not is_right:
            return None
        if is_fresh:
            self._note_use(known)
        return known.principal

    def is_remembered(self, text: str) -> bool:
        """Whether `check` would answer from memory."""
        sent = _read(text)
        if sent is None:
            return True
        known = self._known.get(sent.key)
        return known is not None and known.until_s >= self._clock_s()

    def revoke_by(
        self, who: Principal, token_id: str, *, of_all: bool = True, noted: Noted | None = None
    ) -> bool:
        """Take a token back for somebody, as `revoke`; return whether there was one of theirs.

        Args:
            who: Who asks; see `Principal.may_revoke`.
            token_id: The token.
            of_all: Also where it is another member's, if they may.
            noted: Writes down who took it back.
        """
        statement = select(tokens.c.user_id, tokens.c.token_id, tokens.c.scopes).where(
            tokens.c.org_id == who.org_id,
            tokens.c.token_id == token_id,
            *([] if of_all else [tokens.c.user_id == who.user_id]),
        )
        with self._database.reading() as connection:
            found = connection.execute(statement).first()
        # A token's owner and scopes never change: what was read holds when it is taken back.
        is_theirs = found is not None and who.may_revoke(found)
        return is_theirs and self.revoke(who.org_id, token_id, noted=noted)

    def revoke(self, org_id: str, token_id: str, *, noted: Noted | None = None) -> bool:
        """Take a token back, and end sessions that it opened; return whether there was one.

        Args:
            org_id: The tenant.
            token_id: The token.
            noted: Writes down who took it back.
        """
        statement = update(tokens).where(
            tokens.c.org_id == org_id,
            tokens.c.token_id == token_id,
            tokens.c.revoked_at_ms.is_(None),
        )
        statement = statement.values(revoked_at_ms=self._now_ms())
        opened = sessions.c.org_id == org_id, sessions.c.opened_by == token_id

        def work(connection: Connection) -> bool:
            if connection.execute(statement).rowcount != 1:
                return False
            connection.execute(delete(sessions).where(*opened))
            if noted is not None:
                noted(connection, token_id)
            return True

        was_there = self._database.write(work)
        self.forget()
        return was_there

    def forget(self) -> None:
        """Forget what was checked: a role has changed, or a token was taken back."""
        with self._lock:
            self._known.clear()

    def _look_up(self, org_id: str, token_id: str) -> tuple[_Known | None, bool]:
        """Return what is known of a token, and whether it was read just now."""
        key, now_s = (org_id, token_id), self._clock_s()
        known = self._known.get(key)
        is_fresh = known is None or known.until_s < now_s
        if is_fresh:
            known = self._read(org_id, token_id, now_s + REMEMBERED_S)
            with self._lock:
                if len(self._known) >= MOST_REMEMBERED:
                    self._known.clear()
                if known is None:
                    self._known.pop(key, None)
                else:
                    self._known[key] = known
        return known, is_fresh

    def _read(self, org_id: str, token_id: str, until_s: float) -> _Known | None:
        with self._database.reading() as connection:
            row = connection.execute(_ROW, {"org": org_id, "token": token_id}).first()
        if row is None:
            return None
        scopes = frozenset(row.scopes.split("\n"))
        principal = Principal(org_id, row.user_id, token_id, row.role, scopes)
        return _Known(principal, row.secret_hash, until_s, row.last_used_at_ms)

    def _note_use(self, known: _Known) -> None:
        now_ms, last_used_at_ms = self._now_ms(), known.last_used_at_ms
        # abs: a clock that was set back must not end the notes for as long as it was ahead.
        if last_used_at_ms is not None and abs(now_ms - last_used_at_ms) < _USED_EVERY_MS:
            return
        its = known.principal
        of_token = tokens.c.org_id == its.org_id, tokens.c.token_id == its.token_id
        statement = update(tokens).where(*of_token).values(last_used_at_ms=now_ms)
        try:
            self._database.write(lambda connection: connection.execute(statement), is_shown=False)
        except StorageError:
            return  # a full disk must not end reading; the time of use is only told

    def _now_ms(self) -> int:
        return int(self._wall_clock_s() * 1000)


def _read(text: str) -> SecretText | None:
    """Take a token apart; None for none."""
    return read_text(text.removeprefix(_MARK)) if text.startswith(_MARK) else None
