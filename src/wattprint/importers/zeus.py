"""The log of zeus' energy monitor: one row a measured window, with the energy of each GPU in J.

Windows lie within one another: an epoch holds its steps, and stands below them, because a window is
written when it ends. One that lies within another is a part of it, and is not added up.
"""

import re
from array import array
from collections.abc import Mapping, Sequence
from typing import NamedTuple, TextIO

from wattprint.domain import units
from wattprint.domain.errors import InputError
from wattprint.domain.imported import (
    LARGEST_KWH,
    LARGEST_S,
    ImportedRecord,
    RejectedRow,
    Reported,
)
from wattprint.importers.cells import amount, epoch_time, iso_time, one_clause, stated
from wattprint.importers.csv_rows import CsvRows, Width, first_line
from wattprint.importers.last_rows import Held, LastRows
from wattprint.importers.reading import Reading, Rows

_NEEDED = ("window_name", "elapsed_time")
_ENERGY = re.compile(r"(gpu|cpu|dram|soc)\d*_energy")
_LARGEST_J = LARGEST_KWH * units.JOULES_PER_KWH


def is_zeus(name: str, head: str) -> bool:  # noqa: ARG001 - one shape for all kinds
    """Tell a log of windows by its header."""
    first = first_line(head).casefold()
    return all(column in first for column in _NEEDED)


def parse_zeus(stream: TextIO, reading: Reading) -> Rows:  # noqa: ARG001 - one shape for all
    """Yield the windows of a log.

    Args:
        stream: The file, opened with newline="".
        reading: Not used: a log names no place.
    """
    headers: list[dict[str, int]] = []
    width = Width(0, 0)
    windows, held = _Windows(), LastRows()
    try:
        for row in CsvRows(stream):
            if row.fault:
                yield RejectedRow(row.at_line, row.fault)
            elif not headers or "window_name" in row.cells:
                width = Width.below(row.cells)
                headers.append({cell.casefold(): at for at, cell in enumerate(row.cells)})
            else:
                try:
                    width.refuse_other(row.cells)
                    record = _record(row.at_line, _named(headers[-1], row.cells))
                except InputError as error:
                    yield RejectedRow(row.at_line, one_clause(error))
                    continue
                held.put(str(row.at_line), Held(row.at_line, len(headers) - 1, row.cells))
                start = _named(headers[-1], row.cells).get("start_time", "")
                windows.add(row.at_line, start, record.duration_s or 0.0)
        wholes = windows.wholes()
        for kept in held.all():
            record = _record(kept.at_line, _named(headers[kept.header], kept.cells))
            yield record._replace(part_of=wholes.get(kept.at_line))
    finally:
        held.close()


def _named(columns: Mapping[str, int], cells: Sequence[str]) -> dict[str, str]:
    return {name: cells[at] for name, at in columns.items() if at < len(cells)}


def _record(at_line: int, cells: Mapping[str, str]) -> ImportedRecord:
    name = stated(cells.get("window_name", ""))
    duration_s = amount("elapsed_time", cells.get("elapsed_time", ""), at_most=LARGEST_S)
    energies = {n: cell for n, cell in cells.items() if _ENERGY.fullmatch(n) and stated(cell)}
    if duration_s is None or not energies:
        raise InputError("its time or its energy is missing", "expected both")
    joules = [amount(n, cell, at_most=_LARGEST_J) or 0.0 for n, cell in energies.items()]
    gpus = sum(n.startswith("gpu") for n in energies)
    start = cells.get("start_time", "")
    return ImportedRecord(
        at_line=at_line,
        name=name,
        recorded_at=_start(start),
        duration_s=duration_s,
        energy_kwh=sum(joules) / units.JOULES_PER_KWH,
        energy_at="accelerator" if gpus == len(energies) else "chips",
        hardware={"accelerator_count": gpus} if gpus else {},
        reported=(
            Reported("duration", cells["elapsed_time"], "s"),
            *(Reported(n, cell, "J") for n, cell in energies.items()),
        ),
    )


def _start(cell: str) -> str | None:
    epoch_s = _epoch_s(cell)
    return iso_time(cell) if epoch_s is None else epoch_time(epoch_s)


def _epoch_s(cell: str) -> float | None:
    try:
        return amount("start_time", cell, at_most=1e11)
    except InputError:
        return None


class _Window(NamedTuple):
    start_s: float
    end_s: float
    at_line: int


class _Windows:
    """The spans of all windows, 24 bytes each."""

    def __init__(self) -> None:
        self._starts_s = array("d")
        self._ends_s = array("d")
        self._lines = array("q")

    def add(self, at_line: int, start: str, duration_s: float) -> None:
        """Keep a window's span; one that does not say when it began lies in none."""
        start_s = _epoch_s(start)
        if start_s is not None:
            self._starts_s.append(start_s)
            self._ends_s.append(start_s + duration_s)
            self._lines.append(at_line)

    def wholes(self) -> dict[int, int]:
        """Return the line of the window that each window lies in, for those that lie in one."""
        spans = sorted(range(len(self._lines)), key=lambda i: (self._starts_s[i], -self._ends_s[i]))
        found: dict[int, int] = {}
        whole = _Window(0.0, -1.0, 0)
        for i in spans:
            window = _Window(self._starts_s[i], self._ends_s[i], self._lines[i])
            if window.end_s <= whole.end_s and window.at_line < whole.at_line:
                found[window.at_line] = whole.at_line
            elif window.end_s > whole.end_s:
                whole = window
        return found
