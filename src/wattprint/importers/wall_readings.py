"""Readings of a wall meter beside those of the chips, from a CSV file as people write it.

Columns are found by name and unit: `duration_s`, `Chip energy [Wh]` and `wall_energy_kwh` are
understood alike. Every row that cannot be read is named with its line, all at once.
"""

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timezone
from math import isfinite
from typing import NamedTuple, TextIO

from wattprint.domain import units
from wattprint.domain.errors import InputError, WattprintError, nearest_names
from wattprint.domain.node_profile import Machine, chip_meters
from wattprint.domain.run import RunRecord
from wattprint.estimator.wall_readings import WallReading

TEMPLATE = """\
duration_s,chip_energy_j,wall_energy_kwh
600,26400,0.016
600,58200,0.026
600,95100,0.038
600,121800,0.046
600,98700,0.039
600,27000,0.016
"""
"""What `--example` prints: a machine at rest, at part load and at full load, and back."""

_JOULES = {"j": 1.0, "kj": 1e3, "wh": 3600.0, "kwh": units.JOULES_PER_KWH}
_SECONDS = {"s": 1.0, "min": 60.0, "h": units.SECONDS_PER_HOUR}
_WATTS = {"w": 1.0, "kw": units.WATTS_PER_KILOWATT}


class _Quantity(NamedTuple):
    """A column that is looked for: its spellings without unit, and its units."""

    spellings: tuple[str, ...]
    units: Mapping[str, float]


_QUANTITIES = {
    "duration": _Quantity(("duration", "elapsed", "runtime", "seconds"), _SECONDS),
    "chip_energy": _Quantity(
        ("chip_energy", "chips_energy", "chips", "software_energy", "device_energy"), _JOULES
    ),
    "chip_power": _Quantity(("chip_power", "chips_power", "software_power"), _WATTS),
    "wall_energy": _Quantity(("wall_energy", "wall", "plug_energy", "meter_energy"), _JOULES),
    "wall_power": _Quantity(("wall_power", "plug_power", "meter_power"), _WATTS),
    "meter_start": _Quantity(("meter_start", "start_meter", "meter_before"), _JOULES),
    "meter_end": _Quantity(("meter_end", "end_meter", "meter_after"), _JOULES),
}
_TEXTS = {
    "start": ("start", "started_at", "start_time"),
    "end": ("end", "ended_at", "end_time"),
    "run": ("run",),
}
_LONGEST_LIST = 8
"""Rows that a refusal names; the rest is counted."""
_SAME_SPAN = 0.02
"""Difference between the time of a run and that of its row within which they are one. [ratio]"""
_LONGEST_FIELD = 60
_COMMENT = "#"


class Readings(NamedTuple):
    """What a file of readings says."""

    readings: tuple[WallReading, ...]
    machine: Machine | None
    """The machine of its runs; None where a row names no run."""
    chip_meters: tuple[str, ...]
    """What read the chips of its runs."""


class _Column(NamedTuple):
    place: int
    header: str
    scale: float


def read_wall_readings(
    stream: TextIO, find_run: Callable[[str], RunRecord] | None = None
) -> Readings:
    """Read a file of readings.

    Args:
        stream: The file, opened with newline="".
        find_run: Returns the run of an id; needed where rows name runs.

    Raises:
        InputError: A column is missing or doubtful, or rows cannot be read: each is named.
    """
    text = stream.read().removeprefix("\ufeff")
    lines = map(str.strip, text.splitlines())
    first = next((line for line in lines if line and not line.startswith(_COMMENT)), "")
    delimiter = max(",;\t", key=first.count)
    rows = _Rows(text, delimiter)
    columns = _columns(rows.header)
    reader = _RowReader(columns, find_run, decimal_comma=delimiter == ";")
    faults: list[str] = []
    readings: list[WallReading] = []
    for line, cells in rows:
        try:
            readings.append(reader.reading(cells, f"line {line}"))
        except WattprintError as error:
            faults.append(f"line {line}: {_one_clause(error)}")
    if faults:
        raise _refusal(faults)
    return Readings(tuple(readings), reader.machine(len(readings)), tuple(sorted(reader.meters)))


class _Rows:
    """The rows of a CSV text with their lines; blank ones and comments are passed over."""

    def __init__(self, text: str, delimiter: str) -> None:
        self._reader = csv.reader(text.splitlines(), delimiter=delimiter)
        self.header = next((cells for _, cells in self), [])
        if not self.header:
            raise InputError(
                "the file of readings is empty",
                "expected a header and rows: `wattprint calibrate --example` prints some",
            )

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        try:
            for cells in self._reader:
                stripped = [cell.strip() for cell in cells]
                if any(stripped) and not stripped[0].startswith(_COMMENT):
                    yield self._reader.line_num, stripped
        except csv.Error as error:
            raise InputError(
                f"line {self._reader.line_num} is no CSV: {error}",
                "expected cells between ',', ';' or tabs",
            ) from error


def _columns(header: Sequence[str]) -> dict[str, _Column]:
    """Find the columns by name.

    Raises:
        InputError: Two of one quantity, one without a unit, or too few for a reading.
    """
    found: dict[str, _Column] = {}
    for index, cell in enumerate(header):
        name, column = _recognised(index, cell)
        if not name:
            continue
        if name in found:
            raise InputError(
                f"columns {found[name].header!r} and {cell!r} both say {name.replace('_', ' ')}",
                "expected one of them",
            )
        found[name] = column
    for needed, example in _missing(found):
        raise InputError(
            f"no column says the {needed}",
            f"expected {example}; `wattprint calibrate --example` prints a file",
            nearest_names(example.split()[0], [cell for cell in header if cell], count=1),
        )
    return found


def _recognised(index: int, header: str) -> tuple[str, _Column]:
    """Return which quantity a column is, by its header; an empty name where it is another."""
    words = re.sub(r"[^a-z0-9]+", "_", header.casefold()).strip("_")
    for name, spellings in _TEXTS.items():
        if words in spellings:
            return name, _Column(index, header, 1.0)
    stem, _, unit = words.rpartition("_")
    for name, quantity in _QUANTITIES.items():
        if stem in quantity.spellings and unit in quantity.units:
            return name, _Column(index, header, quantity.units[unit])
        if words == "seconds" and words in quantity.spellings:
            return name, _Column(index, header, 1.0)
        if words in quantity.spellings:
            raise InputError(
                f"column {header!r} has no unit",
                f"expected one in its name, such as '{words}_{next(iter(quantity.units))}'",
            )
    return "", _Column(index, header, 1.0)


def _missing(found: Mapping[str, _Column]) -> Iterator[tuple[str, str]]:
    """Yield what no column says, and an example of one that would."""
    has = found.keys().__contains__
    if not (has("duration") or has("run") or (has("start") and has("end"))):
        yield "time that a reading lasts", "duration_s (or start and end, or run)"
    if not (has("chip_energy") or has("chip_power") or has("run")):
        yield "energy of the chips", "chip_energy_j (or _wh, _kwh, chip_power_w, or run)"
    if not (has("wall_energy") or has("wall_power") or (has("meter_start") and has("meter_end"))):
        yield (
            "energy at the wall",
            "wall_energy_j (or _wh, _kwh, wall_power_w, or meter_start_kwh and meter_end_kwh)",
        )


class _RowReader:
    """Turns cells into readings, and remembers which machine their runs were on."""

    def __init__(
        self,
        columns: Mapping[str, _Column],
        find_run: Callable[[str], RunRecord] | None,
        *,
        decimal_comma: bool,
    ) -> None:
        self._columns = columns
        self._find_run = find_run
        self._decimal_comma = decimal_comma
        self._machines: dict[Machine, int] = {}
        self.meters: set[str] = set()

    def machine(self, readings: int) -> Machine | None:
        """Return the machine of the runs, if every reading is of one.

        Raises:
            InputError: The runs are of several machines.
        """
        if len(self._machines) > 1:
            raise InputError(
                "the runs are of several machines: " + "; ".join(map(str, self._machines)),
                "expected those of one",
            )
        for machine, count in self._machines.items():
            return machine if count == readings else None
        return None

    def reading(self, cells: Sequence[str], label: str) -> WallReading:
        """Return the reading of a row.

        Raises:
            InputError: A cell of it is no number, no time or no run.
        """
        run = self._run(cells)
        duration_s = self._duration_s(cells, run)
        chip_j = self._amount(cells, "chip_energy", "chip_power", duration_s)
        if chip_j is None:
            chip_j = self._chips_of(run)
        wall_j = self._amount(cells, "wall_energy", "wall_power", duration_s)
        if wall_j is None:
            wall_j = self._between_displays_j(cells)
        if wall_j == 0:
            raise InputError("the wall meter did not move", "expected a longer reading")
        return WallReading(duration_s, chip_j, wall_j, label)

    def _cell(self, cells: Sequence[str], name: str) -> str:
        column = self._columns.get(name)
        return "" if column is None or column.place >= len(cells) else cells[column.place]

    def _number(self, cells: Sequence[str], name: str) -> float | None:
        """Return a cell in J, W or s; None where there is nothing in it."""
        cell = self._cell(cells, name)
        if not cell:
            return None
        column = self._columns[name]
        try:
            amount = float(cell.replace(",", ".") if self._decimal_comma else cell)
        except ValueError:
            amount = float("nan")
        if not isfinite(amount) or amount < 0:
            raise InputError(
                f"{column.header} is {cell[:_LONGEST_FIELD]!r}", "expected a number, 0 or more"
            )
        return amount * column.scale

    def _amount(
        self, cells: Sequence[str], energy: str, power: str, duration_s: float
    ) -> float | None:
        """Return an energy that is given, or is a power over the reading's time [J]."""
        energy_j, power_w = self._number(cells, energy), self._number(cells, power)
        if energy_j is None and power_w is not None:
            return power_w * duration_s
        return energy_j

    def _run(self, cells: Sequence[str]) -> RunRecord | None:
        run_id = self._cell(cells, "run")
        if not run_id:
            return None
        if self._find_run is None:
            raise InputError(f"run is {run_id!r}", "expected a ledger to find it in")
        return self._find_run(run_id)

    def _duration_s(self, cells: Sequence[str], run: RunRecord | None) -> float:
        given_s = self._number(cells, "duration")
        if given_s is None and self._cell(cells, "start") and self._cell(cells, "end"):
            given_s = self._moment_s(cells, "end") - self._moment_s(cells, "start")
        if given_s is None and run is not None:
            given_s = run.duration_s
        if given_s is None or given_s <= 0:
            said = "missing" if given_s is None else f"{given_s:g} s"
            raise InputError(f"its time is {said}", "expected more than 0 s")
        if run is not None and abs(given_s - run.duration_s) > _SAME_SPAN * run.duration_s:
            raise InputError(
                f"it lasts {given_s:g} s and its run {run.run_id} {run.duration_s:g} s",
                "expected the meter to be read at the run's start and end",
            )
        return given_s

    def _moment_s(self, cells: Sequence[str], name: str) -> float:
        """Return a time stamp as seconds since 1970; UTC is meant unless it says otherwise."""
        cell = self._cell(cells, name)
        try:
            moment = datetime.fromisoformat(re.sub(r"[Zz]$", "+00:00", cell))
            aware = moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
            return aware.timestamp()
        except (ValueError, OverflowError):
            raise InputError(
                f"{name} is {cell[:_LONGEST_FIELD]!r}", "expected a time such as 2026-01-31T18:00"
            ) from None

    def _between_displays_j(self, cells: Sequence[str]) -> float:
        start_j, end_j = self._number(cells, "meter_start"), self._number(cells, "meter_end")
        if start_j is None or end_j is None:
            raise InputError("its energy at the wall is missing", "expected a number")
        if end_j < start_j:
            raise InputError(
                f"the meter went back from {self._cell(cells, 'meter_start')} to "
                f"{self._cell(cells, 'meter_end')}",
                "expected the later display to be the higher",
            )
        # Displays count in whole steps: what the difference of two floats adds is no energy.
        return units.round_significant(end_j - start_j, 9)

    def _chips_of(self, run: RunRecord | None) -> float:
        """Return the energy of a run's devices [J]."""
        if run is None:
            raise InputError("the energy of its chips is missing", "expected a number, or a run")
        read = dict(zip(run.devices, run.device_energy_j(), strict=True))
        unread = [device.name for device, energy_j in read.items() if energy_j is None]
        if unread or not read:
            raise InputError(
                f"run {run.run_id} has no reading of {', '.join(unread) or 'any device'}",
                "expected one whose devices could all be read",
            )
        machine = Machine.seen(run.host, run.devices)
        self._machines[machine] = self._machines.get(machine, 0) + 1
        self.meters.update(chip_meters(run.devices))
        return sum(energy_j or 0.0 for energy_j in read.values())


def _one_clause(error: WattprintError) -> str:
    return f"{error.given}, {error.allowed}" if isinstance(error, InputError) else str(error)


def _refusal(faults: Sequence[str]) -> InputError:
    more = len(faults) - _LONGEST_LIST
    shown = [*faults[:_LONGEST_LIST], *([f"and {more} more"] if more > 0 else [])]
    rows = "1 row cannot" if len(faults) == 1 else f"{len(faults)} rows cannot"
    return InputError(
        f"{rows} be read: " + " | ".join(shown),
        "expected numbers and times as `wattprint calibrate --example` prints them",
    )
