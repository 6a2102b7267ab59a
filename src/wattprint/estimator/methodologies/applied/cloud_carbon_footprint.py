"""A job under Cloud Carbon Footprint: GPUs and the instance's vCPUs at half use, and the making."""

from functools import lru_cache

from wattprint.domain.errors import InputError
from wattprint.domain.evidence import Equation, Evidence, Method
from wattprint.domain.interval import exact
from wattprint.domain.units import WATTS_PER_KILOWATT
from wattprint.estimator.methodologies.applied.common import (
    constant,
    energy_equation,
    figure_of,
    instance_notes,
    plain,
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
from wattprint.estimator.place import INTENSITY_UNIT
from wattprint.factors.tables import shipped

SOURCE, COEFFICIENTS, YEAR = "ccf_app", "ccf", 2026


def figure(job: Job) -> MethodFigure:
    """Return the application's figure for an instance with these GPUs."""
    gpu = _listed_gpu(job)
    use = UTILIZATION if job.work.utilization is None else job.work.utilization
    device_kwh = job.device_hours * _mean_w(gpu, use) / WATTS_PER_KILOWATT
    vcpus, cpu = _vcpus(job)
    cpu_use = UTILIZATION if job.work.cpu_utilization is None else job.work.cpu_utilization
    cpu_kwh = None
    if cpu is not None:
        cpu_kwh = vcpus * job.wall_hours * _mean_w(cpu, cpu_use) / WATTS_PER_KILOWATT
    pue = default_pue(job, COEFFICIENTS)
    if pue is None:
        raise InputError(
            "cloud-carbon-footprint accounts for cloud instances, and no region is given",
            "expected a region such as 'aws/us-east-1', or a pue",
        )
    intensity = _intensity(job)
    embodied_kg, embodied = _embodied(job)
    terms = Terms(
        device_kwh=device_kwh,
        cpu_kwh=cpu_kwh,
        memory_kwh=_stated_memory_kwh(job),
        pue=value_of(pue),
        intensity_g_per_kwh=value_of(intensity),
        embodied_kg=embodied_kg,
    )
    return figure_of(
        terms,
        evidence=(
            constant("accelerator_power", _mean_w(gpu, use), "W", SOURCE, YEAR, _range(gpu, use)),
            None
            if cpu is None
            else constant(
                "cpu_power", _mean_w(cpu, cpu_use), "W/vCPU", SOURCE, YEAR, _range(cpu, cpu_use)
            ),
            pue,
            intensity,
            embodied,
        ),
        equations=(
            _line("accelerator", job.device_hours, _mean_w(gpu, use), device_kwh),
            None
            if cpu is None or cpu_kwh is None
            else _line("cpu", vcpus * job.wall_hours, _mean_w(cpu, cpu_use), cpu_kwh),
        ),
        notes=(*instance_notes(job), *_memory_notes(job)),
    )


def _listed_gpu(job: Job) -> Processor:
    if job.work.power_w is not None:
        return Processor("as given", "accelerator", job.work.power_w, job.work.power_w, None)
    if job.accelerator is None or job.work.energy_kwh is not None:
        job.device_power_w("cloud-carbon-footprint")  # refuses it by name
    assert job.accelerator is not None
    return processor(job.accelerator.family, kind="accelerator")


def _mean_w(of: Processor, use: float) -> float:
    return of.min_w + use * (of.max_w - of.min_w)


def _range(of: Processor, use: float) -> str:
    return f"{of.processor}: {of.min_w:g} to {of.max_w:g} W at a use of {use:g}"


def _line(component: str, hours: float, mean_w: float, kwh: float) -> Equation:
    what = "vCPU-hours" if component == "cpu" else "device-hours"
    words = f"{what} x (min + use x (max - min))"
    return energy_equation(component, words, f"{plain(hours)} {what} x {plain(mean_w)} W", kwh)


def _vcpus(job: Job) -> tuple[float, Processor | None]:
    if job.instance is None:
        return 0.0, None
    host = job.instance.host
    name = "average" if host is None else host.cpu_architecture
    provider = "aws" if host is None else "any"
    return float(job.instance.vcpus), processor(name, provider=provider)


def _stated_memory_kwh(job: Job) -> float | None:
    """Memory that the user states, beyond what the measured servers had a chip."""
    if job.work.memory_gb is None:
        return None
    included_gb = 0.0
    host = None if job.instance is None else job.instance.host
    if host is not None:
        chip_gb = processor(host.cpu_architecture).gb_per_chip or 0.0
        included_gb = chip_gb * host.cpu_count
    beyond_gb = max(0.0, job.work.memory_gb - included_gb)
    return beyond_gb * job.wall_hours * MEMORY_KWH_PER_GB_HOUR


def _memory_notes(job: Job) -> tuple[str, ...]:
    if job.work.memory_gb is not None or job.instance is None:
        return ()
    most_kwh = job.instance.memory_gb * job.wall_hours * MEMORY_KWH_PER_GB_HOUR
    return (
        "watts per vCPU include their servers' own memory; with the instance's "
        f"{job.instance.memory_gb:g} GB stated (memory_gb) up to {most_kwh:.3g} kWh would be added",
    )


def _intensity(job: Job) -> Evidence | None:
    ours = job.our("carbon_intensity")
    if job.region is not None and (ours is None or ours.method is not Method.GIVEN):
        provider, _, name = job.region.region.partition("/")
        grams = _factors().get((provider, name))
        if grams is not None:
            note = f"factor of {job.region.region} in the application"
            return Evidence(
                "carbon_intensity",
                exact(grams),
                INTENSITY_UNIT,
                Method.MODELLED,
                SOURCE,
                YEAR,
                note,
            )
    return vintage(job, job.places, (), YEAR)


@lru_cache(maxsize=1)
def _factors() -> dict[tuple[str, str], float]:
    rows = shipped().rows("ccf_regions")
    return {(row["provider"], row["region"]): float(row["ccf_g_per_kwh"]) for row in rows}


def _embodied(job: Job) -> tuple[float | None, Evidence | None]:
    instance = job.instance
    total_kg = None if instance is None else _listed_total_kg(instance.name)
    if instance is None or total_kg is None:
        return None, None
    largest = instance.vcpus if instance.host is None else instance.host.server_vcpus
    share_kg = embodied_share_kg(
        total_kg=total_kg, hours=job.wall_hours, vcpus=instance.vcpus, largest_vcpus=largest
    )
    note = f"making of its server, over four years, {instance.vcpus} of {largest} vCPUs"
    return share_kg, constant("embodied", total_kg, "kgCO2e", COEFFICIENTS, 2023, note)


@lru_cache(maxsize=32)
def _listed_total_kg(instance: str) -> float | None:
    model = instance.replace("/", " ")
    rows = shipped().rows("embodied", holding=["cloud_platform", model.casefold()])
    return next((float(row["gwp_kg_co2e"]) for row in rows if row["model"] == model), None)
