"""The machine around the chips, for described and for tracked work: static power and supply.

A host gives three things to a footprint: the static part of its energy, the efficiency of its
supply at the power that was drawn, and what its CPUs and memory use where nobody described them.
"""

from typing import NamedTuple

from wattprint.domain import units
from wattprint.domain.checks import number, text
from wattprint.domain.errors import InputError
from wattprint.domain.evidence import BY_USER, Evidence, Method
from wattprint.domain.formulas.node import supply_efficiency
from wattprint.domain.interval import Range, product
from wattprint.domain.node_profile import NodeProfile
from wattprint.factors.conventions import convention
from wattprint.factors.machines import (
    ACCELERATORS_OF_SERVER,
    AROUND_ACCELERATORS,
    PER_VCPU,
    MachineClass,
    MachineFigure,
    machine_class,
)

NO_HOST = "none"
MOST_BESIDE = 16
"""Accelerators in one machine: no server holds more, so that one machine cannot be meant."""


class Host(NamedTuple):
    """The machine around the chips: of a class, or calibrated; how many, or what share of one."""

    machine: MachineClass | None
    """Its class; None where it is known by its profile alone."""
    machines: float
    """Machines, or vCPUs of a `cloud-vm`; below 1 for a share of one."""
    reason: str = ""
    """Why this machine and this many; empty where the user said so."""
    is_by_accelerator: bool = False
    """Whether there are as many machines as the accelerators fill."""
    profile: NodeProfile | None = None
    """What a meter at its plug told of it: it goes before the class."""

    @property
    def name(self) -> str:
        """Name of its profile, else of its class."""
        if self.profile is not None:
            return self.profile.name
        return NO_HOST if self.machine is None else self.machine.name

    @property
    def words(self) -> str:
        """'2 x workstation' or '0.5 x 2-socket-server', with the reason."""
        of = "vCPU " if self.name == PER_VCPU else ""
        text = f"{units.plain(self.machines, units.EXACT_DIGITS)} {of}x {self.name}"
        return f"{text}: {self.reason}" if self.reason else text

    def static_power(self) -> Evidence | None:
        """Power [W] of everything but the chips."""
        if self.profile is not None:
            return self._calibrated("static_power", self.profile.static_w, "W", self.machines)
        return self._figure("static_power", Method.MODELLED)

    def cpu_power(self) -> Evidence | None:
        """Mean power [W] of its CPUs where nothing is known of them."""
        return self._figure("cpu_power", Method.ASSUMED)

    def memory(self) -> Evidence | None:
        """Main memory [GB] where nothing is known of it."""
        return self._figure("memory", Method.ASSUMED)

    def supply(self, drawn_w: float) -> Evidence | None:
        """Efficiency from the plug to the sensors, at the power that is delivered.

        Args:
            drawn_w: Mean power of chips and static parts together. [W]
        """
        if self.profile is not None:
            return self._calibrated("supply_efficiency", self.profile.supply_efficiency, "ratio", 1)
        if self.machine is None:
            return None
        rated_w = self.machine.supply_rating.amount.value * self.machines
        load = drawn_w / rated_w if rated_w else 0.0
        regulators = convention("board_regulators").amount
        amount = product(_efficiency(self.machine, load), regulators)
        stated = self.machine.supply_efficiency_50
        note = (
            f"at {units.plain(100 * load)} % of {units.plain(rated_w)} W, of board regulators "
            f"{units.plain(regulators.value)}; {stated.note}"
        )
        return Evidence(
            "supply_efficiency", amount, "ratio", Method.MODELLED, stated.source, stated.year, note
        )

    def wall_kwh(self, chips_kwh: float, hours: float) -> Range | None:
        """Return energy at the wall as a calibration knows it; None for a class, or for a share.

        Static power and efficiency of a calibration are correlated: apart from each other they say
        less than the line that they make.

        Args:
            chips_kwh: Energy of the chips of the whole machine. [kWh]
            hours: Time. [h]
        """
        if self.profile is None or self.machines != 1 or not hours:
            return None
        chips_j, seconds = chips_kwh * units.JOULES_PER_KWH, hours * units.SECONDS_PER_HOUR
        wall_j = self.profile.wall_energy_j(chips_j, seconds)
        return Range(*(joules / units.JOULES_PER_KWH for joules in wall_j.as_tuple()))

    def _figure(self, quantity: str, method: Method) -> Evidence | None:
        """Return one of the class's constants, times the number of machines, as evidence."""
        if self.machine is None:
            return None
        stated: MachineFigure = getattr(self.machine, quantity)
        amount = product(stated.amount, value=stated.amount.value * self.machines)
        note = f"{self.words}; {units.plain(stated.amount.value)} {stated.unit} each: {stated.note}"
        return Evidence(quantity, amount, stated.unit, method, stated.source, stated.year, note)

    def _calibrated(self, quantity: str, amount: Range, unit: str, times: float) -> Evidence:
        assert self.profile is not None
        profile = self.profile
        note = (
            f"{self.words}; calibrated {profile.fitted_at[:10]} by {profile.readings} readings "
            f"of a wall meter ({profile.source})"
        )
        scaled = product(amount, value=amount.value * times)
        year = int(profile.fitted_at[:4])
        return Evidence(quantity, scaled, unit, Method.MODELLED, BY_USER, year, note)


def described_host(
    host: str | NodeProfile, *, hosts: float | None, vcpus: float | None, count: int | None
) -> Host | None:
    """Return the host that a description names; None for 'none'.

    Args:
        host: Name of a class of machines, 'none', or a calibrated profile.
        hosts: Machines, or the share of one that the work had; None for one, or for as many as
            the accelerators fill where the class is built around them.
        vcpus: vCPUs of a `cloud-vm`.
        count: Accelerators of the work; None where nothing was said of them.

    Raises:
        InputError: An unknown class, machines or vCPUs of none, or too many accelerators for one.
    """
    if host == NO_HOST:
        _refuse_of_nothing(hosts=hosts, vcpus=vcpus)
        return None
    if isinstance(host, NodeProfile):
        _refuse_of_nothing(vcpus=vcpus)
        return Host(None, 1.0 if hosts is None else hosts_above_0(hosts), profile=host)
    machine = machine_class(text("host", host))
    if machine.name == PER_VCPU:
        return Host(machine, _vcpus(vcpus, hosts))
    if vcpus is not None:
        raise InputError(f"vcpus is {vcpus!r} of a {host}", f"expected host {PER_VCPU!r} beside it")
    if hosts is not None or count is None:
        return Host(machine, 1.0 if hosts is None else hosts_above_0(hosts))
    if machine.name == AROUND_ACCELERATORS:
        return Host(machine, count / ACCELERATORS_OF_SERVER, is_by_accelerator=True)
    if count > MOST_BESIDE:
        raise InputError(
            f"count is {count} beside one {host}", "expected hosts: how many machines there were"
        )
    return Host(machine, 1.0)


def hosts_above_0(hosts: float) -> float:
    """Return a number of machines, or the share of one, if it is one.

    Raises:
        InputError: 0, or no finite number.
    """
    if number("hosts", hosts) == 0:
        raise InputError(f"hosts is {hosts!r}", "expected a finite number above 0")
    return hosts


def _refuse_of_nothing(**given: float | None) -> None:
    for name, amount in given.items():
        if amount is not None:
            raise InputError(f"{name} is {amount!r} of no host", "expected a host beside it")


def _vcpus(vcpus: float | None, hosts: float | None) -> float:
    if not vcpus:
        raise InputError(f"vcpus is {vcpus!r} of a {PER_VCPU}", "expected how many vCPUs it has")
    return vcpus if hosts is None else vcpus * hosts


def _efficiency(machine: MachineClass, load: float) -> Range:
    """Return the efficiency at a load for the class's usual supply, and for worse and better."""
    certified = (
        machine.supply_efficiency_20.amount,
        machine.supply_efficiency_50.amount,
        machine.supply_efficiency_100.amount,
    )
    value, low, high = (
        supply_efficiency(load, at_20=at_20, at_50=at_50, at_100=at_100)
        for at_20, at_50, at_100 in zip(*(point.as_tuple() for point in certified), strict=True)
    )
    return Range(value, min(low, value), max(high, value))
