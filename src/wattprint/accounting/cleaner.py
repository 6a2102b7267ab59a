"""What cleaner grids would have saved: the same energy, at the mean intensity of its years."""

from collections.abc import Iterable, Mapping, Sequence
from math import asin, cos, radians, sin, sqrt
from typing import NamedTuple

from wattprint.accounting.summary import Cleaner, Elsewhere
from wattprint.domain.errors import InputError, UnknownNameError
from wattprint.domain.units import GRAMS_PER_KILOGRAM
from wattprint.factors.regions import regions
from wattprint.factors.tables import shipped
from wattprint.factors.zones import YearlyIntensity, all_intensities, zones

EARTH_RADIUS_KM = 6371.0
"""Mean radius. [km]"""
NEAR_KM = 2500.0
"""About a day's drive: near enough for the same network, and often the same law. [km]"""
SHOWN = 3


class Charged(NamedTuple):
    """Energy of jobs that began in one year at one place."""

    zone: str | None
    region: str | None
    year: int
    """0 where no time is known."""
    basis: str | None
    facility_kwh: float


def cleaner(charged: Sequence[Charged], *, shown: int = SHOWN) -> Cleaner | None:
    """Return the grids in which the same energy would have emitted less.

    Jobs in a cloud are compared with the regions of its provider; all others with the grids in
    which some cloud has a data centre, as far as they are near. Only figures of one basis are
    compared, at average intensity: what a grid does when load moves there is another question.

    Args:
        charged: Energy by place and year; places by an intensity alone cannot be compared.
        shown: How many of them.

    Returns:
        None where nothing can be compared.
    """
    own = _Energy(charged)
    if not own.by_year_g:
        return None
    provider = own.provider
    found = _of_provider(provider) if provider else _near(own.zones)
    basis_kg = sum(own.by_year_g.values()) / GRAMS_PER_KILOGRAM
    there = [one for place in found if (one := own.in_place(place, basis_kg)) is not None]
    better = sorted((one for one in there if one.saved_kg > 0), key=lambda one: one.location_kg)
    distinct = list({round(one.location_kg, 9): one for one in reversed(better)}.values())[::-1]
    chosen = (
        f"the cleanest regions of {provider}"
        if provider
        else f"the cleanest grids within {NEAR_KM:,.0f} km in which a cloud has a data centre"
    )
    return Cleaner(basis_kg, tuple(distinct[:shown]), chosen)


class _Candidate(NamedTuple):
    place: str
    name: str
    zones: tuple[str, ...]


class _Energy:
    """Energy by year, and what it emitted at its own places on one basis."""

    def __init__(self, charged: Iterable[Charged]) -> None:
        self._table = all_intensities()
        self.by_year_kwh: dict[int, float] = {}
        self.by_year_g: dict[int, float] = {}
        self.zones: dict[str, float] = {}
        self._providers: set[str] = set()
        self._basis: str | None = None
        for one in charged:
            self._add(one)

    def _add(self, one: Charged) -> None:
        codes = _codes(one.zone, one.region)
        figure = self._figure(codes, one.year, self._basis or one.basis)
        if figure is None or not one.facility_kwh:
            return
        self._basis = figure.basis
        grams = one.facility_kwh * figure.carbon_intensity_g_per_kwh
        self.by_year_kwh[one.year] = self.by_year_kwh.get(one.year, 0.0) + one.facility_kwh
        self.by_year_g[one.year] = self.by_year_g.get(one.year, 0.0) + grams
        self.zones[codes[0]] = self.zones.get(codes[0], 0.0) + one.facility_kwh
        self._providers.add(regions().find(one.region).provider if one.region else "")

    @property
    def provider(self) -> str:
        """The cloud that all of it was used in; '' for none, or several."""
        return next(iter(self._providers)) if len(self._providers) == 1 else ""

    def in_place(self, place: _Candidate, basis_kg: float) -> Elsewhere | None:
        """Return what all of it would have emitted in another place, if that is known."""
        grams = 0.0
        for year, kwh in self.by_year_kwh.items():
            figure = self._figure(place.zones, year, self._basis)
            if figure is None:
                return None
            grams += kwh * figure.carbon_intensity_g_per_kwh
        there_kg = grams / GRAMS_PER_KILOGRAM
        saved_kg = basis_kg - there_kg
        share = saved_kg / basis_kg if basis_kg else 0.0
        return Elsewhere(place.place, place.name, there_kg, saved_kg, share)

    def _figure(self, codes: Sequence[str], year: int, basis: str | None) -> YearlyIntensity | None:
        try:
            return self._table.find(codes, year=year or None, basis=basis) if codes else None
        except InputError:
            return None


def _codes(zone: str | None, region: str | None) -> tuple[str, ...]:
    if zone is not None:
        return (zones().find(zone).zone,)
    return regions().find(region).zones if region is not None else ()


def _of_provider(provider: str) -> list[_Candidate]:
    return [
        _Candidate(region.region, f"{region.city}, {region.zone}", region.zones)
        for region in regions().entries
        if region.provider == provider
    ]


def _near(used: Mapping[str, float]) -> list[_Candidate]:
    """Return the grids near the one that most of the energy is of: countries near a country."""
    most = max(used, key=lambda zone: used[zone])
    at = _sites(are_countries="-" not in most)
    here = at.get(most) or _sites(are_countries=True).get(most.partition("-")[0])
    if here is None:
        return []
    near = {
        zone
        for zone, sites in at.items()
        if min(_distance_km(a, b) for a in here for b in sites) <= NEAR_KM
    }
    return [_Candidate(zone, _name(zone), (zone,)) for zone in sorted(near - set(used))]


def _sites(*, are_countries: bool) -> dict[str, list[tuple[float, float]]]:
    """Return where clouds have data centres, by country or by the grid zones within [degrees]."""
    found: dict[str, list[tuple[float, float]]] = {}
    for row in shipped().rows("cloud_regions"):
        if row["latitude"] and row["longitude"]:
            zones_of_it = {row["country"]} if are_countries else {row["zone"], row["em_zone"]}
            for zone in zones_of_it - {""}:
                at = (float(row["latitude"]), float(row["longitude"]))
                found.setdefault(zone, []).append(at)
    return found


def _distance_km(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Return the great-circle distance of two points (haversine) [km]."""
    (lat_a, lon_a), (lat_b, lon_b) = (tuple(map(radians, point)) for point in (a, b))
    half = sin((lat_b - lat_a) / 2) ** 2
    half += cos(lat_a) * cos(lat_b) * sin((lon_b - lon_a) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(sqrt(half))


def _name(zone: str) -> str:
    try:
        return zones().find(zone).name
    except UnknownNameError:
        return zone
