"""The table of hours: running sums of intensity, by which a job costs two look-ups."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from typing import NamedTuple

from wattprint.accounting.coefficients import HOURS_KEY, MICRO
from wattprint.domain.integral import Integral
from wattprint.domain.interval import Range, exact
from wattprint.domain.series import IntensityInterval, IntensitySeries
from wattprint.domain.units import JOULES_PER_KWH

HOUR_S = 3600
_BOUNDS = ("", "low_", "high_")
COLUMNS = {
    "hour_key": "BIGINT",
    **{
        f"{bound}{name}": sql_type
        for bound in _BOUNDS
        for name, sql_type in (("so_far", "BIGINT"), ("rate", "DOUBLE"))
    },
}
"""Key of an hour; the sum of intensity before it [ug/J x s x PARTS] and the intensity in it [ug/J],
for the figure and for both its bounds."""
PARTS = 1 << 24
"""Sums are whole numbers of this part of ug/J x s (6e-8): their difference is exact however late
in a long log, where one of doubles leaves a job of a second 1e-7 of its value. A job of a minute at
5 g/kWh is right to 1e-9, and 40 years at 1,500 g/kWh fit."""
NO_TIME = 0
"""The hour of jobs whose time is not known: they are charged at the year's mean."""
_UG_PER_J = MICRO / JOULES_PER_KWH


class PlaceHours(NamedTuple):
    """What is known of the intensity of a place."""

    series: IntensitySeries | None
    """Its hours, which may have gaps; None where nothing is known of them."""
    yearly: Mapping[int, Range]
    """Mean of each year that jobs began in, which fills the gaps. [gCO2e/kWh]"""
    spread: Range = exact(1.0)
    """Of an hour whose bounds the series does not say. [ratio]"""

    def is_whole(self, first_s: int, last_s: int) -> bool:
        """Tell whether every moment is known, and as well as any other."""
        if self.series is None or self.series.has_bounds or not first_s < last_s:
            return False
        return not self.series.gaps(first_s, last_s)

    def mean_of(self, year: int) -> Range:
        """Return the mean of a year, or of the one next to it that is known [gCO2e/kWh]."""
        if not self.yearly:
            return exact(0.0)
        return self.yearly[min(self.yearly, key=lambda known: (abs(known - year), known))]


def hour_rows(
    places: Mapping[int, PlaceHours], first_s: int, last_s: int
) -> Iterator[tuple[int | float, ...]]:
    """Yield every hour of every place, gaps filled, so that each job finds its two.

    Args:
        places: By the number of their series.
        first_s: Start of the first job. [s since 1970]
        last_s: End of the last one. [s since 1970]
    """
    for number, place in places.items():
        yield number * HOURS_KEY + NO_TIME, *(0, 0.0) * len(_BOUNDS)
        yield from _hours(number * HOURS_KEY, place, first_s - first_s % HOUR_S, last_s)


def _hours(
    key: int, place: PlaceHours, start_s: int, last_s: int
) -> Iterator[tuple[int | float, ...]]:
    intervals = () if place.series is None else tuple(place.series)
    known = Integral((i.start_s, i.end_s, 1.0) for i in intervals)
    areas = [
        Integral((i.start_s, i.end_s, _bounds(i, place.spread)[side]) for i in intervals)
        for side in range(len(_BOUNDS))
    ]
    so_far = [0] * len(_BOUNDS)
    for hour_s in range(start_s or HOUR_S, last_s + 1, HOUR_S):
        end_s = hour_s + HOUR_S
        rest_s = HOUR_S - known.between(hour_s, end_s)
        year = place.mean_of(datetime.fromtimestamp(hour_s, timezone.utc).year).as_tuple()
        in_hour = [
            (area.between(hour_s, end_s) + rest_s * mean) * _UG_PER_J
            for area, mean in zip(areas, year, strict=True)
        ]
        yield key + hour_s, *_paired(so_far, in_hour)
        so_far = [before + round(now * PARTS) for before, now in zip(so_far, in_hour, strict=True)]


def _bounds(interval: IntensityInterval, spread: Range) -> tuple[float, float, float]:
    """Return an interval's intensity, and its bounds: its own, else by the spread of sources."""
    value = interval.carbon_intensity_g_per_kwh
    if interval.low_g_per_kwh is None or interval.high_g_per_kwh is None:
        return value, value * spread.low, value * spread.high
    return value, interval.low_g_per_kwh, interval.high_g_per_kwh


def _paired(so_far: list[int], in_hour: list[float]) -> Iterator[int | float]:
    for before, now in zip(so_far, in_hour, strict=True):
        yield before
        yield now / HOUR_S
