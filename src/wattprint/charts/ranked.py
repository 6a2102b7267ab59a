"""Who or what had most: bars with their intervals, the largest first."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from wattprint.charts.bars import Bar, fluid_bars
from wattprint.charts.fluid import nothing
from wattprint.charts.quantity import Quantity, quantity_of
from wattprint.charts.table import Table
from wattprint.charts.theme import BLUE, GREY
from wattprint.domain import units
from wattprint.domain.interval import Range, sum_shared

MOST_BARS = 12
"""Bars in a chart; what is left shares the last."""


class Ranked(NamedTuple):
    """What somebody or something had."""

    label: str
    amount: Range
    """[gCO2e] or [kWh]"""


def ranked_chart(rows: Sequence[Ranked], *, quantity: str, by: str) -> dict[str, Any]:
    """Return a bar for each, with the line of its 90 % interval and its share of the whole.

    Args:
        rows: In any order.
        quantity: `emissions` or `energy`.
        by: What they are, in the singular: "project".
    """
    ranked = [row for row in _ranked(rows) if row.amount.value]
    unit = quantity_of(quantity, ranked[0].amount.value if ranked else 0.0)
    if not ranked:
        return nothing(f"No {quantity} to compare.")
    whole = sum(row.amount.value for row in ranked)
    shown, rest = ranked, ranked[MOST_BARS:]
    if len(rest) > 1:
        others = Ranked(f"{len(rest)} others together", sum_shared(row.amount for row in rest))
        shown = [*ranked[:MOST_BARS], others]
    bars = [
        Bar(
            row.label,
            _said(row, unit, whole),
            row.amount,
            GREY if row in shown[MOST_BARS:] else BLUE,
        )
        for row in shown
    ]
    most = f"The most: {shown[0].label}, {_said(shown[0], unit, whole)}"
    return fluid_bars(bars, f"{quantity.capitalize()} by {by}, the largest first. {most}.")


def ranked_table(rows: Sequence[Ranked], *, quantity: str, by: str) -> Table:
    """Return what the chart shows, all rows of it."""
    ranked = _ranked(rows)
    unit = quantity_of(quantity, ranked[0].amount.value if ranked else 0.0)
    whole = sum(row.amount.value for row in ranked)
    cells = tuple((row.label, unit.said(row.amount), _share(row, whole)) for row in ranked)
    head = (by.capitalize(), quantity.capitalize(), "Share")
    return Table(f"{quantity.capitalize()} by {by}", head, cells, (1, 2))


def _ranked(rows: Sequence[Ranked]) -> list[Ranked]:
    return sorted(rows, key=lambda row: (-row.amount.value, row.label))


def _said(row: Ranked, unit: Quantity, whole: float) -> str:
    return f"{unit.said(row.amount)} · {_share(row, whole)}"


def _share(row: Ranked, whole: float) -> str:
    percent = 100 * row.amount.value / whole if whole else 0.0
    return "< 0.1 %" if 0 < percent < 0.1 else f"{units.plain(percent)} %"
