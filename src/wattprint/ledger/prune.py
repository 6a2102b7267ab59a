"""Pruning: which runs a ledger may forget, and their deletion."""

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from wattprint.domain.errors import RecordError
from wattprint.domain.run import OUTCOMES
from wattprint.ledger.journal import has_header
from wattprint.ledger.runs import Ledger, has_vanished

UNREADABLE = "unreadable"
PRUNABLE = (*OUTCOMES, UNREADABLE)
"""States in which a run may be deleted; one that goes on is in none of them."""
_BEING_MADE_S = 300.0
"""A file without a header may be one whose header is just being written, as another machine sees it
late: a network file system's client keeps what it knows for a minute. [s]"""


class Criteria(NamedTuple):
    """What is deleted: what fits all that is given."""

    older_than: str | None = None
    """Started before this time, RFC 3339 in UTC."""
    state: str | None = None
    """One of `PRUNABLE`; None means every outcome, and nothing unreadable."""
    project: str | None = None
    keep: int = 0
    """So many of the newest that fit are kept."""


class Candidate(NamedTuple):
    """A journal that fits the criteria, as it was when it was looked at."""

    run_id: str
    project: str | None
    state: str
    started_at: str
    """Start of the run; of a file without a header, when it was last written."""
    size_bytes: int
    changed_ns: int


class Pruned(NamedTuple):
    """What became of the candidates."""

    deleted: tuple[Candidate, ...]
    changed: tuple[Candidate, ...]
    """Written to since they were looked at, and so left alone."""
    refused: dict[str, str]
    """Why a journal could not be deleted, by run id."""

    @property
    def freed_bytes(self) -> int:
        """Size of what was deleted [B]."""
        return sum(candidate.size_bytes for candidate in self.deleted)


def candidates(
    ledger: Ledger,
    criteria: Criteria,
    run_ids: Iterable[str],
    *,
    clock_s: Callable[[], float] = time.time,
) -> list[Candidate]:
    """Return what would be deleted, newest first. A run that goes on is never among it.

    Args:
        ledger: The ledger.
        criteria: What is deleted.
        run_ids: Ids of all runs, newest first.
        clock_s: Seconds since 1970, for the age of files without a header. [s]
    """
    found = [
        candidate
        for run_id in run_ids
        if (candidate := _candidate(ledger, run_id, criteria, clock_s)) is not None
        # Both are RFC 3339 in UTC, and so in the order of their letters.
        and (criteria.older_than is None or candidate.started_at < criteria.older_than)
    ]
    return found[criteria.keep :]


def delete(ledger: Ledger, doomed: Iterable[Candidate]) -> Pruned:
    """Delete journals. One that has vanished is fine; one written to meanwhile is left alone."""
    deleted: list[Candidate] = []
    changed: list[Candidate] = []
    refused: dict[str, str] = {}
    for candidate in doomed:
        path = ledger.path(candidate.run_id)
        try:
            if _as_it_is(path) != (candidate.size_bytes, candidate.changed_ns):
                changed.append(candidate)
                continue
            path.unlink()
        except OSError as error:
            if not has_vanished(error):
                refused[candidate.run_id] = str(error)
            continue
        deleted.append(candidate)
    return Pruned(tuple(deleted), tuple(changed), refused)


def rfc3339(epoch_s: float) -> str:
    """Write a time since 1970 as journals do."""
    whole_s, fraction = divmod(epoch_s, 1)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(whole_s)) + f".{int(fraction * 1e3):03d}Z"


def _candidate(
    ledger: Ledger, run_id: str, criteria: Criteria, clock_s: Callable[[], float]
) -> Candidate | None:
    """Return a run of the state and project that are wanted; None for any other."""
    path = ledger.path(run_id)
    try:
        # Its size first: a line that is written while it is looked at shows as a change later.
        size_bytes, changed_ns = _as_it_is(path)
        if criteria.state == UNREADABLE:
            is_old = clock_s() - changed_ns / 1e9 > _BEING_MADE_S
            # A later version's journal, or one with a wrong line, has a header: it stays.
            if criteria.project is not None or not is_old or has_header(path):
                return None
            written_at = rfc3339(changed_ns / 1e9)
            return Candidate(run_id, None, UNREADABLE, written_at, size_bytes, changed_ns)
        listed = ledger.listed_run(run_id, project=criteria.project)
    except (RecordError, OSError):
        return None
    wanted = OUTCOMES if criteria.state is None else (criteria.state,)
    if listed is None or listed.state not in wanted:
        return None
    run = listed.run
    return Candidate(run_id, run.project, listed.state, run.started_at, size_bytes, changed_ns)


def _as_it_is(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_size, status.st_mtime_ns
