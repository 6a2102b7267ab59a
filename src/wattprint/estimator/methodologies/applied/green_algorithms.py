"""A job under Green Algorithms v3.0: GPUs of its own list, cores, memory, and a PUE in any case."""

from functools import lru_cache

from wattprint.domain.errors import InputError
from wattprint.domain.evidence import Evidence
from wattprint.domain.interval import exact
from wattprint.domain.units import WATTS_PER_KILOWATT
from wattprint.estimator.methodologies.applied.common import (
    constant,
    energy_equation,
    figure_of,
    instance_notes,
    plain,
)
from wattprint.estimator.methodologies.figure import MethodFigure, Terms
from wattprint.estimator.methodologies.green_algorithms import MEMORY_W_PER_GB
from wattprint.estimator.methodologies.job import Job
from wattprint.estimator.methodologies.places import default_pue, value_of, vintage
from wattprint.factors.tables import Row, shipped

SOURCE, YEAR = "green_algorithms_v3", 2025


def figure(job: Job) -> MethodFigure:
    """Return the figure of the calculator."""
    if job.work.energy_kwh is not None:
        job.device_power_w("green-algorithms")  # refuses an energy: the form has no field for it
    gpu = _gpu_power(job)
    device_kwh = None
    if gpu is not None:
        device_kwh = (
            job.device_hours * (value_of(gpu) or 0.0) * _usage(job.work.utilization)
        ) / WATTS_PER_KILOWATT
    memory_gb = job.memory_gb
    memory_kwh = (
        None
        if memory_gb is None
        else memory_gb * MEMORY_W_PER_GB * job.wall_hours / WATTS_PER_KILOWATT
    )
    # For a cloud region the calculator takes the country that the data centre stands in.
    zones = job.places if job.region is None else (job.region.country,)
    intensity = vintage(job, zones, (SOURCE,), YEAR)
    pue = default_pue(job, SOURCE, otherwise="industry")
    terms = Terms(
        device_kwh=device_kwh,
        cpu_kwh=_cpu_kwh(job),
        memory_kwh=memory_kwh,
        pue=value_of(pue),
        intensity_g_per_kwh=value_of(intensity),
    )
    return figure_of(
        terms,
        evidence=(gpu, _memory_evidence(memory_gb), pue, intensity),
        equations=(
            None
            if gpu is None or device_kwh is None
            else energy_equation(
                "accelerator",
                "device-hours x TDP x usage",
                f"{plain(job.device_hours)} h x {plain(value_of(gpu) or 0.0)} W "
                f"x {plain(_usage(job.work.utilization))}",
                device_kwh,
            ),
            None
            if memory_gb is None or memory_kwh is None
            else energy_equation(
                "memory",
                "memory x hours x 0.3725 W/GB",
                f"{plain(memory_gb)} GB x {plain(job.wall_hours)} h x 0.3725 W/GB",
                memory_kwh,
            ),
        ),
        notes=instance_notes(job),
    )


def _usage(given: float | None) -> float:
    return 1.0 if given is None else given


def _memory_evidence(memory_gb: float | None) -> Evidence | None:
    if memory_gb is None:
        return None
    return constant("memory_power", MEMORY_W_PER_GB, "W/GB", SOURCE, 2021)


def _gpu_power(job: Job) -> Evidence | None:
    """Return the TDP of the job's GPU in the calculator's list, or ours as its custom TDP."""
    part = job.accelerator
    if job.work.power_w is not None or part is None:
        if job.work.power_w is None and job.cpu is None:
            raise InputError(
                "green-algorithms needs cores, and none are given",
                "expected an accelerator or a cpu, and hours",
            )
        return None if job.work.power_w is None else _given_power(job.work.power_w)
    listed = [row for row in _listed_gpus() if row["family"] == part.family]
    same = [row for row in listed if float(row["tdp_w"]) == part.tdp_w]
    if same or listed:
        # Of a family whose part is not listed, the strongest is nearest: SXM parts are not listed.
        row = (same or sorted(listed, key=lambda row: -float(row["tdp_w"])))[0]
        note = f"listed as {row['name']!r}"
        return constant("accelerator_tdp", float(row["tdp_w"]), "W", SOURCE, YEAR, note)
    power_w = job.device_power_w("green-algorithms")
    note = f"{part.name} is not in its list; the data sheet's power as its custom TDP"
    return constant("accelerator_tdp", power_w, "W", part.source, part.year or YEAR, note)


@lru_cache(maxsize=1)
def _listed_gpus() -> tuple[Row, ...]:
    return tuple(shipped().rows("green_algorithms_gpus"))


def _given_power(power_w: float) -> Evidence:
    return Evidence.given("accelerator_power", exact(power_w), "W")


def _cpu_kwh(job: Job) -> float | None:
    if job.cpu is None:
        return None
    watts = job.cpu.tdp_w * job.work.cpu_count * _usage(job.work.cpu_utilization)
    return watts * job.wall_hours / WATTS_PER_KILOWATT
