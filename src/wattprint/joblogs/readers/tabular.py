"""Tables with named columns as the table `cells`, piece by piece: CSV and the like, Parquet, JSON.

`cells` has `line` (row of the file, from 1), `rows` (lines it was made of), `fault` (why it is
none), `repeated` (a header once more), and as text each column that was asked for.
"""

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from wattprint.domain.errors import InputError
from wattprint.joblogs.readers.log_lines import LONG_FAULT, loaded_chunks, values_of
from wattprint.joblogs.sql import identifier, literal
from wattprint.joblogs.text_source import head_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_DELIMITERS = (",", "\t", ";", "|")
_MOST_COLUMNS = 5000
_SLICE_ROWS = 100_000
"""Rows of Parquet that are read at once."""

_LAST_ROW = 1 << 50

PARQUET_MARK = "PAR1"
"""First bytes of a file of Parquet."""


class Piece(NamedTuple):
    """Rows that are in `cells`."""

    rows: int
    bytes_read: int


class Header(NamedTuple):
    """The first line of a table that says something."""

    names: tuple[str, ...]
    delimiter: str
    text: str
    """The line itself."""
    line: int
    """Its number, from 1."""


def header_of(head: str) -> Header | None:
    """Return the header of a table of text, or None if there is none.

    Args:
        head: The beginning of the file.
    """
    for number, line in enumerate(head.split("\n")[:200], 1):
        if not line.strip() or line.startswith("#"):
            continue
        if len(line) > 200_000:
            return None
        delimiter = max(_DELIMITERS, key=line.count)
        names = _parted(line, delimiter)
        if 2 <= len(names) <= _MOST_COLUMNS and sum(map(bool, names)) >= 2:
            return Header(names, delimiter, line, number)
        return None
    return None


def _parted(line: str, delimiter: str) -> tuple[str, ...]:
    try:
        return tuple(name.strip() for name in next(csv.reader([line], delimiter=delimiter)))
    except (csv.Error, StopIteration):
        return ()


def text_cells(
    connection: "DuckDBPyConnection", path: Path, header: Header, columns: Mapping[str, str]
) -> Iterator[Piece]:
    """Yield the rows of a table of text.

    Args:
        connection: Where `cells` is made.
        path: The file.
        header: Its header.
        columns: Name in `cells` -> column of the file.
    """
    places = {name: header.names.index(column) + 1 for name, column in columns.items()}
    values = "".join(f", nullif(trim(f[{i}]), '') AS {name}" for name, i in places.items())
    count = len(header.names)
    query = f"""
CREATE OR REPLACE TABLE cells AS
SELECT line, rows, text = {literal(header.text)} AS repeated,
    coalesce({LONG_FAULT}, CASE
        WHEN (length(text) - length(replace(text, '"', ''))) % 2 = 1
            THEN 'has a quotation mark too many; expected them in pairs'
        WHEN len(f) <> {count} AND NOT (len(f) > {count} AND list_bool_and(
                list_transform(f[{count + 1}:], lambda s: trim(s) = '')))
            THEN 'has ' || len(f) || ' values; expected {count}' END) AS fault{values}
FROM (SELECT line, rows, text, {values_of("text", header.delimiter)} AS f FROM log_lines
    WHERE line > {header.line} AND NOT starts_with(text, '#'))"""
    for chunk in loaded_chunks(connection, path, quoted=True):
        connection.execute(query)
        yield Piece(chunk.rows, chunk.bytes_read)


def is_parquet(path: Path) -> bool:
    """Tell a file of Parquet by its first bytes."""
    return head_of(path, 4) == PARQUET_MARK


def parquet_columns(connection: "DuckDBPyConnection", path: Path) -> dict[str, str]:
    """Return the columns of a file of Parquet, those within others included, as SQL for their text.

    Raises:
        InputError: It has no columns.
    """
    rows = connection.execute(f"DESCRIBE FROM read_parquet({literal(path)})").fetchall()
    found: dict[str, str] = {}
    for name, sql_type, *_ in rows[:_MOST_COLUMNS]:
        found |= _parquet_texts(connection, str(name), identifier(str(name)), str(sql_type))
    if not found:
        raise InputError(f"{path} has no columns", "expected a table of jobs")
    return found


def _parquet_texts(
    connection: "DuckDBPyConnection", name: str, expression: str, sql_type: str
) -> dict[str, str]:
    if sql_type.endswith("]") or sql_type.startswith("MAP("):
        return {name: f"CAST(to_json({expression}) AS VARCHAR)"}
    if not sql_type.startswith("STRUCT("):
        return {name: f"CAST({expression} AS VARCHAR)"}
    inner = connection.execute(f"DESCRIBE SELECT unnest(CAST(NULL AS {sql_type}))").fetchall()
    found: dict[str, str] = {}
    for field, field_type, *_ in inner:
        below = f"struct_extract({expression}, {literal(field)})"
        found |= _parquet_texts(connection, f"{name}.{field}", below, str(field_type))
    return found


def parquet_slices(
    connection: "DuckDBPyConnection", path: Path, select: str
) -> Iterator[tuple[str, Piece]]:
    """Yield a query for every slice of a file of Parquet.

    Args:
        connection: What reads it.
        path: The file.
        select: What is taken of a row; `file_row_number` counts rows from 0.
    """
    source = f"read_parquet({literal(path)}, file_row_number = true)"
    row = connection.execute(f"SELECT count(*) FROM {source}").fetchone()
    rows, size = (row[0] if row else 0), path.stat().st_size
    for start in range(0, rows, _SLICE_ROWS):
        many = min(_SLICE_ROWS, rows - start)
        query = (
            f"SELECT {select} FROM {source} "
            f"WHERE file_row_number BETWEEN {start} AND {start + many - 1}"
        )
        yield query, Piece(many, size * (start + many) // rows)


def parquet_cells(
    connection: "DuckDBPyConnection", path: Path, columns: Mapping[str, str]
) -> Iterator[Piece]:
    """Yield the rows of a file of Parquet.

    Args:
        connection: Where `cells` is made.
        path: The file.
        columns: Name in `cells` -> SQL for its text, of `parquet_columns`.
    """
    values = "".join(f", nullif(trim({sql}), '') AS {name}" for name, sql in columns.items())
    select = (
        "file_row_number + 1 AS line, 1 AS rows, FALSE AS repeated, "
        f"CAST(NULL AS VARCHAR) AS fault{values}"
    )
    for query, piece in parquet_slices(connection, path, select):
        connection.execute(f"CREATE OR REPLACE TABLE cells AS {query}")
        yield piece
