"""Where each figure comes from: its method, source and year."""

from collections.abc import Iterable
from enum import Enum
from typing import NamedTuple

from wattprint.domain.interval import Range, bounds_dict


class Method(str, Enum):
    """How a figure came about."""

    MEASURED = "measured"
    """Read from a meter."""
    MODELLED = "modelled"
    """Computed from a published figure for this very part, place or year."""
    ASSUMED = "assumed"
    """A stated convention or default, because nothing closer was given."""
    GIVEN = "given"
    """Stated by the user."""
    MISSING = "missing"
    """Not counted; never silently zero."""

    __str__ = str.__str__


def weakest(methods: Iterable[Method]) -> Method:
    """Return the method that a figure made of several rests on; missing ones do not count."""
    order = (Method.ASSUMED, Method.MODELLED, Method.GIVEN, Method.MEASURED)
    counted = set(methods)
    return next((method for method in order if method in counted), Method.MISSING)


BY_USER = "user"
"""Source of what the user stated."""


class Evidence(NamedTuple):
    """One figure that entered a footprint, and why it is what it is."""

    quantity: str
    """Name of the figure, e.g. `tdp_w` without its unit: `accelerator_power`."""
    amount: Range | None
    """The figure with its interval; None when it is missing."""
    unit: str
    method: Method
    source: str
    """Key of the source in the factor set, or who stated it."""
    year: int | None = None
    """Year the figure speaks of."""
    note: str = ""

    @classmethod
    def given(cls, quantity: str, amount: Range, unit: str, note: str = "") -> "Evidence":
        """Return a figure that the user stated."""
        return cls(quantity, amount, unit, Method.GIVEN, BY_USER, None, note)

    def as_dict(self) -> dict[str, object]:
        """Return the JSON form."""
        return {
            "quantity": self.quantity,
            **bounds_dict(self.amount),
            "unit": self.unit,
            "method": self.method.value,
            "source": self.source,
            "year": self.year,
            "note": self.note,
        }


class Equation(NamedTuple):
    """One formula with the numbers that went in, for `--explain`."""

    quantity: str
    formula: str
    """The formula in words: 'count x power x hours'."""
    numbers: str
    """The same with numbers: '8 x 400 W x 120 h'."""
    result: str
    """The result with its unit."""
