"""Marks and axes that several charts share: periods along, intervals as lines."""

from collections.abc import Sequence
from typing import Any

from wattprint.charts.theme import TEXT

LINE = {"type": "rule", "color": TEXT.light, "strokeWidth": 1.4}
TICK = {"type": "tick", "color": TEXT.light, "thickness": 1.4, "size": 9}

PERIOD_AXIS: dict[str, Any] = {
    "axis": {"title": None, "labelAngle": 0, "labelOverlap": "greedy", "labelSeparation": 8}
}
"""Periods along: labels that would touch are left out."""


def period_scale(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the scale of periods in the order of their rows."""
    domain = list(dict.fromkeys(row["period"] for row in rows))
    return {"scale": {"domain": domain, "paddingInner": 0.35, "paddingOuter": 0.2}}


def intervals_upright(
    rows: Sequence[dict[str, Any]], y: dict[str, Any], scale_of: Sequence[dict[str, Any]] = ()
) -> list[dict[str, Any]]:
    """Return the lines from `low` to `high` of rows that have a width, with ticks at both ends.

    Args:
        rows: Rows with `period`, `low` and `high`.
        y: Scale and axis of the amounts.
        scale_of: Rows of all periods, if there are more.
    """
    wide = [row for row in rows if row["low"] != row["high"]]
    x = {"field": "period", "type": "ordinal", **PERIOD_AXIS, **period_scale(scale_of or rows)}

    def bound(field: str) -> dict[str, Any]:
        return {"field": field, "type": "quantitative", **y}

    line = {"x": x, "y": bound("low"), "y2": {"field": "high"}}
    data = {"values": wide}
    return [
        {"data": data, "mark": LINE, "encoding": line},
        *(
            {"data": data, "mark": TICK, "encoding": {"x": x, "y": bound(end)}}
            for end in ("low", "high")
        ),
    ]
