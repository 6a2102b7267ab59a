"""Amounts as bars that are made of parts, each named above its bar."""

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any, NamedTuple

from wattprint.charts.bars import BAR_PX, BAR_TOP_PX, ROW_PX, Bar, bar_labels
from wattprint.charts.theme import AXIS_PX, GREY, TRACK, Ink, Size, chart
from wattprint.domain.interval import exact

_LEGEND_COLUMNS = {"wide": 7, "narrow": 3}


class Stack(NamedTuple):
    """An amount and what it is made of."""

    label: str
    said: str
    """The amount in words."""
    parts: Mapping[str, float]
    """By the names of the legend."""


def stacked_chart(stacks: Sequence[Stack], inks: Mapping[str, Ink], size: Size) -> dict[str, Any]:
    """Return bars from zero on one scale, each cut into its parts in the order of the legend.

    Args:
        stacks: From top to bottom.
        inks: Colour of each part, in their order; those that no stack has are left out.
        size: Width of the chart.
    """
    width_px = size.plot_px + AXIS_PX
    most = max((sum(stack.parts.values()) for stack in stacks), default=0.0) or 1.0
    names = [name for name in inks if any(stack.parts.get(name) for stack in stacks)]
    tracks = [{"from": 0, "to": 1, **_height(i)} for i in range(len(stacks))]
    rows = [
        {"from": start / most, "to": end / most, "part": name, **_height(i)}
        for i, stack in enumerate(stacks)
        for name, start, end in _cut(stack.parts, names)
    ]
    bars = [Bar(stack.label, stack.said, exact(0.0), GREY) for stack in stacks]
    color = {
        "field": "part",
        "type": "nominal",
        "scale": {"domain": names, "range": [inks[name].light for name in names]},
        "legend": {"columns": _LEGEND_COLUMNS[size.name], "offset": 14} if len(names) > 1 else None,
    }
    return chart(
        {
            "width": width_px,
            "height": len(stacks) * ROW_PX - (ROW_PX - BAR_TOP_PX - BAR_PX),
            "layer": [
                _boxes(tracks, {"color": TRACK.light}),
                _boxes(rows, {}, color=color),
                *bar_labels(bars, width_px, size),
            ],
        }
    )


def _cut(parts: Mapping[str, float], names: Sequence[str]) -> list[tuple[str, float, float]]:
    """Return each part that is there, with where it begins and ends."""
    ends = list(accumulate(parts.get(name, 0.0) for name in names))
    cuts = zip(names, [0.0, *ends], ends, strict=False)
    return [(name, start, end) for name, start, end in cuts if end > start]


def _height(i: int) -> dict[str, float]:
    top = i * ROW_PX + BAR_TOP_PX
    return {"top": top, "bottom": top + BAR_PX}


def _boxes(rows: Sequence[dict[str, Any]], look: dict[str, Any], **encoding: Any) -> dict[str, Any]:
    scale = {"domain": [0, 1], "nice": False}
    return {
        "data": {"values": list(rows)},
        "mark": {"type": "rect", **look},
        "encoding": {
            "x": {"field": "from", "type": "quantitative", "scale": scale, "axis": None},
            "x2": {"field": "to"},
            "y": {"field": "top", "type": "quantitative", "scale": None, "axis": None},
            "y2": {"field": "bottom"},
            **encoding,
        },
    }
