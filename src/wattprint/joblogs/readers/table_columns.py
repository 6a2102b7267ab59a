"""Which column of a plain table is what: by its name, its unit by the end of its name.

`elapsed_h`, `Elapsed (h)` and `elapsed-h` are the same: time that a job ran, in hours.
"""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from wattprint.domain.errors import InputError, UnknownNameError, nearest_names

TIME_UNITS = {
    "ms": 1e-3, "s": 1.0, "sec": 1.0, "secs": 1.0, "second": 1.0, "seconds": 1.0,
    "m": 60.0, "min": 60.0, "mins": 60.0, "minutes": 60.0,
    "h": 3600.0, "hr": 3600.0, "hrs": 3600.0, "hour": 3600.0, "hours": 3600.0,
    "d": 86400.0, "day": 86400.0, "days": 86400.0,
}  # fmt: skip
"""Unit of a duration -> seconds."""

SIZE_UNITS = {
    "b": 2.0**-30, "byte": 2.0**-30, "bytes": 2.0**-30, "kb": 2.0**-20, "kib": 2.0**-20,
    "mb": 2.0**-10, "mib": 2.0**-10, "gb": 1.0, "gib": 1.0, "tb": 1024.0, "tib": 1024.0,
}  # fmt: skip
"""Unit of memory -> GB of 2**30 bytes: what is sold as an MB of memory is 2**20."""

ENERGY_UNITS = {"j": 1.0, "joule": 1.0, "joules": 1.0, "kj": 1e3, "mj": 1e6, "wh": 3.6e3,
                "kwh": 3.6e6, "mwh": 3.6e9}  # fmt: skip
"""Unit of energy -> J; `mj` is a million joules."""

SHARE_UNITS = {"ratio": 1.0, "share": 1.0, "percent": 0.01, "pct": 0.01, "perc": 0.01}
MOMENT_UNITS = {"s": 1.0, "epoch": 1.0, "unix": 1.0, "ms": 1e-3, "utc": 1.0}
"""Unit of a moment written as a number -> seconds since 1970."""


class Quantity(NamedTuple):
    """What a column of the table of jobs may be called, and in what units it may come."""

    names: tuple[str, ...]
    units: Mapping[str, float] = {}
    needs_unit: bool = False
    """Whether a bare number says nothing without a unit in the name."""


QUANTITIES = {
    "job_id": Quantity(("job_id", "jobid", "job", "job_number", "jobidraw", "id_job", "id")),
    "cluster": Quantity(("cluster", "cluster_name", "system")),
    "user_name": Quantity(
        ("user_name", "user", "username", "owner", "user_id", "userid", "uid", "id_user")
    ),
    "account": Quantity(
        ("account", "account_name", "acct", "allocation", "group", "group_name", "namespace", "gid")
    ),
    "project": Quantity(("project", "project_name", "project_id", "wckey")),
    "team": Quantity(("team", "department", "lab")),
    "partition_name": Quantity(
        ("partition_name", "partition", "queue", "queue_name", "qname")
    ),
    "accelerator": Quantity(
        ("accelerator", "accelerator_type", "accelerator_name", "gpu_type", "gpu_model", "gpu_name")
    ),
    "instance": Quantity(("instance", "instance_type", "machine_type")),
    "region": Quantity(("region", "cloud_region")),
    "state": Quantity(("state", "job_state", "status", "job_status", "exit_state")),
    "start": Quantity(
        ("start", "start_time", "started", "started_at", "time_start", "starttime", "begin",
         "begin_time", "start_date", "start_ts"), MOMENT_UNITS),
    "end": Quantity(
        ("end", "end_time", "ended", "ended_at", "time_end", "endtime", "finish", "finish_time",
         "finished_at", "completion_time", "stop_time", "end_date", "end_ts"), MOMENT_UNITS),
    "submit": Quantity(
        ("submit", "submit_time", "submitted", "submitted_at", "time_submit", "submission_time",
         "qtime", "queued_at", "created_at"), MOMENT_UNITS),
    "elapsed": Quantity(
        ("elapsed", "elapsed_time", "run_time", "runtime", "walltime", "wall_time", "wallclock",
         "wallclock_used", "walltime_used", "duration", "elapsedraw", "ru_wallclock"), TIME_UNITS),
    "nodes": Quantity(
        ("nodes", "nodes_alloc", "alloc_nodes", "nodes_used", "num_nodes", "nnodes", "node_count",
         "nodect", "nodes_req")),
    "cpus": Quantity(
        ("cpus", "cpus_alloc", "alloc_cpus", "alloccpus", "ncpus", "num_cpus", "cpu_count", "cores",
         "cores_alloc", "num_cores", "ncores", "processors", "processors_alloc", "nprocs", "procs",
         "slots", "vcpus", "cpus_req", "cores_req", "processors_req", "reqcpus")),
    "cpu": Quantity(
        ("cpu", "cpu_time", "cputime", "cpu_time_used", "total_cpu", "totalcpu", "cput",
         "cpu_used"), TIME_UNITS),
    "gpus": Quantity(
        ("gpus", "gpus_alloc", "alloc_gpus", "ngpus", "num_gpus", "gpu_count", "gpu",
         "accelerators", "num_accelerators", "gpus_used", "gpus_req", "gpus_requested")),
    "gpus_requested": Quantity(("gpus_requested", "gpus_req", "req_gpus", "requested_gpus")),
    "gpu_load": Quantity(
        ("gpu_load", "gpu_util", "gpu_utilization", "gpu_utilisation", "accelerator_load"),
        SHARE_UNITS, needs_unit=True),
    "memory": Quantity(
        ("memory", "mem", "memory_alloc", "mem_alloc", "alloc_mem", "memory_req", "mem_req",
         "memory_requested", "mem_requested", "req_mem", "reqmem", "ram", "rss_req"),
        SIZE_UNITS, needs_unit=True),
    "memory_used": Quantity(
        ("memory_used", "mem_used", "used_mem", "max_rss", "maxrss", "peak_memory", "peak_mem",
         "max_memory", "max_mem", "maxvmem"), SIZE_UNITS, needs_unit=True),
    "node_energy": Quantity(
        ("node_energy", "energy", "consumed_energy", "energy_used", "total_energy"),
        ENERGY_UNITS, needs_unit=True),
    "accelerator_energy": Quantity(
        ("accelerator_energy", "gpu_energy", "accelerators_energy", "gpus_energy"),
        ENERGY_UNITS, needs_unit=True),
}  # fmt: skip
"""Quantity -> how columns are called that hold it, best first; small letters, `_` between words."""

_UNIT_OF_TABLE = {
    "start_s": "start", "end_s": "end", "elapsed_s": "elapsed", "cpu_s": "cpu",
    "memory_gb": "memory", "memory_used_gb": "memory_used", "node_energy_j": "node_energy",
    "accelerator_energy_j": "accelerator_energy",
}  # fmt: skip


class Found(NamedTuple):
    """The column of a file that holds a quantity, and what one unit of it is worth."""

    column: str
    factor: float | None
    """What a bare number is multiplied by; None where that is not known."""


def words_of(name: str) -> str:
    """Return a name in small letters, its words with `_` between them."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return re.sub(r"[^a-z0-9]+", "_", spaced.casefold()).strip("_")


def guessed(names: Sequence[str]) -> dict[str, Found]:
    """Return which column holds which quantity, as far as names tell.

    >>> guessed(["JobID", "Elapsed (h)"])["elapsed"]
    Found(column='Elapsed (h)', factor=3600.0)
    """
    found: dict[str, Found] = {}
    for quantity, meant in QUANTITIES.items():
        best = len(meant.names)
        for name in names:
            for form in {words_of(name), words_of(name.casefold())}:
                stem, factor = _parted(form, meant)
                if stem in meant.names[:best]:
                    best = meant.names.index(stem)
                    found[quantity] = Found(name, factor)
    return found


def _parted(form: str, meant: Quantity) -> tuple[str, float | None]:
    """Return a name without its unit, and what the unit is worth."""
    bare = None if meant.needs_unit else 1.0
    stem, _, unit = form.rpartition("_")
    if form not in meant.names and unit in meant.units:
        return stem, meant.units[unit]
    return form, bare


def mapped(columns: Mapping[str, str], names: Sequence[str]) -> dict[str, Found]:
    """Return which column holds which quantity, as a user says.

    Args:
        columns: Quantity, with its unit if the name of the column has none -> column of the file:
            {'elapsed_h': 'Dauer', 'user_name': 'Nutzer'}.
        names: Columns that the file has.

    Raises:
        UnknownNameError: No such quantity, or no such column.
    """
    found: dict[str, Found] = {}
    for asked, column in columns.items():
        if column not in names:
            raise UnknownNameError(
                f"column {column!r} is not in the file",
                "it has " + ", ".join(names[:20]),
                nearest_names(column, names),
            )
        quantity, factor = _quantity(asked)
        meant = QUANTITIES[quantity]
        _, _, unit = words_of(column).rpartition("_")
        found[quantity] = Found(column, meant.units.get(unit, factor))
    return found


def _quantity(asked: str) -> tuple[str, float | None]:
    if asked in QUANTITIES:
        return asked, None if QUANTITIES[asked].needs_unit else 1.0
    if asked in _UNIT_OF_TABLE:
        return _UNIT_OF_TABLE[asked], 1.0
    stem, _, unit = asked.rpartition("_")
    if stem in QUANTITIES and unit in QUANTITIES[stem].units:
        return stem, QUANTITIES[stem].units[unit]
    known = [*QUANTITIES, *_UNIT_OF_TABLE]
    raise UnknownNameError(
        f"column {asked!r} is none of the table of jobs",
        "expected one of " + ", ".join(sorted(QUANTITIES)) + ", with a unit such as elapsed_h",
        nearest_names(asked, known),
    )


def check_enough(found: Mapping[str, Found], names: Sequence[str], file: str) -> None:
    """Refuse a table that says nothing of how long jobs ran, or of what they ran on.

    Raises:
        InputError: It does not.
    """
    if "elapsed" not in found and not {"start", "end"} <= set(found):
        lacking = "how long its jobs ran", "elapsed_s, or start and end"
    elif not {"cpus", "gpus", "nodes", "instance", "node_energy", "accelerator_energy"} & set(
        found
    ):
        lacking = "what its jobs ran on", "cpus, gpus, nodes or instance"
    else:
        return
    raise InputError(
        f"{file} does not say {lacking[0]} (its columns are {', '.join(names[:12])})",
        f"expected a column {lacking[1]}, or a map of columns that names one",
    )
