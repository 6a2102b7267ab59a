"""Planned trainings: from parameters and tokens to operations, device-hours and their interval."""

from typing import Any, NamedTuple

from wattprint.domain import units
from wattprint.domain.checks import number
from wattprint.domain.derived import Derived
from wattprint.domain.errors import InputError
from wattprint.domain.evidence import Equation, Evidence, Method, weakest
from wattprint.domain.formulas.transformer import device_hours_of_flops, training_flops
from wattprint.domain.interval import Range, exact, inverse, product
from wattprint.estimator.model_accelerators import (
    LARGEST_BILLIONS,
    ModelAccelerators,
    one_of_bits,
    own_or_all,
)
from wattprint.estimator.reckoning import Reckoning, assumed, relative_to_value, stated_counts
from wattprint.estimator.task import Task, refuse_beside

PLANNED_INPUTS = (
    "train_parameters_b",
    "train_tokens_b",
    "mfu",
    "context",
    "recompute",
    "peak_tflops",
)
"""What can be said of a planned training alone, by the names that every front door takes."""

INSTEAD = ("hours", "device_hours", "energy_kwh", "energy_at")
"""What a planned training works out, so that it cannot be given beside it."""
BILLION = 1e9
FLOPS_PER_EXA = 1e18
LARGEST_CONTEXT = 1e8
LEAST_UTILIZATION = 1e-4


class _Plan(NamedTuple):
    """A checked planned training."""

    active_parameters: float
    tokens: float
    context_tokens: float
    recomputed: float
    utilization: Evidence

    @property
    def flops(self) -> float:
        return training_flops(
            self.active_parameters,
            self.tokens,
            context_tokens=self.context_tokens,
            recomputed=self.recomputed,
        )


def planned_training(inputs: dict[str, Any], said: dict[str, Any]) -> Task:
    """Work out the device-hours of a training that is planned.

    Args:
        inputs: What describes hardware and time, as `described_work` takes it.
        said: What describes the training: `PLANNED_INPUTS` and `MODEL_INPUTS`.

    Raises:
        InputError: A value outside its limits, half a plan, an accelerator without known peak.
        ContradictionError: Hours or energy beside a plan from which they follow.
    """
    plan = _checked(said)
    refuse_beside("train_parameters_b", inputs, INSTEAD, "they follow from the plan")
    machine = ModelAccelerators.of(inputs["accelerator"], inputs["count"])
    peak = machine.peak_tflops(one_of_bits(said["precision_bits"]), said["peak_tflops"])
    assert peak.amount is not None and plan.utilization.amount is not None
    used, flops = plan.utilization.amount, plan.flops
    hours = device_hours_of_flops(flops, peak_tflops=peak.amount.value, utilization=used.value)
    ratio = product(relative_to_value(inverse(used)), relative_to_value(inverse(peak.amount)))
    device_hours = product(ratio, value=hours)
    evidence = (*_given(said), plan.utilization, peak)
    method = weakest((Method.MODELLED, plan.utilization.method))
    return Task(
        work_inputs={**inputs, "device_hours": hours},
        reckoned=Reckoning(
            evidence, _equations(plan, peak.amount, device_hours), True, hours_ratio=ratio
        ),
        derived=(
            Derived("training_compute", exact(flops / FLOPS_PER_EXA), "EFLOP", Method.MODELLED),
            Derived("device_hours", device_hours, "h", method),
            *_wall_time(device_hours, machine.number_of, method),
        ),
    )


def _checked(said: dict[str, Any]) -> _Plan:
    """Check what was said of the training itself; peak and precision concern the machine."""
    for name, other in (
        ("train_parameters_b", "train_tokens_b"),
        ("train_tokens_b", "train_parameters_b"),
    ):
        if said[name] is None:
            raise InputError(f"a planned training is without {name}", f"expected it with {other}")
    parameters_b, tokens_b = (
        number(name, said[name], at_most=LARGEST_BILLIONS)
        for name in ("train_parameters_b", "train_tokens_b")
    )
    return _Plan(
        active_parameters=own_or_all(said["active_parameters_b"], parameters_b) * BILLION,
        tokens=tokens_b * BILLION,
        context_tokens=number("context", _or_none_of_it(said["context"]), at_most=LARGEST_CONTEXT),
        recomputed=number("recompute", _or_none_of_it(said["recompute"]), at_most=1),
        utilization=_utilization(said["mfu"], said["recompute"]),
    )


def _or_none_of_it(given: Any) -> Any:
    return 0 if given is None else given


def _utilization(mfu: Any, recompute: Any) -> Evidence:
    if mfu is not None:
        share = number("mfu", mfu, at_least=LEAST_UTILIZATION, at_most=1)
        return Evidence.given("mfu", exact(share), "ratio")
    if recompute is not None:
        raise InputError(
            f"recompute is {recompute!r} without mfu",
            "expected mfu beside it, as hardware utilization: published model utilizations "
            "already hold what was recomputed",
        )
    return assumed("mfu", "training_mfu")


def _given(said: dict[str, Any]) -> tuple[Evidence, ...]:
    sizes = ("train_parameters_b", "active_parameters_b", "train_tokens_b")
    return (
        *stated_counts(said, sizes, "billion"),
        *stated_counts(said, ("context",), "tokens"),
        *stated_counts(said, ("recompute",), "ratio"),
    )


def _equations(plan: _Plan, peak: Range, device_hours: Range) -> tuple[Equation, ...]:
    assert plan.utilization.amount is not None
    passes = units.plain(3 + plan.recomputed)
    per_token = plan.flops / plan.tokens / (3 + plan.recomputed) if plan.tokens else 0.0
    flops = f"{plan.flops:.6g} FLOP"
    attention = " + attention" if plan.context_tokens else ""
    return (
        Equation(
            "training compute",
            f"passes x (2 x active parameters{attention}) x tokens",
            f"{passes} x {per_token:.6g} FLOP/token x {plan.tokens:.6g} tokens",
            flops,
        ),
        Equation(
            "device-hours",
            "training compute / (peak x MFU)",
            f"{flops} / ({peak.value:g} TFLOP/s x {plan.utilization.amount.value:g}) / 3600 s/h",
            f"{units.plain(device_hours.value, units.EXACT_DIGITS)} h "
            f"({units.plain(device_hours.low)}-{units.plain(device_hours.high)})",
        ),
    )


def _wall_time(device_hours: Range, count: int | None, method: Method) -> tuple[Derived, ...]:
    """How long it takes by the clock, if it was said how many devices there are."""
    if count is None:
        return ()
    days = product(device_hours, value=device_hours.value / count / units.HOURS_PER_DAY)
    return (Derived("wall_time", days, "d", method),)
