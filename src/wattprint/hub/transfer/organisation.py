"""What an export of one organisation holds, and what never leaves a hub."""

import hashlib
from pathlib import Path

from sqlalchemy import BigInteger
from sqlalchemy.schema import Table

from wattprint.domain.errors import InputError
from wattprint.hub.storage.tables import TABLES

SCHEMA = "wattprint.hub-export/1"
MANIFEST = "manifest.json"
FORMATS = ("json", "parquet")
NEVER = frozenset(
    {
        *("tokens", "sessions", "passwords", "sign_in_attempts", "invitations", "identities"),
        "registry_requests",  # links that were sent, by the hash of their secret
        "memberships",  # who may do what is each hub's own
        "jobs",
    }
)
"""Tables that are not exported."""
SUMS = frozenset({"daily_runs", "monthly_runs", "daily_intervals"})
"""Tables that an import makes anew from what it takes."""
_SECRET = ("secret", "password", "token_hash")


def exported_tables() -> list[Table]:
    """Return the tables of an export, in an order in which they can be read back.

    Raises:
        InputError: A table has a column of secrets: it must be named in `NEVER`.
    """
    found = [table for table in TABLES.sorted_tables if table.name not in NEVER]
    for table in found:
        secret = [name for name in table.columns.keys() if any(word in name for word in _SECRET)]  # noqa: SIM118 - no mapping
        if secret:
            raise InputError(
                f"table {table.name!r} has the column {secret[0]!r}", "expected no secrets"
            )
    return found


def is_whole(table: Table, name: str) -> bool:
    """Whether a column holds whole numbers, not text."""
    return isinstance(table.c[name].type, BigInteger)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while part := file.read(1024 * 1024):
            digest.update(part)
    return digest.hexdigest()
