"""Places as other tools write them, and the zone or region that each stands for."""

from functools import lru_cache

from wattprint.domain.errors import InputError
from wattprint.factors.regions import regions
from wattprint.factors.zones import Zone, intensities, zones

_LONGEST_NAME = 80
_LONGEST_WORD = 2


@lru_cache(maxsize=4096)
def zone_of(country: str | None, province: str | None = None) -> str | None:
    """Return the zone of a country and, where its grid is known, of a province within it.

    Args:
        country: Name, ISO-2 or ISO-3 of a country; None where nothing is said.
        province: State or province, by name or code.
    """
    whole = _zone(country)
    if whole is None:
        return None
    part = _part(whole, province)
    if part is not None and intensities(part.zone).of(part.zone):
        return part.zone
    return whole.zone


@lru_cache(maxsize=4096)
def zone_in(text: str | None) -> str | None:
    """Return the zone that free words name: 'Orsay, France', 'USA, Virginia', 'East USA'.

    A country is looked for; a province is taken only within a country that is named as well.
    """
    if not text or len(text) > _LONGEST_NAME:
        return None
    whole = _zone(text)
    if whole is not None:
        return whole.zone
    parts = [part.strip(" .()") for part in text.replace("/", ",").replace("(", ",").split(",")]
    named = [part for part in parts if part and (zone := _zone(part)) and _is_country(zone)]
    if len(named) == 1:
        others = (part for part in parts if part and part != named[0])
        within = (zone_of(named[0], other) for other in others)
        country = zone_of(named[0])
        return next((zone for zone in within if zone != country), country)
    words = text.replace(",", " ").split()
    countries = {
        zone.zone
        for i in range(len(words))
        for j in range(i + 1, len(words) + 1)
        if len(" ".join(words[i:j])) > _LONGEST_WORD  # 'in' and 'de' are words, and codes
        and (zone := _zone(" ".join(words[i:j]))) is not None
        and _is_country(zone)
    }
    return countries.pop() if len(countries) == 1 else None


@lru_cache(maxsize=4096)
def region_of(provider: str | None, region: str | None) -> str | None:
    """Return the cloud region of a provider, 'aws/us-east-1'; None where there is none."""
    if not provider or not region or len(provider) + len(region) > _LONGEST_NAME:
        return None
    try:
        return regions().find(f"{provider}/{region}").region
    except InputError:
        return None


def _is_country(zone: Zone) -> bool:
    return bool(zone.iso3)


def _zone(text: str | None) -> Zone | None:
    if not text or len(text) > _LONGEST_NAME:
        return None
    for spelling in (text, text.removeprefix("The ").removeprefix("the ")):
        if spelling.casefold() not in _names():
            continue
        try:
            return zones().find(spelling)
        except InputError:
            return None
    return None


@lru_cache(maxsize=1)
def _names() -> frozenset[str]:
    """Return all names and codes: asking for one that is none would look for the nearest."""
    return frozenset(
        spelling.casefold()
        for zone in zones().entries
        for spelling in (zone.zone, zone.iso3, zone.name, *zone.aliases)
        if spelling
    )


def _part(whole: Zone, province: str | None) -> Zone | None:
    if not province or len(province) > _LONGEST_NAME:
        return None
    asked = {province.casefold(), f"{whole.zone}-{province}".casefold()}
    for zone in zones().entries:
        names = {zone.zone.casefold(), zone.name.casefold()}
        if zone.country == whole.zone and not _is_country(zone) and asked & names:
            return zone
    return None


@lru_cache(maxsize=4096)
def lie_apart(zone: str, region: str) -> bool:
    """Tell whether a zone is neither that of a cloud region nor the country around it."""
    found = regions().find(region)
    return zone not in (found.country, *found.zones)
