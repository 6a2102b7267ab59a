"""What was worked out of a description before its energy: hours, repeats, accelerators' energy."""

from collections.abc import Collection
from typing import Any, NamedTuple

from wattprint.domain.evidence import Equation, Evidence, Method
from wattprint.domain.formulas.life import repeated_kwh
from wattprint.domain.interval import Range, exact, product
from wattprint.factors.conventions import convention


class Reckoning(NamedTuple):
    """How hours, repeats or energy came about, and how far they may be off."""

    evidence: tuple[Evidence, ...] = ()
    equations: tuple[Equation, ...] = ()
    are_hours_reckoned: bool = False
    """Whether the device-hours come from here, and not from the user."""
    hours_ratio: Range = exact(1.0)
    """True hours over those worked out: the same for accelerators and all that is beside them."""
    repeats_ratio: Range = exact(1.0)
    """True repeats over those worked out."""
    accelerator_kwh: Range | None = None
    """Energy of the accelerators in one repeat, where it is not hours x power. [kWh]"""
    method: Method = Method.MODELLED
    """How that energy came about."""

    @property
    def spread(self) -> Range:
        """How far every part of the energy may be off together."""
        return product(self.hours_ratio, self.repeats_ratio)

    def accelerators_kwh(self, repeats: float) -> Range:
        """Return the energy of the accelerators in all repeats."""
        one = exact(0.0) if self.accelerator_kwh is None else self.accelerator_kwh
        return product(one, self.repeats_ratio, value=repeated_kwh(one.value, repeats))


def assumed(quantity: str, name: str) -> Evidence:
    """Return a convention as a figure that entered: what stands in where nothing was given."""
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


def stated_counts(said: dict[str, Any], names: Collection[str], unit: str) -> tuple[Evidence, ...]:
    """Return what the user said under some names; a final `_b` means billions and is dropped."""
    return tuple(
        Evidence.given(name.removesuffix("_b"), exact(float(said[name])), unit)
        for name in names
        if said[name] is not None
    )


def share_of(part: Range, rest: Range) -> Range:
    """Return a part's share of the whole: least when it is small and the rest is large."""
    if part.value == 0:
        return exact(0.0)
    value, low, high = (
        p / (p + r)
        for p, r in ((part.value, rest.value), (part.low, rest.high), (part.high, rest.low))
    )
    return Range(value, low, high)


def relative_to_value(amount: Range) -> Range:
    """Return how far a figure may be off, as a factor of its value."""
    return product(amount, value=1.0)
