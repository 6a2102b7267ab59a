"""The front door for described work: hardware, hours and place in, a footprint out."""

from wattprint.domain.checks import no_unknown_keywords

TYPE_CHECKING = False  # type checkers read it as true; see docs/decisions/0003-start-up.md
if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from typing import Any

    from wattprint.domain.footprint import Footprint
    from wattprint.domain.node_profile import NodeProfile
    from wattprint.domain.series import IntensitySeries
    from wattprint.estimator.place import Place
    from wattprint.estimator.work import Work


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
    cpu_load: float | None = None,
    cpu_clock_ratio: float | None = None,
    memory_gb: float | None = None,
    memory_type: str | None = None,
    host: "str | NodeProfile" = "none",
    hosts: float | None = None,
    vcpus: float | None = None,
    instance: str | None = None,
    static_w: float | None = None,
    supply_efficiency: float | None = None,
    repeats: float = 1,
    train_parameters_b: float | None = None,
    train_tokens_b: float | None = None,
    mfu: float | None = None,
    context: float | None = None,
    recompute: float | None = None,
    peak_tflops: float | None = None,
    inference: bool = False,
    requests: float | None = None,
    requests_per_day: float | None = None,
    days: float | None = None,
    weeks: float | None = None,
    months: float | None = None,
    years: float | None = None,
    requests_per_s: float | None = None,
    tokens_per_s: float | None = None,
    energy_per_request_wh: float | None = None,
    parameters_b: float | None = None,
    active_parameters_b: float | None = None,
    precision_bits: int | None = None,
    prompt_tokens: float | None = None,
    cached_tokens: float | None = None,
    output_tokens: float | None = None,
    batch: float | None = None,
    replicas: int | None = None,
    hours_per_day: float | None = None,
    idle_share: float | None = None,
    sweep: int | None = None,
    failed: int | None = None,
    failed_share: float | None = None,
    training: "Footprint | None" = None,
    training_kwh: float | None = None,
    training_at: str | None = None,
    preparation_kwh: float | None = None,
    functional_unit: str | None = None,
    units: float | None = None,
    zone: str | None = None,
    region: str | None = None,
    intensity: float | None = None,
    market_intensity: float | None = None,
    contract: "Sequence[str] | str | None" = None,
    residual_mix: float | None = None,
    pue: float | str | None = None,
    wue: float | str | None = None,
    grid_water: float | None = None,
    water_kind: str | None = None,
    year: int | None = None,
    basis: str | None = None,
    grid_source: str | None = None,
    start: "str | datetime | None" = None,
    end: "str | datetime | None" = None,
    series: "IntensitySeries | None" = None,
    methodology: str = "wattprint",
    storage_tb_hours: float | None = None,
    storage_kind: str | None = None,
    network_gb: float | None = None,
    lifetime_years: float | None = None,
    lifetime_use: float | None = None,
    offsets_kg: float | None = None,
    offsets_note: str | None = None,
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
        energy_at: Where that energy was measured: `accelerator`, `chips` (accelerators, CPU and
            memory, as software meters add up), `it` (at the wall) or `facility`.
        cpu: Model name of the host's CPU.
        cpu_count: Number of CPU packages.
        cpu_utilization: Mean power of a CPU over its TDP; by convention 1. [ratio, 0 to 1]
        cpu_load: Share of time in which the CPU's threads run; its power follows from it. [0 to 1]
        cpu_clock_ratio: Mean clock frequency over the highest, beside the load. [ratio, 0 to 1]
        memory_gb: Main memory. [GB]
        memory_type: `ddr3`, `ddr4`, `ddr5` or `lpddr`; without it one constant for all.
        host: Class of the machine around the chips: its static power, the losses of its supply,
            and its CPU and memory where none are described. `laptop`, `workstation`,
            `1-socket-server`, `2-socket-server`, `8-accelerator-server` or `cloud-vm`; `none`
            adds nothing. Or a `NodeProfile`, calibrated.
        hosts: Machines, or the share of one that the work had; 1 unless given, or as many as the
            accelerators fill.
        vcpus: vCPUs of a `cloud-vm`.
        instance: Cloud instance, 'aws/p4d.24xlarge': its accelerators, memory and host class.
        static_w: Power of everything else in the machine: board, fans, disks. [W]
        supply_efficiency: Output over input of the power supply. [ratio, 0.01 to 1]
        repeats: How many times the work was done, or a declared multiplier. [1 or more]
        train_parameters_b: Parameters of a model to be trained, instead of hours. [1e9]
        train_tokens_b: Tokens that it is to be trained on, all epochs together. [1e9]
        mfu: Model FLOPs utilization over all hours billed. [ratio, above 0 to 1]
        context: Length of the training's sequences; without it attention is left out. [tokens]
        recompute: Share of the forward pass computed twice; `mfu` is then that of the hardware.
        peak_tflops: Dense peak of one accelerator, instead of the table's. [TFLOP/s]
        inference: Whether the work is answering requests: what follows says how many and which.
        requests: Requests answered.
        requests_per_day: Requests a day, over the period given.
        days: Period, in days; adds to weeks, months and years.
        weeks: Weeks of 7 days.
        months: Months, each a twelfth of a year.
        years: Years of 365.2425 days.
        requests_per_s: Requests that `count` accelerators answer in a second.
        tokens_per_s: Output tokens that they generate in a second, instead.
        energy_per_request_wh: Measured energy of a request, at `energy_at`. [Wh]
        parameters_b: Parameters of the language model that answers. [1e9]
        active_parameters_b: Those that a token passes through; all unless given. [1e9]
        precision_bits: Bits of a weight: 4, 8, 16 or 32; 16 unless given.
        prompt_tokens: Tokens of a mean prompt, the cached ones included. [tokens]
        cached_tokens: Tokens of it whose keys and values are kept from before. [tokens]
        output_tokens: Tokens of a mean answer. [tokens]
        batch: Requests served together. [1 or more]
        replicas: Copies of the model that are kept on for the whole period.
        hours_per_day: Hours a day that they are on; 24 unless given. [h]
        idle_share: Power of an idle accelerator over its full power. [ratio, 0 to 1]
        sweep: Runs that finished, the one that was kept among them. [1 or more]
        failed: Runs that failed or were abandoned.
        failed_share: Share of a full run that these took on average. [ratio, 0 to 1]
        training: Footprint of the training, to set the requests beside it.
        training_kwh: Energy of the training, instead. [kWh]
        training_at: Where that energy was measured: `accelerator`, `it` or `facility`.
        preparation_kwh: Energy of data, search and failed runs, at the same place. [kWh]
        functional_unit: What the software scales by, for its SCI score: 'requests'.
        units: How many of them were served.
        zone: Country, state or grid zone: 'FR', 'FRA', 'France', 'US-CA', 'US-CAL-CISO'.
        region: Cloud region: 'aws/us-east-1'.
        intensity: Carbon intensity, instead of the zone's. [gCO2e/kWh]
        market_intensity: Market-based intensity of all energy. [gCO2e/kWh]
        contract: Contracts for parts of the energy, each 'KWH@G' or 'SHARE%@G': ['60%@0'].
        residual_mix: Market-based intensity of what no contract covers; without it the grid's.
            [gCO2e/kWh]
        pue: Power usage effectiveness: a number of 1 or more, or 'provider' for what the
            region's provider publishes. Without it facility overhead is missing. [ratio]
        wue: Water usage effectiveness of the site: a number, or 'provider' for what is published
            for the region. Without it water of the site is missing. [L per kWh of IT energy]
        grid_water: Water of electricity, instead of that of the zone's mix. [L/kWh]
        water_kind: `consumption`, unless `withdrawal` is said: the two are never added.
        year: Year of the work; without it the newest in the tables.
        basis: `lifecycle` or `direct`; without it life cycle where the place has it.
        start: When the work begins, RFC 3339 or a datetime; UTC unless it says otherwise. Its year
            is that of the place unless given.
        end: When it ends; without it, start and hours. Without hours, it gives them.
        series: Intensities of the grid from start to end, to charge each hour at its own; the
            figure at the year's mean then stands beside it.
        grid_source: Source of the intensity, e.g. 'owid_ember_2022', to choose a vintage.
        methodology: Whose formula and constants: `wattprint`, or a published method such as
            'green-algorithms', whose figures have no interval.
        storage_tb_hours: Terabytes kept times the hours they were kept. [TB-h]
        storage_kind: `ssd` or `hdd`; without it the interval spans both.
        network_gb: Data moved to and from the machine. [GB]
        lifetime_years: Life of the hardware; by convention 4. [years]
        lifetime_use: Share of its life in use; by convention 0.85. [ratio, 0.01 to 1]
        offsets_kg: Offsets bought: recorded, and subtracted from nothing. [kgCO2e]
        offsets_note: Which they are.
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
    from wattprint.estimator.asked import ASKED_INPUTS, described
    from wattprint.estimator.beside import BESIDE_INPUTS
    from wattprint.estimator.by_hour import with_year_mean
    from wattprint.estimator.instance import with_instance
    from wattprint.estimator.place import PLACE_INPUTS, find_place
    from wattprint.estimator.work_time import described_time, refuse_time_of

    no_unknown_keywords("estimate", unknown, inputs)
    if inputs.pop("methodology") != "wattprint":
        refuse_time_of(methodology, inputs)
        from wattprint.estimator.methodologies.front import estimate_by

        return estimate_by(methodology, inputs)
    when = described_time(inputs)
    inputs = with_instance(inputs)
    place_inputs = {name: inputs.pop(name) for name in PLACE_INPUTS}
    beside_inputs = {name: inputs.pop(name) for name in BESIDE_INPUTS}
    asked_inputs = {name: inputs.pop(name) for name in ASKED_INPUTS}
    instance = inputs.pop("instance")
    asked = described(inputs, asked_inputs)
    work, place = asked.work, find_place(**place_inputs)
    at_its_time = place if when is None else when.place(place)
    counts = {"count": work.accelerator_count, "cpu_count": work.cpu_count}
    given = {**inputs, **counts, "instance": instance, **asked_inputs}
    time_said = {} if when is None else when.as_dict()
    said = _as_given({**given, **place_inputs, **beside_inputs, **time_said})
    footprint = asked.answered(lambda work: _footprint(work, at_its_time, said, beside_inputs))
    if at_its_time.hours is None:
        return footprint
    return with_year_mean(footprint, place, at_its_time.hours, place_inputs)


def _footprint(
    work: "Work", place: "Place", said: "dict[str, Any]", beside_inputs: "dict[str, Any]"
) -> "Footprint":
    from wattprint.estimator.account import Account
    from wattprint.estimator.beside import described_beside
    from wattprint.estimator.parts import described_parts, static_part, supply

    account = Account(place, said, described_beside(work, **beside_inputs), work.reckoned)
    if work.energy_kwh is not None and work.energy_at == "it":
        return account.of_it_energy(work.energy_kwh, work.repeats)
    if work.energy_kwh is not None and work.energy_at == "facility":
        return account.of_facility_energy(work.energy_kwh, work.repeats)
    if work.energy_kwh is not None and work.energy_at == "chips":
        static = static_part(work)
        delivered = [work.energy_kwh * work.repeats, *([static.energy_kwh.value] if static else [])]
        wall = None
        if work.host is not None:
            wall = work.host.wall_kwh(delivered[0], work.wall_hours * work.repeats)
        return account.of_chip_energy(
            work.energy_kwh, work.repeats, static, supply=supply(work, delivered), wall=wall
        )
    parts = described_parts(work)
    return account.of_parts(parts, supply=supply(work, [part.energy_kwh.value for part in parts]))


def _as_given(inputs: "dict[str, Any]") -> "dict[str, Any]":
    """Return the inputs that say something: those left out do not."""
    said = {
        name: given for name, given in inputs.items() if given is not None and given is not False
    }
    if "training" in said:
        said["training"] = said["training"].summary()
    return said
