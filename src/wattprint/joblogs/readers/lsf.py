"""IBM Spectrum LSF's `lsb.acct`: one quoted record of a finished job a line.

Source: the manual page of lsb.acct, Platform LSF 8.0 to IBM Spectrum LSF 10.1; the numbers of
exit reasons are those of `lsbatch.h`.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from wattprint.domain.errors import InputError
from wattprint.joblogs.base import Batch, LogSettings
from wattprint.joblogs.readers.log_lines import LONG_FAULT, loaded_chunks, values_of
from wattprint.joblogs.readers.quantities import GB, at_least, epoch, given, number, whole
from wattprint.joblogs.settle import shown
from wattprint.joblogs.sql import literal
from wattprint.joblogs.text_source import head_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_RUSAGE = 19
"""Numbers of `lsfRusage`, from the user time on."""

_TIMEOUT = "(2, 5, 6, 12)"
"""Exit reasons: run window, run limit, deadline, CPU limit."""

_MEMORY = "(16, 20)"
_PREEMPTED = "(1, 3, 10, 11, 13)"
"""Preempted, load, requeued by owner or administrator, checkpointed."""
_CANCELLED = "(8, 9, 14, 15, 23)"
"""Killed by owner or administrator."""
_NODE = "(18, 19)"


class LsfReader:
    """Reads `lsb.acct`."""

    kind = "lsf"
    title = "LSF lsb.acct"

    def fits(self, head: str, name: str) -> bool:  # noqa: ARG002 - the head tells
        """Tell a log by its first records."""
        return any(line.startswith('"JOB_FINISH"') for line in head.split("\n")[:200])

    def batches(
        self, connection: "DuckDBPyConnection", path: Path, settings: LogSettings
    ) -> Iterator[Batch]:
        """Yield the jobs that finished.

        Raises:
            InputError: There is no record of a finished job near the beginning.
        """
        if not self.fits(head_of(path), path.name):
            raise InputError(
                f"{path} has no JOB_FINISH record near its beginning",
                'expected lines such as "JOB_FINISH" "10.1" 1706702405 123 ...',
            )
        for chunk in loaded_chunks(connection, path, quoted=True):
            connection.execute(_RECORDS)
            yield Batch(_jobs(settings), chunk.rows, chunk.bytes_read)


READER = LsfReader()

_RECORDS = f"""
CREATE OR REPLACE TABLE lsf_records AS
SELECT line, rows, text, {LONG_FAULT} AS long_fault, f,
    {at_least("f[23]")}::BIGINT AS asked,
    {at_least("f[24 + asked]")}::BIGINT AS hosts,
    asked + hosts AS extra
FROM (SELECT line, rows, text, {values_of("text", " ")} AS f FROM log_lines)
"""

_FIELDS = {
    "ended_text": 3,
    "jobid": 4,
    "processors": 7,
    "submit_text": 8,
    "start_text": 11,
    "user_text": 12,
    "queue_text": 13,
}
"""Names of values before the first list -> their places."""

_AFTER = {
    "status": 25,
    "utime": 29,
    "stime": 30,
    "project_text": 30 + _RUSAGE,
    "idx": 35 + _RUSAGE,
    "rmem": 36 + _RUSAGE,
    "exit_info": 44 + _RUSAGE,
    "account_text": 47 + _RUSAGE,
    "ext": 59 + _RUSAGE,
}
"""Names of values after both lists of hosts -> their places if the lists were empty."""

# `4*node01` is four slots of one host.
_HOST_LIST = "f[25 + asked : 24 + asked + hosts]"
_SLOTS = (
    f"list_sum(list_transform({_HOST_LIST}, lambda h: "
    "CASE WHEN contains(h, '*') THEN coalesce(try_cast(split_part(h, '*', 1) AS DOUBLE), 1) "
    "ELSE 1 END))"
)
_MACHINES = f"len(list_distinct(list_transform({_HOST_LIST}, lambda h: split_part(h, '*', -1))))"

# The requirement of accelerators stands in the options of the job, which have no fixed place.
_PER_HOST = (
    "coalesce(try_cast(nullif(regexp_extract(text, 'ngpus_physical=([0-9.]+)', 1), '') AS DOUBLE), "
    "try_cast(nullif(regexp_extract(text, '\"(?:[^\" ]*:)?num=([0-9]+)[:/\"]', 1), '') AS DOUBLE), "
    "try_cast(nullif(regexp_extract(text, '[[,: ]ngpus=([0-9.]+)', 1), '') AS DOUBLE))"
)
_MODEL = "nullif(regexp_extract(text, 'gmodel=([A-Za-z0-9_-]+)', 1), '')"

_STATE = f"""CASE
    WHEN status = 64 THEN 'completed'
    WHEN exit_info IN {_TIMEOUT} THEN 'timeout'
    WHEN exit_info IN {_MEMORY} THEN 'out_of_memory'
    WHEN exit_info IN {_PREEMPTED} THEN 'preempted'
    WHEN exit_info IN {_CANCELLED} THEN 'cancelled'
    WHEN exit_info IN {_NODE} THEN 'node_failed'
    WHEN status = 32 THEN 'failed'
    ELSE 'unknown' END"""


def _jobs(settings: LogSettings) -> str:
    cluster = literal(settings.cluster) if settings.cluster else "NULL"
    fixed = [f"f[{place}] AS {name}" for name, place in _FIELDS.items()]
    moved = [f"f[{place} + extra] AS {name}" for name, place in _AFTER.items()]
    options = f"{at_least('ext')}::BIGINT"
    # Options are pairs; hosts' use comes in fives; then options3, runLimit, avgMem, the effective
    # requirement, nine more and the run time.
    usage = f"({_AFTER['ext'] + 1} + extra + 2 * {options})"
    run_time = f"f[{usage} + 5 * {at_least(f'f[{usage}]')}::BIGINT + 14]"
    return f"""
SELECT jobid || CASE WHEN {number("idx")} > 0 THEN '[' || idx || ']' ELSE '' END AS job_id,
    CASE WHEN start_s IS NOT NULL THEN concat_ws('|', {cluster}, jobid, idx, start_s) END
        AS job_key,
    {cluster} AS cluster, {given("user_text")} AS user_name,
    coalesce(nullif(ltrim({given("account_text")}, '/'), ''), {given("project_text")}) AS account,
    {given("project_text")} AS project, {given("queue_text")} AS partition_name,
    {_MODEL} AS accelerator, {_STATE} AS state, start_s,
    CASE WHEN start_s IS NOT NULL THEN {epoch("ended_text")} END AS end_s,
    CASE WHEN start_s IS NULL THEN 0
        WHEN run_s BETWEEN 1 AND {epoch("ended_text")} - start_s THEN run_s END AS elapsed_s,
    CASE WHEN hosts > 0 THEN {_MACHINES} END AS nodes,
    coalesce(CASE WHEN hosts > 0 THEN {_SLOTS} END, {at_least("processors")}) AS cpus,
    CASE WHEN {number("utime")} >= 0 AND {number("stime")} >= 0
        THEN {number("utime")} + {number("stime")} END AS cpu_s,
    gpus, gpus AS gpus_requested,
    nullif({at_least("rmem")}, 0) * 1024 / {GB!r} AS memory_used_gb,
    line, rows AS log_rows,
    CASE WHEN fault IS NULL AND f[1] <> 'JOB_FINISH' THEN 'records of other events' END AS skip,
    fault AS reject
FROM (
    SELECT *, coalesce({_PER_HOST}, 0) * greatest(CASE WHEN hosts > 0 THEN {_MACHINES} END, 1)
        AS gpus,
        {_fault()} AS fault
    FROM (
        SELECT * REPLACE ({number("status")} AS status, {number("exit_info")} AS exit_info),
            {epoch("start_text")} AS start_s, {whole(at_least(run_time))} AS run_s
        FROM (SELECT *, {", ".join(fixed + moved)} FROM lsf_records)
    )
)"""


def _fault() -> str:
    fewest = _AFTER["rmem"]
    return f"""coalesce(long_fault, CASE
    WHEN NOT regexp_full_match(f[1], '[A-Z_]{{3,40}}') THEN 'is ' || {shown("text")}
        || '; expected a record of lsb.acct: "JOB_FINISH" "10.1" ...'
    WHEN f[1] <> 'JOB_FINISH' THEN NULL
    WHEN hosts IS NULL OR len(f) < {fewest} + extra THEN 'is cut short: has ' || len(f)
        || ' values; expected {fewest} or more'
    WHEN try_cast(jobid AS BIGINT) IS NULL
        THEN 'jobId is ' || {shown("jobid")} || '; expected a whole number'
    WHEN try_cast(start_text AS BIGINT) IS NULL
        THEN 'startTime is ' || {shown("start_text")} || '; expected seconds since 1970'
    WHEN status IS NULL OR status NOT BETWEEN 0 AND 100000
        THEN 'jStatus is ' || {shown("status")} || '; expected 32 (exit) or 64 (done)'
    WHEN {epoch("ended_text")} IS NULL
        THEN 'event time is ' || {shown("ended_text")} || '; expected seconds since 1970'
    END)"""
