"""A ratio over periods, as a line with the band of its interval: the intensity of compute."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from wattprint.charts import calendar
from wattprint.charts.fluid import fluid, nothing
from wattprint.charts.marks import PERIOD_AXIS
from wattprint.charts.table import Table
from wattprint.charts.theme import BLUE, PAPER, axis_top
from wattprint.domain import units
from wattprint.domain.interval import Range

_HEIGHT_PX = 200


class Point(NamedTuple):
    """What a ratio was in a period."""

    period: str
    """A day, month, quarter or year: 2026-01-31, 2026-01, 2026-Q1, 2026."""
    ratio: Range | None
    """In the unit of the chart; None where nothing was computed."""


def compute_intensity_chart(points: Sequence[Point], *, unit: str, per: str) -> dict[str, Any]:
    """Return how much a unit of compute emitted, period by period; the line breaks at gaps.

    Args:
        points: In any order, one for each period.
        unit: The unit: "gCO2e/kWh", or "gCO2e/h" for each hour of a device.
        per: What is divided by: "kWh of IT energy".
    """
    known = {point.period: point.ratio for point in points if point.ratio is not None}
    if not known:
        return nothing("Nothing was computed in this time.")
    rows = [_row(period, known.get(period), unit) for period in calendar.filled(known)]
    scale = {"domain": [0, axis_top(max(ratio.high for ratio in known.values()))], "nice": False}
    y = {"type": "quantitative", "scale": scale, "axis": {"title": f"emissions [{unit}]"}}
    # Lines stand on points, not on bands: what is between bars has no meaning for them.
    points_scale = {"domain": [row["period"] for row in rows], "padding": 0.4}
    x = {"field": "period", "type": "ordinal", **PERIOD_AXIS, "scale": points_scale}
    place = {"x": x, "y": {"field": "value", **y}}
    last = next(row for row in reversed(rows) if "value" in row)
    first = next(row for row in rows if "value" in row)
    tips = [{"field": "period", "title": "period"}, {"field": "said", "title": f"per {per}"}]
    return fluid(
        {
            "data": {"values": rows},
            "layer": [
                {
                    "mark": {"type": "area", "color": BLUE.light, "opacity": 0.2},
                    "encoding": {"x": x, "y": {"field": "low", **y}, "y2": {"field": "high"}},
                },
                {
                    "mark": {"type": "line", "color": BLUE.light, "strokeWidth": 2},
                    "encoding": place,
                },
                {
                    "mark": {"type": "point", "filled": True, "color": BLUE.light, "size": 42}
                    | {"opacity": 1, "stroke": PAPER.light, "strokeWidth": 1},
                    "encoding": {**place, "tooltip": tips},
                },
            ],
        },
        description=f"Emissions per {per}, with the 90 % interval as a band: "
        f"{first['said']} in {first['period']}, {last['said']} in {last['period']}.",
        height_px=_HEIGHT_PX,
    )


def compute_intensity_table(points: Sequence[Point], *, unit: str, per: str) -> Table:
    """Return what the chart shows."""
    rows = tuple(
        (
            calendar.words(point.period),
            _said(point.ratio, unit) if point.ratio else "nothing computed",
        )
        for point in sorted(points, key=lambda point: point.period)
    )
    return Table(f"Emissions per {per}", ("Period", f"Per {per}"), rows, (1,))


def _row(period: str, ratio: Range | None, unit: str) -> dict[str, Any]:
    row: dict[str, Any] = {"period": calendar.words(period)}
    if ratio is None:
        return row
    bounds = zip(("value", "low", "high"), ratio.as_tuple(), strict=True)
    drawn = {name: units.round_significant(bound, 5) for name, bound in bounds}
    return {**row, **drawn, "said": _said(ratio, unit)}


def _said(ratio: Range, unit: str) -> str:
    said = f"{units.plain(ratio.value)} {unit}"
    if ratio.is_exact:
        return said
    return f"{said} ({units.plain(ratio.low)}-{units.plain(ratio.high)})"
