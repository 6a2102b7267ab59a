"""What a chart is of, emissions or energy, and the unit that its amounts are drawn in."""

from collections.abc import Callable
from typing import NamedTuple

from wattprint.domain import units
from wattprint.domain.checks import one_of
from wattprint.domain.interval import Range
from wattprint.domain.units import Bounds

QUANTITIES = ("emissions", "energy")


class Quantity(NamedTuple):
    """A quantity, in a unit that suits the largest amount of a chart."""

    name: str
    unit: str
    scale: float
    """The unit, in gCO2e or kWh."""
    write: Callable[[Bounds], str]

    @property
    def title(self) -> str:
        """Return the title of its axis."""
        return f"{self.name} [{self.unit}]"

    def drawn(self, amount: float) -> float:
        """Return an amount in the unit of the axis, in digits enough for any screen."""
        return units.round_significant(amount / self.scale, 6)

    def said(self, amount: Range) -> str:
        """Return an amount in words, with its interval."""
        return self.write(amount.as_tuple())


def quantity_of(name: str, most: float) -> Quantity:
    """Return a quantity for amounts up to some.

    Args:
        name: `emissions`, of which amounts are in gCO2e, or `energy`, in kWh.
        most: The largest amount that is drawn.

    Raises:
        InputError: Another name.
    """
    one_of("quantity", name, QUANTITIES)
    if name == "energy":
        scale, unit = units.energy_unit(most)
        return Quantity(name, unit, scale, units.energy_range)
    scale, unit = units.mass_unit(most)
    return Quantity(name, f"{unit} CO2e", scale, units.mass_range)
