"""Amounts of months or other periods as upright bars, with their intervals."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from wattprint.charts.marks import PERIOD_AXIS, intervals_upright, period_scale
from wattprint.charts.theme import BLUE, Size, axis_top, chart
from wattprint.domain import units
from wattprint.domain.interval import Range

_HEIGHT_PX = {"wide": 220, "narrow": 190}
_DIGITS = 6


class Period(NamedTuple):
    """What there was in a period."""

    label: str
    amount: Range
    """In the unit of the axis."""


def period_chart(periods: Sequence[Period], *, what: str, unit: str, size: Size) -> dict[str, Any]:
    """Return a bar for each period, with a line from the low to the high bound.

    Args:
        periods: In their order; one in which nothing was has a bar of no height.
        what: What the amounts are of: "emissions".
        unit: Unit of the amounts, for the axis.
        size: Width of the chart.
    """
    top = axis_top(max((period.amount.high for period in periods), default=0.0))
    rows = [_row(period) for period in periods]
    y = {"scale": {"domain": [0, top], "nice": False}, "axis": {"title": f"{what} [{unit}]"}}
    x = {"field": "period", "type": "ordinal", **PERIOD_AXIS, **period_scale(rows)}
    return chart(
        {
            "width": size.plot_px,
            "height": _HEIGHT_PX[size.name],
            "data": {"values": rows},
            "layer": [
                {
                    "mark": {"type": "bar", "color": BLUE.light},
                    "encoding": {"x": x, "y": {"field": "value", "type": "quantitative", **y}},
                },
                *intervals_upright(rows, y),
            ],
        }
    )


def _row(period: Period) -> dict[str, Any]:
    bounds = zip(("value", "low", "high"), period.amount.as_tuple(), strict=True)
    rounded = {name: units.round_significant(amount, _DIGITS) for name, amount in bounds}
    return {"period": period.label, **rounded}
