"""The parts of a footprint's energy, each with the reasons for its figure."""

from typing import NamedTuple

from wattprint.domain import units
from wattprint.domain.errors import InputError
from wattprint.domain.evidence import Equation, Evidence, Method
from wattprint.domain.formulas.energy import described_energy_kwh, mean_power_w
from wattprint.domain.formulas.life import repeated_kwh
from wattprint.domain.interval import Range, exact, product
from wattprint.estimator.work import Work
from wattprint.factors.accelerators import Accelerator, AcceleratorMatch, accelerators
from wattprint.factors.conventions import convention
from wattprint.factors.cpus import cpus

BY_USER = "user"
"""Source of what the user stated."""

UNVERIFIED = "entered by hand, not yet compared with the publication"


class Part(NamedTuple):
    """Energy of one component of the IT equipment."""

    component: str
    energy_kwh: Range
    method: Method
    evidence: tuple[Evidence, ...] = ()
    equations: tuple[Equation, ...] = ()


class Power(NamedTuple):
    """Mean power of one device, and the reasons for it."""

    amount_w: Range
    method: Method
    evidence: tuple[Evidence, ...]


def described_parts(work: Work) -> tuple[Part, ...]:
    """Return the energy of every component that the description names."""
    steps = (_accelerators(work), _cpus(work), _memory(work), _static(work))
    return tuple(part for part in steps if part is not None)


def _accelerators(work: Work) -> Part | None:
    if work.energy_kwh is not None and work.energy_at == "accelerator":
        return _given_part(work, work.energy_kwh)
    if work.accelerator is None and work.power_w is None:
        return None
    power = _accelerator_power(work)
    device_hours = work.device_hours
    hours = Evidence("device_hours", exact(device_hours), "h", Method.GIVEN, BY_USER)
    energy = _described(device_hours, power.amount_w, work.repeats)
    return Part(
        "accelerator",
        energy,
        power.method,
        (*power.evidence, hours),
        (_equation("accelerator", device_hours, power, work, energy),),
    )


def _accelerator_power(work: Work) -> Power:
    full = _full_power(work)
    # A power that the user states is a mean power, unless a utilization is stated with it.
    reasons = (
        (full,)
        if work.power_w is not None and work.utilization is None
        else (
            full,
            _utilization(work),
        )
    )
    amounts = [reason.amount for reason in reasons if reason.amount is not None]
    share = amounts[1].value if len(amounts) > 1 else 1.0
    mean_w = product(*amounts, value=mean_power_w(amounts[0].value, share))
    # Power stated by the user is still a model of the energy: nobody read a meter.
    method = Method.ASSUMED if full.method is Method.ASSUMED else Method.MODELLED
    return Power(mean_w, method, reasons)


def _full_power(work: Work) -> Evidence:
    """Power of one accelerator at full use: the user's figure, else the vendor's TDP."""
    if work.power_w is not None:
        return Evidence("accelerator_power", exact(work.power_w), "W", Method.GIVEN, BY_USER)
    assert work.accelerator is not None
    match = accelerators().find(work.accelerator)
    # The interval of the TDP convention already reaches from one variant to the other.
    return _tdp(match, exact_variant=work.utilization is None)


def _tdp(match: AcceleratorMatch, *, exact_variant: bool) -> Evidence:
    part = match.accelerator
    method = Method.ASSUMED if match.is_assumed else Method.MODELLED
    tdp_w = _published_tdp_w(part)
    others_w = [other.tdp_w for other in match.candidates if other.tdp_w is not None]
    amount = (
        Range(tdp_w, min(tdp_w, *others_w), max(tdp_w, *others_w)) if others_w else exact(tdp_w)
    )
    if exact_variant:
        amount = exact(tdp_w)
    return Evidence(
        "accelerator_tdp", amount, "W", method, part.source, part.year, _tdp_note(match)
    )


def _published_tdp_w(part: Accelerator) -> float:
    if part.tdp_w is None:
        raise InputError(
            f"accelerator {part.name!r} has no published power",
            "give the mean power of one with --power-w",
        )
    return part.tdp_w


def _tdp_note(match: AcceleratorMatch) -> str:
    part = match.accelerator
    notes = [part.name + (f": {part.tdp_note}" if part.tdp_note else "")]
    if match.candidates:
        others = ", ".join(other.label for other in match.candidates)
        notes.append(f"the name also fits {others}")
    return "; ".join(notes if part.verified else [*notes, UNVERIFIED])


def _utilization(work: Work) -> Evidence:
    if work.utilization is None:
        return _convention("utilization", "accelerator_utilization")
    given = exact(work.utilization)
    if work.power_w is None and given.value > 0:
        ratio = convention("given_utilization")
        given = product(ratio.amount, value=work.utilization)
        return Evidence("utilization", given, "ratio", Method.GIVEN, BY_USER, None, ratio.note)
    return Evidence("utilization", given, "ratio", Method.GIVEN, BY_USER)


def _convention(quantity: str, name: str) -> Evidence:
    stated = convention(name)
    return Evidence(
        quantity,
        stated.amount,
        stated.unit,
        Method.ASSUMED,
        stated.source,
        stated.year,
        stated.note,
    )


def _cpus(work: Work) -> Part | None:
    if work.cpu is None:
        return None
    cpu = cpus().find(work.cpu)
    tdp = Evidence(
        "cpu_tdp",
        Range(cpu.tdp_w, min(cpu.tdp_w, *cpu.other_tdp_w), max(cpu.tdp_w, *cpu.other_tdp_w))
        if cpu.other_tdp_w
        else exact(cpu.tdp_w),
        "W",
        Method.MODELLED,
        cpu.source,
        cpu.year,
        cpu.name if cpu.verified else f"{cpu.name}; {UNVERIFIED}",
    )
    use = (
        _convention("cpu_utilization", "cpu_utilization")
        if work.cpu_utilization is None
        else Evidence(
            "cpu_utilization", exact(work.cpu_utilization), "ratio", Method.GIVEN, BY_USER
        )
    )
    assert tdp.amount is not None and use.amount is not None
    watts = product(tdp.amount, use.amount, value=mean_power_w(cpu.tdp_w, use.amount.value))
    power = Power(watts, Method.MODELLED, (tdp, use))
    return _powered("cpu", "CPU", work.cpu_count, power, work)


def _memory(work: Work) -> Part | None:
    if work.memory_gb is None:
        return None
    per_gb = _convention("memory_power", "dram_power_w_per_gb")
    assert per_gb.amount is not None
    power = Power(per_gb.amount, Method.MODELLED, (per_gb,))
    return _powered("memory", "memory", work.memory_gb, power, work)


def _static(work: Work) -> Part | None:
    if work.static_w is None:
        return None
    given = Evidence("static_power", exact(work.static_w), "W", Method.GIVEN, BY_USER)
    power = Power(exact(work.static_w), Method.GIVEN, (given,))
    return _powered("static", "static", 1, power, work)


def _powered(component: str, label: str, amount: float, power: Power, work: Work) -> Part:
    """Energy of `amount` units that each draw `power` for the wall hours of the work."""
    unit_hours = amount * work.wall_hours
    energy = _described(unit_hours, power.amount_w, work.repeats)
    equation = _equation(label, unit_hours, power, work, energy)
    return Part(component, energy, power.method, power.evidence, (equation,))


def _described(unit_hours: float, power_w: Range, repeats: float) -> Range:
    kwh = repeated_kwh(described_energy_kwh(unit_hours, power_w.value), repeats)
    return product(power_w, value=kwh)


def _given_part(work: Work, kwh: float) -> Part:
    given = Evidence("accelerator_energy", exact(kwh), "kWh", Method.GIVEN, BY_USER)
    energy = exact(repeated_kwh(kwh, work.repeats))
    return Part("accelerator", energy, Method.GIVEN, (given,))


def _equation(label: str, unit_hours: float, power: Power, work: Work, energy: Range) -> Equation:
    what = "device-hours" if label == "accelerator" else f"{label}-hours"
    factors = [f"{units.plain(unit_hours, units.EXACT_DIGITS)} {what}"]
    words = [what]
    for reason in power.evidence:
        if reason.amount is not None:
            words.append(reason.quantity.replace("_", " "))
            unit = "" if reason.unit == "ratio" else f" {reason.unit}"
            factors.append(f"{units.plain(reason.amount.value, units.EXACT_DIGITS)}{unit}")
    if work.repeats != 1:
        words.append("repeats")
        factors.append(units.plain(work.repeats, units.EXACT_DIGITS))
    return Equation(
        f"{label} energy",
        " x ".join(words),
        " x ".join(factors),
        units.energy_range(energy.as_tuple(), units.EXACT_DIGITS),
    )
