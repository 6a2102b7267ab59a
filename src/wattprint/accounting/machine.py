"""Power, losses and making of a partition's machines: as described, else by convention."""

from functools import cached_property

from wattprint.accounting.machine_shape import MachineShape
from wattprint.domain import units
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
from wattprint.estimator.host import NO_HOST
from wattprint.estimator.power import accelerator_power, memory_power
from wattprint.estimator.reckoning import assumed, relative_to_value
from wattprint.estimator.work import described_work
from wattprint.factors.conventions import convention, package_shares


class Machine(MachineShape):
    """What the machines of a partition draw, lose and took to make.

    Each figure is worked out when it is first asked for, and leaves its evidence.
    """

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
