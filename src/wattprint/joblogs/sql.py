"""How texts, names and files are written in SQL."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def literal(text: object) -> str:
    """Return a text or path as a literal."""
    return "'" + str(text).replace("'", "''") + "'"


def identifier(column: str) -> str:
    """Return a column's name, whatever is in it."""
    return '"' + column.replace('"', '""') + '"'


def parquet(parts: Iterable[Path]) -> str:
    """Return files of Parquet as one table."""
    return f"read_parquet([{', '.join(map(literal, parts))}])"


def text_lines(path: Path) -> str:
    """Return a piece of `joblogs.chunks` as a table with the column `line`, in its order.

    A blank line is NULL: its row is there, so that row numbers are line numbers.
    """
    return (
        f"read_csv({literal(path)}, header = false, auto_detect = false, delim = '\x01', "
        "quote = '', escape = '', columns = {'line': 'VARCHAR'}, max_line_size = 1100000, "
        "buffer_size = 4400000)"
    )


def text_values(path: Path, delimiter: str, columns: int) -> str:
    """Return a piece of `joblogs.chunks` as a table of texts `f1`, `f2`..., NULL where empty.

    A line with fewer columns, or with more that are not empty, is an error.
    """
    typed = ", ".join(f"'f{place}': 'VARCHAR'" for place in range(1, columns + 1))
    return (
        f"read_csv({literal(path)}, header = false, auto_detect = false, "
        f"delim = {literal(delimiter)}, quote = '', escape = '', new_line = '\\n', "
        f"columns = {{{typed}}}, max_line_size = 1100000, buffer_size = 4400000)"
    )


def scratch_folder(connection: "DuckDBPyConnection") -> Path:
    """Return the folder in which the engine keeps what it throws away: for pieces of logs too."""
    row = connection.execute("SELECT current_setting('temp_directory')").fetchone()
    return Path(row[0] if row else ".")
