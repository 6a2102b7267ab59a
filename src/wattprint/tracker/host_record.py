"""The machine of a run as its record keeps it: facts, and what of it was set aside."""

import sys
from collections.abc import Iterable
from typing import Any

from wattprint.meters.base import Meter
from wattprint.meters.machine import machine_facts
from wattprint.meters.nvml import NvmlMeter
from wattprint.meters.procfs import host_facts
from wattprint.tracker.discovery import Places


def host_record(places: Places, meters: Iterable[Meter]) -> dict[str, Any]:
    """Return the machine's facts; `node` has those that tell its class, and the run's share of it.

    Args:
        places: Where the machine's files are.
        meters: The meters that read it.
    """
    node: dict[str, Any] = machine_facts(places.sys)._asdict()
    for meter in meters:
        if isinstance(meter, NvmlMeter):
            node |= {"accelerators": meter.of_machine, "accelerators_used": meter.used}
    return {**host_facts(places.proc)._asdict(), "system": sys.platform, "node": node}
