"""The one fence around what must not harm the work: meters, the journal, and our own mistakes."""

from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")


def fenced(action: Callable[[], Result]) -> Result | Exception:
    """Return what an action returns, or what it raised; whoever calls keeps that in the record."""
    try:
        return action()
    except Exception as error:  # noqa: BLE001 - see above
        return error
