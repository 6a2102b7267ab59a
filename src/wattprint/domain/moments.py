"""Moments as people and records write them, in seconds since 1970."""

import re
from datetime import datetime, timezone

from wattprint.domain.errors import InputError

DATES = "a date such as 2026-01-31 or 2026-01-31T18:00:00Z"


def seconds_since_1970(name: str, given: object, allowed: str = f"expected {DATES}") -> float:
    """Return a moment in seconds since 1970-01-01T00:00Z; UTC is meant unless it says otherwise.

    Args:
        name: Name of the quantity, for the refusal.
        given: An RFC 3339 text, with or without a time, or a datetime.
        allowed: What is allowed, for the refusal.

    Raises:
        InputError: It is no moment.

    >>> seconds_since_1970("start", "1970-01-02T00:00:00Z")
    86400.0
    """
    if not isinstance(given, (str, datetime)):
        raise InputError(f"{name} is {given!r}", allowed)
    try:
        # Python 3.10 does not know the Z of RFC 3339.
        moment = (
            datetime.fromisoformat(re.sub(r"[Zz]$", "+00:00", given))
            if isinstance(given, str)
            else given
        )
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=timezone.utc)
        return moment.timestamp()
    except (ValueError, OverflowError) as error:
        raise InputError(f"{name} is {given!r}", allowed) from error
