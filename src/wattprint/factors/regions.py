"""Cloud regions: their zone, PUE, WUE, carbon-free share and market-based figure by year."""

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import NamedTuple

from wattprint.domain.errors import InputError, UnknownNameError, nearest_names
from wattprint.factors.tables import Row, nearest_year, optional_float, shipped

_PROVIDER_ALIASES = {"google": "gcp", "amazon": "aws", "microsoft": "azure", "oci": "oracle"}
_FLEET_SCOPES = ("fleet average", "global average", "calculator default")
"""Scopes of a provider's PUE that stand for any of its sites, the best one first."""


class Region(NamedTuple):
    """A provider's region."""

    region: str
    """'gcp/europe-west1'"""
    provider: str
    city: str
    country: str
    zone: str
    grid_zone: str
    """Electricity Maps zone of the site; empty when it is the zone itself."""

    @property
    def zones(self) -> tuple[str, ...]:
        """Zones that stand for the region's grid, the administrative one first."""
        return (self.zone,) if self.grid_zone in ("", self.zone) else (self.zone, self.grid_zone)


class RegionYear(NamedTuple):
    """What is published of a region for one year; None where nothing is."""

    year: int
    source: str
    pue: float | None
    wue_l_per_kwh: float | None
    cfe_share_hourly: float | None
    """Carbon-free share of its energy, matched hour by hour. [0 to 1]"""
    cfe_share_annual: float | None
    """Carbon-free share matched over the year: a claim of another kind, kept apart. [0 to 1]"""
    market_g_per_kwh: float | None
    """The provider's market-based figure. [gCO2e/kWh]"""


class Pue(NamedTuple):
    """A published power usage effectiveness."""

    pue: float
    scope: str
    """'this region', or what else it is the mean of."""
    year: int
    source: str


class RegionTable:
    """Look-up of cloud regions, and of what is published about them by year."""

    def __init__(
        self, regions: Iterable[Row], yearly: Iterable[Row], provider_pue: Iterable[Row]
    ) -> None:
        self._regions = {region.region: region for region in map(_region, regions)}
        self._yearly: dict[str, list[RegionYear]] = {}
        for row in yearly:
            key = f"{row['provider']}/{row['region']}"
            self._yearly.setdefault(key, []).append(_region_year(row))
        self._provider_pue = tuple(provider_pue)

    @property
    def entries(self) -> tuple[Region, ...]:
        """All regions."""
        return tuple(self._regions.values())

    def find(self, text: str) -> Region:
        """Return the region 'provider/name'; a name without its provider if only one has it.

        Raises:
            UnknownNameError: No such region, or one that several providers have.
        """
        provider, _, name = text.strip().casefold().rpartition("/")
        provider = _PROVIDER_ALIASES.get(provider, provider)
        fitting = [
            region
            for key, region in self._regions.items()
            if key.casefold().partition("/")[2] == name and provider in ("", region.provider)
        ]
        if len(fitting) == 1:
            return fitting[0]
        raise UnknownNameError(
            f"region {text!r} is unknown" if not fitting else f"region {text!r} is not unique",
            "regions look like 'aws/us-east-1' or 'gcp/europe-west1'",
            [region.region for region in fitting]
            or nearest_names(f"{provider}/{name}" if provider else name, self._regions),
        )

    def years(self, region: str) -> tuple[RegionYear, ...]:
        """Return all that is published about a region, by year."""
        return tuple(sorted(self._yearly.get(region, ()), key=lambda row: (row.year, row.source)))

    def pue(self, region: Region, year: int | None) -> Pue:
        """Return the region's published PUE for the nearest year, else its provider's.

        Raises:
            InputError: The provider publishes none.
        """
        of_region = self._nearest(region.region, year, lambda row: row.pue)
        if of_region is not None and of_region.pue is not None:
            return Pue(of_region.pue, "this region", of_region.year, of_region.source)
        rows = [row for row in self._provider_pue if row["provider"] == region.provider]
        for scope in _FLEET_SCOPES:
            of_scope = [row for row in rows if row["scope"] == scope]
            if of_scope:
                years = [int(row["year"]) for row in of_scope]
                wanted = max(years) if year is None else nearest_year(years, year)
                row = next(row for row in of_scope if int(row["year"]) == wanted)
                return Pue(float(row["pue"]), f"{region.provider} {scope}", wanted, row["source"])
        raise InputError(
            f"no PUE is published for {region.region} or its provider",
            "give --pue as a number, or none",
        )

    def market(self, region: Region, year: int | None) -> RegionYear | None:
        """Return the nearest year with a market-based figure of the region, if any."""
        return self._nearest(region.region, year, lambda row: row.market_g_per_kwh)

    def wue(self, region: Region, year: int | None) -> RegionYear | None:
        """Return the nearest year with a water usage effectiveness of the region, if any."""
        return self._nearest(region.region, year, lambda row: row.wue_l_per_kwh)

    def carbon_free_hourly(self, region: Region, year: int | None) -> RegionYear | None:
        """Return the nearest year with a carbon-free share matched hour by hour, if any."""
        return self._nearest(region.region, year, lambda row: row.cfe_share_hourly)

    def carbon_free_annual(self, region: Region, year: int | None) -> RegionYear | None:
        """Return the nearest year with a carbon-free share matched over the year, if any."""
        return self._nearest(region.region, year, lambda row: row.cfe_share_annual)

    def _nearest(
        self, region: str, year: int | None, figure: Callable[[RegionYear], float | None]
    ) -> RegionYear | None:
        known = [row for row in self._yearly.get(region, ()) if figure(row) is not None]
        if not known:
            return None
        years = [row.year for row in known]
        wanted = max(years) if year is None else nearest_year(years, year)
        return next(row for row in known if row.year == wanted)


def _region(row: Row) -> Region:
    name = f"{row['provider']}/{row['region']}"
    return Region(name, row["provider"], row["city"], row["country"], row["zone"], row["em_zone"])


def _region_year(row: Row) -> RegionYear:
    return RegionYear(
        year=int(row["year"]),
        source=row["source"],
        pue=optional_float(row["pue"]),
        wue_l_per_kwh=optional_float(row["wue_l_per_kwh"]),
        cfe_share_hourly=optional_float(row["cfe_share_hourly"]),
        cfe_share_annual=optional_float(row["cfe_share_annual"]),
        market_g_per_kwh=optional_float(row["market_g_co2e_per_kwh"]),
    )


@lru_cache(maxsize=1)
def regions() -> RegionTable:
    """Return the cloud regions of the shipped factor set."""
    tables = shipped()
    return RegionTable(
        tables.rows("cloud_regions"), tables.rows("cloud_region_yearly"), tables.rows("pue")
    )
