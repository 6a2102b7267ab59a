"""Amounts of months or other periods as upright bars, with their intervals."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from wattprint.charts.theme import BLUE, TEXT, Size, axis_top, chart
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
    with_width = [
        row for row, period in zip(rows, periods, strict=True) if not period.amount.is_exact
    ]
    line = {"type": "rule", "color": TEXT.light, "strokeWidth": 1.4}
    tick = {"type": "tick", "color": TEXT.light, "thickness": 1.4, "size": 9}
    y_axis = {"title": f"{what} [{unit}]"}
    y_scale = {"domain": [0, top], "nice": False}

    def y(field: str) -> dict[str, Any]:
        return {"field": field, "type": "quantitative", "scale": y_scale, "axis": y_axis}

    bound_marks = [
        {"data": {"values": with_width}, "mark": tick, "encoding": {"x": _x(rows), "y": y(bound)}}
        for bound in ("low", "high")
    ]
    return chart(
        {
            "width": size.plot_px,
            "height": _HEIGHT_PX[size.name],
            "data": {"values": rows},
            "layer": [
                {
                    "mark": {"type": "bar", "color": BLUE.light},
                    "encoding": {"x": _x(rows), "y": y("value")},
                },
                {
                    "data": {"values": with_width},
                    "mark": line,
                    "encoding": {"x": _x(rows), "y": y("low"), "y2": {"field": "high"}},
                },
                *bound_marks,
            ],
        }
    )


def _row(period: Period) -> dict[str, Any]:
    bounds = zip(("value", "low", "high"), period.amount.as_tuple(), strict=True)
    rounded = {name: units.round_significant(amount, _DIGITS) for name, amount in bounds}
    return {"period": period.label, **rounded}


def _x(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    axis = {"title": None, "labelAngle": 0, "labelOverlap": "greedy", "labelSeparation": 8}
    scale = {"domain": [row["period"] for row in rows], "paddingInner": 0.35, "paddingOuter": 0.2}
    return {"field": "period", "type": "ordinal", "axis": axis, "scale": scale}
