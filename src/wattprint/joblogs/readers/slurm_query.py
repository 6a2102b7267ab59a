"""The query that turns rows of a sacct dump into jobs, with their steps merged into them.

The tables: `sacct_lines` holds lines as they are; `sacct_rows` the texts of the columns that are
needed, what each row is (`bad` says why it is none), and the id of its job, `root`.
"""

from wattprint.domain.jobs import NOTE_BITS
from wattprint.joblogs.base import LogSettings
from wattprint.joblogs.readers import slurm_values as values
from wattprint.joblogs.readers.slurm_layout import Layout, is_long
from wattprint.joblogs.settle import shown
from wattprint.joblogs.sql import literal

_FIELDS = {
    "jobid": ("jobid", "jobidraw"),
    "cluster": ("cluster",),
    "account": ("account",),
    "wckey": ("wckey",),
    "partition": ("partition",),
    "state": ("state",),
    "submit": ("submit",),
    "start": ("start",),
    "end_time": ("end",),
    "elapsedraw": ("elapsedraw",),
    "elapsed": ("elapsed",),
    "nodes": ("allocnodes", "nnodes"),
    "alloccpus": ("alloccpus", "ncpus"),
    "reqcpus": ("reqcpus",),
    "cputimeraw": ("cputimeraw",),
    "cputime": ("cputime",),
    "totalcpu": ("totalcpu",),
    "usercpu": ("usercpu",),
    "systemcpu": ("systemcpu",),
    "alloctres": ("alloctres",),
    "reqtres": ("reqtres",),
    "allocgres": ("allocgres",),
    "reqgres": ("reqgres",),
    "reqmem": ("reqmem",),
    "maxrss": ("maxrss",),
    "ntasks": ("ntasks",),
    "energyraw": ("consumedenergyraw",),
    "energy": ("consumedenergy",),
    "usage": ("tresusageinave", "tresusageintot"),
}
"""Text that is needed -> columns that may hold it, best first."""

_SAY_NOTHING = ("unknown", "none", "n/a", "invalid", "unlimited", "partition_limit", "(null)")

_SHOWN_ID = shown("coalesce(jobid, '')")
_SHOWN_ROOT = shown("coalesce(steps.root, '')")

_TIMES = ("submit", "start", "end_time", "elapsedraw", "elapsed")


def rows_query(layout: Layout, first_line: int) -> str:
    """Return the query of `sacct_rows` over `sacct_lines`.

    Args:
        layout: How the lines are parted.
        first_line: Number of the first of the lines in the log.
    """
    texts = {name: _text(layout, *columns) for name, columns in _FIELDS.items()}
    texts |= {name: _unless_empty_word(texts[name]) for name in _TIMES}
    users = [_text(layout, name) for name in ("user", "uid") if layout.place(name)]
    texts["user_name"] = f"coalesce({', '.join(users)})" if users else "NULL"
    columns = ", ".join(f"CAST({text} AS VARCHAR) AS {name}" for name, text in texts.items())
    return f"""
SELECT * REPLACE (CASE WHEN bad IS NULL THEN {_bad_id(layout)} ELSE bad END AS bad),
    {_is_step(layout)} AS is_step,
    split_part(jobid, '.', 1) AS root
FROM (
    SELECT number AS line, {_bad_row(layout)} AS bad, {columns}
    FROM (
        SELECT rowid + {first_line} AS number, line AS whole, {layout.part("line")} AS f
        FROM sacct_lines
        WHERE line IS NOT NULL AND NOT (line[1] = '-' AND regexp_full_match(line, '[- ]+'))
            AND (line[1] > ' ' OR trim(line) <> '')
    )
)"""


def _text(layout: Layout, *columns: str) -> str:
    """Return SQL for the text of the first of these columns that the dump has."""
    place = layout.place(*columns)
    if not place:
        return "NULL"
    # Free text may hold the delimiter: what follows it is counted from the end.
    behind = layout.free_text and place > layout.free_text
    return f"nullif(trim(f[{place - layout.fields - 1 if behind else place}]), '')"


def _unless_empty_word(text: str) -> str:
    if text == "NULL":
        return text
    words = ", ".join(map(literal, _SAY_NOTHING))
    return f"CASE WHEN {text}[1] > '9' AND lower({text}) IN ({words}) THEN NULL ELSE {text} END"


def _bad_row(layout: Layout) -> str:
    """Return SQL for why a line cannot be parted into columns."""
    too_long = (
        f"WHEN {is_long('whole')} THEN 'line of ' || {shown('whole[2:]')} || "
        "' bytes; expected 1 MiB at most'"
    )
    if layout.widths:
        return f"CASE {too_long} END"
    wrong = "<" if layout.free_text else "<>"
    return (
        f"CASE WHEN len(f) {wrong} {layout.fields} THEN CASE {too_long} ELSE "
        f"'row of ' || {shown('len(f)')} || ' columns; expected {layout.fields} as in its header' "
        "END END"
    )


def _bad_id(layout: Layout) -> str:
    if not layout.place("jobid", "jobidraw"):
        return "NULL"
    return (
        "CASE WHEN jobid[1] BETWEEN '0' AND '9' THEN NULL ELSE 'JobID is ' || "
        f"{_SHOWN_ID} || '; expected one such as 123, 123_4 or 123+0' END"
    )


def _is_step(layout: Layout) -> str:
    """Return SQL that tells a step; where the id is cut short or missing, by what it lacks."""
    blank = [
        f"{text} IS NULL"
        for text, columns in (("user_name", ("user", "uid")), ("partition", ("partition",)))
        if layout.place(*columns)
    ]
    lacks = " AND ".join(blank) if blank else "FALSE"
    if not layout.place("jobid", "jobidraw"):
        return lacks if len(blank) == 2 else "FALSE"
    return f"CASE WHEN contains(jobid, '.') THEN TRUE WHEN {_CUT_SHORT} THEN {lacks} ELSE FALSE END"


_CUT_SHORT = "right(jobid, 1) = '+'"
"""Columns of fixed width mark what does not fit."""

# A job's rows follow each other: a step belongs to the last job before it, if that has its id.
# So does each execution of a job that was put back into the queue keep its own steps.
_STEPS = f"""
SELECT owner, root, min(line) AS line, count(*) AS step_rows,
    max({values.memory_gb("maxrss", unit="")} * coalesce(nullif({values.count("ntasks")}, 0), 1))
        AS rss_gb,
    sum({{cpu}}) AS cpu_s,
    sum(coalesce({values.energy_j("energyraw")}, {values.energy_j("energy")})) AS energy_j,
    max({values.tres_load("usage")}) AS load
FROM (
    SELECT *, max(CASE WHEN NOT is_step AND bad IS NULL THEN line END)
        OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS owner
    FROM (SELECT line, bad, is_step, root, {{texts}} FROM sacct_rows)
) WHERE is_step AND bad IS NULL
GROUP BY owner, root
"""

_STEP_TEXTS = ("maxrss", "ntasks", "totalcpu", "usercpu", "systemcpu", "energyraw", "energy", "usage")


def _cpu_s() -> str:
    total, user, system = map(values.seconds, ("totalcpu", "usercpu", "systemcpu"))
    return f"coalesce(nullif({total}, 0), nullif(coalesce({user}, 0) + coalesce({system}, 0), 0))"


def jobs_query(layout: Layout, settings: LogSettings) -> str:
    """Return the query of parsed rows over `sacct_rows`."""
    cluster = literal(settings.cluster) if settings.cluster else "NULL"
    steps = _STEPS.format(cpu=_cpu_s(), texts=", ".join(_STEP_TEXTS))
    identified = bool(layout.place("jobid", "jobidraw"))
    same = "steps.root IS NOT DISTINCT FROM jobs.root" if identified else "TRUE"
    return f"""
WITH steps AS MATERIALIZED ({steps}),
jobs AS ({_read(settings.timezone, cluster)})
SELECT {_derived()}
FROM jobs LEFT JOIN steps ON steps.owner = jobs.line AND {same}
UNION ALL BY NAME
SELECT line, 1 AS log_rows, bad AS reject FROM sacct_rows WHERE bad IS NOT NULL
UNION ALL BY NAME
SELECT steps.line, step_rows AS log_rows,
    'step of job ' || {_SHOWN_ROOT} || '; expected the row of its job before it'
        AS reject
FROM steps LEFT JOIN jobs ON steps.owner = jobs.line AND {same}
WHERE jobs.line IS NULL
"""


def _read(timezone: str, cluster: str) -> str:
    """Return the query of jobs' texts as numbers."""
    nodes = f"coalesce(nullif({values.count('nodes')}, 0), {_tres_count('alloctres', 'node')})"
    return f"""
SELECT line, root, jobid, state AS state_text, start AS start_text, elapsed AS elapsed_text,
    coalesce(cluster, {cluster}) AS cluster, user_name, account,
    nullif(ltrim(wckey, '*'), '') AS project,
    nullif(split_part(partition, ',', 1), '') AS partition_name,
    {values.state("state")} AS state,
    {values.moment("submit", timezone)} AS submit_s,
    {values.moment("start", timezone)} AS start_s,
    {values.moment("end_time", timezone)} AS end_s,
    coalesce(try_cast(elapsedraw AS BIGINT), CAST({values.seconds("elapsed")} AS BIGINT))
        AS elapsed_s,
    {nodes} AS nodes,
    nullif({values.count("alloccpus")}, 0) AS alloc_cpus,
    coalesce(try_cast(cputimeraw AS DOUBLE), {values.seconds("cputime")}) AS cpu_time_s,
    coalesce(nullif({values.count("reqcpus")}, 0), {_tres_count("reqtres", "cpu")}) AS req_cpus,
    {_tres_count("alloctres", "cpu")} AS tres_cpus,
    {_cpu_s()} AS total_cpu_s,
    coalesce({values.tres_gpus("alloctres")}, {values.gres_gpus("allocgres")}) AS gpus,
    coalesce({values.tres_gpus("reqtres")}, {values.gres_gpus("reqgres")}) AS gpus_requested,
    coalesce({values.tres_accelerator("alloctres")}, {values.gres_accelerator("allocgres")},
        {values.tres_accelerator("reqtres")}, {values.gres_accelerator("reqgres")}) AS accelerator,
    coalesce({values.is_part("alloctres")}, FALSE) AS in_part,
    {values.memory_gb(values.tres("alloctres", "mem"))} AS alloc_gb,
    {values.memory_gb(values.tres("reqtres", "mem"))} AS req_gb,
    reqmem,
    {values.memory_gb("maxrss", unit="")} AS own_rss_gb,
    coalesce({values.energy_j("energyraw")}, {values.energy_j("energy")},
        {values.energy_j(values.tres("alloctres", "energy"))}) AS own_energy_j,
    {values.tres_load("usage")} AS own_load
FROM sacct_rows WHERE bad IS NULL AND NOT is_step"""


def _tres_count(text: str, name: str) -> str:
    return f"nullif({values.count(values.tres(text, name))}, 0)"


def _derived() -> str:
    """Return the columns of a parsed row, from a job's numbers and those of its steps."""
    cpus = (
        "coalesce(alloc_cpus, tres_cpus, "
        "CASE WHEN elapsed_s > 0 THEN nullif(cpu_time_s, 0) / elapsed_s END, req_cpus)"
    )
    requested = values.requested_memory_gb("reqmem", cpus, "nodes")
    load = "coalesce(steps.load, own_load)"
    key = "concat_ws('|', coalesce(cluster, ''), jobid"
    from_submit = "(start_s IS NULL AND submit_s IS NOT NULL AND (end_s - elapsed_s) IS NULL)"
    return f"""
    split_part(jobid, '.', 1) AS job_id,
    CASE
        WHEN {_CUT_SHORT} THEN NULL
        WHEN start_s IS NOT NULL THEN {key}, start_s)
        WHEN submit_s IS NOT NULL OR end_s IS NOT NULL
            THEN {key}, coalesce(submit_s, 0), coalesce(end_s, 0), elapsed_s, state)
    END AS job_key,
    cluster, user_name, account, project, partition_name, accelerator, state,
    CASE WHEN {from_submit} THEN submit_s ELSE start_s END AS start_s,
    end_s, elapsed_s, nodes,
    {cpus} AS cpus,
    coalesce(total_cpu_s, steps.cpu_s) AS cpu_s,
    gpus, gpus_requested,
    CASE WHEN {load} > 1 THEN least({load} / greatest(gpus, 1), 1) ELSE {load} END AS gpu_load,
    coalesce(alloc_gb, {requested}, req_gb) AS memory_gb,
    coalesce(steps.rss_gb, own_rss_gb) AS memory_used_gb,
    coalesce(own_energy_j, steps.energy_j) AS node_energy_j,
    CASE WHEN {from_submit} AND elapsed_s > 0 THEN {NOTE_BITS["start_from_submit"]} ELSE 0 END
        | CASE WHEN in_part THEN {NOTE_BITS["gpus_in_part"]} ELSE 0 END AS notes,
    jobs.line AS line,
    1 + coalesce(step_rows, 0) AS log_rows,
    CASE
        WHEN start_s IS NULL AND start_text IS NOT NULL THEN 'Start is ' || {shown("start_text")}
            || '; expected a time such as 2024-01-31T12:00:00, or seconds since 1970'
        WHEN elapsed_s IS NULL AND elapsed_text IS NOT NULL THEN 'Elapsed is '
            || {shown("elapsed_text")} || '; expected [days-]hours:minutes:seconds'
    END AS reject"""
