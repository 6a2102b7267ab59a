"""Logs of clusters to one table of jobs, in files."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any, NamedTuple

from wattprint.domain.errors import InputError, nearest_names
from wattprint.domain.jobs import KIND_COLUMNS, NOTES, Kind
from wattprint.joblogs.base import Batch, LogReader, LogSettings
from wattprint.joblogs.benches import Benches
from wattprint.joblogs.detect import reader_for
from wattprint.joblogs.duplicates import drop_duplicates
from wattprint.joblogs.sql import parquet
from wattprint.joblogs.store import KIND_KEY, Counts, JobStore, put_kinds, write_parquet

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MEMORY_MB = 200
"""What the engine may hold before it writes to disk."""


class ReadLog(NamedTuple):
    """One file of a log, and what became of its rows."""

    path: Path
    kind: str
    counts: Counts
    """Duplicates are counted for all files together, not here."""


class Totals(NamedTuple):
    """What all jobs are together."""

    elapsed_s: int = 0
    cpu_hours: float = 0.0
    accelerator_hours: float = 0.0
    first_s: int | None = None
    """Start of the first job. [s since 1970]"""
    last_s: int | None = None
    """End of the last job. [s since 1970]"""


class JobLogs(NamedTuple):
    """The table of jobs that logs gave, and what there is to say of it."""

    folder: Path
    parts: tuple[Path, ...]
    """Files of Parquet with `domain.jobs.JOB_COLUMNS`."""
    kinds_file: Path
    """File of Parquet with `domain.jobs.KIND_COLUMNS`."""
    kinds: tuple[Kind, ...]
    rejected_parts: tuple[Path, ...]
    """Files of Parquet with file, line and reason."""
    rejected_first: tuple[tuple[int, int, str], ...]
    """The first of the rejected rows: file, line and reason."""
    reasons: dict[str, int]
    """Reason without its values -> rejected rows, most first."""
    skipped: dict[str, int]
    """What rows are that are no jobs -> how many of them, most first."""
    notes: dict[str, int]
    """Name of a note -> jobs that have it; those without a job are left out."""
    files: tuple[ReadLog, ...]
    counts: Counts
    totals: Totals


Progress = Callable[[int, int, int], None]
"""Called with bytes read, bytes in all and rows read so far."""


def read_logs(
    paths: Sequence[Path],
    *,
    folder: Path,
    kind: str | None = None,
    settings: LogSettings = LogSettings(),  # noqa: B008 - a tuple, which nobody can change
    progress: Progress | None = None,
    threads: int = 2,
    memory_mb: int = MEMORY_MB,
) -> JobLogs:
    """Read logs of clusters into one table of jobs.

    Args:
        paths: The logs.
        folder: Where `jobs-*.parquet`, `kinds.parquet` and `rejected-*.parquet` are written; made
            where it is missing. If reading fails, nothing of it stays.
        kind: Kind of all the logs, e.g. 'sacct'; told from each one's beginning if None.
        settings: What the logs do not say of themselves.
        progress: Told how far it is.
        threads: Threads of the engine.
        memory_mb: What the engines may hold together before they write to disk. [MB]

    Raises:
        InputError: A log that cannot be read, is of no known kind, or lacks what is needed.
    """
    logs = [(reader_for(path, kind), path, _size(path)) for path in paths]
    made = not folder.exists()
    folder.mkdir(parents=True, exist_ok=True)
    stale = sorted([*folder.glob("jobs-*.parquet"), *folder.glob("rejected-*.parquet")])
    if stale:
        held = f"{folder} holds {stale[0].name} already"
        raise InputError(held, "expected a folder without jobs")
    scratch = folder / "scratch"
    scratch.mkdir(exist_ok=True)
    done = False
    try:
        store = JobStore(folder, scratch)
        with engine(scratch, threads=threads, memory_mb=memory_mb) as connection:
            _check_timezone(connection, settings.timezone)
            with ExitStack() as opened:
                share = max(memory_mb // threads, 64)

                def another() -> "DuckDBPyConnection":
                    return opened.enter_context(engine(scratch, threads=1, memory_mb=share))

                benches = Benches(store, connection, another, most=threads)
                files = _read_all(benches, logs, settings, progress)
            result = _finished(connection, store, files)
        done = True
    finally:
        rmtree(scratch, ignore_errors=True)
        if not done:
            _clear(folder, all_of_it=made)
    return result


@contextmanager
def engine(scratch: Path, *, threads: int, memory_mb: int) -> "Iterator[DuckDBPyConnection]":
    """Open the engine with tables in memory, and more of them on disk where that is not enough."""
    import duckdb

    folder = Path(mkdtemp(dir=scratch))  # engines would overwrite each other's files
    options: dict[str, str | bool | int | float | list[str]] = {
        "threads": threads,
        "memory_limit": f"{memory_mb}MB",
        "temp_directory": str(folder),
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
    }
    with duckdb.connect(":memory:", config=options) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        # After two seconds it would draw on standard output, where JSON may be expected.
        connection.execute("SET enable_progress_bar = false")
        yield connection


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError as error:
        raise InputError(
            f"{path} cannot be read ({error.strerror})", "expected a log that can be read"
        ) from error


def _check_timezone(connection: "DuckDBPyConnection", timezone: str) -> None:
    names = [name for (name,) in _rows(connection, "SELECT name FROM pg_timezone_names()")]
    if timezone not in names:
        raise InputError(
            f"time zone {timezone!r} is unknown",
            "expected a name such as 'Europe/Berlin' or 'UTC'",
            nearest_names(timezone, names),
        )


def _read_all(
    benches: Benches,
    logs: list[tuple[LogReader, Path, int]],
    settings: LogSettings,
    progress: Progress | None,
) -> tuple[ReadLog, ...]:
    import duckdb

    sizes = [size for _, _, size in logs]
    counted = [Counts() for _ in logs]

    def taken(file: int, batch: Batch, counts: Counts) -> None:
        counted[file - 1] = counted[file - 1].plus(counts)
        if progress:
            read = sum(sizes[: file - 1]) + min(batch.bytes_read, sizes[file - 1])
            progress(read, sum(sizes), benches.store.counts.rows)

    benches.taken = taken
    with benches:
        for number, (reader, path, _) in enumerate(logs, 1):
            try:
                for batch in reader.batches(benches.main.connection, path, settings):
                    benches.add(batch, number)
                benches.wait()
            except duckdb.Error as error:
                said = str(error).partition("\n")[0][:200]
                raise InputError(
                    f"{path} cannot be read as {reader.title} ({said})", "expected such a log"
                ) from error
        benches.flush()
    files = zip(logs, counted, strict=True)
    return tuple(ReadLog(path, reader.kind, counts) for (reader, path, _), counts in files)


def _finished(
    connection: "DuckDBPyConnection", store: JobStore, files: tuple[ReadLog, ...]
) -> JobLogs:
    """Drop what is there twice, and say what there is."""
    dropped = drop_duplicates(connection, store)
    parts = store.parts["jobs"]
    if not parts:  # an empty part tells its columns all the same
        parts.append(store.folder / "jobs-00001.parquet")
        write_parquet(connection, "SELECT * FROM jobs", parts[0])
    connection.execute(f"CREATE VIEW all_jobs AS SELECT * FROM {parquet(parts)}")
    put_kinds(connection, [(number, *kind) for kind, number in store.kinds.numbers.items()])
    kinds_file = store.folder / "kinds.parquet"
    write_parquet(connection, _KINDS, kinds_file)
    return JobLogs(
        folder=store.folder,
        parts=tuple(parts),
        kinds_file=kinds_file,
        kinds=tuple(map(_kind, _rows(connection, f"FROM {parquet([kinds_file])}"))),
        rejected_parts=tuple(store.parts["rejected"]),
        rejected_first=_first_rejected(connection, store.parts["rejected"]),
        reasons=_most_first(store.reasons),
        skipped=_most_first(store.skipped),
        notes=_notes(connection),
        files=files,
        counts=store.counts._replace(jobs=store.counts.jobs - dropped, duplicates=dropped),
        totals=Totals(*_rows(connection, _TOTALS)[0]),
    )


def _kind(row: tuple[Any, ...]) -> Kind:
    """Return a row of kinds; a field that the log says nothing of keeps its default."""
    said = {c.name: cell for c, cell in zip(KIND_COLUMNS, row, strict=True) if cell is not None}
    return Kind(**said)


def _most_first(counted: dict[str, int]) -> dict[str, int]:
    return dict(sorted(counted.items(), key=lambda item: (-item[1], item[0])))


def _rows(connection: "DuckDBPyConnection", query: str) -> list[tuple[Any, ...]]:
    return connection.execute(query).fetchall()


def _first_rejected(
    connection: "DuckDBPyConnection", parts: list[Path]
) -> tuple[tuple[int, int, str], ...]:
    if not parts:
        return ()
    return tuple(_rows(connection, f"FROM {parquet(parts)} ORDER BY file, line LIMIT 100"))


def _notes(connection: "DuckDBPyConnection") -> dict[str, int]:
    counted = ", ".join(f"count(*) FILTER (notes & {note.bit} <> 0)" for note in NOTES)
    row = connection.execute(f"SELECT {counted} FROM all_jobs").fetchone() or ()
    return {note.name: jobs for note, jobs in zip(NOTES, row, strict=True) if jobs}


def _clear(folder: Path, *, all_of_it: bool) -> None:
    for pattern in ("jobs-*.parquet", "rejected-*.parquet", "kinds.parquet"):
        for path in folder.glob(pattern):
            path.unlink()
    if all_of_it:
        folder.rmdir()


_TOTALS = """
SELECT
    coalesce(sum(elapsed_s), 0)::BIGINT,
    coalesce(sum(cpus * elapsed_s), 0) / 3600,
    coalesce(sum(gpus * elapsed_s), 0) / 3600,
    min(start_s),
    max(end_s)
FROM all_jobs
"""


_KINDS = f"""
WITH seen AS (
    SELECT kind, count(*) AS jobs, sum(elapsed_s)::BIGINT AS elapsed_s,
        max(cpus / nodes) AS most_cpus_per_node,
        max(gpus / nodes) AS most_gpus_per_node,
        max(memory_gb / nodes) AS most_memory_gb_per_node,
        min(start_s) AS first_s, max(end_s) AS last_s
    FROM (SELECT * REPLACE (coalesce(nodes, 1) AS nodes) FROM all_jobs)
    GROUP BY kind
)
SELECT {", ".join(("kinds." if c.name in KIND_KEY else "") + c.name for c in KIND_COLUMNS)}
FROM kinds JOIN seen USING (kind) ORDER BY kind
"""
