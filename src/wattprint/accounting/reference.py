"""One job at a time, in the formulas of `domain`: what every engine must agree with.

This is also what explains a job: its parts are named, and each step is one formula.
"""

from typing import NamedTuple

from wattprint.accounting.coefficients import LEAST, Coefficients
from wattprint.domain.formulas.cpu_power import set_aside_power_w
from wattprint.domain.formulas.energy import described_energy_kwh, facility_energy_kwh
from wattprint.domain.interval import (
    Range,
    exact,
    inverse,
    product,
    sum_independent,
    sum_shared,
)
from wattprint.domain.series import Charge, EnergyInterval, IntensitySeries
from wattprint.domain.units import JOULES_PER_KWH, SECONDS_PER_HOUR


class Job(NamedTuple):
    """What accounting reads of a job: of `domain.jobs.JOB_COLUMNS`."""

    elapsed_s: int
    nodes: float | None = 1.0
    cpus: float | None = None
    cpu_s: float | None = None
    gpus: float | None = None
    gpu_load: float | None = None
    memory_gb: float | None = None
    memory_used_gb: float | None = None
    node_energy_j: float | None = None
    accelerator_energy_j: float | None = None
    start_s: int | None = None
    end_s: int | None = None


class JobFootprint(NamedTuple):
    """The figures of a job: energy [kWh], emissions [gCO2e], water [L]."""

    parts_kwh: dict[str, Range]
    it_kwh: Range
    facility_kwh: Range
    location_g: Range | None
    market_g: Range | None
    embodied_g: Range
    site_water_l: Range | None
    grid_water_l: Range | None


def job_footprint(
    job: Job, of: Coefficients, series: IntensitySeries | None = None
) -> JobFootprint:
    """Return the figures of one job.

    Args:
        job: The job.
        of: The factors of its kind and year.
        series: Intensities of its grid, to charge it at those of its own time; what the series
            does not know is at the year's mean.
    """
    if of.metered == "ignore":
        job = job._replace(node_energy_j=None)
    parts = _parts_kwh(job, of)
    delivered = sum_independent(*parts.values())
    is_at_wall = job.node_energy_j is not None and of.is_meter_at_wall
    it = delivered if is_at_wall else product(delivered, inverse(of.supply_efficiency))
    facility = product(it, of.pue, value=facility_energy_kwh(it.value, of.pue.value))
    intensity = of.location_g_per_kwh
    if series is not None and intensity is not None:
        intensity = _of_its_time(job, intensity, of.hour_spread, series)
    return JobFootprint(
        parts,
        it,
        facility,
        _times(facility, intensity),
        _times(facility, of.market_g_per_kwh),
        _embodied_g(job, of),
        _times(it, of.site_water_l_per_kwh),
        _times(facility, of.grid_water_l_per_kwh),
    )


def accelerators_of(job: Job, of: Coefficients) -> float:
    """Return the accelerators of a job: the log's, else those of its machines."""
    if job.gpus is not None:
        return job.gpus
    return of.accelerators_of_machine * (1.0 if job.nodes is None else job.nodes)


def cpus_of(job: Job, of: Coefficients) -> float:
    """Return the CPUs of a job: the log's, else its machines' share of them; one if it has none."""
    if job.cpus is not None:
        return job.cpus
    if accelerators := accelerators_of(job, of):
        return of.cpus_per_accelerator * accelerators
    return 1.0 if job.nodes is None else of.cpus_of_machine * job.nodes


def memory_of(job: Job, of: Coefficients) -> float:
    """Return the memory of a job [GB]: the log's, else its share of the machine's."""
    if job.memory_gb is not None:
        return job.memory_gb
    if accelerators := accelerators_of(job, of):
        return of.memory_gb_per_accelerator * accelerators
    return of.memory_gb_per_cpu * cpus_of(job, of)


def _parts_kwh(job: Job, of: Coefficients) -> dict[str, Range]:
    hours = job.elapsed_s / SECONDS_PER_HOUR
    static = _spread(of.static, described_energy_kwh(hours, _static_w(job, of)))
    if job.node_energy_j is not None:
        metered = {"metered": _spread(of.node_meter, job.node_energy_j / JOULES_PER_KWH)}
        if of.is_meter_at_wall:
            return metered
        if of.has_meter_accelerators:
            return {**metered, "static": static}
        return {**metered, "accelerator": _accelerators_kwh(job, of, hours), "static": static}
    memory = described_energy_kwh(memory_of(job, of) * hours, of.memory_w_per_gb.value)
    return {
        "accelerator": _accelerators_kwh(job, of, hours),
        "cpu": _cpus_kwh(job, of, hours),
        "memory": _spread(of.memory_w_per_gb, memory),
        "static": static,
    }


def _accelerators_kwh(job: Job, of: Coefficients, hours: float) -> Range:
    if job.accelerator_energy_j is not None:
        return _spread(of.accelerator_meter, job.accelerator_energy_j / JOULES_PER_KWH)
    device_hours = accelerators_of(job, of) * hours
    if job.gpu_load is None:
        kwh = described_energy_kwh(device_hours, of.accelerator_w.value)
        return _spread(of.accelerator_w, kwh)
    busy = [job.gpu_load * power_w for power_w in of.accelerator_load_w.as_tuple()]
    mean_w = sum_shared((of.accelerator_idle_w, Range(*busy)))
    return _spread(mean_w, described_energy_kwh(device_hours, mean_w.value))


def _cpus_kwh(job: Job, of: Coefficients, hours: float) -> Range:
    count = cpus_of(job, of)
    if not count * hours:
        return exact(0.0)
    if job.cpu_s is None:
        return _spread(of.cpu_w, described_energy_kwh(count * hours, of.cpu_w.value))
    mean_w = set_aside_power_w(
        count,
        min(1.0, job.cpu_s / (count * job.elapsed_s)),
        idle_w=of.cpu_idle_w,
        busy_w=of.cpu_busy_w,
        threads_per_core=of.threads_per_core,
    )
    return _spread(of.cpu_law, described_energy_kwh(hours, mean_w))


def _static_w(job: Job, of: Coefficients) -> float:
    """Return the share of static power that was set aside: by accelerators, else by CPUs."""
    if accelerators := accelerators_of(job, of):
        return of.static_w_per_accelerator * accelerators
    return of.static_w_per_cpu * cpus_of(job, of)


def _embodied_g(job: Job, of: Coefficients) -> Range:
    hours = job.elapsed_s / SECONDS_PER_HOUR
    accelerators = accelerators_of(job, of)
    host_g_per_h = (
        of.host_made_g_per_accelerator_h * accelerators
        if accelerators
        else of.host_made_g_per_cpu_h * cpus_of(job, of)
    )
    made = sum_independent(
        _spread(
            of.accelerator_made_g_per_h,
            of.accelerator_made_g_per_h.value * accelerators * hours,
        ),
        _spread(of.host_made, host_g_per_h * hours),
        _spread(
            of.memory_made_g_per_gb_h,
            of.memory_made_g_per_gb_h.value * memory_of(job, of) * hours,
        ),
    )
    return product(made, of.life)


def _of_its_time(job: Job, yearly: Range, hour_spread: Range, series: IntensitySeries) -> Range:
    """Return the mean intensity of the time of a job [gCO2e/kWh]."""
    if job.start_s is None or job.end_s is None or job.end_s <= job.start_s:
        return yearly
    whole = [EnergyInterval(job.start_s, job.end_s, 1.0)]
    charge = series.charge(whole, partly=True)
    if charge.covered_kwh <= 0:
        return yearly
    known = _charged(charge, hour_spread)
    rest = [(1 - charge.covered_kwh) * g for g in yearly.as_tuple()]
    if charge.covered_kwh >= 1:
        return known
    return sum_shared((known, Range(*rest))) if rest[0] else known


def _charged(charge: Charge, hour_spread: Range) -> Range:
    """Return the intensity of the part that is known: by the bounds of its series if it has any."""
    if charge.low_g is None or charge.high_g is None or not charge.emissions_g:
        return product(hour_spread, value=charge.emissions_g)
    low_g = min(charge.low_g, charge.emissions_g) or LEAST
    return Range(charge.emissions_g, low_g, max(charge.high_g, charge.emissions_g))


def _spread(like: Range, value: float) -> Range:
    """Return a value as uncertain as another figure."""
    return product(like, value=value)


def _times(energy: Range, factor: Range | None) -> Range | None:
    return None if factor is None else product(energy, factor)
