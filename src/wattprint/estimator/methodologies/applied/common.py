"""What the figures of several methodologies are made of."""

from wattprint.domain import units
from wattprint.domain.evidence import Equation, Evidence, Method
from wattprint.domain.footprint import co2e
from wattprint.domain.interval import exact
from wattprint.estimator.methodologies.figure import MethodFigure, Terms
from wattprint.estimator.methodologies.job import Job
from wattprint.factors.tables import UNVERIFIED

DEVICE_INPUTS = frozenset(
    (
        *("accelerator", "count", "hours", "device_hours", "power_w", "repeats"),
        *("instance", "zone", "region", "intensity"),
    )
)
"""Inputs that every method for hardware and hours takes."""


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
    evidence: tuple[Evidence | None, ...],
    equations: tuple[Equation | None, ...],
    notes: tuple[str, ...] = (),
) -> MethodFigure:
    """Return a figure with the equation of its operational emissions added."""
    kept = tuple(equation for equation in equations if equation is not None)
    return MethodFigure(
        terms,
        tuple(e for e in evidence if e is not None),
        (*kept, *_operational(terms)),
        notes,
    )


def _operational(terms: Terms) -> tuple[Equation, ...]:
    operational_kg = terms.operational_kg
    if operational_kg is None or terms.intensity_g_per_kwh is None:
        return ()
    words, numbers = "IT energy", units.energy(terms.it_kwh, units.EXACT_DIGITS)
    if terms.pue is not None:
        words, numbers = f"{words} x PUE", f"{numbers} x {plain(terms.pue)}"
    numbers += f" x {plain(terms.intensity_g_per_kwh)} gCO2e/kWh"
    if terms.rounding_kg:
        words, numbers = f"{words} x intensity, rounded", f"{numbers}, rounded"
    else:
        words = f"{words} x intensity"
    return (
        Equation(
            "operational emissions",
            words,
            numbers,
            co2e(exact(max(0.0, operational_kg)), units.EXACT_DIGITS),
        ),
    )
