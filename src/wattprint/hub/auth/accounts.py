"""All by which people come in: passwords, attempts, links, a provider."""

import time
from collections.abc import Callable
from typing import NamedTuple

from argon2 import PasswordHasher

from wattprint.hub.auth.attempts import Attempts
from wattprint.hub.auth.invitations import Invitations
from wattprint.hub.auth.oidc import Provider
from wattprint.hub.auth.passwords import Passwords
from wattprint.hub.storage.database import Database


class Accounts(NamedTuple):
    """The parts by which people come in."""

    passwords: Passwords
    attempts: Attempts
    invitations: Invitations
    provider: Provider | None = None


def accounts_of(
    database: Database,
    key: bytes,
    *,
    provider: Provider | None = None,
    wall_clock_s: Callable[[], float] = time.time,
    hasher: PasswordHasher | None = None,
) -> Accounts:
    """Return them, on a database.

    Args:
        database: The hub's.
        key: The server's key.
        provider: An OIDC provider, where one is set up.
        wall_clock_s: Seconds since 1970. [s]
        hasher: What hashes passwords; the library's parameters without one.
    """
    return Accounts(
        Passwords(database, wall_clock_s=wall_clock_s, hasher=hasher),
        Attempts(database, key, wall_clock_s=wall_clock_s),
        Invitations(database, key, wall_clock_s=wall_clock_s),
        provider,
    )
