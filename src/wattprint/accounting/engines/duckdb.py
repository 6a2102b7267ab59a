"""DuckDB, inside this process: the engine unless another one is asked for."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import duckdb

from wattprint.accounting.engines.base import beyond_reach
from wattprint.joblogs.sql import literal, parquet

MEMORY_LIMIT_MB = 300
"""What it may hold before it puts rows on disk: a laptop accounts for a company's logs. [MB]"""
ROWS_AT_ONCE = 20_000
"""Of a small table, as Python's numbers: one wrong year in a log makes it a table of decades."""
_PARQUET = (
    "FORMAT parquet, PARQUET_VERSION v2, COMPRESSION lz4_raw, "
    "DICTIONARY_SIZE_LIMIT 5000, ROW_GROUP_SIZE 40960"
)
"""Whole numbers of which hardly two are alike: differences take a third of the time that
dictionaries of them do, and less room. Small groups of rows keep memory low."""


class DuckDB:
    """DuckDB on some threads, with its overflow in a folder.

    Args:
        overflow: Folder for what does not fit into memory.
        threads: Threads; None takes all that the machine has.
        memory_limit_mb: What it may hold in memory. [MB]
    """

    name = "duckdb"
    double = "DOUBLE"

    def __init__(
        self, overflow: Path, *, threads: int | None = None, memory_limit_mb: int = MEMORY_LIMIT_MB
    ) -> None:
        self._connection = duckdb.connect(
            config={
                "memory_limit": f"{memory_limit_mb}MB",
                "temp_directory": str(overflow),
                # Rows are told apart by their ids, and their order costs memory.
                "preserve_insertion_order": "false",
                **({} if threads is None else {"threads": str(threads)}),
            }
        )
        # After two seconds it would draw on standard output, where JSON may be expected.
        self._connection.execute("SET enable_progress_bar = false")
        # It misjudges joins on expressions; the text puts the table of jobs first.
        self._connection.execute("SET disabled_optimizers = 'join_order,build_side_probe_side'")

    def jobs(self, parts: Sequence[Path]) -> None:
        """See `Engine`."""
        self._connection.execute(f"CREATE VIEW jobs AS SELECT * FROM {parquet(parts)}")

    def table(self, name: str, columns: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> None:
        """See `Engine`."""
        typed = ", ".join(f"{column} {sql_type}" for column, sql_type in columns.items())
        self._connection.execute(f"CREATE TABLE {name} ({typed})")
        unnested = ", ".join(f"unnest(?::{sql_type}[])" for sql_type in columns.values())
        left = iter(rows)
        while some := list(islice(left, ROWS_AT_ONCE)):
            by_column = [list(column) for column in zip(*some, strict=True)]
            self._connection.execute(f"INSERT INTO {name} SELECT {unnested}", by_column)

    def keep(self, query: str, name: str, path: Path) -> None:
        """See `Engine`."""
        try:
            self.copy(query, path, _PARQUET)
        except duckdb.ConversionException as error:
            raise beyond_reach(str(error).splitlines()[0]) from error
        self._connection.execute(f"CREATE VIEW {name} AS SELECT * FROM {parquet([path])}")

    def copy(self, query: str, path: Path, options: str) -> None:
        """Write the rows of a query to a file, or into a pipe, in a format of its own."""
        self._connection.execute(f"COPY ({query}) TO {literal(path)} ({options})")

    def rows(self, query: str) -> list[dict[str, Any]]:
        """See `Engine`."""
        cursor = self._connection.execute(query)
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def close(self) -> None:
        """See `Engine`."""
        self._connection.close()
