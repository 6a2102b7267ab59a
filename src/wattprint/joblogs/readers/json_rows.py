"""The elements of a JSON document as the table `json_rows`, piece by piece.

The table has `line` (which element of the document it is), `doc` (its text) and `fault` (why it
cannot be read).
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from wattprint.joblogs.json_elements import Element, JsonElements
from wattprint.joblogs.sql import scratch_folder, text_lines

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_PIECE_BYTES = 8 << 20

_MARK = "\x1f"
"""Parts the number of an element from its text; no JSON holds it."""

_MOST_FAULTS = 1000
"""Faults of a document that are told one by one: in a document of noise there is no end."""


class JsonPiece(NamedTuple):
    """Elements that are in the table."""

    rows: int
    bytes_read: int
    first: tuple[bytes, ...]
    """The first few of them."""


def loaded_elements(connection: "DuckDBPyConnection", path: Path) -> Iterator[JsonPiece]:
    """Yield the elements of a document, some thousands at a time, each when they are in the table.

    Raises:
        InputError: The document cannot be read, or is packed and damaged.
    """
    elements = JsonElements(path)
    scratch = scratch_folder(connection) / "elements.txt"
    try:
        for piece in _pieces(elements):
            scratch.write_bytes(b"".join(map(_row, piece)))
            connection.execute(_LOAD.format(lines=text_lines(scratch)))
            first = tuple(element.text for element in piece[:20] if element.text)
            yield JsonPiece(len(piece), elements.bytes_read(), first)
    finally:
        elements.close()


def _pieces(elements: JsonElements) -> Iterator[list[Element]]:
    held: list[Element] = []
    size = faults = 0
    for element in elements:
        faults += bool(element.fault)
        held.append(element)
        size += len(element.text) + 100
        if faults >= _MOST_FAULTS:
            break
        if size >= _PIECE_BYTES:
            yield held
            held, size = [], 0
    if held:
        yield held


def _row(element: Element) -> bytes:
    text = element.text or element.fault.encode()
    return f"{element.number}{_MARK}".encode() + text + b"\n"


_LOAD = f"""
CREATE OR REPLACE TABLE json_rows AS
SELECT line, CASE WHEN fault IS NULL THEN doc END AS doc, fault
FROM (
    SELECT CAST(split_part(line, '{_MARK}', 1) AS BIGINT) AS line,
        line[strpos(line, '{_MARK}') + 1:] AS doc,
        CASE WHEN doc[1] <> '{{{{' THEN doc
            WHEN NOT json_valid(doc) THEN 'is no JSON; expected an object' END AS fault
    FROM {{lines}} WHERE line IS NOT NULL
)
"""
