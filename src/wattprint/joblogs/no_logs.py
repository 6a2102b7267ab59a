"""Files that people take for a log and that are none: what each is, and what to give instead."""

import re
from typing import NamedTuple

_LINES = re.MULTILINE
_ID = r"\d+(?:_\d+|\+\d+)?"


class NoLog(NamedTuple):
    """What a file is that is no log."""

    what: str
    """Follows the name of the file: 'is ...'."""
    instead: str
    """What was expected."""


_POINTERS = (
    (
        re.compile(r"\Aversion https://git-lfs\.github\.com/spec/"),
        NoLog("is a pointer of Git LFS, not the file", "expected the file: git lfs pull"),
    ),
    (
        re.compile(r"\A\S{0,200}\.git/annex/objects/\S+\s*\Z|\A/annex/objects/\S+\s*\Z"),
        NoLog("is a pointer of git-annex, not the file", "expected the file: git annex get"),
    ),
)

_NO_LOGS = (
    (
        re.compile(rf"^\s*{_ID}(?:\.\w+)?\|[^\n]*\|", _LINES),
        NoLog(
            "looks like rows of sacct without their header",
            "expected the names of its columns first: leave out --noheader (-n), or put the line "
            "of names on top",
        ),
    ),
    (
        re.compile(r'\A\s*\{(?:.|\n){0,60000}"job_state"\s*:'),
        NoLog("looks like `squeue --json`", "expected `sacct --json`, which has ended jobs"),
    ),
    (
        re.compile(r"^\s*JobId=\d+ (?:ArrayJobId=\d+ )?[^\n]*JobName=", _LINES),
        NoLog("looks like `scontrol show job`", "expected a dump of sacct, which has ended jobs"),
    ),
    (
        re.compile(r"^\s*JOBID\s+PARTITION\s+NAME\s+USER\s+ST\s", _LINES),
        NoLog("looks like squeue", "expected a dump of sacct, which has ended jobs"),
    ),
    (
        re.compile(r"^qname\s+\S[^\n]*\n\s*hostname\s", _LINES),
        NoLog(
            "looks like qacct",
            "expected what qacct reads: the file accounting of Grid Engine "
            "($SGE_ROOT/default/common/accounting)",
        ),
    ),
    (
        re.compile(r"^\d\d/\d\d/\d{4} \d\d:\d\d:\d\d;[0-9a-f]{4};PBS_Server", _LINES),
        NoLog(
            "looks like the log of the PBS server",
            "expected its accounting (server_priv/accounting/YYYYMMDD)",
        ),
    ),
    (
        re.compile(r"^# (?:HELP|TYPE) \w+|^(?:DCGM|kepler)_\w+\{", _LINES),
        NoLog(
            "looks like one scrape of an exporter",
            "expected the answer of a range query to Prometheus (/api/v1/query_range)",
        ),
    ),
    (
        re.compile(r'\A\s*\{\s*"status"\s*:\s*"error"'),
        NoLog("holds the error that Prometheus answered", "expected an answer with a result"),
    ),
    (
        re.compile(r"\A[^\n]*lineItem/", re.IGNORECASE),
        NoLog(
            "is a bill of AWS without what was used",
            "expected the columns lineItem/ProductCode, UsageType and UsageAmount",
        ),
    ),
    (
        re.compile(r"\A[^\n]*\bMeterCategory\b", re.IGNORECASE),
        NoLog(
            "is a bill of Azure without what was used",
            "expected the columns MeterCategory, MeterName, Quantity and Date",
        ),
    ),
    (
        re.compile(r"\A[^\n]*\bsku[._ ]description\b", re.IGNORECASE),
        NoLog(
            "is a bill of Google Cloud without what was used",
            "expected the columns sku.description, usage_start_time, usage.amount and usage.unit",
        ),
    ),
    (
        re.compile(r"^ *JobID(?:Raw)? [^\n|]*\bElapsed", re.IGNORECASE | _LINES),
        NoLog(
            "looks like sacct in columns whose widths are not told",
            "expected the line of dashes below the header, or sacct --parsable2",
        ),
    ),
)
"""In the order in which a file is asked; the bills are asked after their readers."""


def pointer(head: str) -> NoLog | None:
    """Tell a file that stands for another one, which was not fetched."""
    return _found(_POINTERS, head)


def no_log(head: str) -> NoLog | None:
    """Tell what a file is that no reader takes; None if it is nothing that is known.

    Args:
        head: Its beginning.
    """
    return pointer(head) or _found(_NO_LOGS, head)


def _found(known: tuple[tuple[re.Pattern[str], NoLog], ...], head: str) -> NoLog | None:
    return next((what for pattern, what in known if pattern.search(head)), None)
