"""Classes of machines: what a laptop, a workstation or a server draws beside its chips."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

from wattprint.domain.errors import UnknownNameError, nearest_names
from wattprint.domain.interval import Range
from wattprint.factors.tables import Row, shipped

PER_VCPU = "cloud-vm"
"""The class whose figures are those of one vCPU; all others are those of one machine."""
AROUND_ACCELERATORS = "8-accelerator-server"
"""The class of servers that are built around accelerators."""
ACCELERATORS_OF_SERVER = 8
"""How many it has: fewer than these are a share of one."""


class MachineFigure(NamedTuple):
    """One constant of a class, with its 90 % interval and its source."""

    amount: Range
    unit: str
    source: str
    year: int
    note: str


class MachineClass(NamedTuple):
    """A class of machines, by its constants; those of `cloud-vm` are of one vCPU."""

    name: str
    static_power: MachineFigure
    """Everything but accelerators, CPUs and memory. [W]"""
    cpu_power: MachineFigure
    """Mean power of its CPUs where none is described. [W]"""
    memory: MachineFigure
    """Main memory where none is described. [GB]"""
    supply_rating: MachineFigure
    """Rated power of its supplies together. [W]"""
    supply_efficiency_20: MachineFigure
    supply_efficiency_50: MachineFigure
    supply_efficiency_100: MachineFigure
    """Efficiency of its supplies at 20, 50 and 100 % load. [ratio]"""

    @property
    def unit(self) -> str:
        """What its figures are of: 'machine' or 'vCPU'."""
        return "vCPU" if self.name == PER_VCPU else "machine"


def machine_classes_of(rows: Iterable[Row]) -> Mapping[str, MachineClass]:
    """Return classes by name from rows of one constant each."""
    figures: dict[str, dict[str, MachineFigure]] = {}
    for row in rows:
        figures.setdefault(row["machine"], {})[row["quantity"]] = MachineFigure(
            Range(float(row["value"]), float(row["low"]), float(row["high"])),
            row["unit"],
            row["source"],
            int(row["year"]),
            row["note"],
        )
    return {name: MachineClass(name, **constants) for name, constants in figures.items()}


@lru_cache(maxsize=1)
def machine_classes() -> Mapping[str, MachineClass]:
    """Return the classes of the shipped factor set by name."""
    return machine_classes_of(shipped().rows("machine_classes"))


def machine_class(name: str) -> MachineClass:
    """Return the class of this name.

    Raises:
        UnknownNameError: No such class; `nearest` holds the closest names.
    """
    known = machine_classes()
    if name in known:
        return known[name]
    raise UnknownNameError(
        f"host {name!r} is unknown",
        "expected one of none, " + ", ".join(sorted(known)),
        nearest_names(name, known, count=1),
    )
