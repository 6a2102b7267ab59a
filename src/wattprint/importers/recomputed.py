"""What our estimator makes of an imported record, to stand beside what was reported.

Energy times the intensity of the place where the tool reports energy; hardware times hours where it
reports none. Nothing of the tool's own grams enters.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from wattprint.domain import units
from wattprint.domain.errors import InputError
from wattprint.domain.footprint import Footprint
from wattprint.domain.imported import ImportedRecord
from wattprint.estimator.describe import estimate
from wattprint.estimator.place import FIRST_YEAR, LAST_YEAR

PLACE = ("zone", "region", "intensity")
"""Any of these says where work was done."""


class Recomputed(NamedTuple):
    """A footprint of ours, and how it came about; or why there is none."""

    footprint: Footprint | None
    how: str
    """`energy x intensity`, `hardware x hours`, or the reason why neither can be."""

    @property
    def emissions_g(self) -> float | None:
        """Operational emissions, location-based; None without a place [gCO2e]."""
        if self.footprint is None or self.footprint.emissions_kg.location_based is None:
            return None
        return self.footprint.emissions_kg.location_based.value * units.GRAMS_PER_KILOGRAM


def recomputed(record: ImportedRecord, **said: Any) -> Recomputed:
    """Recompute a record under the installed factors.

    Args:
        record: The record.
        said: Inputs of the place as `estimate` takes them; where the record names its own place,
            no zone, region or intensity among them is used.

    Raises:
        InputError: Something said that is unknown or impossible.
    """
    work, how = _work(record)
    if not work:
        return Recomputed(None, how)
    try:
        return Recomputed(estimate(**work, **beside(record, said)), how)
    except InputError as error:
        if any(value is not None for value in said.values()):
            raise
        return Recomputed(None, f"{error.given}; {error.allowed}")


def beside(record: ImportedRecord, said: Mapping[str, Any]) -> dict[str, Any]:
    """Return the place of a record: its own, and what was said only where it has none.

    Args:
        record: The record.
        said: Inputs of the place as `estimate` takes them; None says nothing.
    """
    own = own_place(record)
    place = {
        name: value
        for name, value in said.items()
        if value is not None and not (own and name in PLACE)
    } | own
    year = record.year
    is_looked_up = "intensity" not in place and ("zone" in place or "region" in place)
    if is_looked_up and year is not None and FIRST_YEAR <= year <= LAST_YEAR:
        place.setdefault("year", year)
    return place


def own_or_said(record: ImportedRecord, said: Mapping[str, Any]) -> str | None:
    """Return what the place of a record is known by; None where nothing says it."""
    place = beside(record, said)
    return next((str(place[name]) for name in PLACE if name in place), None)


def own_place(record: ImportedRecord) -> dict[str, str]:
    """Return the region or zone that a record names; empty where it names none."""
    for name in ("region", "zone"):
        if isinstance(found := record.place.get(name), str):
            return {name: found}
    return {}


def quick_g(record: ImportedRecord, **place: Any) -> float | None:
    """Return recomputed emissions alone, for files of millions of rows [gCO2e].

    All that is asked is linear in energy or hours, so each place, year and machine is estimated
    once.

    Args:
        record: The record.
        place: Its place, as `beside` returns it.
    """
    work, _ = _work(record)
    if not work:
        return None
    amount_of = next(name for name in ("energy_kwh", "device_hours", "hours") if name in work)
    amount: float = work.pop(amount_of)
    each_g = _of_one(amount_of, tuple(sorted(work.items())), tuple(sorted(place.items())))
    return None if each_g is None else each_g * amount


@lru_cache(maxsize=10_000)
def _of_one(
    amount_of: str, work: tuple[tuple[str, Any], ...], place: tuple[tuple[str, Any], ...]
) -> float | None:
    try:
        one = estimate(**dict((*work, *place, (amount_of, 1.0))))
    except InputError:
        return None
    return Recomputed(one, "").emissions_g


def _work(record: ImportedRecord) -> tuple[dict[str, Any], str]:
    """Return the work as `estimate` takes it; empty with the reason where too little is said."""
    if record.energy_kwh is not None:
        return {
            "energy_kwh": record.energy_kwh,
            "energy_at": record.energy_at or "chips",
        }, "energy x intensity"
    hardware = record.hardware
    device_hours = hardware.get("device_hours")
    hours = None if record.duration_s is None else record.duration_s / units.SECONDS_PER_HOUR
    if device_hours is None and hours is None:
        return {}, "neither energy nor hours are reported"
    time = {"hours": hours} if device_hours is None else {"device_hours": device_hours}
    if "accelerator" in hardware:
        count = hardware.get("accelerator_count") if device_hours is None else None
        counted = {} if count is None else {"count": count}
        return {"accelerator": hardware["accelerator"], **counted, **time}, "hardware x hours"
    if "tdp_w" in hardware:
        return {"power_w": hardware["tdp_w"], **time}, "hardware x hours"
    if "cpu" in hardware and hours is not None:
        return {"cpu": hardware["cpu"], "hours": hours}, "hardware x hours"
    return {}, "neither energy nor known hardware is reported"
