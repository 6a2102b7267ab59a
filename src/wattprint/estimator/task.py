"""Work that is described by what it is for: a planned training, requests to answer."""

from collections.abc import Collection
from typing import Any, NamedTuple

from wattprint.domain.derived import Derived
from wattprint.domain.errors import ContradictionError
from wattprint.estimator.reckoning import Reckoning


class Task(NamedTuple):
    """What a description comes to: hardware and hours, and what it asks to be shown."""

    work_inputs: dict[str, Any]
    """What `described_work` is to be given."""
    reckoned: Reckoning = Reckoning()
    derived: tuple[Derived, ...] = ()
    requests: float | None = None
    """Requests that are answered, if it is inference."""
    requests_per_day: float | None = None


def refuse_beside(name: str, inputs: dict[str, Any], instead: Collection[str], reason: str) -> None:
    """Refuse inputs that cannot stand beside another.

    Raises:
        ContradictionError: One of them is given.
    """
    for other in instead:
        if inputs.get(other) is not None:
            raise ContradictionError(
                f"{other} is {inputs[other]!r} beside {name}", f"{reason}: give one of the two"
            )
