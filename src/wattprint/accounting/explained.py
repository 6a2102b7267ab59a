"""One job, step by step: each equation with its numbers, from the scalar reference."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from wattprint.accounting.account import Accounted, FindSeries
from wattprint.accounting.coefficients import Coefficients
from wattprint.accounting.engines.base import Engine
from wattprint.accounting.factors_table import Factored, place_said
from wattprint.accounting.reference import (
    Job,
    JobFootprint,
    accelerators_of,
    cpus_of,
    job_footprint,
    memory_of,
)
from wattprint.accounting.site import Site
from wattprint.accounting.statements import FOOTPRINTS
from wattprint.domain.errors import InputError
from wattprint.domain.evidence import Equation, Evidence
from wattprint.domain.interval import Range
from wattprint.domain.jobs import Kind
from wattprint.domain.units import JOULES_PER_KWH, SECONDS_PER_HOUR, plain
from wattprint.joblogs.sql import literal

DIGITS = 9
"""As many as a whole number of joules or micrograms of a usual job has."""
MOST_SHOWN = 5
"""Executions of one job that are explained: a job may be requeued a thousand times."""


class Explained(NamedTuple):
    """One execution of a job."""

    row: Mapping[str, Any]
    """Its row in the file of figures."""
    footprint: JobFootprint
    equations: tuple[Equation, ...]
    evidence: tuple[Evidence, ...]


class Asking(NamedTuple):
    """Where the jobs and their factors are."""

    accounted: Accounted
    engine: Engine
    kinds: tuple[Kind, ...]
    site: Site
    find_series: FindSeries | None = None


def explained(job_id: str, asking: Asking) -> tuple[Explained, ...]:
    """Return every execution of a job, step by step.

    Raises:
        InputError: No job of this id was accounted for.
    """
    quoted = literal(job_id)
    rows = asking.engine.rows(
        f"SELECT * FROM {FOOTPRINTS} WHERE job_id = {quoted} ORDER BY file, line LIMIT {MOST_SHOWN}"
    )
    if not rows:
        raise InputError(
            f"job {job_id!r} is not among the jobs that ran",
            "expected its id as the log has it, the index of its array included",
        )
    names = ", ".join(Job._fields)
    jobs = asking.engine.rows(f"SELECT {names}, file, line FROM jobs WHERE job_id = {quoted}")
    by_line = {(job["file"], job["line"]): job for job in jobs}
    return tuple(_explained(row, by_line[row["file"], row["line"]], asking) for row in rows)


def _explained(row: Mapping[str, Any], said: Mapping[str, Any], asking: Asking) -> Explained:
    job = Job(**{name: said[name] for name in Job._fields})
    factors = _factors(row, asking)
    series = None
    if asking.find_series is not None:
        kind = next(kind for kind in asking.kinds if kind.kind == row["kind"])
        firsts = [one.first_s for one in asking.kinds if one.first_s is not None]
        lasts = [one.last_s for one in asking.kinds if one.last_s is not None]
        span = (min(firsts, default=0), max(lasts, default=0))
        series = asking.find_series(place_said(kind, asking.site), *span)
    footprint = job_footprint(job, factors.coefficients, series)
    equations = tuple(
        _equations(job, factors.coefficients, footprint, is_hourly=series is not None)
    )
    return Explained(row, footprint, equations, factors.evidence)


def _factors(row: Mapping[str, Any], asking: Asking) -> Factored:
    return next(
        one
        for one in asking.accounted.factors
        if (one.coefficients.kind, one.coefficients.year) == (row["kind"], row["year"])
    )


def _equations(
    job: Job, of: Coefficients, figures: JobFootprint, *, is_hourly: bool
) -> Iterator[Equation]:
    yield from _energy(job, of, figures)
    parts = " + ".join(f"{_n(kwh.value)}" for kwh in figures.parts_kwh.values())
    if job.node_energy_j is not None and of.is_meter_at_wall:
        yield Equation("IT energy", "as metered at the wall", f"{parts} kWh", _kwh(figures.it_kwh))
    else:
        efficiency = _n(of.supply_efficiency.value)
        said = f"({parts}) kWh / {efficiency}"
        yield Equation("IT energy", "parts / efficiency of the supply", said, _kwh(figures.it_kwh))
    yield Equation(
        "facility energy",
        "IT energy x PUE",
        f"{_n(figures.it_kwh.value)} kWh x {_n(of.pue.value)}",
        _kwh(figures.facility_kwh),
    )
    yield from _emissions(of, figures, is_hourly=is_hourly)
    yield _embodied(job, of, figures)
    yield from _water(of, figures)


def _energy(job: Job, of: Coefficients, figures: JobFootprint) -> Iterator[Equation]:
    hours = f"{_n(job.elapsed_s / SECONDS_PER_HOUR)} h"
    parts = figures.parts_kwh
    if "metered" in parts:
        said = f"{_n(job.node_energy_j or 0)} J / 3,600,000"
        yield Equation("metered energy", "joules / 3.6 million", said, _kwh(parts["metered"]))
    if "accelerator" in parts:
        yield _accelerator(job, of, hours, parts["accelerator"])
    if "cpu" in parts:
        yield _cpu(job, of, hours, parts["cpu"])
    if "memory" in parts:
        said = f"{_n(memory_of(job, of))} GB x {_n(of.memory_w_per_gb.value)} W/GB x {hours}"
        yield Equation("memory", "memory x power x hours", said, _kwh(parts["memory"]))
    if "static" in parts:
        count, each_w, what = accelerators_of(job, of), of.static_w_per_accelerator, "accelerators"
        if not count:
            count, each_w, what = cpus_of(job, of), of.static_w_per_cpu, "CPUs"
        said = f"{_n(count)} x {_n(each_w)} W x {hours}"
        yield Equation(
            "static power", f"{what} x their share of it x hours", said, _kwh(parts["static"])
        )


def _accelerator(job: Job, of: Coefficients, hours: str, energy: Range) -> Equation:
    count = _n(accelerators_of(job, of))
    if job.accelerator_energy_j is not None:
        said = f"{_n(job.accelerator_energy_j)} J / 3,600,000"
        return Equation("accelerators", "joules / 3.6 million", said, _kwh(energy))
    if job.gpu_load is None:
        said = f"{count} x {_n(of.accelerator_w.value)} W x {hours}"
        return Equation("accelerators", "accelerators x power x hours", said, _kwh(energy))
    idle, load = _n(of.accelerator_idle_w.value), _n(of.accelerator_load_w.value)
    said = f"{count} x ({idle} + {load} x {_n(job.gpu_load)}) W x {hours}"
    return Equation("accelerators", "accelerators x (idle + load) x hours", said, _kwh(energy))


def _cpu(job: Job, of: Coefficients, hours: str, energy: Range) -> Equation:
    count = cpus_of(job, of)
    if job.cpu_s is None or not count * job.elapsed_s:
        said = f"{_n(count)} x {_n(of.cpu_w.value)} W x {hours}"
        return Equation("CPUs", "CPUs x power x hours", said, _kwh(energy))
    set_aside_h = count * job.elapsed_s / SECONDS_PER_HOUR
    busy_h = min(set_aside_h, job.cpu_s / SECONDS_PER_HOUR)
    shared = "" if of.threads_per_core == 1 else f" x (2 - {_n(busy_h / set_aside_h)})"
    said = (
        f"{_n(of.cpu_idle_w)} W x {_n(set_aside_h)} h + {_n(of.cpu_busy_w)} W x {_n(busy_h)} h"
        f"{shared}"
    )
    formula = "idle power x CPU hours set aside + busy power x CPU hours used"
    formula += " x (2 - load)" if shared else ""
    return Equation("CPUs", formula, said, _kwh(energy))


def _emissions(of: Coefficients, figures: JobFootprint, *, is_hourly: bool) -> Iterator[Equation]:
    energy = f"{_n(figures.facility_kwh.value)} kWh"
    if figures.location_g is not None and of.location_g_per_kwh is not None:
        g_per_kwh, when = of.location_g_per_kwh.value, "its year"
        if is_hourly and figures.facility_kwh.value:
            g_per_kwh, when = figures.location_g.value / figures.facility_kwh.value, "its own hours"
        said = f"{energy} x {_n(g_per_kwh)} g/kWh"
        formula = f"facility energy x intensity of {when}"
        yield Equation("location-based", formula, said, _grams(figures.location_g))
    if figures.market_g is not None and of.market_g_per_kwh is not None:
        said = f"{energy} x {_n(of.market_g_per_kwh.value)} g/kWh"
        formula = "facility energy x market-based intensity"
        yield Equation("market-based", formula, said, _grams(figures.market_g))


def _embodied(job: Job, of: Coefficients, figures: JobFootprint) -> Equation:
    accelerators, cpus = accelerators_of(job, of), cpus_of(job, of)
    host = (
        f"{_n(of.host_made_g_per_accelerator_h)} g/h x {_n(accelerators)}"
        if accelerators
        else f"{_n(of.host_made_g_per_cpu_h)} g/h x {_n(cpus)}"
    )
    said = (
        f"({_n(of.accelerator_made_g_per_h.value)} g/h x {_n(accelerators)} + {host} + "
        f"{_n(of.memory_made_g_per_gb_h.value)} g/h x {_n(memory_of(job, of))}) x "
        f"{_n(job.elapsed_s / SECONDS_PER_HOUR)} h"
    )
    formula = "(making of accelerators + of the machine + of memory, per hour of life) x hours"
    return Equation("embodied", formula, said, _grams(figures.embodied_g))


def _water(of: Coefficients, figures: JobFootprint) -> Iterator[Equation]:
    for name, energy, factor, amount in (
        ("IT", figures.it_kwh, of.site_water_l_per_kwh, figures.site_water_l),
        ("facility", figures.facility_kwh, of.grid_water_l_per_kwh, figures.grid_water_l),
    ):
        if factor is not None and amount is not None:
            what = "water of the site" if name == "IT" else "water of electricity"
            said = f"{_n(energy.value)} kWh x {_n(factor.value)} L/kWh"
            yield Equation(what, f"{name} energy x litres a kWh", said, f"{_n(amount.value)} L")


def joules(energy: Range) -> int:
    """Return an energy as the file of figures has it [J]."""
    return int(energy.value * JOULES_PER_KWH + 0.5)


def _kwh(energy: Range) -> str:
    return f"{_n(energy.value)} kWh"


def _grams(mass: Range) -> str:
    return f"{_n(mass.value)} g"


def _n(number: float) -> str:
    return plain(number, DIGITS)
