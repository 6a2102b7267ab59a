"""Typical profiles: how a zone's intensity moves with month, hour and weekend around its mean."""

from calendar import isleap, monthrange
from collections.abc import Iterable
from functools import lru_cache
from math import fsum
from typing import NamedTuple

from wattprint.domain.errors import UnknownNameError, nearest_names
from wattprint.factors.tables import Row, shipped

HOURS_PER_CLASS = 6
"""The scatter is given for each quarter of the day."""
_MOST_NAMED = 6

Ratios = tuple[tuple[float, ...], ...]
"""A row for each month, January first."""


class Profile(NamedTuple):
    """Ratios of a zone's intensity to the mean of its year, hours and days in UTC."""

    zone: str
    weekday: Ratios
    """24 ratios a month, for Monday to Friday."""
    weekend: Ratios
    low: Ratios
    """Four ratios of real to typical intensity a month, one for each quarter of the day: 5 % of
    the hours of a year that the profile was not made from lie below."""
    high: Ratios
    basis: str
    series: tuple[str, ...]
    """The source and year of each hourly series that it was made from."""
    source: str
    year: int
    """Year of the newest of them."""

    def mean_of_year(self, year: int) -> float:
        """The mean of the ratios over a calendar year in UTC; near 1, as weekends fall."""
        hours = [
            sum(fsum(self.of_day(month, weekday)) for weekday in _weekdays_of(year, month))
            for month in range(1, 13)
        ]
        return fsum(hours) / (24 * (366 if isleap(year) else 365))

    def of_day(self, month: int, weekday: int) -> tuple[float, ...]:
        """The 24 ratios of a day; month from 1, weekday from 0 for Monday."""
        return (self.weekend if weekday >= 5 else self.weekday)[month - 1]


def _weekdays_of(year: int, month: int) -> list[int]:
    first, days = monthrange(year, month)
    return [(first + day) % 7 for day in range(days)]


class ProfileTable:
    """Look-up of typical profiles by zone code."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._by_zone: dict[str, list[Row]] = {}
        for row in rows:
            self._by_zone.setdefault(row["zone"], []).append(row)

    @property
    def zones(self) -> tuple[str, ...]:
        """Codes of all zones with a profile."""
        return tuple(sorted(self._by_zone))

    def get(self, zone: str) -> Profile | None:
        """Return the profile of a zone; None where it has none."""
        rows = self._by_zone.get(zone)
        return _profile(rows) if rows else None

    def find(self, zone: str) -> Profile:
        """Return the profile of a zone.

        Raises:
            UnknownNameError: It has none. A neighbour's is never taken; `nearest` names zones of
                the same country that have one.
        """
        profile = self.get(zone)
        if profile is not None:
            return profile
        country = zone.partition("-")[0]
        beside = [code for code in self.zones if code.partition("-")[0] == country]
        raise UnknownNameError(
            f"zone {zone!r} has no typical profile",
            f"{len(self.zones)} zones with a public hourly series have one, and none stands in for "
            "a neighbour",
            nearest_names(zone, beside) or beside[:_MOST_NAMED],
        )


def _profile(rows: list[Row]) -> Profile:
    by_month = sorted(rows, key=lambda row: int(row["month"]))
    first = by_month[0]
    weekday, weekend, low, high = (
        tuple(tuple(int(text) / 1000 for text in row[column].split()) for row in by_month)
        for column in ("weekday_per_mille", "weekend_per_mille", "low_per_mille", "high_per_mille")
    )
    return Profile(
        zone=first["zone"],
        weekday=weekday,
        weekend=weekend,
        low=low,
        high=high,
        basis=first["basis"],
        series=tuple(first["series"].split("|")),
        source=first["source"],
        year=int(first["year"]),
    )


@lru_cache(maxsize=1)
def profiles() -> ProfileTable:
    """Return the typical profiles of the shipped factor set."""
    return ProfileTable(shipped().rows("intensity_profiles"))
