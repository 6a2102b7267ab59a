"""ENTSO-E's codes: the area of a zone, and the emission factor of a type of generation."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

from wattprint.domain.errors import UnknownNameError, nearest_names
from wattprint.factors.tables import Row, optional_float, shipped
from wattprint.factors.zones import zones


class Area(NamedTuple):
    """A zone, and the code under which the Transparency Platform knows it."""

    zone: str
    eic: str
    """Energy Identification Code: 16 characters, the last a check."""


class TypeFactor(NamedTuple):
    """A type of generation."""

    psr_type: str
    name: str
    is_storage: bool
    """Storage returns what others generated: it is neither generation nor emission."""
    g_per_kwh: float | None
    """Median life-cycle factor; None where no source has one. [gCO2e/kWh]"""
    source: str


class AreaTable:
    """Look-up of areas by zone."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.entries = tuple(Area(row["zone"], row["eic"]) for row in rows)
        self._by_zone = {area.zone: area for area in self.entries}

    def find(self, zone: str) -> Area:
        """Return the area of a zone, in any spelling that zones have.

        Raises:
            UnknownNameError: No such zone, or one outside the platform.
        """
        code = zones().find(zone).zone
        if code in self._by_zone:
            return self._by_zone[code]
        raise UnknownNameError(
            f"zone {code!r} is not on the ENTSO-E Transparency Platform",
            "expected a zone in Europe, such as 'FR' or 'NO-NO2'",
            nearest_names(code, self._by_zone),
        )


@lru_cache(maxsize=1)
def areas() -> AreaTable:
    """Return the areas of the shipped factor set."""
    return AreaTable(shipped().rows("entsoe_areas"))


@lru_cache(maxsize=1)
def type_factors() -> Mapping[str, TypeFactor]:
    """Return the types of generation by code, with the factor of each."""
    medians = {
        (row["source_type"], row["technology"], row["source"]): optional_float(row["g_median"])
        for row in shipped().rows("energy_sources")
        if row["basis"] == "lifecycle"
    }
    return {
        row["psr_type"]: TypeFactor(
            row["psr_type"],
            row["name"],
            row["is_storage"] == "yes",
            medians[row["source_type"], row["technology"], row["factor_source"]]
            if row["source_type"]
            else None,
            row["factor_source"],
        )
        for row in shipped().rows("entsoe_types")
    }
