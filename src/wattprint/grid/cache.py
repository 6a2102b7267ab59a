"""What services said, kept in SQLite: usable by many processes at once, and without a network.

Figures of the past are kept with the time at which they were fetched; the newest is read, and what
it revised is kept in a table of its own. Forecasts are kept by the time at which they were issued
and are never overwritten. A file that cannot be read is set aside and a new one is begun: it held
nothing that cannot be fetched again.
"""

from collections.abc import Iterable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from wattprint.domain.series import IntensityInterval, IntensitySeries
from wattprint.grid.cache_file import BUSY_S, CacheFile, nothing, spared
from wattprint.grid.caller import next_turn_s
from wattprint.grid.providers.base import Signal

_FIND = (
    "SELECT series_id FROM series WHERE provider = ? AND zone = ? AND kind = ? AND basis = ?"
    " AND scope = ? AND resolution = ?"
)
# The two empty columns are an interval's bounds, which no service states.
_READ_PAST = (
    "SELECT start_s, end_s, g_per_kwh, state, NULL, NULL FROM past"
    " WHERE series_id = ? AND start_s >= ? AND start_s < ? AND end_s > ?"
)
_READ_AGES = _READ_PAST.replace("NULL, NULL", "fetched_at_s")
_READ_OLDEST = "SELECT min(fetched_at_s) FROM" + _READ_PAST.partition("FROM")[2]
_LONGEST_STEP_S = 86_400.0
"""No provider gives figures of longer steps: how far before a window its first may begin. [s]"""


_Row = tuple[int, float, float, float, str, float]
"""Series, start, end, figure, state and time of fetching, as the tables hold them."""
_Age = tuple[float, float, float, str, float]
"""The same without the series."""


class SeriesKey(NamedTuple):
    """What tells one series from another: two of different signals never meet."""

    provider: str
    zone: str
    signal: Signal
    resolution: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """Its columns in the table of series."""
        signal = self.signal
        scope = signal.scope or ""
        return self.provider, self.zone, signal.kind, signal.basis, scope, self.resolution


class Window(NamedTuple):
    """A time that a service was asked about, and when."""

    start_s: float
    end_s: float
    fetched_at_s: float
    notes: tuple[str, ...] = ()
    """What the answer said beside its figures."""


class Cache:
    """The cache of one home. Also keeps the turns of all processes that ask a service.

    Once open it does not raise: where its file fails, it has nothing and keeps nothing.

    Args:
        folder: Where its file lies; made if it is not there.
        busy_s: How long to wait for another process's writing. [s]

    Raises:
        HomeError: It cannot be made or written.
    """

    def __init__(self, folder: Path, *, busy_s: float = BUSY_S) -> None:
        self.file = CacheFile(folder, busy_s=busy_s)
        self._database = self.file.database
        self._writing = self.file.writing

    @property
    def trouble(self) -> str | None:
        """Why something could not be read or kept; None while all is well."""
        return self.file.trouble

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def __enter__(self) -> "Cache":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @spared(nothing)
    def keep_past(self, key: SeriesKey, series: IntensitySeries) -> None:
        """Keep figures of the past; one equal to the newest that is kept is not kept again."""
        fetched_at_s = series.fetched_at_s or 0.0
        with self._writing():
            series_id = self._made_id(key)
            bounds = _bounds(series_id, series.start_s, series.end_s)
            known = {row[0]: row for row in self._database.execute(_READ_AGES, bounds)}
            rows: Iterable[_Row] = ((series_id, *i[:4], fetched_at_s) for i in series)
            old: list[_Row] = []
            if known:
                rows, old = _sorted_out(rows, known)
            self._insert("past", rows)
            self._insert("revised", old)

    @spared(nothing)
    def keep_window(self, key: SeriesKey, window: Window) -> None:
        """Keep that a window was asked about, with an answer or without."""
        with self._writing():
            row = (self._made_id(key), *window[:3], "\n".join(window.notes))
            self._database.execute("INSERT OR REPLACE INTO asked VALUES (?, ?, ?, ?, ?)", row)

    @spared(nothing)
    def keep_forecast(self, key: SeriesKey, series: IntensitySeries) -> None:
        """Keep a forecast under the time at which it was issued, beside all earlier ones."""
        with self._writing():
            series_id = self._made_id(key)
            issue = (series_id, series.issued_at_s)
            header = (*issue, series.fetched_at_s or 0.0, "\n".join(series.notes))
            self._database.execute("INSERT OR IGNORE INTO issue VALUES (?, ?, ?, ?)", header)
            self._database.executemany(
                "INSERT OR IGNORE INTO forecast VALUES (?, ?, ?, ?, ?)",
                ((*issue, i.start_s, i.end_s, i[2]) for i in series),
            )

    @spared(nothing)
    def past(self, key: SeriesKey, start_s: float, end_s: float) -> IntensitySeries | None:
        """Return what is kept of a window, the newest figure of each interval; None for nothing."""
        series_id = self._id(key)
        if series_id is None:
            return None
        bounds = _bounds(series_id, start_s, end_s)
        intervals = list(map(IntensityInterval._make, self._database.execute(_READ_PAST, bounds)))
        if not intervals:
            return None
        if any(after[0] < before[1] for before, after in pairwise(intervals)):
            intervals = _without_overlap(self._database.execute(_READ_AGES, bounds))
        (oldest_s,) = self._database.execute(_READ_OLDEST, bounds).fetchone()
        return self._series(key, intervals, fetched_at_s=oldest_s)

    @spared(list)
    def windows(self, key: SeriesKey, start_s: float, end_s: float) -> list[Window]:
        """Return when which parts of a window were asked about."""
        series_id = self._id(key)
        found = self._database.execute(
            "SELECT start_s, end_s, fetched_at_s, notes FROM asked"
            " WHERE series_id = ? AND start_s < ? AND end_s > ?",
            (series_id, end_s, start_s),
        )
        return [Window(row[0], row[1], row[2], _notes(row[3])) for row in found]

    @spared(nothing)
    def forecast(self, key: SeriesKey, *, issued_by_s: float = 1e18) -> IntensitySeries | None:
        """Return the newest forecast, or the newest one issued by a time; None if there is none."""
        series_id = self._id(key)
        newest = self._database.execute(
            "SELECT issued_at_s, fetched_at_s, notes FROM issue"
            " WHERE series_id = ? AND issued_at_s <= ? ORDER BY issued_at_s DESC LIMIT 1",
            (series_id, issued_by_s),
        ).fetchone()
        if newest is None:
            return None
        issued_at_s, fetched_at_s, notes = newest
        rows = self._database.execute(
            "SELECT start_s, end_s, g_per_kwh FROM forecast"
            " WHERE series_id = ? AND issued_at_s = ?",
            (series_id, issued_at_s),
        )
        intervals = [
            IntensityInterval(start_s, end_s, grams, "forecast") for start_s, end_s, grams in rows
        ]
        times = {"issued_at_s": issued_at_s, "fetched_at_s": fetched_at_s}
        return self._series(key, intervals, notes=_notes(notes), **times)

    @spared(list)
    def issue_times_s(self, key: SeriesKey) -> list[float]:
        """Return when the forecasts that are kept were issued [s since 1970, UTC]."""
        found = self._database.execute(
            "SELECT issued_at_s FROM issue WHERE series_id = ? ORDER BY issued_at_s",
            (self._id(key),),
        )
        return [row[0] for row in found]

    @spared(float)
    def wait_s(self, service: str, now_s: float, spacing_s: float, patience_s: float) -> float:
        """Return how long to wait for the next turn, which is taken if that is within patience."""
        with self._writing():
            found = self._database.execute(
                "SELECT next_s FROM turn WHERE service = ?", (service,)
            ).fetchone()
            free_s = found[0] if found else now_s
            turn_s = next_turn_s(free_s, now_s, spacing_s, patience_s)
            if turn_s - now_s <= patience_s:
                self._database.execute(
                    "INSERT INTO turn (service, next_s) VALUES (?, ?)"
                    " ON CONFLICT (service) DO UPDATE SET next_s = excluded.next_s",
                    (service, turn_s + spacing_s),
                )
        return turn_s - now_s

    @spared(float)
    def blocked_until_s(self, service: str) -> float:
        """Return the time before which a service asked not to be asked [s since 1970]."""
        found = self._database.execute(
            "SELECT blocked_s FROM turn WHERE service = ?", (service,)
        ).fetchone()
        return float(found[0]) if found else 0.0

    @spared(nothing)
    def block(self, service: str, until_s: float) -> None:
        """Keep, for all processes, that a service asked not to be asked [s since 1970]."""
        with self._writing():
            self._database.execute(
                "INSERT INTO turn (service, blocked_s) VALUES (?, ?)"
                " ON CONFLICT (service) DO UPDATE SET blocked_s = excluded.blocked_s",
                (service, until_s),
            )

    def _id(self, key: SeriesKey) -> int | None:
        found = self._database.execute(_FIND, key.columns).fetchone()
        return None if found is None else int(found[0])

    def _made_id(self, key: SeriesKey) -> int:
        self._database.execute(
            "INSERT OR IGNORE INTO series (provider, zone, kind, basis, scope, resolution)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            key.columns,
        )
        return int(self._database.execute(_FIND, key.columns).fetchone()[0])

    def _insert(self, table: str, rows: Iterable[_Row]) -> None:
        self._database.executemany(
            f"INSERT OR REPLACE INTO {table} VALUES (?, ?, ?, ?, ?, ?)", rows
        )

    def _series(
        self, key: SeriesKey, intervals: Iterable[IntensityInterval], **known: Any
    ) -> IntensitySeries:
        described = {**key.signal._asdict(), "provider": key.provider, **known}
        return IntensitySeries(key.zone, intervals, **described)


def _notes(text: str) -> tuple[str, ...]:
    return tuple(text.split("\n")) if text else ()


def _bounds(series_id: int, start_s: float, end_s: float) -> tuple[int, float, float, float]:
    """Return what a window's query is bound to."""
    return series_id, start_s - _LONGEST_STEP_S, end_s, start_s


def _sorted_out(rows: Iterable[_Row], known: Mapping[float, _Age]) -> tuple[list[_Row], list[_Row]]:
    """Return the rows to be read from now on, and those that are or were revised."""
    fresh: list[_Row] = []
    revised: list[_Row] = []
    for row in rows:
        series_id, start_s, *figures, fetched_at_s = row
        before = known.get(start_s)
        if before is None:
            fresh.append(row)
        elif before[1:4] == tuple(figures):
            continue
        elif before[4] <= fetched_at_s:
            fresh.append(row)
            revised.append((series_id, *before))
        else:
            revised.append(row)
    return fresh, revised


def _without_overlap(rows: Iterable[_Age]) -> list[IntensityInterval]:
    """Return rows as intervals; where a service changed its step, the one fetched later stays."""
    kept: list[_Age] = []
    for row in rows:
        while kept and kept[-1][1] > row[0] and kept[-1][4] < row[4]:
            kept.pop()
        if not kept or kept[-1][1] <= row[0]:
            kept.append(row)
    return [IntensityInterval(*row[:4]) for row in kept]
