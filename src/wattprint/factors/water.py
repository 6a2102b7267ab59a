"""Water of electricity: what each kind of plant consumes or withdraws a kWh."""

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from wattprint.factors.tables import Row, shipped
from wattprint.factors.zones import GenerationMix


class WaterFactor(NamedTuple):
    """Water of a kWh, with its bounds [L/kWh]."""

    value: float
    low: float
    """May be 0: wind takes none."""
    high: float

    def scaled(self, share: float) -> "WaterFactor":
        """Return the water of a share of a kWh."""
        return WaterFactor(self.value * share, self.low * share, self.high * share)

    def plus(self, other: "WaterFactor") -> "WaterFactor":
        """Return the water of both; what is not known of one is not known of the other."""
        return WaterFactor(self.value + other.value, self.low + other.low, self.high + other.high)


NO_WATER = WaterFactor(0.0, 0.0, 0.0)


class WaterTable:
    """Look-up of water by kind and by what electricity is made from."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._of_source: dict[tuple[str, str], WaterFactor] = {}
        for row in rows:
            key = (row["kind"], row["source_type"])
            known = self._of_source.get(key)
            self._of_source[key] = _with_cooling(known, row)
            self.source, self.year = row["source"], int(row["year"])

    def of_source(self, kind: str, source_type: str) -> WaterFactor:
        """Return the water of a kWh from coal, hydro, ...; the way of cooling is not known."""
        return self._of_source[(kind, source_type)]

    def of_mix(self, kind: str, mix: GenerationMix) -> WaterFactor:
        """Return the water of a kWh of a grid: each source's by its share."""
        total = NO_WATER
        for source_type, share in mix.share.items():
            total = total.plus(self.of_source(kind, source_type).scaled(share))
        return total


def _with_cooling(known: WaterFactor | None, row: Row) -> WaterFactor:
    """Add a way of cooling: the mean by their shares, and the bounds of any of them."""
    share = float(row["cooling_share"])
    value = float(row["l_per_kwh"]) * share
    low, high = float(row["min_l_per_kwh"]), float(row["max_l_per_kwh"])
    if known is None:
        return WaterFactor(value, low, high)
    return WaterFactor(known.value + value, min(known.low, low), max(known.high, high))


@lru_cache(maxsize=1)
def water_factors() -> WaterTable:
    """Return the water factors of the shipped factor set."""
    return WaterTable(shipped().rows("water_factors"))
