"""CSV that no spreadsheet takes for formulas.

A program that opens a CSV takes a cell that begins with =, +, -, @, a tab or a carriage return for
a formula; such a text is written with a ' in front.
"""

import csv
import io
from collections.abc import Iterable

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a formula begins."""


def safe_cell(value: object) -> str:
    """Return a value as a cell that no program takes for a formula; numbers stay numbers.

    >>> safe_cell("=1+1"), safe_cell(-1.5), safe_cell(None), safe_cell("plain")
    ("'=1+1", '-1.5', '', 'plain')
    """
    if value is None:
        return ""
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(FORMULA) else text


def csv_line(cells: Iterable[object]) -> str:
    """Return a line of CSV, each cell safe."""
    text = io.StringIO()
    csv.writer(text).writerow([safe_cell(cell) for cell in cells])
    return text.getvalue()
