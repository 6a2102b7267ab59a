"""What the machines of a partition are: as described, else as the log and conventions have it."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any, NamedTuple

from wattprint.accounting.naming import Naming
from wattprint.domain.errors import UnknownNameError
from wattprint.domain.evidence import Evidence
from wattprint.estimator.host import NO_HOST, Host, described_host
from wattprint.estimator.host_class import LEAST_OF_SERVER
from wattprint.factors.accelerators import Accelerator
from wattprint.factors.conventions import convention
from wattprint.factors.cpus import USUAL_THREADS_PER_CORE, Cpu, find_cpu
from wattprint.factors.instances import Instance, instances
from wattprint.factors.machines import ACCELERATORS_OF_SERVER, AROUND_ACCELERATORS, PER_VCPU

SOCKETS = {"2-socket-server": 2, AROUND_ACCELERATORS: 2}
"""CPU packages of a machine of a class; one of all others."""
USUAL_HOST = "2-socket-server"
"""What a cluster's machines are taken for where nothing says what they are."""


class Seen(NamedTuple):
    """What the log says of the machines of a partition."""

    accelerator: str = ""
    instance: str = ""
    cpus_per_node: float = 1.0
    """Most CPUs of one machine that a job had."""
    accelerators_per_node: float = 0.0


class MachineShape:
    """What the machines of a partition are, and how their parts are shared out among jobs.

    Args:
        said: What the site says of them: of `accounting.site.MACHINE_KEYS`.
        seen: What the log says.
        spellings: Full names of what the log calls accelerators.

    Raises:
        InputError: Unknown hardware was said, or a value that its key does not allow.
    """

    def __init__(
        self, said: Mapping[str, Any], seen: Seen, spellings: Mapping[str, str] | None = None
    ) -> None:
        self._said = said
        self._seen = seen
        self._spellings = spellings or {}
        self.evidence: list[Evidence] = []
        """Why each figure is what it is, in the order in which they were asked for."""

    @cached_property
    def instance(self) -> Instance | None:
        """The cloud instance, if it is one that the tables have."""
        try:
            return instances().find(self._seen.instance) if self._seen.instance else None
        except UnknownNameError:
            return None

    @cached_property
    def _naming(self) -> Naming:
        logged = self._seen.accelerator
        return Naming(
            self._said.get("accelerator"),
            logged,
            self._spellings.get(logged),
            None if self.instance is None else self.instance.accelerator,
        )

    @cached_property
    def accelerator(self) -> Accelerator:
        """Its accelerators, of which the log may tell nothing but their number."""
        return self._naming.part()

    def naming(self) -> tuple[Evidence, ...]:
        """Return how its accelerators came to their name, if it has any."""
        has_none = self._naming.name is None and not self._accelerators_here
        return () if has_none else self._naming.evidence()

    @property
    def is_power_published(self) -> bool:
        """Whether anybody says what its accelerators draw."""
        return (
            self._said.get("accelerator_power_w") is not None or self.accelerator.tdp_w is not None
        )

    @cached_property
    def host_class(self) -> str:
        """Class of the machine: said, else by its accelerators."""
        if "host" in self._said:
            return str(self._said["host"])
        if self._seen.instance:
            has_some = self.instance is not None and self.instance.accelerator_count > 0
            return AROUND_ACCELERATORS if has_some else PER_VCPU
        return AROUND_ACCELERATORS if self.accelerators_of_node >= LEAST_OF_SERVER else USUAL_HOST

    @cached_property
    def _host(self) -> Host | None:
        if self.host_class == NO_HOST:
            return None
        vcpus = 1.0 if self.host_class == PER_VCPU else None
        return described_host(self.host_class, hosts=1.0, vcpus=vcpus, count=None)

    @cached_property
    def _cpu(self) -> Cpu | None:
        return find_cpu(self._said["cpu"]) if "cpu" in self._said else None

    @cached_property
    def _sockets(self) -> int:
        return int(self._said.get("cpu_count", SOCKETS.get(self.host_class, 1)))

    @cached_property
    def cpus_per_node(self) -> float:
        """CPUs of one machine, as the log counts them."""
        if "cpus_per_node" in self._said:
            return float(self._said["cpus_per_node"])
        if self.instance is not None and self.instance.vcpus:
            return float(self.instance.vcpus)
        if self.host_class == PER_VCPU:
            return max(1.0, self._seen.cpus_per_node)
        if self._cpu is not None and self._cpu.threads:
            return self._cpu.threads * self._sockets / self._threads_of_cpu
        usual = convention("vcpus_of_server").amount.value * self._sockets / 2
        return max(usual / self._threads_of_cpu, self._seen.cpus_per_node)

    @cached_property
    def _threads_of_cpu(self) -> float:
        """Hardware threads of what the log calls a CPU: several where it counts whole cores."""
        if self._said.get("threads_per_core") != 1:
            return 1.0
        if self._cpu is not None:
            return float(self._cpu.threads_per_core or 1)
        return float(USUAL_THREADS_PER_CORE)

    @cached_property
    def _accelerators_of_machine(self) -> float:
        """Accelerators of one machine of the class, by which its other parts are shared out."""
        if self.host_class == AROUND_ACCELERATORS:
            return float(ACCELERATORS_OF_SERVER)  # a node with fewer is a share of such a machine
        return max(1.0, self.accelerators_of_node)

    @cached_property
    def _machines_per_node(self) -> float:
        """Machines of the class that one node is: below 1 for half a server of accelerators.

        Every vCPU of a cloud is a machine of its class.
        """
        if self.host_class == PER_VCPU:
            return self.cpus_per_node
        if self.host_class == AROUND_ACCELERATORS:
            return (self.accelerators_of_node or ACCELERATORS_OF_SERVER) / ACCELERATORS_OF_SERVER
        return 1.0

    @cached_property
    def threads_per_core(self) -> int:
        """How many of the log's CPUs share a core: 1 or 2."""
        if "threads_per_core" in self._said:
            return int(self._said["threads_per_core"])
        if self._cpu is not None and self._cpu.cores:
            return 1 if self.cpus_per_node <= self._cpu.cores * self._sockets else 2
        return int(USUAL_THREADS_PER_CORE)

    @property
    def _accelerators_here(self) -> bool:
        return bool(self._seen.accelerator or self._seen.accelerators_per_node)

    @cached_property
    def accelerators_of_node(self) -> float:
        """Accelerators that one node really has."""
        if self.instance is not None:
            return float(self.instance.accelerator_count)
        return float(
            self._said.get("accelerators_per_node", self._seen.accelerators_per_node) or 0.0
        )

    def per_cpu(self, of_machine: float) -> float:
        """Return what of a machine goes with one of its CPUs."""
        return of_machine * self._machines_per_node / self.cpus_per_node

    def per_accelerator(self, of_machine: float) -> float:
        """Return what of a machine goes with one of its accelerators."""
        return of_machine / self._accelerators_of_machine
