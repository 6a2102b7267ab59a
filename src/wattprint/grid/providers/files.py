"""A file of one's own: CSV, gzipped or not, or Parquet, with a time and g/kWh on each row.

The unit stands in the column's name and kind and basis are stated, so that nothing is guessed.
"""

import csv
import gzip
import io
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from wattprint.domain.errors import InputError, nearest_names
from wattprint.domain.series import BASES, KINDS, STATES, IntensityInterval, IntensitySeries
from wattprint.grid.answers import (
    STEPS_S,
    Asked,
    Point,
    intervals_of_points,
    intervals_once,
    parsed_moment,
)
from wattprint.grid.errors import UncoveredZoneError
from wattprint.grid.providers.base import DAY_S, Access, Signal, no_forecast, within
from wattprint.grid.providers.local_time import LocalClock

NAME = "file"
_STARTS = ("start", "timestamp_utc", "timestamp", "datetime", "time", "from", "point_time")
_ENDS = ("end", "to")
_FIGURES = ("g_per_kwh", "g_co2e_per_kwh", "g_co2_per_kwh", "carbon_intensity_g_per_kwh")
_LARGEST_BYTES = 512 * 1024 * 1024


class IntensityFile(NamedTuple):
    """A file, and what it does not say of itself."""

    path: Path
    zone: str | None = None
    """Zone of its rows; None where a column `zone` says it."""
    kind: str | None = None
    """`average` or `marginal`; None where a column `kind` says it."""
    basis: str | None = None
    """`lifecycle` or `direct`; None where a column `basis` says it."""
    timezone: str | None = None
    """IANA name of the clock of times without an offset, 'Europe/Berlin' or 'UTC'."""


class Files:
    """Answers from a file.

    Args:
        file: The file.
        clock_s: Seconds since 1970. [s]
    """

    name = NAME
    resolution = ""
    longest_forecast_h = 0
    settles_after_s = 0.0

    def __init__(self, file: IntensityFile, *, clock_s: Callable[[], float] = time.time) -> None:
        self._clock_s = clock_s
        self._series = {(s.zone, s.kind, s.basis): s for s in read_series(file)}
        kinds = dict.fromkeys((s.kind, s.basis) for s in self._series.values())
        self.signals = tuple(Signal(kind, basis, None) for kind, basis in kinds)

    def place(self, zone: str) -> str:
        """Return a zone that the file has, by the name that it has there.

        Raises:
            UncoveredZoneError: It has not.
        """
        known = {zone_of_file.casefold(): zone_of_file for zone_of_file, _, _ in self._series}
        if (found := known.get(zone.strip().casefold())) is not None:
            return found
        raise UncoveredZoneError(
            f"zone {zone!r} is not in the file",
            "it has " + ", ".join(sorted(known.values())),
            nearest_names(zone, known.values()),
        )

    def now(self, zone: str, signal: Signal) -> IntensitySeries:
        """Return the interval of the current moment, if the file reaches so far."""
        now_s = self._clock_s()
        interval = self.history(zone, signal, now_s, now_s + 1).intervals[0]
        return self._of(zone, signal).within(interval.start_s, interval.end_s)

    def history(self, zone: str, signal: Signal, start_s: float, end_s: float) -> IntensitySeries:
        """Return what the file holds of a window."""
        series = self._of(zone, signal)
        intervals = within(Asked(NAME, zone), list(series), start_s, end_s)
        return IntensitySeries(zone, intervals, **series.described())

    def forecast(self, zone: str, signal: Signal, hours: int) -> IntensitySeries:  # noqa: ARG002 - refused whatever is asked
        """Refuse: a file makes no forecast."""
        raise no_forecast(NAME)

    def access(self) -> Access:
        """Return what the file holds."""
        zones = tuple(dict.fromkeys(zone for zone, _, _ in self._series))
        rows = sum(map(len, self._series.values()))
        return Access(True, f"{rows:,} rows of {', '.join(zones)}", zones)

    def _of(self, zone: str, signal: Signal) -> IntensitySeries:
        found = self._series.get((zone, signal.kind, signal.basis))
        if found is None:
            raise InputError(
                f"the file has no {signal.kind} {signal.basis} intensity of {zone}",
                "it has " + ", ".join(" ".join(key) for key in self._series),
            )
        return found


def read_series(file: IntensityFile) -> list[IntensitySeries]:
    """Return the series of a file, one for each zone, kind and basis in it.

    Raises:
        InputError: It cannot be read, or does not say what its figures are.
    """
    rows = list(_rows_of(file.path))
    if not rows:
        raise InputError(f"file {file.path} has no rows", _EXPECTED)
    columns = _columns(file, list(rows[0][1]))
    clock = LocalClock(_zone_info(file.timezone))
    groups: dict[tuple[str, str, str], list[_Read]] = {}
    for line, row in rows:
        read = _read(file, columns, clock, line, row)
        if read is not None:
            groups.setdefault(read[:3], []).append(read)
    clock.refuse_half_told_hours(str(file.path))
    if not groups:
        raise InputError(f"file {file.path} has no figures", _EXPECTED)
    return [_series(key, group) for key, group in groups.items()]


_EXPECTED = (
    f"expected columns: a start ({', '.join(_STARTS)}) and a figure whose name holds its unit "
    f"({', '.join(_FIGURES)}); an end, zone, kind, basis and state if you have them"
)


class _Read(NamedTuple):
    """A row that was read."""

    zone: str
    kind: str
    basis: str
    start_s: float
    end_s: float | None
    intensity: float
    state: str


class _Columns(NamedTuple):
    start: str
    end: str | None
    figure: str
    zone: str | None
    kind: str | None
    basis: str | None
    state: str | None


def _rows_of(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Yield line and row of a file."""
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            raise InputError(f"file {path} is larger than 512 MB", "expected a smaller one")
        if path.suffix == ".parquet":
            yield from enumerate(_parquet_rows(path), start=1)
            return
        content = path.read_bytes()
        if path.suffix == ".gz":
            with gzip.open(io.BytesIO(content)) as stream:
                content = stream.read(_LARGEST_BYTES)
        text = content.decode("utf-8-sig")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise InputError(
            f"file {path} cannot be read: {why}",
            "expected CSV in UTF-8, gzipped or not, or Parquet",
        ) from error
    reader = csv.DictReader(io.StringIO(text, newline=""), skipinitialspace=True)
    try:
        for row in reader:
            yield reader.line_num, {(k or "").strip().casefold(): v for k, v in row.items()}
    except csv.Error as error:
        raise InputError(
            f"line {reader.line_num} of {path} is no CSV: {error}", _EXPECTED
        ) from error


def _parquet_rows(path: Path) -> list[dict[str, Any]]:
    try:
        from pyarrow import ArrowInvalid, parquet  # the extra `parquet`
    except ImportError as error:
        raise InputError(
            f"file {path} is Parquet, and pyarrow is not installed",
            "install it with `pip install 'wattprint[parquet]'`, or give a CSV file",
        ) from error
    try:
        rows: list[dict[str, Any]] = parquet.read_table(path).to_pylist()
    except ArrowInvalid as error:
        raise InputError(f"file {path} is no Parquet: {error}", _EXPECTED) from error
    return [{name.strip().casefold(): value for name, value in row.items()} for row in rows]


def _columns(file: IntensityFile, names: Sequence[str]) -> _Columns:
    def first(wanted: Sequence[str]) -> str | None:
        return next((name for name in wanted if name in names), None)

    start, figure = first(_STARTS), first(_FIGURES)
    if start is None or figure is None:
        lacks = "start" if start is None else "figure in g/kWh"
        has = ", ".join(filter(None, names)) or "none"
        raise InputError(f"file {file.path} has no column of a {lacks}; it has {has}", _EXPECTED)
    stated = {name: first((name,)) for name in ("zone", "kind", "basis", "state")}
    for name in ("zone", "kind", "basis"):
        if getattr(file, name) is None and stated[name] is None:
            raise InputError(
                f"file {file.path} does not say its {name}",
                f"expected a column {name!r}, or {name} beside its path",
            )
    return _Columns(start, first(_ENDS), figure, **stated)


def _read(
    file: IntensityFile, columns: _Columns, clock: LocalClock, line: int, row: Mapping[str, Any]
) -> _Read | None:
    """Return a row; None where its figure is empty."""

    def refuse(name: str, given: object, allowed: str) -> InputError:
        return InputError(f"line {line} of {file.path}: {name} is {given!r}", f"expected {allowed}")

    def word(name: str, known: Sequence[str], stated: str | None) -> str:
        column = getattr(columns, name)
        given = str(row.get(column) or "").strip() if column else ""
        chosen = given or stated or ""
        if chosen not in known:
            raise refuse(name, chosen, " or ".join(known))
        return chosen

    def moment_s(column: str) -> float:
        given = row.get(column)
        found = _moment_s(given, clock, is_utc=column.endswith("_utc"))
        if found is None:
            raise refuse(
                column,
                given,
                "a time with its offset, '2026-01-31T18:00Z', or a timezone beside it",
            )
        return found

    figure = row.get(columns.figure)
    if figure is None or str(figure).strip() == "":
        return None
    try:
        intensity = Asked(NAME, file.zone or "").intensity(float(figure))
    except (ValueError, TypeError):
        intensity = None
    if intensity is None:
        raise refuse(columns.figure, figure, "0 to 10,000 g/kWh")
    zone = str(row.get(columns.zone or "") or file.zone or "").strip()
    if not zone:
        raise refuse("zone", zone, "a zone")
    if file.zone is not None and zone != file.zone:
        return None
    return _Read(
        zone,
        word("kind", KINDS, file.kind),
        word("basis", BASES, file.basis),
        moment_s(columns.start),
        moment_s(columns.end) if columns.end else None,
        intensity,
        word("state", STATES, "actual"),
    )


def _moment_s(given: object, clock: LocalClock, *, is_utc: bool) -> float | None:
    """Return a time as seconds since 1970; None for one that does not say its clock."""
    if isinstance(given, datetime):
        given = given.isoformat()
    if not isinstance(given, str):
        return None
    text = given.strip().replace(" ", "T", 1)
    if (told := parsed_moment(text)) is not None:
        return told
    if is_utc:
        return parsed_moment(text + "Z")
    return clock.moment_s(text)


def _zone_info(name: str | None) -> ZoneInfo | None:
    try:
        return None if name is None else ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InputError(
            f"timezone {name!r} is unknown", "expected a name such as 'Europe/Berlin' or 'UTC'"
        ) from error


def _series(key: tuple[str, str, str], group: Sequence[_Read]) -> IntensitySeries:
    zone, kind, basis = key
    asked = Asked(NAME, zone)
    ended = [
        IntensityInterval(r.start_s, r.end_s, r.intensity, r.state)
        for r in group
        if r.end_s is not None
    ]
    if len(ended) == len(group):
        intervals = intervals_once(asked, ended)
    else:
        points = [Point(r.start_s, r.intensity, r.state) for r in group]
        intervals = intervals_of_points(asked, points, _smallest_step_s(zone, points))
    return IntensitySeries(zone, intervals, kind=kind, basis=basis, provider=NAME)


def _smallest_step_s(zone: str, points: Sequence[Point]) -> float:
    """Return the step of rows without an end: the least distance between two."""
    starts = sorted({point.start_s for point in points})
    if len(starts) == 1:
        raise InputError(f"the one row of zone {zone} has no end", "expected a column 'end'")
    distances = [after - before for before, after in pairwise(starts)]
    step_s = min(distances)
    if step_s not in (*STEPS_S, DAY_S):
        raise InputError(
            f"rows of zone {zone} without an end are {step_s / 60:g} min apart",
            "expected 5, 15, 30 or 60 min or a day, or a column 'end'",
        )
    return step_s
