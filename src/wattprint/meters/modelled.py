"""CPU and memory where no sensor can be read: computed from what a process tree uses.

The CPU's energy is the CPU time of the tree times what a hardware thread in use draws at the time:
the power of all packages by their load and clock, shared by CPU time among all that runs, idle
power included. Where the load cannot be read it is a flat power per thread. Memory's energy is a
power per GB times the memory the tree keeps resident. All are models, marked so, with an interval
from measurement.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from wattprint.domain.evidence import Method
from wattprint.domain.readings import Device
from wattprint.domain.units import MICROJOULES_PER_JOULE
from wattprint.meters.base import Discovered, Reading
from wattprint.meters.package_charge import Glances, PackageCharge, PackageLaw
from wattprint.meters.procfs import DEFAULT_ROOT, ProcessTree, TreeUse

_BYTES_PER_GB = 1e9

LONGEST_PAUSE_S = 1.0
"""Memory has no counter: between two intervals it is looked at as well. [s]"""

LONGEST_PAUSE_WITHOUT_MEMORY_S = 10.0
"""CPU time is a counter, but a process that nobody waits for takes its time with it. [s]"""


class PowerModel(NamedTuple):
    """Power of a unit of activity, with the interval of the energy it gives."""

    name: str
    watts: float
    """CPU: per hardware thread in use. Memory: per GB resident. [W]"""
    low_ratio: float
    high_ratio: float
    source: str
    source_year: int
    note: str
    law: PackageLaw | None = None
    """How the watts follow the machine's load and clock; None where they are flat."""


class ModelledMeter:
    """Computes the energy of a process tree; CPU time counts from the opening.

    Args:
        tree: The processes that are charged.
        cpu: Power of one hardware thread in use; None leaves the CPU to a meter that reads it.
        memory: Power of one GB of memory in use; None likewise.
        machine: Sees how busy the machine is, for a CPU whose power follows from it.
    """

    def __init__(
        self,
        tree: ProcessTree,
        *,
        cpu: PowerModel | None,
        memory: PowerModel | None,
        machine: Glances | None = None,
    ) -> None:
        self.tree = tree
        """The processes that are charged."""
        self._cpu = cpu
        self._memory = memory
        self._faults: list[str] = []
        self._is_unreadable = False
        self._opened_cpu_s = tree.use().cpu_s
        self._charge: PackageCharge | None = None
        if cpu is not None and cpu.law is not None and machine is not None:
            self._charge = PackageCharge(cpu.law, machine, used_s=self._opened_cpu_s)
        self._gb_s = 0.0
        self._previous: tuple[float, TreeUse] | None = None
        self.devices: Sequence[Device] = tuple(
            _device(component, unit, model)
            for component, unit, model in (("cpu", "cpu_s", cpu), ("memory", "GB_s", memory))
            if model is not None
        )
        """The CPU and the memory, those of them that are modelled."""

    @property
    def longest_pause_s(self) -> float:
        """Time [s] after which it must be read again, however long the run's interval is."""
        return LONGEST_PAUSE_WITHOUT_MEMORY_S if self._memory is None else LONGEST_PAUSE_S

    def read(self, at_s: float) -> Sequence[Reading]:
        """Read the tree's use; where it cannot be read, the next reading spans the gap."""
        try:
            use = self.tree.use()
        except (OSError, ValueError, IndexError) as error:
            if not self._is_unreadable:
                self._faults.append(f"the process tree could not be read: {error}")
            self._is_unreadable = True
            return (Reading(None),) * len(self.devices)
        self._is_unreadable = False
        self._follow_memory(at_s, use)
        readings = []
        if self._cpu is not None:
            used_s = use.cpu_s - self._opened_cpu_s
            charge, flat_j = self._charge, used_s * self._cpu.watts
            energy_j = flat_j if charge is None else charge.energy_j(at_s, use.cpu_s)
            readings.append(_reading(energy_j, used_s))
        if self._memory is not None:
            readings.append(_reading(self._gb_s * self._memory.watts, self._gb_s))
        return tuple(readings)

    def _follow_memory(self, at_s: float, use: TreeUse) -> None:
        if self._previous is not None:
            previous_at_s, previous = self._previous
            mean_bytes = (previous.resident_bytes + use.resident_bytes) / 2
            self._gb_s += mean_bytes / _BYTES_PER_GB * (at_s - previous_at_s)
        self._previous = (at_s, use)

    def take_faults(self) -> Sequence[str]:
        """Return what could not be read since this was last asked: a change of state, said once."""
        faults, self._faults = self._faults, []
        return faults

    def close(self) -> None:
        """Let go of the process tree."""
        self.tree.close()


def _device(component: str, unit: str, model: PowerModel) -> Device:
    return Device(
        device_id=f"modelled:{component}",
        component=component,
        name=model.name,
        method=Method.MODELLED,
        low_ratio=model.low_ratio,
        high_ratio=model.high_ratio,
        source=model.source,
        note=model.note,
        activity_unit=unit,
        source_year=model.source_year,
    )


def _reading(energy_j: float, activity: float) -> Reading:
    return Reading(round(energy_j * MICROJOULES_PER_JOULE), activity)


def discover(
    pid: int,
    *,
    cpu: PowerModel | None,
    memory: PowerModel | None,
    root: Path = DEFAULT_ROOT,
    machine: Glances | None = None,
) -> Discovered:
    """Open the model of a process tree, or say why it is not used."""
    if cpu is None and memory is None:
        return Discovered("modelled", None, "CPU and memory are metered")
    try:
        meter = ModelledMeter(ProcessTree(pid, root), cpu=cpu, memory=memory, machine=machine)
    except (OSError, ValueError, IndexError) as error:
        return Discovered("modelled", None, f"process {pid} cannot be read in {root}: {error}")
    names = " and ".join(device.component for device in meter.devices)
    return Discovered("modelled", meter, f"{names} from the process tree's use: no sensor is read")
