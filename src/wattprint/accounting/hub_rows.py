"""Jobs that `wattprint account` accounted for, as runs of a hub: one run a job, each once.

A job has no readings of ours, so its record has none: its footprint is what accounting computed,
under the factor set that it used. Users and accounts stay where they are unless they are asked for.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timezone
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from wattprint.accounting.hub_footprint import (
    NO_FACTORS,
    Factors,
    footprint_of_job,
    read_factors,
)
from wattprint.accounting.naming import UNKNOWN_ACCELERATOR
from wattprint.accounting.out_folder import JOBS, SITE, SUMMARY
from wattprint.accounting.site import Site, read_site
from wattprint.accounting.summary import SCHEMA
from wattprint.client.rows import run_row
from wattprint.domain.errors import InputError
from wattprint.domain.run import HARDWARE, RunRecord

_OUTCOMES = {
    **dict.fromkeys(("completed",), "completed"),
    **dict.fromkeys(("failed", "out_of_memory", "node_fail", "boot_fail"), "failed"),
    "running": None,
}
"""Outcomes of runs by states of jobs; any other state ended the job before its own end."""
_PIECE = 1000
_PROJECT = "cluster jobs"


def job_rows(
    folder: Path, *, project: str | None, keep_users: bool
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the project and the row of `POST /api/v1/runs:batch` of every job of a folder.

    Args:
        folder: What `wattprint account --out` wrote.
        project: Project of all jobs; None takes each job's own, or one for all that have none.
        keep_users: Whether the names of users and accounts go along.

    Raises:
        InputError: It is no such folder.
    """
    head = _head(folder)
    site = head.site
    for job in _jobs(folder / JOBS):
        said = site.of(job["cluster"] or site.cluster, job["partition_name"] or "").get("zone")
        zone = said if isinstance(said, str) and not job["region"] else None
        named = _project(job, site, project, keep_users=keep_users)
        factors = head.factors.get((job["kind"], job["year"]), NO_FACTORS)
        run = _record(job, named, zone, factors.accelerator, keep_users=keep_users)
        footprint = footprint_of_job(job, factors, site=site, factor_set=head.factor_set, zone=zone)
        yield named, run_row(run, footprint.as_dict())


def job_keys(folder: Path, *, project: str | None, keep_users: bool) -> Iterator[tuple[str, str]]:
    """Return an iterator over the project and the id of every job, as `job_rows` has them.

    Raises:
        InputError: It is no such folder.
    """
    site = _head(folder).site
    names = ("cluster", "job_id", "start_s", "project", "account")
    return (
        (_project(job, site, project, keep_users=keep_users), run_id_of(job))
        for job in _jobs(folder / JOBS, names)
    )


def teams_of_projects(folder: Path, *, project: str | None, keep_users: bool) -> dict[str, str]:
    """Return the team of each project whose jobs are all of one, by the log or else the site.

    Raises:
        InputError: It is no such folder.
    """
    site = _head(folder).site
    names = ("project", "account", "team")
    found: dict[str, set[str | None]] = {}
    for job in _jobs(folder / JOBS, names, only_distinct=True):
        named = _project(job, site, project, keep_users=keep_users)
        found.setdefault(named, set()).add(job["team"] or site.teams.get(job["account"]))
    single = {named: next(iter(teams)) for named, teams in found.items() if len(teams) == 1}
    return {named: team for named, team in single.items() if team}


def _project(job: Mapping[str, Any], site: Site, project: str | None, *, keep_users: bool) -> str:
    """Return the project of a job: the one given, the log's, else the site's of the account."""
    account = job["account"]
    named = project or job["project"] or site.projects.get(account)
    named = named or (account if keep_users else None) or _PROJECT
    return str(named).strip()  # as a hub knows it


class _Head(NamedTuple):
    """What holds for all jobs of a folder."""

    factor_set: Mapping[str, str]
    factors: Mapping[tuple[int, int], Factors]
    site: Site


def _head(folder: Path) -> _Head:
    allowed = "expected the folder of `wattprint account LOG --out DIR`"
    try:
        summary = json.loads((folder / SUMMARY).read_text(encoding="utf-8"))
        is_ours = summary["schema"] == SCHEMA
        factor_set = {name: str(summary["factor_set"][name]) for name in ("version", "sha256")}
        factors = read_factors(summary["factors"])
    except (OSError, ValueError, KeyError, TypeError):
        raise InputError(f"account is {str(folder)!r}, which holds no {SUMMARY}", allowed) from None
    if not is_ours or not (folder / JOBS).is_file():
        raise InputError(f"account is {str(folder)!r}, which holds no {JOBS}", allowed)
    site = read_site(folder / SITE) if (folder / SITE).is_file() else Site()
    return _Head(factor_set, factors, site)


def _jobs(
    path: Path, names: Sequence[str] = ("*",), *, only_distinct: bool = False
) -> Iterator[dict[str, Any]]:
    """Yield rows of a Parquet file, some at a time, in the order of their log."""
    import duckdb

    with duckdb.connect() as connection:
        columns = ", ".join(names)
        text = f"SELECT {columns} FROM read_parquet(?) ORDER BY file, line"
        if only_distinct:
            text = f"SELECT DISTINCT {columns} FROM read_parquet(?) ORDER BY {columns}"
        found = connection.execute(text, [str(path)])
        names = [column[0] for column in found.description or ()]
        while piece := found.fetchmany(_PIECE):
            yield from (dict(zip(names, row, strict=True)) for row in piece)


def run_id_of(job: Mapping[str, Any]) -> str:
    """Return the id of a job: the same for the same job of the same cluster, whichever log."""
    text = json.dumps([job["cluster"] or "", job["job_id"], job["start_s"]])
    return f"job-{sha256(text.encode()).hexdigest()[:32]}"


def _record(
    job: Mapping[str, Any],
    project: str,
    zone: str | None,
    accelerator: str,
    *,
    keep_users: bool,
) -> RunRecord:
    started = datetime.fromtimestamp(job["start_s"], timezone.utc)
    people = {"user": job["user_name"], "account": job["account"]} if keep_users else {}
    tags = {
        "kind": "job",
        "cluster": job["cluster"],
        "partition": job["partition_name"],
        "state": job["state"],
        **people,
    }
    place = {"region": job["region"], "zone": zone}
    return RunRecord(
        run_id=run_id_of(job),
        project=project,
        name=f"job {job['job_id']}",
        started_at=started.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        outcome=_OUTCOMES.get(job["state"] or "", "interrupted"),
        tags={name: text for name, text in tags.items() if text},
        place={name: text for name, text in place.items() if text},
        host=_host(job, accelerator),
        software={"source": "wattprint account"},
        duration_s=float(job["elapsed_s"]),
    )


def _host(job: Mapping[str, Any], accelerator: str) -> dict[str, str]:
    """Return what a job ran on, as its devices would say, of which its record has none."""
    if not job["accelerator_s"]:
        return {HARDWARE: "CPU"}
    known = job["accelerator"] if accelerator in ("", UNKNOWN_ACCELERATOR.name) else accelerator
    return {HARDWARE: known} if known else {}
