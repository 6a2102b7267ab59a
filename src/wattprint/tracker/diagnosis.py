"""What can be measured on this machine, how well, and what would make it better."""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from wattprint.domain import units
from wattprint.domain.evidence import Method
from wattprint.domain.node_profile import Machine
from wattprint.domain.readings import METERED_COMPONENTS, Device
from wattprint.estimator.host import Host
from wattprint.estimator.host_class import host_of_run
from wattprint.factors.conventions import convention
from wattprint.ledger.profiles import Profiles
from wattprint.meters.base import Discovered, Meter, Reading
from wattprint.meters.procfs import HostFacts, host_facts
from wattprint.tracker import surroundings
from wattprint.tracker.discovery import Places, discover_meters
from wattprint.tracker.fence import fenced
from wattprint.tracker.host_record import host_record

SCHEMA = "wattprint.doctor/1"
BETWEEN_READINGS_S = 0.5
WORDED_AS_PERCENT = 0.3
"""Widest half of an interval that is said in percent; a wider one as a ratio. [ratio]"""

_OF_ONE_TREE = ("cpu_s", "GB_s")
"""Activity of a process tree: of the one that asks, whose power now means nothing."""
_SENSORS = {
    "cpu": ("RAPL readable", "rapl_package"),
    "memory": ("RAPL's DRAM zone readable", "rapl_dram"),
    "accelerator": ("NVML", "nvml_energy"),
}
"""What would measure a component, and the convention that says how well."""
_NOWHERE = Path("/nonexistent")
"""A /proc that says nothing."""
_NAMES = {"cpu": "CPU", "memory": "memory", "accelerator": "accelerators"}


class Bounds(NamedTuple):
    """90 % interval of an energy over the energy recorded [ratio]."""

    low: float
    high: float

    @property
    def half(self) -> float:
        """The wider of its two sides [ratio]."""
        return max(1 - self.low, self.high - 1)

    def __str__(self) -> str:
        """Say it: 'within 5 %', or '0.43 to 5.1 times'.

        >>> str(Bounds(0.95, 1.05)), str(Bounds(0.428, 5.0528))
        ('within 5 %', '0.43 to 5.1 times')
        """
        if self.half <= WORDED_AS_PERCENT:
            return f"within {units.plain(100 * self.half, 2)} %"
        low, high = (f"{ratio:.2f}" if ratio < 2 else f"{ratio:.1f}" for ratio in self)
        return f"{low} to {high} times"


class DeviceNow(NamedTuple):
    """A device that a run would read, and its power at this moment."""

    device: Device
    power_w: float | None
    """None where it could not be read, or would be that of the asking process alone. [W]"""
    fault: str = ""

    @property
    def bounds(self) -> Bounds:
        """How well its energy is known."""
        return Bounds(self.device.low_ratio, self.device.high_ratio)


class Family(NamedTuple):
    """A family of meters: whether it is used, and why."""

    found: Discovered
    devices: Sequence[DeviceNow]


class Component(NamedTuple):
    """How well the energy of a component is known, and how well it could be."""

    component: str
    method: Method
    bounds: Bounds | None
    """None where nothing reads it."""
    could_be: str
    """What would measure it, and how well; empty where it is measured or nothing would."""


class Diagnosis(NamedTuple):
    """What `wattprint doctor` says."""

    families: Sequence[Family]
    components: Sequence[Component]
    machine: Mapping[str, Any]
    accelerators: Mapping[str, Any]
    ledger: Mapping[str, Any]
    clocks: Mapping[str, Any]
    software: Mapping[str, Any]

    @property
    def verdict(self) -> str:
        """One line: what is measured, what is modelled and how roughly, what is missing."""
        by_method: dict[Method, list[Component]] = {}
        for part in self.components:
            if part.component != "accelerator":
                by_method.setdefault(part.method, []).append(part)
        said = [_said(method, parts) for method, parts in by_method.items()]
        text = "; ".join([*said, self._said_of_accelerators()])
        if not self.ledger["is_writable"]:
            text += "; runs cannot be recorded"
        return text[0].upper() + text[1:] + "."

    @property
    def next_step(self) -> str:
        """What to do next: what would help most, else to record a run."""
        if not self.ledger["is_writable"]:
            return "choose a home for the ledger with WATTPRINT_HOME or --home"
        for family in self.families:
            if family.found.remedy:
                return f"apply the remedy for {family.found.family}, then ask the doctor again"
        return "wattprint track -- python train.py"

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form, `wattprint.doctor/1`."""
        return {
            "schema": SCHEMA,
            "verdict": self.verdict,
            "next_step": self.next_step,
            "components": [_component_dict(part) for part in self.components],
            "families": [_family_dict(family) for family in self.families],
            **{name: dict(getattr(self, name)) for name in _SURROUNDINGS},
        }

    def _said_of_accelerators(self) -> str:
        (part,) = (part for part in self.components if part.component == "accelerator")
        found = self.accelerators
        if part.bounds is not None:
            return f"{_accelerators(found['read'])} {part.method.value} {part.bounds}"
        if found["hidden"]:
            return f"{_accelerators(len(found['hidden']))} hidden"
        if found["on_pci_bus"]:
            return f"{_accelerators(len(found['on_pci_bus']))} there and not read"
        return "no accelerator found"


_SURROUNDINGS = ("machine", "accelerators", "ledger", "clocks", "software")


def diagnose(
    home: str | None = None,
    places: Places | None = None,
    *,
    clock_s: Callable[[], float] = time.monotonic,
    pause: Callable[[float], None] = time.sleep,
) -> Diagnosis:
    """Open every meter, read it twice, and say what it is worth.

    Args:
        home: Home folder of the ledger; None takes $WATTPRINT_HOME, else ~/.wattprint.
        places: Where the sensors are; as the environment names them by default.
        clock_s: A clock that does not jump. [s]
        pause: Waits between the two readings, for a time. [s]
    """
    places = places or Places.from_environment()
    families = read_twice(_discovered(places), clock_s, pause)
    host = fenced(partial(host_facts, places.proc))
    if isinstance(host, Exception):
        host = host_facts(_NOWHERE)
    devices = [now.device for family in families for now in family.devices]
    seen = {one.device_id: one.note for one in devices if one.component == "accelerator"}
    found = surroundings.accelerators(seen, library=places.nvml_library, sys_root=places.sys)
    return Diagnosis(
        families,
        [_component(name, families, host, found) for name in METERED_COMPONENTS],
        {**surroundings.machine(host), **_around_chips(places, families, home)},
        found,
        surroundings.ledger(home),
        surroundings.clocks(),
        surroundings.software(),
    )


def _around_chips(places: Places, families: Sequence[Family], home: str | None) -> dict[str, Any]:
    """Return which machine is taken to be around the chips, and why: its profile, or a class."""
    host = fenced(partial(_host_now, places, families, home))
    if not isinstance(host, Host):
        return {"host_class": None, "hosts": None, "host_reason": ""}
    reason = host.reason if host.profile is None else "calibrated with a wall meter"
    return {"host_class": host.name, "hosts": host.machines, "host_reason": reason}


def _host_now(places: Places, families: Sequence[Family], home: str | None) -> Host | None:
    record = host_record(places, [f.found.meter for f in families if f.found.meter is not None])
    devices = [now.device for family in families for now in family.devices]
    return host_of_run(record, host=Profiles(home).for_machine(Machine.seen(record, devices)))


def _discovered(places: Places) -> Sequence[Discovered]:
    """Open every family; what should explain itself and fails is explained here."""
    found = fenced(partial(discover_meters, os.getpid(), places))
    if isinstance(found, Exception):
        return [Discovered("all", None, f"they cannot be opened: {type(found).__name__}: {found}")]
    return found


def read_twice(
    discovered: Sequence[Discovered],
    clock_s: Callable[[], float],
    pause: Callable[[float], None],
) -> Sequence[Family]:
    """Read every meter, wait, read it again and close it; what fails is a fault."""
    meters = {found.family: found.meter for found in discovered if found.meter is not None}
    first = {family: _read(meter, clock_s()) for family, meter in meters.items()}
    if meters:
        pause(BETWEEN_READINGS_S)
    second = {family: _read(meter, clock_s()) for family, meter in meters.items()}
    families = []
    for found in discovered:
        devices: Sequence[DeviceNow] = ()
        if found.meter is not None:
            devices = _devices_now(found.meter, first[found.family], second[found.family])
            fenced(found.meter.close)
        families.append(Family(found, devices))
    return families


class _Read(NamedTuple):
    """What a meter said at a moment."""

    at_s: float
    readings: Sequence[Reading]
    fault: str


def _read(meter: Meter, at_s: float) -> _Read:
    readings = fenced(partial(meter.read, at_s))
    faults = fenced(meter.take_faults)
    if isinstance(readings, Exception) or isinstance(faults, Exception):
        error = readings if isinstance(readings, Exception) else faults
        return _Read(at_s, (), f"{type(error).__name__}: {error}")
    return _Read(at_s, readings, "; ".join(faults))


def _devices_now(meter: Meter, first: _Read, second: _Read) -> Sequence[DeviceNow]:
    fault = "; ".join(filter(None, (first.fault, second.fault)))
    nothing = [Reading(None)] * len(meter.devices)
    pairs = zip(meter.devices, first.readings or nothing, second.readings or nothing, strict=False)
    elapsed_s = second.at_s - first.at_s
    return [DeviceNow(device, _power_w(device, a, b, elapsed_s), fault) for device, a, b in pairs]


def _power_w(device: Device, first: Reading, second: Reading, elapsed_s: float) -> float | None:
    if first.energy_uj is None or second.energy_uj is None or elapsed_s <= 0:
        return None
    if device.activity_unit in _OF_ONE_TREE:
        return None
    return (second.energy_uj - first.energy_uj) / units.MICROJOULES_PER_JOULE / elapsed_s


def _component(
    name: str, families: Sequence[Family], host: HostFacts, accelerators: Mapping[str, Any]
) -> Component:
    devices = [now.device for family in families for now in family.devices]
    own = [device for device in devices if device.component == name]
    method = own[0].method if own else Method.MISSING
    if any(device.method is Method.MEASURED for device in own):
        method = Method.MEASURED
    bounds = None
    if own:
        low = min(device.low_ratio for device in own)
        bounds = Bounds(low, max(device.high_ratio for device in own))
    could_be = ""
    if method is not Method.MEASURED:
        could_be = _could_be(name, families, host, accelerators)
    return Component(name, method, bounds, could_be)


def _could_be(
    name: str, families: Sequence[Family], host: HostFacts, accelerators: Mapping[str, Any]
) -> str:
    """Say what would measure a component that is not; empty where nothing would."""
    sensor, accuracy = _SENSORS[name]
    if name == "accelerator":
        if "NVIDIA" not in accelerators["on_pci_bus"] and not accelerators["hidden"]:
            return ""
    elif host.is_guest and not any(family.found.remedy for family in families):
        return "none in a guest: measure on its host"
    amount = convention(accuracy).amount
    return f"with {sensor}: {Bounds(amount.low, amount.high)}"


def _said(method: Method, parts: Sequence[Component]) -> str:
    """Say how components with the same method are known: 'CPU and memory are modelled, ...'."""
    names = " and ".join(_NAMES[part.component] for part in parts)
    are = "are" if len(parts) > 1 else "is"
    known = [part.bounds for part in parts if part.bounds is not None]
    if not known:
        return f"{names} {are} missing"
    widest = Bounds(min(bounds.low for bounds in known), max(bounds.high for bounds in known))
    if widest.half <= WORDED_AS_PERCENT:
        return f"{names} {are} {method.value} {widest}"
    return f"{names} {are} {method.value}: a factor of {_factor(widest)}"


def _factor(bounds: Bounds) -> str:
    return units.plain(max(1 / bounds.low, bounds.high), 1) if bounds.low > 0 else "unknown size"


def _accelerators(count: int) -> str:
    return "1 accelerator is" if count == 1 else f"{count} accelerators are"


def _component_dict(part: Component) -> dict[str, Any]:
    bounds = part.bounds
    return {
        "component": part.component,
        "method": part.method.value,
        "low_ratio": None if bounds is None else bounds.low,
        "high_ratio": None if bounds is None else bounds.high,
        "accuracy": "" if bounds is None else str(bounds),
        "could_be": part.could_be,
    }


def _family_dict(family: Family) -> dict[str, Any]:
    return {
        "family": family.found.family,
        "used": family.found.meter is not None,
        "reason": family.found.reason,
        "remedy": family.found.remedy,
        "devices": [_device_dict(now) for now in family.devices],
    }


def _device_dict(now: DeviceNow) -> dict[str, Any]:
    device = now.device
    return {
        "id": device.device_id,
        "component": device.component,
        "name": device.name,
        "method": device.method.value,
        "power_w": now.power_w,
        "low_ratio": device.low_ratio,
        "high_ratio": device.high_ratio,
        "accuracy": str(now.bounds),
        "source": device.source,
        "note": device.note,
        "fault": now.fault,
    }
