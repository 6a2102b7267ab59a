"""Cursors of lists: the key of the last row that was shown, packed as a text of an address."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from json import dumps, loads
from typing import Any

from wattprint.domain.errors import InputError


def packed(key: Sequence[Any]) -> str:
    """Return a key as a cursor.

    >>> unpacked(packed(["-name", 3]))
    ['-name', 3]
    """
    return urlsafe_b64encode(dumps(key).encode()).decode().rstrip("=")


def unpacked(cursor: str) -> list[Any]:
    """Return the key of a cursor; whether it is of the list that was asked for is the list's check.

    Raises:
        ValueError: It is no JSON in base64.
        TypeError: It is no list.
    """
    try:
        key = loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(key, list):
        raise TypeError("no list")
    return key


def foreign(cursor: str) -> InputError:
    """Return the refusal of a cursor that is none of a list."""
    return InputError(f"cursor {cursor[:40]!r} is none", "expected the `next` of this very list")
