"""The table of factors: one row for each kind of job and each year."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timezone
from typing import Any, NamedTuple

from wattprint.accounting.coefficients import Coefficients, made_g_per_h
from wattprint.accounting.machine import Machine
from wattprint.accounting.machine_shape import Seen
from wattprint.accounting.site import MACHINE_KEYS, WHERE, Site
from wattprint.domain.errors import InputError
from wattprint.domain.evidence import Evidence, Method
from wattprint.domain.interval import Range, exact
from wattprint.domain.jobs import Kind
from wattprint.estimator.market import market_based
from wattprint.estimator.place import FIRST_YEAR, LAST_YEAR, Place, find_place
from wattprint.estimator.reckoning import relative_to_value
from wattprint.factors.conventions import convention
from wattprint.factors.regions import regions


class Factored(NamedTuple):
    """The factors of a kind in a year, and why they are what they are."""

    coefficients: Coefficients
    machine: str
    """Class of the machine."""
    accelerator: str
    place: Place
    evidence: tuple[Evidence, ...]


def machine_of(kind: Kind, site: Site) -> Machine:
    """Return the machines that jobs of a kind ran on.

    Raises:
        InputError: The site names unknown hardware.
    """
    said = site.of(kind.cluster, kind.partition_name)
    machine_said = {name: said[name] for name in MACHINE_KEYS if name in said}
    seen = Seen(
        kind.accelerator, kind.instance, kind.most_cpus_per_node or 1.0, kind.most_gpus_per_node
    )
    return Machine(machine_said, seen, site.accelerators)


def place_said(kind: Kind, site: Site) -> dict[str, Any]:
    """Return what is said of the place of a kind: by the site, else by the region in the log."""
    said = site.of(kind.cluster, kind.partition_name)
    place = {name: given for name, given in said.items() if name not in MACHINE_KEYS}
    is_placed = any(name in place for name in WHERE)
    if kind.region and not is_placed and _is_region(kind.region):
        place["region"] = kind.region
    return place


def _is_region(name: str) -> bool:
    """Tell whether a region in a log is one that the tables have: what a log says ends nothing."""
    try:
        regions().find(name)
    except InputError:
        return False
    return True


def _lost_region(kind: Kind, said: Mapping[str, Any]) -> tuple[Evidence, ...]:
    """Say that the log's region is none, where nothing else says where."""
    if not kind.region or any(name in said for name in WHERE):
        return ()
    words = f"the log says {kind.region!r}, which is no region of the tables"
    return (Evidence("region", None, "", Method.MISSING, "", None, words),)


def factored(kind: Kind, year: int, site: Site, *, series: int = 0) -> Factored:
    """Return the factors of the jobs of a kind that began in a year.

    Args:
        kind: The kind of job.
        year: The year; 0 where no time is known, which takes the newest.
        site: What is said of machines and places.
        series: Which series of hours charges them; 0 for none.

    Raises:
        InputError: Unknown hardware or place, or a value outside its limits.
    """
    machine = machine_of(kind, site)
    looked_up = min(max(year, FIRST_YEAR), LAST_YEAR) if year else None
    said = place_said(kind, site)
    place = find_place(year=looked_up, **said)
    coefficients = _coefficients(kind, year, machine, place)._replace(series=series)
    return Factored(
        coefficients,
        machine.host_class,
        machine.accelerator.name,
        place,
        (
            *machine.naming(),
            *machine.counts(),
            *dict.fromkeys(machine.evidence),
            *machine.missing(),
            *_lost_region(kind, said),
            *place.evidence,
        ),
    )


def _coefficients(kind: Kind, year: int, machine: Machine, place: Place) -> Coefficients:
    lifetime_hours, lifetime_use, life = machine.life()
    static, host_kg = machine.static_w.value, machine.host_embodied_kg
    host_made = made_g_per_h(host_kg, lifetime_hours, lifetime_use)
    return Coefficients(
        kind=kind.kind,
        year=year,
        accelerator_w=machine.accelerator_w,
        accelerator_idle_w=machine.accelerator_idle_w,
        accelerator_load_w=machine.accelerator_load_w,
        accelerator_meter=machine.accelerator_meter,
        cpu_w=machine.cpu_w,
        cpu_idle_w=machine.cpu_idle_w,
        cpu_busy_w=machine.cpu_busy_w,
        threads_per_core=machine.threads_per_core,
        cpu_law=machine.cpu_law,
        memory_w_per_gb=machine.memory_w_per_gb,
        memory_gb_per_cpu=machine.memory_gb_per_node / machine.cpus_per_node,
        memory_gb_per_accelerator=machine.memory_gb_per_node
        / max(1.0, machine.accelerators_of_node),
        static_w_per_cpu=machine.per_cpu(static),
        static_w_per_accelerator=machine.per_accelerator(static),
        static=relative_to_value(machine.static_w) if static else exact(1.0),
        supply_efficiency=machine.supply_efficiency,
        pue=exact(1.0) if place.pue.amount is None else place.pue.amount,
        node_meter=machine.node_meter,
        metered=machine.metered,
        location_g_per_kwh=place.intensity.amount,
        hour_spread=convention("intensity_source").amount,
        market_g_per_kwh=_market(place),
        accelerator_made_g_per_h=made_g_per_h(
            machine.accelerator_embodied_kg, lifetime_hours, lifetime_use
        ),
        host_made_g_per_cpu_h=machine.per_cpu(host_made.value),
        host_made_g_per_accelerator_h=machine.per_accelerator(host_made.value),
        host_made=relative_to_value(host_kg) if host_kg.value else exact(1.0),
        memory_made_g_per_gb_h=made_g_per_h(
            machine.memory_embodied_kg_per_gb, lifetime_hours, lifetime_use
        ),
        life=life,
        site_water_l_per_kwh=place.water.site.amount,
        grid_water_l_per_kwh=place.water.grid.amount,
        accelerators_of_machine=machine.accelerators_of_node if kind.instance else 0.0,
        cpus_of_machine=machine.cpus_per_node,
        cpus_per_accelerator=machine.cpus_per_node / max(1.0, machine.accelerators_of_node),
    )


def _market(place: Place) -> Range | None:
    """Return the market-based intensity of a kWh [gCO2e/kWh]; None where nothing was bought."""
    if place.supply.whole is not None:
        return place.supply.whole.amount
    if any(contract.share is None for contract in place.supply.contracts):
        raise InputError(
            "a contract is of a number of kWh",
            "expected a share of the energy, '60%@0': jobs are charged one by one",
        )
    bought = market_based(place.supply, exact(1.0), "facility energy")
    if bought is None:
        return None
    kg_of_kwh, _ = bought
    return Range(*(kg * 1000.0 for kg in kg_of_kwh.as_tuple()))


def years_of(kinds: Iterable[Kind]) -> Mapping[int, set[int]]:
    """Return the years in which jobs of each kind may have begun; 0 among them.

    A day more on both sides: a year begins at another moment in another time zone.
    """
    return {
        kind.kind: {0}
        | (
            set()
            if kind.first_s is None or kind.last_s is None
            else set(range(_year(kind.first_s - DAY_S), _year(kind.last_s + DAY_S) + 1))
        )
        for kind in kinds
    }


DAY_S = 86_400


def _year(moment_s: int) -> int:
    return datetime.fromtimestamp(moment_s, timezone.utc).year
