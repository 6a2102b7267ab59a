"""What is shown of work that takes more than a second: at a terminal, on standard error."""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TypeVar

import click

Item = TypeVar("Item")

_PATIENCE_S = 1.0
"""What takes no longer than this needs no bar. [s]"""


@contextmanager
def waiting(message: str, *, shown: bool) -> Iterator[None]:
    """Show a message on a terminal for as long as something takes.

    Args:
        message: What is being done.
        shown: Whether to show it on a terminal at all.
    """
    if not (shown and sys.stderr and sys.stderr.isatty()):
        yield
        return
    click.echo(message, err=True, nl=False)
    try:
        yield
    finally:
        click.echo("\r" + " " * len(message) + "\r", err=True, nl=False)


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


@contextmanager
def bytes_progress(
    total_bytes: int, label: str, *, clock_s: Callable[[], float] = time.monotonic
) -> Iterator[Callable[[int], None]]:
    """Give a function that is told how many bytes are done; it shows them once that lasts.

    Args:
        total_bytes: How many there are. [B]
        label: What is being done.
        clock_s: A clock that does not jump. [s]
    """
    if not sys.stderr.isatty():
        yield lambda done_bytes: None  # noqa: ARG005 - nobody looks
        return
    impatient_s = clock_s() + _PATIENCE_S
    with ExitStack() as shown:
        update: Callable[[int], None] | None = None

        def progress(done_bytes: int) -> None:
            nonlocal update
            if update is None and clock_s() > impatient_s:
                update = shown.enter_context(_bytes_bar(total_bytes, label))
            if update is not None:
                update(done_bytes)

        yield progress


@contextmanager
def _bytes_bar(total_bytes: int, label: str) -> Iterator[Callable[[int], None]]:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=total_bytes)
        yield lambda done_bytes: bar.update(task, completed=done_bytes)


@contextmanager
def rows_progress(
    label: str, *, clock_s: Callable[[], float] = time.monotonic
) -> Iterator[Callable[[int, int], None]]:
    """Give a function that is told of rows done and rows there are; it shows them if that lasts.

    Args:
        label: What is being done.
        clock_s: A clock that does not jump. [s]
    """
    if not (sys.stderr and sys.stderr.isatty()):
        yield lambda done, total: None  # noqa: ARG005 - nobody looks
        return
    impatient_s = clock_s() + _PATIENCE_S
    with ExitStack() as shown:
        update: Callable[[int, int], None] | None = None

        def told(done: int, total: int) -> None:
            nonlocal update
            if update is None and clock_s() > impatient_s:
                update = shown.enter_context(_rows_bar(label))
            if update is not None:
                update(done, total)

        yield told


@contextmanager
def _rows_bar(label: str) -> Iterator[Callable[[int, int], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
