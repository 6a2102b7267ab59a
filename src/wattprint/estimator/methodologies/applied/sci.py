"""A job under SCI: our energy, the grid's intensity, and SciEmbodied of the Impact Framework."""

from wattprint.domain.errors import InputError
from wattprint.domain.units import SECONDS_PER_HOUR
from wattprint.estimator.methodologies.applied.common import constant, figure_of, instance_notes
from wattprint.estimator.methodologies.figure import MethodFigure, Terms
from wattprint.estimator.methodologies.job import Job
from wattprint.estimator.methodologies.places import value_of
from wattprint.estimator.methodologies.sci import BASE_MEMORY_GB, BASE_VCPUS, if_embodied_g

SOURCE, YEAR = "impact_framework", 2024


def figure(job: Job) -> MethodFigure:
    """Return (E x I + M) for the whole job, its functional unit the job itself."""
    parts, energy = job.ours.components_kwh, job.ours.energy_kwh
    if energy.it is None:
        raise InputError(
            "sci needs the energy of the machine, and it is not known",
            "expected hardware and hours, or energy_kwh at 'it'",
        )
    device_kwh = None if parts.accelerator is None else parts.accelerator.value
    cpu_kwh = None if parts.cpu is None else parts.cpu.value
    memory_kwh = None if parts.memory is None else parts.memory.value
    counted = sum(kwh or 0.0 for kwh in (device_kwh, cpu_kwh, memory_kwh))
    other_kwh = energy.it.value - counted
    vcpus = BASE_VCPUS if job.instance is None else float(job.instance.vcpus)
    memory_gb = BASE_MEMORY_GB if job.memory_gb is None else job.memory_gb
    embodied_g = if_embodied_g(
        duration_s=job.wall_hours * SECONDS_PER_HOUR,
        vcpus=vcpus,
        memory_gb=memory_gb,
        gpus=0 if job.accelerator is None else job.work.accelerator_count,
    )
    intensity, pue = job.our("carbon_intensity"), job.our("pue")
    terms = Terms(
        device_kwh=device_kwh,
        cpu_kwh=cpu_kwh,
        memory_kwh=memory_kwh,
        other_kwh=other_kwh if other_kwh > 1e-9 * energy.it.value else None,
        pue=value_of(pue),
        intensity_g_per_kwh=value_of(intensity),
        embodied_kg=embodied_g / 1000,
    )
    note = (
        f"{vcpus:g} vCPU, {memory_gb:g} GB; 100 kg a vCPU, where Cloud Carbon Footprint "
        "has 100 kg a CPU"
    )
    return figure_of(
        terms,
        evidence=(
            *(evidence for evidence in job.ours.evidence),
            constant("embodied", embodied_g / 1000, "kgCO2e", SOURCE, YEAR, note),
        ),
        equations=(),
        notes=(
            *instance_notes(job),
            "SCI prescribes no model of power: the energy is Wattprint's",
        ),
    )
