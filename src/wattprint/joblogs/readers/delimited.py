"""Lines of a text table, parted into fields by the engine: quotes as RFC 4180 has them."""

from typing import NamedTuple

from wattprint.domain.errors import InputError
from wattprint.joblogs.sql import literal

DELIMITERS = (",", ";", "\t", "|")


class Header(NamedTuple):
    """The names of a table's columns, and what stands between them."""

    delimiter: str
    names: tuple[str, ...]
    """As they are written, without blanks and quotes around them."""

    def place(self, name: str) -> int:
        """Return the place of a column, from 1; 0 if there is none."""
        return self.names.index(name) + 1 if name in self.names else 0


def header_of(line: str) -> Header:
    """Return the header that a line is, by the delimiter that parts it most.

    Raises:
        InputError: It names one column alone, or one of them twice.
    """
    import csv

    delimiter = max(DELIMITERS, key=line.count)
    if not line.count(delimiter):
        raise InputError(
            f"first line {line[:80]!r} names no columns",
            "expected names with commas, semicolons, bars or tabs between them",
        )
    parted = next(csv.reader([line], delimiter=delimiter))
    names = tuple(name.strip().strip('"') for name in parted)
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise InputError(f"column {twice[0]!r} is there twice", "expected each name once")
    return Header(delimiter, names)


def fields_of(line: str, delimiter: str) -> str:
    """Return SQL for the list of fields of a line.

    Args:
        line: SQL for the text of the line.
        delimiter: What stands between fields.
    """
    between = literal(delimiter)
    part = "|" if delimiter == "|" else delimiter
    one = f'("(?:[^"]|"")*"|[^{part}]*)[{part}]'
    quoted = f"regexp_extract_all({line} || {between}, {literal(one)}, 1)"
    bare = "lambda f: CASE WHEN f LIKE '\"%\"' THEN replace(f[2:-2], '\"\"', '\"') ELSE f END"
    return (
        f"CASE WHEN contains({line}, '\"') THEN list_transform({quoted}, {bare}) "
        f"ELSE string_split({line}, {between}) END"
    )
