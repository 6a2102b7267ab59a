"""What the tables know of grid zones, as pages show it: yearly figures, mixes, hours, regions."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from math import fsum
from typing import NamedTuple

from wattprint.domain.errors import InputError
from wattprint.factors.profiles import Profile, profiles
from wattprint.factors.regions import Region, RegionYear, regions
from wattprint.factors.tables import shipped
from wattprint.factors.zones import (
    GenerationMix,
    YearlyIntensity,
    Zone,
    all_intensities,
    all_mixes,
    zones,
)
from wattprint.grid.profiles import typical_level

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
KINDS = {
    "country": "Countries",
    "subdivision": "States and provinces",
    "grid_zone": "Grid zones",
    "egrid_subregion": "eGRID subregions",
    "nerc_region": "NERC regions",
    "aggregate": "World",
}
"""Kinds of zones, the first ones first."""
SORTS = ("name", "-name", "intensity", "-intensity", "year", "-year")
CLEAN_HOURS = 4
"""Length of the cleanest stretch of a day. [h]"""


class ZoneYear(NamedTuple):
    """A zone with its figure of a year, or of the nearest one known."""

    zone: Zone
    figure: YearlyIntensity


class ZonesAsked(NamedTuple):
    """Which zones, in which order."""

    words: str = ""
    kind: str = ""
    year: int | None = None
    sort: str = "name"


class Month(NamedTuple):
    """Typical intensity of a month's hours [gCO2e/kWh]."""

    name: str
    by_hour: tuple[float, ...]
    """24 hours, UTC."""
    low_ratio: float
    high_ratio: float
    """Real over typical intensity: nine hours of ten lie between, on days of other years."""

    @property
    def mean(self) -> float:
        """Mean of its hours [gCO2e/kWh]."""
        return fsum(self.by_hour) / len(self.by_hour)

    @property
    def cleanest(self) -> int:
        """Hour at which the cleanest stretch begins [UTC]."""
        return cleanest_stretch(self.by_hour)

    @property
    def cleanest_mean(self) -> float:
        """Mean of that stretch [gCO2e/kWh]."""
        return stretch_mean(self.by_hour, self.cleanest)


class Typical(NamedTuple):
    """How a zone's intensity moves with month and hour."""

    months: tuple[Month, ...]
    level: YearlyIntensity
    """The yearly mean that they are scaled to."""
    scale_g_per_kwh: float
    """What its ratios are multiplied by, so that the calendar year's mean is that one."""
    series: tuple[str, ...]
    source: str

    @property
    def year_by_hour(self) -> tuple[float, ...]:
        """Mean of all months by the hour [gCO2e/kWh]."""
        return tuple(
            fsum(month.by_hour[hour] for month in self.months) / len(self.months)
            for hour in range(24)
        )


class SiteRegion(NamedTuple):
    """A provider's region in a zone, with the newest that is published of it."""

    region: Region
    newest: RegionYear | None


def listed(asked: ZonesAsked) -> tuple[ZoneYear, ...]:
    """Return the zones that are asked for, those with the words in their name or code."""
    words = asked.words.casefold().split()
    found = [
        one
        for one in _of_year(asked.year)
        if asked.kind in ("", one.zone.kind) and _holds(one.zone, words)
    ]
    is_falling = asked.sort.startswith("-")
    by_name = sorted(found, key=lambda one: one.zone.name.casefold())
    if asked.sort.endswith("intensity"):
        sign = -1 if is_falling else 1
        by_name.sort(
            key=lambda one: (
                one.figure.basis != "lifecycle",  # figures of unlike basis are not ranked together
                sign * one.figure.carbon_intensity_g_per_kwh,
            )
        )
    elif asked.sort.endswith("year"):
        by_name.sort(key=lambda one: one.figure.year, reverse=is_falling)
    elif is_falling:
        by_name.reverse()
    return tuple(by_name)


@lru_cache(maxsize=64)
def _of_year(year: int | None) -> tuple[ZoneYear, ...]:
    found = []
    for zone in zones().entries:
        try:
            found.append(ZoneYear(zone, all_intensities().find([zone.zone], year=year)))
        except InputError:
            continue
    return tuple(found)


def _holds(zone: Zone, words: Sequence[str]) -> bool:
    spelled = "|".join((zone.zone, zone.iso3, zone.name, *zone.aliases)).casefold()
    return all(word in spelled for word in words)


def figures_of(zone: Zone) -> tuple[YearlyIntensity, ...]:
    """Return every yearly figure of a zone, the newest first."""
    known = all_intensities().of(zone.zone)
    return tuple(sorted(known, key=lambda f: (-f.year, f.basis != "lifecycle", not f.is_default)))


def default_years(zone: Zone) -> tuple[YearlyIntensity, ...]:
    """Return the figure that is taken for each year, the first year first."""
    years = sorted({figure.year for figure in all_intensities().of(zone.zone)})
    taken = (all_intensities().find([zone.zone], year=year) for year in years)
    return tuple(figure for figure, year in zip(taken, years, strict=True) if figure.year == year)


def mix_of(zone: Zone) -> GenerationMix | None:
    """Return the newest generation mix of a zone, if one is known."""
    return all_mixes().find(zone.zone)


def regions_in(zone: Zone) -> tuple[SiteRegion, ...]:
    """Return the cloud regions whose grid a zone is, or lies in."""
    found = [one for one in regions().entries if zone.zone in (one.country, *one.zones)]
    return tuple(SiteRegion(one, _newest(one)) for one in sorted(found))


def _newest(region: Region) -> RegionYear | None:
    years = regions().years(region.region)
    return years[-1] if years else None


def within(zone: Zone) -> tuple[Zone, ...]:
    """Return the zones that lie in a country."""
    if zone.kind != "country":
        return ()
    inside = [one for one in zones().entries if one.country == zone.zone and one.kind != "country"]
    return tuple(sorted(inside, key=lambda one: one.name))


@lru_cache(maxsize=128)
def typical_of(code: str) -> Typical | None:
    """Return the typical hours of a zone by its code; None where it has no profile."""
    profile = profiles().get(code)
    if profile is None:
        return None
    level = typical_level(profile, year=shipped().year).figure
    scale = level.carbon_intensity_g_per_kwh / profile.mean_of_year(level.year)
    months = tuple(_months(profile, scale))
    return Typical(months, level, scale, profile.series, profile.source)


def _months(profile: Profile, scale: float) -> Iterator[Month]:
    for number, name in enumerate(MONTHS):
        weekday, weekend = profile.weekday[number], profile.weekend[number]
        hours = tuple(
            scale * (5 * work + 2 * rest) / 7 for work, rest in zip(weekday, weekend, strict=True)
        )
        yield Month(name, hours, min(profile.low[number]), max(profile.high[number]))


def cleanest_stretch(by_hour: Sequence[float], hours: int = CLEAN_HOURS) -> int:
    """Return the hour at which the cleanest stretch of a day begins; a day goes round.

    >>> cleanest_stretch([9, 9, 1, 1, 1, 1, *[9] * 18])
    2
    """
    return min(range(len(by_hour)), key=lambda first: stretch_mean(by_hour, first, hours))


def stretch_mean(by_hour: Sequence[float], first: int, hours: int = CLEAN_HOURS) -> float:
    """Return the mean over a stretch of a day that begins at an hour."""
    return fsum(by_hour[(first + hour) % len(by_hour)] for hour in range(hours)) / hours
