"""The footprint of an accounted job, with what it counts and what that rests on.

A job's row has its figures, and the summary beside it the factors of its kind and year. Of its
parts only the sum has an interval there, so they stand in its equations; what says how they are
known is the coverage.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from wattprint.accounting.site import Site
from wattprint.domain import units
from wattprint.domain.coverage import CHIP_COMPONENTS, NODE_COMPONENTS, coverage
from wattprint.domain.evidence import Equation, Evidence, Method, weakest
from wattprint.domain.footprint import (
    WATER_KINDS,
    Components,
    Emissions,
    Energy,
    Footprint,
    Water,
)
from wattprint.domain.interval import Range, product, sum_shared

_UG_PER_KG, _UL_PER_L = 1e9, 1e6
_DIGITS = 6
_PARTS = {"accelerator": "accelerator_j", "cpu": "cpu_j", "memory": "memory_j"}
_OF_METER = {"wall": NODE_COMPONENTS, "chips": CHIP_COMPONENTS, "cpus": ("cpu", "memory")}
"""Components that a scheduler's meter holds, by what the site says of it."""
_MADE = ("accelerator_embodied", "host_embodied", "host_memory_embodied")
_IN_NO_FIGURE = ("_adpe", "_primary_energy")
_MODELS = {
    "accelerator": ("accelerator_", "utilization", "idle_power_share", "device_power"),
    "cpu": ("cpu_",),
    "memory": ("memory_power",),
    "static": ("static_power",),
    "supply_losses": ("supply_efficiency",),
}
"""Beginnings of the names of what a component is modelled by."""


class Factors(NamedTuple):
    """What was used for the jobs of one kind that began in one year."""

    accelerator: str
    """Name of the accelerators in the tables."""
    evidence: tuple[Evidence, ...]

    def found(self, quantity: str) -> Evidence | None:
        """Return a figure that is known."""
        its = (one for one in self.evidence if one.quantity == quantity)
        return next((one for one in its if one.amount is not None), None)

    def method(self, quantity: str) -> Method:
        """Return how a figure is known."""
        found = self.found(quantity)
        return Method.MISSING if found is None else found.method


NO_FACTORS = Factors("", ())


def read_factors(rows: Sequence[Mapping[str, Any]]) -> dict[tuple[int, int], Factors]:
    """Return the factors of a summary by kind of job and year.

    Raises:
        KeyError: They are not as accounting writes them; ValueError and TypeError likewise.
    """
    return {
        (row["kind"], row["year"]): Factors(
            row["accelerator"], tuple(_evidence(one) for one in row["evidence"])
        )
        for row in rows
    }


def _evidence(row: Mapping[str, Any]) -> Evidence:
    bounds = row["value"], row["low"], row["high"]
    amount = None if row["value"] is None else Range(*bounds)
    said = {name: row[name] for name in ("quantity", "unit", "source", "year", "note")}
    return Evidence(amount=amount, method=Method(row["method"]), **said)


def footprint_of_job(
    job: Mapping[str, Any],
    factors: Factors,
    *,
    site: Site,
    factor_set: Mapping[str, str],
    zone: str | None,
) -> Footprint:
    """Return the footprint of a job.

    Args:
        job: Its row in the file of figures.
        factors: What was used for it.
        site: What was said of its machines.
        factor_set: Version and SHA-256 of the tables.
        zone: Zone that it was charged for, where the site says it.
    """
    said = site.of(job["cluster"] or site.cluster, job["partition_name"] or "")
    is_metered = job["method"] == Method.MEASURED.value
    metered = _OF_METER.get(str(said.get("metered", "wall")), ()) if is_metered else ()
    counted = _counted(job, factors, metered)
    has_pue = factors is NO_FACTORS or factors.found("pue") is not None
    energy = Energy(
        it=_range(job, "it", "j", units.JOULES_PER_KWH),
        # Without a PUE that column holds the IT energy: no cooling is in it.
        facility=_range(job, "facility", "j", units.JOULES_PER_KWH) if has_pue else None,
    )
    return Footprint(
        factor_set=dict(factor_set),
        energy_kwh=energy,
        components_kwh=Components(),
        emissions_kg=Emissions(
            *(_range(job, name, "ug", _UG_PER_KG) for name in ("location", "market", "embodied"))
        ),
        water_l=_water(job, said),
        coverage=coverage(**counted),
        evidence=tuple(_entered(job, factors, metered)),
        equations=tuple(_equations(job, factors, energy)),
        work={"job": job["job_id"], "accounted_by": "wattprint account", "zone": zone},
    )


def _counted(job: Mapping[str, Any], factors: Factors, metered: Sequence[str]) -> dict[str, Method]:
    """Return how each component is known that is counted."""
    counted = dict.fromkeys(metered, Method.MEASURED)
    for name, column in _PARTS.items():
        if job[column]:
            counted[name] = Method.MODELLED
    if job["static_j"]:
        counted["static"] = factors.method("static_power") if factors.evidence else Method.MODELLED
    if "supply_losses" not in counted:
        counted["supply_losses"] = factors.method("supply_efficiency")
    counted["facility_overhead"] = factors.method("pue")
    if job["embodied_ug"]:
        made = weakest(factors.method(name) for name in _made(job))
        counted["embodied"] = made if factors.evidence else Method.MODELLED
    kinds = (("site_wue", "site_water_ul"), ("grid_water", "grid_water_ul"))
    of_water = [factors.method(name) for name, column in kinds if job[column] is not None]
    counted["water"] = weakest(of_water)
    return counted


def _made(job: Mapping[str, Any]) -> tuple[str, ...]:
    return _MADE if job["accelerator_s"] else _MADE[1:]


def _entered(
    job: Mapping[str, Any], factors: Factors, metered: Sequence[str]
) -> Iterator[Evidence]:
    """Yield the figures that entered: not what models a part that was metered or is not there."""
    if job["metered_j"]:
        kwh = job["metered_j"] / units.JOULES_PER_KWH
        meter = factors.found("node_meter")
        amount = product(*filter(None, (meter and meter.amount,)), value=kwh)
        note = "as the scheduler's meter has it"
        source, year = "job_log", job["year"] or None
        yield Evidence("metered_energy", amount, "kWh", Method.MEASURED, source, year, note)
    left_out = tuple(_left_out(job, metered))
    for one in factors.evidence:
        is_left_out = one.quantity.startswith(left_out) and one.quantity not in _made(job)
        if not is_left_out and not one.quantity.endswith(_IN_NO_FIGURE):
            yield _of_its_hours(job, one) if one.quantity == "carbon_intensity" else one


def _left_out(job: Mapping[str, Any], metered: Sequence[str]) -> Iterator[str]:
    for component in metered:
        yield from _MODELS[component]
    if not job["metered_j"]:
        yield "node_meter"
    if not job["accelerator_s"]:
        yield from _MODELS["accelerator"]
    known = job["idle_accelerator_s"] is not None  # how busy accelerators were
    yield from ("utilization",) if known else ("idle_power_share", "accelerator_work")
    yield "cpu_law" if job["unused_cpu_j"] is None else "cpu_utilization"


def _of_its_hours(job: Mapping[str, Any], mean: Evidence) -> Evidence:
    """Return the intensity that a job was charged at: its year's mean, or that of its hours."""
    at_hours_ug, at_mean_ug = job["location_ug"], job["location_at_year_mean_ug"]
    if mean.amount is None or not at_mean_ug or at_hours_ug in (None, at_mean_ug):
        return mean
    ratio = at_hours_ug / at_mean_ug
    note = f"over its own hours; the year's mean is {units.plain(mean.amount.value)}: {mean.note}"
    return mean._replace(amount=product(mean.amount, value=mean.amount.value * ratio), note=note)


def _equations(job: Mapping[str, Any], factors: Factors, energy: Energy) -> Iterator[Equation]:
    """Yield how the parts of a job add up, and what they are multiplied by."""
    it, facility = energy.it, energy.facility
    if it is None:
        return
    parts = {**_PARTS, "static": "static_j", "metered": "metered_j"}
    parts_j = {name: job[column] for name, column in parts.items() if job[column]}
    losses_j = job["it_j"] - sum(parts_j.values())
    if losses_j > len(parts_j):  # what rounding to whole joules leaves is no loss
        parts_j["losses of the supply"] = losses_j
    numbers = " + ".join(f"{_n(joules / units.JOULES_PER_KWH)} kWh" for joules in parts_j.values())
    yield Equation("IT energy", " + ".join(parts_j), numbers, f"{_n(it.value)} kWh")
    pue = factors.found("pue")
    if facility is not None and pue is not None and pue.amount is not None:
        numbers = f"{_n(it.value)} kWh x {_n(pue.amount.value)}"
        yield Equation("facility energy", "IT energy x PUE", numbers, f"{_n(facility.value)} kWh")


def _n(number: float) -> str:
    return units.plain(number, _DIGITS)


def _water(job: Mapping[str, Any], said: Mapping[str, Any]) -> Water:
    site, grid = (_range(job, name, "ul", _UL_PER_L) for name in ("site_water", "grid_water"))
    if site is None and grid is None:
        return Water()
    total = None if site is None or grid is None else sum_shared((site, grid))
    return Water(str(said.get("water_kind") or WATER_KINDS[0]), site, grid, total)


def _range(job: Mapping[str, Any], name: str, unit: str, scale: float) -> Range | None:
    value, low, high = (job[f"{name}{bound}_{unit}"] for bound in ("", "_low", "_high"))
    if value is None:
        return None
    bounds = (value if low is None else low, value if high is None else high)
    return Range(value / scale, bounds[0] / scale, bounds[1] / scale)
