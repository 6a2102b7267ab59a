"""Described work: what a user says of a training or other job, checked once and then trusted."""

from math import isclose
from typing import Any, NamedTuple

from wattprint.domain.checks import number, one_of, text, whole_number
from wattprint.domain.errors import ContradictionError, InputError
from wattprint.domain.formulas.energy import supply_efficiency_above_0
from wattprint.domain.node_profile import NodeProfile
from wattprint.estimator.host import NO_HOST, Host, described_host
from wattprint.estimator.reckoning import Reckoning

ENERGY_BOUNDARIES = ("accelerator", "chips", "it", "facility")
LARGEST = 1e12
"""Largest number taken for a quantity: beyond it a unit was mistaken, and products overflow."""
MEMORY_TYPES = ("ddr3", "ddr4", "ddr5", "lpddr")
"""Types of main memory whose power is known; high-bandwidth memory is in its accelerator's."""


class Work(NamedTuple):
    """A checked description. Build it with `described_work`."""

    accelerator: str | None
    accelerator_count: int
    hours: float | None
    """Wall hours."""
    device_hours: float
    """Accelerator hours: count x wall hours, or as given."""
    utilization: float | None
    power_w: float | None
    energy_kwh: float | None
    energy_at: str
    cpu: str | None
    cpu_count: int
    cpu_utilization: float | None
    memory_gb: float | None
    static_w: float | None
    supply_efficiency: float | None
    host: Host | None
    """The machine around the chips; None adds nothing."""
    repeats: float
    cpu_load: float | None = None
    """Share of time in which the CPU's threads run, instead of its utilization."""
    cpu_clock_ratio: float | None = None
    memory_type: str | None = None
    reckoned: Reckoning = Reckoning()
    """How hours and repeats came about where they were not stated, and how far they may be off."""

    @property
    def wall_hours(self) -> float:
        """Hours by the clock: as given, else device-hours over the number of devices."""
        return self.device_hours / self.accelerator_count if self.hours is None else self.hours


def described_work(
    *,
    accelerator: str | None = None,
    count: int | None = None,
    hours: float | None = None,
    device_hours: float | None = None,
    utilization: float | None = None,
    power_w: float | None = None,
    energy_kwh: float | None = None,
    energy_at: str | None = None,
    cpu: str | None = None,
    cpu_count: int = 1,
    cpu_utilization: float | None = None,
    cpu_load: float | None = None,
    cpu_clock_ratio: float | None = None,
    memory_gb: float | None = None,
    memory_type: str | None = None,
    host: str | NodeProfile = NO_HOST,
    hosts: float | None = None,
    vcpus: float | None = None,
    static_w: float | None = None,
    supply_efficiency: float | None = None,
    repeats: float = 1,
) -> Work:
    """Check a description and return it in one form.

    Raises:
        InputError: A value outside what its quantity allows, or too little to estimate from.
        ContradictionError: Inputs that cannot all be true.
    """
    is_counted = count is not None or hours is not None
    is_beside = count is not None or accelerator is not None or power_w is not None
    count = whole_number("count", 1 if count is None else count, at_least=1, at_most=int(LARGEST))
    share = _optional("utilization", utilization, at_most=1)
    cpu_share = _optional("cpu_utilization", cpu_utilization, at_most=1)
    if share is not None and cpu is not None and accelerator is None and power_w is None:
        # On work without accelerators the utilization can only be that of the CPUs.
        cpu_share = _either(share, cpu_share)
        share = None
    hours = _optional("hours", hours)
    device_hours = _optional("device_hours", device_hours)
    energy_kwh = _optional("energy_kwh", energy_kwh)
    work = Work(
        accelerator=_name("accelerator", accelerator),
        accelerator_count=count,
        hours=hours,
        device_hours=_device_hours(count, hours, device_hours),
        utilization=share,
        power_w=_optional("power_w", power_w),
        energy_kwh=energy_kwh,
        energy_at=_boundary(energy_kwh, energy_at),
        cpu=_name("cpu", cpu),
        cpu_count=whole_number("cpu_count", cpu_count, at_least=1, at_most=int(LARGEST)),
        cpu_utilization=cpu_share,
        memory_gb=_optional("memory_gb", memory_gb),
        static_w=_optional("static_w", static_w),
        supply_efficiency=None
        if supply_efficiency is None
        else supply_efficiency_above_0(supply_efficiency),
        host=described_host(
            host,
            hosts=_optional("hosts", hosts),
            vcpus=_optional("vcpus", vcpus),
            count=count if is_beside else None,
        ),
        repeats=number("repeats", repeats, at_least=1, at_most=LARGEST),
        cpu_load=_optional("cpu_load", cpu_load, at_most=1),
        cpu_clock_ratio=_optional("cpu_clock_ratio", cpu_clock_ratio, at_most=1),
        memory_type=None
        if memory_type is None
        else one_of("memory_type", memory_type, MEMORY_TYPES),
    )
    _refuse_contradictions(work, timed=hours is not None or device_hours is not None)
    if not is_counted and device_hours is not None:
        _refuse_unknown_wall_hours(work)
    return work


def _refuse_unknown_wall_hours(work: Work) -> None:
    """Device-hours alone do not say how long the host beside the devices was in use."""
    beside = {"cpu": work.cpu, "memory_gb": work.memory_gb, "static_w": work.static_w}
    if work.host is not None and not work.host.is_by_accelerator:
        beside["host"] = work.host.name
    for name, given in beside.items():
        if given is not None:
            raise InputError(
                f"{name} is {given!r} beside device_hours alone",
                "expected count or hours as well, to know how long the host was in use",
            )


def _optional(name: str, given: Any, *, at_most: float = LARGEST) -> float | None:
    return None if given is None else number(name, given, at_most=at_most)


def _name(quantity: str, given: Any) -> str | None:
    return None if given is None else text(quantity, given)


def _device_hours(count: int, hours: float | None, device_hours: float | None) -> float:
    by_clock = None if hours is None else count * hours
    if device_hours is None or by_clock is None:
        return _first(device_hours, by_clock)
    if not isclose(device_hours, by_clock, rel_tol=1e-9):
        raise ContradictionError(
            f"device_hours is {device_hours!r}, but count x hours is {by_clock!r}",
            "device-hours are wall hours times devices: give one of the two",
        )
    return device_hours


def _first(*candidates: float | None) -> float:
    return next((candidate for candidate in candidates if candidate is not None), 0.0)


def _either(utilization: float, cpu_utilization: float | None) -> float:
    """Return the utilization of work on CPUs alone, whichever way it was given."""
    if cpu_utilization not in (None, utilization):
        raise ContradictionError(
            f"utilization is {utilization!r} and cpu_utilization is {cpu_utilization!r}",
            "work on CPUs alone has one utilization: give one of the two",
        )
    return utilization


def _boundary(energy_kwh: float | None, energy_at: str | None) -> str:
    if energy_kwh is None:
        if energy_at is not None:
            raise InputError(
                f"energy_at is {energy_at!r} without an energy", "expected energy_kwh beside it"
            )
        return ENERGY_BOUNDARIES[0]
    if energy_at is None:
        raise InputError(
            f"energy_kwh is {energy_kwh!r}, but not where it was measured",
            "expected energy_at: accelerator (devices alone), chips (CPU and memory too), "
            "it (at the wall) or facility (cooling included)",
        )
    return one_of("energy_at", energy_at, ENERGY_BOUNDARIES)


_OF_DEVICES = ("power_w", "utilization")
_OF_CHIPS = (*_OF_DEVICES, "cpu", "memory_gb")
_OF_MACHINE = (*_OF_CHIPS, "static_w", "supply_efficiency", "host")
_INSIDE = {
    "accelerator": _OF_DEVICES,
    "chips": _OF_CHIPS,
    "it": _OF_MACHINE,
    "facility": _OF_MACHINE,
}
"""What an energy already contains that is given at a boundary."""


def _refuse_contradictions(work: Work, *, timed: bool) -> None:
    names = {
        "power_w": work.power_w,
        "utilization": work.utilization,
        "cpu": work.cpu,
        "memory_gb": work.memory_gb,
        "static_w": work.static_w,
        "supply_efficiency": work.supply_efficiency,
        "host": work.host and work.host.name,
    }
    if work.energy_kwh is not None:
        for name in _INSIDE[work.energy_at]:
            if names[name] is not None:
                raise ContradictionError(
                    f"{name} is {names[name]!r} beside energy_kwh at {work.energy_at!r}",
                    "the energy given already contains it: give one of the two",
                )
    elif work.utilization is not None and work.accelerator is None and work.power_w is None:
        raise InputError(
            f"utilization is {work.utilization!r} of nothing",
            "expected an accelerator, a cpu or power_w beside it",
        )
    _refuse_of_nothing(work)
    if work.cpu_load is not None and work.cpu_utilization is not None:
        raise ContradictionError(
            f"cpu_load is {work.cpu_load!r} beside cpu_utilization {work.cpu_utilization!r}",
            "a load is a share of time, a utilization one of power: give one of the two",
        )
    _refuse_too_little(work, timed=timed)


def _refuse_of_nothing(work: Work) -> None:
    """Refuse what describes a part or a load that is not there."""
    described = {
        "cpu_utilization": (work.cpu_utilization, None, work.cpu, "a cpu"),
        "cpu_load": (work.cpu_load, None, work.cpu, "a cpu"),
        "cpu_count": (work.cpu_count, 1, work.cpu, "a cpu"),
        "cpu_clock_ratio": (work.cpu_clock_ratio, None, work.cpu_load, "cpu_load"),
        "memory_type": (work.memory_type, None, work.memory_gb, "memory_gb"),
    }
    for name, (given, unsaid, of, expected) in described.items():
        if of is None and given != unsaid:
            raise InputError(f"{name} is {given!r} of nothing", f"expected {expected} beside it")


def _refuse_too_little(work: Work, *, timed: bool) -> None:
    powered = [work.power_w, work.cpu, work.memory_gb, work.static_w, work.host]
    if work.energy_kwh is None:
        powered.append(work.accelerator)
        if all(given is None for given in powered):
            raise InputError(
                "nothing is given that draws power",
                "expected an accelerator, power_w, a cpu or memory_gb with hours, or energy_kwh",
            )
    if not timed and any(given is not None for given in powered):
        raise InputError(
            "no duration is given", "expected hours (by the clock) or device_hours (hours x count)"
        )
