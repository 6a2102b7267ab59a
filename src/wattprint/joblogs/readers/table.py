"""Plain tables of jobs: CSV, TSV, Parquet or JSON, by a map of columns or by their names."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from wattprint.domain.jobs import NOTE_BITS
from wattprint.joblogs.base import Batch, LogSettings
from wattprint.joblogs.readers import billing, jobs, slurm_values
from wattprint.joblogs.readers.any_table import AnyTable
from wattprint.joblogs.readers.quantities import at_least, clock_s, size_gb, whole
from wattprint.joblogs.readers.table_columns import (
    Found,
    check_enough,
    guessed,
    mapped,
    words_of,
)
from wattprint.joblogs.readers.tabular import PARQUET_MARK, header_of
from wattprint.joblogs.settle import shown
from wattprint.joblogs.sql import literal

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_TEXTS = (
    "job_id", "cluster", "user_name", "account", "project", "team", "partition_name", "accelerator",
    "instance", "region",
)  # fmt: skip
_COUNTS = ("nodes", "cpus", "gpus", "gpus_requested")
_AMOUNTS = {
    "cpu": "cpu_s",
    "gpu_load": "gpu_load",
    "memory": "memory_gb",
    "memory_used": "memory_used_gb",
    "node_energy": "node_energy_j",
    "accelerator_energy": "accelerator_energy_j",
}
"""Quantity -> its column in the table of jobs."""

_SAY_NOTHING = ("", "na", "n/a", "nan", "nat", "none", "null", "unknown", "-", "unlimited")


class TableReader:
    """Reads tables with a job a row."""

    kind = "table"
    title = "table of jobs"

    def fits(self, head: str, name: str) -> bool:  # noqa: ARG002 - the head tells
        """Tell a table by the names of its columns, Parquet by its first bytes."""
        if head.startswith(PARQUET_MARK):
            return True
        header = header_of(head)
        if header is None:
            return False
        found = guessed(header.names)
        timed = "elapsed" in found or {"start", "end"} <= set(found)
        return timed and len(found) >= 3

    def batches(
        self, connection: "DuckDBPyConnection", path: Path, settings: LogSettings
    ) -> Iterator[Batch]:
        """Yield the jobs of a table; a file of Parquet is read as what its columns say it is.

        Raises:
            InputError: A column without which nothing can be said is missing.
            UnknownNameError: The map of columns names one that is not there.
        """
        table = AnyTable(connection, path)
        if settings.columns is None:
            for other in (jobs.READER, billing.READER):
                if other.has_its_columns(table.names):
                    yield from other.batches(connection, path, settings)
                    return
        found = guessed(table.names)
        if settings.columns is not None:
            found = mapped(settings.columns, table.names)
        check_enough(found, table.names, path.name)
        for piece in table.cells({f"{name}_": got.column for name, got in found.items()}):
            yield Batch(_jobs(found, settings), piece.rows, piece.bytes_read)


READER = TableReader()


def _said(name: str) -> str:
    """Return SQL for a cell, NULL where it says nothing."""
    listed = ", ".join(map(literal, _SAY_NOTHING))
    return f"CASE WHEN lower({name}_) NOT IN ({listed}) THEN {name}_ END"


def _jobs(found: Mapping[str, Found], settings: LogSettings) -> str:
    """Return the query of jobs over `cells`.

    There is no key: jobs of an array may be alike in all that a table says, and each counts.
    """
    said = ", ".join(f"{_said(name)} AS {name}_" for name in found)
    times = dict.fromkeys(("start", "end", "submit"), "NULL") | {
        name: _moment(name, got, settings.timezone)
        for name, got in found.items()
        if name in ("start", "end", "submit")
    }
    has = found.__contains__
    columns = {name: f"{name}_" for name in filter(has, _TEXTS)}
    columns |= {name: at_least(f"{name}_") for name in filter(has, _COUNTS)}
    columns |= {
        column: _amount(name, found[name]) for name, column in _AMOUNTS.items() if name in found
    }
    cluster = literal(settings.cluster) if settings.cluster else "NULL"
    columns["cluster"] = f"coalesce({columns.get('cluster', 'NULL')}, {cluster})"
    columns["state"] = _state() if has("state") else "'unknown'"
    elapsed = whole(_amount("elapsed", found["elapsed"])) if has("elapsed") else "NULL"
    listed = ", ".join(f"{text} AS {name}" for name, text in columns.items())
    late = "start_s IS NULL AND submit_s IS NOT NULL AND end_s - elapsed_s IS NULL"
    return f"""
SELECT * EXCLUDE (submit_s, start_s),
    CASE WHEN {late} THEN submit_s ELSE start_s END AS start_s,
    CASE WHEN {late} THEN {NOTE_BITS["start_from_submit"]} ELSE 0 END AS notes
FROM (
    SELECT line, rows AS log_rows, {listed}, {elapsed} AS elapsed_s,
        {", ".join(f"{text} AS {name}_s" for name, text in times.items())},
        CASE WHEN repeated THEN 'headers' END AS skip, {_fault(found, elapsed, times)} AS reject
    FROM (SELECT line, rows, repeated, fault, {said} FROM cells)
)"""


def _moment(name: str, found: Found, timezone: str) -> str:
    """Return SQL for a moment; numbers are in the unit that the name says. [s since 1970]."""
    if words_of(found.column).endswith("_utc"):
        timezone = "UTC"
    plain = slurm_values.moment(f"{name}_", timezone)
    number = f"try_cast({name}_ AS DOUBLE)"
    scaled = f"{number} * {found.factor or 1.0!r}"
    # Thirteen digits are milliseconds: in seconds that would be the year 30000.
    return f"""CASE WHEN {number} IS NOT NULL THEN CASE
        WHEN {scaled} >= 1e11 AND {scaled} < 1e14 THEN {whole(f"floor({scaled} / 1000)")}
        WHEN {scaled} >= 1e7 AND {scaled} < 1e11 THEN {whole(f"floor({scaled})")} END
        ELSE {plain} END"""


def _amount(name: str, found: Found) -> str:
    """Return SQL for a quantity in the unit of the table of jobs."""
    cell = f"{name}_"
    number = f"try_cast({cell} AS DOUBLE)"
    bare = "NULL" if found.factor is None else f"{number} * {found.factor!r}"
    # A share needs no unit where it is one.
    if name == "gpu_load" and found.factor is None:
        bare = number
    if name in ("elapsed", "cpu"):
        written = clock_s(cell) if name == "cpu" else f"coalesce({_days(cell)}, {clock_s(cell)})"
    elif name in ("memory", "memory_used"):
        written = size_gb(cell)
    else:
        written = "NULL"
    value = f"CASE WHEN {number} IS NOT NULL THEN {bare} ELSE {written} END"
    if name in ("memory", "memory_used"):
        value = f"nullif({value}, 0)"
    return f"(CASE WHEN isfinite({value}) THEN {value} END)"


def _days(cell: str) -> str:
    """Return SQL for a duration such as `2 days 03:04:05`, as Python and pandas write it. [s]."""
    days = f"try_cast(regexp_extract({cell}, '^([0-9]+) days?', 1) AS DOUBLE)"
    rest = f"nullif(regexp_extract({cell}, '([0-9:.]+)$', 1), '')"
    return f"CASE WHEN {cell} LIKE '% day%' THEN {days} * 86400 + coalesce({clock_s(rest)}, 0) END"


_STATES = {
    "completed": ("success", "succeeded", "successful", "done", "finished", "complete", "ok"),
    "failed": ("error", "errored", "fail", "exit", "crashed"),
    "cancelled": ("canceled", "killed", "aborted", "stopped", "deleted"),
    "timeout": ("timed out", "timed_out", "time limit", "walltime"),
    "out_of_memory": ("oom", "out of memory", "oomkilled"),
    "node_failed": ("node failure", "node_failure"),
    "preempted": ("evicted", "requeued"),
    "running": ("active", "executing", "started"),
    "pending": ("queued", "waiting", "submitted"),
}
"""State -> words that others than Slurm have for it."""


def _state() -> str:
    cases = " ".join(
        f"WHEN lower(state_) IN ({', '.join(map(literal, words))}) THEN '{state}'"
        for state, words in _STATES.items()
    )
    return f"CASE {cases} ELSE {slurm_values.state('state_')} END"


def _fault(found: Mapping[str, Found], elapsed: str, times: Mapping[str, str]) -> str:
    said = {name: text for name, text in times.items() if name in found and name != "submit"}
    cases = [
        f"WHEN {name}_ IS NOT NULL AND ({text}) IS NULL THEN '{found[name].column[:40]!s} is ' || "
        f"{shown(f'{name}_')} || '; expected a time such as 2024-01-31 12:00:00, or seconds since "
        "1970'"
        for name, text in said.items()
    ]
    if "elapsed" in found:
        cases.append(
            f"WHEN elapsed_ IS NOT NULL AND ({elapsed}) IS NULL THEN 'elapsed time is ' || "
            f"{shown('elapsed_')} || '; expected a number, or hours:minutes:seconds'"
        )
    cases += [
        f"WHEN {name}_ IS NOT NULL AND ({at_least(f'{name}_')}) IS NULL THEN 'number of {name} is '"
        f" || {shown(f'{name}_')} || '; expected a number, 0 or more'"
        for name in _COUNTS
        if name in found
    ]
    return f"coalesce(fault, CASE {' '.join(cases)} END)" if cases else "fault"
