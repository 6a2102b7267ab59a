"""`wattprint doctor`: what can be measured on this machine, and why not the rest."""

from collections.abc import Iterable, Iterator, Mapping
from textwrap import indent
from typing import Any

import click

from wattprint.cli.options import home_option, json_option
from wattprint.cli.output import print_json, print_table
from wattprint.cli.progress import waiting
from wattprint.domain import units
from wattprint.factors.machines import PER_VCPU
from wattprint.tracker.diagnosis import Component, DeviceNow, Diagnosis, diagnose

_BYTES_PER_GB = 1e9


@click.command(epilog="Example: wattprint doctor")
@home_option
@json_option
def doctor(*, home: str | None, as_json: bool) -> None:
    """Say what can be measured on this machine, how well, and what would make it better.

    Every family of meters is opened and read twice, half a second apart. Nothing is recorded, and
    nothing is asked of the network.
    """
    with waiting("Reading every meter twice ...", shown=not as_json):
        diagnosis = diagnose(home)
    if as_json:
        print_json(diagnosis.as_dict())
        return
    _print_meters(diagnosis)
    _print_facts("Machine", _machine(diagnosis))
    _print_facts("Wattprint", _installation(diagnosis))
    _print_title(f"\n{diagnosis.verdict}")
    click.echo(f"Next: {diagnosis.next_step}")


def _print_meters(diagnosis: Diagnosis) -> None:
    _print_title("Meters")
    found = [family.found for family in diagnosis.families]
    used = ((f.family, "used" if f.meter else "not used", f.reason) for f in found)
    print_table(("family", "", "why"), used)
    devices = [now for family in diagnosis.families for now in family.devices]
    if devices:
        _print_title("\nDevices")
        print_table(("device", "name", "method", "now", "accuracy"), map(_device_cells, devices))
    _print_title("\nAccuracy")
    print_table(("component", "method", "accuracy", "better"), map(_cells, diagnosis.components))
    for family in found:
        if family.remedy:
            _print_title(f"\nRemedy for {family.family}")
            click.echo(indent(family.remedy, "  "))
    faults = dict.fromkeys(now.fault for now in devices if now.fault)
    for fault in faults:
        click.echo(f"\nFault: {fault}")


def _print_title(title: str) -> None:
    """Print a title, bold on a terminal; line breaks before it are not."""
    text = title.lstrip("\n")
    click.echo("\n" * (len(title) - len(text)) + click.style(text, bold=True))


def _device_cells(now: DeviceNow) -> tuple[str, ...]:
    device = now.device
    power = "-" if now.power_w is None else f"{units.plain(now.power_w)} W"
    return device.device_id, device.name, device.method.value, power, str(now.bounds)


def _cells(part: Component) -> tuple[str, ...]:
    accuracy = "-" if part.bounds is None else str(part.bounds)
    return part.component, part.method.value, accuracy, part.could_be


def _print_facts(title: str, facts: Iterable[tuple[str, str]]) -> None:
    shown = [(name, fact) for name, fact in facts if fact]
    _print_title(f"\n{title}")
    width = max(len(name) for name, _ in shown)
    for name, fact in shown:
        click.echo(f"  {name.ljust(width)}  {fact}")


def _machine(diagnosis: Diagnosis) -> Iterator[tuple[str, str]]:
    machine, found = diagnosis.machine, diagnosis.accelerators
    yield "CPU", _cpu(machine)
    yield "threads", f"{machine['threads']} on {_counted(machine['sockets'], 'socket')}"
    memory_gb = machine["memory_gb"]
    yield "memory", "not known" if memory_gb is None else f"{units.plain(memory_gb)} GB"
    yield "guest", "yes: a hypervisor runs below" if machine["is_guest"] else "no"
    yield "container", machine["container"] or "no"
    if machine["host_class"] is not None:
        of = "vCPU " if machine["host_class"] == PER_VCPU else ""
        count = f"{units.plain(machine['hosts'])} {of}x " if machine["hosts"] != 1 else ""
        yield "around chips", f"{count}{machine['host_class']}: {machine['host_reason']}"
    yield "system", f"{machine['system']} {machine['kernel']}"
    yield "accelerators", ", ".join(_accelerators(found))


def _cpu(machine: Mapping[str, Any]) -> str:
    if not machine["cpu"]:
        return "not named by the system"
    if machine["cpu_in_tables"] is None:
        return f"{machine['cpu']}, no single part in the tables"
    return f"{machine['cpu']}, {units.plain(machine['cpu_tdp_w'])} W in the tables"


def _accelerators(found: Mapping[str, Any]) -> Iterator[str]:
    if not (found["read"] or found["hidden"] or found["on_pci_bus"]):
        yield "none found"
    if found["read"]:
        yield f"{found['read']} read"
    if found["hidden"]:
        yield f"{len(found['hidden'])} hidden"
    if found["visible_devices"] is not None:
        yield f"CUDA_VISIBLE_DEVICES={found['visible_devices']!r}"
    for maker in dict.fromkeys(found["on_pci_bus"]):
        yield f"{found['on_pci_bus'].count(maker)} of {maker} on the PCI bus"


def _installation(diagnosis: Diagnosis) -> Iterator[tuple[str, str]]:
    ledger, software = diagnosis.ledger, diagnosis.software
    if ledger["is_writable"]:
        free = f"{units.plain(ledger['free_bytes'] / _BYTES_PER_GB)} GB free"
        yield "ledger", f"{ledger['home']}: {_counted(ledger['runs'], 'run')}, {free}"
    else:
        yield "ledger", ledger["reason"]
    sleep = "told from use" if diagnosis.clocks["boot_clock"] else "not seen: no clock since boot"
    yield "sleep", sleep
    yield "version", f"{software['wattprint']}, Python {software['python']}"
    factor_set = software["factor_set"]
    yield "factor set", factor_set["version"] if factor_set else "not readable: reinstall wattprint"
    yield "extras", ", ".join(_extras(software["extras"]))


def _extras(extras: Mapping[str, list[str]]) -> Iterator[str]:
    for name, missing in extras.items():
        yield f"{name} ({'without ' + ', '.join(missing) if missing else 'installed'})"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
