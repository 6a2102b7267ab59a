"""Jobs that are written twice count once.

Dumps of a cluster overlap: a job that ran at midnight is in two of them. Of rows with the same key
the one that ended wins over one that still ran, then the one that ran longer, then the later one.

Keys are compared by their hash, a slice of all hashes at a time, so that memory does not grow with
the number of jobs; jobs with equal hashes are then compared by the keys themselves.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from wattprint.joblogs.sql import parquet
from wattprint.joblogs.store import JobStore, write_parquet

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_SLICE_JOBS = 500_000
"""Jobs whose hashes are held at once."""

_TWICE = """
CREATE OR REPLACE TABLE twice AS
SELECT h FROM {keys} WHERE h % {slices} = {slice} GROUP BY h HAVING count(*) > 1
"""

_LOSERS = """
INSERT INTO losers
SELECT file, line FROM (
    SELECT file, line, row_number() OVER (
        PARTITION BY h, job_key ORDER BY running, elapsed_s DESC, file DESC, line DESC
    ) AS place
    FROM {keys} SEMI JOIN twice USING (h)
) WHERE place > 1
"""


def drop_duplicates(connection: "DuckDBPyConnection", store: JobStore) -> int:
    """Leave jobs that are written twice out of a store's parts; return how many there were.

    Args:
        connection: An engine.
        store: With everything written to its parts.
    """
    if not store.parts["keys"]:
        return 0
    run = connection.execute
    run("CREATE OR REPLACE TABLE losers (file BIGINT, line BIGINT)")
    keys = parquet(store.parts["keys"])
    slices = store.counts.jobs // _SLICE_JOBS + 1
    for number in range(slices):
        run(_TWICE.format(keys=keys, slices=slices, slice=number))
        if _count(connection, "twice"):
            run(_LOSERS.format(keys=keys))
    dropped = _count(connection, "losers")
    parts = store.parts["jobs"]
    if dropped:
        kept = [_without_losers(connection, part) for part in parts]
        parts[:] = [part for part, jobs in zip(parts, kept, strict=True) if jobs]
    return dropped


def _without_losers(connection: "DuckDBPyConnection", part: Path) -> int:
    """Write a part again without what lost, if any of it did; return the jobs that are left."""
    source = parquet([part])
    span = connection.execute(f"SELECT min(file), max(file) FROM {source}").fetchone() or (0, 0)
    connection.execute(
        "CREATE OR REPLACE TABLE mine AS SELECT losers.* FROM losers "
        f"SEMI JOIN (SELECT file, line FROM {source}) AS part USING (file, line) "
        "WHERE losers.file BETWEEN $1 AND $2",
        list(span),
    )
    jobs = _count(connection, source)
    lost = _count(connection, "mine")
    if lost:
        rest = part.with_suffix(".rest")
        write_parquet(connection, f"SELECT * FROM {source} ANTI JOIN mine USING (file, line)", rest)
        if lost < jobs:
            rest.replace(part)
        else:
            rest.unlink()
            part.unlink()
    return jobs - lost


def _count(connection: "DuckDBPyConnection", table: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    return row[0] if row else 0
