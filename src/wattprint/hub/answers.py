"""Answers that readers share: made once for all who wait, and pages hold for a moment.

Who asks while an answer is made waits for the next one, so that it says all that was stored when it
was asked for; all who wait get the same one. Twenty readers of a page cost what one does.

A held answer is given again while this process has stored nothing that a page shows. For what
another process may have stored it is made anew after a second; meanwhile the old one is given, for
a second more at most.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, NamedTuple, TypeVar

from starlette.concurrency import run_in_threadpool

from wattprint.hub.storage.database import Database

Answer = TypeVar("Answer")
PAGE_S = 1.0
"""After which time a page is made anew. [s]"""
_MOST_HELD = 200


class _Held(NamedTuple):
    answer: Any
    changes: int
    """Count of the database's changes when it was begun."""
    begun_s: float


class Answers:
    """What the readers of a process share.

    Args:
        database: The hub's database.
        clock_s: A clock that does not jump. [s]
    """

    def __init__(
        self, database: Database, *, clock_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._database = database
        self._clock_s = clock_s
        self._held: OrderedDict[Hashable, _Held] = OrderedDict()
        self._making: dict[Hashable, asyncio.Task[_Held]] = {}
        self._waiting: dict[Hashable, asyncio.Task[_Held]] = {}

    async def of(
        self, key: Hashable, make: Callable[[], Answer], *, lasts_s: float = 0.0
    ) -> Answer:
        """Return an answer, made in a thread.

        Args:
            key: All that the answer depends on, whose it is among it.
            make: Makes it.
            lasts_s: After which time it is made anew; it is given for twice as long. [s]
        """
        held = self._fresh(key, 2 * lasts_s)
        if held is not None:
            if self._fresh(key, lasts_s) is None and key not in self._making:
                self._next(key, make, lasts_s)
        else:  # shielded: one reader who goes away takes nothing from the others
            held = await asyncio.shield(self._next(key, make, lasts_s))
        answer: Answer = held.answer
        return answer

    def _next(
        self, key: Hashable, make: Callable[[], Any], lasts_s: float
    ) -> "asyncio.Task[_Held]":
        """Return what makes the next answer, for all who wait for it."""
        if key not in self._waiting:
            before = self._making.get(key)
            task = asyncio.create_task(self._made(key, make, before, lasts_s))
            # A fault is told to those who wait; where nobody does, the next who asks sees it.
            task.add_done_callback(lambda done: done.cancelled() or done.exception())
            self._waiting[key] = task
        return self._waiting[key]

    async def _made(
        self,
        key: Hashable,
        make: Callable[[], Any],
        before: "asyncio.Task[_Held] | None",
        lasts_s: float,
    ) -> _Held:
        if before is not None:
            await asyncio.wait([before])
        task = self._making[key] = self._waiting.pop(key)
        try:
            held = self._fresh(key, lasts_s)
            if held is None:
                changes, begun_s = self._database.changes, self._clock_s()
                held = _Held(await run_in_threadpool(make), changes, begun_s)
                if lasts_s:
                    self._hold(key, held)
        finally:
            if self._making.get(key) is task:
                del self._making[key]
        return held

    def _fresh(self, key: Hashable, lasts_s: float) -> _Held | None:
        held = self._held.get(key)
        if held is None or held.changes != self._database.changes:
            return None
        return held if self._clock_s() - held.begun_s < lasts_s else None

    def _hold(self, key: Hashable, held: _Held) -> None:
        self._held[key] = held
        self._held.move_to_end(key)
        if len(self._held) > _MOST_HELD:
            self._held.popitem(last=False)
