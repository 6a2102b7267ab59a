"""Which kind of log a file is, from its beginning and its name."""

from pathlib import Path

from wattprint.domain.checks import one_of
from wattprint.domain.errors import InputError
from wattprint.joblogs.base import LogReader
from wattprint.joblogs.no_logs import no_log
from wattprint.joblogs.text_source import head_of

KINDS = (
    "sacct",
    "pbs",
    "lsf",
    "sge",
    "swf",
    "kubernetes",
    "prometheus",
    "billing",
    "jobs",
    "table",
)
"""Kinds of logs, as `--kind` takes them, in the order in which a file is tried."""


def readers() -> dict[str, LogReader]:
    """Return what reads each kind; their modules are imported now, and not with this one."""
    from wattprint.joblogs.readers import (
        billing,
        jobs,
        kubernetes,
        lsf,
        pbs,
        prometheus,
        sacct,
        sge,
        swf,
        table,
    )

    found: tuple[LogReader, ...] = (
        sacct.READER,
        pbs.READER,
        lsf.READER,
        sge.READER,
        swf.READER,
        kubernetes.READER,
        prometheus.READER,
        billing.READER,
        jobs.READER,
        table.READER,
    )
    return {one.kind: one for one in found}


def reader(kind: str) -> LogReader:
    """Return what reads a kind of log.

    Raises:
        UnknownNameError: No such kind.
    """
    one_of("kind", kind, KINDS)
    return readers()[kind]


def reader_for(path: Path, kind: str | None = None) -> LogReader:
    """Return what reads a file: as its kind says, or as its beginning looks.

    Raises:
        UnknownNameError: No such kind.
        InputError: The file cannot be read, is empty, or looks like no kind of log; of what
            people take for a log it is said what to give instead.
    """
    if kind is not None:
        return reader(kind)
    head = head_of(path)
    if not head.strip():
        raise InputError(f"{path} is empty", "expected a log of jobs")
    for candidate in readers().values():
        if candidate.fits(head, path.name):
            return candidate
    if (known := no_log(head)) is not None:
        raise InputError(f"{path} {known.what}", known.instead)
    raise InputError(
        f"{path} is of no known kind",
        "expected one of " + ", ".join(KINDS) + "; name it with --kind if it is one of these",
    )
