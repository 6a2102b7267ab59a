"""The parts of a footprint's energy that a description names."""

from collections.abc import Iterable
from math import fsum
from typing import NamedTuple

from wattprint.domain import units
from wattprint.domain.evidence import Equation, Evidence, Method
from wattprint.domain.formulas.energy import described_energy_kwh
from wattprint.domain.formulas.life import repeated_kwh
from wattprint.domain.interval import Range, exact, product
from wattprint.estimator.power import (
    Power,
    accelerator_power,
    cpu_power,
    memory_power,
    stated_power,
    static_power,
)
from wattprint.estimator.work import Work

_NONE = exact(1.0)
"""Hours and repeats that are as they were said."""


class Part(NamedTuple):
    """Energy of one component of the IT equipment, and the reasons for it."""

    component: str
    energy_kwh: Range
    method: Method
    evidence: tuple[Evidence, ...] = ()
    equations: tuple[Equation, ...] = ()


def described_parts(work: Work) -> tuple[Part, ...]:
    """Return the energy of every component that the description names.

    Raises:
        InputError: A part that is unknown or ambiguous, or whose power is not published.
    """
    parts = [] if (accelerators := _accelerators(work)) is None else [accelerators]
    if work.cpu is not None:
        parts.append(_powered("cpu", work.cpu_count, cpu_power(work), work))
    elif work.host is not None and (power := work.host.cpu_power()) is not None:
        parts.append(_powered("cpu", 1, stated_power(power), work))
    if work.memory_gb is not None:
        parts.append(_powered("memory", work.memory_gb, memory_power(work.memory_type), work))
    elif work.host is not None and (memory := work.host.memory()) is not None:
        parts.append(_powered("memory", 1, memory_power(work.memory_type, of=memory), work))
    static = static_part(work)
    return tuple(parts) if static is None else (*parts, static)


def static_part(work: Work) -> Part | None:
    """Return the energy of everything in the machine but its chips, if it is known."""
    if work.static_w is not None:
        return _powered("static", 1, static_power(work.static_w), work)
    if work.host is not None and (power := work.host.static_power()) is not None:
        return _powered("static", 1, stated_power(power), work)
    return None


def supply(work: Work, delivered_kwh: Iterable[float]) -> Evidence | None:
    """Return the efficiency of the machine's power supply, if it is known.

    Args:
        work: The work.
        delivered_kwh: Energy of each part behind the supply. [kWh]
    """
    if work.supply_efficiency is not None:
        return Evidence.given("supply_efficiency", exact(work.supply_efficiency), "ratio")
    if work.host is None:
        return None
    hours = work.wall_hours * work.repeats
    return work.host.supply(fsum(delivered_kwh) * units.WATTS_PER_KILOWATT / hours if hours else 0)


def _accelerators(work: Work) -> Part | None:
    if work.energy_kwh is not None:
        given = Evidence.given("accelerator_energy", exact(work.energy_kwh), "kWh")
        kwh = repeated_kwh(work.energy_kwh, work.repeats)
        energy = product(work.reckoned.spread, value=kwh)
        return Part("accelerator", energy, Method.GIVEN, (given,))
    if work.reckoned.accelerator_kwh is not None:
        return Part(
            "accelerator", work.reckoned.accelerators_kwh(work.repeats), work.reckoned.method
        )
    if work.accelerator is None and work.power_w is None:
        return None
    part = powered_part(
        "accelerator",
        work.device_hours,
        accelerator_power(work),
        work.repeats,
        work.reckoned.spread,
    )
    if work.reckoned.are_hours_reckoned:
        return part
    hours = Evidence.given("device_hours", exact(work.device_hours), "h")
    return part._replace(evidence=(*part.evidence, hours))


def _powered(component: str, amount: float, power: Power, work: Work) -> Part:
    """Energy of `amount` units that each draw `power` for the wall hours of the work."""
    return powered_part(
        component, amount * work.wall_hours, power, work.repeats, work.reckoned.spread
    )


def powered_part(
    component: str,
    unit_hours: float,
    power: Power,
    repeats: float = 1,
    spread: Range = _NONE,
) -> Part:
    """Return the energy of a component by its power.

    Args:
        component: One of the components of a footprint.
        unit_hours: Units times the hours each was in use. [h]
        power: Mean power of one unit.
        repeats: How many times the work was done.
        spread: How far hours and repeats may be off.
    """
    kwh = repeated_kwh(described_energy_kwh(unit_hours, power.amount_w.value), repeats)
    energy = product(power.amount_w, spread, value=kwh)
    equation = _equation(component, unit_hours, power, repeats, energy)
    return Part(component, energy, power.method, power.reasons, (equation,))


_UNIT_HOURS = {"accelerator": "device-hours", "cpu": "CPU-hours", "memory": "GB-hours"}
"""Where a part's power is that of one unit; elsewhere it is that of all."""


def _equation(
    component: str, unit_hours: float, power: Power, repeats: float, energy: Range
) -> Equation:
    what = _UNIT_HOURS.get(component, "hours")
    words, numbers = [what], [f"{units.plain(unit_hours, units.EXACT_DIGITS)} {what}"]
    for reason in power.reasons:
        if reason.amount is not None:
            words.append(reason.quantity.replace("_", " "))
            unit = "" if reason.unit == "ratio" else f" {reason.unit}"
            numbers.append(f"{units.plain(reason.amount.value, units.EXACT_DIGITS)}{unit}")
    if repeats != 1:
        words.append("repeats")
        numbers.append(units.plain(repeats, units.EXACT_DIGITS))
    result = units.energy_range(energy.as_tuple(), units.EXACT_DIGITS)
    return Equation(f"{component} energy", " x ".join(words), " x ".join(numbers), result)
