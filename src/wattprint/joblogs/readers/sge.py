"""Grid Engine's `accounting`: 45 or more values a line, colons between them.

Sun, Oracle, Univa and Altair Grid Engine and Son of Grid Engine. A parallel job whose tasks are
accounted one by one has a line for each task, and one of its own with all its slots.
Source: the manual page accounting(5), Sun Grid Engine 6.2 and Son of Grid Engine 8.1.9.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from wattprint.domain.errors import InputError
from wattprint.joblogs.base import Batch, LogSettings
from wattprint.joblogs.readers.log_lines import LONG_FAULT, loaded_chunks, no_lines
from wattprint.joblogs.readers.quantities import (
    GB,
    at_least,
    clock_s,
    given,
    number,
    size_gb,
    whole,
)
from wattprint.joblogs.settle import shown
from wattprint.joblogs.sql import literal
from wattprint.joblogs.text_source import head_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_FEWEST = 43
"""Values up to the most memory: versions before 6.2 wrote no more."""

_PLACES = {
    "qname": 1,
    "hostname": 2,
    "group_text": 3,
    "owner": 4,
    "job_number": 6,
    "account_text": 7,
    "start_text": 10,
    "end_text": 11,
    "failed": 12,
    "exit_status": 13,
    "wallclock": 14,
    "project_text": 32,
    "department": 33,
    "slots": 35,
    "task_number": 36,
    "cpu": 37,
    "category": 40,
    "pe_taskid": 42,
    "maxvmem": 43,
}


class SgeReader:
    """Reads `$SGE_ROOT/$SGE_CELL/common/accounting`."""

    kind = "sge"
    title = "Grid Engine accounting"

    def fits(self, head: str, name: str) -> bool:  # noqa: ARG002 - the head tells
        """Tell a log by the number of values of its first lines, and by its times."""
        lines = [line for line in head.split("\n")[:200] if line and not line.startswith("#")]
        return any(_looks_like_a_job(line.split(":")) for line in lines)

    def batches(
        self, connection: "DuckDBPyConnection", path: Path, settings: LogSettings
    ) -> Iterator[Batch]:
        """Yield jobs, each with its tasks merged into it.

        Raises:
            InputError: There is no such line near the beginning.
        """
        if not self.fits(head_of(path), path.name):
            raise InputError(
                f"{path} has no accounting record of Grid Engine",
                f"expected lines of {_FEWEST} or more values with colons between them",
            )
        no_lines(connection)
        connection.execute(f"CREATE OR REPLACE TABLE sge_tasks AS {_rows()} LIMIT 0")
        read = 0
        for chunk in loaded_chunks(connection, path):
            read = chunk.bytes_read
            connection.execute(f"CREATE OR REPLACE TABLE sge_rows AS {_rows()}")
            connection.execute(_WITH_TASKS)
            yield Batch(_jobs(settings), chunk.rows, read)
            connection.execute(_TASKS_LEFT)
        yield Batch(_LOST_TASKS, 0, read)


READER = SgeReader()


def _looks_like_a_job(values: list[str]) -> bool:
    if len(values) < _FEWEST:
        return False
    return all(values[place - 1].isdigit() for place in (6, 9, 10, 11, 35))


def _rows() -> str:
    values = ", ".join(f"f[{place}] AS {name}" for name, place in _PLACES.items())
    return f"""
SELECT line, text, {values},
    pe_taskid IS NOT NULL AND upper(pe_taskid) NOT IN ('NONE', '') AS is_task,
    concat_ws('.', job_number, task_number) AS job,
    {_moment("start_text")} AS start_s, {_moment("end_text")} AS end_s,
    coalesce({LONG_FAULT}, CASE
        WHEN len(f) < {_FEWEST} THEN 'has ' || len(f) || ' values; expected {_FEWEST} or more'
        WHEN try_cast(job_number AS BIGINT) IS NULL
            THEN 'job number is ' || {shown("job_number")} || '; expected a whole number'
        WHEN try_cast(start_text AS DOUBLE) IS NULL
            THEN 'start is ' || {shown("start_text")} || '; expected seconds since 1970'
        WHEN try_cast(end_text AS DOUBLE) IS NULL
            THEN 'end is ' || {shown("end_text")} || '; expected seconds since 1970'
    END) AS fault
FROM (
    SELECT line, text, string_split(text, ':') AS f FROM log_lines
    WHERE NOT starts_with(text, '#') AND length(text) > 1
)"""


def _moment(text: str) -> str:
    """Return SQL for a moment in seconds, or as Univa writes it, in milliseconds."""
    value = f"try_cast({text} AS DOUBLE)"
    scaled = f"CASE WHEN {value} > 1e11 THEN {value} / 1000 ELSE {value} END"
    return f"CASE WHEN {value} > 0 THEN {whole(f'floor({scaled})')} END"


# A task is of the next line of its job, or where there is none, of the one before.
_WITH_TASKS = """
CREATE OR REPLACE TABLE sge_owned AS
SELECT t.*, coalesce(later.line, sooner.line) AS job_line
FROM (
    SELECT * FROM sge_tasks UNION ALL SELECT * FROM sge_rows WHERE is_task AND fault IS NULL
) AS t
ASOF LEFT JOIN (SELECT line, job FROM sge_rows WHERE NOT is_task AND fault IS NULL) AS later
    ON t.job = later.job AND t.line <= later.line
ASOF LEFT JOIN (SELECT line, job FROM sge_rows WHERE NOT is_task AND fault IS NULL) AS sooner
    ON t.job = sooner.job AND t.line >= sooner.line
"""

_TASKS_LEFT = """
CREATE OR REPLACE TABLE sge_tasks AS
SELECT * EXCLUDE (job_line) FROM sge_owned WHERE job_line IS NULL
"""

_LOST_TASKS = f"""
SELECT line, 'task of job ' || {shown("job_number")} || '; expected the line of its job' AS reject
FROM sge_tasks
"""

# `-U staff -l gpu=2,h_vmem=4G -pe mpi 8`: what was asked for.
_GPUS = (
    "try_cast(nullif(regexp_extract(category, "
    "'[ ,](?:n?gpus?|gpu_card|gpu_dev|cuda|gpgpu)=([0-9]+)', 1), '') AS DOUBLE)"
)
_MODEL = "nullif(regexp_extract(category, '[ ,](?:gpu_(?:type|model)|gputype)=([^, ]+)', 1), '')"
_ASKED_MEMORY = size_gb(
    "nullif(regexp_extract(category, "
    "'[ ,](?:h_vmem|m_mem_free|mem_free|virtual_free)=([0-9.]+[a-zA-Z]?)', 1), '')"
)

_STATE = """CASE
    WHEN failed = 0 AND exit_status = 0 THEN 'completed'
    WHEN failed = 37 THEN 'timeout'
    WHEN failed IN (24, 25, 30) OR exit_status = 99 THEN 'preempted'
    WHEN failed BETWEEN 1 AND 11 OR failed IN (19, 20) THEN 'node_failed'
    WHEN failed IS NOT NULL OR exit_status IS NOT NULL THEN 'failed'
    ELSE 'unknown' END"""


def _jobs(settings: LogSettings) -> str:
    cluster = literal(settings.cluster) if settings.cluster else "NULL"
    slots = at_least("slots")
    return f"""
SELECT job_number || CASE WHEN {number("task_number")} > 0 THEN '[' || task_number || ']'
        ELSE '' END AS job_id,
    CASE WHEN start_s IS NOT NULL THEN concat_ws('|', {cluster}, job, start_s) END AS job_key,
    {cluster} AS cluster, {given("owner")} AS user_name,
    coalesce(CASE WHEN account_text <> 'sge' THEN {given("account_text")} END,
        {given("group_text")}) AS account,
    CASE WHEN upper(project_text) <> 'NONE' THEN {given("project_text")} END AS project,
    CASE WHEN department NOT IN ('NONE', 'defaultdepartment') THEN {given("department")} END
        AS team,
    {given("qname")} AS partition_name, {_MODEL} AS accelerator, {_STATE} AS state, start_s, end_s,
    CASE WHEN start_s IS NULL THEN 0 WHEN end_s >= start_s THEN NULL
        ELSE {whole(clock_s("wallclock"))} END AS elapsed_s,
    len(list_distinct(list_append(coalesce(hosts, []), hostname))) AS nodes,
    nullif({slots}, 0) AS cpus,
    {at_least("cpu")} + coalesce(task_cpu_s, 0) AS cpu_s,
    coalesce({_GPUS}, 0) AS gpus, coalesce({_GPUS}, 0) AS gpus_requested,
    {_ASKED_MEMORY} * greatest({slots}, 1) AS memory_gb,
    nullif(coalesce({_vmem("maxvmem")}, 0) + coalesce(task_vmem_gb, 0), 0) AS memory_used_gb,
    line, 1 + coalesce(task_rows, 0) AS log_rows, fault AS reject
FROM (
    SELECT * REPLACE ({number("failed")} AS failed, {number("exit_status")} AS exit_status)
    FROM sge_rows WHERE NOT is_task OR fault IS NOT NULL
) LEFT JOIN (
    SELECT job_line, count(*) AS task_rows, list(DISTINCT hostname) AS hosts,
        sum({at_least("cpu")}) AS task_cpu_s, sum({_vmem("maxvmem")}) AS task_vmem_gb
    FROM sge_owned WHERE job_line IS NOT NULL GROUP BY job_line
) ON job_line = line"""


def _vmem(text: str) -> str:
    """Return SQL for memory in bytes, or as some versions write it, with a unit. [GB]."""
    return f"coalesce({at_least(text)} / {GB!r}, {size_gb(text)})"
