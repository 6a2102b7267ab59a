"""The table of jobs on its way to files: settled batch by batch, written part by part."""

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from wattprint.domain.jobs import JOB_COLUMNS, KIND_COLUMNS, PARSED_COLUMNS
from wattprint.joblogs.settle import JOB, NEVER_STARTED, REJECTED, SETTLED, SKIPPED
from wattprint.joblogs.sql import literal

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

PART_JOBS = 100_000
"""Jobs that are gathered before a part is written, at least."""

KIND_KEY = ("cluster", "partition_name", "accelerator", "instance", "region")

_MOST_REASONS = 1000
"""Reasons told apart: those of a log of noise must not fill the memory."""

REST_OF_REASONS = "other reasons"


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


class JobStore:
    """Takes batches of parsed rows, and writes jobs, keys and rejected rows to files.

    Args:
        connection: Where the tables are made that hold one batch.
        folder: Where parts go.
        scratch: Where what is not kept goes.
    """

    def __init__(self, connection: "DuckDBPyConnection", folder: Path, scratch: Path) -> None:
        self.connection = connection
        self.folder = folder
        self.scratch = scratch
        self.counts = Counts()
        self.reasons: dict[str, int] = {}
        self.skipped: dict[str, int] = {}
        self.parts: list[Path] = []
        self.rejected_parts: list[Path] = []
        self.key_parts: list[Path] = []
        self._waiting = 0
        _make_tables(connection)

    def add(self, select: str, file: int) -> Counts:
        """Settle the rows that a query gives, and keep them; return what became of them.

        Args:
            select: A query whose columns are those of `domain.jobs.PARSED_COLUMNS`.
            file: Number of the file that they are from, from 1.
        """
        run = self.connection.execute
        run(f"CREATE OR REPLACE TABLE parsed AS {_as_parsed(self.connection, select)}")
        run(f"CREATE OR REPLACE TABLE settled AS {SETTLED}")
        run(_NEW_KINDS)
        counts = self._count()
        if counts.jobs:
            run(_KEEP_JOBS, [file])
            run(_KEEP_KEYS, [file])
            self._waiting += counts.jobs
        if counts.rejected:
            run(_KEEP_REJECTED, [file])
            self._count_reasons()
        if counts.skipped:
            self._count_skipped()
        if self._waiting + counts.rejected >= PART_JOBS:
            self.flush()
        self.counts = self.counts.plus(counts)
        return counts

    def flush(self) -> None:
        """Write what waits as parts."""
        self._waiting = 0
        for table, parts, folder, order in (
            ("jobs", self.parts, self.folder, ""),
            ("keys", self.key_parts, self.scratch, ""),
            ("rejected", self.rejected_parts, self.folder, " ORDER BY file, line"),
        ):
            (rows,) = self._row(f"SELECT count(*) FROM {table}")
            if not rows:
                continue
            part = folder / f"{table}-{len(parts) + 1:05d}.parquet"
            write_parquet(self.connection, f"SELECT * FROM {table}{order}", part)
            self.connection.execute(f"TRUNCATE {table}")
            parts.append(part)

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

    def _count_reasons(self) -> None:
        counted = self.connection.execute(
            f"SELECT {_WITHOUT_VALUES} AS reason, count(*) FROM settled WHERE fate = {REJECTED} "
            f"GROUP BY reason ORDER BY count(*) DESC, reason LIMIT {_MOST_REASONS}"
        ).fetchall()
        (rejected,) = self._row(f"SELECT count(*) FROM settled WHERE fate = {REJECTED}")
        counted.append((REST_OF_REASONS, rejected - sum(count for _, count in counted)))
        for reason, count in counted:
            known = reason in self.reasons or len(self.reasons) < _MOST_REASONS
            name = reason if known else REST_OF_REASONS
            if count:
                self.reasons[name] = self.reasons.get(name, 0) + count

    def _count_skipped(self) -> None:
        counted = self.connection.execute(
            "SELECT skip, sum(coalesce(log_rows, 1))::BIGINT FROM settled "
            f"WHERE fate = {SKIPPED} GROUP BY skip"
        ).fetchall()
        for words, count in counted:
            self.skipped[words] = self.skipped.get(words, 0) + count

    def _row(self, query: str) -> tuple[int, ...]:
        row = self.connection.execute(query).fetchone()
        return row if row is not None else ()


def write_parquet(connection: "DuckDBPyConnection", query: str, path: Path) -> None:
    """Write what a query gives to a file of Parquet."""
    connection.execute(f"COPY ({query}) TO {literal(path)} (FORMAT parquet, COMPRESSION snappy)")


def _make_tables(connection: "DuckDBPyConnection") -> None:
    columns = ", ".join(f"{column.name} {column.sql_type}" for column in JOB_COLUMNS)
    kinds = ", ".join(f"{c.name} {c.sql_type}" for c in KIND_COLUMNS if c.name in _KIND_NAMES)
    connection.execute(f"CREATE TABLE jobs ({columns})")
    connection.execute(f"CREATE TABLE kinds ({kinds})")
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

_NEW_KINDS = f"""
INSERT INTO kinds
SELECT (SELECT count(*) FROM kinds) + row_number() OVER (ORDER BY {_KIND_LIST}), {_KIND_LIST}
FROM (
    SELECT DISTINCT {_KIND_LIST} FROM settled WHERE fate = {JOB}
    EXCEPT SELECT {_KIND_LIST} FROM kinds
)
"""

_FOUND = {
    "file": "CAST($1 AS BIGINT)",
    "kind": "kinds.kind",
    "year": "coalesce(year(began), 0)",
    "month": "coalesce(year(began) * 100 + month(began), 0)",
    "day": "coalesce(year(began) * 10000 + month(began) * 100 + day(began), 0)",
}

_KEEP_JOBS = f"""
INSERT INTO jobs
SELECT {", ".join(_FOUND.get(column.name, "settled." + column.name) for column in JOB_COLUMNS)}
FROM settled
JOIN kinds ON {" AND ".join(f"settled.{c} IS NOT DISTINCT FROM kinds.{c}" for c in KIND_KEY)}
WHERE fate = {JOB}
"""

_KEEP_KEYS = f"""
INSERT INTO keys
SELECT hash(job_key), job_key, state = 'running', elapsed_s, CAST($1 AS BIGINT), line
FROM settled WHERE fate = {JOB} AND job_key IS NOT NULL
"""

_KEEP_REJECTED = f"""
INSERT INTO rejected SELECT CAST($1 AS BIGINT), line, fault FROM settled WHERE fate = {REJECTED}
"""

_WITHOUT_VALUES = "regexp_replace(fault, '''[^'']*''', '...', 'g')"
"""A reason without the values that are quoted in it: what is counted."""
