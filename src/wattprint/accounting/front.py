"""`wattprint.account`: from logs of a cluster to what a person wants to know of its jobs."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

from wattprint.accounting.account import Accounted, Asked, FindSeries
from wattprint.accounting.account import account as account_jobs
from wattprint.accounting.engine_faults import engine_faults
from wattprint.accounting.engines.base import Engine
from wattprint.accounting.rollups import Keys
from wattprint.accounting.site import PLACE_KEYS, WHERE, Site, read_site, site_of
from wattprint.accounting.summarise import Told, summarise
from wattprint.accounting.summary import AccountReport, LogFile, Noted, Reading, Reason
from wattprint.domain.errors import InputError
from wattprint.domain.jobs import NOTES, Kind
from wattprint.estimator.place import find_place
from wattprint.joblogs.base import LogSettings
from wattprint.joblogs.read import JobLogs, Progress, read_logs

JOBS_FILE = "jobs.parquet"
"""Figures of every job."""
THREADS = 2
MEMORY_MB = 300
"""What the engine may hold in memory, the log's reader before it as well. [MB]"""


class Wanted(NamedTuple):
    """What is to be accounted for, checked."""

    paths: Sequence[Path]
    site: Site
    by: Sequence[Keys] = ()
    kind: str | None = None
    engine: str = "duckdb"
    threads: int = THREADS
    memory_mb: int = MEMORY_MB
    place_source: str = ""
    found_place: Mapping[str, str] = {}
    """Zone or region where neither site nor log says any; `FOUND` is who says so."""


FOUND = "the project's files or the environment"


class Working(NamedTuple):
    """Jobs that are accounted for, with the engine that still holds them."""

    report: AccountReport
    accounted: Accounted
    engine: Engine
    logs: JobLogs
    kinds: tuple[Kind, ...]
    site: Site
    find_series: FindSeries | None


def placed_site(
    site: str | PathLike[str] | Site | None, place: Mapping[str, Any], timezone: str | None = None
) -> tuple[Site, str]:
    """Return a site with what is said beside it, and who says where it is.

    Raises:
        InputError: Anything unknown or impossible: places are looked up now, not after the log.
    """
    read = site if isinstance(site, Site) else Site() if site is None else read_site(Path(site))
    described = read.with_place(**place)
    if timezone is not None:
        described = described._replace(timezone=site_of({"timezone": timezone}).timezone)
    for cluster, partition in [("", ""), *((name, "") for name in read.clusters), *read.partitions]:
        _check_place(described.of(cluster, partition))
    if any(place.get(name) is not None for name in WHERE):
        return described, "option"
    return described, "site" if says_where(read) else ""


def says_where(site: Site) -> bool:
    """Tell whether a site says of any machine where it stands."""
    levels = (site.said, *site.clusters.values(), *site.partitions.values())
    return any(name in level for level in levels for name in WHERE)


def _check_place(said: Mapping[str, Any]) -> None:
    place = {name: given for name, given in said.items() if name in PLACE_KEYS}
    if not any(name in place for name in WHERE):
        # A region may yet come from the log.
        place = {name: place[name] for name in ("pue",) if isinstance(place.get(name), float)}
    find_place(**place)


@contextmanager
def accounting(
    wanted: Wanted,
    scratch: Path,
    jobs: Path,
    *,
    progress: Progress | None = None,
    find_hours: "Callable[[Sequence[Kind], Site], FindSeries | None] | None" = None,
) -> Iterator[Working]:
    """Read logs and account for their jobs, and hold the engine for further questions.

    Args:
        wanted: What is to be accounted for.
        scratch: A folder for what is not kept.
        jobs: Where the figures of every job go.
        progress: Told how far the reading is.
        find_hours: Says how to find the intensity of hours, once it is known which jobs there are.

    Raises:
        InputError: No log, or no job in it; a site that names something unknown.
    """
    logs = read(wanted, scratch / "read", progress)
    kinds = logs.kinds
    if not logs.counts.jobs:
        raise nothing_ran(logs)
    site, place_source = _site_and_source(wanted, kinds)
    find_series = None if find_hours is None else find_hours(kinds, site)
    engine = opened(wanted, scratch)
    try:
        with engine_faults():
            asked = Asked(logs.parts, kinds, site, find_series)
            accounted = account_jobs(asked, engine, jobs)
            told = Told(kinds, site, reading_of(logs, kinds, site), place_source)
            report = summarise(accounted, engine, told, wanted.by)
            yield Working(report, accounted, engine, logs, kinds, site, find_series)
    finally:
        engine.close()


def read(wanted: Wanted, folder: Path, progress: Progress | None = None) -> JobLogs:
    """Read the logs into a table of jobs in a folder."""
    refuse_without_extra()
    site = wanted.site
    with engine_faults():
        return read_logs(
            wanted.paths,
            folder=folder,
            kind=wanted.kind,
            settings=LogSettings(timezone=site.timezone, cluster=site.cluster),
            progress=progress,
            threads=wanted.threads,
            memory_mb=wanted.memory_mb * 2 // 3,
        )


def opened(wanted: Wanted, scratch: Path) -> Engine:
    """Return the engine that is asked for, open."""
    from wattprint.accounting.engines.opening import open_engine

    return open_engine(
        wanted.engine,
        scratch / "overflow",
        threads=wanted.threads,
        memory_limit_mb=wanted.memory_mb,
    )


def refuse_without_extra() -> None:
    """Refuse to go on without the extra 'account'.

    Raises:
        InputError: It is not installed.
    """
    from importlib.util import find_spec

    if find_spec("duckdb") is None:
        raise InputError(
            "accounting for logs takes the package duckdb, which is not installed",
            "pip install 'wattprint[account]'",
        )


def reading_of(logs: JobLogs, kinds: Sequence[Kind], site: Site) -> Reading:
    """Return how logs were read, and what was adjusted in their jobs."""
    counts = logs.counts
    undescribed = sum(k.jobs for k in kinds if not site.describes(k.cluster, k.partition_name))
    notes = {**logs.notes, "partition_unknown": undescribed}
    return Reading(
        files=tuple(LogFile(str(one.path), one.kind, one.counts.rows) for one in logs.files),
        rows=counts.rows,
        jobs=counts.jobs,
        steps=counts.steps,
        never_started=counts.never_started,
        duplicates=counts.duplicates,
        rejected=counts.rejected,
        skipped=tuple(logs.skipped.items()),
        reasons=_reasons(logs),
        notes=tuple(
            Noted(note.name, note.words, notes[note.name]) for note in NOTES if notes.get(note.name)
        ),
        first_s=logs.totals.first_s,
        last_s=logs.totals.last_s,
    )


def _reasons(logs: JobLogs) -> tuple[Reason, ...]:
    import re

    def without_values(reason: str) -> str:
        return re.sub(r"'[^']*'", "...", reason)

    first: dict[str, tuple[str, int]] = {}
    for file, line, reason in logs.rejected_first:
        first.setdefault(without_values(reason), (str(logs.files[file - 1].path), line))
    return tuple(
        Reason(reason, rows, *first.get(without_values(reason), ("", None)))
        for reason, rows in logs.reasons.items()
    )


def nothing_ran(logs: JobLogs) -> InputError:
    """Return the refusal of logs in which no job ran."""
    counts = logs.counts
    names = ", ".join(str(one.path) for one in logs.files[:3])
    if counts.rejected:
        file, line, reason = logs.rejected_first[0]
        where = f"{logs.files[file - 1].path}, line {line}"
        why = f"rejected rows {counts.rejected:,}, the first ({where}): {reason}"
    elif counts.never_started:
        why = f"jobs that wait or never began {counts.never_started:,}"
    else:
        why = "it has no rows"
    return InputError(f"no job in {names} can be accounted for: {why}", "expected jobs that ran")


def _site_and_source(wanted: Wanted, kinds: Sequence[Kind]) -> tuple[Site, str]:
    """Return the site with the place that holds, and who says so."""
    if wanted.place_source:
        return wanted.site, wanted.place_source
    if any(kind.region for kind in kinds):
        return wanted.site, "log"
    if wanted.found_place:
        return wanted.site.with_place(**wanted.found_place), FOUND
    return wanted.site, ""
