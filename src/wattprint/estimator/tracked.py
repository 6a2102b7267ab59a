"""From a run's raw readings to its footprint."""

from collections.abc import Sequence
from math import fsum
from typing import Any

from wattprint.domain import units
from wattprint.domain.checks import no_unknown_keywords
from wattprint.domain.errors import AmbiguousNameError, UnknownNameError
from wattprint.domain.evidence import Equation, Evidence, Method
from wattprint.domain.footprint import Footprint
from wattprint.domain.hours import ChargedHours
from wattprint.domain.interval import Range, relative, sum_shared
from wattprint.domain.node_profile import NodeProfile, chip_meters
from wattprint.domain.readings import METERED_COMPONENTS, Device
from wattprint.domain.run import RunRecord
from wattprint.domain.series import IntensitySeries
from wattprint.estimator.account import Account, Beside
from wattprint.estimator.by_hour import (
    energy_of_run,
    place_at_hours,
    place_by_hour,
    with_year_mean,
)
from wattprint.estimator.embodied import LIFETIME_INPUTS, find_life
from wattprint.estimator.hardware import Made, host_use, made_accelerators, made_host
from wattprint.estimator.host import Host
from wattprint.estimator.host_class import HOST_INPUTS, host_of_run
from wattprint.estimator.offsets import OFFSET_INPUTS, find_offsets
from wattprint.estimator.parts import Part, powered_part
from wattprint.estimator.place import PLACE_INPUTS, PROVIDER_PUE, find_place
from wattprint.estimator.power import stated_power
from wattprint.factors.accelerators import Accelerator, accelerators

RUN_INPUTS = (*PLACE_INPUTS, *LIFETIME_INPUTS, *OFFSET_INPUTS)
"""What can be said of a run when it is accounted for."""
LEAST_SHARE = 1e-3
"""A device seen for less may have used a thousand times what was read, and no more is said."""
FULLY_OBSERVED = 0.99
"""Share of a run that a device's readings must cover to stand for it without a word."""


def footprint_of_run(
    run: RunRecord,
    *,
    host: str | NodeProfile | None = None,
    hosts: float | None = None,
    series: IntensitySeries | None = None,
    hours: ChargedHours | None = None,
    **said: Any,
) -> Footprint:
    """Account for a run under the factors installed now.

    Args:
        run: The run's record.
        host: Class or calibrated profile of the machine around the chips, or 'none' for the chips
            alone; it goes before what the run recorded. Without either, the profile of the machine
            when the run began, else the class that its facts tell.
        hosts: The share of the machine that the run had; it goes before what was set aside for it.
        series: Intensities of the grid over the time of the run, to charge each interval at its
            own; the figure at the year's mean then stands beside it.
        hours: What an earlier footprint of the run was charged at, to be charged at again where
            its single readings are gone; beside a series it is not looked at.
        **said: What is said now of its place (see `find_place`), which goes before what the run
            itself recorded, of the life of its hardware, and of offsets: any of `RUN_INPUTS`. The
            year is that of the run unless given.

    Returns:
        The footprint. Components without a reading are missing, not zero.

    Raises:
        InputError: An unknown or contradictory place, an unknown host.
    """
    known = (*HOST_INPUTS, *RUN_INPUTS)
    no_unknown_keywords("footprint_of_run", set(said) - set(RUN_INPUTS), known)
    said = {name: given for name, given in said.items() if given not in (None, ())}
    machine = host_of_run(run.host, host=host, hosts=hosts)
    beside = Beside(
        made=_made(run, machine),
        not_made=_not_made(run),
        life=find_life(**{name: said.pop(name, None) for name in LIFETIME_INPUTS}),
        offsets=find_offsets(**{name: said.pop(name, None) for name in OFFSET_INPUTS}),
    )
    # What another version knows of a place and ours does not changes none of our figures.
    recorded = {name: given for name, given in run.place.items() if name in PLACE_INPUTS}
    if said.keys() & {"zone", "region", "intensity"}:
        # Another place replaces the recorded one whole, with what its provider publishes.
        of_place = ("zone", "region", "intensity")
        recorded = {k: v for k, v in recorded.items() if k not in of_place and v != PROVIDER_PUE}
    inputs = {"year": int(run.started_at[:4]), **recorded, **said}
    named = host.name if isinstance(host, NodeProfile) else host
    around = {k: given for k, given in (("host", named), ("hosts", hosts)) if given is not None}
    place = find_place(**inputs)
    if series is not None:
        static_w = None if machine is None else machine.static_power()
        amount_w = None if static_w is None else static_w.amount
        energy = energy_of_run(run, 0.0 if amount_w is None else amount_w.value)
        at_its_time = place_by_hour(place, series, energy)
    else:
        at_its_time = place if hours is None else place_at_hours(place, hours)
    account = Account(at_its_time, {"run": run.run_id, **inputs, **around}, beside)
    footprint = _of_machine(account, run, machine)
    if at_its_time.hours is None:
        return footprint
    return with_year_mean(footprint, place, at_its_time.hours, inputs)


def _of_machine(account: Account, run: RunRecord, host: Host | None) -> Footprint:
    """Add the machine around the chips, unless nothing is known of it or of them."""
    parts, hours = _parts(run), run.duration_s / units.SECONDS_PER_HOUR
    power = None if host is None else host.static_power()
    if host is None or power is None or not parts or not hours:
        return account.of_parts(parts)
    chips_kwh = fsum(part.energy_kwh.value for part in parts)
    static = powered_part("static", hours, stated_power(power))
    delivered_kwh = chips_kwh + static.energy_kwh.value
    supply = host.supply(delivered_kwh * units.WATTS_PER_KILOWATT / hours)
    wall = host.wall_kwh(chips_kwh, hours) if _is_calibrated_for(host, run) else None
    return account.of_parts((*parts, static), supply=supply, wall=wall)


def _is_calibrated_for(host: Host, run: RunRecord) -> bool:
    """Whether the chips of a run were read as those of the machine's calibration were."""
    profile = host.profile
    return profile is not None and profile.chip_meters in ((), chip_meters(run.devices))


def _not_made(run: RunRecord) -> tuple[Evidence, ...]:
    """Name the accelerators of a run whose making is not known."""
    return tuple(
        Evidence(
            "accelerator_embodied",
            None,
            "kgCO2e",
            Method.MISSING,
            "",
            None,
            f"{device.name}: no such whole accelerator is in the tables",
        )
        for device in run.devices
        if device.component == "accelerator" and _known_accelerator(device) is None
    )


def _made(run: RunRecord, host: Host | None) -> tuple[Made, ...]:
    """Return the hardware of a run whose making is known: its accelerators, by name, and its host.

    A part of a GPU (MIG) is no device of its own: how much of the whole it is, its name tells not.
    """
    hours = run.duration_s / units.SECONDS_PER_HOUR
    made = [
        made_accelerators(part, max(0.0, hours - device.found_s / units.SECONDS_PER_HOUR))
        for device in run.devices
        if device.component == "accelerator" and (part := _known_accelerator(device)) is not None
    ]
    if host is None or host.machine is None:
        return tuple(made)
    return (*made, *made_host(host_use(host.machine, host.machines, hours)))


def _known_accelerator(device: Device) -> Accelerator | None:
    if "MIG" in device.name:
        return None
    try:
        return accelerators().find(device.name).accelerator
    except (UnknownNameError, AmbiguousNameError):  # the driver's name for it is in no table
        return None


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
