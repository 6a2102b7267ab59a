"""Services that are kept on: replicas draw power whether requests come or not."""

from typing import Any, NamedTuple

from wattprint.domain import units
from wattprint.domain.checks import number
from wattprint.domain.derived import Derived
from wattprint.domain.errors import ContradictionError, InputError
from wattprint.domain.evidence import Equation, Evidence, Method
from wattprint.domain.formulas.energy import described_energy_kwh, mean_power_w
from wattprint.domain.interval import Range, exact, product, sum_shared
from wattprint.estimator.power import accelerator_power, full_power_w
from wattprint.estimator.reckoning import assumed
from wattprint.estimator.task import Task
from wattprint.estimator.work import Work, described_work

ROUNDING = 1 + 1e-9


class Service(NamedTuple):
    """Replicas that are kept on."""

    replicas: int
    hours: float
    """Hours that each is on. [h]"""
    idle_share: Any
    """Power of an idle accelerator over its full power, if it was given. [ratio]"""


def always_on(task: Task, service: Service) -> Task:
    """Charge a service for the hours in which its replicas wait, too.

    Args:
        task: The requests, as one replica would answer them all.
        service: The replicas.

    Raises:
        InputError: Replicas of nothing whose idle power is known.
        ContradictionError: The replicas cannot answer so many requests in their hours.
    """
    if task.work_inputs["accelerator"] is None and task.work_inputs["power_w"] is None:
        raise InputError(
            f"replicas is {service.replicas} of no accelerator",
            "expected an accelerator or power_w: how much an idle CPU draws is not known",
        )
    needed = task.work_inputs["hours"]
    busy = needed / service.replicas
    if busy > service.hours * ROUNDING:
        raise ContradictionError(
            f"replicas is {service.replicas}, but the requests keep "
            f"one busy for {units.plain(needed)} h, and each is on for "
            f"{units.plain(service.hours)} h",
            "expected more replicas, or more hours of them",
        )
    work_inputs = {**task.work_inputs, "hours": service.hours, "repeats": service.replicas}
    busy_work = described_work(**{**task.work_inputs, "hours": busy})
    waiting_hours = max(0.0, service.hours - busy)
    share = _idle_share(service.idle_share)
    full_w = full_power_w(busy_work)
    idle_kwh = _idle_kwh(busy_work.accelerator_count * waiting_hours, full_w, share)
    busy_kwh, reasons = _busy_kwh(task, service, busy_work)
    kept = Evidence.given(
        "replicas", exact(service.replicas), "copies", f"each on for {service.hours:g} h"
    )
    reckoned = task.reckoned._replace(
        evidence=(*task.reckoned.evidence, kept, *reasons, share),
        equations=(
            *task.reckoned.equations,
            _equation(service, busy_work.accelerator_count, waiting_hours, full_w, share),
        ),
        are_hours_reckoned=True,
        hours_ratio=exact(1.0),  # they are on for the hours that were stated
        accelerator_kwh=sum_shared((busy_kwh, idle_kwh)),
    )
    return task._replace(
        work_inputs=work_inputs,
        reckoned=reckoned,
        derived=(
            *task.derived,
            *_shares(busy, task.reckoned.hours_ratio, busy_kwh, idle_kwh, service),
        ),
    )


def _idle_share(given: Any) -> Evidence:
    if given is None:
        return assumed("idle_power_share", "idle_power_share")
    share = number("idle_share", given, at_most=1)
    return Evidence.given("idle_power_share", exact(share), "ratio")


def _idle_kwh(device_hours: float, full_w: Range, share: Evidence) -> Range:
    assert share.amount is not None
    idle_w = mean_power_w(full_w.value, share.amount.value)
    return product(full_w, share.amount, value=described_energy_kwh(device_hours, idle_w))


def _busy_kwh(task: Task, service: Service, work: Work) -> tuple[Range, tuple[Evidence, ...]]:
    """Energy of one replica while it answers its part of the requests."""
    whole = task.reckoned.accelerator_kwh
    if whole is not None:
        return product(whole, value=whole.value / service.replicas), ()
    power = accelerator_power(work)
    kwh = described_energy_kwh(work.device_hours, power.amount_w.value)
    return product(power.amount_w, value=kwh), power.reasons


def _equation(
    service: Service, count: int, waiting_hours: float, full_w: Range, share: Evidence
) -> Equation:
    assert share.amount is not None
    kwh = described_energy_kwh(count * waiting_hours, full_w.value * share.amount.value)
    return Equation(
        "idle energy",
        "replicas x accelerators x hours without requests x full power x idle share",
        f"{service.replicas} x {count} x {units.plain(waiting_hours, units.EXACT_DIGITS)} h x "
        f"{units.plain(full_w.value, units.EXACT_DIGITS)} W x {share.amount.value:g}",
        units.energy(kwh * service.replicas, units.EXACT_DIGITS),
    )


def _shares(
    busy_hours: float, hours_ratio: Range, busy_kwh: Range, idle_kwh: Range, service: Service
) -> tuple[Derived, ...]:
    share = busy_hours / service.hours if service.hours else 0.0
    off = hours_ratio
    busy_share = Range(share, share * off.low, max(share, min(1.0, share * off.high)))
    idle = product(idle_kwh, value=idle_kwh.value * service.replicas)
    busy = product(busy_kwh, value=busy_kwh.value * service.replicas)
    note = "accelerators alone"
    return (
        Derived("busy_share", busy_share, "ratio", Method.MODELLED, "of the hours kept on"),
        Derived("busy_energy", busy, "kWh", Method.MODELLED, note),
        Derived("idle_energy", idle, "kWh", Method.ASSUMED, note),
    )
