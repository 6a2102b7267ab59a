"""Rows between Parquet and a database that speaks CSV: DuckDB turns one into the other.

They pass through a pipe: neither a file of text nor a Python object per row is made.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from errno import EPIPE
from pathlib import Path
from threading import Thread

from wattprint.accounting.engines.duckdb import DuckDB

CHUNK_BYTES = 1 << 18
CSV = "FORMAT csv, HEADER false"
"""For both: NULL is nothing at all, an empty text is two quotation marks."""
BROKEN_PIPE = os.strerror(EPIPE)
"""What a writer says whose reader failed: the reader's own words say more."""
_READ = (
    "auto_detect=false, header=false, delim=',', quote='\"', escape='\"', "
    "nullstr='', allow_quoted_nulls=false"
)


@contextmanager
def rows_of_parquet(engine: DuckDB, columns: Sequence[str]) -> Iterator[Iterable[bytes]]:
    """Give the table `jobs` of DuckDB as chunks of CSV.

    Args:
        engine: It has the table.
        columns: What to give of it, in this order.
    """
    query = f"SELECT {', '.join(columns)} FROM jobs"
    read_end, write_end = os.pipe()

    def fill() -> None:
        engine.copy(query, Path(f"/dev/fd/{write_end}"), CSV)

    with _beside(fill, write_end), os.fdopen(read_end, "rb") as stream:
        yield iter(lambda: stream.read(CHUNK_BYTES), b"")


def parquet_of_rows(
    engine: DuckDB, chunks: Iterable[bytes], columns: Mapping[str, str], name: str, path: Path
) -> None:
    """Keep chunks of CSV as Parquet.

    Args:
        engine: What reads and writes.
        chunks: The rows; what raises while they come is raised from here.
        columns: Type of each column.
        name: What `engine` shall call the table.
        path: Where it is kept.
    """
    read_end, write_end = os.pipe()
    typed = ", ".join(f"'{column}': '{sql_type}'" for column, sql_type in columns.items())
    source = f"read_csv('/dev/fd/{read_end}', {_READ}, columns={{{typed}}})"

    def fill() -> None:
        # The pipe is closed by the one who runs this: it ends the rows.
        for chunk in chunks:
            view = memoryview(chunk)
            while view:
                view = view[os.write(write_end, view) :]

    try:
        with _beside(fill, write_end, read_end):
            engine.keep(f"SELECT * FROM {source}", name, path)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


@contextmanager
def _beside(
    fill: Callable[[], None], write_end: int, read_end: int | None = None
) -> Iterator[None]:
    """Run what fills a pipe beside the block that reads it; what it raises is raised at the end."""
    failures: list[BaseException] = []

    def run() -> None:
        try:
            fill()
        except BaseException as error:  # noqa: BLE001 - raised below, where it can be seen
            failures.append(error)
        finally:
            os.close(write_end)

    thread = Thread(target=run, name="wattprint-csv", daemon=True)
    thread.start()
    try:
        yield
    finally:
        # A writer whose reader has gone is told so, and ends.
        if read_end is not None:
            os.close(read_end)
        thread.join()
        if failures and BROKEN_PIPE not in str(failures[0]):
            raise failures[0]
