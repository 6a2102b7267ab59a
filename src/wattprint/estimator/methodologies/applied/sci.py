"""A job under SCI: our energy, the grid's intensity, and SciEmbodied of the Impact Framework."""

from wattprint.domain.errors import InputError
from wattprint.domain.units import GRAMS_PER_KILOGRAM, SECONDS_PER_HOUR
from wattprint.estimator.methodologies.applied.common import constant, figure_of, instance_notes
from wattprint.estimator.methodologies.figure import MethodFigure
from wattprint.estimator.methodologies.job import Job
from wattprint.estimator.methodologies.ours import our_terms
from wattprint.estimator.methodologies.sci import BASE_MEMORY_GB, BASE_VCPUS, if_embodied_g

SOURCE, YEAR = "impact_framework", 2024


def figure(job: Job) -> MethodFigure:
    """Return (E x I + M) for the whole job, its functional unit the job itself.

    Raises:
        InputError: No energy of the machine to begin with.
    """
    if job.ours.energy_kwh.it is None:
        raise InputError(
            "sci needs the energy of the machine, and it is not known",
            "expected hardware and hours, or energy_kwh at 'it'",
        )
    vcpus = BASE_VCPUS if job.vcpus is None else float(job.vcpus)
    memory_gb = BASE_MEMORY_GB if job.memory_gb is None else job.memory_gb
    embodied_g = if_embodied_g(
        duration_s=job.wall_hours * SECONDS_PER_HOUR,
        vcpus=vcpus,
        memory_gb=memory_gb,
        gpus=0 if job.accelerator is None else job.work.accelerator_count,
    )
    embodied_kg = embodied_g / GRAMS_PER_KILOGRAM
    note = (
        f"{vcpus:g} vCPU, {memory_gb:g} GB; 100 kg a vCPU, where Cloud Carbon Footprint "
        "has 100 kg a CPU"
    )
    made = constant("embodied", embodied_kg, "kgCO2e", SOURCE, YEAR, note)
    said = "SCI prescribes no model of power: the energy is Wattprint's"
    return figure_of(
        our_terms(job)._replace(embodied_kg=embodied_kg),
        parts=(),
        evidence=(*(reason for reason in job.ours.evidence if reason.quantity != "embodied"), made),
        notes=(*instance_notes(job), said),
    )
