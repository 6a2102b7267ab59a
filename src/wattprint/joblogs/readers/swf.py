"""Traces in the Standard Workload Format: 18 numbers a line, with a header of comments.

Source: Chapin et al. 1999, "Benchmarks and Standards for the Evaluation of Parallel Job
Schedulers"; version 2.2 as the Parallel Workloads Archive describes it.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from wattprint.domain.errors import InputError
from wattprint.domain.jobs import NOTE_BITS
from wattprint.joblogs.base import Batch, LogSettings
from wattprint.joblogs.readers.log_lines import LONG_FAULT, loaded_chunks
from wattprint.joblogs.readers.quantities import GB, at_least, number, whole
from wattprint.joblogs.settle import shown
from wattprint.joblogs.sql import literal
from wattprint.joblogs.text_source import head_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_FIELDS = (
    "job", "submit", "wait", "run", "procs", "cpu_each", "used_each", "asked_procs", "asked_time",
    "asked_each", "status", "user_id", "group_id", "executable", "queue", "partition_id", "before",
    "think",
)  # fmt: skip
"""The numbers of a job, in their order: times in s, memory in KB of each processor."""

_HEADER = re.compile(r"^;[ \t]*([A-Za-z]+)[ \t]*:[ \t]*(.*?)[ \t]*$", re.MULTILINE)
_TELLING = {"unixstarttime", "maxjobs", "maxrecords", "maxnodes", "maxprocs", "version"}
_JOB = re.compile(r"^[ \t]*(-?\d+(\.\d+)?[ \t]+){17}-?\d+(\.\d+)?[ \t]*$", re.MULTILINE | re.ASCII)


class SwfReader:
    """Reads traces of the Parallel Workloads Archive."""

    kind = "swf"
    title = "Standard Workload Format"

    def fits(self, head: str, name: str) -> bool:
        """Tell a trace by its header, or by lines of 18 numbers."""
        if _TELLING.intersection(_header(head)):
            return True
        first = next((line for line in head.split("\n") if line and line[0] != ";"), "")
        return ".swf" in name.casefold() or _JOB.match(first) is not None

    def batches(
        self, connection: "DuckDBPyConnection", path: Path, settings: LogSettings
    ) -> Iterator[Batch]:
        """Yield the jobs of a trace.

        Raises:
            InputError: There is neither a header nor a line of 18 numbers.
        """
        head = head_of(path)
        if not self.fits(head, path.name):
            raise InputError(
                f"{path} is no trace in the Standard Workload Format",
                "expected lines of 18 numbers, or a header such as '; UnixStartTime: 1706702405'",
            )
        header = _header(head)
        cluster = header.get("computer") or settings.cluster
        for chunk in loaded_chunks(connection, path):
            connection.execute(_ROWS)
            query = _jobs(_start(header.get("unixstarttime", "")), cluster)
            yield Batch(query, chunk.rows, chunk.bytes_read)


READER = SwfReader()


def _header(head: str) -> dict[str, str]:
    return {name.casefold(): words for name, words in _HEADER.findall(head)}


def _start(text: str) -> int | None:
    """Return the moment from which a trace counts. [s since 1970]."""
    found = re.match(r"\d{1,11}", text, re.ASCII)
    return int(found[0]) or None if found else None


_ROWS = f"""
CREATE OR REPLACE TABLE swf_rows AS
SELECT line, {", ".join(f"{number(f'f[{i}]')} AS {name}" for i, name in enumerate(_FIELDS, 1))},
    coalesce({LONG_FAULT}, CASE
        WHEN len(f) <> 18 THEN 'has ' || len(f) || ' values; expected 18 numbers'
        WHEN f[1] IS NULL OR job IS NULL THEN 'job is ' || {shown("f[1]")} || '; expected a number'
        WHEN run IS NULL THEN 'run time is ' || {shown("f[4]")} || '; expected seconds, or -1'
        WHEN submit IS NULL THEN 'submit time is ' || {shown("f[2]")} || '; expected seconds'
        WHEN list_bool_or(list_transform(f, lambda s: try_cast(s AS DOUBLE) IS NULL))
            THEN 'is ' || {shown("text")} || '; expected 18 numbers'
    END) AS fault
FROM (
    SELECT line, text, string_split(regexp_replace(trim(text, ' ' || chr(9)), '[ \t]+', ' ', 'g'),
        ' ') AS f
    FROM log_lines WHERE NOT starts_with(ltrim(text), ';')
)
"""


def _jobs(start_s: int | None, cluster: str) -> str:
    begin = f"{start_s} + submit + " if start_s is not None else "NULL + submit + "
    known = "wait >= 0"
    procs = "CASE WHEN procs > 0 THEN procs WHEN asked_procs > 0 THEN asked_procs END"
    note = NOTE_BITS["start_from_submit"]
    return f"""
SELECT CAST({whole("job")} AS VARCHAR) AS job_id,
    CASE WHEN submit >= 0 THEN concat_ws('|', {literal(cluster)}, {whole("job")}, {whole("submit")})
        END AS job_key,
    {literal(cluster) if cluster else "NULL"} AS cluster,
    {_id("user_id")} AS user_name, {_id("group_id")} AS account,
    coalesce({_id("partition_id")}, {_id("queue")}) AS partition_name,
    CASE status WHEN 0 THEN 'failed' WHEN 1 THEN 'completed' WHEN 5 THEN 'cancelled'
        ELSE 'unknown' END AS state,
    CASE WHEN submit >= 0 THEN {whole(f"{begin} greatest(wait, 0)")} END AS start_s,
    CASE WHEN run >= 0 THEN {whole("run")} WHEN status = 5 AND procs <= 0 THEN 0 END AS elapsed_s,
    {procs} AS cpus,
    {at_least("cpu_each")} * ({procs}) AS cpu_s,
    0 AS gpus, 0 AS gpus_requested,
    CASE WHEN asked_each > 0 THEN asked_each * ({procs}) * 1024 / {GB!r} END AS memory_gb,
    CASE WHEN used_each > 0 THEN used_each * ({procs}) * 1024 / {GB!r} END AS memory_used_gb,
    CASE WHEN NOT ({known}) AND {start_s is not None} THEN {note} ELSE 0 END AS notes,
    line, 1 AS log_rows,
    CASE WHEN fault IS NULL AND status IN (2, 3, 4)
        THEN 'parts of jobs that are counted as a whole' END AS skip,
    fault AS reject
FROM swf_rows"""


def _id(number_column: str) -> str:
    """Return SQL for a number that stands for a name; -1 is none."""
    return f"CASE WHEN {number_column} >= 0 THEN CAST({whole(number_column)} AS VARCHAR) END"
