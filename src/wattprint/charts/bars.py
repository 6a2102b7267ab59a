"""Amounts as bars with their intervals, each named above its bar."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from wattprint.charts.fluid import NARROW_PX, fluid
from wattprint.charts.marks import LINE, TICK
from wattprint.charts.theme import AXIS_PX, QUIET, TRACK, Ink, Size, chart, shortened, words
from wattprint.domain.display import printable
from wattprint.domain.interval import Range

ROW_PX, BAR_TOP_PX, BAR_PX, _INDENT_PX = 38, 18, 9, 14
_LETTER_PX = 7.0
"""Mean width of a letter of a chart's text, in a wide font."""
_LINE_PX = 16
_LETTERS_OF_PHONE = 46
"""Letters of a name and an amount that stand in one line on a phone."""
_LETTERS_OF_NAME = 46
"""Most letters of a name where the width is not known; the middle of a longer one is left out."""
_EDGE = 0.003
"""Share of the width within which nothing is told from zero."""


class _Rows(NamedTuple):
    """How far bars are apart, and how far each is below the begin of its row."""

    pitch_px: int = ROW_PX
    top_px: int = BAR_TOP_PX

    @property
    def is_stacked(self) -> bool:
        """Whether there is room for a name above its amount."""
        return self.top_px > BAR_TOP_PX


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
    layers = [*_drawn(bars, _Rows()), *labels]
    return chart({"width": width_px, "height": _height_px(bars, _Rows()), "layer": layers})


def fluid_bars(bars: Sequence[Bar], description: str) -> dict[str, Any]:
    """Return the same bars as wide as the place they stand in.

    Where a name does not fit beside its amount on a phone, names stand above amounts there.

    Args:
        bars: From top to bottom.
        description: What the chart shows.
    """
    fits = all(2 * b.depth + len(b.label) + len(b.said) < _LETTERS_OF_PHONE for b in bars)
    rows = _Rows() if fits else _Rows(ROW_PX + _LINE_PX, BAR_TOP_PX + _LINE_PX)
    layers = [*_drawn(bars, rows, with_tips=True), *_fluid_labels(bars, rows)]
    return fluid({"layer": layers}, description=description, height_px=_height_px(bars, rows))


def _height_px(bars: Sequence[Bar], rows: _Rows) -> int:
    return len(bars) * rows.pitch_px - (rows.pitch_px - rows.top_px - BAR_PX)


def _drawn(bars: Sequence[Bar], of: _Rows, *, with_tips: bool = False) -> list[dict[str, Any]]:
    """Return tracks, bars and intervals."""
    most = max((bar.amount.high for bar in bars), default=0.0) or 1.0
    rows = [
        {
            "value": bar.amount.value / most,
            "low": bar.amount.low / most,
            "high": bar.amount.high / most,
            "full": 1,
            "zero": 0,
            "top": i * of.pitch_px + of.top_px,
            "bottom": i * of.pitch_px + of.top_px + BAR_PX,
            "middle": i * of.pitch_px + of.top_px + BAR_PX / 2,
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


def _fluid_labels(bars: Sequence[Bar], rows: _Rows) -> list[dict[str, Any]]:
    """Return names and amounts above bars: what does not fit of a name is cut off by its limit."""
    labels: list[dict[str, Any]] = []
    for i, bar in enumerate(bars):
        x, y = bar.depth * _INDENT_PX, i * rows.pitch_px + rows.top_px - 6
        name = shortened(printable(bar.label), _LETTERS_OF_NAME)
        room = f"max(60, width - {_LETTER_PX} * {len(bar.said)} - {x + 12})"
        if not rows.is_stacked:
            labels += [
                words(name, x, y, limit={"expr": room}),
                words(bar.said, "width", y, align="right", color=QUIET.light),
            ]
            continue
        limit = _if_narrow(f"width - {x}", room)
        labels += [
            words(name, x, _if_narrow(y - _LINE_PX, y), limit=limit),
            words(
                bar.said,
                _if_narrow(x, "width"),
                y,
                align=_if_narrow("'left'", "'right'"),
                limit={"expr": f"width - {x}"},
                color=QUIET.light,
            ),
        ]
    return labels


def _if_narrow(narrow: float | str, wide: float | str) -> dict[str, str]:
    return {"expr": f"width < {NARROW_PX} ? {narrow} : {wide}"}


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
