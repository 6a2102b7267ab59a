"""What all commands print with: JSON, tables, and messages on standard error."""

import json
import os
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import click


def print_json(document: Any) -> None:
    """Print a document as JSON: keys in their order, no escapes for letters."""
    click.echo(json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False))


def print_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table: drawn to the width of a terminal, or one whole line a row elsewhere."""
    if not sys.stdout.isatty():
        from wattprint.reports.text import aligned  # loads the tables' look-ups

        click.echo("\n".join(aligned(head, rows)))
        return
    from rich.box import SIMPLE_HEAD  # 20 ms, spent only when something is drawn
    from rich.console import Console
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for column in head:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*row)
    Console(markup=False, highlight=False).print(table)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file that takes its place once it is whole: a reader never sees half of it."""
    if path.exists() and not path.is_file():  # a pipe or /dev/stdout; a folder is refused
        path.write_bytes(content)
        return
    place = path.resolve()  # a link stays a link to what is written
    partial = place.with_name(f".{place.name}.{os.getpid()}.partial")
    try:
        partial.write_bytes(content)
        partial.replace(place)
    except OSError as error:
        raise type(error)(error.errno, error.strerror, str(path)) from error
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)


def say(message: str) -> None:
    """Print a message for the person at the terminal, on standard error."""
    with suppress(OSError):  # nobody listens; the exit status still says it
        click.echo(message, err=True)
