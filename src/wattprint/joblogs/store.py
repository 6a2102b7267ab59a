"""The table of jobs on its way to files: settled batch by batch, written part by part."""

from collections.abc import Callable
from pathlib import Path
from threading import Condition
from typing import TYPE_CHECKING, NamedTuple

from wattprint.domain.jobs import JOB_COLUMNS, KIND_COLUMNS, PARSED_COLUMNS
from wattprint.joblogs.settle import JOB, NEVER_STARTED, REJECTED, SKIPPED, settled
from wattprint.joblogs.sql import literal

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

PART_JOBS = 100_000
"""Jobs of small batches that are gathered before a part is written, at least."""

KIND_KEY = ("cluster", "partition_name", "accelerator", "instance", "region")

_MOST_REASONS = 1000
"""Reasons told apart: those of a log of noise must not fill the memory."""

REST_OF_REASONS = "other reasons"

TABLES = ("jobs", "keys", "rejected")


class Counts(NamedTuple):
    """What became of the rows of logs: `rows` is the sum of the six others."""

    rows: int = 0
    jobs: int = 0
    steps: int = 0
    """Rows that were merged into their job."""
    never_started: int = 0
    """Jobs that wait, were cancelled before they began, or ran for 0 s."""
    duplicates: int = 0
    """Jobs that are written twice, of which one counts."""
    rejected: int = 0
    skipped: int = 0
    """Rows that are no jobs: lines of a bill for storage, records that a job was queued."""

    def plus(self, other: "Counts") -> "Counts":
        """Return both together."""
        return Counts(*(a + b for a, b in zip(self, other, strict=True)))


class Kinds:
    """Numbers of where and on what jobs ran, in the order in which batches ask for them."""

    def __init__(self) -> None:
        self.numbers: dict[tuple[str | None, ...], int] = {}
        self._turn = 1
        self._turned = Condition()
        self._broken = False

    def numbered(
        self, turn: int, found: "list[tuple[str | None, ...]]"
    ) -> list[tuple[int | str | None, ...]]:
        """Return kinds with their numbers, once the batches before this one have theirs.

        Args:
            turn: Number of the batch, from 1.
            found: Its kinds, as the columns `KIND_KEY`.
        """
        with self._turned:
            self._turned.wait_for(lambda: self._turn == turn or self._broken)
            for kind in found:
                self.numbers.setdefault(kind, len(self.numbers) + 1)
            self._turn = turn + 1
            self._turned.notify_all()
        return [(self.numbers[kind], *kind) for kind in found]

    def give_up(self) -> None:
        """Let all go on that wait for a batch which failed."""
        with self._turned:
            self._broken = True
            self._turned.notify_all()


class JobStore:
    """Takes batches of parsed rows, and writes jobs, keys and rejected rows to files.

    Args:
        folder: Where jobs and rejected rows go.
        scratch: Where what is not kept goes.
    """

    def __init__(self, folder: Path, scratch: Path) -> None:
        self.folders = {"jobs": folder, "keys": scratch, "rejected": folder}
        self.folder = folder
        self.counts = Counts()
        self.reasons: dict[str, int] = {}
        self.skipped: dict[str, int] = {}
        self.kinds = Kinds()
        self.parts: dict[str, list[Path]] = {table: [] for table in TABLES}

    def take(self, outcome: "Outcome") -> None:
        """Count what became of a batch."""
        self.counts = self.counts.plus(outcome.counts)
        for reason, rows in outcome.reasons:
            known = reason in self.reasons or len(self.reasons) < _MOST_REASONS
            name = reason if known else REST_OF_REASONS
            self.reasons[name] = self.reasons.get(name, 0) + rows
        for words, rows in outcome.skipped:
            self.skipped[words] = self.skipped.get(words, 0) + rows
        for table, part in outcome.parts:
            self.parts[table].append(part)


class Outcome(NamedTuple):
    """What became of a batch."""

    counts: Counts
    reasons: list[tuple[str, int]]
    skipped: list[tuple[str, int]]
    """What rows are that are no jobs, and how many."""
    parts: list[tuple[str, Path]]
    """Table and file of what was written."""


class Bench:
    """An engine that settles one batch after another.

    Args:
        connection: An engine that nobody else uses at the same time.
        store: Numbers kinds, and says where parts go.
    """

    def __init__(self, connection: "DuckDBPyConnection", store: JobStore) -> None:
        self.connection = connection
        self.store = store
        self._gathered = 0
        self._last = 0
        self._select = self._rows = ""
        _make_tables(connection)

    def settle(
        self,
        select: str,
        *,
        turn: int,
        file: int,
        prepare: "Callable[[DuckDBPyConnection], None] | None" = None,
    ) -> Outcome:
        """Settle the rows that a query gives.

        Args:
            select: A query whose columns are those of `domain.jobs.PARSED_COLUMNS`.
            turn: Number of the batch, from 1.
            file: Number of the file that they are from, from 1.
            prepare: Makes the tables that it reads; then its rows are a part of their own.
        """
        run = self.connection.execute
        # A table that is replaced is held until the new one is there.
        run("DROP TABLE IF EXISTS settled")
        if prepare:
            prepare(self.connection)
        if select != self._select:  # pieces of a log are read by the same query
            self._select = select
            self._rows = settled(_as_parsed(self.connection, select))
        run(f"CREATE TABLE settled AS {self._rows}")
        counts = self._count()
        self._number_kinds(turn, counts)
        self._last = turn
        queries = {
            "jobs": (_JOBS, counts.jobs),
            "keys": (_KEYS, counts.jobs),
            "rejected": (_REJECTED, counts.rejected),
        }
        parts = []
        for table, (query, many) in queries.items():
            if many and prepare:
                parts.append((table, self._write(table, query.format(file=file))))
            elif many:
                run(f"INSERT INTO {table} {query.format(file=file)}")
        self._gathered += 0 if prepare else counts.jobs + counts.rejected
        if self._gathered >= PART_JOBS:
            parts += self.flush()
        reasons = self._reasons() if counts.rejected else []
        return Outcome(counts, reasons, self._skipped() if counts.skipped else [], parts)

    def flush(self) -> list[tuple[str, Path]]:
        """Write what is gathered; return tables and files."""
        self._gathered = 0
        parts = []
        for table in TABLES:
            if self._row(f"SELECT count(*) FROM {table}")[0]:
                parts.append((table, self._write(table, f"SELECT * FROM {table}")))
                self.connection.execute(f"TRUNCATE {table}")
        return parts

    def _write(self, table: str, query: str) -> Path:
        part = self.store.folders[table] / f"{table}-{self._last:05d}.parquet"
        write_parquet(self.connection, query, part, kept=table != "keys")
        return part

    def _number_kinds(self, turn: int, counts: Counts) -> None:
        found = []
        if counts.jobs:
            found = self.connection.execute(_KINDS_FOUND).fetchall()
        numbered = self.store.kinds.numbered(turn, found)
        put_kinds(self.connection, numbered)

    def _count(self) -> Counts:
        row = self._row(
            "SELECT coalesce(sum(coalesce(log_rows, 1)), 0)::BIGINT, "
            f"count(*) FILTER (fate = {JOB}), "
            f"coalesce(sum(coalesce(log_rows, 1) - 1) FILTER (fate <> {SKIPPED}), 0)::BIGINT, "
            f"count(*) FILTER (fate = {NEVER_STARTED}), 0, count(*) FILTER (fate = {REJECTED}), "
            f"coalesce(sum(coalesce(log_rows, 1)) FILTER (fate = {SKIPPED}), 0)::BIGINT "
            "FROM settled"
        )
        return Counts(*row)

    def _reasons(self) -> list[tuple[str, int]]:
        counted: list[tuple[str, int]] = self.connection.execute(
            f"SELECT {_WITHOUT_VALUES} AS reason, count(*) FROM settled WHERE fate = {REJECTED} "
            f"GROUP BY reason ORDER BY count(*) DESC, reason LIMIT {_MOST_REASONS}"
        ).fetchall()
        (rejected,) = self._row(f"SELECT count(*) FROM settled WHERE fate = {REJECTED}")
        rest = rejected - sum(count for _, count in counted)
        return [*counted, (REST_OF_REASONS, rest)] if rest else counted

    def _skipped(self) -> list[tuple[str, int]]:
        counted: list[tuple[str, int]] = self.connection.execute(
            "SELECT skip, sum(coalesce(log_rows, 1))::BIGINT FROM settled "
            f"WHERE fate = {SKIPPED} GROUP BY skip"
        ).fetchall()
        return counted

    def _row(self, query: str) -> tuple[int, ...]:
        row = self.connection.execute(query).fetchone()
        return row if row is not None else ()


def write_parquet(
    connection: "DuckDBPyConnection", query: str, path: Path, *, kept: bool = True
) -> None:
    """Write what a query gives to a file of Parquet.

    Args:
        connection: An engine.
        query: What gives it.
        path: The file.
        kept: Whether others read it: what is read once again and thrown away is not packed.
    """
    # A dictionary of values that hardly repeat takes a third of the time, and no room is won.
    packed = "snappy" if kept else "uncompressed"
    connection.execute(
        f"COPY ({query}) TO {literal(path)} "
        f"(FORMAT parquet, COMPRESSION {packed}, DICTIONARY_SIZE_LIMIT 1000)"
    )


def put_kinds(
    connection: "DuckDBPyConnection", numbered: list[tuple[int | str | None, ...]]
) -> None:
    """Make the table `kinds` of kinds with their numbers."""
    columns = ", ".join(f"{c.name} {c.sql_type}" for c in KIND_COLUMNS if c.name in _KIND_NAMES)
    connection.execute(f"CREATE OR REPLACE TABLE kinds ({columns})")
    if numbered:
        connection.executemany("INSERT INTO kinds VALUES (?, ?, ?, ?, ?, ?)", numbered)


def _make_tables(connection: "DuckDBPyConnection") -> None:
    columns = ", ".join(f"{column.name} {column.sql_type}" for column in JOB_COLUMNS)
    connection.execute(f"CREATE TABLE jobs ({columns})")
    connection.execute("CREATE TABLE rejected (file BIGINT, line BIGINT, reason VARCHAR)")
    connection.execute(
        "CREATE TABLE keys (h UBIGINT, job_key VARCHAR, running BOOLEAN, elapsed_s BIGINT, "
        "file BIGINT, line BIGINT)"
    )


def _as_parsed(connection: "DuckDBPyConnection", select: str) -> str:
    """Return a query with every column of a parsed row in its type; what is not there is NULL."""
    given = {row[0].lower() for row in connection.execute(f"DESCRIBE {select}").fetchall()}
    columns = ", ".join(
        f"CAST({column.name if column.name in given else 'NULL'} AS {column.sql_type}) "
        f"AS {column.name}"
        for column in PARSED_COLUMNS
    )
    return f"SELECT {columns} FROM ({select})"


_KIND_NAMES = ("kind", *KIND_KEY)

_KIND_LIST = ", ".join(KIND_KEY)

_KINDS_FOUND = f"SELECT DISTINCT {_KIND_LIST} FROM settled WHERE fate = {JOB} ORDER BY ALL"

_FOUND = {
    "file": "CAST({file} AS BIGINT)",
    "kind": "kinds.kind",
    "year": "coalesce(year(began), 0)",
    "month": "coalesce(year(began) * 100 + month(began), 0)",
    "day": "coalesce(year(began) * 10000 + month(began) * 100 + day(began), 0)",
}

_JOBS = f"""
SELECT {", ".join(f"{_FOUND.get(c.name, 'settled.' + c.name)} AS {c.name}" for c in JOB_COLUMNS)}
FROM settled
JOIN kinds ON {" AND ".join(f"settled.{c} IS NOT DISTINCT FROM kinds.{c}" for c in KIND_KEY)}
WHERE fate = {JOB}
"""

_KEYS = f"""
SELECT hash(job_key) AS h, job_key, state = 'running' AS running, elapsed_s,
    CAST({{file}} AS BIGINT) AS file, line
FROM settled WHERE fate = {JOB} AND job_key IS NOT NULL
"""

_REJECTED = f"""
SELECT CAST({{file}} AS BIGINT) AS file, line, fault AS reason FROM settled
WHERE fate = {REJECTED} ORDER BY line
"""

_WITHOUT_VALUES = "regexp_replace(fault, '''[^'']*''', '...', 'g')"
"""A reason without the values that are quoted in it: what is counted."""
