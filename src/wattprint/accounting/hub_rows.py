"""Jobs that `wattprint account` accounted for, as runs of a hub: one run a job, each once.

A job has no readings of ours, so its record has none: its footprint is what accounting computed,
under the factor set that it used. Users and accounts stay where they are unless they are asked for.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from hashlib import sha256
from pathlib import Path
from typing import Any

from wattprint.accounting.out_folder import JOBS, SITE, SUMMARY
from wattprint.accounting.site import Site, read_site
from wattprint.accounting.summary import SCHEMA
from wattprint.client.rows import project_of, run_row
from wattprint.domain.coverage import coverage
from wattprint.domain.errors import InputError
from wattprint.domain.evidence import Method
from wattprint.domain.footprint import Components, Emissions, Energy, Footprint, Water
from wattprint.domain.interval import Range
from wattprint.domain.run import RunRecord
from wattprint.domain.units import JOULES_PER_KWH

_UG_PER_KG = 1e9
_OUTCOMES = {
    **dict.fromkeys(("completed",), "completed"),
    **dict.fromkeys(("failed", "out_of_memory", "node_fail", "boot_fail"), "failed"),
    "running": None,
}
"""Outcomes of runs by states of jobs; any other state ended the job before its own end."""
_COMPONENTS = {
    "accelerator": "accelerator_j",
    "cpu": "cpu_j",
    "memory": "memory_j",
    "static": "static_j",
}
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
    factor_set, site = _head(folder)
    for job in _jobs(folder / JOBS):
        said = site.of(job["cluster"] or site.cluster, job["partition_name"] or "").get("zone")
        zone = said if isinstance(said, str) and not job["region"] else None
        named = project or job["project"] or (job["account"] if keep_users else None) or _PROJECT
        run = _record(job, named, zone, keep_users=keep_users)
        footprint = _footprint(job, factor_set, zone)
        yield project_of(run), run_row(run, footprint.as_dict())


def _head(folder: Path) -> tuple[Mapping[str, str], Site]:
    allowed = "expected the folder of `wattprint account LOG --out DIR`"
    try:
        summary = json.loads((folder / SUMMARY).read_text(encoding="utf-8"))
        is_ours = summary["schema"] == SCHEMA
        factor_set = {name: str(summary["factor_set"][name]) for name in ("version", "sha256")}
    except (OSError, ValueError, KeyError, TypeError):
        raise InputError(f"account is {str(folder)!r}, which holds no {SUMMARY}", allowed) from None
    if not is_ours or not (folder / JOBS).is_file():
        raise InputError(f"account is {str(folder)!r}, which holds no {JOBS}", allowed)
    return factor_set, read_site(folder / SITE) if (folder / SITE).is_file() else Site()


def _jobs(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of a Parquet file, some at a time, in the order of their log."""
    import duckdb

    with duckdb.connect() as connection:
        text = "SELECT * FROM read_parquet(?) ORDER BY file, line"
        found = connection.execute(text, [str(path)])
        names = [column[0] for column in found.description or ()]
        while piece := found.fetchmany(_PIECE):
            yield from (dict(zip(names, row, strict=True)) for row in piece)


def run_id_of(job: Mapping[str, Any]) -> str:
    """Return the id of a job: the same for the same job of the same cluster, whichever log."""
    text = json.dumps([job["cluster"] or "", job["job_id"], job["start_s"]])
    return f"job-{sha256(text.encode()).hexdigest()[:32]}"


def _record(
    job: Mapping[str, Any], project: str, zone: str | None, *, keep_users: bool
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
        host={} if job["accelerator"] is None else {"accelerator": job["accelerator"]},
        software={"source": "wattprint account"},
        duration_s=float(job["elapsed_s"]),
    )


def _footprint(
    job: Mapping[str, Any], factor_set: Mapping[str, str], zone: str | None
) -> Footprint:
    method = Method.MEASURED if job["metered_j"] else Method.MODELLED
    counted = {name: method for name, column in _COMPONENTS.items() if job[column]}
    return Footprint(
        factor_set=dict(factor_set),
        energy_kwh=Energy(
            it=_range(job, "it", "j", JOULES_PER_KWH),
            facility=_range(job, "facility", "j", JOULES_PER_KWH),
        ),
        components_kwh=Components(),
        emissions_kg=Emissions(
            *(_range(job, name, "ug", _UG_PER_KG) for name in ("location", "market", "embodied"))
        ),
        water_l=Water(),
        coverage=coverage(**counted),
        evidence=(),
        work={"job": job["job_id"], "accounted_by": "wattprint account", "zone": zone},
    )


def _range(job: Mapping[str, Any], name: str, unit: str, scale: float) -> Range | None:
    value, low, high = (job[f"{name}{bound}_{unit}"] for bound in ("", "_low", "_high"))
    if value is None:
        return None
    bounds = (value if low is None else low, value if high is None else high)
    return Range(value / scale, bounds[0] / scale, bounds[1] / scale)
