"""A job under Green Algorithms v3.0: GPUs of its own list, cores, memory, and a PUE in any case."""

from functools import lru_cache

from wattprint.domain.errors import InputError
from wattprint.domain.evidence import Evidence
from wattprint.domain.interval import exact
from wattprint.estimator.methodologies.applied.common import (
    NOTHING,
    Part,
    constant,
    cpu_evidence,
    drawn,
    figure_of,
    instance_notes,
    use_of,
)
from wattprint.estimator.methodologies.figure import MethodFigure, Terms
from wattprint.estimator.methodologies.green_algorithms import MEMORY_W_PER_GB
from wattprint.estimator.methodologies.job import Job
from wattprint.estimator.methodologies.places import default_pue, value_of, vintage
from wattprint.factors.accelerators import Accelerator
from wattprint.factors.tables import Row, shipped

SOURCE, YEAR = "green_algorithms_v3", 2025


def figure(job: Job) -> MethodFigure:
    """Return the figure of the calculator.

    Raises:
        InputError: An energy in the place of hardware, or no cores at all.
    """
    gpus, cpus, memory = _gpus(job), _cpus(job), _memory(job)
    if gpus is NOTHING and cpus is NOTHING:
        raise InputError(
            "green-algorithms needs cores, and none are given",
            "expected an accelerator or a cpu, and hours",
        )
    # For a cloud region the calculator takes the country that the data centre stands in.
    zones = job.places if job.region is None else (job.region.country,)
    intensity = vintage(job, zones, (SOURCE,), YEAR)
    pue = default_pue(job, SOURCE, otherwise="industry")
    terms = Terms(
        device_kwh=gpus.kwh,
        cpu_kwh=cpus.kwh,
        memory_kwh=memory.kwh,
        pue=value_of(pue),
        intensity_g_per_kwh=value_of(intensity),
    )
    parts = (gpus, cpus, memory)
    return figure_of(terms, parts=parts, evidence=(pue, intensity), notes=instance_notes(job))


def _gpus(job: Job) -> Part:
    if job.accelerator is None and job.work.power_w is None and job.work.energy_kwh is None:
        return NOTHING
    full = _gpu_power(job)
    power_w = (value_of(full) or 0.0) * use_of(job.work.utilization)
    return drawn("accelerator", job.device_hours, power_w, full)


def _gpu_power(job: Job) -> Evidence:
    """Return the TDP of the job's GPU in the calculator's list, else its own as a custom TDP."""
    power_w = job.work.power_w
    if power_w is not None:
        return Evidence.given("accelerator_power", exact(power_w), "W")
    part = job.accelerator
    listed = None if part is None or job.work.energy_kwh is not None else _listed(part)
    if listed is not None:
        note = f"listed as {listed['name']!r}"
        return constant("accelerator_tdp", float(listed["tdp_w"]), "W", SOURCE, YEAR, note)
    power_w = job.device_power_w("green-algorithms")
    source, year, name = ("user", YEAR, "") if part is None else (part.source, part.year, part.name)
    note = f"{name} is not in its list; the data sheet's power as its custom TDP"
    return constant("accelerator_tdp", power_w, "W", source, year or YEAR, note)


def _listed(part: Accelerator) -> Row | None:
    """Return a part's row in its list, else the strongest of its family: SXM parts have none."""
    family = [row for row in _listed_gpus() if row["family"] == part.family]
    same = [row for row in family if float(row["tdp_w"]) == part.tdp_w]
    return max(same or family, key=lambda row: float(row["tdp_w"]), default=None)


@lru_cache(maxsize=1)
def _listed_gpus() -> tuple[Row, ...]:
    return tuple(shipped().rows("green_algorithms_gpus"))


def _cpus(job: Job) -> Part:
    if job.cpu is None:
        return NOTHING
    packages = job.work.cpu_count
    power_w = job.cpu.tdp_w * packages * use_of(job.work.cpu_utilization)
    return drawn("cpu", job.wall_hours, power_w, cpu_evidence(job.cpu, packages))


def _memory(job: Job) -> Part:
    if job.memory_gb is None:
        return NOTHING
    per_gb = constant("memory_power", MEMORY_W_PER_GB, "W/GB", SOURCE, 2021)
    return drawn("memory", job.wall_hours, job.memory_gb * MEMORY_W_PER_GB, per_gb)
