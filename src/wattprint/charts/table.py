"""The figures of a chart as a table, for those who do not see it."""

from typing import NamedTuple


class Table(NamedTuple):
    """What a chart shows, in words."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[int, ...] = ()
    """Columns that hold figures."""
