"""Passwords of local accounts: Argon2id with the library's own parameters (RFC 9106, low memory:
64 MiB, 3 passes, 4 lanes), which stand in each hash, so that later ones may be stronger.

The only rules are a length and that it is not one's own name: rules of composition make passwords
that are written down (NIST SP 800-63B, section 5.1.1.2).
"""

import secrets
import threading
import time
import unicodedata
from collections.abc import Callable, Collection

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection, delete, insert, select, update

from wattprint.domain.errors import InputError
from wattprint.hub.storage.account_tables import passwords
from wattprint.hub.storage.database import Database
from wattprint.hub.storage.schema import memberships

SHORTEST = 12
LONGEST = 500
_AT_ONCE = 2
"""Hashes that a process works out at a time: each takes 64 MiB."""


class Passwords:
    """The passwords of a hub.

    Args:
        database: Its database.
        wall_clock_s: Seconds since 1970. [s]
        hasher: What hashes; the library's parameters without one.
    """

    def __init__(
        self,
        database: Database,
        *,
        wall_clock_s: Callable[[], float] = time.time,
        hasher: PasswordHasher | None = None,
    ) -> None:
        self._database = database
        self._wall_clock_s = wall_clock_s
        self._hasher = hasher or PasswordHasher()
        self._turn = threading.Semaphore(_AT_ONCE)
        # What is verified for a name that nobody has: as long as for one that somebody has.
        self._nobodys = self._hasher.hash(secrets.token_urlsafe(32))

    def hashed(self, password: str, names: Collection[str]) -> str:
        """Return the hash of a new password.

        Args:
            password: The password.
            names: Names of its user, which it must not be.

        Raises:
            InputError: It is too short, too long, or the user's name.
        """
        text = checked_password(password, names)
        with self._turn:
            return self._hasher.hash(text)

    def check(self, org_id: str, user_id: str, password: str) -> bool:
        """Whether a member has this password; takes as long where there is no such member.

        Raises:
            StorageError: The database cannot be asked.
        """
        statement = select(passwords.c.password_hash).where(
            passwords.c.org_id == org_id,
            passwords.c.user_id == user_id,
            memberships.c.org_id == passwords.c.org_id,
            memberships.c.user_id == passwords.c.user_id,
        )
        with self._database.reading() as connection:
            expected = connection.scalar(statement)
        is_right = self._fits(expected or self._nobodys, _normal(password))
        if not is_right or expected is None:
            return False
        if self._hasher.check_needs_rehash(expected):
            self._renew(org_id, user_id, expected, password)
        return True

    def has(self, org_id: str, user_id: str) -> bool:
        """Whether a user has a password."""
        its = passwords.c.org_id == org_id, passwords.c.user_id == user_id
        with self._database.reading() as connection:
            return connection.execute(select(passwords.c.user_id).where(*its)).first() is not None

    def _fits(self, expected: str, password: str) -> bool:
        with self._turn:
            try:
                return self._hasher.verify(expected, password)
            except (VerificationError, InvalidHashError):
                return False

    def _renew(self, org_id: str, user_id: str, expected: str, password: str) -> None:
        """Hash again with today's parameters, unless the password changed meanwhile."""
        its = passwords.c.org_id == org_id, passwords.c.user_id == user_id
        with self._turn:
            made = self._hasher.hash(_normal(password))
        statement = update(passwords).where(*its, passwords.c.password_hash == expected)
        statement = statement.values(password_hash=made)
        self._database.write(lambda connection: connection.execute(statement))


def store_password(
    connection: Connection, org_id: str, user_id: str, password_hash: str, now_ms: int
) -> None:
    """Store the hash of a user's password in place of the one that was."""
    its = passwords.c.org_id == org_id, passwords.c.user_id == user_id
    connection.execute(delete(passwords).where(*its))
    row = {"org_id": org_id, "user_id": user_id, "changed_at_ms": now_ms}
    connection.execute(insert(passwords), {**row, "password_hash": password_hash})


def checked_password(password: str, names: Collection[str]) -> str:
    """Return a password as it is hashed.

    Raises:
        InputError: It is too short, too long, or the user's name. The message does not hold it.
    """
    text = _normal(password)
    allowed = f"expected {SHORTEST} characters or more, and not your name"
    if len(text) < SHORTEST:
        raise InputError(f"the password has {len(text)} characters", allowed)
    if len(password) > LONGEST:
        raise InputError("the password is too long", f"expected at most {LONGEST} characters")
    if text.casefold() in {_normal(name).casefold() for name in names}:
        raise InputError("the password is your name", allowed)
    return text


def _normal(password: str) -> str:
    # Keyboards write the same letter in several ways.
    return unicodedata.normalize("NFC", password)
