"""What a process tree is charged of the processors' power: by load, clock and its share of use."""

from collections.abc import Callable
from time import thread_time
from typing import NamedTuple, Protocol

from wattprint.domain.formulas.cpu_power import (
    PackageShares,
    package_power_w,
    share_of_use_j,
)
from wattprint.meters.host import Glance

SHORTEST_GLANCE_S = 0.2
"""The machine is not looked at sooner again: its CPU time is counted in steps of 10 ms. [s]"""
LARGEST_GLANCE_SHARE = 0.0005
"""Share of a core that looking may cost: /proc/stat of hundreds of CPUs takes a millisecond."""


class PackageLaw(NamedTuple):
    """What the law of package power needs of a machine, or of a guest's slice of one."""

    tdp_w: float
    """Of all packages, or of the slice. [W]"""
    threads: int
    """Hardware threads that the load is counted over."""
    package_threads: float
    """Hardware threads of one package."""
    threads_per_core: float
    shares: PackageShares
    usual_clock_ratio: float
    """Stands in where no clock can be read. [ratio]"""


class Glances(Protocol):
    """Sees how busy a machine is, and how fast it is clocked."""

    def glance(self) -> Glance:
        """Return what can be seen now."""


class PackageCharge:
    """Charges a process tree its share of what the packages draw, by CPU time.

    Each time the machine is seen, the tree is charged for the time since it was last seen. In
    between it is charged what CPU time costs at least, on a machine that is fully used: its energy
    never falls, and a burst after a quiet time is not charged at the rate of the quiet.

    Args:
        law: What the machine's power depends on.
        machine: Sees its use.
        used_s: CPU time that the tree has used before it is charged. [s]
        timer: Clock that tells what a look costs. [s]
    """

    def __init__(
        self,
        law: PackageLaw,
        machine: Glances,
        *,
        used_s: float,
        timer: Callable[[], float] = thread_time,
    ) -> None:
        self._law = law
        self._machine = machine
        self._timer = timer
        self._pause_s = SHORTEST_GLANCE_S
        self._least_w = _power_w(law, 1.0, None) / law.threads
        self._energy_j = 0.0
        self._settled_j = 0.0
        self._settled_s = used_s
        """CPU time that is charged for good. [s]"""
        self._seen: tuple[float, float] | None = None
        """When the machine was last seen, and its CPU time then. [s]"""

    def energy_j(self, at_s: float, used_s: float) -> float:
        """Charge the tree up to now, and return its energy since the start [J].

        Args:
            at_s: Now. [s]
            used_s: CPU time that the tree has used, which never falls. [s]
        """
        if self._seen is None or at_s - self._seen[0] >= self._pause_s:
            self._look(at_s, used_s)
        rest_j = (used_s - self._settled_s) * self._least_w
        self._energy_j = max(self._energy_j, self._settled_j + rest_j)
        return self._energy_j

    def _look(self, at_s: float, used_s: float) -> None:
        begun_s = self._timer()
        now = self._machine.glance()
        cost_s = self._timer() - begun_s
        self._pause_s = max(SHORTEST_GLANCE_S, cost_s / LARGEST_GLANCE_SHARE)
        if now.busy_s is None:
            return  # the next look spans the gap
        if self._seen is not None:
            since_s, busy_before_s = self._seen
            own_s = used_s - self._settled_s
            # A container may see less of the machine than its own processes use of it.
            busy_s = max(now.busy_s - busy_before_s, own_s)
            if busy_s > 0:
                duration_s = at_s - since_s
                load = min(1.0, busy_s / (self._law.threads * duration_s))
                whole_j = _power_w(self._law, load, now.clock_ratio) * duration_s
                self._settled_j += share_of_use_j(whole_j, used_s=own_s, all_used_s=busy_s)
                self._settled_s = used_s
        self._seen = (at_s, now.busy_s)


def _power_w(law: PackageLaw, load: float, clock_ratio: float | None) -> float:
    return package_power_w(
        law.tdp_w,
        load,
        # Some drivers call the base clock the highest: beyond it, all there is.
        min(1.0, law.usual_clock_ratio if clock_ratio is None else clock_ratio),
        threads=law.package_threads,
        threads_per_core=law.threads_per_core,
        shares=law.shares,
    )
