"""The life of a model: what it took to make beside what its requests take."""

from typing import Any, NamedTuple

from wattprint.domain.checks import number, one_of
from wattprint.domain.derived import Derived
from wattprint.domain.errors import InputError
from wattprint.domain.evidence import Method, weakest
from wattprint.domain.footprint import Energy, Footprint
from wattprint.domain.formulas.life import break_even_requests, life_energy_kwh
from wattprint.domain.interval import Range, exact, inverse, product, sum_shared
from wattprint.estimator.reckoning import share_of
from wattprint.estimator.task import Task, refuse_beside
from wattprint.estimator.work import ENERGY_BOUNDARIES, LARGEST

LIFE_INPUTS = ("training", "training_kwh", "training_at", "preparation_kwh")
"""What can be said of how a model was made, by the names that every front door takes."""


class Making(NamedTuple):
    """What it took to make a model, at the boundary at which it is known."""

    training_kwh: Range
    preparation_kwh: float
    """Data, search, failed runs. [kWh]"""
    boundary: str
    emissions_kg: Range | None
    """Of the training, where it happened; None if that is not known. [kgCO2e]"""
    method: Method

    @property
    def kwh(self) -> Range:
        """Preparation and training [kWh]."""
        return sum_shared((self.training_kwh, exact(self.preparation_kwh)))


def described_making(
    *, training: Any, training_kwh: Any, training_at: Any, preparation_kwh: Any
) -> Making | None:
    """Check what was said of how a model was made; nothing said means it is not looked at.

    Raises:
        InputError: An energy without its boundary, a footprint without energy.
        ContradictionError: Two trainings.
    """
    said = {"training_kwh": training_kwh, "training_at": training_at}
    prepared = number("preparation_kwh", preparation_kwh or 0, at_most=LARGEST)
    if training is not None:
        refuse_beside("training", said, tuple(said), "its energy is known from its footprint")
        return _of_footprint(training, prepared)
    if training_kwh is None:
        for name, given in (("training_at", training_at), ("preparation_kwh", preparation_kwh)):
            if given is not None:
                raise InputError(
                    f"{name} is {given!r} without a training", "expected training_kwh beside it"
                )
        return None
    kwh = exact(number("training_kwh", training_kwh, at_most=LARGEST))
    if training_at is None:
        raise InputError(
            f"training_kwh is {training_kwh!r}, but not where it was measured",
            "expected training_at: accelerator (devices alone), it (at the wall) "
            "or facility (cooling included)",
        )
    return Making(
        kwh, prepared, one_of("training_at", training_at, ENERGY_BOUNDARIES), None, Method.GIVEN
    )


def _of_footprint(training: Any, prepared: float) -> Making:
    if not isinstance(training, Footprint):
        raise InputError(f"training is {type(training).__name__}", "expected a Footprint")
    for boundary in reversed(ENERGY_BOUNDARIES):
        kwh = getattr(training.energy_kwh, boundary)
        if kwh is not None:
            emitted = training.emissions_kg.location_based
            return Making(kwh, prepared, boundary, emitted, training.method)
    raise InputError("training has no energy", "expected a footprint whose energy is known")


def life_figures(making: Making, task: Task, served: Footprint) -> tuple[Derived, ...]:
    """Return when requests have used as much as the making did, and what the life comes to.

    Args:
        making: What it took to make the model.
        task: The requests.
        served: Footprint of answering them.

    Raises:
        InputError: No inference, or none whose energy is known at the training's boundary.
    """
    if task.requests is None:
        raise InputError(
            "a training is given to compare with, but no inference",
            "expected inference with requests beside it",
        )
    used = _at(making.boundary, served.energy_kwh)
    method = weakest((making.method, served.method))
    total = life_energy_kwh(
        making.preparation_kwh, making.training_kwh.value, requests=1, kwh_per_request=used.value
    )
    life = product(sum_shared((making.kwh, used)), value=total)
    note = f"at the boundary {making.boundary!r}"
    figures = [
        Derived("making_energy", making.kwh, "kWh", making.method, note),
        *_break_even(making, task, used, method),
        Derived("life_energy", life, "kWh", method, note),
        Derived(
            "training_share", share_of(making.kwh, used), "ratio", method, "of the life energy"
        ),
    ]
    emitted = served.emissions_kg.location_based
    if making.emissions_kg is not None and emitted is not None:
        kg = sum_shared((making.emissions_kg, emitted))
        figures.append(
            Derived(
                "life_emissions", kg, "kgCO2e", method, "training and requests, each at its grid"
            )
        )
    return tuple(figures)


def _at(boundary: str, energy: Energy) -> Range:
    used: Range | None = getattr(energy, boundary)
    if used is None:
        known = [name for name in ENERGY_BOUNDARIES if getattr(energy, name) is not None]
        raise InputError(
            f"the training is known at {boundary!r}, the requests at {', '.join(known)}",
            "expected both at one boundary: give a pue, or the training's energy elsewhere",
        )
    return used


def _break_even(making: Making, task: Task, used: Range, method: Method) -> tuple[Derived, ...]:
    if not task.requests or used.value == 0:
        return ()
    each = product(used, value=used.value / task.requests)
    count = break_even_requests(making.kwh.value, each.value)
    requests = product(making.kwh, inverse(each), value=count)
    figures = [Derived("break_even_requests", requests, "requests", method, "at this load")]
    if task.requests_per_day:
        days = product(requests, value=requests.value / task.requests_per_day)
        figures.append(Derived("break_even_days", days, "d", method))
    return tuple(figures)
