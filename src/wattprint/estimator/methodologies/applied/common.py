"""What the figures of several methodologies are made of."""

from collections.abc import Sequence
from typing import NamedTuple

from wattprint.domain import units
from wattprint.domain.evidence import Equation, Evidence, Method
from wattprint.domain.footprint import co2e
from wattprint.domain.interval import exact
from wattprint.domain.units import WATTS_PER_KILOWATT
from wattprint.estimator.methodologies.figure import MethodFigure, Terms
from wattprint.estimator.methodologies.job import Job
from wattprint.factors.cpus import Cpu
from wattprint.factors.tables import UNVERIFIED

DEVICE_INPUTS = frozenset(
    (
        *("accelerator", "count", "hours", "device_hours", "power_w", "repeats"),
        *("instance", "zone", "region", "intensity"),
    )
)
"""Inputs that every method for hardware and hours takes."""


class Part(NamedTuple):
    """Energy of one component under a method, and the reasons for it; None where it has none."""

    kwh: float | None = None
    evidence: Evidence | None = None
    equation: Equation | None = None


NOTHING = Part()


def drawn(component: str, unit_hours: float, power_w: float, evidence: Evidence | None) -> Part:
    """Return the energy of a component that draws some power for some hours.

    Args:
        component: Its name.
        unit_hours: Hours, times the number of units that draw the power each. [h]
        power_w: Mean power of one unit. [W]
        evidence: Where the power comes from.
    """
    kwh = unit_hours * power_w / WATTS_PER_KILOWATT
    numbers = f"{plain(power_w)} W x {plain(unit_hours)} h"
    return Part(kwh, evidence, energy_equation(component, "power x hours", numbers, kwh))


def constant(  # noqa: PLR0917 - the columns of an evidence, in their order
    quantity: str, amount: float, unit: str, source: str, year: int, note: str = ""
) -> Evidence:
    """Return a method's own constant as evidence."""
    return Evidence(quantity, exact(amount), unit, Method.ASSUMED, source, year, note)


def device_evidence(job: Job, power_w: float) -> Evidence:
    """Return where the power of an accelerator comes from."""
    part = job.accelerator
    if job.work.power_w is not None or part is None:
        return Evidence.given("accelerator_power", exact(power_w), "W")
    note = part.name if part.verified else f"{part.name}; {UNVERIFIED}"
    return Evidence(
        "accelerator_tdp", exact(power_w), "W", Method.MODELLED, part.source, part.year, note
    )


def cpu_evidence(cpu: Cpu, packages: int) -> Evidence:
    """Return where the TDP of a job's CPUs comes from, all packages together."""
    note = f"{packages} x {cpu.name}" + ("" if cpu.verified else f"; {UNVERIFIED}")
    tdp_w = exact(cpu.tdp_w * packages)
    return Evidence("cpu_tdp", tdp_w, "W", Method.MODELLED, cpu.source, cpu.year, note)


def use_of(given: float | None, otherwise: float = 1.0) -> float:
    """Return a utilization as given, else a method's own."""
    return otherwise if given is None else given


def instance_notes(job: Job) -> tuple[str, ...]:
    """Say which machine a job is taken to run on, where its place and accelerators tell."""
    if job.instance is None or job.accelerator is None:
        return ()
    if "instance" in job.given:
        return (f"on {job.instance.name}",)
    return (
        f"taken to be {job.instance.name}, the instance of its provider with "
        f"{job.work.accelerator_count} x {job.accelerator.name}",
    )


def energy_equation(component: str, words: str, numbers: str, kwh: float) -> Equation:
    """Return the equation of a component's energy."""
    return Equation(f"{component} energy", words, numbers, units.energy(kwh, units.EXACT_DIGITS))


def plain(amount: float) -> str:
    """Write a number as equations have it."""
    return units.plain(amount, units.EXACT_DIGITS)


def figure_of(
    terms: Terms,
    *,
    parts: Sequence[Part],
    evidence: Sequence[Evidence | None],
    notes: tuple[str, ...] = (),
) -> MethodFigure:
    """Return a figure with its parts' reasons, and the equation of its operational emissions."""
    reasons = (*(part.evidence for part in parts), *evidence)
    equations = (part.equation for part in parts)
    return MethodFigure(
        terms,
        tuple(reason for reason in reasons if reason is not None),
        (*(equation for equation in equations if equation is not None), *_operational(terms)),
        notes,
    )


def _operational(terms: Terms) -> tuple[Equation, ...]:
    operational_kg = terms.operational_kg
    if operational_kg is None or terms.intensity_g_per_kwh is None:
        return ()
    words, numbers = "IT energy", units.energy(terms.it_kwh, units.EXACT_DIGITS)
    if terms.pue is not None:
        words, numbers = f"{words} x PUE", f"{numbers} x {plain(terms.pue)}"
    words, numbers = f"{words} x intensity", f"{numbers} x {plain(terms.intensity_g_per_kwh)}"
    rounded = ", rounded" if terms.rounding_kg else ""
    return (
        Equation(
            "operational emissions",
            words + rounded,
            f"{numbers} gCO2e/kWh{rounded}",
            co2e(exact(max(0.0, operational_kg)), units.EXACT_DIGITS),
        ),
    )
