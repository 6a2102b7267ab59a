"""Power, losses and making of a partition's machines: as described, else by convention."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any, NamedTuple

from wattprint.accounting.naming import Naming
from wattprint.domain import units
from wattprint.domain.errors import UnknownNameError
from wattprint.domain.evidence import Evidence, Method
from wattprint.domain.formulas.cpu_power import clock_power_ratio
from wattprint.domain.interval import Range, exact, inverse, product
from wattprint.estimator.embodied import LIFETIME_INPUTS, find_life
from wattprint.estimator.hardware import (
    WITH_MEMORY,
    host_use,
    made_accelerators,
    made_by_convention,
    made_host,
)
from wattprint.estimator.host import NO_HOST, Host, described_host
from wattprint.estimator.host_class import LEAST_OF_SERVER
from wattprint.estimator.power import accelerator_power, memory_power
from wattprint.estimator.reckoning import assumed, relative_to_value
from wattprint.estimator.work import described_work
from wattprint.factors.accelerators import Accelerator
from wattprint.factors.conventions import convention, package_shares
from wattprint.factors.cpus import USUAL_THREADS_PER_CORE, Cpu, cpus
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


class Machine:
    """The machines of a partition.

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

    # What it is

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
        count = self._said.get("accelerators_per_node", self._seen.accelerators_per_node)
        return AROUND_ACCELERATORS if count >= LEAST_OF_SERVER else USUAL_HOST

    @cached_property
    def _host(self) -> Host | None:
        if self.host_class == NO_HOST:
            return None
        vcpus = 1.0 if self.host_class == PER_VCPU else None
        return described_host(self.host_class, hosts=1.0, vcpus=vcpus, count=None)

    @cached_property
    def _cpu(self) -> Cpu | None:
        return cpus().find(self._said["cpu"]) if "cpu" in self._said else None

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
    def accelerators_per_node(self) -> float:
        """Accelerators of one machine, by which its other parts are shared out."""
        if self.host_class == AROUND_ACCELERATORS:
            return float(ACCELERATORS_OF_SERVER)  # fewer are a share of such a machine
        said = self._said.get("accelerators_per_node", self._seen.accelerators_per_node)
        return max(1.0, float(said))

    @cached_property
    def _machines_per_node(self) -> float:
        """Machines of the class that one node is: below 1 for half a server of accelerators.

        Every vCPU of a cloud is a machine of its class.
        """
        if self.host_class == PER_VCPU:
            return self.cpus_per_node
        if self.host_class == AROUND_ACCELERATORS:
            own = self._said.get("accelerators_per_node", self._seen.accelerators_per_node)
            if self.instance is not None:
                own = self.instance.accelerator_count
            return float(own or ACCELERATORS_OF_SERVER) / ACCELERATORS_OF_SERVER
        return 1.0

    @cached_property
    def threads_per_core(self) -> int:
        """How many of the log's CPUs share a core: 1 or 2."""
        if "threads_per_core" in self._said:
            return int(self._said["threads_per_core"])
        if self._cpu is not None and self._cpu.cores:
            return 1 if self.cpus_per_node <= self._cpu.cores * self._sockets else 2
        return int(USUAL_THREADS_PER_CORE)

    # What it draws

    @cached_property
    def accelerator_w(self) -> Range:
        """Mean power of one accelerator where nobody measured how busy it was [W]."""
        power_w, utilization = self._said.get("accelerator_power_w"), self._said.get("utilization")
        if not self.is_power_published:
            used = (
                assumed("utilization", "accelerator_utilization")
                if utilization is None
                else Evidence.given("utilization", exact(float(utilization)), "ratio")
            )
            return self._product(assumed("accelerator_tdp", "accelerator_tdp_unknown"), used)
        power = accelerator_power(
            described_work(
                accelerator=self._naming.name,
                power_w=power_w,
                utilization=utilization,
                hours=1.0,
            )
        )
        self.evidence += power.reasons
        return power.amount_w

    @cached_property
    def accelerator_full_w(self) -> float:
        """Power of one accelerator at full load [W]."""
        if self._said.get("accelerator_power_w") is not None:
            return float(self._said["accelerator_power_w"])
        if self.accelerator.tdp_w is None:
            return convention("accelerator_tdp_unknown").amount.value
        return self.accelerator.tdp_w

    @cached_property
    def accelerator_idle_w(self) -> Range:
        """Power of an accelerator that is set aside and idle [W]."""
        share = self._kept(assumed("idle_power_share", "idle_power_share"))
        return product(share, value=self.accelerator_full_w * share.value)

    @cached_property
    def accelerator_load_w(self) -> Range:
        """What full load adds to that: as uncertain as any accelerator at work [W]."""
        work = self._kept(assumed("accelerator_work", "accelerator_utilization"))
        tdp = exact(1.0)
        if not self.is_power_published:
            tdp = relative_to_value(convention("accelerator_tdp_unknown").amount)
        return product(work, tdp, value=self.accelerator_full_w - self.accelerator_idle_w.value)

    @cached_property
    def _cpu_tdp_w(self) -> Range:
        """Thermal design power over the log's CPUs [W]."""
        if self._cpu is None:
            of_thread = self._kept(assumed("cpu_tdp_per_thread", "cpu_power_w_per_thread"))
            return product(of_thread, exact(self._threads_of_cpu))
        known_w = (self._cpu.tdp_w, *self._cpu.other_tdp_w)
        of_cpu = self._sockets / self.cpus_per_node
        if self._seen.instance and self._cpu.threads:
            of_cpu = 1 / self._cpu.threads  # its vCPUs are a share of a machine
        amount = Range(*(w * of_cpu for w in (known_w[0], min(known_w), max(known_w))))
        note = f"{units.plain(of_cpu)} of a {self._cpu.name} goes with a CPU of the log"
        return self._kept(
            Evidence(
                "cpu_tdp_per_cpu",
                amount,
                "W",
                Method.MODELLED,
                self._cpu.source,
                self._cpu.year,
                note,
            )
        )

    @cached_property
    def cpu_w(self) -> Range:
        """Mean power of one CPU whose load is not known [W]."""
        used = self._kept(assumed("cpu_utilization", "cpu_utilization"))
        return product(self._cpu_tdp_w, used)

    @cached_property
    def cpu_idle_w(self) -> float:
        """Power of one CPU that is set aside and idle, in a package that is awake [W]."""
        shares = package_shares()
        return self._cpu_tdp_w.value * (shares.idle + shares.awake)

    @cached_property
    def cpu_busy_w(self) -> float:
        """What full load adds to that, at the usual clock [W]."""
        shares, clock = package_shares(), convention("cpu_clock_ratio").amount.value
        per_core = clock_power_ratio(
            clock, lowest_voltage=shares.lowest_voltage, plateau=shares.plateau
        )
        return self._cpu_tdp_w.value * shares.busy * per_core

    @cached_property
    def cpu_law(self) -> Range:
        """How far that law and the TDP may be off [ratio]."""
        law = self._kept(assumed("cpu_law", "cpu_law_without_clock"))
        return product(relative_to_value(self._cpu_tdp_w), law)

    @cached_property
    def memory_w_per_gb(self) -> Range:
        """Power of a GB of memory [W/GB]."""
        power = memory_power(self._said.get("memory_type"))
        self.evidence += power.reasons
        return power.amount_w

    @cached_property
    def memory_gb_per_node(self) -> float:
        """Memory of one machine [GB]."""
        if "memory_gb_per_node" in self._said:
            return float(self._said["memory_gb_per_node"])
        if self.instance is not None and self.instance.memory_gb:
            return self.instance.memory_gb
        memory = None if self._host is None else self._host.memory()
        if memory is None:
            return 0.0
        return self._kept(memory).value * self._machines_per_node

    @cached_property
    def static_w(self) -> Range:
        """Power of everything else in one machine of the class [W]."""
        if "static_w" in self._said:
            return self._kept(
                Evidence.given("static_power", exact(float(self._said["static_w"])), "W")
            )
        power = None if self._host is None else self._host.static_power()
        return exact(0.0) if power is None else self._kept(power)

    @cached_property
    def supply_efficiency(self) -> Range:
        """Efficiency of its supply, at the power that a busy machine draws [ratio]."""
        if "supply_efficiency" in self._said:
            said = exact(float(self._said["supply_efficiency"]))
            return self._kept(Evidence.given("supply_efficiency", said, "ratio"))
        supply = None if self._host is None else self._host.supply(self._busy_w())
        return exact(1.0) if supply is None else self._kept(supply)

    def _busy_w(self) -> float:
        """Power that its supply delivers when half of it is busy [W]."""
        chips_w = (self.cpu_idle_w + self.cpu_busy_w / 2) * self.cpus_per_node
        chips_w += self.memory_w_per_gb.value * self.memory_gb_per_node
        if self.accelerators_of_node:
            chips_w += self.accelerator_w.value / 2 * self.accelerators_of_node
        return chips_w / self._machines_per_node + self.static_w.value

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
        return of_machine / self.accelerators_per_node

    # How its energy is metered, and how it was made

    @property
    def metered(self) -> str:
        """What a scheduler's meter holds: of `accounting.site.METERED_AT`."""
        return str(self._said.get("metered", "wall"))

    @cached_property
    def node_meter(self) -> Range:
        """How far metered energy of machines may be off [ratio]."""
        return self._kept(assumed("node_meter", "rapl_package"))

    @cached_property
    def accelerator_meter(self) -> Range:
        """How far metered energy of accelerators may be off [ratio]."""
        return self._kept(assumed("accelerator_meter", "nvml_energy"))

    @cached_property
    def accelerator_embodied_kg(self) -> Range:
        """Emissions of making one accelerator [kgCO2e]."""
        made = made_accelerators(self.accelerator, 1.0)
        self.evidence += made.evidence
        return made.embodied_kg

    @cached_property
    def host_embodied_kg(self) -> Range:
        """Emissions of making one machine, its accelerators aside [kgCO2e]."""
        if self._host is None or self._host.machine is None:
            return exact(0.0)
        made = made_host(host_use(self._host.machine, 1.0, 1.0))[0]
        self.evidence += made.evidence
        per_machine = made.device_hours  # below 1 for a vCPU: a share of the server below it
        return Range(*(kg * per_machine for kg in made.embodied_kg.as_tuple()))

    @cached_property
    def memory_embodied_kg_per_gb(self) -> Range:
        """Emissions of making a GB of memory, where the machine's do not hold it [kgCO2e/GB]."""
        if self._host is None or self.host_class in WITH_MEMORY:
            return exact(0.0)
        made = made_by_convention("memory", "host_memory_embodied", 1.0)
        self.evidence += made.evidence
        return made.embodied_kg

    def life(self) -> tuple[float, float, Range]:
        """Return the hours of its life, the share of them in use, and how far both may be off."""
        found = find_life(**{name: self._said.get(name) for name in LIFETIME_INPUTS})
        self.evidence += found
        years, use = found.years.amount, found.use.amount
        assert years is not None and use is not None
        spread = relative_to_value(product(inverse(years), inverse(use)))
        return years.value * units.HOURS_PER_YEAR, use.value, spread

    def counts(self) -> tuple[Evidence, ...]:
        """Return what its parts are shared out by: said by the site, or seen in the log."""
        counted = [("cpus_per_node", self.cpus_per_node, "CPUs")]
        if self._accelerators_here:
            counted += [("accelerators_per_node", self.accelerators_of_node, "accelerators")]
        counted += [("memory_per_node", self.memory_gb_per_node, "GB")]
        said = {"memory_per_node": "memory_gb_per_node"}
        words = f"of a {self.host_class}" + (
            "" if "host" in self._said else ", as it was taken for"
        )
        return tuple(
            Evidence.given(name, exact(amount), unit)
            if said.get(name, name) in self._said
            else Evidence(
                name, exact(amount), unit, Method.ASSUMED, "wattprint_analysis", None, words
            )
            for name, amount, unit in counted
        )

    def missing(self) -> tuple[Evidence, ...]:
        """Return what is not counted because the site says that there is no machine around."""
        if self._host is not None:
            return ()
        parts = [("host_embodied", "kgCO2e")]
        parts += [("static_power", "W")] if "static_w" not in self._said else []
        parts += [("supply_efficiency", "ratio")] if "supply_efficiency" not in self._said else []
        words = f"host is {NO_HOST!r}: not counted"
        return tuple(
            Evidence(part, None, unit, Method.MISSING, "", None, words) for part, unit in parts
        )

    def _kept(self, figure: Evidence) -> Range:
        """Keep a figure among the evidence, and return it."""
        self.evidence.append(figure)
        assert figure.amount is not None
        return figure.amount

    def _product(self, *figures: Evidence) -> Range:
        return product(*map(self._kept, figures))
