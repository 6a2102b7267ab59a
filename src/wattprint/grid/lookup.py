"""The intensity of a place: from the cache where it is fresh, else from a service, and kept.

With the network gone, what is kept is used and said to be kept.
"""

from collections.abc import Callable
from typing import NamedTuple

from wattprint.domain.errors import InputError
from wattprint.domain.series import IntensitySeries
from wattprint.grid.answers import rfc3339
from wattprint.grid.cache import Cache, SeriesKey, Window
from wattprint.grid.errors import (
    NoIntensityError,
    NotInPlanError,
    QuotaError,
    ServiceError,
    UnreachableError,
)
from wattprint.grid.providers.base import HOUR_S, Provider, Signal, signal_of

FRESH_S = 900.0
"""How long what was fetched is taken for new: services renew it every 5 to 60 min. [s]"""


_PASSING = (UnreachableError, QuotaError)
"""Failures after which what is kept is used; a refused key is not one: somebody must mend it."""


class Wanted(NamedTuple):
    """What intensity is wanted of whom."""

    provider: Provider
    zone: str
    """By the provider's name."""
    signal: Signal

    @property
    def key(self) -> SeriesKey:
        """Where it is kept."""
        resolution = self.provider.resolution
        return SeriesKey(self.provider.name, self.zone, self.signal, resolution)


def wanted(
    provider: Provider, zone: str, *, kind: str | None = None, basis: str | None = None
) -> Wanted:
    """Return what is wanted, with the zone by the provider's name and its first fitting signal.

    Raises:
        InputError: The provider has no such zone, or gives nothing of that kind and basis.
    """
    signal = signal_of(provider.name, provider.signals, kind=kind, basis=basis)
    return Wanted(provider, provider.place(zone), signal)


class Lookup:
    """Looks up intensity.

    Args:
        cache: Where figures are kept; None keeps none.
        clock_s: Seconds since 1970. [s]
        uncached: Names of providers whose figures are not kept: files, and what is computed here.
    """

    def __init__(
        self,
        cache: Cache | None,
        *,
        clock_s: Callable[[], float],
        uncached: frozenset[str] = frozenset({"file", "typical"}),
    ) -> None:
        self._cache = cache
        self._clock_s = clock_s
        self._uncached = uncached

    def now(self, asked: Wanted) -> IntensitySeries:
        """Return the newest intensity: one interval.

        Raises:
            ServiceError: There is none, and none is kept of this hour.
        """
        cache, now_s = self._cache_for(asked), self._clock_s()
        kept = None if cache is None else cache.past(asked.key, now_s, now_s + 1)
        if kept is not None and self._is_new(kept):
            return kept
        try:
            series = asked.provider.now(asked.zone, asked.signal)
        except _PASSING as error:
            if kept is None:
                raise
            return _said_to_be_kept(kept, error)
        # A forecast of the current slot is no figure of the past, and is not kept as one.
        if cache is not None and all(i.state != "forecast" for i in series):
            cache.keep_past(asked.key, series)
        return _with_age(series, now_s)

    def history(self, asked: Wanted, start_s: float, end_s: float) -> IntensitySeries:
        """Return what is known of [start_s, end_s), which may have gaps.

        Only what is not kept, or was fetched before it had settled, is asked for.

        Raises:
            ServiceError: Nothing is known.
            InputError: An empty window, or one that has not begun.
        """
        _require_window(start_s, end_s)
        if asked.provider.name in self._uncached:
            return asked.provider.history(asked.zone, asked.signal, start_s, end_s)
        now_s = self._clock_s()
        _require_begun(start_s, now_s)
        if self._cache is None:
            known_s = min(end_s, now_s)
            return asked.provider.history(asked.zone, asked.signal, start_s, known_s)
        return self._kept_history(self._cache, asked, start_s, end_s)

    def _kept_history(
        self, cache: Cache, asked: Wanted, start_s: float, end_s: float
    ) -> IntensitySeries:
        now_s = self._clock_s()
        failed: ServiceError | None = None
        for gap_start, gap_end in self._stale(cache, asked, start_s, min(end_s, now_s)):
            window = Window(gap_start, gap_end, now_s)
            try:
                known_s = min(gap_end, now_s)
                series = asked.provider.history(asked.zone, asked.signal, gap_start, known_s)
            except NoIntensityError:
                cache.keep_window(asked.key, window)
                continue
            except (*_PASSING, NotInPlanError) as error:
                failed = error
                break
            cache.keep_past(asked.key, series)
            cache.keep_window(asked.key, window._replace(notes=series.notes))
        kept = cache.past(asked.key, start_s, end_s)
        if kept is None:
            raise failed or NoIntensityError(
                asked.provider.name,
                asked.zone,
                f"it has no figure from {rfc3339(start_s)} to {rfc3339(end_s)}",
                "ask for another time or zone, or use another provider",
            )
        windows = cache.windows(asked.key, start_s, end_s)
        kept = _noted(kept, *dict.fromkeys(note for window in windows for note in window.notes))
        return kept if failed is None else _said_to_be_kept(kept, failed)

    def forecast(self, asked: Wanted, hours: int) -> IntensitySeries:
        """Return the newest forecast, as far as it goes up to so many hours from now.

        Raises:
            ServiceError: There is none, and none is kept that reaches beyond now.
            InputError: The provider makes none.
        """
        cache, now_s = self._cache_for(asked), self._clock_s()
        end_s = now_s + hours * HOUR_S
        kept = None if cache is None else cache.forecast(asked.key)
        if kept is not None and (kept.end_s <= now_s or kept.start_s >= end_s):
            kept = None
        reach_s = now_s + (min(hours, asked.provider.longest_forecast_h) - 1) * HOUR_S
        if kept is not None and self._is_new(kept) and kept.end_s >= reach_s:
            return _said_to_be_short(kept.touching(now_s, end_s), end_s)
        try:
            series = asked.provider.forecast(asked.zone, asked.signal, hours)
        except _PASSING as error:
            if kept is None:
                raise
            kept = _said_to_be_short(kept.touching(now_s, end_s), end_s)
            return _said_to_be_kept(kept, error)
        if cache is not None:
            cache.keep_forecast(asked.key, series)
        if series.end_s <= now_s:
            raise NoIntensityError(
                asked.provider.name,
                asked.zone,
                f"its forecast ended at {rfc3339(series.end_s)}",
                "try again later; the service does not renew it",
            )
        return _said_to_be_short(series.touching(now_s, end_s), end_s)

    def _is_new(self, series: IntensitySeries) -> bool:
        return self._clock_s() - (series.fetched_at_s or 0.0) < FRESH_S

    def _cache_for(self, asked: Wanted) -> Cache | None:
        return None if asked.provider.name in self._uncached else self._cache

    def _stale(
        self, cache: Cache, asked: Wanted, start_s: float, end_s: float
    ) -> list[tuple[float, float]]:
        """Return the parts of a window to be asked for, in whole hours.

        A part that was asked about is good once it had settled by then; before that, for as long
        as what is fetched is new.
        """
        start_s, end_s = start_s // HOUR_S * HOUR_S, -(-end_s // HOUR_S) * HOUR_S
        settles_s, now_s = asked.provider.settles_after_s, self._clock_s()
        good = []
        for window in cache.windows(asked.key, start_s, end_s):
            is_new = now_s - window.fetched_at_s < FRESH_S
            settled_s = window.end_s if is_new else window.fetched_at_s - settles_s
            if (good_end := min(window.end_s, settled_s)) > window.start_s:
                good.append((window.start_s, good_end))
        return _remaining(start_s, end_s, good)


def _require_window(start_s: float, end_s: float) -> None:
    if not start_s < end_s:
        raise InputError(
            f"window {rfc3339(start_s)} to {rfc3339(end_s)} is empty", "expected start < end"
        )


def _require_begun(start_s: float, now_s: float) -> None:
    if start_s >= now_s:
        raise InputError(
            f"window from {rfc3339(start_s)} has not begun",
            "expected a time in the past; `wattprint grid forecast` looks ahead",
        )


def _remaining(
    start_s: float, end_s: float, good: list[tuple[float, float]]
) -> list[tuple[float, float]]:
    """Return what is left of a window without the parts that are good."""
    left = []
    for good_start, good_end in sorted(good):
        if good_start > start_s:
            left.append((start_s, min(good_start, end_s)))
        start_s = max(start_s, good_end)
    if start_s < end_s:
        left.append((start_s, end_s))
    return [(before, after) for before, after in left if before < after]


def _noted(series: IntensitySeries, *notes: str) -> IntensitySeries:
    described = series.described()
    described["notes"] = (*series.notes, *(note for note in notes if note not in series.notes))
    return IntensitySeries(series.zone, series.intervals, **described)


def _said_to_be_kept(series: IntensitySeries, error: ServiceError) -> IntensitySeries:
    fetched = rfc3339(series.fetched_at_s or 0.0)
    return _noted(series, f"from the cache, fetched {fetched}: {error.cause}")


def _with_age(series: IntensitySeries, now_s: float) -> IntensitySeries:
    if series.start_s <= now_s < series.end_s:
        return series
    when = f"{rfc3339(series.start_s)} to {rfc3339(series.end_s)}"
    return _noted(series, f"the newest figure is of {when}")


def _said_to_be_short(series: IntensitySeries, end_s: float) -> IntensitySeries:
    # The last slot may begin before the hour is full.
    if series.end_s > end_s - HOUR_S:
        return series
    return _noted(series, f"shorter than asked: it ends at {rfc3339(series.end_s)}")
