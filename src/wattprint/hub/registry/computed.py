"""What our estimator makes of a submission, to stand beside what was reported.

All that a submission says is linear in energy or in hours, so that each hardware, place, year and
PUE is estimated once, and a table of thousands of models takes seconds.
"""

from functools import lru_cache
from typing import Any, NamedTuple

from wattprint.domain import units
from wattprint.domain.errors import InputError
from wattprint.domain.interval import Range
from wattprint.estimator.describe import estimate
from wattprint.estimator.place import FIRST_YEAR, LAST_YEAR
from wattprint.factors.tables import shipped
from wattprint.hub.calculator.asked import fault_of, field_of
from wattprint.hub.registry.messages import FootprintSaid

_UG_PER_KG = 1e9


class Computed(NamedTuple):
    """Our figures, or why there are none."""

    energy_j: tuple[int, int, int] | None
    """At the widest boundary that can be told: value, low, high. [J]"""
    location_ug: tuple[int, int, int] | None
    """[ugCO2e]"""
    how: str
    factor_set_version: str | None


class _Unit(NamedTuple):
    """What one kWh or one hour comes to."""

    energy_kwh: Range | None
    location_kg: Range | None
    how: str


def computed(said: FootprintSaid) -> Computed:
    """Return what we make of a piece of work.

    Args:
        said: What is said of it; nothing of its emissions enters.
    """
    work, amount, words = _work(said)
    if not work:
        return Computed(None, None, words, None)
    unit = _of_one(tuple(sorted(work.items())))
    if unit.energy_kwh is None:
        return Computed(None, None, unit.how, None)
    return Computed(
        _whole(unit.energy_kwh, amount * units.JOULES_PER_KWH),
        None if unit.location_kg is None else _whole(unit.location_kg, amount * _UG_PER_KG),
        words + ("" if unit.location_kg is not None else "; without a place there is no emission"),
        shipped().version,
    )


def _whole(amount: Range, scale: float) -> tuple[int, int, int]:
    return round(amount.value * scale), round(amount.low * scale), round(amount.high * scale)


def equations(said: FootprintSaid) -> tuple[str, ...]:
    """Return our arithmetic with its numbers, step by step."""
    work, amount, _ = _work(said)
    if not work:
        return ()
    return _equations(tuple(sorted({**work, _amount_of(work): amount}.items())))


@lru_cache(maxsize=2048)
def _equations(work: tuple[tuple[str, Any], ...]) -> tuple[str, ...]:
    wanted = ("accelerator energy", "IT energy", "facility energy", "location-based emissions")
    try:
        found = estimate(**dict(work)).equations
    except InputError:
        return ()
    return tuple(
        f"{one.quantity} = {one.numbers} = {one.result}" for one in found if one.quantity in wanted
    )


@lru_cache(maxsize=10_000)
def _of_one(work: tuple[tuple[str, Any], ...]) -> _Unit:
    try:
        found = estimate(**dict(work))
    except InputError as error:
        return _Unit(None, None, fault_of(error, field_of(error)).text.rstrip("."))
    return _Unit(found.best_energy_kwh, found.emissions_kg.location_based, "")


def _amount_of(work: dict[str, Any]) -> str:
    return "energy_kwh" if "energy_kwh" in work else "device_hours"


def _work(said: FootprintSaid) -> tuple[dict[str, Any], float, str]:
    """Return work as `estimate` takes it, of one kWh or hour; how many; and in words."""
    place = _place(said)
    energy_kwh = said.reported_kwh
    if energy_kwh:
        at = said.energy_at or "facility"
        pue = {} if at == "facility" or said.pue is None else {"pue": said.pue}
        work = {"energy_kwh": 1.0, "energy_at": at, **pue, **place}
        return work, energy_kwh, "the energy that is said, times the intensity of the place"
    hours = said.device_hours
    if hours is None and said.hours is not None:
        hours = said.hours * (said.count or 1)
    if hours is None:
        return {}, 0.0, "neither energy nor hours are said"
    pue = {} if said.pue is None else {"pue": said.pue}
    if said.power_w is not None:
        return (
            {"power_w": said.power_w, "device_hours": 1.0, **pue, **place},
            hours,
            ("the power that is said times device-hours"),
        )
    if not said.hardware:
        return {}, 0.0, "neither energy nor hardware is said"
    work = {"accelerator": said.hardware, "device_hours": 1.0, **pue, **place}
    return work, hours, "the hardware's power times device-hours"


def _place(said: FootprintSaid) -> dict[str, Any]:
    if said.intensity_g_per_kwh is not None:
        return {"intensity": said.intensity_g_per_kwh}
    if said.region:
        place: dict[str, Any] = {"region": said.region}
    elif said.zone:
        place = {"zone": said.zone}
    else:
        return {}
    if said.year is not None and FIRST_YEAR <= said.year <= LAST_YEAR:
        place["year"] = said.year
    return place
