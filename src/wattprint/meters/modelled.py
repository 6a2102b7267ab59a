"""CPU and memory where no sensor can be read: computed from what a process tree uses.

The CPU's energy is its power per hardware thread times the CPU time of the tree; memory's is a
power per GB times the memory the tree keeps resident. Both are models, marked so, with an
interval from measurement. Idle power of the machine is not in them.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from wattprint.domain.evidence import Method
from wattprint.domain.run import Device
from wattprint.domain.units import MICROJOULES_PER_JOULE
from wattprint.meters.base import Discovered, Reading
from wattprint.meters.procfs import DEFAULT_ROOT, ProcessTree, TreeUse

_BYTES_PER_GB = 1e9


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
    """Computes the energy of a process tree.

    Args:
        tree: The processes that are charged.
        cpu: Power of one hardware thread in use; None leaves the CPU to a meter that reads it.
        memory: Power of one GB of memory in use; None likewise.
    """

    def __init__(
        self, tree: ProcessTree, *, cpu: PowerModel | None, memory: PowerModel | None
    ) -> None:
        self._tree = tree
        self._cpu = cpu
        self._memory = memory
        self._faults: list[str] = []
        self._counted_cpu_s = tree.use().cpu_s
        self._cpu_s = 0.0
        self._gb_s = 0.0
        self._previous: tuple[float, TreeUse] | None = None

    @property
    def devices(self) -> Sequence[Device]:
        """The CPU and the memory, those of them that are modelled."""
        models = (("cpu", "cpu_s", self._cpu), ("memory", "GB_s", self._memory))
        return tuple(
            Device(
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
            for component, unit, model in models
            if model is not None
        )

    def read(self, at_s: float) -> Sequence[Reading]:
        """Read the tree's use; one that cannot be read is a fault and adds nothing yet."""
        try:
            self._follow(at_s, self._tree.use())
        except (OSError, ValueError, IndexError) as error:
            self._faults.append(f"the process tree could not be read: {error}")
        pairs = ((self._cpu, self._cpu_s), (self._memory, self._gb_s))
        return tuple(_reading(model, activity) for model, activity in pairs if model is not None)

    def _follow(self, at_s: float, use: TreeUse) -> None:
        # A descendant that nobody waited for takes its CPU time with it, and the tree's total
        # falls: what the others use from then on still counts.
        self._cpu_s += max(0.0, use.cpu_s - self._counted_cpu_s)
        self._counted_cpu_s = use.cpu_s
        if self._previous is not None:
            previous_at_s, previous = self._previous
            mean_bytes = (previous.resident_bytes + use.resident_bytes) / 2
            self._gb_s += mean_bytes / _BYTES_PER_GB * (at_s - previous_at_s)
        self._previous = (at_s, use)

    def take_faults(self) -> Sequence[str]:
        """Return what could not be read since this was last asked."""
        faults, self._faults = self._faults, []
        return faults


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
