"""What `sacct --json` prints: the jobs of Slurm's database as objects, of every version of them.

Source: the schemas `openapi/dbv0.0.36` to `data_parser/v0.0.44` of Slurm 20.11 to 25.11. Numbers
are plain, or `{"set": true, "infinite": false, "number": 7}`; memory in lists of resources is in
MiB, that which tasks used is in bytes.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from wattprint.domain.jobs import NOTE_BITS
from wattprint.joblogs.base import Batch, LogSettings
from wattprint.joblogs.readers import slurm_values as values
from wattprint.joblogs.readers.json_rows import loaded_elements
from wattprint.joblogs.sql import literal

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_TIME = re.compile(r'"time"\s*:\s*\{[^{}]*"elapsed"\s*:')
"""Of a job in the database; in the queue (`squeue --json`) times stand beside its other fields."""


def is_json(head: str) -> bool:
    """Tell the document by its beginning."""
    is_object = head.lstrip().startswith(("{", "["))
    return is_object and '"job_id"' in head and _TIME.search(head) is not None


def batches(connection: "DuckDBPyConnection", path: Path, settings: LogSettings) -> Iterator[Batch]:
    """Yield the jobs of a document, some thousands at a time."""
    for piece in loaded_elements(connection, path):
        yield Batch(_jobs(settings), piece.rows, piece.bytes_read)


def _text(path: str, document: str = "doc") -> str:
    return f"nullif(json_extract_string({document}, '$.{path}'), '')"


def _number(path: str, document: str = "doc") -> str:
    """Return SQL for a number, plain or wrapped; NULL where it is said not to be set."""
    wrapped = (
        f"CASE WHEN {_text(path + '.set', document)} = 'true' "
        f"AND {_text(path + '.infinite', document)} IS DISTINCT FROM 'true' "
        f"THEN {_text(path + '.number', document)} END"
    )
    return f"coalesce(try_cast({_text(path, document)} AS DOUBLE), try_cast({wrapped} AS DOUBLE))"


def _tres(path: str) -> str:
    """Return SQL for a list of resources as sacct's table writes it: `cpu=4,mem=16M,gres/gpu=2`."""
    name = "coalesce('/' || nullif(json_extract_string(r, '$.name'), ''), '')"
    unit = "CASE WHEN json_extract_string(r, '$.type') = 'mem' THEN 'M' ELSE '' END"
    each = (
        f"json_extract_string(r, '$.type') || {name} || '=' || "
        f"json_extract_string(r, '$.count') || {unit}"
    )
    listed = f"list_transform(json_extract(doc, '$.tres.{path}[*]'), lambda r: {each})"
    return f"nullif(array_to_string({listed}, ','), '')"


def _used_gb() -> str:
    """Return SQL for the most memory that a step used, all its tasks together [GB]."""
    counted = (
        "list_max(list_transform(list_filter(json_extract(s, '$.tres.requested.max[*]'), "
        "lambda r: json_extract_string(r, '$.type') = 'mem'), "
        "lambda r: try_cast(json_extract_string(r, '$.count') AS DOUBLE)))"
    )
    tasks = f"greatest(coalesce({_number('tasks.count', 's')}, 1), 1)"
    steps = f"list_transform(json_extract(doc, '$.steps[*]'), lambda s: {counted} * {tasks})"
    return f"nullif(list_max({steps}), 0) / {1024.0**3!r}"


_ID = f"""CASE
    WHEN {_number("array.job_id")} > 0 AND {_number("array.task_id")} IS NOT NULL
        THEN {_text("array.job_id")} || '_' || CAST({_number("array.task_id")} AS BIGINT)
    WHEN {_number("array.job_id")} > 0 AND {_text("array.task")} IS NOT NULL
        THEN {_text("array.job_id")} || '_[' || {_text("array.task")} || ']'
    WHEN {_number("het.job_id")} > 0 AND {_number("het.job_offset")} IS NOT NULL
        THEN {_text("het.job_id")} || '+' || CAST({_number("het.job_offset")} AS BIGINT)
    ELSE {_text("job_id")} END"""

_STATE = f"coalesce({_text('state.current[0]')}, {_text('state.current')})"

_CPU_S = (
    f"{_number('time.total.seconds')} + coalesce({_number('time.total.microseconds')}, 0) / 1e6"
)


def _seconds(path: str) -> str:
    """Return SQL for seconds since 1970, of which 0 says nothing."""
    return f"CAST(nullif({_number(path)}, 0) AS BIGINT)"


def _jobs(settings: LogSettings) -> str:
    """Return the query of parsed rows over `json_rows`."""
    cluster = literal(settings.cluster) if settings.cluster else "NULL"
    tres_gpus = values.tres_gpus
    return f"""
SELECT job_id, concat_ws('|', coalesce(cluster, ''), job_id, start_s, end_s) AS job_key,
    cluster, user_name, account, project, partition_name,
    coalesce({values.tres_accelerator("given")}, {values.tres_accelerator("asked")})
        AS accelerator,
    state, start_s, end_s, elapsed_s,
    coalesce(nodes, {values.count(values.tres("given", "node"))}) AS nodes,
    coalesce({values.count(values.tres("given", "cpu"))}, cpus_asked) AS cpus,
    nullif(cpu_s, 0) AS cpu_s,
    CASE WHEN as_asked THEN {tres_gpus("asked")} ELSE {tres_gpus("given")} END AS gpus,
    {tres_gpus("asked")} AS gpus_requested,
    coalesce({values.memory_gb(values.tres("given", "mem"))},
        {values.memory_gb(values.tres("asked", "mem"))}) AS memory_gb,
    memory_used_gb,
    {values.energy_j(values.tres("given", "energy"))} AS node_energy_j,
    CASE WHEN {values.is_part("given")} THEN {NOTE_BITS["gpus_in_part"]} ELSE 0 END
        | CASE WHEN as_asked THEN {NOTE_BITS["gpus_as_asked"]} ELSE 0 END AS notes,
    line, 1 AS log_rows,
    CASE WHEN fault IS NOT NULL THEN fault
        WHEN job_id IS NULL THEN 'has no job_id; expected a job of sacct --json' END AS reject
FROM (SELECT *, coalesce({tres_gpus("given")}, 0) = 0
        AND coalesce({tres_gpus("asked")}, 0) > 0 AS as_asked
    FROM (SELECT line, fault, {_ID} AS job_id,
        coalesce({_text("cluster")}, {_text("association.cluster")}, {cluster}) AS cluster,
        coalesce({_text("user")}, {_text("association.user")}) AS user_name,
        {_text("account")} AS account, ltrim({_text("wckey.wckey")}, '*') AS project,
        {_text("partition")} AS partition_name, {values.state(_STATE)} AS state,
        {_seconds("time.start")} AS start_s, {_seconds("time.end")} AS end_s,
        CAST({_number("time.elapsed")} AS BIGINT) AS elapsed_s,
        nullif({_number("allocation_nodes")}, 0) AS nodes,
        nullif({_number("required.CPUs")}, 0) AS cpus_asked, {_CPU_S} AS cpu_s,
        {_tres("allocated")} AS given, {_tres("requested")} AS asked,
        {_used_gb()} AS memory_used_gb
    FROM json_rows))"""
