"""A job under Boavizta's cloud instances: the server's CPU, memory and drives, and no GPU power."""

from wattprint.domain.errors import InputError
from wattprint.domain.evidence import Evidence, Method
from wattprint.domain.interval import exact
from wattprint.domain.units import WATTS_PER_KILOWATT
from wattprint.estimator.methodologies.applied.common import (
    constant,
    energy_equation,
    figure_of,
    instance_notes,
    plain,
)
from wattprint.estimator.methodologies.boavizta import (
    LOAD,
    OTHER_CONSUMPTION_RATIO,
    SSD_W,
    US_G_PER_KWH,
    cpu_power_w,
    memory_power_w,
)
from wattprint.estimator.methodologies.figure import MethodFigure, Terms
from wattprint.estimator.methodologies.job import Job
from wattprint.estimator.methodologies.places import value_of, vintage
from wattprint.estimator.place import INTENSITY_UNIT

SOURCE, YEAR = "boavizta_method", 2026
_INTENSITY_YEAR = 2020


def figure(job: Job) -> MethodFigure:
    """Return the use of the instance's server, or of the CPU and memory that are stated."""
    cpu_full_w, cpu_note = _cpu_tdp_w(job)
    share = _share_of_server(job)
    load = LOAD if job.work.cpu_utilization is None else job.work.cpu_utilization
    cpu_w = cpu_power_w(cpu_full_w, load) * share
    memory_gb = job.memory_gb
    memory_w = 0.0 if memory_gb is None else memory_power_w(memory_gb, load)
    drives_w = _drives(job) * SSD_W * share
    other_w = (cpu_w + memory_w) * OTHER_CONSUMPTION_RATIO + drives_w
    hours = job.wall_hours / WATTS_PER_KILOWATT
    intensity = _intensity(job)
    terms = Terms(
        cpu_kwh=cpu_w * hours,
        memory_kwh=None if memory_gb is None else memory_w * hours,
        other_kwh=other_w * hours,
        intensity_g_per_kwh=value_of(intensity),
    )
    return figure_of(
        terms,
        evidence=(
            constant("cpu_tdp", cpu_full_w, "W", "vendor_docs", 2025, cpu_note),
            constant("cpu_load", load, "ratio", SOURCE, YEAR, "its default for cloud instances"),
            intensity,
        ),
        equations=(
            energy_equation(
                "machine",
                "((CPU + memory) x 1.33 + drives) x hours",
                f"(({plain(cpu_w)} W + {plain(memory_w)} W) x 1.33 + {plain(drives_w)} W) "
                f"x {plain(job.wall_hours)} h",
                terms.it_kwh,
            ),
        ),
        notes=(
            *instance_notes(job),
            "GPUs enter its making of the server and not its use: their power is counted as 0",
            "its making of the server (7.6 kg for 72 h of a p4d.24xlarge) is not computed here",
        ),
    )


def _cpu_tdp_w(job: Job) -> tuple[float, str]:
    host = None if job.instance is None else job.instance.host
    if job.cpu is not None:
        return job.cpu.tdp_w * job.work.cpu_count, f"{job.work.cpu_count} x {job.cpu.name}"
    if host is not None and host.cpu_tdp_w is not None:
        return host.cpu_tdp_w * host.cpu_count, f"{host.cpu_count} x {host.cpu_model}"
    raise InputError(
        "boavizta accounts for the server around the accelerators, and it is not known",
        "expected a cpu and memory_gb, or a region whose provider has one instance with these",
    )


def _share_of_server(job: Job) -> float:
    if job.cpu is not None or job.instance is None or job.instance.host is None:
        return 1.0
    return job.instance.vcpus / job.instance.host.server_vcpus


def _drives(job: Job) -> float:
    host = None if job.instance is None else job.instance.host
    return 0.0 if host is None or job.cpu is not None else host.ssds


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
