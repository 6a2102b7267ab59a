"""Runs side by side: a bar with its interval for each, and how it differs from the first."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from wattprint.charts.bars import Bar, fluid_bars
from wattprint.charts.fluid import nothing
from wattprint.charts.quantity import Quantity, quantity_of
from wattprint.charts.table import Table
from wattprint.charts.theme import BLUE, GREY
from wattprint.domain import units
from wattprint.domain.interval import Range


class Compared(NamedTuple):
    """A run, or another thing that is compared."""

    label: str
    amount: Range | None
    """[gCO2e] or [kWh]; None where it is not known."""


def comparison_chart(runs: Sequence[Compared], *, quantity: str) -> dict[str, Any]:
    """Return a bar for each run, from top to bottom in their order.

    How far a run differs is said of the values alone: runs share causes of error, so intervals
    that overlap do not mean that there is no difference.

    Args:
        runs: The first is what the others are compared with.
        quantity: `emissions` or `energy`.
    """
    known = [(run.label, run.amount) for run in runs if run.amount is not None]
    if not known:
        return nothing(f"The {quantity} of these runs are not known.")
    unit, first = _unit(runs, quantity), known[0][1]
    bars = [
        Bar(label, _said(unit, amount, first), amount, BLUE if i else GREY)
        for i, (label, amount) in enumerate(known)
    ]
    said = "; ".join(f"{bar.label}: {bar.said}" for bar in bars[:6])
    return fluid_bars(bars, f"{quantity.capitalize()} of runs side by side. {said}.")


def comparison_table(runs: Sequence[Compared], *, quantity: str) -> Table:
    """Return what the chart shows, runs of which nothing is known among them."""
    unit = _unit(runs, quantity)
    first = next((run.amount for run in runs if run.amount is not None), None)
    rows = tuple(
        (run.label, "unknown", "")
        if run.amount is None
        else (run.label, unit.said(run.amount), _difference(run.amount, first))
        for run in runs
    )
    head = ("Run", quantity.capitalize(), "Beside the first")
    return Table(f"{quantity.capitalize()} of runs side by side", head, rows, (1, 2))


def _unit(runs: Sequence[Compared], quantity: str) -> Quantity:
    known = [run.amount.value for run in runs if run.amount is not None]
    return quantity_of(quantity, max(known, default=0.0))


def _said(unit: Quantity, amount: Range, first: Range) -> str:
    difference = _difference(amount, first)
    return f"{unit.said(amount)} · {difference}" if difference else unit.said(amount)


def _difference(amount: Range, first: Range | None) -> str:
    """Say how much more or less than the first it is; nothing of the first itself.

    >>> _difference(Range(3.0, 2.0, 4.0), Range(4.0, 3.0, 5.0))
    '25 % less'
    """
    if first is None or amount is first or not first.value:
        return ""
    ratio = amount.value / first.value
    if ratio >= 2:
        return f"{units.plain(ratio)} times as much"
    change = units.plain(abs(100 * (ratio - 1)), 2)
    return "the same" if change == "0" else f"{change} % {'less' if ratio < 1 else 'more'}"
