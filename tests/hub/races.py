"""Two transactions at once: one is held where it has read, until the other ends or waits for it."""

import threading
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import text

from processes import DEADLINE_S, wait_until

_WAITING = text(
    "SELECT count(*) FROM pg_stat_activity "
    "WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


class Held:
    """A function whose first call does not return before it may."""

    def __init__(self, real):
        self.real = real
        self.reached, self.may_go = threading.Event(), threading.Event()

    def __call__(self, *args, **named):
        result = self.real(*args, **named)
        if not self.reached.is_set():
            self.reached.set()
            assert self.may_go.wait(DEADLINE_S)
        return result


def raced(database, held, first, second):
    """Do `first` up to where it is held, then `second` as far as it comes; return both results."""
    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(first)
        assert held.reached.wait(DEADLINE_S)
        two = pool.submit(second)
        try:
            wait_until(lambda: two.done() or _waits(database), "the second has ended, or waits")
        finally:
            held.may_go.set()
        return one.result(DEADLINE_S), two.result(DEADLINE_S)


def _waits(database):
    """Whether a transaction waits for another's lock; on SQLite each one waits for its turn."""
    if database.is_sqlite:
        return True
    with database.reading() as connection:
        return connection.scalar(_WAITING) > 0
