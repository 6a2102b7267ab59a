"""From a run's raw readings to its footprint."""

from collections.abc import Sequence
from math import fsum
from typing import Any

from wattprint.domain import units
from wattprint.domain.checks import no_unknown_keywords
from wattprint.domain.evidence import Equation, Evidence, Method
from wattprint.domain.footprint import Footprint
from wattprint.domain.interval import Range, relative, sum_shared
from wattprint.domain.readings import METERED_COMPONENTS, Device
from wattprint.domain.run import RunRecord
from wattprint.estimator.account import Account
from wattprint.estimator.host import Host
from wattprint.estimator.host_class import HOST_INPUTS, host_of_run
from wattprint.estimator.parts import Part, powered_part
from wattprint.estimator.place import PLACE_INPUTS, PROVIDER_PUE, find_place
from wattprint.estimator.power import stated_power

LEAST_SHARE = 1e-3
"""A device seen for less may have used a thousand times what was read, and no more is said."""
FULLY_OBSERVED = 0.99
"""Share of a run that a device's readings must cover to stand for it without a word."""


def footprint_of_run(
    run: RunRecord, *, host: str | None = None, hosts: float | None = None, **place: Any
) -> Footprint:
    """Account for a run under the factors installed now.

    Args:
        run: The run's record.
        host: Class of the machine around the chips, or 'none' for the chips alone; it goes before
            what the run recorded. Without either, the class that the machine's facts tell.
        hosts: The share of the machine that the run had; it goes before what was set aside for it.
        **place: What is said of the place now (see `find_place`); it goes before what the run
            itself recorded. The year is that of the run unless given.

    Returns:
        The footprint. Components without a reading are missing, not zero.

    Raises:
        InputError: An unknown or contradictory place, an unknown host.
    """
    known = (*HOST_INPUTS, *PLACE_INPUTS)
    no_unknown_keywords("footprint_of_run", set(place) - set(PLACE_INPUTS), known)
    said = {name: given for name, given in place.items() if given is not None}
    recorded = dict(run.place)
    if said.keys() & {"zone", "region", "intensity"}:
        # Another place replaces the recorded one whole, with what its provider publishes.
        of_place = ("zone", "region", "intensity")
        recorded = {k: v for k, v in recorded.items() if k not in of_place and v != PROVIDER_PUE}
    inputs = {"year": int(run.started_at[:4]), **recorded, **said}
    around = {k: said for k, said in (("host", host), ("hosts", hosts)) if said is not None}
    account = Account(find_place(**inputs), {"run": run.run_id, **inputs, **around})
    return _of_machine(account, run, host_of_run(run.host, host=host, hosts=hosts))


def _of_machine(account: Account, run: RunRecord, host: Host | None) -> Footprint:
    """Add the machine around the chips, unless nothing is known of it or of them."""
    parts, hours = _parts(run), run.duration_s / units.SECONDS_PER_HOUR
    if host is None or not parts or not hours:
        return account.of_parts(parts)
    parts = (*parts, powered_part("static", hours, stated_power(host.static_power())))
    delivered_kwh = fsum(part.energy_kwh.value for part in parts)
    supply = host.supply(delivered_kwh * units.WATTS_PER_KILOWATT / hours)
    return account.of_parts(parts, supply=supply)


def footprint_of_nothing(reason: str) -> Footprint:
    """Return the footprint of a run of which nothing was recorded: everything is missing.

    Args:
        reason: Why nothing was; it is kept in the footprint's `work`.
    """
    return Account(find_place(), {"not_recorded": reason}).of_parts(())


def accounted_devices(run: RunRecord) -> tuple[Device, ...]:
    """Return the run's devices; one that was lost on the way says so and has a wider interval."""
    return tuple(map(_partly_observed, run.devices, run.observed_share()))


def energy_by_component(
    devices: Sequence[Device], energy_j: Sequence[float | None]
) -> dict[str, Range]:
    """Add up the devices of each component; one of which nothing could be read is left out.

    Devices of a kind are read by the same kind of meter: their errors do not average out.

    Args:
        devices: The devices.
        energy_j: Energy of each; None where it could not be read. [J]
    """
    read = [
        (device.component, _device_range(device, joules))
        for device, joules in zip(devices, energy_j, strict=True)
        if joules is not None
    ]
    return {
        component: sum_shared(energy for of, energy in read if of == component)
        for component in METERED_COMPONENTS
        if any(of == component for of, _ in read)
    }


def _parts(run: RunRecord) -> tuple[Part, ...]:
    devices, energy_j = accounted_devices(run), run.device_energy_j()
    totals = energy_by_component(devices, energy_j)
    return tuple(
        _part(
            component,
            total,
            [
                (device, joules)
                for device, joules in zip(devices, energy_j, strict=True)
                if device.component == component
            ],
        )
        for component, total in totals.items()
    )


def _part(component: str, total: Range, devices: Sequence[tuple[Device, float | None]]) -> Part:
    read = [(device, joules) for device, joules in devices if joules is not None]
    methods = {device.method for device, _ in read}
    numbers = " + ".join(f"{units.plain(joules, units.EXACT_DIGITS)} J" for _, joules in read)
    equation = Equation(
        f"{component} energy",
        "sum over its devices",
        numbers,
        units.energy_range(total.as_tuple(), units.EXACT_DIGITS),
    )
    method = Method.MEASURED if methods == {Method.MEASURED} else Method.MODELLED
    evidence = tuple(_evidence(component, device, joules) for device, joules in devices)
    return Part(component, total, method, evidence, (equation,))


def _evidence(component: str, device: Device, joules: float | None) -> Evidence:
    """What a device used; one that could not be read is missing, not zero."""
    notes = (device.name, device.note, "it could not be read" if joules is None else "")
    return Evidence(
        f"{component}_energy",
        None if joules is None else _device_range(device, joules),
        "kWh",
        Method.MISSING if joules is None else device.method,
        device.source,
        device.source_year,
        "; ".join(text for text in notes if text),
    )


def _partly_observed(device: Device, share: float) -> Device:
    """Say of a device that was lost on the way how much was seen, and raise its upper bound."""
    if share == 0 or share > FULLY_OBSERVED:
        return device
    seen = f"observed for {share:.0%} of the run, the rest is not counted"
    note = "; ".join(text for text in (device.note, seen) if text)
    return device._replace(high_ratio=device.high_ratio / max(share, LEAST_SHARE), note=note)


def _device_range(device: Device, joules: float) -> Range:
    return relative(joules / units.JOULES_PER_KWH, device.low_ratio, device.high_ratio)
