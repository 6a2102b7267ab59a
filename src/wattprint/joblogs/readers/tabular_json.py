"""Tables whose rows are JSON objects, as BigQuery exports them, as the table `cells`."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from wattprint.joblogs.json_elements import JsonElements
from wattprint.joblogs.readers.json_rows import loaded_elements
from wattprint.joblogs.readers.tabular import Piece
from wattprint.joblogs.sql import literal

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_LOOKED_AT = 50
"""Objects from which the names of columns are taken."""

_DEEPEST = 4


def json_columns(path: Path) -> dict[str, str]:
    """Return the columns of a file of objects, those within others included, as SQL for their text.

    Raises:
        InputError: The document cannot be read, or is packed and damaged.
    """
    found: dict[str, str] = {}
    elements = JsonElements(path)
    try:
        for number, element in enumerate(elements):
            if number >= _LOOKED_AT:
                break
            found |= _texts("", "$", _parsed(element.text), _DEEPEST)
    finally:
        elements.close()
    return found


def _parsed(text: bytes) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _texts(name: str, path: str, value: object, depth: int) -> dict[str, str]:
    if not isinstance(value, dict) or not depth:
        return {name: f"json_extract_string(doc, {literal(path)})"} if name else {}
    found: dict[str, str] = {}
    for key, below in value.items():
        if '"' not in key:
            found |= _texts(f"{name}.{key}".lstrip("."), f'{path}."{key}"', below, depth - 1)
    return found


def json_cells(
    connection: "DuckDBPyConnection", path: Path, columns: Mapping[str, str]
) -> Iterator[Piece]:
    """Yield the rows of a file of objects.

    Args:
        connection: Where `cells` is made.
        path: The file.
        columns: Name in `cells` -> SQL for its text, of `json_columns`.
    """
    values = "".join(f", nullif(trim({sql}), '') AS {name}" for name, sql in columns.items())
    for piece in loaded_elements(connection, path):
        connection.execute(
            "CREATE OR REPLACE TABLE cells AS "
            f"SELECT line, 1 AS rows, FALSE AS repeated, fault{values} FROM json_rows"
        )
        yield Piece(piece.rows, piece.bytes_read)
