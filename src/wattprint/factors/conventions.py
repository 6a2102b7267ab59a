"""The conventions and default intervals that stand in where nothing closer is given."""

from functools import lru_cache
from math import sqrt
from typing import NamedTuple

from wattprint.domain.formulas.cpu_power import PackageShares
from wattprint.domain.interval import Range
from wattprint.factors.tables import optional_float, shipped


class Convention(NamedTuple):
    """A stated default with its 90 % interval and its source."""

    name: str
    amount: Range
    unit: str
    source: str
    year: int
    note: str


class Equivalence(NamedTuple):
    """Emissions of something from everyday life."""

    quantity: str
    kg_per_unit: float
    unit: str
    source: str
    year: int
    note: str


@lru_cache(maxsize=1)
def _conventions() -> dict[str, Convention]:
    return {
        row["name"]: Convention(
            row["name"],
            Range(float(row["value"]), float(row["low"]), float(row["high"])),
            row["unit"],
            row["source"],
            int(row["year"]),
            row["note"],
        )
        for row in shipped().rows("conventions")
    }


def convention(name: str) -> Convention:
    """Return one of the conventions by name; KeyError if the factor set has none such."""
    return _conventions()[name]


def years_apart(years: int) -> Range:
    """Return what a grid's mean of one year is of another's: wider as the root of the distance.

    Args:
        years: Between the two, 0 or more.
    """
    apart, steps = convention("intensity_year").amount, sqrt(years)
    return Range(1.0, apart.low**steps, apart.high**steps)


def package_shares() -> PackageShares:
    """Return what the parts of a processor package draw, as shares of its TDP."""
    return PackageShares(
        *(
            convention(f"cpu_{name}").amount.value
            for name in (
                "idle_share",
                "awake_share",
                "busy_share",
                "lowest_voltage",
                "voltage_plateau",
            )
        )
    )


@lru_cache(maxsize=1)
def equivalences() -> tuple[Equivalence, ...]:
    """Return all equivalences, newest edition of each first."""
    rows = sorted(shipped().rows("equivalents"), key=lambda row: -int(row["year"]))
    return tuple(
        Equivalence(
            row["quantity"],
            optional_float(row["kg_co2e"]) or 0.0,
            row["unit"],
            row["source"],
            int(row["year"]),
            row["note"],
        )
        for row in rows
    )
