"""Our own figure in the terms that methodologies are compared by."""

from wattprint.domain.interval import Range
from wattprint.estimator.methodologies.figure import Terms
from wattprint.estimator.methodologies.job import Job
from wattprint.estimator.methodologies.places import value_of

_NOISE = 1e-9
"""Share of an energy below which a rest is one of binary arithmetic."""


def our_terms(job: Job) -> Terms:
    """Return the terms of a job's footprint by Wattprint's own method; none without its energy."""
    energy, parts, emissions = job.ours.energy_kwh, job.ours.components_kwh, job.ours.emissions_kg
    it_kwh = _value(energy.it) or 0.0
    known = [part.value for part in (parts.accelerator, parts.cpu, parts.memory) if part]
    other_kwh = it_kwh - sum(known)
    facility_kwh = _value(energy.facility)
    return Terms(
        device_kwh=_value(parts.accelerator),
        cpu_kwh=_value(parts.cpu),
        memory_kwh=_value(parts.memory),
        other_kwh=other_kwh if other_kwh > _NOISE * it_kwh else None,
        pue=None if facility_kwh is None or it_kwh == 0 else facility_kwh / it_kwh,
        intensity_g_per_kwh=value_of(job.our("carbon_intensity")),
        embodied_kg=_value(emissions.embodied),
    )


def _value(amount: Range | None) -> float | None:
    return None if amount is None else amount.value
