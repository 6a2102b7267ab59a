"""CodeCarbon's emissions.csv, of every release.

Emissions are in kg since the first release; `emissions_rate` is in g/s before 2.2.0, which also
brought the column `codecarbon_version`, and in kg/s since. Rows of one `run_id` are cumulative: of
those that began at the same time the longest counts, in whatever order they stand. Where they did
not, or it is not known, the last one counts; but where a figure goes down, or somebody gave the id
and the rows began at different times, they are runs of their own, and each counts. In files of
tasks (`task_name`) each row is a task of its own, and they add up.

A row with coordinates is one whose place was found from the machine's IP address: CodeCarbon writes
them in no other case. Its country and region come from the same answer.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, TextIO

from wattprint.domain import units
from wattprint.domain.errors import InputError
from wattprint.domain.imported import (
    LARGEST_G,
    LARGEST_KWH,
    LARGEST_S,
    Doubt,
    ImportedRecord,
    RejectedRow,
    Reported,
)
from wattprint.importers.cells import amount, iso_time, one_clause, shown, stated
from wattprint.importers.csv_rows import CsvRows, Row, Width, first_line
from wattprint.importers.joined_models import parted
from wattprint.importers.last_rows import Held, LastRows
from wattprint.importers.places import lie_apart, region_of, zone_of
from wattprint.importers.plausible import power_doubts
from wattprint.importers.reading import Reading, Rows, is_dropped

_ALIASES = {
    "country": "country_name",
    "experiment_name": "project_name",
    "energy": "energy_consumed",
    "energy_consumed_(kwh)": "energy_consumed",
    "emissions_(kg)": "emissions",
    "duration_(s)": "duration",
    "duration_s": "duration",
    "energy_consumed_kwh": "energy_consumed",
    "energy_consumed(kwh)": "energy_consumed",
    "emissions(kg)": "emissions",
    "emissions_kg": "emissions",
}
"""Other names of columns: of the first releases, and of files that people made over."""
_COLUMNS = frozenset(
    (
        *("timestamp", "project_name", "run_id", "experiment_id", "task_name", "duration"),
        *("emissions", "emissions_rate", "cpu_power", "gpu_power", "ram_power", "cpu_energy"),
        *("gpu_energy", "ram_energy", "energy_consumed", "country_name", "country_iso_code"),
        *("region", "on_cloud", "cloud_provider", "cloud_region", "os", "python_version"),
        *("codecarbon_version", "cpu_count", "cpu_model", "gpu_count", "gpu_model", "longitude"),
        *("latitude", "ram_total_size", "tracking_mode", "pue", "wue", "water_consumed"),
    )
)
_FIGURES = frozenset({"emissions", "energy_consumed", *_ALIASES})
_NEEDED = 3
"""Columns by which the file is known, beside the emissions."""
_UNITS = {
    "emissions": "kg",
    "energy_consumed": "kWh",
    "duration": "s",
    "cpu_energy": "kWh",
    "gpu_energy": "kWh",
    "ram_energy": "kWh",
    "water_consumed": "L",
}
_DIRTIEST_G_PER_KWH = 2000.0
"""No grid emits as much over a year; the dirtiest plants reach 1,700. [gCO2e/kWh]"""


def is_codecarbon(name: str, head: str) -> bool:  # noqa: ARG001 - one shape for all kinds
    """Tell an emissions.csv by its header."""
    first = first_line(head)
    delimiter = max(",;\t|", key=first.count)
    cells = first.replace('"', "").split(delimiter)
    return _is_header([cell.strip() for cell in cells])


def parse_codecarbon(stream: TextIO, reading: Reading) -> Rows:
    """Yield the runs and tasks of an emissions.csv.

    Args:
        stream: The file, opened with newline="".
        reading: Counts earlier rows of a run, and dropped places.
    """
    rows = CsvRows(stream)
    table = _Table(decimal_comma=rows.decimal_comma)
    last = LastRows()
    try:
        for row in rows:
            if row.fault:
                yield RejectedRow(row.at_line, row.fault)
            elif table.is_header(row.cells):  # files are also joined end to end
                table.begin(row.cells)
            elif any(row.cells):
                try:
                    run_id = table.checked(row)
                    if run_id is None:
                        yield _settled(table.record(row.at_line, row.cells), reading)
                    else:
                        held = Held(row.at_line, table.header, row.cells)
                        if not last.put(run_id, held, table.counting):
                            table.shared_ids.add(run_id)
                except InputError as error:
                    yield RejectedRow(row.at_line, one_clause(error))
        reading.superseded += last.superseded
        for held in last.all():
            table.header = held.header
            yield _settled(table.record(held.at_line, held.cells), reading)
    finally:
        last.close()


_NAMES = ("emissions", "energy_consumed", "duration")
"""Columns of a row's figures."""


_OWN_ID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
"""A run's id as CodeCarbon makes it; another one was given by somebody, maybe to several runs."""
_SAME_START_S = 2.0
_SAME_START_SHARE = 1e-3
"""Time stamps are whole seconds, and clocks drift: starts within these are one. [s, ratio]"""
_LESS = 1 - 1e-9
_ANY_DAY = datetime(2000, 1, 1)  # noqa: DTZ001 - only spans between stamps of one clock are taken
_SHARED = Doubt("run", "its run id is that of other rows that began anew: each counts")


class _Figures(NamedTuple):
    """The figures of a row, in its own units."""

    emissions_kg: float | None
    energy_kwh: float | None
    duration_s: float | None


class _Table:
    """Turns rows into records by the names of their columns."""

    def __init__(self, *, decimal_comma: bool) -> None:
        self._decimal_comma = decimal_comma
        self._headers: list[dict[str, int]] = []
        self._width = Width(0, 0)
        self.header = 0
        """Which header the rows now stand below."""
        self.shared_ids: set[str] = set()
        """Ids of which several rows are runs of their own."""

    def is_header(self, cells: Sequence[str]) -> bool:
        """Tell a header; after the first one only where a cell is called as its figures are."""
        if self._headers and _FIGURES.isdisjoint(cells):
            return False
        return _is_header(cells)

    def begin(self, cells: Sequence[str]) -> None:
        """Begin the rows below a header."""
        columns = _columns(cells)
        self._width = Width.below(cells)
        if columns not in self._headers:
            self._headers.append(columns)
        self.header = self._headers.index(columns)

    def checked(self, row: Row) -> str | None:
        """Return the run whose earlier rows this one takes the place of; None where it has none.

        Raises:
            InputError: A figure of it is none, or it says neither energy nor emissions.
        """
        if not self._headers:
            raise InputError("no header names the columns", "expected that of an emissions.csv")
        columns = self._headers[self.header]
        at = columns.get("run_id")
        self._width.refuse_other(row.cells)
        self._figures({n: row.cells[columns[n]] for n in _NAMES if n in columns})
        if at is None or "task_name" in columns or at >= len(row.cells):
            return None
        return stated(row.cells[at])

    def counting(self, before: Held, row: Held) -> Held | None:
        """Return which of two rows with one id counts; None where each is a run of its own."""
        was, now = (self._at(held) for held in (before, row))
        figures = self._figures(was), self._figures(now)
        began_together = self._began_together(was, now)
        if began_together:  # a table may be sorted in any way, and joined files may overlap
            return before if _extent(figures[0]) > _extent(figures[1]) else row
        pairs = zip(*figures, strict=True)
        if any(a is not None and b is not None and b < a * _LESS for a, b in pairs):
            return None
        is_own = _OWN_ID.fullmatch(now.get("run_id", "").strip()) is not None
        return row if is_own or began_together is None else None

    def _began_together(self, was: Mapping[str, str], now: Mapping[str, str]) -> bool | None:
        """Tell whether the runs of two rows began at one time; None where it is not known."""
        starts = [self._start_s(cells) for cells in (was, now)]
        if starts[0] is None or starts[1] is None:
            return None
        longest_s = max(self._figures(cells).duration_s or 0.0 for cells in (was, now))
        return abs(starts[1] - starts[0]) <= max(_SAME_START_S, _SAME_START_SHARE * longest_s)

    def _at(self, held: Held) -> dict[str, str]:
        columns = self._headers[held.header]
        return {name: held.cells[at] for name, at in columns.items() if at < len(held.cells)}

    def _start_s(self, cells: Mapping[str, str]) -> float | None:
        """Return when a row's run began, by a clock of its own [s]."""
        stamp, duration_s = iso_time(cells.get("timestamp", "")), self._figures(cells).duration_s
        if stamp is None or duration_s is None:
            return None
        return (datetime.fromisoformat(stamp.removesuffix("Z")) - _ANY_DAY).total_seconds() - (
            duration_s
        )

    def record(self, at_line: int, row: Sequence[str]) -> ImportedRecord:
        """Return the record of a row.

        Raises:
            InputError: A figure of it is none, or it says neither energy nor emissions.
        """
        cells = self._cells(row)
        emissions_kg, energy_kwh, duration_s = self._figures(cells)
        emissions_g = None if emissions_kg is None else emissions_kg * units.GRAMS_PER_KILOGRAM
        recorded_at = iso_time(cells.get("timestamp", ""))
        place = _place(cells)
        return ImportedRecord(
            at_line=at_line,
            project=stated(cells.get("project_name", "")),
            name=stated(cells.get("task_name", "")),
            run_id=stated(cells.get("run_id", "")),
            recorded_at=recorded_at,
            duration_s=duration_s,
            energy_kwh=energy_kwh,
            energy_at=None if energy_kwh is None else self._boundary(cells),
            emissions_g=emissions_g,
            place=place,
            hardware=_hardware(cells),
            software=_software(cells),
            reported=_reported(cells, recorded_at),
            doubts=(
                *_doubts(cells, recorded_at, energy_kwh, emissions_g),
                *power_doubts(energy_kwh, duration_s),
                *((_SHARED,) if cells.get("run_id") in self.shared_ids else ()),
                *_apart(place),
            ),
        )

    def _cells(self, row: Sequence[str]) -> dict[str, str]:
        return self._at(Held(0, self.header, row))

    def _figures(self, cells: Mapping[str, str]) -> _Figures:
        figures = _Figures(
            self._amount(cells, "emissions", LARGEST_G / units.GRAMS_PER_KILOGRAM),
            self._amount(cells, "energy_consumed", LARGEST_KWH),
            self._amount(cells, "duration", LARGEST_S),
        )
        if figures.emissions_kg is None and figures.energy_kwh is None:
            raise InputError("neither emissions nor energy are said", "expected one of them")
        return figures

    def _amount(self, cells: Mapping[str, str], name: str, at_most: float) -> float | None:
        cell = cells.get(name, "")
        return amount(name, cell, at_most=at_most, decimal_comma=self._decimal_comma)

    def _boundary(self, cells: Mapping[str, str]) -> str:
        """CodeCarbon adds up chips; a PUE above 1, if it was told one, is in the energy."""
        try:
            pue = self._amount(cells, "pue", 100.0)
        except InputError:
            pue = None
        return "facility" if pue is not None and pue > 1 else "chips"


def _extent(figures: _Figures) -> tuple[float, ...]:
    """Return what tells the later of two readings of a run: its time, then its energy."""
    extent = (figures.duration_s, figures.energy_kwh, figures.emissions_kg)
    return tuple(figure or 0.0 for figure in extent)


def _is_header(cells: Sequence[str]) -> bool:
    names = {_name(cell) for cell in cells}
    is_told = not names.isdisjoint(("emissions", "energy_consumed"))
    return is_told and len(names & _COLUMNS) > _NEEDED


def _name(cell: str) -> str:
    name = cell.strip().strip("'\"\ufeff").strip().casefold().replace(" ", "_")
    return _ALIASES.get(name, name)


def _columns(header: Sequence[str]) -> dict[str, int]:
    """Return where each column is that we know; of two with one name the first."""
    found: dict[str, int] = {}
    for at, cell in enumerate(header):
        if (name := _name(cell)) in _COLUMNS:
            found.setdefault(name, at)
    return found


def _place(cells: Mapping[str, str]) -> dict[str, object]:
    words = {
        "country": "country_name",
        "country_code": "country_iso_code",
        "province": "region",
        "longitude": "longitude",
        "latitude": "latitude",
    }
    said: dict[str, object] = {
        ours: text for ours, theirs in words.items() if (text := stated(cells.get(theirs, "")))
    }
    if cells.get("on_cloud", "").strip().casefold() in ("y", "yes", "true", "1"):
        provider, region = (stated(cells.get(n, "")) for n in ("cloud_provider", "cloud_region"))
        said |= {"cloud": "/".join(filter(None, (provider, region)))} if provider or region else {}
        found = region_of(provider, region)
        if found is not None:
            said["region"] = found
    country = said.get("country_code") or said.get("country")
    zone = zone_of(_text(country), _text(said.get("province")))
    zone = zone or zone_of(_text(said.get("country")), _text(said.get("province")))
    if zone is not None:
        said["zone"] = zone
    return said


def _apart(place: Mapping[str, object]) -> tuple[Doubt, ...]:
    zone, region = _text(place.get("zone")), _text(place.get("region"))
    if zone is None or region is None or not lie_apart(zone, region):
        return ()
    return (Doubt("place", f"{zone} and {region} lie apart: the cloud region is taken"),)


def _text(given: object) -> str | None:
    return given if isinstance(given, str) else None


def _settled(record: ImportedRecord, reading: Reading) -> ImportedRecord:
    """Leave out a place that an IP address told, unless it is wanted."""
    is_from_ip = not {"longitude", "latitude"}.isdisjoint(record.place)
    if not is_from_ip or not is_dropped(reading):
        return record
    cloud = {name: record.place[name] for name in ("cloud", "region") if name in record.place}
    return record._replace(place=cloud)


def _hardware(cells: Mapping[str, str]) -> dict[str, object]:
    found: dict[str, object] = {}
    counts = {ours: _count(cells.get(theirs, "")) for ours, theirs in _COUNTS.items()}
    if (model := stated(cells.get("gpu_model", ""))) is not None:
        parts = parted(model, counts["accelerator_count"])
        if len(parts) == 1:
            found["accelerator_count"], found["accelerator"] = parts[0]
        else:
            found["accelerator"] = ", ".join(f"{n} x {name}" for n, name in parts) or model
    found |= {ours: n for ours, n in counts.items() if n and ours not in found}
    if (cpu := stated(cells.get("cpu_model", ""))) is not None:
        found["cpu"] = cpu
    return found


_COUNTS = {"accelerator_count": "gpu_count", "cpu_threads": "cpu_count"}


def _count(cell: str) -> int:
    text = (stated(cell) or "").removesuffix(".0")
    return int(text[:7]) if text.isascii() and text.isdigit() else 0


def _software(cells: Mapping[str, str]) -> dict[str, str]:
    names = {"codecarbon": "codecarbon_version", "python": "python_version", "os": "os"}
    said = {ours: stated(cells.get(theirs, "")) for ours, theirs in names.items()}
    return {name: text for name, text in said.items() if text is not None}


def _reported(cells: Mapping[str, str], recorded_at: str | None) -> tuple[Reported, ...]:
    rate_unit = "kg/s" if stated(cells.get("codecarbon_version", "")) else "g/s"
    known = {**_UNITS, "emissions_rate": rate_unit, "pue": "ratio", "timestamp": ""}
    return tuple(
        Reported(name, text, unit)
        for name, unit in known.items()
        if (text := stated(cells.get(name, ""))) is not None
        and not (name == "timestamp" and recorded_at)
    )


def _doubts(
    cells: Mapping[str, str],
    recorded_at: str | None,
    energy_kwh: float | None,
    emissions_g: float | None,
) -> tuple[Doubt, ...]:
    found = []
    stamp = stated(cells.get("timestamp", ""))
    if stamp and recorded_at is None:
        found.append(Doubt("time", f"its time stamp is {shown(stamp)}: no date can be read"))
    if energy_kwh and emissions_g and emissions_g / energy_kwh > _DIRTIEST_G_PER_KWH:
        per_kwh = units.plain(emissions_g / energy_kwh)
        found.append(Doubt("intensity", f"{per_kwh} g/kWh: no grid is as dirty"))
    return tuple(found)
