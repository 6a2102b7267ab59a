"""A job under Boavizta's cloud instances: the server's CPU, memory and drives, and no GPU power."""

from wattprint.domain.errors import InputError
from wattprint.domain.evidence import Evidence, Method
from wattprint.domain.interval import exact
from wattprint.estimator.market import INTENSITY_UNIT
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
from wattprint.estimator.methodologies.boavizta import (
    DIMM_GB,
    LOAD,
    US_G_PER_KWH,
    cpu_power_w,
    instance_power_w,
    memory_power_w,
)
from wattprint.estimator.methodologies.figure import MethodFigure, Terms
from wattprint.estimator.methodologies.job import Job
from wattprint.estimator.methodologies.places import value_of, vintage

SOURCE, YEAR = "boavizta_method", 2026
_INTENSITY_YEAR = 2020
_NOTES = (
    "GPUs enter its making of the server and not its use: their power is counted as 0",
    "its making of the server (7.6 kg for 72 h of a p4d.24xlarge) is not computed here",
)


def figure(job: Job) -> MethodFigure:
    """Return the use of the instance's server, or of the CPU and memory that are stated.

    Raises:
        InputError: Neither a CPU nor an instance whose server is known.
    """
    load = use_of(job.work.cpu_utilization, LOAD)
    cpus, memory = _cpus(job, load), _memory(job, load)
    other = _other(job, cpus, memory)
    intensity = _intensity(job)
    terms = Terms(
        cpu_kwh=cpus.kwh,
        memory_kwh=memory.kwh,
        other_kwh=other.kwh,
        intensity_g_per_kwh=value_of(intensity),
    )
    parts, notes = (cpus, memory, other), (*instance_notes(job), *_NOTES)
    return figure_of(terms, parts=parts, evidence=(intensity,), notes=notes)


def _cpus(job: Job, load: float) -> Part:
    host = job.host
    if job.cpu is not None:
        full = cpu_evidence(job.cpu, job.work.cpu_count)
    elif host is not None and host.cpu_tdp_w is not None:
        note = f"{host.cpu_count} x {host.cpu_model}, at a load of {load:g}"
        tdp_w = host.cpu_tdp_w * host.cpu_count
        full = constant("cpu_tdp", tdp_w, "W", host.source, host.year, note)
    else:
        raise InputError(
            "boavizta accounts for the server around the accelerators, and it is not known",
            "expected a cpu and memory_gb, or a region whose provider has one instance with these",
        )
    power_w = cpu_power_w(value_of(full) or 0.0, load) * _share_of_server(job)
    return drawn("cpu", job.wall_hours, power_w, full)


def _memory(job: Job, load: float) -> Part:
    if job.memory_gb is None:
        return NOTHING
    power_w = memory_power_w(job.memory_gb, load)
    note = f"{job.memory_gb:g} GB in modules of {DIMM_GB:g} GB, at a load of {load:g}"
    evidence = constant("memory_power", power_w, "W", SOURCE, YEAR, note)
    return drawn("memory", job.wall_hours, power_w, evidence)


def _other(job: Job, cpus: Part, memory: Part) -> Part:
    """Drives, and a third of CPU and memory for what else a server draws."""
    host = None if job.cpu is not None else job.host
    drives = 0.0 if host is None else host.ssds * _share_of_server(job)
    hours = job.wall_hours / 1000
    if hours == 0:
        return NOTHING
    cpu_w, memory_w = (cpus.kwh or 0.0) / hours, (memory.kwh or 0.0) / hours
    all_w = instance_power_w(cpu_w=cpu_w, memory_w=memory_w, ssds=drives)
    other_w = all_w - cpu_w - memory_w
    note = f"33 % of CPU and memory, and 8 W for each of {drives:g} drives"
    evidence = constant("other_power", other_w, "W", SOURCE, YEAR, note)
    return drawn("other", job.wall_hours, other_w, evidence)


def _share_of_server(job: Job) -> float:
    if job.cpu is not None or job.vcpus is None or job.host is None:
        return 1.0
    return job.vcpus / job.host.server_vcpus


def _intensity(job: Job) -> Evidence | None:
    ours = job.our("carbon_intensity")
    is_stated = ours is not None and ours.method is Method.GIVEN
    if job.country == "US" and not is_stated:
        note = "US: mean of 2020, as it has it"
        grams = exact(US_G_PER_KWH)
        return Evidence(
            "carbon_intensity", grams, INTENSITY_UNIT, Method.MODELLED, SOURCE, 2020, note
        )
    zones = job.places if job.country is None else (job.country,)
    return vintage(job, zones, ("owid_ember_2022",), _INTENSITY_YEAR)
