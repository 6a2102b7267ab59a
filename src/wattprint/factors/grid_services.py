"""Grid services: what each gives, in which unit, at which cost and under which licence."""

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from wattprint.factors.tables import shipped


class GridService(NamedTuple):
    """One row of the table of services, in words."""

    service: str
    name: str
    kind: str
    basis: str
    scope: str
    unit: str
    step: str
    covers: str
    forecast: str
    history: str
    key: str
    cost: str
    licence: str
    source: str
    year: int


@lru_cache(maxsize=1)
def grid_services() -> Mapping[str, GridService]:
    """Return all services by the name under which they are asked."""
    return {
        row["service"]: GridService._make(
            int(row[name]) if name == "year" else row[name] for name in GridService._fields
        )
        for row in shipped().rows("grid_services")
    }
