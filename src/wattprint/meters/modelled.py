"""CPU and memory where no sensor can be read: computed from what a process tree uses.

The CPU's energy is its power per hardware thread times the CPU time of the tree; memory's is a
power per GB times the memory the tree keeps resident. Both are models, marked so, with an
interval from measurement. Idle power of the machine is not in them. Clock frequency is not
either: on two machines it told nothing of the energy of a CPU second (benchmarks/cpu_power.py).
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from wattprint.domain.evidence import Method
from wattprint.domain.readings import Device
from wattprint.domain.units import MICROJOULES_PER_JOULE
from wattprint.meters.base import Discovered, Reading
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


class ModelledMeter:
    """Computes the energy of a process tree; CPU time counts from the opening.

    Args:
        tree: The processes that are charged.
        cpu: Power of one hardware thread in use; None leaves the CPU to a meter that reads it.
        memory: Power of one GB of memory in use; None likewise.
    """

    def __init__(
        self, tree: ProcessTree, *, cpu: PowerModel | None, memory: PowerModel | None
    ) -> None:
        self.tree = tree
        """The processes that are charged."""
        self._cpu = cpu
        self._memory = memory
        self._faults: list[str] = []
        self._is_unreadable = False
        self._opened_cpu_s = tree.use().cpu_s
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
            readings.append(_reading(self._cpu, use.cpu_s - self._opened_cpu_s))
        if self._memory is not None:
            readings.append(_reading(self._memory, self._gb_s))
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


def _reading(model: PowerModel, activity: float) -> Reading:
    return Reading(round(activity * model.watts * MICROJOULES_PER_JOULE), activity)


def discover(
    pid: int,
    *,
    cpu: PowerModel | None,
    memory: PowerModel | None,
    root: Path = DEFAULT_ROOT,
) -> Discovered:
    """Open the model of a process tree, or say why it is not used."""
    if cpu is None and memory is None:
        return Discovered("modelled", None, "CPU and memory are metered")
    try:
        meter = ModelledMeter(ProcessTree(pid, root), cpu=cpu, memory=memory)
    except (OSError, ValueError, IndexError) as error:
        return Discovered("modelled", None, f"process {pid} cannot be read in {root}: {error}")
    names = " and ".join(device.component for device in meter.devices)
    return Discovered("modelled", meter, f"{names} from the process tree's use: no sensor is read")
