"""Pieces of a text log as the table `log_lines`, and its lines as lists of values.

The table has `line` (number in the log), `rows` (lines that its text was made of) and `text`.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from wattprint.joblogs.chunks import LONG_LINE, Chunk, text_chunks
from wattprint.joblogs.sql import scratch_folder, text_lines

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_MOST_LINES_OF_A_ROW = 100
"""A quoted value that goes on for longer is a stray quotation mark."""

_MADE_OF_LINES = f"""
CREATE OR REPLACE TABLE log_lines AS
SELECT min(line) AS line, count(*) AS rows, string_agg(text, chr(10) ORDER BY line) AS text
FROM (
    SELECT *, CASE WHEN count(*) OVER (PARTITION BY begun) > {_MOST_LINES_OF_A_ROW}
        THEN -line ELSE begun END AS one
    FROM (
        SELECT line, text, sum(CASE WHEN quotes_before % 2 = 0 THEN 1 ELSE 0 END)
            OVER (ORDER BY line ROWS UNBOUNDED PRECEDING) AS begun
        FROM (
            SELECT line, text, coalesce(sum(quotes) OVER (
                ORDER BY line ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)
                AS quotes_before
            FROM (SELECT *, length(text) - length(replace(text, '"', '')) AS quotes FROM log_lines)
        )
    )
)
GROUP BY one ORDER BY 1
"""

IS_LONG = f"starts_with(text, chr({ord(LONG_LINE)}))"

LONG_FAULT = (
    f"CASE WHEN {IS_LONG} "
    "THEN 'line of ' || text[2:] || ' bytes; expected 1048576 bytes at most' END"
)
"""SQL for why a line of absurd length is rejected; NULL for all others."""


def loaded_chunks(
    connection: "DuckDBPyConnection",
    path: Path,
    *,
    job_of: Callable[[bytes], bytes] | None = None,
    quoted: bool = False,
) -> Iterator[Chunk]:
    """Yield the pieces of a log, each when it is in the table `log_lines`.

    Args:
        connection: Where the table is made.
        path: The log.
        job_of: As of `text_chunks`.
        quoted: Whether a value in quotation marks may go on over several lines.

    Raises:
        InputError: It cannot be read, or is packed and damaged.
    """
    for chunk in text_chunks(path, scratch_folder(connection), job_of=job_of):
        connection.execute(
            f"CREATE OR REPLACE TABLE raw_lines AS SELECT line FROM {text_lines(chunk.path)}"
        )
        connection.execute(
            "CREATE OR REPLACE TABLE log_lines AS "
            f"SELECT rowid + {chunk.first_line} AS line, 1 AS rows, line AS text FROM raw_lines "
            "WHERE trim(line) <> '' ORDER BY rowid"
        )
        if quoted and _has_open_quotes(connection):
            connection.execute(_MADE_OF_LINES)
        yield chunk


def no_lines(connection: "DuckDBPyConnection") -> None:
    """Make the table `log_lines` without a line, for queries that only lend their columns."""
    connection.execute("CREATE OR REPLACE TABLE log_lines (line BIGINT, rows BIGINT, text VARCHAR)")


def _has_open_quotes(connection: "DuckDBPyConnection") -> bool:
    odd = "(length(text) - length(replace(text, '\"', ''))) % 2 = 1"
    row = connection.execute(f"SELECT count(*) FILTER ({odd}) FROM log_lines").fetchone()
    return bool(row and row[0])


def values_of(text: str, delimiter: str) -> str:
    """Return SQL for the list of a line's values; those in quotation marks may hold delimiters."""
    mark = delimiter.replace("'", "''")
    plain = f"string_split({text}, '{mark}')"
    # A doubled quotation mark is one that is meant: it is put aside while values are parted.
    outside = (
        f"list_transform(string_split(replace({text}, '\"\"', chr(30)), '\"'), lambda s, i: "
        f"CASE WHEN i % 2 = 1 THEN replace(s, '{mark}', chr(31)) ELSE s END)"
    )
    quoted = (
        f"list_transform(string_split(array_to_string({outside}, ''), chr(31)), lambda s: "
        "CASE WHEN s = chr(30) THEN '' ELSE replace(s, chr(30), '\"') END)"
    )
    return f"CASE WHEN contains({text}, '\"') THEN {quoted} ELSE {plain} END"
