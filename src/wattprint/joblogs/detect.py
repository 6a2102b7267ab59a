"""Which kind of log a file is, from its beginning and its name."""

from pathlib import Path

from wattprint.domain.checks import one_of
from wattprint.domain.errors import InputError
from wattprint.joblogs.base import LogReader
from wattprint.joblogs.text_source import head_of

KINDS = ("sacct", "table")
"""Kinds of logs, as `--kind` takes them, in the order in which a file is tried."""


def reader(kind: str) -> LogReader:
    """Return what reads a kind of log; its module is imported now.

    Raises:
        UnknownNameError: No such kind.
    """
    one_of("kind", kind, KINDS)
    from importlib import import_module

    found: LogReader = import_module(f"wattprint.joblogs.readers.{kind}").READER
    return found


def reader_for(path: Path, kind: str | None = None) -> LogReader:
    """Return what reads a file: as its kind says, or as its beginning looks.

    Raises:
        UnknownNameError: No such kind.
        InputError: The file cannot be read, is empty, or looks like no kind of log.
    """
    if kind is not None:
        return reader(kind)
    head = head_of(path)
    if not head.strip():
        raise InputError(f"{path} is empty", "expected a log of jobs")
    for name in KINDS:
        candidate = reader(name)
        if candidate.fits(head, path.name):
            return candidate
    raise InputError(
        f"{path} is of no known kind",
        "expected one of " + ", ".join(KINDS) + "; name it with --kind if it is one of these",
    )
