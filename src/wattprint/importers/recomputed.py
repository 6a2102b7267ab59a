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


def recomputed(
    record: ImportedRecord, said: Mapping[str, Any], otherwise: Mapping[str, str]
) -> Recomputed:
    """Recompute a record under the installed factors.

    Args:
        record: The record.
        said: Inputs of the place as `estimate` takes them; a zone, region or intensity among them
            stands in the place of the record's own.
        otherwise: Zone or region of a record that has none.

    Raises:
        InputError: Something said that is unknown or impossible.
    """
    work, how = _work(record)
    if not work:
        return Recomputed(None, how)
    try:
        return Recomputed(estimate(**work, **place_of(record, otherwise, said)), how)
    except InputError as error:
        if said:
            raise
        return Recomputed(None, f"{error.given}; {error.allowed}")


def place_of(
    record: ImportedRecord, otherwise: Mapping[str, str], said: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return the place of a record: as it was said now, else its own, else as it was said before.

    Args:
        record: The record.
        otherwise: Zone or region of a record that has none.
        said: Inputs of the place as `estimate` takes them.
    """
    place = dict(said or {})
    if not is_place(place):
        place |= own_place(record) or otherwise
    year = record.year
    is_looked_up = "intensity" not in place and is_place(place)
    if is_looked_up and year is not None and FIRST_YEAR <= year <= LAST_YEAR:
        place.setdefault("year", year)
    return place


def is_place(said: Mapping[str, Any]) -> bool:
    """Tell whether anything said names a place."""
    return any(name in said for name in PLACE)


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
        place: Its place, as `place_of` returns it.
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
