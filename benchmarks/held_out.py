"""Hourly series of the reference tables, and what was known of their zones from other years."""

import csv
import gzip
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime, timezone
from functools import lru_cache
from itertools import groupby
from math import exp
from pathlib import Path
from statistics import fmean
from typing import NamedTuple

from wattprint.factors.profiles import Profile, ProfileTable
from wattprint.grid.hours import HOUR_S
from wattprint.grid.pattern import MEMORY_H, Actuals, Typical, pattern_of
from wattprint.grid.profiles import TypicalRatios, typical_level

ROOT = Path(__file__).resolve().parents[1]
REFERENCE = ROOT.parent / "shared" / "reference"
sys.path.insert(0, str(ROOT / "tools"))

from factor_build.profiles import BASIS, FOLDER, chosen_series, profile_rows  # noqa: E402
from factor_build.tables import Inputs, Row, read_rows, read_sources  # noqa: E402

CHECKS = "lets_wait_awhile"
LEAST_KNOWN_H = 24


class ZoneYear(NamedTuple):
    """A year of real intensity, and the profile that the zone's other years make."""

    zone: str
    year: int
    source: str
    first_hour: int
    """Its first hour, counted since 1970-01-01T00Z."""
    g_per_kwh: tuple[float, ...]
    """Hourly means from 1 January, 0:00 UTC, on."""
    profile: Profile | None
    """None where no other year of the zone may ship."""

    def known_at(self, index: int) -> Actuals | None:
        """What is known at the start of an hour of the year; None for less than a day."""
        if index < LEAST_KNOWN_H:
            return None
        first = max(0, index - MEMORY_H)
        hours = range(self.first_hour + first, self.first_hour + index)
        return Actuals(hours[-1], dict(zip(hours, self.g_per_kwh[first:index], strict=True)))


class Foresight:
    """Forecasts of a zone-year, hour by hour, each from what is known by then."""

    def __init__(self, of: ZoneYear, hours: int) -> None:
        self._of, self._hours = of, hours
        self.typical = None if of.profile is None else typical_of(of.profile, of.year)
        self.at = lru_cache(maxsize=4)(self._at)

    def _at(self, index: int) -> list[float]:
        known = self._of.known_at(index)
        start = self._of.first_hour + index
        pattern = None if known is None else pattern_of(known, self.typical)
        return [
            exp(
                (self.typical.ln_g_per_kwh(hour) if self.typical else 0.0)
                + (pattern.ln_ratio(hour) if pattern else 0.0)
            )
            for hour in range(start, start + self._hours)
        ]


def typical_of(profile: Profile, year: int) -> Typical:
    """The profile at the yearly mean that a user would have."""
    level = typical_level(profile, year=year)
    return Typical(TypicalRatios(profile), level.figure.carbon_intensity_g_per_kwh)


class Library:
    """The hourly series of a folder of reference tables."""

    def __init__(self, reference: Path = REFERENCE) -> None:
        self.folder = reference / FOLDER
        hand_entered = ROOT / "tools" / "hand_entered"
        self._inputs = Inputs(reference, hand_entered, read_sources(hand_entered))
        self.shipped = list(chosen_series(self._inputs))
        self.checks = [
            row for row in read_rows(self.folder / "index.csv") if row["source"] == CHECKS
        ]

    def load(self, row: Row) -> ZoneYear:
        """Return a series, and the profile that the other years of its zone make."""
        others = [o for o in self.shipped if o["zone"] == row["zone"] and o["year"] != row["year"]]
        first = datetime(int(row["year"]), 1, 1, tzinfo=timezone.utc)
        return ZoneYear(
            row["zone"],
            int(row["year"]),
            row["source"],
            int(first.timestamp()) // HOUR_S,
            tuple(means(self.folder / row["file"], of_minutes=60)),
            self.profile_of(row["zone"], others) if others else None,
        )

    def profile_of(self, zone: str, series: Sequence[Row]) -> Profile:
        """Return the profile that some series of a zone make."""
        return ProfileTable(profile_rows(self._inputs, zone, series)).find(zone)


def means(path: Path, *, of_minutes: int) -> Iterator[float]:
    """Means of what a series holds of each hour or half-hour, life cycle."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["basis"] == BASIS]
    for _, of_slot in groupby(rows, key=lambda row: slot_of(row["timestamp_utc"], of_minutes)):
        yield fmean(float(row["g_co2e_per_kwh"]) for row in of_slot)


def slot_of(timestamp: str, of_minutes: int) -> tuple[str, int]:
    return timestamp[:13], int(timestamp[14:16]) // of_minutes
