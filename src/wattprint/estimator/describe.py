"""The front door for described work: hardware, hours and place in, a footprint out."""

from wattprint.domain.checks import no_unknown_keywords

TYPE_CHECKING = False  # type checkers read it as true; see docs/decisions/0003-start-up.md
if TYPE_CHECKING:
    from typing import Any

    from wattprint.domain.footprint import Footprint


def estimate(
    *,
    accelerator: str | None = None,
    count: int | None = None,
    hours: float | None = None,
    device_hours: float | None = None,
    utilization: float | None = None,
    power_w: float | None = None,
    energy_kwh: float | None = None,
    energy_at: str | None = None,
    cpu: str | None = None,
    cpu_count: int = 1,
    cpu_utilization: float | None = None,
    memory_gb: float | None = None,
    host: str = "none",
    static_w: float | None = None,
    supply_efficiency: float | None = None,
    repeats: float = 1,
    zone: str | None = None,
    region: str | None = None,
    intensity: float | None = None,
    market_intensity: float | None = None,
    pue: float | str | None = None,
    year: int | None = None,
    basis: str | None = None,
    grid_source: str | None = None,
    methodology: str = "wattprint",
    **unknown: object,
) -> "Footprint":
    """Estimate the footprint of work from a description of it.

    Args:
        accelerator: Name of the accelerator, in any common spelling.
        count: Number of accelerators; 1 unless given.
        hours: Wall hours: how long the work took by the clock. [h]
        device_hours: Accelerator hours: wall hours times count, as papers print it. [device-h]
        utilization: Mean power of an accelerator over its TDP; by convention 1. [ratio, 0 to 1]
        power_w: Power of one accelerator, instead of its TDP. [W]
        energy_kwh: Energy, if known, instead of power and hours. [kWh]
        energy_at: Where that energy was measured: `accelerator`, `it` or `facility`.
        cpu: Model name of the host's CPU.
        cpu_count: Number of CPU packages.
        cpu_utilization: Mean power of a CPU over its TDP; by convention 1. [ratio, 0 to 1]
        memory_gb: Main memory. [GB]
        host: Machine class whose static power and losses are added; `none` adds nothing.
        static_w: Power of everything else in the machine: board, fans, disks. [W]
        supply_efficiency: Output over input of the power supply. [ratio, 0.01 to 1]
        repeats: How many times the work was done, or a declared multiplier. [1 or more]
        zone: Country, state or grid zone: 'FR', 'FRA', 'France', 'US-CA', 'US-CAL-CISO'.
        region: Cloud region: 'aws/us-east-1'.
        intensity: Carbon intensity, instead of the zone's. [gCO2e/kWh]
        market_intensity: Market-based intensity of the supply contract. [gCO2e/kWh]
        pue: Power usage effectiveness: a number of 1 or more, or 'provider' for what the
            region's provider publishes. Without it facility overhead is missing. [ratio]
        year: Year of the work; without it the newest in the tables.
        basis: `lifecycle` or `direct`; without it life cycle where the place has it.
        grid_source: Source of the intensity, e.g. 'owid_ember_2022', to choose a vintage.
        methodology: Whose formula and constants: `wattprint`, or a published method such as
            'green-algorithms', whose figures have no interval.
        **unknown: Refused, with the nearest keyword.

    Returns:
        The footprint, with coverage, evidence and equations.

    Raises:
        InputError: Anything given that is unknown, impossible or contradictory; a ValueError.

    >>> estimate(power_w=300, hours=100, intensity=500).emissions_kg.location_based.value
    15.0
    """
    inputs: dict[str, Any] = dict(locals())
    del inputs["unknown"]
    # Tables and look-ups load when a footprint is asked for, not when this name is imported.
    from wattprint.estimator.account import Account
    from wattprint.estimator.parts import described_parts
    from wattprint.estimator.place import PLACE_INPUTS, find_place
    from wattprint.estimator.work import described_work
    from wattprint.factors.accelerators import accelerators

    no_unknown_keywords("estimate", unknown, inputs)
    if inputs.pop("methodology") != "wattprint":
        from wattprint.estimator.methodologies.front import estimate_by

        return estimate_by(methodology, inputs)
    place_inputs = {name: inputs.pop(name) for name in PLACE_INPUTS}
    work = described_work(**inputs)
    if work.accelerator is not None:
        accelerators().find(work.accelerator)  # a wrong name is refused even beside an energy
    counts = {"count": work.accelerator_count, "cpu_count": work.cpu_count}
    account = Account(find_place(**place_inputs), _as_given({**inputs, **counts, **place_inputs}))
    if work.energy_kwh is not None and work.energy_at == "it":
        return account.of_it_energy(work.energy_kwh, work.repeats)
    if work.energy_kwh is not None and work.energy_at == "facility":
        return account.of_facility_energy(work.energy_kwh, work.repeats)
    return account.of_parts(described_parts(work), supply_efficiency=work.supply_efficiency)


def _as_given(inputs: "dict[str, Any]") -> "dict[str, Any]":
    """Return the inputs that say something: those left at None say nothing."""
    return {name: given for name, given in inputs.items() if given is not None}
