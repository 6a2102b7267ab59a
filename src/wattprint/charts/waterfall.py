"""Waterfalls: from our figure to another one, a bar for each cause."""

from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Any, NamedTuple

from wattprint.charts.theme import (
    ALARM,
    AXIS_PX,
    GREEN,
    GREY,
    QUIET,
    RULE,
    TEXT,
    Ink,
    Size,
    axis_top,
    chart,
    shortened,
    words,
)
from wattprint.domain import units
from wattprint.domain.interval import Range

_TITLE_PX, _ROW_PX, _BAR_PX, _GAP_PX, _AXIS_ROOM_PX = 22, 17, 9, 12, 22
_LABEL_PX = 150
"""Room for the names of causes, left of the bars."""
_AMOUNT_PX = 64
"""Room for amounts, right of them."""


class Step(NamedTuple):
    """A cause, and what it changes."""

    label: str
    said: str
    change: float


class Block(NamedTuple):
    """A figure that ours becomes by some steps."""

    title: str
    said: str
    steps: tuple[Step, ...]


def waterfall_chart(
    blocks: Sequence[Block], *, start: float, interval: Range, unit: str, size: Size
) -> dict[str, Any]:
    """Return waterfalls one below the other, on one scale that begins at zero.

    Args:
        blocks: From top to bottom.
        start: The figure that all begin with. [unit]
        interval: Its interval, drawn as a band. [unit]
        unit: Unit of all amounts.
        size: Width of the chart.
    """
    width_px = size.plot_px + AXIS_PX
    plot_px = width_px - _LABEL_PX - _AMOUNT_PX
    most = axis_top(max(interval.high, start, *_reached(blocks, start)))

    def x_px(amount: float) -> float:
        return round(_LABEL_PX + max(0.0, amount) / most * plot_px, 1)

    height_px = _AXIS_ROOM_PX + sum(
        _TITLE_PX + _ROW_PX * len(block.steps) + _GAP_PX for block in blocks
    )
    bars, labels, y = [], [], float(_AXIS_ROOM_PX)
    for block in blocks:
        labels += [
            words(shortened(block.title, size.letters), 0, y + 14),
            words(block.said, width_px, y + 14, align="right", color=QUIET.light),
        ]
        y += _TITLE_PX
        reached = start
        for step in block.steps:
            ink = _ink(step.change)
            bars.append(_bar(x_px(reached), x_px(reached + step.change), y, ink))
            labels += [
                words(step.label, 12, y + _BAR_PX, color=QUIET.light),
                words(step.said, width_px, y + _BAR_PX, align="right", color=QUIET.light),
            ]
            reached += step.change
            y += _ROW_PX
        y += _GAP_PX
    band = _box(x_px(interval.low), x_px(interval.high), _AXIS_ROOM_PX - 4, height_px)
    layers = [
        _boxes([{**band, "ink": RULE.light}], opacity=0.55),
        _rule(x_px(start), _AXIS_ROOM_PX - 4, height_px),
        _boxes(bars),
        *labels,
        words(
            f"0 to {units.plain(most)} {unit}; line: wattprint, band: its 90 % interval",
            _LABEL_PX,
            10,
            color=QUIET.light,
            fontSize=11,
        ),
    ]
    return chart({"width": width_px, "height": height_px, "layer": layers})


def _reached(blocks: Sequence[Block], start: float) -> Iterator[float]:
    for block in blocks:
        yield from accumulate((step.change for step in block.steps), initial=start)


def _ink(change: float) -> Ink:
    if change == 0:
        return GREY
    return ALARM if change > 0 else GREEN


def _bar(from_px: float, to_px: float, y: float, ink: Ink) -> dict[str, Any]:
    left, right = sorted((from_px, to_px))
    return {**_box(left, max(right, left + 1), y, y + _BAR_PX), "ink": ink.light}


def _box(left: float, right: float, top: float, bottom: float) -> dict[str, Any]:
    return {"left": left, "right": right, "top": top, "bottom": bottom}


def _boxes(boxes: Sequence[dict[str, Any]], **look: Any) -> dict[str, Any]:
    return {
        "data": {"values": list(boxes)},
        "mark": {"type": "rect", **look},
        "encoding": {
            "x": _pixels("left"),
            "x2": {"field": "right"},
            "y": _pixels("top"),
            "y2": {"field": "bottom"},
            "color": {"field": "ink", "type": "nominal", "scale": None},
        },
    }


def _rule(x: float, top: float, bottom: float) -> dict[str, Any]:
    return {
        "data": {"values": [{"x": x, "top": top, "bottom": bottom}]},
        "mark": {"type": "rule", "color": TEXT.light, "strokeWidth": 1.4},
        "encoding": {"x": _pixels("x"), "y": _pixels("top"), "y2": {"field": "bottom"}},
    }


def _pixels(field: str) -> dict[str, Any]:
    return {"field": field, "type": "quantitative", "scale": None, "axis": None}
