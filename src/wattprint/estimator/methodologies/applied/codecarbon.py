"""A job under CodeCarbon 3 without sensors: GPUs as ours, half a CPU's TDP, 5 W a memory module."""

from wattprint.domain.evidence import Evidence
from wattprint.domain.interval import exact
from wattprint.estimator.methodologies.applied.common import (
    NOTHING,
    Part,
    constant,
    cpu_evidence,
    device_evidence,
    drawn,
    figure_of,
    instance_notes,
    use_of,
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
    devices, cpus, memory = _devices(job), _cpus(job), _memory(job)
    intensity = vintage(job, job.places, _INTENSITY_SOURCES, _INTENSITY_YEAR)
    terms = Terms(
        device_kwh=devices.kwh,
        cpu_kwh=cpus.kwh,
        memory_kwh=memory.kwh,
        pue=job.pue,
        intensity_g_per_kwh=value_of(intensity),
    )
    pue = constant("pue", PUE, "ratio", SOURCE, YEAR, "its default: cooling is not counted")
    if job.pue is not None:
        pue = Evidence.given("pue", exact(job.pue), "ratio")
    notes = (*instance_notes(job), "it reads GPUs from their sensor; here that is modelled")
    parts = (devices, cpus, memory)
    return figure_of(terms, parts=parts, evidence=(pue, intensity), notes=notes)


def _devices(job: Job) -> Part:
    if job.work.energy_kwh is not None and job.work.energy_at == "accelerator":
        kwh = job.work.energy_kwh * job.work.repeats
        return Part(kwh, Evidence.given("accelerator_energy", exact(kwh), "kWh"))
    if job.accelerator is None and job.work.power_w is None and job.cpu is not None:
        return NOTHING
    full_w = job.device_power_w("codecarbon")
    power_w = full_w * use_of(job.work.utilization)
    return drawn("accelerator", job.device_hours, power_w, device_evidence(job, full_w))


def _cpus(job: Job) -> Part:
    """All packages: by load where it is known, else at half of TDP, or of 85 W."""
    host = job.host
    if job.cpu is not None:
        evidence = cpu_evidence(job.cpu, job.work.cpu_count)
    elif host is not None and host.cpu_tdp_w is not None:
        note = f"{host.cpu_count} x {host.cpu_model}"
        full_w = host.cpu_tdp_w * host.cpu_count
        evidence = constant("cpu_tdp", full_w, "W", host.source, host.year, note)
    else:
        evidence = constant("cpu_tdp", UNKNOWN_CPU_TDP_W, "W", SOURCE, 2020, "an unknown CPU")
    full_w, load = value_of(evidence) or 0.0, job.work.cpu_utilization
    power_w = cpu_constant_power_w(full_w) if load is None else cpu_load_power_w(full_w, load)
    return drawn("cpu", job.wall_hours, power_w, evidence)


def _memory(job: Job) -> Part:
    if job.memory_gb is None:
        return NOTHING
    power_w = memory_power_w(job.memory_gb)
    note = f"{job.memory_gb:g} GB, 5 W a module and less for further ones"
    evidence = constant("memory_power", power_w, "W", SOURCE, 2025, note)
    return drawn("memory", job.wall_hours, power_w, evidence)
