"""Which meters a run uses on this machine, and why."""

import os
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from wattprint.meters import modelled, nvml, rapl
from wattprint.meters.base import Discovered, Meter
from wattprint.meters.host import HostUse
from wattprint.meters.memory_type import memory_type
from wattprint.meters.procfs import host_facts
from wattprint.tracker.fence import fenced
from wattprint.tracker.models import cpu_model, memory_model

POWERCAP, PROC, SYS, NVML_LIBRARY = (
    "WATTPRINT_POWERCAP",
    "WATTPRINT_PROC",
    "WATTPRINT_SYS",
    "WATTPRINT_NVML_LIBRARY",
)


class Places(NamedTuple):
    """Where this machine's sensors are; a container may see its host's elsewhere."""

    proc: Path = Path("/proc")
    """Where procfs is mounted."""
    sys: Path = Path("/sys")
    """Where sysfs is mounted."""
    powercap: Path = rapl.DEFAULT_ROOT
    """Root of the RAPL zones."""
    nvml_library: str | None = None
    """NVIDIA's management library; None looks where drivers install it."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "Places":
        """Return the places as the environment names them: $WATTPRINT_POWERCAP and its like."""
        named = os.environ if environment is None else environment
        usual = cls()
        return cls(
            Path(named.get(PROC) or usual.proc),
            Path(named.get(SYS) or usual.sys),
            Path(named.get(POWERCAP) or usual.powercap),
            named.get(NVML_LIBRARY) or None,
        )


def discover_meters(pid: int, places: Places | None = None) -> Sequence[Discovered]:
    """Open every family of meters, sensors first; models fill in what no sensor reads.

    Args:
        pid: Process at the root of the tree that models charge, as procfs numbers it.
        places: Where the sensors are; as the environment names them by default.
    """
    places = places or Places.from_environment()
    host = host_facts(places.proc)
    sensors = (
        _found("nvml", partial(nvml.discover, os.environ, library=places.nvml_library)),
        _found("rapl", partial(rapl.discover, places.powercap, is_guest=host.is_guest)),
    )
    read = {device.component for found in sensors if found.meter for device in found.meter.devices}
    machine = HostUse(places.proc, places.sys)
    models = partial(
        modelled.discover,
        pid,
        cpu=None if "cpu" in read else cpu_model(host, machine.glance()),
        memory=None if "memory" in read else memory_model(host, memory_type(places.sys)),
        root=places.proc,
        machine=machine,
    )
    return (*sensors, _found("modelled", models))


def _found(family: str, discover: Callable[[], Discovered]) -> Discovered:
    """Discover a family; one that fails in a way nobody thought of leaves the others alone."""
    found = fenced(discover)
    if isinstance(found, Discovered):
        return found
    return Discovered(family, None, f"looking for it failed: {type(found).__name__}: {found}")


def own_pid(proc: Path) -> int:
    """Return this process's id as procfs numbers it: a container may see its host's procfs."""
    try:
        return int(str((proc / "self").readlink()))
    except (OSError, ValueError):
        return os.getpid()


def given_meters(meters: Sequence[Meter]) -> Sequence[Discovered]:
    """Take the meters that the program gave, each as a family of its own."""
    found: list[Discovered] = []
    for meter in meters:
        family = getattr(meter, "family", "given")
        taken = sum(other.family.partition("-")[0] == family for other in found)
        name = f"{family}-{taken + 1}" if taken else family
        found.append(Discovered(name, meter, "given by the program"))
    return found
