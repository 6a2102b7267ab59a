"""What every log has in common once it is read: times fill each other, limits hold.

All of it is SQL over a query of parsed rows, which has the columns of `domain.jobs.PARSED_COLUMNS`.
"""

from typing import NamedTuple

from wattprint.domain.jobs import NOTE_BITS

MOST_ELAPSED_S = 10 * 365 * 86400
"""No job runs for longer than ten years. [s]"""

MOST_CPU_HOURS = 1e9
"""The ten million cores of the largest machine of 2025 for four days."""

MOST_ACCELERATOR_HOURS = 1e8
"""100,000 accelerators for six weeks: more than the largest training known in 2025."""

MOST_MEMORY_GB = 1e9

LAST_S = 4102444800
"""2100-01-01. [s since 1970]"""

JOB, NEVER_STARTED, REJECTED, SKIPPED = 0, 1, 2, 3
"""What has become of a row, in its column `fate`."""


class _Limit(NamedTuple):
    """The range of a quantity: what it is, its expression, its limits and its unit."""

    words: str
    expression: str
    least: int
    most: float
    unit: str


_SECONDS = "s since 1970 (years 1970 to 2100)"

_TIME_LIMITS = (
    _Limit("start", "start_s", 0, LAST_S, _SECONDS),
    _Limit("end", "end_s", 0, LAST_S, _SECONDS),
    _Limit("elapsed time", "elapsed_s", 0, MOST_ELAPSED_S, "s (10 years)"),
)

_LIMITS = (
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


_UNSHOWN = r"[^\p{L}\p{M}\p{N}\p{P}\p{S} ]"
"""What a line does not hold: control characters, blanks but the plain one, codes of no sign."""


def shown(expression: str) -> str:
    """Return SQL for a value as a reason shows it: in quotes, short and printable."""
    text = rf"regexp_replace(CAST({expression} AS VARCHAR), '{_UNSHOWN}|''', '?', 'g')"
    return rf"'''' || regexp_replace({text}, '^(.{{40}}).+$', '\1...') || ''''"


def _limit_fault(limit: _Limit) -> str:
    allowed = f"expected {limit.least} to {limit.most:.15g} {limit.unit}"
    return (
        f"WHEN NOT ({limit.expression} BETWEEN {limit.least} AND {limit.most!r}) "
        f"THEN '{limit.words} is ' || {shown(limit.expression)} || '; {allowed}'"
    )


def _within(limit: _Limit) -> str:
    column = limit.expression
    return (
        f"CASE WHEN {column} BETWEEN {limit.least} AND {limit.most} THEN {column} END AS {column}"
    )


def _note(condition: str, name: str) -> str:
    return f"| CASE WHEN {condition} THEN {NOTE_BITS[name]} ELSE 0 END"


# Times out of their limits are taken out first: sums with them may overflow.
_CHECKED = f"""
SELECT * REPLACE (
    coalesce(reject, CASE {" ".join(map(_limit_fault, _TIME_LIMITS))} END) AS reject,
    {", ".join(map(_within, _TIME_LIMITS))},
    coalesce(notes, 0) AS notes,
    coalesce(state, 'unknown') AS state,
    nullif(cpus, 0) AS cpus,
    nullif(nodes, 0) AS nodes,
    nullif(memory_gb, 0) AS memory_gb
) FROM ({{parsed}})
"""

_FILLED = f"""
SELECT * REPLACE (
    coalesce(elapsed_s, CASE WHEN end_s >= start_s THEN end_s - start_s END) AS elapsed_s,
    coalesce(start_s, end_s - elapsed_s) AS start_s
), coalesce(end_s < start_s, FALSE) AS backwards FROM ({_CHECKED})
"""

# Local times say nothing in the hour that a clock repeats, or of a clock put right: the elapsed
# time, which the scheduler counts itself, moves the end.
_TIMED = f"""
SELECT * REPLACE (
    CASE WHEN end_s >= start_s + elapsed_s THEN end_s ELSE start_s + elapsed_s END AS end_s,
    notes {_note("backwards", "end_before_start")} {_note("start_s IS NULL", "start_unknown")}
        AS notes
) FROM ({_FILLED})
"""

_NEVER_STARTED = """coalesce(
    state = 'pending'
    OR elapsed_s = 0
    OR (elapsed_s IS NULL AND start_s IS NULL AND state IN ('cancelled', 'unknown')), FALSE)"""

_FAULT = f"""CASE
    WHEN skip IS NOT NULL THEN NULL
    WHEN reject IS NOT NULL THEN reject
    WHEN {_NEVER_STARTED} THEN NULL
    WHEN elapsed_s IS NULL AND backwards
        THEN 'ends before it starts; expected an end after its start, or an elapsed time'
    WHEN elapsed_s IS NULL
        THEN 'has no duration; expected an elapsed time, or a start and an end'
    {" ".join(map(_limit_fault, _LIMITS))}
END"""

_TOO_BUSY = "cpu_s > cpus * elapsed_s"

_SETTLED = f"""
SELECT * EXCLUDE (backwards) REPLACE (
    CASE WHEN {_TOO_BUSY} THEN cpus * elapsed_s ELSE cpu_s END AS cpu_s,
    notes
        {_note("state = 'running'", "still_running")}
        {_note(_TOO_BUSY, "cpu_time_capped")}
        {_note("cpu_s IS NULL", "cpu_time_unknown")}
        {_note("memory_gb IS NULL", "memory_unknown")}
        {_note("cpus IS NULL", "cpus_unknown")} AS notes
),
    {_FAULT} AS fault,
    CASE WHEN fault IS NOT NULL THEN {REJECTED}
        WHEN skip IS NOT NULL THEN {SKIPPED}
        WHEN {_NEVER_STARTED} THEN {NEVER_STARTED}
        ELSE {JOB} END AS fate,
    CAST(make_timestamp(start_s * 1000000) AS DATE) AS began
FROM ({_TIMED})
"""
"""Parsed rows with times filled, `fault`, `fate` and the day on which they began."""


def settled(parsed: str) -> str:
    """Return the query that settles rows.

    Args:
        parsed: A query that gives `domain.jobs.PARSED_COLUMNS`.
    """
    return _SETTLED.replace("{parsed}", parsed)
