"""Texts that let somebody in: `ORGANISATION.ID.SECRET`, shown once and never stored.

Organisation and id name a row, so that it is found by its key within its tenant; of the secret, 256
random bits, the row has an HMAC-SHA256 under the server's key, which is compared in constant time.
"""

import hmac
import re
import secrets
from typing import NamedTuple

_TEXT = re.compile(
    r"(?P<org>[a-z0-9][a-z0-9-]{0,62})\.(?P<id>[a-f0-9]{16})\.(?P<secret>[\w-]{43})", re.ASCII
)


class SecretText(NamedTuple):
    """A text, taken apart."""

    org_id: str
    row_id: str
    secret: str

    @property
    def key(self) -> tuple[str, str]:
        """Return the key of its row."""
        return self.org_id, self.row_id

    def __str__(self) -> str:
        return ".".join(self)


def new_text(org_id: str) -> SecretText:
    """Return a text that nobody has."""
    return SecretText(org_id, secrets.token_hex(8), secrets.token_urlsafe(32))


def read_text(text: str) -> SecretText | None:
    """Take a text apart; None for none."""
    parts = _TEXT.fullmatch(text)
    return None if parts is None else SecretText(*parts.groups())


class SecretHashes:
    """What rows have of the secrets of one kind.

    Args:
        kind: Words before what is hashed, so that no text of a kind is one of another.
        key: The server's key.
    """

    def __init__(self, kind: str, key: bytes) -> None:
        self._kind = kind
        self._key = key

    def of(self, text: SecretText) -> str:
        """Return the hash that a row has of a text: of its name too, so that it fits no other."""
        return hmac.digest(self._key, f"{self._kind}{text}".encode(), "sha256").hex()

    def is_of(self, text: SecretText, kept: str | None) -> bool:
        """Whether a row's hash is of a text; it takes as long where there is no row."""
        sent = self.of(text)
        return hmac.compare_digest(sent, kept or "0" * len(sent)) and kept is not None
