"""Figures that a footprint leads to: per request, per run, of a whole life."""

from typing import Any, NamedTuple

from wattprint.domain.evidence import Method
from wattprint.domain.interval import Range, bounds_dict


class Derived(NamedTuple):
    """A figure derived from a footprint, or on the way to it."""

    quantity: str
    """Name of the figure: `energy_per_request`."""
    amount: Range | None
    """The figure with its interval; None when something it needs is missing."""
    unit: str
    method: Method
    note: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "quantity": self.quantity,
            **bounds_dict(self.amount),
            "unit": self.unit,
            "method": self.method.value,
            "note": self.note,
        }

    @classmethod
    def from_dict(cls, row: dict[str, Any]) -> "Derived":
        """Read the JSON form back."""
        amount = None if row["value"] is None else Range(row["value"], row["low"], row["high"])
        return cls(row["quantity"], amount, row["unit"], Method(row["method"]), row["note"])
