"""Which meters a run uses on this machine, and why."""

from collections.abc import Sequence
from pathlib import Path

from wattprint.meters import modelled, rapl
from wattprint.meters.base import Discovered
from wattprint.meters.procfs import host_facts
from wattprint.tracker.models import cpu_model, memory_model


def discover_meters(
    pid: int, *, proc: Path = Path("/proc"), powercap: Path = rapl.DEFAULT_ROOT
) -> Sequence[Discovered]:
    """Open every family of meters, sensors first; models fill in what no sensor reads.

    Args:
        pid: Process at the root of the tree that models charge.
        proc: Where procfs is mounted.
        powercap: Root of the RAPL zones.
    """
    counters = rapl.discover(powercap)
    read = {device.component for device in counters.meter.devices} if counters.meter else set()
    host = host_facts(proc)
    filled_in = modelled.discover(
        pid,
        cpu=None if "cpu" in read else cpu_model(host),
        memory=None if "memory" in read else memory_model(),
        root=proc,
    )
    return (counters, filled_in)
