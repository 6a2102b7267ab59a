"""A progress bar for what takes more than a second: at a terminal, on standard error."""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

Item = TypeVar("Item")

_PATIENCE_S = 1.0
"""What takes no longer than this needs no bar. [s]"""


def with_progress(
    items: Sequence[Item], label: str, *, clock_s: Callable[[], float] = time.monotonic
) -> Iterator[Item]:
    """Yield items, and show how many have been taken once that lasts.

    Args:
        items: What is worked through.
        label: What is being done.
        clock_s: A clock that does not jump. [s]
    """
    if not sys.stderr.isatty():
        yield from items
        return
    impatient_s = clock_s() + _PATIENCE_S
    taken = 0
    for item in items:
        yield item
        taken += 1
        if clock_s() > impatient_s:
            break
    if taken == len(items):
        return
    from rich.console import Console  # 60 ms, spent only when a bar is drawn
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=len(items), completed=taken)
        for item in items[taken:]:
            yield item
            bar.advance(task)
