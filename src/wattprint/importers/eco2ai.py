"""eco2AI's emission.csv: one row a run, or one an epoch of a training; they add up.

Energy is `power_consumption(kWTh)` of old and `power_consumption(kWh)` of new versions, times the
PUE that the tracker was told (1 unless it was). `region/country` holds what an IP service answered,
'RU/Moscow', unless a country code was given, and the file does not say which.
"""

import re
from collections.abc import Mapping
from typing import TextIO

from wattprint.domain import units
from wattprint.domain.errors import InputError
from wattprint.domain.imported import (
    LARGEST_G,
    LARGEST_KWH,
    LARGEST_S,
    ImportedRecord,
    RejectedRow,
    Reported,
)
from wattprint.importers.cells import amount, epoch_time, iso_time, one_clause, stated
from wattprint.importers.csv_rows import CsvRows, Row, Width, first_line
from wattprint.importers.places import zone_of
from wattprint.importers.plausible import power_doubts
from wattprint.importers.reading import Reading, Rows, is_dropped

_ENERGY = ("power_consumption(kwth)", "power_consumption(kwh)")
_EMISSIONS = ("co2_emissions(kg)",)
_DURATION = ("duration(s)", "time(s)")
_START = ("start_time", "start_time(s)")
_DEVICES = re.compile(r"\s*/?\s*(\d{1,5}) device\(s\).*$")


def is_eco2ai(name: str, head: str) -> bool:  # noqa: ARG001 - one shape for all kinds
    """Tell an emission.csv by the names of its columns, which hold their units."""
    first = first_line(head).casefold()
    return any(column in first for column in (*_ENERGY, *_EMISSIONS))


def parse_eco2ai(stream: TextIO, reading: Reading) -> Rows:
    """Yield the runs and epochs of an emission.csv.

    Args:
        stream: The file, opened with newline="".
        reading: Counts dropped places.
    """
    rows = CsvRows(stream)
    columns: dict[str, int] = {}
    width = Width(0, 0)
    for row in rows:
        if row.fault:
            yield RejectedRow(row.at_line, row.fault)
        elif not columns or _is_header(row):
            width = Width.below(row.cells)
            columns = {cell.casefold(): at for at, cell in reversed(list(enumerate(row.cells)))}
        else:
            try:
                width.refuse_other(row.cells)
                cells = {n: row.cells[at] for n, at in columns.items() if at < len(row.cells)}
                yield _record(row, cells, reading, decimal_comma=rows.decimal_comma)
            except InputError as error:
                yield RejectedRow(row.at_line, one_clause(error))


def _is_header(row: Row) -> bool:
    names = {cell.casefold() for cell in row.cells}
    return not names.isdisjoint((*_ENERGY, *_EMISSIONS))


def _record(
    row: Row, cells: Mapping[str, str], reading: Reading, *, decimal_comma: bool
) -> ImportedRecord:
    figures = _Figures(cells, decimal_comma=decimal_comma)
    energy, energy_kwh = figures.of(_ENERGY, LARGEST_KWH)
    emissions, emissions_kg = figures.of(_EMISSIONS, LARGEST_G / units.GRAMS_PER_KILOGRAM)
    duration, duration_s = figures.of(_DURATION, LARGEST_S)
    if energy_kwh is None and emissions_kg is None:
        raise InputError("neither emissions nor energy are said", "expected one of them")
    raw = (("emissions", emissions, "kg"), ("energy", energy, "kWh"), ("duration", duration, "s"))
    return ImportedRecord(
        at_line=row.at_line,
        project=stated(cells.get("project_name", "")),
        name=stated(cells.get("epoch", "")) or stated(cells.get("experiment_description", "")),
        run_id=stated(cells.get("id", "")),
        recorded_at=_started(cells),
        duration_s=duration_s,
        energy_kwh=energy_kwh,
        energy_at=None if energy_kwh is None else "chips",
        emissions_g=None if emissions_kg is None else emissions_kg * units.GRAMS_PER_KILOGRAM,
        place=_place(cells, reading),
        hardware=_hardware(cells),
        software={"os": os} if (os := stated(cells.get("os", ""))) else {},
        reported=tuple(Reported(*each) for each in raw if stated(each[1])),
        doubts=power_doubts(energy_kwh, duration_s),
    )


class _Figures:
    """The figures of a row, by the names that their columns have had."""

    def __init__(self, cells: Mapping[str, str], *, decimal_comma: bool) -> None:
        self._cells = cells
        self._decimal_comma = decimal_comma

    def of(self, names: tuple[str, ...], at_most: float) -> tuple[str, float | None]:
        """Return a figure as written and as a number."""
        name = next((name for name in names if name in self._cells), names[0])
        cell = self._cells.get(name, "")
        return cell, amount(name, cell, at_most=at_most, decimal_comma=self._decimal_comma)


def _started(cells: Mapping[str, str]) -> str | None:
    cell = next((cells[name] for name in _START if name in cells), "")
    try:
        return epoch_time(float(cell))
    except ValueError:
        return iso_time(cell)


def _place(cells: Mapping[str, str], reading: Reading) -> dict[str, object]:
    label = stated(cells.get("region/country", "") or cells.get("country", ""))
    if label is None or is_dropped(reading):
        return {}
    country, _, province = label.strip("()").partition("/")
    said: dict[str, object] = {"country": country.strip()}
    if province.strip():
        said["province"] = province.strip()
    zone = zone_of(country.strip(), province.strip() or None)
    return said if zone is None else {**said, "zone": zone}


def _hardware(cells: Mapping[str, str]) -> dict[str, object]:
    found: dict[str, object] = {}
    for ours, theirs in (("accelerator", "gpu_name"), ("cpu", "cpu_name")):
        text = stated(cells.get(theirs, ""))
        if text is None or text.casefold().startswith("no "):  # "no gpu 0 device(s)"
            continue
        devices = _DEVICES.search(text)
        name = text if devices is None else text[: devices.start()]
        count = 1 if devices is None else int(devices[1])
        if count:  # ' 2 device(s)': a driver that does not tell names
            found |= ({ours: name} if name else {}) | {f"{ours}_count": count}
    return found
