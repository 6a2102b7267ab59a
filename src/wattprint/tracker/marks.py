"""What the work leaves on its way for the run's thread: bounds of sections, and what was logged."""

from collections import deque
from collections.abc import Mapping
from typing import NamedTuple

from wattprint.tracker.sections import OpenSection

MANY = 2000
"""Marks that wait for the thread before it is called: half a megabyte."""
TOO_MANY = 50_000
"""Marks that wait for a thread that does not answer; what comes on top is dropped, and said."""


class Mark(NamedTuple):
    """A section's bound, or what was logged, or something that the work did wrong."""

    at_s: float
    section: OpenSection | None = None
    is_entered: bool = False
    values: Mapping[str, float] = {}
    complaint: str = ""


class Marks:
    """A queue of marks that any thread may append to, without a lock."""

    def __init__(self) -> None:
        self._waiting: deque[Mark] = deque()
        self.dropped = 0

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def leave(self, mark: Mark) -> bool:
        """Append a mark; return whether it is time to call the thread because there are many."""
        count = len(self._waiting)
        if count >= TOO_MANY:
            self.dropped += 1
            return False
        self._waiting.append(mark)
        return (count + 1) % MANY == 0

    def take_until(self, at_s: float) -> list[Mark]:
        """Return the marks left up to a time, and forget them."""
        taken = []
        while self._waiting and self._waiting[0].at_s <= at_s:
            taken.append(self._waiting.popleft())
        return taken
