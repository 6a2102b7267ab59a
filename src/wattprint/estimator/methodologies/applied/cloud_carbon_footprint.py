"""A job under Cloud Carbon Footprint: GPUs and the instance's vCPUs at half use, and the making."""

from functools import lru_cache

from wattprint.domain.errors import InputError
from wattprint.domain.evidence import Evidence, Method
from wattprint.domain.interval import exact
from wattprint.domain.units import WATTS_PER_KILOWATT
from wattprint.estimator.market import INTENSITY_UNIT
from wattprint.estimator.methodologies.applied.common import (
    NOTHING,
    Part,
    constant,
    drawn,
    figure_of,
    instance_notes,
    use_of,
)
from wattprint.estimator.methodologies.cloud_carbon_footprint import (
    MEMORY_KWH_PER_GB_HOUR,
    UTILIZATION,
    Processor,
    embodied_share_kg,
    processor,
)
from wattprint.estimator.methodologies.figure import MethodFigure, Terms
from wattprint.estimator.methodologies.job import Job
from wattprint.estimator.methodologies.places import default_pue, value_of, vintage
from wattprint.factors.tables import shipped

SOURCE, COEFFICIENTS, YEAR = "ccf_app", "ccf", 2026


def figure(job: Job) -> MethodFigure:
    """Return the application's figure for an instance with these GPUs.

    Raises:
        InputError: No accelerator, one that it does not list, or no provider.
    """
    gpus, cpus, memory = _gpus(job), _cpus(job), _memory(job)
    pue = default_pue(job, COEFFICIENTS)
    if pue is None:
        raise InputError(
            "cloud-carbon-footprint accounts for cloud instances, and no region is given",
            "expected a region such as 'aws/us-east-1', or a pue",
        )
    intensity = _intensity(job)
    embodied_kg, embodied = _embodied(job)
    terms = Terms(
        device_kwh=gpus.kwh,
        cpu_kwh=cpus.kwh,
        memory_kwh=memory.kwh,
        pue=value_of(pue),
        intensity_g_per_kwh=value_of(intensity),
        embodied_kg=embodied_kg,
    )
    return figure_of(
        terms,
        parts=(gpus, cpus, memory),
        evidence=(pue, intensity, embodied),
        notes=(*instance_notes(job), *_memory_notes(job)),
    )


def _gpus(job: Job) -> Part:
    full_w = job.device_power_w("cloud-carbon-footprint")
    if job.work.power_w is not None or job.accelerator is None:
        given = Evidence.given("accelerator_power", exact(full_w), "W")
        return drawn("accelerator", job.device_hours, full_w, given)
    listed = processor(job.accelerator.family, kind="accelerator")
    power_w, evidence = _at_use("accelerator_power", "W", listed, job.work.utilization)
    return drawn("accelerator", job.device_hours, power_w, evidence)


def _cpus(job: Job) -> Part:
    """The instance's vCPUs, on its host's architecture or the mean of its provider's."""
    if job.vcpus is None:
        return NOTHING
    host = job.host
    listed = (
        processor("average", provider="aws") if host is None else processor(host.cpu_architecture)
    )
    power_w, evidence = _at_use("cpu_power", "W/vCPU", listed, job.work.cpu_utilization)
    return drawn("cpu", job.vcpus * job.wall_hours, power_w, evidence)


def _at_use(
    quantity: str, unit: str, listed: Processor, utilization: float | None
) -> tuple[float, Evidence]:
    use = use_of(utilization, UTILIZATION)
    power_w = listed.min_w + use * (listed.max_w - listed.min_w)
    note = f"{listed.processor}: {listed.min_w:g} to {listed.max_w:g} W at a use of {use:g}"
    return power_w, constant(quantity, power_w, unit, SOURCE, YEAR, note)


def _memory(job: Job) -> Part:
    """Memory that the user states, beyond what the measured servers had a chip."""
    if job.work.memory_gb is None:
        return NOTHING
    host = job.host
    chip_gb = 0.0 if host is None else processor(host.cpu_architecture).gb_per_chip or 0.0
    included_gb = 0.0 if host is None else chip_gb * host.cpu_count
    beyond_gb = max(0.0, job.work.memory_gb - included_gb)
    w_per_gb = MEMORY_KWH_PER_GB_HOUR * WATTS_PER_KILOWATT
    note = f"of {beyond_gb:g} GB: {included_gb:g} GB are inside the watts of the vCPUs"
    evidence = constant("memory_power", w_per_gb, "W/GB", SOURCE, 2021, note)
    return drawn("memory", beyond_gb * job.wall_hours, w_per_gb, evidence)


def _memory_notes(job: Job) -> tuple[str, ...]:
    if job.work.memory_gb is not None or job.memory_gb is None:
        return ()
    most_kwh = job.memory_gb * job.wall_hours * MEMORY_KWH_PER_GB_HOUR
    return (
        "watts per vCPU include their servers' own memory; with the instance's "
        f"{job.memory_gb:g} GB stated (memory_gb) up to {most_kwh:.3g} kWh would be added",
    )


def _intensity(job: Job) -> Evidence | None:
    ours = job.our("carbon_intensity")
    is_stated = ours is not None and ours.method is Method.GIVEN
    grams = None if job.region is None else _factors().get(job.region.region)
    if grams is None or job.region is None or is_stated:
        return vintage(job, job.places, (), YEAR)
    note = f"factor of {job.region.region} in the application"
    return Evidence(
        "carbon_intensity", exact(grams), INTENSITY_UNIT, Method.MODELLED, SOURCE, YEAR, note
    )


@lru_cache(maxsize=1)
def _factors() -> dict[str, float]:
    rows = shipped().rows("ccf_regions")
    return {f"{row['provider']}/{row['region']}": float(row["ccf_g_per_kwh"]) for row in rows}


def _embodied(job: Job) -> tuple[float | None, Evidence | None]:
    total_kg = None if job.instance is None else _listed_total_kg(job.instance.name)
    if job.vcpus is None or total_kg is None:
        return None, None
    largest = job.vcpus if job.host is None else job.host.server_vcpus
    share_kg = embodied_share_kg(
        total_kg=total_kg, hours=job.wall_hours, vcpus=job.vcpus, largest_vcpus=largest
    )
    note = f"making of its server, over four years, {job.vcpus} of {largest} vCPUs"
    return share_kg, constant("embodied", total_kg, "kgCO2e", COEFFICIENTS, 2023, note)


@lru_cache(maxsize=32)
def _listed_total_kg(instance: str) -> float | None:
    model = instance.replace("/", " ")
    rows = shipped().rows("embodied", holding=["cloud_platform", model.casefold()])
    return next((float(row["gwp_kg_co2e"]) for row in rows if row["model"] == model), None)
