"""Mean power of the devices that a description names, and the reasons for it."""

from math import prod
from typing import NamedTuple

from wattprint.domain.errors import InputError
from wattprint.domain.evidence import Evidence, Method
from wattprint.domain.formulas.cpu_power import package_power_w
from wattprint.domain.formulas.energy import mean_power_w
from wattprint.domain.interval import Range, exact, product
from wattprint.estimator.reckoning import assumed
from wattprint.estimator.work import Work
from wattprint.factors.accelerators import Accelerator, AcceleratorMatch, accelerators
from wattprint.factors.conventions import convention, package_shares
from wattprint.factors.cpus import USUAL_THREADS_PER_CORE, Cpu, cpus
from wattprint.factors.tables import UNVERIFIED

USUAL_THREADS = 16
"""Hardware threads of a package of which the tables have none: its power hardly depends on it."""


class Power(NamedTuple):
    """Mean power of one device, or of one GB of memory."""

    amount_w: Range
    method: Method
    reasons: tuple[Evidence, ...]
    """Full power first, then what share of it is used."""


def accelerator_power(work: Work) -> Power:
    """Power of one accelerator: as stated, else its TDP times its utilization.

    Raises:
        InputError: An accelerator that is unknown, or whose power is not published.
    """
    if work.power_w is not None:
        stated = Evidence.given("accelerator_power", exact(work.power_w), "W")
        # A power that the user states is a mean power, unless a utilization stands beside it.
        shares = () if work.utilization is None else (_share("utilization", work.utilization),)
        # It is still a model of the energy: nobody read a meter.
        return _mean(Method.MODELLED, stated, *shares)
    match = accelerators().find(work.accelerator or "")
    method = Method.ASSUMED if match.is_assumed else Method.MODELLED
    if work.utilization is None:
        # The convention's interval already reaches from one variant of a family to the other.
        tdp = _accelerator_tdp(match, method, exact(_published_tdp_w(match.accelerator)))
        return _mean(method, tdp, assumed("utilization", "accelerator_utilization"))
    tdp = _accelerator_tdp(match, method, _range_of_variants(match))
    return _mean(method, tdp, _sensed_share(work.utilization))


def full_power_w(work: Work) -> Range:
    """Full power of one accelerator: its TDP, or the power that was stated [W].

    Raises:
        InputError: An accelerator that is unknown, or whose power is not published.
    """
    if work.power_w is not None:
        return exact(work.power_w)
    return _range_of_variants(accelerators().find(work.accelerator or ""))


def accelerator_tdp(match: AcceleratorMatch) -> Evidence:
    """Thermal design power of an accelerator, and of the others that its name fits.

    Raises:
        InputError: Its power is not published.
    """
    method = Method.ASSUMED if match.is_assumed else Method.MODELLED
    return _accelerator_tdp(match, method, _range_of_variants(match))


def cpu_power(work: Work) -> Power:
    """Power of one CPU package: its TDP times its utilization, or times what its load says.

    Raises:
        InputError: A CPU that is unknown or ambiguous.
    """
    cpu = cpus().find(work.cpu or "")
    if work.cpu_load is not None:
        share = _share_by_load(cpu, work.cpu_load, work.cpu_clock_ratio)
        return _mean(Method.MODELLED, _cpu_tdp(cpu), share)
    if work.cpu_utilization is None:
        return _mean(Method.MODELLED, _cpu_tdp(cpu), assumed("cpu_utilization", "cpu_utilization"))
    return _mean(Method.MODELLED, _cpu_tdp(cpu), _share("cpu_utilization", work.cpu_utilization))


def memory_power(memory_type: str | None = None, *, of: Evidence | None = None) -> Power:
    """Power of one GB of main memory, of its type where that is known, or of a number of GB.

    Args:
        memory_type: Type of the memory; None takes one constant for all.
        of: How much memory there is, where it is not the description that says so.
    """
    name = "dram_power_w_per_gb" if memory_type is None else f"{memory_type}_power_w_per_gb"
    per_gb = assumed("memory_power", name)
    return _mean(Method.MODELLED, per_gb) if of is None else _mean(of.method, of, per_gb)


def static_power(static_w: float) -> Power:
    """Power of everything else in the machine, as stated."""
    return _mean(Method.GIVEN, Evidence.given("static_power", exact(static_w), "W"))


def stated_power(power: Evidence) -> Power:
    """A mean power that is known as a whole, such as a constant of a class of machines."""
    return _mean(power.method, power)


def _mean(method: Method, full: Evidence, *shares: Evidence) -> Power:
    reasons = (full, *shares)
    amounts = [reason.amount for reason in reasons if reason.amount is not None]
    used = prod(share.value for share in amounts[1:])
    return Power(product(*amounts, value=mean_power_w(amounts[0].value, used)), method, reasons)


def _accelerator_tdp(match: AcceleratorMatch, method: Method, amount: Range) -> Evidence:
    part = match.accelerator
    notes = [part.name + (f": {part.tdp_note}" if part.tdp_note else "")]
    if match.candidates:
        others = ", ".join(other.label for other in match.candidates)
        notes.append(f"the name also fits {others}")
    if not part.verified:
        notes.append(UNVERIFIED)
    return Evidence(
        "accelerator_tdp", amount, "W", method, part.source, part.year, "; ".join(notes)
    )


def _published_tdp_w(part: Accelerator) -> float:
    if part.tdp_w is None:
        raise InputError(
            f"accelerator {part.name!r} has no published power",
            "give the mean power of one with --power-w",
        )
    return part.tdp_w


def _range_of_variants(match: AcceleratorMatch) -> Range:
    tdp_w = _published_tdp_w(match.accelerator)
    known_w = [tdp_w, *(other.tdp_w for other in match.candidates if other.tdp_w is not None)]
    return Range(tdp_w, min(known_w), max(known_w))


def _cpu_tdp(cpu: Cpu) -> Evidence:
    known_w = [cpu.tdp_w, *cpu.other_tdp_w]
    amount = Range(cpu.tdp_w, min(known_w), max(known_w))
    note = cpu.name if cpu.verified else f"{cpu.name}; {UNVERIFIED}"
    return Evidence("cpu_tdp", amount, "W", Method.MODELLED, cpu.source, cpu.year, note)


def _share_by_load(cpu: Cpu, load: float, clock_ratio: float | None) -> Evidence:
    """Power of a package over its TDP, from its load and clock."""
    law = convention("cpu_law_without_clock" if clock_ratio is None else "cpu_law")
    usual = convention("cpu_clock_ratio").amount.value
    per_core = cpu.threads_per_core or USUAL_THREADS_PER_CORE
    share = package_power_w(
        1.0,
        load,
        usual if clock_ratio is None else clock_ratio,
        threads=cpu.threads or USUAL_THREADS,
        threads_per_core=per_core,
        shares=package_shares(),
    )
    clock = f"clock taken for {usual:g}" if clock_ratio is None else f"clock {clock_ratio:g}"
    return Evidence(
        "cpu_power_share",
        product(law.amount, value=share),
        "ratio",
        Method.MODELLED,
        law.source,
        law.year,
        f"at load {load:g} and {clock} of the highest, {per_core:g} threads a core; {law.note}",
    )


def _share(quantity: str, utilization: float) -> Evidence:
    return Evidence.given(quantity, exact(utilization), "ratio")


def _sensed_share(utilization: float) -> Evidence:
    """A utilization of a TDP was read from a power sensor, which has an error of its own."""
    sensor = convention("given_utilization")
    amount = product(sensor.amount, value=utilization)
    return Evidence.given("utilization", amount, "ratio", sensor.note)
