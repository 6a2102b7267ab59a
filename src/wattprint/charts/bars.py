"""Amounts as bars with their intervals, each named above its bar."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from wattprint.charts.theme import AXIS_PX, QUIET, TEXT, TRACK, Ink, Size, chart, shortened, words
from wattprint.domain.display import printable
from wattprint.domain.interval import Range

ROW_PX, BAR_TOP_PX, BAR_PX, _INDENT_PX = 38, 18, 9, 14
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
        }
        for i, bar in enumerate(bars)
    ]
    with_width = [row for row, bar in zip(rows, bars, strict=True) if not bar.amount.is_exact]
    return chart(
        {
            "width": width_px,
            "height": len(bars) * ROW_PX - (ROW_PX - BAR_TOP_PX - BAR_PX),
            "data": {"values": rows},
            "layer": [
                _boxes("full", {"color": TRACK.light}),
                _boxes("value", {}, color={"field": "ink", "type": "nominal", "scale": None}),
                *_intervals(with_width),
                *bar_labels(bars, width_px, size),
            ],
        }
    )


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
    line = {"type": "rule", "color": TEXT.light, "strokeWidth": 1.4}
    tick = {"type": "tick", "color": TEXT.light, "thickness": 1.4, "size": 9, "orient": "vertical"}
    middle = _y("middle")
    return [
        {
            "data": data,
            "mark": line,
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
