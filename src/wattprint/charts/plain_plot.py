"""Points and a line as text: a chart for a terminal, of letters that every terminal has."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from wattprint.charts.theme import axis_top
from wattprint.domain import units

_COLUMNS, _ROWS = 56, 14
_LINE = "."


class Mark(NamedTuple):
    """A point of a chart."""

    x: float
    y: float
    letter: str


def plain_plot(
    marks: Sequence[Mark], line: Callable[[float], float], *, x_title: str, y_title: str
) -> list[str]:
    """Return the rows of a chart from 0 to just above the highest point, both ways.

    Args:
        marks: Points; of those in one place the last is seen.
        line: Height of the line over x.
        x_title: What lies along, with its unit.
        y_title: What stands up, with its unit.
    """
    most_x, most_y = axis_top(max(m.x for m in marks)), axis_top(max(m.y for m in marks))
    cells = [[" "] * _COLUMNS for _ in range(_ROWS)]
    for column in range(_COLUMNS):
        x = (column + 0.5) / _COLUMNS * most_x
        _put(cells, x / most_x, line(x) / most_y, _LINE)
    for mark in marks:
        _put(cells, mark.x / most_x, mark.y / most_y, mark.letter)
    top, bottom = units.plain(most_y), "0"
    width = max(len(top), len(bottom))
    labels = [top, *[""] * (_ROWS - 2), bottom]
    rows = [
        f"{label.rjust(width)} |{''.join(row)}".rstrip()
        for label, row in zip(labels, cells, strict=True)
    ]
    right = units.plain(most_x)
    along = f"{' ' * width}  0{x_title.center(_COLUMNS - 1 - len(right))}{right}"
    return [y_title, *rows, f"{' ' * width} +{'-' * _COLUMNS}", along]


def _put(cells: list[list[str]], across: float, up: float, letter: str) -> None:
    """Put a letter at a place given in shares of the chart, unless it lies outside."""
    if 0 <= across <= 1 and 0 <= up <= 1:
        column, height = min(int(across * _COLUMNS), _COLUMNS - 1), min(int(up * _ROWS), _ROWS - 1)
        cells[_ROWS - 1 - height][column] = letter
