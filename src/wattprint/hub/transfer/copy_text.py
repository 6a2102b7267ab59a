"""Rows as PostgreSQL's COPY writes them: a line a row, tabs between columns, `\\N` for null.

Both databases write and read this one form, so that a backup of one is restored into the other;
PostgreSQL copies it as it is, without a look at single rows.

Source:
    PostgreSQL documentation, COPY, "Text Format".
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from wattprint.domain.errors import RecordError

_ESCAPES = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}
_MEANINGS = {"\\": "\\", "t": "\t", "n": "\n", "r": "\r", "b": "\b", "f": "\f", "v": "\v"}
_TO_ESCAPE = re.compile(r"[\\\t\n\r]")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_NULL = r"\N"


def copy_line(row: Iterable[Any]) -> bytes:
    r"""Return a row as a line.

    >>> copy_line(["a\tb", None, 5])
    b'a\\tb\t\\N\t5\n'
    """
    return ("\t".join(map(_cell, row)) + "\n").encode()


def copy_row(line: bytes, wholes: Sequence[bool]) -> list[Any]:
    r"""Read a line back.

    Args:
        line: The line, with its end or without.
        wholes: For each column whether it holds whole numbers, not text.

    Raises:
        RecordError: It has another number of columns, or a number that is none.

    >>> copy_row(b'a\\tb\t\\N\t5\n', [False, False, True])
    ['a\tb', None, 5]
    """
    try:
        cells = line.decode().removesuffix("\n").split("\t")
        return [_value(cell, is_whole) for cell, is_whole in zip(cells, wholes, strict=True)]
    except (ValueError, KeyError) as error:
        raise RecordError(f"a row cannot be read: {error}.") from None


def lines_of(parts: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the lines of a text that comes in parts."""
    rest = b""
    for part in parts:
        *lines, rest = (rest + part).split(b"\n")
        yield from lines
    if rest:
        yield rest


def _cell(value: Any) -> str:
    if value is None:
        return _NULL
    if isinstance(value, int):
        return str(value)
    return _TO_ESCAPE.sub(lambda found: _ESCAPES[found[0]], value)


def _value(cell: str, is_whole: bool) -> Any:
    if cell == _NULL:
        return None
    if is_whole:
        return int(cell)
    return _ESCAPED.sub(lambda found: _MEANINGS[found[1]], cell) if "\\" in cell else cell
