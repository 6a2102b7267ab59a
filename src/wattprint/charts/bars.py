"""Amounts as bars with their intervals, each named above its bar."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from wattprint.charts.fluid import fluid
from wattprint.charts.marks import LINE, TICK
from wattprint.charts.theme import AXIS_PX, QUIET, TRACK, Ink, Size, chart, shortened, words
from wattprint.domain.display import printable
from wattprint.domain.interval import Range

ROW_PX, BAR_TOP_PX, BAR_PX, _INDENT_PX = 38, 18, 9, 14
_LETTER_PX = 6.4
"""Mean width of a letter of a chart's text."""
_EDGE = 0.003
"""Share of the width within which nothing is told from zero."""


class Bar(NamedTuple):
    """An amount to be drawn."""

    label: str
    said: str
    """The amount in words."""
    amount: Range
    ink: Ink
    depth: int = 0


def bar_chart(bars: Sequence[Bar], size: Size) -> dict[str, Any]:
    """Return bars from zero on one scale, with a line from the low to the high bound.

    Args:
        bars: From top to bottom.
        size: Width of the chart.
    """
    width_px = size.plot_px + AXIS_PX
    labels = bar_labels(bars, width_px, size)
    layers = [*_drawn(bars), *labels]
    return chart({"width": width_px, "height": _height_px(bars), "layer": layers})


def fluid_bars(bars: Sequence[Bar], description: str) -> dict[str, Any]:
    """Return the same bars as wide as the place they stand in.

    Args:
        bars: From top to bottom.
        description: What the chart shows.
    """
    layers = [*_drawn(bars, with_tips=True), *_fluid_labels(bars)]
    return fluid({"layer": layers}, description=description, height_px=_height_px(bars))


def _height_px(bars: Sequence[Bar]) -> int:
    return len(bars) * ROW_PX - (ROW_PX - BAR_TOP_PX - BAR_PX)


def _drawn(bars: Sequence[Bar], *, with_tips: bool = False) -> list[dict[str, Any]]:
    """Return tracks, bars and intervals."""
    most = max((bar.amount.high for bar in bars), default=0.0) or 1.0
    rows = [
        {
            "value": bar.amount.value / most,
            "low": bar.amount.low / most,
            "high": bar.amount.high / most,
            "full": 1,
            "zero": 0,
            "top": i * ROW_PX + BAR_TOP_PX,
            "bottom": i * ROW_PX + BAR_TOP_PX + BAR_PX,
            "middle": i * ROW_PX + BAR_TOP_PX + BAR_PX / 2,
            "ink": bar.ink.light,
            "tip": f"{printable(bar.label)}: {bar.said}" if with_tips else None,
        }
        for i, bar in enumerate(bars)
    ]
    with_width = [row for row, bar in zip(rows, bars, strict=True) if not bar.amount.is_exact]
    tip = {"tooltip": {"field": "tip", "type": "nominal"}} if with_tips else {}
    ink = {"field": "ink", "type": "nominal", "scale": None}
    data = {"values": [{k: v for k, v in row.items() if v is not None} for row in rows]}
    return [
        {"data": data, **_boxes("full", {"color": TRACK.light}, **tip)},
        {"data": data, **_boxes("value", {}, color=ink, **tip)},
        *_intervals(with_width),
    ]


def _fluid_labels(bars: Sequence[Bar]) -> list[dict[str, Any]]:
    """Return names and amounts above bars: what does not fit of a name is cut off by its limit."""
    labels = []
    for i, bar in enumerate(bars):
        y, name = i * ROW_PX + BAR_TOP_PX - 6, printable(bar.label)
        room = {"expr": f"max(60, width - {_LETTER_PX} * {len(bar.said)} - 12)"}
        labels += [
            words(name, bar.depth * _INDENT_PX, y, limit=room),
            words(bar.said, "width", y, align="right", color=QUIET.light),
        ]
    return labels


def _x(field: str) -> dict[str, Any]:
    scale = {"domain": [0, 1], "nice": False}
    return {"field": field, "type": "quantitative", "scale": scale, "axis": None}


def _y(field: str) -> dict[str, Any]:
    return {"field": field, "type": "quantitative", "scale": None}


def _boxes(until: str, look: dict[str, Any], **encoding: Any) -> dict[str, Any]:
    return {
        "mark": {"type": "rect", **look},
        "encoding": {
            "x": _x("zero"),
            "x2": {"field": until},
            "y": _y("top"),
            "y2": {"field": "bottom"},
            **encoding,
        },
    }


def _intervals(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    data = {"values": rows}
    tick = {**TICK, "orient": "vertical"}
    middle = _y("middle")
    return [
        {
            "data": data,
            "mark": LINE,
            "encoding": {"x": _x("low"), "x2": {"field": "high"}, "y": middle},
        },
        *(
            {
                # A tick at the very edge would push the whole chart aside.
                "data": {"values": [row for row in rows if row[bound] > _EDGE]},
                "mark": tick,
                "encoding": {"x": _x(bound), "y": middle},
            }
            for bound in ("low", "high")
        ),
    ]


def bar_labels(bars: Sequence[Bar], width_px: int, size: Size) -> list[dict[str, Any]]:
    """Return the names and amounts above bars, as layers."""
    labels = []
    for i, bar in enumerate(bars):
        y = i * ROW_PX + BAR_TOP_PX - 6
        indent_px = bar.depth * _INDENT_PX
        letters = size.letters - len(bar.said) - 2 * bar.depth
        name = shortened(printable(bar.label), max(8, letters))
        labels += [
            words(name, indent_px, y, align="left"),
            words(bar.said, width_px, y, align="right", color=QUIET.light),
        ]
    return labels
