"""What every log has in common once it is read: times fill each other, limits hold, kinds count.

All of it is SQL over the table `parsed`, which has the columns of `domain.jobs.PARSED_COLUMNS`.
"""

from typing import NamedTuple

from wattprint.domain.jobs import NOTE_BITS

MOST_ELAPSED_S = 10 * 365 * 86400
"""No job runs for longer than ten years. [s]"""

MOST_CPU_HOURS = 1e9
"""More than the largest machine gives in a year: Frontier's 10 million cores for 4 days."""

MOST_ACCELERATOR_HOURS = 1e8
"""100,000 accelerators for six weeks: more than the largest training known in 2025."""

MOST_MEMORY_GB = 1e9

LAST_S = 4102444800
"""2100-01-01. [s since 1970]"""

JOB, NEVER_STARTED, REJECTED = 0, 1, 2
"""What has become of a row, in its column `fate`."""


class _Limit(NamedTuple):
    """The range of a quantity: what it is, its expression, its limits and its unit."""

    words: str
    expression: str
    least: float
    most: float
    unit: str


_LIMITS = (
    _Limit("start", "start_s", 0, LAST_S, "s since 1970 (year 1970 to 2100)"),
    _Limit("end", "end_s", 0, LAST_S, "s since 1970 (year 1970 to 2100)"),
    _Limit("elapsed time", "elapsed_s", 0, MOST_ELAPSED_S, "s (10 years)"),
    _Limit("number of nodes", "nodes", 0, 1e7, "nodes"),
    _Limit("number of CPUs", "cpus", 0, 1e9, "CPUs"),
    _Limit("CPU time", "cpu_s", 0, 1e18, "s"),
    _Limit("number of accelerators", "gpus", 0, 1e7, "accelerators"),
    _Limit("number of accelerators asked for", "gpus_requested", 0, 1e7, "accelerators"),
    _Limit("load of accelerators", "gpu_load", 0, 1, "(share of time)"),
    _Limit("memory", "memory_gb", 0, MOST_MEMORY_GB, "GB"),
    _Limit("memory used", "memory_used_gb", 0, MOST_MEMORY_GB, "GB"),
    _Limit("energy of nodes", "node_energy_j", 0, 1e18, "J"),
    _Limit("energy of accelerators", "accelerator_energy_j", 0, 1e18, "J"),
    _Limit("CPU-hours", "cpus * elapsed_s / 3600", 0, MOST_CPU_HOURS, "CPU-hours a job"),
    _Limit(
        "accelerator-hours",
        "gpus * elapsed_s / 3600",
        0,
        MOST_ACCELERATOR_HOURS,
        "accelerator-hours a job",
    ),
)

_RUNS_BACKWARDS = "end_s < start_s"

_TIMES = f"""
SELECT * REPLACE (
    -- Local times say nothing in the hour that a clock repeats: the elapsed time does.
    CASE WHEN {_RUNS_BACKWARDS} OR end_s < start_s + elapsed_s OR end_s IS NULL
        THEN start_s + elapsed_s ELSE end_s END AS end_s
) FROM (
    SELECT * REPLACE (
        coalesce(elapsed_s, CASE WHEN end_s >= start_s THEN end_s - start_s END) AS elapsed_s,
        coalesce(start_s, end_s - elapsed_s) AS start_s,
        notes
            | CASE WHEN {_RUNS_BACKWARDS} THEN {NOTE_BITS["end_before_start"]} ELSE 0 END
            | CASE WHEN coalesce(start_s, end_s - elapsed_s) IS NULL
                THEN {NOTE_BITS["start_unknown"]} ELSE 0 END
            AS notes
    ) FROM parsed
)
"""


def shown(expression: str) -> str:
    """Return SQL for a value as a reason shows it: in quotes, short and printable."""
    text = rf"regexp_replace(CAST({expression} AS VARCHAR), '\p{{C}}', '?', 'g')"
    return f"'''' || CASE WHEN length({text}) > 40 THEN {text}[:40] || '...' ELSE {text} END || ''''"


def _limit_fault(limit: _Limit) -> str:
    allowed = f"expected {limit.least:.15g} to {limit.most:.15g} {limit.unit}"
    return (
        f"WHEN NOT ({limit.expression} BETWEEN {limit.least!r} AND {limit.most!r}) "
        f"THEN '{limit.words} is ' || {shown(limit.expression)} || '; {allowed}'"
    )


_FAULT = f"""CASE
    WHEN reject IS NOT NULL THEN reject
    WHEN never_started THEN NULL
    WHEN elapsed_s IS NULL AND notes & {NOTE_BITS["end_before_start"]} <> 0
        THEN 'ends before it starts; expected an end after its start, or an elapsed time'
    WHEN elapsed_s IS NULL
        THEN 'has no duration; expected an elapsed time, or a start and an end'
    {" ".join(map(_limit_fault, _LIMITS))}
END"""

_NEVER_STARTED = """coalesce(
    state = 'pending'
    OR elapsed_s = 0
    OR (elapsed_s IS NULL AND start_s IS NULL AND state IN ('cancelled', 'unknown')), FALSE)"""


def _note(condition: str, name: str) -> str:
    return f"| CASE WHEN {condition} THEN {NOTE_BITS[name]} ELSE 0 END"


_NOTES = " ".join(
    (
        "notes",
        _note("state = 'running'", "still_running"),
        _note("cpu_s > cpus * elapsed_s", "cpu_time_capped"),
        _note("cpu_s IS NULL", "cpu_time_unknown"),
        _note("memory_gb IS NULL", "memory_unknown"),
        _note("cpus IS NULL", "cpus_unknown"),
    )
)

SETTLED = f"""
SELECT * REPLACE (
    {_NOTES} AS notes,
    least(cpu_s, cpus * elapsed_s) AS cpu_s
),
    year(began) * 10000 + month(began) * 100 + day(began) AS day_number
FROM (
    SELECT * EXCLUDE (never_started),
        {_FAULT} AS fault,
        CASE WHEN fault IS NOT NULL THEN {REJECTED} WHEN never_started THEN {NEVER_STARTED}
            ELSE {JOB} END AS fate,
        CASE WHEN start_s BETWEEN 0 AND {LAST_S}
            THEN CAST(make_timestamp(start_s * 1000000) AS DATE) END AS began
    FROM (SELECT *, {_NEVER_STARTED} AS never_started FROM ({_TIMES}))
)
"""
"""Rows of `parsed` with times filled, `fault`, `fate` and the day on which they began."""
