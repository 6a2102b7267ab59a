"""How far the reading of logs is: a bar at a terminal, once it takes more than a second."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress

_PATIENCE_S = 1.0


class ReadingBar:
    """Told how far the reading is; draws once that lasts.

    Args:
        clock_s: A clock that does not jump. [s]
    """

    def __init__(self, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._clock_s = clock_s
        self._began_s = clock_s()
        self._bar: Progress | None = None

    def __call__(self, bytes_read: int, bytes_in_all: int, rows: int) -> None:
        """Take how far it is."""
        lasted_s = self._clock_s() - self._began_s
        if self._bar is None:
            if lasted_s < _PATIENCE_S:
                return
            self._bar = _drawn(bytes_in_all)
        rate = f"{rows:,} rows, {rows / lasted_s:,.0f} rows/s"
        self._bar.update(self._bar.task_ids[0], completed=bytes_read, rate=rate)

    def close(self) -> None:
        """Wipe the bar."""
        if self._bar is not None:
            self._bar.stop()


def _drawn(bytes_in_all: int) -> "Progress":
    from rich.console import Console  # 60 ms, spent only when a bar is drawn
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    bar.add_task("Reading", total=bytes_in_all or None, rate="")
    bar.start()
    return bar


@contextmanager
def reading_bar() -> Iterator[ReadingBar | None]:
    """Yield what draws how far the reading is; None where nobody looks."""
    if not (sys.stderr and sys.stderr.isatty()):
        yield None
        return
    bar = ReadingBar()
    try:
        yield bar
    finally:
        bar.close()
