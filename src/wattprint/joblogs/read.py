"""Logs of clusters to one table of jobs, in files."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING, NamedTuple

from wattprint.domain.errors import InputError
from wattprint.domain.jobs import KIND_COLUMNS, NOTES
from wattprint.joblogs.base import LogReader, LogSettings
from wattprint.joblogs.detect import reader_for
from wattprint.joblogs.duplicates import drop_duplicates
from wattprint.joblogs.sql import parquet
from wattprint.joblogs.store import KIND_KEY, Counts, JobStore, write_parquet

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MEMORY_LIMIT = "200MB"
"""What the engine may hold before it writes to disk."""


class ReadLog(NamedTuple):
    """One file of a log, and what became of its rows."""

    path: Path
    kind: str
    counts: Counts
    """Duplicates are counted for all files together, not here."""


class Kind(NamedTuple):
    """Where and on what jobs ran: a row of `domain.jobs.KIND_COLUMNS`."""

    kind: int
    cluster: str | None
    partition_name: str | None
    accelerator: str | None
    instance: str | None
    region: str | None
    jobs: int
    elapsed_s: int
    most_cpus_per_node: float | None
    most_gpus_per_node: float | None
    most_memory_gb_per_node: float | None
    first_s: int | None
    last_s: int | None


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
    memory_limit: str = MEMORY_LIMIT,
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
        memory_limit: What the engine may hold before it writes to disk, e.g. '200MB'.

    Raises:
        InputError: A log that cannot be read, is of no known kind, or lacks what is needed.
    """
    readers = [reader_for(path, kind) for path in paths]
    scratch = folder / "scratch"
    made = not folder.exists()
    folder.mkdir(parents=True, exist_ok=True)
    stale = sorted([*folder.glob("jobs-*.parquet"), *folder.glob("rejected-*.parquet")])
    if stale:
        raise InputError(f"{folder} holds {stale[0].name} already", "expected a folder without jobs")
    scratch.mkdir(exist_ok=True)
    done = False
    try:
        with engine(scratch, threads, memory_limit) as connection:
            store = JobStore(connection, folder, scratch)
            files = _read_all(store, list(zip(readers, paths, strict=True)), settings, progress)
            logs = _finished(store, files)
        done = True
    finally:
        rmtree(scratch, ignore_errors=True)
        if not done:
            _clear(folder, all_of_it=made)
    return logs


@contextmanager
def engine(scratch: Path, threads: int, memory_limit: str) -> "Iterator[DuckDBPyConnection]":
    """Open the engine with tables in memory, and more of them on disk where that is not enough."""
    import duckdb

    options: dict[str, str | int] = {
        "threads": threads,
        "memory_limit": memory_limit,
        "temp_directory": str(scratch),
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
    }
    with duckdb.connect(":memory:", config=options) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        yield connection


def _read_all(
    store: JobStore,
    logs: list[tuple[LogReader, Path]],
    settings: LogSettings,
    progress: Progress | None,
) -> tuple[ReadLog, ...]:
    import duckdb

    sizes = [path.stat().st_size for _, path in logs]
    files = []
    for number, (reader, path) in enumerate(logs, 1):
        counts = Counts()
        try:
            for batch in reader.batches(store.connection, path, settings):
                counts = counts.plus(store.add(batch.select, number))
                if progress:
                    read = sum(sizes[: number - 1]) + min(batch.bytes_read, sizes[number - 1])
                    progress(read, sum(sizes), store.counts.rows)
        except duckdb.Error as error:
            said = str(error).partition("\n")[0][:200]
            raise InputError(
                f"{path} cannot be read as {reader.title} ({said})", "expected such a log"
            ) from error
        files.append(ReadLog(path, reader.kind, counts))
    store.flush()
    return tuple(files)


def _finished(store: JobStore, files: tuple[ReadLog, ...]) -> JobLogs:
    """Drop what is there twice, and say what there is."""
    dropped = drop_duplicates(store)
    connection = store.connection
    if not store.parts:  # an empty part tells its columns all the same
        store.parts.append(store.folder / "jobs-00001.parquet")
        write_parquet(connection, "SELECT * FROM jobs", store.parts[0])
    connection.execute(f"CREATE VIEW all_jobs AS SELECT * FROM {parquet(store.parts)}")
    kinds_file = store.folder / "kinds.parquet"
    write_parquet(connection, _KINDS, kinds_file)
    counts = store.counts._replace(jobs=store.counts.jobs - dropped, duplicates=dropped)
    return JobLogs(
        folder=store.folder,
        parts=tuple(store.parts),
        kinds_file=kinds_file,
        kinds=tuple(Kind(*row) for row in _rows(connection, f"FROM {parquet([kinds_file])}")),
        rejected_parts=tuple(store.rejected_parts),
        rejected_first=_first_rejected(store),
        reasons=_most_first(store.reasons),
        skipped=_most_first(store.skipped),
        notes=_notes(connection),
        files=files,
        counts=counts,
        totals=Totals(*_rows(connection, _TOTALS)[0]),
    )


def _most_first(counted: dict[str, int]) -> dict[str, int]:
    return dict(sorted(counted.items(), key=lambda item: (-item[1], item[0])))


def _rows(connection: "DuckDBPyConnection", query: str) -> list[tuple[object, ...]]:
    return connection.execute(query).fetchall()


def _first_rejected(store: JobStore) -> tuple[tuple[int, int, str], ...]:
    if not store.rejected_parts:
        return ()
    source = parquet(store.rejected_parts)
    first = store.connection.execute(f"FROM {source} ORDER BY file, line LIMIT 100").fetchall()
    return tuple(first)


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
