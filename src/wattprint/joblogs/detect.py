"""Which kind of log a file is, from its beginning and its name."""

from pathlib import Path

from wattprint.domain.checks import one_of
from wattprint.domain.errors import InputError
from wattprint.joblogs.base import LogReader
from wattprint.joblogs.text_source import head_of


def _sacct() -> LogReader:
    from wattprint.joblogs.readers.sacct import READER

    return READER


def _pbs() -> LogReader:
    from wattprint.joblogs.readers.pbs import READER

    return READER


def _lsf() -> LogReader:
    from wattprint.joblogs.readers.lsf import READER

    return READER


def _sge() -> LogReader:
    from wattprint.joblogs.readers.sge import READER

    return READER


def _swf() -> LogReader:
    from wattprint.joblogs.readers.swf import READER

    return READER


def _kubernetes() -> LogReader:
    from wattprint.joblogs.readers.kubernetes import READER

    return READER


def _prometheus() -> LogReader:
    from wattprint.joblogs.readers.prometheus import READER

    return READER


def _billing() -> LogReader:
    from wattprint.joblogs.readers.billing import READER

    return READER


def _jobs() -> LogReader:
    from wattprint.joblogs.readers.jobs import READER

    return READER


def _table() -> LogReader:
    from wattprint.joblogs.readers.table import READER

    return READER


_READERS = {
    "sacct": _sacct,
    "pbs": _pbs,
    "lsf": _lsf,
    "sge": _sge,
    "swf": _swf,
    "kubernetes": _kubernetes,
    "prometheus": _prometheus,
    "billing": _billing,
    "jobs": _jobs,
    "table": _table,
}

KINDS = tuple(_READERS)
"""Kinds of logs, as `--kind` takes them, in the order in which a file is tried."""


def reader(kind: str) -> LogReader:
    """Return what reads a kind of log; its module is imported now.

    Raises:
        UnknownNameError: No such kind.
    """
    one_of("kind", kind, KINDS)
    return _READERS[kind]()


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
