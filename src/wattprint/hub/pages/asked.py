"""What pages are asked in their addresses: texts without controls, days, empty fields of forms."""

from datetime import date, datetime, timezone
from typing import Annotated

from fastapi import Query

from wattprint.domain.errors import InputError
from wattprint.hub.api.asked import Hub

Text = Annotated[str, Query(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
"""A text of an address; a form sends its empty fields too."""
Texts = Annotated[list[str], Query(max_length=30)]


def said(text: str) -> str | None:
    """Return a text, or None for the empty one."""
    return text.strip() or None


def exact(text: str) -> str | None:
    """Return a text as it is, for a name that may have blanks at its ends; None for no letter."""
    return text if text.strip() else None


def day(name: str, text: str) -> date | None:
    """Return a day of an address; None for the empty text.

    Raises:
        InputError: It is none.
    """
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise InputError(f"{name} is {text!r}", "expected a day such as 2026-01-31") from None


def today(hub: Hub) -> date:
    """Return today, in UTC."""
    return datetime.fromtimestamp(hub.now_ms() / 1000, timezone.utc).date()
