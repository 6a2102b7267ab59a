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
    most = axis_top(max(interval.high, start, *_reached(blocks, start)))
    scale = _Scale(most, size.plot_px + AXIS_PX)
    drawn = [part for block, y in _placed(blocks) for part in _block(block, y, start, scale, size)]
    height_px = _height_px(blocks)
    top_px = _AXIS_ROOM_PX - 4
    band = _box(scale.x(interval.low), scale.x(interval.high), top_px, height_px)
    key = f"0 to {units.plain(most)} {unit}; line: wattprint, band: its 90 % interval"
    layers = [
        _boxes([{**band, "ink": RULE.light}], opacity=0.55),
        _rule(scale.x(start), top_px, height_px),
        _boxes([part for part in drawn if "ink" in part]),
        *(part for part in drawn if "ink" not in part),
        words(key, _LABEL_PX, 10, color=QUIET.light, fontSize=11),
    ]
    return chart({"width": scale.width_px, "height": height_px, "layer": layers})


class _Scale(NamedTuple):
    """From amounts to pixels: zero at the end of the labels."""

    most: float
    width_px: int

    def x(self, amount: float) -> float:
        plot_px = self.width_px - _LABEL_PX - _AMOUNT_PX
        return round(_LABEL_PX + max(0.0, amount) / self.most * plot_px, 1)


def _block_px(block: Block) -> int:
    return _TITLE_PX + _ROW_PX * len(block.steps) + _GAP_PX


def _height_px(blocks: Sequence[Block]) -> int:
    return _AXIS_ROOM_PX + sum(map(_block_px, blocks))


def _placed(blocks: Sequence[Block]) -> Iterator[tuple[Block, float]]:
    """Yield each block with the height at which it begins."""
    tops = accumulate(map(_block_px, blocks), initial=_AXIS_ROOM_PX)
    yield from zip(blocks, tops, strict=False)


def _block(
    block: Block, y: float, start: float, scale: _Scale, size: Size
) -> Iterator[dict[str, Any]]:
    """Yield a block's title, then the bar, name and amount of each step."""
    yield words(shortened(block.title, size.letters), 0, y + 14)
    yield words(block.said, scale.width_px, y + 14, align="right", color=QUIET.light)
    ends = list(accumulate((step.change for step in block.steps), initial=start))
    for i, step in enumerate(block.steps):
        row = y + _TITLE_PX + i * _ROW_PX
        yield _bar(scale.x(ends[i]), scale.x(ends[i + 1]), row, _ink(step.change))
        yield words(step.label, 12, row + _BAR_PX, color=QUIET.light)
        yield words(step.said, scale.width_px, row + _BAR_PX, align="right", color=QUIET.light)


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
