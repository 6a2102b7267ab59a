"""Per functional unit: energy and emissions of a request, and the SCI score of ISO/IEC 21031."""

from typing import Any, NamedTuple

from wattprint.domain import units
from wattprint.domain.checks import number, text
from wattprint.domain.derived import Derived
from wattprint.domain.errors import InputError
from wattprint.domain.evidence import Method
from wattprint.domain.footprint import Footprint
from wattprint.domain.formulas.embodied import software_carbon_intensity_g
from wattprint.domain.interval import Range, product, sum_independent
from wattprint.estimator.task import Task

UNIT_INPUTS = ("functional_unit", "units")
"""What can be said of the unit that software scales by, by the names of every front door."""

REQUESTS = frozenset({"request", "requests"})
MOST_UNITS = 1e24
PER_UNIT = "gCO2e per functional unit"


class FunctionalUnit(NamedTuple):
    """What software scales by, and how many of them the work served."""

    name: str
    served: float


def described_unit(task: Task, *, functional_unit: Any, units: Any) -> FunctionalUnit | None:
    """Check what was said of the functional unit; requests of inference count themselves.

    Raises:
        InputError: A unit without a name or a number, a number that is not above 0.
    """
    if functional_unit is None:
        if units is not None:
            raise InputError(
                f"units is {units!r} of nothing",
                "expected functional_unit beside it: what they are",
            )
        return None
    name = text("functional_unit", functional_unit)
    count = task.requests if units is None and name in REQUESTS else units
    if count is None:
        raise InputError(
            f"functional_unit is {name!r}, but not how many", "expected units: how many were served"
        )
    count = number("units", count, at_most=MOST_UNITS)
    if count == 0:
        raise InputError("units is 0", "expected a number above 0: nothing was served")
    return FunctionalUnit(name, count)


def per_request(task: Task, footprint: Footprint) -> tuple[Derived, ...]:
    """Return energy and emissions of one request, at the widest boundary that is known."""
    if not task.requests:
        return ()
    energy = footprint.energy_kwh
    widest = "accelerators alone" if energy.it is None else "IT energy, without cooling"
    boundary = widest if energy.facility is None else "facility energy"
    kinds = (
        ("energy_per_request", "kWh", footprint.best_energy_kwh, boundary),
        ("emissions_per_request", "kgCO2e", footprint.emissions_kg.location_based, ""),
    )
    return tuple(
        Derived(
            name, product(total, value=total.value / task.requests), unit, footprint.method, note
        )
        for name, unit, total, note in kinds
        if total is not None
    )


def sci_figures(unit: FunctionalUnit, footprint: Footprint) -> tuple[Derived, ...]:
    """Return the software carbon intensity, (O + M) / R, and its two parts.

    Location-based emissions alone enter: contracts and offsets do not lower the score. Without
    one of the parts there is no score; the other part is shown, and what is missing is said.
    """
    emissions = footprint.emissions_kg
    operational, embodied = emissions.location_based, emissions.embodied
    lacking = [
        word
        for word, part in (
            ("O: give a zone, a region or an intensity", operational),
            ("M: embodied emissions are not known", embodied),
        )
        if part is None
    ]
    note = f"(O + M) / R, R = {units.plain(unit.served, units.EXACT_DIGITS)} {unit.name}"
    score = None
    if operational is not None and embodied is not None:
        grams = software_carbon_intensity_g(
            operational.value * units.GRAMS_PER_KILOGRAM,
            embodied.value * units.GRAMS_PER_KILOGRAM,
            functional_units=unit.served,
        )
        score = product(sum_independent(operational, embodied), value=grams)
    elif lacking:
        note = f"{note}; missing {', and '.join(lacking)}"
    method = Method.MISSING if score is None else footprint.method
    return (
        Derived("sci", score, PER_UNIT, method, note),
        _part("sci_operational", operational, unit, footprint.method, "O / R"),
        _part("sci_embodied", embodied, unit, footprint.coverage["embodied"], "M / R"),
    )


def _part(
    name: str, part_kg: Range | None, unit: FunctionalUnit, method: Method, note: str
) -> Derived:
    if part_kg is None:
        return Derived(name, None, PER_UNIT, Method.MISSING, note)
    grams = part_kg.value * units.GRAMS_PER_KILOGRAM / unit.served
    return Derived(name, product(part_kg, value=grams), PER_UNIT, method, note)
