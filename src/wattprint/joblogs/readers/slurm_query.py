"""The query that turns rows of a sacct dump into jobs, with their steps merged into them.

The tables: `sacct_lines` holds lines as they are; `sacct_cells` the texts of the columns that are
needed; `sacct_rows`, a view of these, also what each row is (`bad` says why it is none);
`sacct_tres` what lists of resources say; `sacct_steps` what the steps of a job, `root`, sum up to.
"""

from collections.abc import Callable
from pathlib import Path

from wattprint.domain.jobs import NOTE_BITS
from wattprint.joblogs.base import LogSettings
from wattprint.joblogs.readers import slurm_values as values
from wattprint.joblogs.readers.slurm_layout import Layout, is_long
from wattprint.joblogs.settle import shown
from wattprint.joblogs.sql import literal, text_values

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

_SAY_NOTHING = ("unknown", "none", "n/a", "invalid", "unlimited", "partition_limit")

_SHOWN_ID = shown("coalesce(jobid, '')")
_SHOWN_ROOT = shown("coalesce(steps.root, '')")

_TIMES = ("submit", "start", "end_time", "elapsedraw", "elapsed")


_IS_RULE = (
    "((line < '.' OR starts_with(line, '|'))"
    " AND regexp_full_match(line, '[-+:|\\s]*-[-+:|\\s]*|\\s*'))"
)
"""SQL that tells the dashes below a header, of fixed width or of a table in Markdown."""


def cells_query(layout: Layout, head: str, first_line: int, *, padded: bool) -> str:
    """Return the query of `sacct_cells` over `sacct_lines`.

    Args:
        layout: How the lines are parted.
        head: The header, which may be there again and again.
        first_line: Number of the first of the lines in the log.
        padded: Whether values may have blanks around them.
    """

    def text(*columns: str) -> str:
        return _text(layout, columns, padded)

    return f"""
SELECT number AS line, CAST({_bad_row(layout)} AS VARCHAR) AS bad_row, {_cells(layout, text)}
FROM (
    SELECT rowid + {first_line} AS number, line AS whole, {layout.part("line")} AS f
    FROM sacct_lines
    WHERE line IS NOT NULL AND line <> {literal(head)}
        AND NOT {_IS_RULE}
)"""


def quick_cells_query(layout: Layout, head: str, first_line: int, path: Path) -> str:
    """Return the query of `sacct_cells` over a piece in which every line has all its columns.

    The engine parts the lines itself, which takes a third of the time that `cells_query` does; a
    line with fewer or more columns is an error, one that is blank is left out.

    Args:
        layout: How the lines are parted: by a delimiter.
        head: The header, which may be there again and again.
        first_line: Number of the first line of the piece in the log.
        path: The piece, whose values have no blanks around them.
    """

    def text(*columns: str) -> str:
        return f"f{layout.place(*columns)}"

    # A header again is told by the columns that are needed: others are not even made texts.
    names = head.split(layout.delimiter)
    same = [f"f{n} IS NOT DISTINCT FROM {literal(names[n - 1])}" for n in _places(layout)]
    return f"""
SELECT number AS line, {_cells(layout, text)}
FROM (
    SELECT row_number() OVER () + {first_line - 1} AS number, *
    FROM {text_values(path, layout.delimiter, layout.fields)}
) WHERE NOT ({" AND ".join(same)})"""


def _cells(layout: Layout, text: Callable[..., str]) -> str:
    """Return the texts that a dump has, of those that are needed, by their names here."""
    known = {name: columns for name, columns in _FIELDS.items() if layout.place(*columns)}
    cells = [f"{text(*columns)} AS {name}" for name, columns in known.items()]
    if users := [text(name) for name in ("user", "uid") if layout.place(name)]:
        cells.append(f"coalesce({', '.join(users)}) AS user_name")
    return ", ".join(cells)


def _places(layout: Layout) -> list[int]:
    """Return the places of columns that are needed, from 1; the id, which tells rows, is first."""
    needed = [layout.place(*columns) for columns in _FIELDS.values()]
    users = [layout.place(name) for name in ("user", "uid")]
    return [place for place in dict.fromkeys([*needed, *users]) if place]


def rows_view(layout: Layout, *, quick: bool) -> str:
    """Return the query of `sacct_rows` over `sacct_cells`: what is not asked for is not worked out.

    Args:
        layout: Which columns there are.
        quick: Whether lines were parted by the engine: then none is bad.
    """
    cells = {name: name for name, columns in _FIELDS.items() if layout.place(*columns)}
    texts = {name: cells.get(name, "CAST(NULL AS VARCHAR)") for name in _FIELDS}
    texts |= {name: _unless_empty_word(cells[name]) for name in _TIMES if name in cells}
    has_user = layout.place("user", "uid")
    texts["user_name"] = "user_name" if has_user else "CAST(NULL AS VARCHAR)"
    bad = f"CASE WHEN bad_row IS NULL THEN {_bad_id(layout)} ELSE bad_row END"
    columns = ", ".join(f"{text} AS {name}" for name, text in texts.items())
    return f"""
SELECT line, {columns}, {"CAST(NULL AS VARCHAR)" if quick else bad} AS bad,
    {_is_step(layout)} AS is_step
FROM sacct_cells"""


def no_bad_id(layout: Layout) -> str:
    """Return SQL over `sacct_cells` that tells whether all its rows have an id of a job."""
    return f"bool_and({_GOOD_ID})" if layout.place("jobid", "jobidraw") else "TRUE"


_GOOD_ID = "coalesce(jobid >= '0' AND jobid < ':', FALSE)"


def _text(layout: Layout, columns: tuple[str, ...], padded: bool) -> str:
    """Return SQL for the text of the first of these columns that the dump has."""
    place = layout.place(*columns)
    if not place:
        return "NULL"
    # Free text may hold the delimiter: what follows it is counted from the end.
    behind = layout.free_text and place > layout.free_text
    text = f"f[{place - layout.fields - 1 if behind else place}]"
    return f"nullif({f'trim({text})' if padded else text}, '')"


def _unless_empty_word(text: str) -> str:
    words = ", ".join(map(literal, _SAY_NOTHING))
    return f"CASE WHEN {text} >= ':' AND lower({text}) IN ({words}) THEN NULL ELSE {text} END"


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
        f"CASE WHEN {_GOOD_ID} THEN NULL ELSE 'JobID is ' || {_SHOWN_ID}"
        " || '; expected one such as 123, 123_4 or 123+0' END"
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


_CUT_SHORT = "suffix(jobid, '+')"
"""Columns of fixed width mark what does not fit."""


class _Texts:
    """The texts that a dump has: expressions over the others are NULL, and cost nothing."""

    def __init__(self, layout: Layout) -> None:
        self.known = {name for name, columns in _FIELDS.items() if layout.place(*columns)}

    def of(self, read: Callable[..., str], *texts: str) -> str:
        """Return what a function of `slurm_values` makes of texts, if the dump has the first."""
        return read(*texts) if texts[0] in self.known else "NULL"

    def tres(self, text: str, name: str) -> str:
        """Return what `sacct_tres` has of a list of resources, if the dump has such a list."""
        return f"{text}_has.has_{name}" if text in self.known else "NULL"

    def tres_joins(self) -> str:
        """Return the joins of jobs with `sacct_tres`."""
        return " ".join(
            f"LEFT JOIN sacct_tres AS {text}_has ON {text}_has.words = {text}"
            for text in _TRES
            if text in self.known
        )


_TRES = ("alloctres", "reqtres")

TRES_TABLE = """CREATE TABLE IF NOT EXISTS sacct_tres (words VARCHAR,
    has_gpus DOUBLE, has_accelerator VARCHAR, has_in_part BOOLEAN, has_cpus DOUBLE,
    has_nodes DOUBLE, has_gb DOUBLE, has_energy_j DOUBLE)"""
"""What is said in lists of resources: read once, however many jobs have the same."""


def new_tres_query(layout: Layout) -> str:
    """Return the query of lists of resources that `sacct_rows` has and `sacct_tres` has not."""
    texts = _Texts(layout)
    lists = [
        f"SELECT {text} AS words FROM sacct_rows WHERE NOT is_step AND {text} IS NOT NULL"
        for text in _TRES
        if text in texts.known
    ]
    if not lists:
        return "SELECT words FROM sacct_tres LIMIT 0"
    several = " UNION ALL ".join(lists)
    return f"SELECT DISTINCT words FROM ({several}) ANTI JOIN sacct_tres USING (words)"


def tres_query(source: str) -> str:
    """Return the query of `sacct_tres` over lists of resources."""
    part = {name: values.tres("words", name) for name in ("cpu", "node", "mem", "energy")}
    cut = ", ".join(f"{expression} AS {name}" for name, expression in part.items())
    return f"""
SELECT words, {values.tres_gpus("words")}, {values.tres_accelerator("words")},
    {values.is_part("words")}, {values.count("cpu")}, {values.count("node")},
    {values.memory_gb("mem")}, {values.energy_j("energy")}
FROM (SELECT words, {cut} FROM {source})"""


def _first(*expressions: str) -> str:
    """Return SQL for the first of these that is not NULL, short where most cannot be anything."""
    real = [expression for expression in expressions if expression != "NULL"]
    return f"coalesce({', '.join(real)})" if len(real) > 1 else (real or ["NULL"])[0]


def _some(expression: str) -> str:
    """Return SQL that has NULL for 0."""
    return expression if expression == "NULL" else f"nullif({expression}, 0)"


def _gpus(texts: _Texts, tres: str, gres: str) -> str:
    """Return SQL for accelerators: a site may have them in one of the two columns alone."""
    known = (texts.tres(tres, "gpus"), texts.of(values.gres_gpus, gres))
    if "NULL" in known:
        return _first(*known)
    return f"coalesce({', '.join(map(_some, known))}, {', '.join(known)})"


def _cpu_s(texts: _Texts) -> str:
    total, user, system = (
        texts.of(values.seconds, name) for name in ("totalcpu", "usercpu", "systemcpu")
    )
    apart = "NULL" if user == system == "NULL" else f"(coalesce({user}, 0) + coalesce({system}, 0))"
    return _first(_some(total), _some(apart))


def _energy_j(texts: _Texts) -> str:
    return _first(texts.of(values.energy_j, "energyraw"), texts.of(values.energy_j, "energy"))


def _energy_of_steps(texts: _Texts) -> str:
    """Return SQL for what the steps of a job metered: each the energy of its nodes in its time.

    `numbered_s` is NULL unless all numbered steps with energy say how long they took.
    """
    energy_j = _energy_j(texts)
    if energy_j == "NULL":
        return ", ".join(f"CAST(NULL AS DOUBLE) AS {name}" for name in _STEP_ENERGIES)
    each = f"CAST({energy_j} AS DOUBLE)"
    of_numbered = f"CASE WHEN {_IS_NUMBERED} THEN {each} END"
    # A duration is read only where there is energy, which few sites meter.
    took_s = f"CAST(CASE WHEN ({of_numbered}) IS NOT NULL THEN {_elapsed_s(texts)} END AS DOUBLE)"
    return f"""
    max({each}) FILTER (WHERE split_part(jobid, '.', 2) = 'extern') AS extern_j,
    sum({of_numbered}) AS numbered_j,
    CASE WHEN count({took_s}) = count({of_numbered}) THEN sum({took_s}) END AS numbered_s,
    max({each}) AS largest_j"""


_STEP_ENERGIES = ("extern_j", "numbered_j", "numbered_s", "largest_j")

_IS_NUMBERED = "coalesce(split_part(jobid, '.', 2) BETWEEN '0' AND '9~', FALSE)"

_IN_TURN = "numbered_s <= elapsed_s * 1.01 + 1"
"""Numbered steps fit into the job one after the other; times are whole seconds."""

_STEPS_ENERGY_J = f"""coalesce(steps.extern_j,
        CASE WHEN {_IN_TURN} THEN greatest(numbered_j, largest_j) ELSE largest_j END)"""
"""Energy of a job by its steps: `extern` lasts as long as the job, on all its nodes. Without it
numbered steps add up if they ran in turn; side by side they metered the same nodes, and `batch`
meters what they did again."""


def _elapsed_s(texts: _Texts) -> str:
    words = texts.of(values.seconds, "elapsed")
    return _first("try_cast(elapsedraw AS BIGINT)", f"CAST({words} AS BIGINT)")


def _rss_gb(texts: _Texts) -> str:
    return texts.of(lambda text: values.memory_gb(text, unit=""), "maxrss")


def _steps(texts: _Texts) -> str:
    """Return the query that sums up the steps of each job.

    A job's rows follow each other: a step belongs to the last job before it, if that has its id.
    So does each execution of a job that was put back into the queue keep its own steps.
    """
    tasks = texts.of(values.count, "ntasks")
    tasks = "1" if tasks == "NULL" else f"coalesce(nullif({tasks}, 0), 1)"
    return f"""
SELECT owner, split_part(jobid, '.', 1) AS root, min(line) AS line, count(*) AS step_rows,
    max({_rss_gb(texts)} * {tasks}) AS rss_gb,
    sum(CAST({_cpu_s(texts)} AS DOUBLE)) AS cpu_s,
    {_energy_of_steps(texts)},
    max({texts.of(values.tres_load, "usage")}) AS load
FROM (
    SELECT *, max(CASE WHEN NOT is_step AND bad IS NULL THEN line END)
        OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS owner
    FROM (SELECT line, bad, is_step, jobid, {", ".join(_STEP_TEXTS)} FROM sacct_rows)
) WHERE is_step AND bad IS NULL
GROUP BY owner, root
"""


_STEP_TEXTS = (
    "maxrss",
    "ntasks",
    "totalcpu",
    "usercpu",
    "systemcpu",
    "energyraw",
    "energy",
    "usage",
    "elapsedraw",
    "elapsed",
)

_NO_STEPS = """
SELECT NULL::BIGINT AS owner, NULL::VARCHAR AS root, NULL::BIGINT AS line,
    NULL::BIGINT AS step_rows, NULL::DOUBLE AS rss_gb, NULL::DOUBLE AS cpu_s,
    NULL::DOUBLE AS extern_j, NULL::DOUBLE AS numbered_j, NULL::DOUBLE AS numbered_s,
    NULL::DOUBLE AS largest_j, NULL::DOUBLE AS load
WHERE FALSE
"""


def steps_query(layout: Layout, *, any_steps: bool) -> str:
    """Return the query of `sacct_steps` over `sacct_rows`: a row for each job that has steps."""
    return _steps(_Texts(layout)) if any_steps else _NO_STEPS


def jobs_query(layout: Layout, settings: LogSettings) -> str:
    """Return the query of parsed rows over `sacct_rows` and `sacct_steps`."""
    cluster = literal(settings.cluster) if settings.cluster else "NULL"
    texts = _Texts(layout)
    identified = bool(layout.place("jobid", "jobidraw"))
    same = "steps.root IS NOT DISTINCT FROM jobs.jobid" if identified else "TRUE"
    return f"""
WITH jobs AS ({_read(texts, settings.timezone, cluster)})
SELECT {_derived()}
FROM (SELECT *, {_cpus(texts)} AS cpus FROM jobs) AS jobs
FULL JOIN sacct_steps AS steps ON steps.owner = jobs.line AND {same}
"""


def _read(texts: _Texts, timezone: str, cluster: str) -> str:
    """Return the query of jobs' texts as numbers."""

    def moment(text: str) -> str:
        return texts.of(lambda moment: values.moment(moment, timezone), text)

    def tres_count(text: str, name: str) -> str:
        return _some(texts.tres(text, name))

    of = texts.of
    columns = {
        "cluster": _first("cluster", cluster),
        "project": "nullif(ltrim(wckey, '*'), '')",
        "partition_name": "CASE WHEN contains(partition, ',') "
        "THEN nullif(split_part(partition, ',', 1), '') ELSE partition END",
        "state": of(values.state, "state"),
        "submit_s": f"CAST({moment('submit')} AS BIGINT)",
        "start_s": f"CAST({moment('start')} AS BIGINT)",
        "end_s": f"CAST({moment('end_time')} AS BIGINT)",
        "elapsed_s": _elapsed_s(texts),
        "nodes": _first(_some(of(values.count, "nodes")), tres_count("alloctres", "nodes")),
        "alloc_cpus": _some(of(values.count, "alloccpus")),
        "tres_cpus": tres_count("alloctres", "cpus"),
        "req_cpus": _first(_some(of(values.count, "reqcpus")), tres_count("reqtres", "cpus")),
        "total_cpu_s": _cpu_s(texts),
        "gpus_given": _gpus(texts, "alloctres", "allocgres"),
        "gpus_requested": _gpus(texts, "reqtres", "reqgres"),
        "accelerator": _first(
            texts.tres("alloctres", "accelerator"),
            of(values.gres_accelerator, "allocgres"),
            texts.tres("reqtres", "accelerator"),
            of(values.gres_accelerator, "reqgres"),
        ),
        "in_part": _first(texts.tres("alloctres", "in_part"), "FALSE"),
        "alloc_gb": texts.tres("alloctres", "gb"),
        "req_gb": texts.tres("reqtres", "gb"),
        "own_rss_gb": _rss_gb(texts),
        "own_energy_j": _first(_energy_j(texts), texts.tres("alloctres", "energy_j")),
        "own_load": of(values.tres_load, "usage"),
    }
    read = ", ".join(f"{expression} AS {name}" for name, expression in columns.items())
    return f"""
SELECT line, bad, jobid, start AS start_text, elapsed AS elapsed_text, user_name, account, reqmem,
    cputimeraw, cputime, {read}
FROM (SELECT * FROM sacct_rows WHERE bad IS NOT NULL OR NOT is_step) AS rows {texts.tres_joins()}"""


def _cpus(texts: _Texts) -> str:
    """Return SQL for CPUs set aside; the time that they had is read where it is needed alone."""
    raw, words = "try_cast(cputimeraw AS DOUBLE)", texts.of(values.seconds, "cputime")
    had_s = f"nullif({_first(raw, words)}, 0)"
    of_time = f"CASE WHEN elapsed_s > 0 THEN {had_s} / elapsed_s END"
    return f"coalesce(alloc_cpus, tres_cpus, {of_time}, req_cpus)"


_AS_ASKED = "coalesce(gpus_given, 0) = 0 AND gpus_requested > 0"
"""Neither AllocTRES nor AllocGRES has accelerators: Slurm gives a job that runs what it asked."""

_GPUS = f"CASE WHEN {_AS_ASKED} THEN gpus_requested ELSE gpus_given END"


def _derived() -> str:
    """Return the columns of a parsed row, from a job's numbers and those of its steps."""
    requested = values.requested_memory_gb("reqmem", "cpus", "nodes")
    load = "coalesce(steps.load, own_load)"
    key = "concat_ws('|', coalesce(cluster, ''), jobid"
    from_submit = "(start_s IS NULL AND submit_s IS NOT NULL AND (end_s - elapsed_s) IS NULL)"
    return f"""
    jobid AS job_id,
    CASE
        WHEN {_CUT_SHORT} THEN NULL
        WHEN start_s IS NOT NULL THEN {key}, start_s)
        WHEN submit_s IS NOT NULL OR end_s IS NOT NULL
            THEN {key}, coalesce(submit_s, 0), coalesce(end_s, 0), elapsed_s, state)
    END AS job_key,
    cluster, user_name, account, project, partition_name, accelerator, state,
    CASE WHEN {from_submit} THEN submit_s ELSE start_s END AS start_s,
    end_s, elapsed_s, nodes,
    cpus,
    coalesce(total_cpu_s, steps.cpu_s) AS cpu_s,
    {_GPUS} AS gpus, gpus_requested,
    CASE WHEN {load} > 1 THEN least({load} / greatest({_GPUS}, 1), 1) ELSE {load} END AS gpu_load,
    coalesce(alloc_gb, {requested}, req_gb) AS memory_gb,
    coalesce(steps.rss_gb, own_rss_gb) AS memory_used_gb,
    coalesce(own_energy_j, {_STEPS_ENERGY_J}) AS node_energy_j,
    CASE WHEN {from_submit} AND elapsed_s > 0 THEN {NOTE_BITS["start_from_submit"]} ELSE 0 END
        | CASE WHEN in_part THEN {NOTE_BITS["gpus_in_part"]} ELSE 0 END
        | CASE WHEN {_AS_ASKED} THEN {NOTE_BITS["gpus_as_asked"]} ELSE 0 END AS notes,
    coalesce(jobs.line, steps.line) AS line,
    CASE WHEN jobs.line IS NULL THEN 0 ELSE 1 END + coalesce(step_rows, 0) AS log_rows,
    CASE
        WHEN bad IS NOT NULL THEN bad
        WHEN jobs.line IS NULL THEN 'step of job ' || {_SHOWN_ROOT}
            || '; expected the row of its job before it'
        WHEN start_s IS NULL AND start_text IS NOT NULL THEN 'Start is ' || {shown("start_text")}
            || '; expected a time such as 2024-01-31T12:00:00, or seconds since 1970'
        WHEN elapsed_s IS NULL AND elapsed_text IS NOT NULL THEN 'Elapsed is '
            || {shown("elapsed_text")} || '; expected [days-]hours:minutes:seconds'
    END AS reject"""
