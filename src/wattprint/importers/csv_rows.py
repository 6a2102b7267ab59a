"""Rows of CSV files as people keep them: any delimiter, torn quotes, endless lines."""

import csv
import re
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import NamedTuple, TextIO

from wattprint.domain.errors import InputError
from wattprint.importers.source import Line, lines_of

_DELIMITERS = ",;\t|"
_MOST_JOINED = 20
"""Lines that one row may take: descriptions have line ends within quotes now and then."""
_LONGEST_SHEET = 256
"""Cells of a row beyond which it is none of a table that we know."""


class Row(NamedTuple):
    """A row of a table, or the reason why it is none."""

    at_line: int
    cells: list[str]
    fault: str = ""


class Width(NamedTuple):
    """How many cells a row below a header has."""

    least: int
    """Up to the last column with a name."""
    most: int

    @classmethod
    def below(cls, header: Sequence[str]) -> "Width":
        """Return the width of rows below a header; its last columns may be nameless.

        >>> Width.below(["timestamp", "", "emissions", "", ""])
        Width(least=3, most=5)
        """
        named = max((i for i, name in enumerate(header, 1) if name.strip()), default=0)
        return cls(named, len(header))

    def refuse_other(self, cells: Sequence[str]) -> None:
        """Refuse a row of another width: its cells would be read as other columns.

        Raises:
            InputError: It has fewer cells, or further ones that hold something.
        """
        if len(cells) < self.least or any(cells[self.most :]):
            raise InputError(
                f"the row has {len(cells)} cells", f"expected {self.least} as its header has"
            )


_SEPARATOR = re.compile(r'\ufeff?"?sep=.{1,2}"?')


def _says_nothing(text: str | None) -> bool:
    """Tell a blank line, or the one in which Excel notes what parts its cells."""
    return text is not None and (not text.strip() or _SEPARATOR.fullmatch(text.strip()) is not None)


def first_line(head: str) -> str:
    """Return the first line of a table that says something; empty if there is none."""
    return next((line for line in head.splitlines() if not _says_nothing(line)), "")


class CsvRows:
    """The rows of a CSV text; blank ones are passed over.

    Args:
        stream: The text, opened with newline="".
    """

    def __init__(self, stream: TextIO) -> None:
        self._lines = lines_of(stream)
        self._back: deque[Line] = deque()
        first = next((line for line in self._lines if not _says_nothing(line.text)), None)
        head = "" if first is None or first.text is None else first.text
        self.delimiter = max(_DELIMITERS, key=head.count)
        """What stands between cells, as the first line has it."""
        if first is not None:
            self._back.append(first)

    @property
    def decimal_comma(self) -> bool:
        """Whether a comma within a number is its point: where cells end with something else."""
        return self.delimiter != ","

    def __iter__(self) -> Iterator[Row]:
        while (line := self._next()) is not None:
            if line.text is None:
                yield Row(line.number, [], "the line is longer than a megabyte")
            elif line.text.strip():
                yield self._row(line.number, line.text)

    def _next(self) -> Line | None:
        return self._back.popleft() if self._back else next(self._lines, None)

    def _row(self, number: int, text: str) -> Row:
        if text.count('"') % 2:
            text = self._joined(text)
        try:
            cells = next(csv.reader([text], delimiter=self.delimiter), [])
        except csv.Error as error:
            return Row(number, [], f"no CSV: {error}")
        if len(cells) > _LONGEST_SHEET:
            return Row(number, [], f"it has {len(cells)} cells")
        return Row(number, [cell.strip() for cell in cells])

    def _joined(self, text: str) -> str:
        """Return a row with the lines that its open quote takes; alone where it never closes."""
        taken: list[Line] = []
        joined = text
        while len(taken) < _MOST_JOINED and (line := self._next()) is not None:
            taken.append(line)
            if line.text is None:
                break
            joined += "\n" + line.text
            if joined.count('"') % 2 == 0:
                return joined
        self._back = deque(chain(taken, self._back))
        return text
