"""What people type into forms of accounts, checked."""

from datetime import datetime, timezone

from wattprint.domain.errors import InputError

LONGEST_NAME = 200


def typed_name(text: str, what: str = "name") -> str:
    """Return a name of a person, team, project or token.

    Raises:
        InputError: It is empty, too long, or holds what is not shown.
    """
    allowed = f"expected 1 to {LONGEST_NAME} characters of one line"
    if not text:
        raise InputError(f"{what} is empty", allowed)
    if len(text) > LONGEST_NAME or not text.isprintable():
        raise InputError(f"{what} is too long, or holds what cannot be shown", allowed)
    return text


def typed_day_ms(text: str, what: str) -> int | None:
    """Return the beginning of a day, UTC; None for the empty text.

    Raises:
        InputError: It is no day.

    >>> typed_day_ms("1970-01-02", "since")
    86400000
    """
    if not text:
        return None
    try:
        day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=timezone.utc)
    except ValueError:
        raise InputError(f"{what} {text[:40]!r} is no day", "expected YYYY-MM-DD") from None
    return int(day.timestamp() * 1000)
