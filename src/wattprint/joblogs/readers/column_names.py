"""How columns of plain tables are called, and what unit their names say."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from wattprint.domain.errors import UnknownNameError, nearest_names
from wattprint.domain.jobs import PARSED_COLUMNS

_TEXT, _MOMENT, _SECONDS, _NUMBER, _MEMORY, _ENERGY, _SHARE = (
    "text",
    "moment",
    "seconds",
    "number",
    "memory",
    "energy",
    "share",
)

NAMES: Mapping[str, tuple[str, str]] = {
    "job_id": (_TEXT, "job_id jobid job jobidraw id job_number jobnumber"),
    "cluster": (_TEXT, "cluster cluster_name system"),
    "user_name": (_TEXT, "user_name user username owner uid user_id userid"),
    "account": (_TEXT, "account account_name charge_account group group_name allocation"),
    "project": (_TEXT, "project project_name project_id wckey"),
    "team": (_TEXT, "team department"),
    "partition_name": (_TEXT, "partition_name partition queue queue_name"),
    "accelerator": (_TEXT, "accelerator accelerator_type gpu_type gpu_model gpu_name"),
    "instance": (_TEXT, "instance instance_type machine_type"),
    "region": (_TEXT, "region cloud_region"),
    "state": (_TEXT, "state status job_state exit_state"),
    "submit_s": (_MOMENT, "submit submit_time submitted submit_s qtime created"),
    "start_s": (_MOMENT, "start start_time started start_s begin begin_time"),
    "end_s": (_MOMENT, "end end_time ended end_s finish finish_time completion_time"),
    "elapsed_s": (
        _SECONDS,
        "elapsed elapsed_time run_time runtime walltime wall_time wallclock wallclock_used "
        "wall_used duration elapsedraw",
    ),
    "nodes": (_NUMBER, "nodes node_count num_nodes nnodes nodes_alloc nodes_used nodes_req"),
    "cpus": (
        _NUMBER,
        "cpus cpu_count num_cpus ncpus cpus_alloc alloccpus processors processors_used "
        "processors_alloc processors_req cores num_cores ncores slots cpus_req",
    ),
    "cpu_s": (_SECONDS, "cpu cpu_time cput total_cpu totalcpu cpu_used cpu_time_used"),
    "gpus": (_NUMBER, "gpus gpu_count num_gpus ngpus gpus_alloc gpus_used accelerators gpus_req"),
    "gpus_requested": (_NUMBER, "gpus_requested gpus_req reqgpus"),
    "gpu_load": (_SHARE, "gpu_load gpu_util gpu_utilization gpuutil"),
    "memory_gb": (_MEMORY, "memory mem mem_alloc memory_alloc mem_req memory_req reqmem"),
    "memory_used_gb": (_MEMORY, "memory_used mem_used max_rss maxrss maxvmem mem_peak"),
    "node_energy_j": (_ENERGY, "node_energy energy consumed_energy consumedenergyraw energy_used"),
    "accelerator_energy_j": (_ENERGY, "accelerator_energy gpu_energy"),
}
"""Column of the table of jobs -> what it is, and how it may be called, best first; `submit_s`
stands in where no start is known."""

UNITS: Mapping[str, Mapping[str, float]] = {
    _SECONDS: {
        "s": 1.0,
        "sec": 1.0,
        "seconds": 1.0,
        "raw": 1.0,
        "ms": 0.001,
        "min": 60.0,
        "minutes": 60.0,
        "h": 3600.0,
        "hours": 3600.0,
    },
    _MEMORY: {
        "b": 2.0**-30,
        "bytes": 2.0**-30,
        "kb": 2.0**-20,
        "kib": 2.0**-20,
        "mb": 2.0**-10,
        "mib": 2.0**-10,
        "gb": 1.0,
        "gib": 1.0,
        "tb": 1024.0,
        "tib": 1024.0,
    },
    _ENERGY: {"j": 1.0, "kj": 1e3, "mj": 1e6, "wh": 3.6e3, "kwh": 3.6e6},
    _SHARE: {"percent": 0.01, "pct": 0.01},
    _NUMBER: {},
    _TEXT: {},
    _MOMENT: {"s": 1.0, "ms": 0.001, "epoch": 1.0},
}
"""Ends of a name that say its unit. `mb` is of 2**20 bytes, as schedulers count."""

FALLBACK_UNIT = {_MEMORY: 2.0**-10, _SECONDS: 1.0, _ENERGY: 1.0, _SHARE: 1.0}
"""Of a name that says none: megabytes, as Slurm counts requests, seconds, joules."""


class Found(NamedTuple):
    """A column of a file that stands for one of the table of jobs."""

    target: str
    name: str
    """As the file has it."""
    meaning: str
    factor: float
    """To the unit of the target."""


def found_columns(names: Sequence[str], said: Mapping[str, str] | None) -> dict[str, Found]:
    """Return which columns of a file stand for which of the table of jobs.

    Args:
        names: Those of the file.
        said: What the user said: target -> name in the file; what is not said is guessed.

    Raises:
        UnknownNameError: A target that is none, or a name that the file has not.
    """
    said = said or {}
    _check_said(said, names)
    by_key = {_key(name): name for name in reversed(names)}
    found: dict[str, Found] = {}
    for target, (meaning, spellings) in NAMES.items():
        named = said.get(target) or said.get(_bare(target))
        if named is not None:
            found[target] = Found(target, named, meaning, _factor(_key(named), meaning))
            continue
        guess = _guessed(by_key, spellings.split(), meaning)
        if guess is not None:
            found[target] = Found(target, by_key[guess], meaning, _factor(guess, meaning))
    return found


def _check_said(said: Mapping[str, str], names: Sequence[str]) -> None:
    targets = {*NAMES, *map(_bare, NAMES)}
    for target, name in said.items():
        if target not in targets:
            raise UnknownNameError(
                f"column {target!r} is none of the table of jobs",
                "expected one of " + ", ".join(NAMES),
                nearest_names(target, targets, count=1),
            )
        if name not in names:
            raise UnknownNameError(
                f"the file has no column {name!r}",
                "its columns are " + ", ".join(names[:40]),
                nearest_names(name, names, count=1),
            )


def _bare(target: str) -> str:
    """Return a target without its unit, as a user may write it: `memory`, `elapsed`."""
    return re.sub(r"_(s|gb|j|name)$", "", target)


def _key(name: str) -> str:
    """Return a name as it is compared: lower case, words with one underscore between them."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name.strip())
    return re.sub(r"[^a-z0-9]+", "_", spaced.lower()).strip("_")


def _guessed(by_key: Mapping[str, str], spellings: Sequence[str], meaning: str) -> str | None:
    for spelling in spellings:
        for end in ("", *(f"_{unit}" for unit in UNITS[meaning])):
            if f"{spelling}{end}" in by_key:
                return f"{spelling}{end}"
    squeezed = {key.replace("_", ""): key for key in by_key}
    return next((squeezed[s] for s in spellings if "_" not in s and s in squeezed), None)


def _factor(key: str, meaning: str) -> float:
    _, _, end = key.rpartition("_")
    return UNITS[meaning].get(end, FALLBACK_UNIT.get(meaning, 1.0))


assert {*NAMES} - {"submit_s"} <= {column.name for column in PARSED_COLUMNS}
