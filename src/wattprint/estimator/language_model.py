"""Language models that answer requests: energy from parameters and tokens.

A roofline: an accelerator is busy for as long as it computes and as long as it reads, at its full
power. It computes each prompt token that is not cached and each output token; for each output token
it reads the weights (shared by the batch) and the keys and values of the context. The interval is
the scatter of measurements around that, and reaches up to EcoLogits' regression.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from wattprint.domain import units
from wattprint.domain.derived import Derived
from wattprint.domain.errors import ContradictionError, InputError
from wattprint.domain.evidence import Equation, Evidence, Method
from wattprint.domain.formulas.inference import ecologits_accelerator_wh_per_token, read_energy_j
from wattprint.domain.formulas.transformer import accelerators_needed
from wattprint.domain.interval import Range, exact, inverse, product, sum_independent
from wattprint.estimator.model_accelerators import PICO, ModelAccelerators
from wattprint.estimator.model_request import BILLION, Request, described_request, stated_figures
from wattprint.estimator.power import accelerator_tdp
from wattprint.estimator.reckoning import Reckoning, assumed, share_of
from wattprint.estimator.task import Task, refuse_beside
from wattprint.factors.conventions import convention

DEFAULT_ACCELERATOR = "NVIDIA H100 SXM5 80GB"
"""What EcoLogits' regression and the ML.ENERGY measurements stand on."""
TERA = 1e12
JOULES_PER_WATT_HOUR = 3600.0


class RequestEnergy(NamedTuple):
    """Energy of the accelerators for one request, by what it goes into [J]."""

    prompt: Range
    output: Range
    weights: Range
    context: Range

    @property
    def total(self) -> Range:
        """All of it [J]."""
        return sum_independent(*self)


def served_model(inputs: dict[str, Any], said: dict[str, Any], requests: float) -> Task:
    """Work out what a language model takes to answer requests.

    Args:
        inputs: What describes hardware, as `described_work` takes it.
        said: What describes the model and its requests.
        requests: Requests answered.

    Raises:
        InputError: A value outside its limits, too little to work from, an unknown accelerator.
        ContradictionError: More tokens cached than there are, a model that does not fit.
    """
    own_power = ("power_w", "utilization")
    refuse_beside("parameters_b", inputs, own_power, "power follows from what the model does")
    request = described_request(said)
    machine = ModelAccelerators.of(inputs["accelerator"] or DEFAULT_ACCELERATOR, inputs["count"])
    tdp = _tdp(machine, is_assumed=inputs["accelerator"] is None)
    peak = machine.peak_tflops(max(16, request.bits))
    reasons = _Reasons(
        tdp, peak, machine.joules_per_byte(), assumed("inference_mfu", "inference_mfu")
    )
    count = _accelerators(machine, request)
    modelled = _energy_j(request, reasons)
    energy_j = _with_regression(_as_measured(modelled.total), request, count)
    kwh = requests * energy_j.value / units.JOULES_PER_KWH
    assert tdp.amount is not None
    hours = kwh * units.WATTS_PER_KILOWATT / tdp.amount.value / count
    evidence = (
        Evidence.given("requests", exact(requests), "requests"),
        *stated_figures(said, request),
        *reasons,
        assumed("key_value_width", "key_value_width"),
        assumed("llm_serving_energy", "llm_serving_energy"),
        _regression(request, count),
    )
    return Task(
        work_inputs={
            **inputs,
            "accelerator": inputs["accelerator"] or DEFAULT_ACCELERATOR,
            "count": count,
            "hours": hours,
        },
        reckoned=Reckoning(
            evidence,
            (*_equations(request, modelled, energy_j), _total(requests, energy_j, kwh)),
            True,
            hours_ratio=convention("llm_serving_hours").amount,
            accelerator_kwh=product(energy_j, value=kwh),
            method=tdp.method,
        ),
        derived=_derived(request, modelled, count, hours),
    )


class _Reasons(NamedTuple):
    tdp: Evidence
    peak: Evidence
    read: Evidence
    mfu: Evidence


def _accelerators(machine: ModelAccelerators, request: Request) -> int:
    """How many accelerators the model is split over: as given, if it fits them."""
    memory_gb = machine.part.memory_gb
    if memory_gb is None:
        if machine.number_of is None:
            raise InputError(
                f"accelerator {machine.part.name!r} has no published memory",
                "expected count: over how many the model is split",
            )
        return machine.number_of
    factor = convention("llm_memory_factor").amount.value
    needed = accelerators_needed(
        request.parameters, bits=request.bits, memory_gb=memory_gb, memory_factor=factor
    )
    if machine.number_of is None:
        return needed
    weights_gb = request.parameters * request.bits / units.BITS_PER_BYTE / BILLION
    if weights_gb > machine.number_of * memory_gb:
        raise ContradictionError(
            f"count is {machine.number_of}, but the weights are {weights_gb:g} GB and "
            f"{machine.part.name} has {memory_gb:g} GB",
            f"expected {needed} or more, or fewer precision_bits",
        )
    return machine.number_of


def _tdp(machine: ModelAccelerators, *, is_assumed: bool) -> Evidence:
    assert machine.match is not None
    tdp = accelerator_tdp(machine.match)
    if not is_assumed:
        return tdp
    note = "no accelerator was given: the one of EcoLogits and ML.ENERGY"
    return tdp._replace(method=Method.ASSUMED, note=f"{tdp.note}; {note}")


def _energy_j(request: Request, reasons: _Reasons) -> RequestEnergy:
    """Energy by the roofline, before the scatter of measurements."""
    tdp, peak, read, mfu = (reason.amount for reason in reasons)
    assert tdp is not None and peak is not None and read is not None and mfu is not None
    per_flop = product(
        tdp, inverse(peak), inverse(mfu), value=tdp.value / (peak.value * TERA * mfu.value)
    )
    width = convention("key_value_width").amount
    per_byte = read.value * PICO
    weights = _over(request.batch, request.weight_bytes)
    context = product(width, value=request.context_bytes(width.value))
    return RequestEnergy(
        prompt=product(per_flop, value=request.prompt_flops * per_flop.value),
        output=product(per_flop, value=request.output_flops * per_flop.value),
        weights=product(read, weights, value=read_energy_j(weights.value, per_byte)),
        context=product(read, context, value=read_energy_j(context.value, per_byte)),
    )


def _over(batch: Range, weight_bytes: Callable[[float], float]) -> Range:
    """Bytes of weights for a token: the larger the batch, the fewer."""
    value = weight_bytes(batch.value)
    if value == 0:
        return exact(0.0)
    return Range(value, min(weight_bytes(batch.high), value), max(weight_bytes(batch.low), value))


def _as_measured(modelled: Range) -> Range:
    scatter = convention("llm_serving_energy").amount
    return product(modelled, scatter, value=modelled.value)


def _with_regression(energy_j: Range, request: Request, count: int) -> Range:
    """Let the interval reach up to EcoLogits' regression, which counts output tokens only."""
    regression = _regression_j(request, count)
    return Range(energy_j.value, energy_j.low, max(energy_j.high, regression))


def _regression(request: Request, count: int) -> Evidence:
    stated = convention("ecologits_alpha")
    kwh = _regression_j(request, count) / units.JOULES_PER_KWH
    amount = product(convention("ecologits_energy").amount, value=kwh)
    note = "accelerators alone, output tokens alone; the interval reaches up to it"
    return Evidence(
        "ecologits_energy_per_request",
        amount,
        "kWh",
        Method.MODELLED,
        stated.source,
        stated.year,
        note,
    )


def _regression_j(request: Request, count: int) -> float:
    each_wh = ecologits_accelerator_wh_per_token(
        request.active_parameters / BILLION,
        request.batch.value,
        alpha=convention("ecologits_alpha").amount.value,
        decay=convention("ecologits_decay").amount.value,
        gamma=convention("ecologits_gamma").amount.value,
    )
    return count * request.output_tokens * each_wh * JOULES_PER_WATT_HOUR


def _equations(request: Request, modelled: RequestEnergy, total: Range) -> tuple[Equation, ...]:
    def joules(amount: Range) -> str:
        return f"{units.plain(amount.value, units.EXACT_DIGITS)} J"

    new = request.prompt_tokens - request.cached_tokens
    kwh = product(total, value=total.value / units.JOULES_PER_KWH)
    return (
        Equation(
            "reading the prompt",
            "FLOPs of tokens that are not cached / (peak x MFU) x TDP",
            f"{units.plain(new, units.EXACT_DIGITS)} tokens, {request.prompt_flops:.4g} FLOP",
            joules(modelled.prompt),
        ),
        Equation(
            "computing the output",
            "FLOPs of output tokens / (peak x MFU) x TDP",
            f"{units.plain(request.output_tokens, units.EXACT_DIGITS)} tokens, "
            f"{request.output_flops:.4g} FLOP",
            joules(modelled.output),
        ),
        Equation(
            "reading weights",
            "output tokens x bytes read per token x energy per byte",
            f"{request.weight_bytes(request.batch.value):.4g} B in batches of "
            f"{units.plain(request.batch.value)}",
            joules(modelled.weights),
        ),
        Equation(
            "reading the context",
            "(cached tokens + output tokens x context) x bytes per token x energy per byte",
            f"{request.context_bytes(convention('key_value_width').amount.value):.4g} B",
            joules(modelled.context),
        ),
        Equation(
            "accelerator energy per request",
            "prompt + output + weights + context",
            " + ".join(map(joules, modelled)),
            units.energy_range(kwh.as_tuple(), units.EXACT_DIGITS),
        ),
    )


def _total(requests: float, energy_j: Range, kwh: float) -> Equation:
    each = units.energy(energy_j.value / units.JOULES_PER_KWH, units.EXACT_DIGITS)
    return Equation(
        "accelerator energy",
        "requests x energy per request",
        f"{units.plain(requests, units.EXACT_DIGITS)} x {each}",
        units.energy_range(product(energy_j, value=kwh).as_tuple(), units.EXACT_DIGITS),
    )


def _derived(
    request: Request, modelled: RequestEnergy, count: int, hours: float
) -> tuple[Derived, ...]:
    rest = sum_independent(modelled.output, modelled.weights, modelled.context)
    regression = _regression(request, count)
    busy = convention("llm_serving_hours").amount
    return (
        Derived("accelerators_per_replica", exact(float(count)), "", Method.MODELLED),
        Derived(
            "busy_hours",
            product(busy, value=hours),
            "h",
            Method.MODELLED,
            "of one replica that answers them all",
        ),
        Derived(
            "prompt_share",
            share_of(modelled.prompt, rest),
            "ratio",
            Method.MODELLED,
            "of the accelerators' energy for a request",
        ),
        Derived(
            regression.quantity,
            regression.amount,
            regression.unit,
            regression.method,
            "accelerators alone by EcoLogits' regression, which leaves prompts out; for comparison",
        ),
    )
