"""Hardware that was made, and the hours of it that some work took."""

from collections.abc import Mapping, Sequence
from statistics import median
from typing import NamedTuple

from wattprint.domain import units
from wattprint.domain.evidence import Evidence, Method
from wattprint.domain.footprint import Resources
from wattprint.domain.interval import Range, exact, inverse, product
from wattprint.estimator.bottom_up import BottomUp, bottom_up
from wattprint.factors.accelerators import Accelerator
from wattprint.factors.conventions import convention
from wattprint.factors.embodied import Published, cause_words, embodied, range_of
from wattprint.factors.machines import AROUND_ACCELERATORS, PER_VCPU, MachineClass


class Made(NamedTuple):
    """Hardware that was made, and the hours of it that the work took."""

    label: str
    """What it is: `accelerator`, `host`, `memory`, `storage`."""
    embodied_kg: Range
    """Of one device. [kgCO2e]"""
    device_hours: float
    """Number of devices times the hours each was in use. [device-h]"""
    evidence: tuple[Evidence, ...]
    """The figure of one device first."""
    resources: Resources = Resources()
    """Of one device."""

    @property
    def method(self) -> Method:
        """How the figure of one device came about."""
        return self.evidence[0].method


class HostUse(NamedTuple):
    """The machine around the accelerators, as far as its making is charged."""

    machine: str
    """Name of its class."""
    hours: float
    """Machines times hours times the share of each that the work had. [host-h]"""
    memory_gb_hours: float = 0.0
    """Memory times its hours, if it was said: it is then added for itself. [GB-h]"""
    spread: Range = exact(1.0)
    """A factor of which only the relative width counts: what is not known of the hours."""


OF_VCPUS = "2-socket-server"
"""The class of machine that vCPUs are sold of."""


WITH_MEMORY = frozenset({"laptop", AROUND_ACCELERATORS})
"""Classes whose every published figure holds the memory such machines have: that of Cloud Carbon
Footprint is of 1,152 GB, a laptop's is soldered in. Of other servers some hold little or none."""


def host_use(
    machine: MachineClass, machines: float, wall_hours: float, memory_gb: float | None = None
) -> HostUse:
    """Return how much of a machine's making some work is charged.

    Args:
        machine: Its class.
        machines: How many, or what share of one; vCPUs of a `cloud-vm`.
        wall_hours: Hours by the clock, repeats included. [h]
        memory_gb: Memory that was said beside the machine. [GB]
    """
    is_inside = machine.name in WITH_MEMORY
    memory_gb_hours = 0.0 if is_inside else (memory_gb or 0.0) * wall_hours
    if machine.name != PER_VCPU:
        return HostUse(machine.name, machines * wall_hours, memory_gb_hours)
    of_server = convention("vcpus_of_server").amount
    hours = machines * wall_hours / of_server.value
    return HostUse(OF_VCPUS, hours, memory_gb_hours, inverse(of_server))


def made_accelerators(part: Accelerator, device_hours: float) -> Made:
    """Return the making of accelerators: published if somebody did, else added up from parts."""
    by_parts, published = bottom_up(part), embodied().of_family(part.family)
    others = embodied().of_segment(part.segment) if part.kind == "gpu" else ()
    if not published:
        amount = _reaching(by_parts.embodied_kg, others)
        evidence = _by_parts(part, by_parts, amount, others)
        return Made("accelerator", amount, device_hours, (evidence,))
    amount = _reaching(range_of(published), others)
    amount = Range(amount.value, amount.low, max(amount.high, by_parts.embodied_kg.high))
    words = f"{by_parts.note}; {cause_words((*published, *others))}"
    evidence = _published_evidence(
        "accelerator_embodied", amount, published, f"{part.name}: {words}"
    )
    resources, reasons = _resources("accelerator", published, amount)
    return Made("accelerator", amount, device_hours, (evidence, *reasons), resources)


def _reaching(amount: Range, others: Sequence[Published]) -> Range:
    """Widen an interval until it holds what others say of any such device."""
    said = [other.embodied_kg for other in others]
    return Range(amount.value, min(amount.low, *said, amount.value), max(amount.high, *said, 0.0))


def _by_parts(
    part: Accelerator, by_parts: BottomUp, amount: Range, others: Sequence[Published]
) -> Evidence:
    words = f"{part.name}: nothing is published of it; {by_parts.note}"
    if others:
        words += f"; {cause_words(others)}"
    node = embodied().nodes[0]
    return Evidence(
        "accelerator_embodied", amount, "kgCO2e", by_parts.method, node.source, node.year, words
    )


def made_host(host: HostUse) -> tuple[Made, ...]:
    """Return the making of a machine of a class, and of its memory where it was said how much.

    Transport and end of life stand in a row of their own where they are published: the figure of
    manufacturing does not hold them.
    """
    published = embodied().of_host(host.machine)
    of_class = range_of(published)
    amount = product(of_class, host.spread, value=of_class.value)
    name = f"{host.machine}, memory included" if host.machine in WITH_MEMORY else host.machine
    words = f"{name}: {cause_words(published)}"
    evidence = _published_evidence("host_embodied", amount, published, words)
    delivery = embodied().of_delivery(host.machine)
    beside = tuple(
        _published_evidence(
            "host_transport_and_end_of_life", range_of(delivery), delivery, "not in the figure"
        )
        for _ in delivery[:1]
    )
    resources, reasons = _resources("host", published, amount)
    machine = Made("host", amount, host.hours, (evidence, *reasons, *beside), resources)
    if not host.memory_gb_hours:
        return (machine,)
    return machine, made_by_convention("memory", "host_memory_embodied", host.memory_gb_hours)


def made_by_convention(label: str, name: str, unit_hours: float) -> Made:
    """Return the making of what is counted by its size: GB of memory, TB of disks."""
    stated = convention(name)
    evidence = Evidence(
        name, stated.amount, stated.unit, Method.ASSUMED, stated.source, stated.year, stated.note
    )
    return Made(label, stated.amount, unit_hours, (evidence,))


def _resources(
    label: str, published: Sequence[Published], embodied_kg: Range
) -> tuple[Resources, tuple[Evidence, ...]]:
    """Return minerals and primary energy of making one device, where sources have them."""
    adpe = {p: p.adpe_kg_sb for p in published if p.adpe_kg_sb is not None}
    energy = {p: p.primary_energy_mj for p in published if p.primary_energy_mj is not None}
    rows = (
        _resource_evidence(f"{label}_adpe", "kg Sb eq", adpe, embodied_kg),
        _resource_evidence(f"{label}_primary_energy", "MJ", energy, embodied_kg),
    )
    return (
        Resources(*(None if row is None else row.amount for row in rows)),
        tuple(row for row in rows if row is not None),
    )


def _resource_evidence(
    quantity: str, unit: str, said: Mapping[Published, float], embodied_kg: Range
) -> Evidence | None:
    """Take the median, with bounds as wide as those of the emissions: few sources have these."""
    if not said:
        return None
    middle = median(said.values())
    low = middle * embodied_kg.low / embodied_kg.value
    high = middle * embodied_kg.high / embodied_kg.value
    amount = Range(middle, min(low, *said.values()), max(high, *said.values()))
    closest = min(said, key=lambda p: abs(said[p] - middle))
    note = "of making one; as wide as its emissions. " + "; ".join(
        f"{units.plain(figure)} {unit}, {p.source}, {p.year}" for p, figure in said.items()
    )
    return Evidence(quantity, amount, unit, Method.MODELLED, closest.source, closest.year, note)


def _published_evidence(
    quantity: str, amount: Range, published: Sequence[Published], note: str
) -> Evidence:
    """Name the source whose figure is closest to the one that was taken."""
    closest = min(published, key=lambda p: (abs(p.embodied_kg - amount.value), not p.is_by_maker))
    method = Method.MODELLED
    return Evidence(quantity, amount, "kgCO2e", method, closest.source, closest.year, note)
