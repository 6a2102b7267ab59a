"""A job under CodeCarbon 3 without sensors: GPUs as ours, half a CPU's TDP, 5 W a memory module."""

from wattprint.domain.evidence import Evidence
from wattprint.domain.interval import exact
from wattprint.domain.units import WATTS_PER_KILOWATT
from wattprint.estimator.methodologies.applied.common import (
    constant,
    device_evidence,
    energy_equation,
    figure_of,
    instance_notes,
    plain,
)
from wattprint.estimator.methodologies.codecarbon import (
    PUE,
    UNKNOWN_CPU_TDP_W,
    cpu_constant_power_w,
    cpu_load_power_w,
    memory_power_w,
)
from wattprint.estimator.methodologies.figure import MethodFigure, Terms
from wattprint.estimator.methodologies.job import Job
from wattprint.estimator.methodologies.places import value_of, vintage

SOURCE, YEAR = "codecarbon", 2026
_INTENSITY_SOURCES = (
    *("codecarbon_egrid2016", "codecarbon_canada_2023", "codecarbon_nordic", "owid_ember_2022"),
)
_INTENSITY_YEAR = 2021


def figure(job: Job) -> MethodFigure:
    """Return its figure for a whole machine that is tracked for the job's hours."""
    device_kwh, device = _devices(job)
    cpu_w, cpu = _cpu(job)
    cpu_kwh = cpu_w * job.wall_hours / WATTS_PER_KILOWATT
    memory_gb = job.memory_gb
    memory_w = None if memory_gb is None else memory_power_w(memory_gb)
    memory_kwh = None if memory_w is None else memory_w * job.wall_hours / WATTS_PER_KILOWATT
    pue = Evidence.given("pue", exact(job.pue), "ratio") if job.pue is not None else None
    intensity = vintage(job, job.places, _INTENSITY_SOURCES, _INTENSITY_YEAR)
    terms = Terms(
        device_kwh=device_kwh,
        cpu_kwh=cpu_kwh,
        memory_kwh=memory_kwh,
        pue=job.pue,
        intensity_g_per_kwh=value_of(intensity),
    )
    return figure_of(
        terms,
        evidence=(
            device,
            cpu,
            None
            if memory_w is None
            else constant("memory_power", memory_w, "W", SOURCE, 2025, f"{memory_gb:g} GB"),
            pue or constant("pue", PUE, "ratio", SOURCE, YEAR, "its default: none"),
            intensity,
        ),
        equations=(
            energy_equation(
                "cpu", "power x hours", f"{plain(cpu_w)} W x {plain(job.wall_hours)} h", cpu_kwh
            ),
            None
            if memory_kwh is None or memory_w is None
            else energy_equation(
                "memory",
                "power x hours",
                f"{plain(memory_w)} W x {plain(job.wall_hours)} h",
                memory_kwh,
            ),
        ),
        notes=(*instance_notes(job), "it reads GPUs from their sensor; here that is modelled"),
    )


def _devices(job: Job) -> tuple[float | None, Evidence | None]:
    if job.work.energy_kwh is not None and job.work.energy_at == "accelerator":
        kwh = job.work.energy_kwh * job.work.repeats
        return kwh, Evidence.given("accelerator_energy", exact(kwh), "kWh")
    if job.accelerator is None and job.work.power_w is None and job.cpu is not None:
        return None, None
    power_w = job.device_power_w("codecarbon")
    use = 1.0 if job.work.utilization is None else job.work.utilization
    return job.device_hours * power_w * use / WATTS_PER_KILOWATT, device_evidence(job, power_w)


def _cpu(job: Job) -> tuple[float, Evidence]:
    """Return the power of all packages: by load where it is known, else half of TDP."""
    tdp_w, packages, name, source, year = UNKNOWN_CPU_TDP_W, 1, "unknown CPU", SOURCE, 2020
    host = None if job.instance is None else job.instance.host
    if job.cpu is not None:
        tdp_w, packages, name = job.cpu.tdp_w, job.work.cpu_count, job.cpu.name
        source, year = job.cpu.source, job.cpu.year or YEAR
    elif host is not None and host.cpu_tdp_w is not None:
        tdp_w, packages, name = host.cpu_tdp_w, host.cpu_count, host.cpu_model
        source, year = host.source, host.year
    full_w = tdp_w * packages
    evidence = constant("cpu_tdp", full_w, "W", source, year, f"{packages} x {name}")
    if job.work.cpu_utilization is not None:
        return cpu_load_power_w(full_w, job.work.cpu_utilization), evidence
    return cpu_constant_power_w(full_w), evidence
