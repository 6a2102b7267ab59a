"""How often a password may be tried: counted in the database, so that all workers share it.

Of an account and of an address: the first stops many addresses that try one account, the second
one address that tries many accounts. An attempt counts before the password is checked, and whether
there is such an account plays no part: nobody learns which names exist. One that is refused is not
counted: it writes nothing.
"""

import hmac
import time
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from wattprint.hub.storage.account_tables import sign_in_attempts
from wattprint.hub.storage.database import Database

WINDOW_S = 15 * 60
"""How long attempts are added up. [s]"""
MOST_OF_ACCOUNT = 10
MOST_OF_ADDRESS = 50
_OF_ADDRESSES = "-"
"""In place of an organisation: addresses are of none."""


class Attempts:
    """Attempts to sign in.

    Args:
        database: The hub's database.
        key: The server's key.
        wall_clock_s: Seconds since 1970. [s]
    """

    def __init__(
        self, database: Database, key: bytes, *, wall_clock_s: Callable[[], float] = time.time
    ) -> None:
        self._database = database
        self._key = key
        self._wall_clock_s = wall_clock_s

    def take(self, org_id: str, user_id: str, address: str) -> int:
        """Count an attempt, and return the seconds that one must wait; 0 where it may go on.

        Args:
            org_id: The tenant that was named.
            user_id: The account that was named, whether there is one or not.
            address: The address it comes from.
        """
        now_ms = self._now_ms()
        limits = {
            (org_id, self._of_account(org_id, user_id)): MOST_OF_ACCOUNT,
            (_OF_ADDRESSES, self._of_address(address)): MOST_OF_ADDRESS,
        }

        # Who is to wait already changes nothing: a refusal must not cost the disk a write.
        with self._database.reading() as connection:
            waits_ms = [_left_ms(connection, key, most - 1, now_ms) for key, most in limits.items()]
        if max(waits_ms) > 0:
            return ceil(max(waits_ms) / 1000)

        def work(connection: Connection) -> int:
            old = delete(sign_in_attempts).where(sign_in_attempts.c.since_ms <= now_ms - _WINDOW_MS)
            connection.execute(old)
            waits_ms = [
                _counted(connection, key, most, now_ms) for key, most in sorted(limits.items())
            ]
            return max(waits_ms)

        return ceil(self._database.write(work) / 1000)

    def passed(self, org_id: str, user_id: str, address: str) -> None:
        """Forget the attempts of an account, and this one of its address: it was the right one."""
        of_account = _key(org_id, self._of_account(org_id, user_id))
        of_address = _key(_OF_ADDRESSES, self._of_address(address))
        fewer = update(sign_in_attempts).where(*of_address, sign_in_attempts.c.attempts > 0)
        fewer = fewer.values(attempts=sign_in_attempts.c.attempts - 1)

        def work(connection: Connection) -> None:
            connection.execute(delete(sign_in_attempts).where(*of_account))
            connection.execute(fewer)

        self._database.write(work)

    def _of_account(self, org_id: str, user_id: str) -> str:
        return self._hash(f"account {org_id} {user_id}")

    def _of_address(self, address: str) -> str:
        return self._hash(f"address {network_of(address)}")

    def _hash(self, text: str) -> str:
        # Keyed, so that the table tells nobody's address, nor what was typed into a field.
        return hmac.digest(self._key, text.encode("utf-8", "replace"), "sha256").hex()

    def _now_ms(self) -> int:
        return int(self._wall_clock_s() * 1000)


_WINDOW_MS = WINDOW_S * 1000


def network_of(address: str) -> str:
    """Return what counts as one address: of IPv6 the network that a subscriber gets whole.

    >>> network_of("2001:db8:1:2:3:4:5:6")
    '2001:db8:1:2::/64'
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        return str(parsed.ipv4_mapped or ip_network((parsed, 64), strict=False))
    return str(parsed)


def _counted(connection: Connection, key: tuple[str, str], most: int, now_ms: int) -> int:
    """Count one more, and return how many ms there must be none."""
    its = _key(*key)
    # Counted by the database, not here: two workers must not both write the same number.
    more = update(sign_in_attempts).where(*its).values(attempts=sign_in_attempts.c.attempts + 1)
    if connection.execute(more).rowcount == 0:
        row = {"org_id": key[0], "subject": key[1], "since_ms": now_ms, "attempts": 1}
        connection.execute(insert(sign_in_attempts), row)
        return 0
    return _left_ms(connection, key, most, now_ms)


def _left_ms(connection: Connection, key: tuple[str, str], most: int, now_ms: int) -> int:
    """Return how many ms there must be none, where there were more; else 0."""
    found = connection.execute(select(sign_in_attempts).where(*_key(*key))).first()
    if found is None or found.attempts <= most:
        return 0
    # A clock that was set back does not make the wait longer than the window.
    return int(max(0, min(_WINDOW_MS, found.since_ms + _WINDOW_MS - now_ms)))


def _key(org_id: str, subject: str) -> tuple[Any, Any]:
    return sign_in_attempts.c.org_id == org_id, sign_in_attempts.c.subject == subject
