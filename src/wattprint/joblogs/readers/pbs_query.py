"""The queries that turn records of PBS into jobs.

The tables: `pbs_records` holds the records of a piece (`type` as PBS has it, `m` the message),
`pbs_starts` those that a job began and no record yet says that it ended, `pbs_open` what is left
of them after the piece.
"""

from wattprint.joblogs.base import LogSettings
from wattprint.joblogs.readers.log_lines import LONG_FAULT
from wattprint.joblogs.readers.quantities import (
    at_least,
    clock_s,
    epoch,
    given,
    number,
    size_gb,
    total,
    whole,
)
from wattprint.joblogs.settle import shown
from wattprint.joblogs.sql import literal

_KWH_J = 3.6e6

_ENDS = "('E', 'R', 'A')"
"""Records after which a job no longer runs: ended, run again, aborted by the server."""

_FORM = r"[0-9]{2}/[0-9]{2}/[0-9]{4} [0-9:]{8}([.][0-9]+)?;[A-Za-z];[^;]*(;.*)?"

OPEN_STARTS = f"""
CREATE OR REPLACE TABLE pbs_open AS
SELECT line, id, moment_s, m FROM (
    SELECT s.*, row_number() OVER (PARTITION BY s.id ORDER BY s.line DESC) AS place
    FROM pbs_starts AS s LEFT JOIN (
        SELECT id, max(line) AS ended FROM pbs_records
        WHERE type IN {_ENDS} AND fault IS NULL GROUP BY id
    ) AS ends ON ends.id = s.id
    WHERE ended IS NULL OR ended < s.line
) WHERE place = 1
"""

_NOT_ENDED = "'records that a job was queued, started or deleted'"

SKIPPED = f"""
SELECT CAST(NULL AS BIGINT) AS line, CAST(NULL AS VARCHAR) AS reject, log_rows,
    {_NOT_ENDED} AS skip
FROM (
    SELECT (SELECT count(*) FROM pbs_starts) - (SELECT count(*) FROM pbs_open)
        + count(*) FILTER (type NOT IN ('S', 'E', 'R', 'A')) AS log_rows
    FROM pbs_records WHERE fault IS NULL
) WHERE log_rows > 0
"""

UNREADABLE = "SELECT line, fault AS reject FROM pbs_records WHERE fault IS NOT NULL"


def records_query(timezone: str) -> str:
    """Return the statement that makes `pbs_records` of the lines of a piece.

    Args:
        timezone: In which the server writes its clock.
    """
    # A name may hold blanks and what looks like other values: it is taken out first.
    return f"""
CREATE OR REPLACE TABLE pbs_records AS
SELECT line, {_moment(timezone)} AS moment_s,
    split_part(text, ';', 2) AS type,
    split_part(text, ';', 3) AS id,
    ' ' || regexp_replace(
        text[strpos(text, ';') + 4 + length(split_part(text, ';', 3)):],
        'jobname="[^"]*"', '') AS m,
    coalesce({LONG_FAULT}, CASE WHEN NOT regexp_full_match(text, '{_FORM}', 's')
        THEN 'is ' || {shown("text")} || '; expected a record: date;type;job;name=value ...'
        END) AS fault
FROM log_lines
"""


def _moment(timezone: str) -> str:
    local = "try_strptime(text[:19], '%m/%d/%Y %H:%M:%S')"
    if timezone != "UTC":
        local = f"timezone({literal(timezone)}, {local})"
    return f"epoch_us({local}) // 1000000"


def _value(name: str) -> str:
    """Return SQL for the text of one value of a message, with or without quotation marks."""
    after = f"split_part(m, ' {name}=', 2)"
    bare = f"CASE WHEN {after}[1] = '\"' THEN split_part({after}, '\"', 2) "
    return f"nullif({bare} ELSE split_part({after}, ' ', 1) END, '')"


_VALUES = {
    "user_name": "user",
    "account_text": "account",
    "group_text": "group",
    "project_text": "project",
    "queue": "queue",
    "start_text": "start",
    "end_text": "end",
    "exec_host": "exec_host",
    "exec_vnode": "exec_vnode",
    "exec_gpus": "exec_gpus",
    "slots": "total_execution_slots",
    "ncpus": "Resource_List.ncpus",
    "nodect": "Resource_List.nodect",
    "ngpus": "Resource_List.ngpus",
    "mem": "Resource_List.mem",
    "pmem": "Resource_List.pmem",
    "select_text": "Resource_List.select",
    "nodes_text": "Resource_List.nodes",
    "limit_text": "Resource_List.walltime",
    "used_ncpus": "resources_used.ncpus",
    "used_cput": "resources_used.cput",
    "used_walltime": "resources_used.walltime",
    "used_mem": "resources_used.mem",
    "used_joules": "resources_used.energy_used",
    "used_kwh": "resources_used.energy",
    "exit_text": "Exit_status",
}

_HOSTS = "string_split(exec_host, '+')"

# `n1/0*4` is 4 CPUs, `n1/0-3,7` is 5, `n1/0` is 1.
_SLOTS = f"""list_sum(list_transform({_HOSTS}, lambda h: CASE
    WHEN contains(h, '*') THEN try_cast(split_part(h, '*', 2) AS DOUBLE)
    ELSE list_sum(list_transform(string_split(split_part(h, '/', 2), ','), lambda r: coalesce(
        try_cast(split_part(r, '-', 2) AS DOUBLE) - try_cast(split_part(r, '-', 1) AS DOUBLE) + 1,
        1))) END))"""

_MACHINES = f"len(list_distinct(list_transform({_HOSTS}, lambda h: split_part(h, '/', 1))))"

_VNODE_GPUS = total("nullif(regexp_extract_all(exec_vnode, 'ngpus=([0-9]+)', 1), [])")

# `2:ppn=4:gpus=1+n7:gpus=2` is 2 * 1 + 2 accelerators.
_TORQUE_GPUS = """CASE WHEN contains(nodes_text, ':gpus=') THEN list_sum(list_transform(
    string_split(nodes_text, '+'), lambda n: coalesce(try_cast(split_part(n, ':', 1) AS DOUBLE), 1)
        * coalesce(try_cast(regexp_extract(n, ':gpus=([0-9]+)', 1) AS DOUBLE), 0))) END"""

_MODEL = (
    "nullif(regexp_extract(concat_ws(':', select_text, nodes_text), "
    "'(?:gpu|accelerator)_(?:model|type|name)=([^:+, ]+)', 1), '')"
)

_LIMIT_REACHED = f"({clock_s('used_walltime')} >= {clock_s('limit_text')})"

# Negative ends are the server's own; 256 and more are a signal.
_STATE = f"""CASE
    WHEN type = 'R' THEN 'preempted'
    WHEN exit_status = 0 THEN 'completed'
    WHEN exit_status IN (-27, -26, -10) THEN 'out_of_memory'
    WHEN exit_status = -29 OR {_LIMIT_REACHED} AND exit_status <> 0 THEN 'timeout'
    WHEN exit_status IN (256 + 15, 256 + 9, 128 + 15, 10000 + 15, 10000 + 9) THEN 'cancelled'
    WHEN exit_status IS NOT NULL THEN 'failed'
    WHEN type = 'A' THEN 'cancelled'
    ELSE 'unknown' END"""


def _jobs(source: str, settings: LogSettings, *, running: bool = False) -> str:
    values = ", ".join(f"{_value(name)} AS {column}" for column, name in _VALUES.items())
    cluster = literal(settings.cluster) if settings.cluster else "NULL"
    server = given("split_part(split_part(id, '.', 2), '.', 1)")
    elapsed = (
        "greatest((SELECT moment_s FROM pbs_last) - start_s, 0)"
        if running
        else whole(clock_s("used_walltime"))
    )
    return f"""
SELECT split_part(id, '.', 1) AS job_id,
    CASE WHEN start_s IS NOT NULL THEN concat_ws('|', {cluster}, id, start_s) END AS job_key,
    coalesce({cluster}, {server}) AS cluster,
    user_name, coalesce(account_text, group_text) AS account,
    CASE WHEN project_text <> '_pbs_project_default' THEN project_text END AS project,
    queue AS partition_name, {_MODEL} AS accelerator,
    {"'running'" if running else _STATE} AS state,
    start_s, {"NULL" if running else "end_s"} AS end_s, {elapsed} AS elapsed_s,
    coalesce({_MACHINES}, {at_least("nodect")}) AS nodes,
    cpus, {clock_s("used_cput")} AS cpu_s,
    gpus, gpus AS gpus_requested,
    coalesce({size_gb("mem")}, {size_gb("pmem")} * cpus) AS memory_gb,
    {size_gb("used_mem")} AS memory_used_gb,
    coalesce(nullif({at_least("used_joules")}, 0), nullif({at_least("used_kwh")}, 0) * {_KWH_J!r})
        AS node_energy_j,
    0 AS notes, line, 1 AS log_rows,
    CASE WHEN contains(id, '[]') THEN 'arrays whose jobs are counted one by one'
        WHEN type IN ('R', 'A') AND start_s IS NULL THEN {_NOT_ENDED} END AS skip,
    CASE
        WHEN start_text IS NOT NULL AND start_s IS NULL THEN 'start is ' || {shown("start_text")}
            || '; expected seconds since 1970'
        WHEN used_walltime IS NOT NULL AND {clock_s("used_walltime")} IS NULL
            THEN 'walltime is ' || {shown("used_walltime")} || '; expected hours:minutes:seconds'
    END AS reject
FROM (
    SELECT *, coalesce({epoch("start_text")}, begun_s) AS start_s,
        coalesce({epoch("end_text")}, moment_s) AS end_s,
        coalesce({at_least("slots")}, CASE WHEN exec_vnode IS NOT NULL OR select_text IS NOT NULL
            THEN {at_least("ncpus")} END, {_SLOTS}, {at_least("ncpus")}, {at_least("used_ncpus")})
            AS cpus,
        coalesce({at_least("ngpus")}, {_VNODE_GPUS}, {_TORQUE_GPUS},
            len(string_split(exec_gpus, '+')), 0) AS gpus,
        {number("exit_text")} AS exit_status
    FROM (SELECT *, {values} FROM ({source}))
)"""


def ended_query(settings: LogSettings) -> str:
    """Return the query of the jobs that ended in a piece."""
    source = f"""
SELECT r.line, r.id, r.type, r.moment_s, s.moment_s AS begun_s,
    CASE WHEN r.type = 'E' THEN r.m ELSE concat(r.m, s.m) END AS m
FROM (SELECT * FROM pbs_records WHERE fault IS NULL AND type IN {_ENDS}) AS r
ASOF LEFT JOIN pbs_starts AS s ON s.id = r.id AND s.line < r.line"""
    return _jobs(source, settings)


def never_ended_query(settings: LogSettings) -> str:
    """Return the query of the jobs that had begun and not ended when the log was written."""
    source = "SELECT line, id, 'S' AS type, moment_s, m, moment_s AS begun_s FROM pbs_open"
    return _jobs(source, settings, running=True)
