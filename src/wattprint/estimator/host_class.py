"""Which class of machine a run was on, and what share of it was the run's, from recorded facts."""

from collections.abc import Mapping
from typing import Any

from wattprint.domain.errors import RecordError
from wattprint.domain.formulas.node import share_of_machine
from wattprint.domain.node_profile import NodeProfile
from wattprint.estimator.host import NO_HOST, Host, described_host, hosts_above_0
from wattprint.estimator.work import LARGEST
from wattprint.factors.machines import (
    ACCELERATORS_OF_SERVER,
    AROUND_ACCELERATORS,
    PER_VCPU,
    machine_class,
)

LAPTOP_CHASSIS = frozenset({8, 9, 10, 11, 14, 30, 31, 32})
SERVER_CHASSIS = frozenset({17, 23, 25, 28, 29})
DESKTOP_CHASSIS = frozenset({3, 4, 5, 6, 7, 13, 15, 16, 24, 35, 36})
"""DMI chassis types. Source: DMTF, SMBIOS Reference Specification 3.7 (2023), table 17."""
SERVER_CPUS = ("xeon", "epyc", "opteron", "neoverse", "graviton", "grace", "ampere")
"""Words in the names of CPUs that are sold for servers (and for large workstations)."""
LEAST_OF_SERVER = 4
"""Accelerators from which a machine that is no desktop is taken for a server built around them."""


HOST_INPUTS = ("host", "hosts")
"""What can be said of the machine around a run's chips."""


def host_of_run(
    facts: Mapping[str, Any],
    *,
    host: str | NodeProfile | None = None,
    hosts: float | None = None,
) -> Host | None:
    """Return the machine that a run was on: as said now, as said then, or by its facts.

    Args:
        facts: The record's `host`.
        host: Class of the machine, 'none', or a profile; None leaves it to the record.
        hosts: Machines, or the share of one that the run had; None leaves it to the record.

    Raises:
        InputError: An unknown class, or a number of machines that is none.
    """
    said = facts.get("said")
    recorded = said if isinstance(said, Mapping) else {}
    asked = recorded.get("host") if host is None else host
    if asked == NO_HOST and hosts is None:
        return None
    share = recorded.get("hosts") if hosts is None else hosts
    found = _detected_host(facts)
    if asked is None or isinstance(asked, NodeProfile):
        return _calibrated(found, asked or _recorded_profile(facts), share)
    used = int(_count(_node(facts) or {}, "accelerators_used")) or None
    vcpus = (_count(facts, "threads") or 1) if asked == PER_VCPU else None
    return described_host(asked, hosts=share, vcpus=vcpus, count=used)


def _calibrated(
    found: Host | None, profile: NodeProfile | None, share: float | None
) -> Host | None:
    """Return the machine that was found, with its profile if it has one, and its share."""
    is_vm = found is not None and found.name == PER_VCPU
    if found is None or (is_vm and profile is not None):
        # A plug has no vCPUs: a profile is of the whole machine.
        return (
            None if profile is None else described_host(profile, hosts=share, vcpus=None, count=1)
        )
    if share is not None:
        machines = hosts_above_0(share) * (found.machines if is_vm else 1.0)
        reason = f"{found.reason}; share as given"
        found = found._replace(machines=machines, reason=reason)
    return found if profile is None else found._replace(profile=profile, reason="")


def _recorded_profile(facts: Mapping[str, Any]) -> NodeProfile | None:
    """Return the profile of the machine when the run began, if it had one."""
    row = facts.get("profile")
    if not isinstance(row, Mapping):
        return None
    try:
        return NodeProfile.from_dict(row)
    except RecordError:  # of a later version: the class stands in
        return None


def _node(facts: Mapping[str, Any]) -> Mapping[str, Any] | None:
    node = facts.get("node")
    return node if isinstance(node, Mapping) else None


def _count(facts: Mapping[str, Any], name: str) -> float:
    """Return how many of something a record has; 0 where it does not say, or nothing sensible."""
    said = facts.get(name)
    if isinstance(said, bool) or not isinstance(said, (int, float)):
        return 0
    return said if 0 < said <= LARGEST else 0


def _detected_host(host: Mapping[str, Any]) -> Host | None:
    """Return the host by the facts in a record; None where the record has none."""
    node = _node(host)
    if node is None:
        return None
    machine, reason = _machine(host, node)
    if machine == PER_VCPU:
        vcpus = float(_count(host, "threads") or 1)
        return Host(machine_class(machine), vcpus, f"{reason}, {vcpus:g} vCPUs")
    share, of = _share(host, node)
    used, seen = _count(node, "accelerators_used"), _count(node, "accelerators")
    if host.get("is_guest"):
        # A guest sees its own accelerators and not those of the server below it.
        return Host(
            machine_class(machine), used / ACCELERATORS_OF_SERVER, f"{reason}, {used} of its 8"
        )
    whole = max(1.0, seen / ACCELERATORS_OF_SERVER) if machine == AROUND_ACCELERATORS else 1.0
    return Host(machine_class(machine), whole * share, f"{reason}{of}")


def _machine(host: Mapping[str, Any], node: Mapping[str, Any]) -> tuple[str, str]:
    accelerators, chassis = _count(node, "accelerators"), _count(node, "chassis_type")
    if host.get("is_guest"):
        if _count(node, "accelerators_used"):
            return AROUND_ACCELERATORS, "a hypervisor runs below, with accelerators"
        return PER_VCPU, "a hypervisor runs below"
    if node.get("has_battery") or chassis in LAPTOP_CHASSIS:
        return "laptop", "it has a battery" if node.get("has_battery") else "its chassis says so"
    if chassis in DESKTOP_CHASSIS:
        return "workstation", "its chassis is a desktop's"
    return _server(host, accelerators, chassis)


def _server(host: Mapping[str, Any], accelerators: float, chassis: float) -> tuple[str, str]:
    cpu_model, sockets = str(host.get("cpu_model") or ""), _count(host, "sockets") or 1
    is_named_so = any(word in cpu_model.casefold() for word in SERVER_CPUS)
    if not (chassis in SERVER_CHASSIS or sockets > 1 or is_named_so):
        return "workstation", "nothing says that it is a server or a laptop"
    if accelerators >= LEAST_OF_SERVER:
        return AROUND_ACCELERATORS, f"a server with {accelerators} accelerators"
    why = "its chassis is a server's" if chassis in SERVER_CHASSIS else "its CPU is a server's"
    return ("2-socket-server", f"{sockets} sockets") if sockets > 1 else ("1-socket-server", why)


def _share(host: Mapping[str, Any], node: Mapping[str, Any]) -> tuple[float, str]:
    """Return the share that was set aside for the run: accelerators if it has any, else CPUs."""
    used, whole = _count(node, "accelerators_used"), _count(node, "accelerators")
    if 0 < used < whole:
        return share_of_machine(used, whole), f", {used} of its {whole} accelerators"
    allowed, threads = _count(node, "threads_allowed"), _count(host, "threads")
    if not used and 0 < allowed < threads:
        return share_of_machine(allowed, threads), f", {allowed:g} of its {threads} threads"
    return 1.0, ""
