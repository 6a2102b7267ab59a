"""What is asked of an estimate beyond hardware and hours: plans, requests, sweeps, lives, units."""

from collections.abc import Callable
from typing import Any, NamedTuple

from wattprint.domain.errors import ContradictionError, InputError
from wattprint.domain.footprint import Footprint
from wattprint.estimator.functional_unit import (
    UNIT_INPUTS,
    FunctionalUnit,
    described_unit,
    per_request,
    sci_figures,
)
from wattprint.estimator.inference import INFERENCE_INPUTS, inference
from wattprint.estimator.life import LIFE_INPUTS, Making, described_making, life_figures
from wattprint.estimator.model_accelerators import MODEL_INPUTS
from wattprint.estimator.planned import PLANNED_INPUTS, planned_training
from wattprint.estimator.sweep import SWEEP_INPUTS, Sweep, described_sweep, sweep_figures, swept
from wattprint.estimator.task import Task
from wattprint.estimator.work import Work, described_work

ASKED_INPUTS = (
    *PLANNED_INPUTS,
    *INFERENCE_INPUTS,
    *MODEL_INPUTS,
    *SWEEP_INPUTS,
    *LIFE_INPUTS,
    *UNIT_INPUTS,
)
"""All of it, by the names that every front door takes."""


class Asked(NamedTuple):
    """A checked description: the work, and what is to be said of its footprint."""

    task: Task
    sweep: Sweep | None
    making: Making | None
    unit: FunctionalUnit | None

    @property
    def work(self) -> Work:
        """The work as all of it comes to: every run, every request."""
        return _work(self.task if self.sweep is None else swept(self.task, self.sweep))

    def answered(self, account_for: Callable[[Work], Footprint]) -> Footprint:
        """Return the footprint of the work, with the figures that were asked for.

        Args:
            account_for: Returns the footprint of some work at the place it is done.
        """
        footprint = account_for(self.work)
        figures = [*self.task.derived, *per_request(self.task, footprint)]
        if self.sweep is not None:
            figures += sweep_figures(self.sweep, account_for(_work(self.task)), footprint)
        if self.making is not None:
            figures += life_figures(self.making, self.task, footprint)
        if self.unit is not None:
            figures += sci_figures(self.unit, footprint)
        return footprint._replace(derived=tuple(figures))


def described(inputs: dict[str, Any], said: dict[str, Any]) -> Asked:
    """Check a description, and work out hours and energy where it does not state them.

    Args:
        inputs: What describes hardware and time, as `described_work` takes it.
        said: `ASKED_INPUTS`.

    Raises:
        InputError: A value outside its limits, or half a description.
        ContradictionError: Inputs that cannot all be true.
    """
    task = _task(inputs, said)
    return Asked(
        task=task,
        sweep=described_sweep(**_taken(said, SWEEP_INPUTS)),
        making=described_making(**_taken(said, LIFE_INPUTS)),
        unit=described_unit(task, **_taken(said, UNIT_INPUTS)),
    )


def _work(task: Task) -> Work:
    return described_work(**task.work_inputs)._replace(reckoned=task.reckoned)


def _task(inputs: dict[str, Any], said: dict[str, Any]) -> Task:
    planned = _given(said, PLANNED_INPUTS)
    served = [name for name in _given(said, INFERENCE_INPUTS) if name != "inference"]
    if not isinstance(said["inference"], bool):
        raise InputError(f"inference is {said['inference']!r}", "expected True or False")
    if said["inference"]:
        if planned:
            raise ContradictionError(
                f"{planned[0]} is {said[planned[0]]!r} beside inference",
                "estimate the training on its own, and give its footprint as training",
            )
        if inputs["repeats"] != 1:
            raise ContradictionError(
                f"repeats is {inputs['repeats']!r} beside inference", "give more requests instead"
            )
        return inference(inputs, _taken(said, (*INFERENCE_INPUTS, *MODEL_INPUTS)))
    if served:
        raise InputError(
            f"{served[0]} is {said[served[0]]!r} without inference",
            "expected inference beside it: --inference, or inference=True",
        )
    if planned:
        return planned_training(inputs, _taken(said, (*PLANNED_INPUTS, *MODEL_INPUTS)))
    if model := _given(said, MODEL_INPUTS):
        raise InputError(
            f"{model[0]} is {said[model[0]]!r} of no model",
            "expected train_parameters_b, or inference with parameters_b, beside it",
        )
    return Task(inputs)


def _given(said: dict[str, Any], names: tuple[str, ...]) -> list[str]:
    return [name for name in names if said[name] is not None and said[name] is not False]


def _taken(said: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: said[name] for name in names}
