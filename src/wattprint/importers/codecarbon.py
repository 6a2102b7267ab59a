"""CodeCarbon's emissions.csv, of every release.

Emissions are in kg since the first release; `emissions_rate` is in g/s before 2.2.0, which also
brought the column `codecarbon_version`, and in kg/s since. Rows of one `run_id` are cumulative: the
last one counts. In files of tasks (`task_name`) each row is a task of its own, and they add up.

A row with coordinates is one whose place was found from the machine's IP address: CodeCarbon writes
them in no other case. Its country and region come from the same answer.
"""

from collections.abc import Mapping, Sequence
from typing import TextIO

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
from wattprint.importers.csv_rows import CsvRows, Row
from wattprint.importers.last_rows import LastRows
from wattprint.importers.places import lie_apart, region_of, zone_of
from wattprint.importers.reading import Reading, Rows, is_dropped

_ALIASES = {
    "country": "country_name",
    "experiment_name": "project_name",
    "energy": "energy_consumed",
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
    first = next((line for line in head.splitlines() if line.strip()), "")
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
    table = _Table(reading, decimal_comma=rows.decimal_comma)
    last = LastRows()
    try:
        for row in rows:
            if _is_header(row.cells):  # files are also joined end to end
                table.columns = _columns(row.cells)
                continue
            found = _read(table, row)
            if not isinstance(found, ImportedRecord) or not table.is_cumulative(found):
                if found is not None:
                    yield found
                continue
            before = last.put(found.run_id or "", found)
            reading.superseded += 1
            if before is not None and (before.duration_s or 0) > (found.duration_s or 0):
                doubt = Doubt("order", f"line {before.at_line} of the same run lasts longer")
                last.put(found.run_id or "", found._replace(doubts=(*found.doubts, doubt)))
        reading.superseded -= last.distinct
        yield from (_settled(record, reading) for record in last.all())
    finally:
        last.close()


def _read(table: "_Table", row: Row) -> ImportedRecord | RejectedRow | None:
    if row.fault:
        return RejectedRow(row.at_line, row.fault)
    if not any(row.cells):
        return None
    try:
        record = table.record(row)
    except InputError as error:
        return RejectedRow(row.at_line, one_clause(error))
    return record if table.is_cumulative(record) else _settled(record, table.reading)


class _Table:
    """Turns rows into records by the names of their columns."""

    def __init__(self, reading: Reading, *, decimal_comma: bool) -> None:
        self.reading = reading
        self.columns: dict[str, int] = {}
        self._decimal_comma = decimal_comma

    @property
    def has_tasks(self) -> bool:
        return "task_name" in self.columns

    def is_cumulative(self, record: ImportedRecord) -> bool:
        """Tell whether a later row of its run takes its place."""
        return record.run_id is not None and not self.has_tasks

    def record(self, row: Row) -> ImportedRecord:
        """Return the record of a row.

        Raises:
            InputError: A figure of it is none, or it says neither energy nor emissions.
        """
        self._refuse_short(row)
        cells = {name: row.cells[at] for name, at in self.columns.items() if at < len(row.cells)}
        emissions_kg = self._amount(cells, "emissions", LARGEST_G / units.GRAMS_PER_KILOGRAM)
        energy_kwh = self._amount(cells, "energy_consumed", LARGEST_KWH)
        if emissions_kg is None and energy_kwh is None:
            raise InputError("neither emissions nor energy are said", "expected one of them")
        duration_s = self._amount(cells, "duration", LARGEST_S)
        emissions_g = None if emissions_kg is None else emissions_kg * units.GRAMS_PER_KILOGRAM
        recorded_at = iso_time(cells.get("timestamp", ""))
        place = _place(cells)
        return ImportedRecord(
            at_line=row.at_line,
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
            reported=_reported(cells),
            doubts=(*_doubts(cells, recorded_at, energy_kwh, emissions_g), *_apart(place)),
        )

    def _refuse_short(self, row: Row) -> None:
        last = max(self.columns.get(name, 0) for name in ("emissions", "energy_consumed"))
        if len(row.cells) <= last:
            raise InputError(
                f"the row has {len(row.cells)} cells", f"expected {len(self.columns)} or more"
            )

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


def _is_header(cells: Sequence[str]) -> bool:
    names = {_name(cell) for cell in cells}
    figures = {"emissions", "energy_consumed"} & names
    return bool(figures) and len(names & _COLUMNS) >= _NEEDED + 1


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
    if (model := stated(cells.get("gpu_model", ""))) is not None:
        count, _, rest = model.partition(" x ")
        has_count = count.strip().isdigit()
        found["accelerator"] = rest.strip() if has_count else model
        if has_count:
            found["accelerator_count"] = int(count[:6])
    whole = {"accelerator_count": "gpu_count", "cpu_threads": "cpu_count"}
    for ours, theirs in whole.items():
        text = (stated(cells.get(theirs, "")) or "").removesuffix(".0")
        if text.isascii() and text.isdigit() and int(text[:7]) > 0:
            found.setdefault(ours, int(text[:7]))
    if (cpu := stated(cells.get("cpu_model", ""))) is not None:
        found["cpu"] = cpu
    return found


def _software(cells: Mapping[str, str]) -> dict[str, str]:
    names = {"codecarbon": "codecarbon_version", "python": "python_version", "os": "os"}
    said = {ours: stated(cells.get(theirs, "")) for ours, theirs in names.items()}
    return {name: text for name, text in said.items() if text is not None}


def _reported(cells: Mapping[str, str]) -> tuple[Reported, ...]:
    rate_unit = "kg/s" if stated(cells.get("codecarbon_version", "")) else "g/s"
    known = {**_UNITS, "emissions_rate": rate_unit, "pue": "ratio", "timestamp": ""}
    return tuple(
        Reported(name, text, unit)
        for name, unit in known.items()
        if (text := stated(cells.get(name, ""))) is not None
        and not (name == "timestamp" and iso_time(text))
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
