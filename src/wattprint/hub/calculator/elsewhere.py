"""The same energy in cleaner grids, each with its range."""

from typing import NamedTuple

from wattprint.accounting.cleaner import Charged, cleaner
from wattprint.domain.errors import InputError
from wattprint.domain.evidence import Evidence
from wattprint.domain.footprint import Footprint
from wattprint.domain.interval import Range, product
from wattprint.domain.units import GRAMS_PER_KILOGRAM
from wattprint.estimator.place import find_place
from wattprint.factors.regions import regions
from wattprint.factors.zones import all_intensities, zones

SHOWN = 5


class Elsewhere(NamedTuple):
    """The same energy in another grid."""

    place: str
    """Zone or cloud region."""
    field: str
    """Which of the two."""
    name: str
    intensity: Evidence
    location_kg: Range
    """[kgCO2e]"""
    saved_share: float
    """Of the emissions here, by the means of the same years. [0 to 1]"""


class Cleaner(NamedTuple):
    """Cleaner grids for some work, the cleanest first."""

    chosen: str
    """Among which they were looked for."""
    places: tuple[Elsewhere, ...]


def elsewhere(footprint: Footprint) -> Cleaner | None:
    """Return grids in which the same energy would emit less; None where no place was named.

    Args:
        footprint: Of described work; its description names the place.
    """
    said = footprint.work
    zone, region, year = said.get("zone"), said.get("region"), said.get("year")
    energy = footprint.energy_kwh.facility or footprint.energy_kwh.it
    if energy is None or not energy.value or said.get("intensity") is not None:
        return None
    basis = _basis(zone, region, year, said.get("basis"))
    if basis is None:
        return None
    found = cleaner([Charged(zone, region, year or 0, basis, energy.value)], shown=SHOWN)
    if found is None:
        return None
    is_region = zone is None
    places = []
    for place in found.places:
        field = "region" if is_region else "zone"
        there = {"zone": None, "region": None, field: place.place}
        evidence = find_place(
            zone=there["zone"], region=there["region"], year=year, basis=basis
        ).intensity
        if evidence.amount is not None:
            kilograms = product(energy, evidence.amount, value=_kg(energy, evidence.amount))
            places.append(
                Elsewhere(place.place, field, place.name, evidence, kilograms, place.saved_share)
            )
    return Cleaner(found.chosen, tuple(places))


def _basis(zone: str | None, region: str | None, year: int | None, said: str | None) -> str | None:
    """Return the basis of the figure here: only figures of one basis are compared."""
    if zone is None and region is None:
        return None
    codes = (zones().find(zone).zone,) if zone else regions().find(region or "").zones
    try:
        return all_intensities().find(codes, year=year, basis=said).basis
    except InputError:
        return None


def _kg(energy: Range, intensity: Range) -> float:
    return energy.value * intensity.value / GRAMS_PER_KILOGRAM
