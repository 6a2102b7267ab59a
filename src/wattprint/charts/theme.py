"""The look of every chart: colours for light and dark, type, sizes, axes."""

from collections.abc import Mapping, Sequence
from math import ceil, floor, log10
from typing import Any, NamedTuple

from wattprint.domain import units

VEGA_LITE = "https://vega.github.io/schema/vega-lite/v6.json"
"""Names the language of a specification; nothing is fetched from there."""

Place = float | str | dict[str, str]
"""Pixels, a side, or an expression of them."""
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"


class Ink(NamedTuple):
    """A colour on paper and on a light screen, and its counterpart on a dark one."""

    light: str
    dark: str


# Component colours are from the palette of Okabe and Ito (2008), which people with any of the
# common colour deficiencies tell apart; the dark ones are the same hues, lighter.
BLUE = Ink("#0072b2", "#3f94d1")
ORANGE = Ink("#e69f00", "#dda12b")
GREEN = Ink("#009e73", "#2fb08a")
PURPLE = Ink("#cc79a7", "#d794ba")
SKY = Ink("#56b4e9", "#79c4ee")
VERMILION = Ink("#d55e00", "#e8793a")
GREY = Ink("#8a929b", "#7d8791")
REST = Ink("#676f79", "#838d97")
"""What is left beside the series: dark enough not to be taken for PURPLE where no green is seen."""
ALARM = Ink("#b83a00", "#ff9466")
TEXT = Ink("#1c2430", "#e7ebf0")
QUIET = Ink("#56606b", "#a9b3be")
RULE = Ink("#e2e6ea", "#343c46")
PAPER = Ink("#ffffff", "#15191e")
TRACK = Ink("#eef1f4", "#252c34")

SERIES_INKS = (BLUE, ORANGE, GREEN, PURPLE, SKY, VERMILION)
"""Colours of things side by side, in the order in which they are given out; what is left is grey.

tests/charts/test_theme.py holds how far apart they stay for those who see no red or no green.
"""

RAMP = (
    Ink("#d3ebd2", "#2d6b58"),
    Ink("#97d0be", "#37897f"),
    Ink("#58aab6", "#52a4a9"),
    Ink("#3180a8", "#80bec8"),
    Ink("#2c548c", "#b3d9dd"),
    Ink("#2a2c60", "#f0f5ea"),
)
"""From little to much: ever darker on paper, ever lighter on a dark screen."""

INKS = (
    *(*SERIES_INKS, GREY, REST),
    *(ALARM, TEXT, QUIET, RULE, PAPER, TRACK),
    *RAMP,
)
DARK_OF = {ink.light: ink.dark for ink in INKS}
"""The dark counterpart of each light ink; it travels with a specification, for who draws it."""

COMPONENT_INKS = {
    "accelerator": BLUE,
    "cpu": ORANGE,
    "memory": GREEN,
    "static": GREY,
    "losses": GREY,
    "storage": GREY,
    "network": GREY,
}


class Size(NamedTuple):
    """One of the two widths that every chart is drawn in."""

    name: str
    plot_px: int
    """Width between the axes."""
    points: int
    """Moments that a line shows at most."""
    letters: int
    """Letters that fit into a line of a chart."""


WIDE = Size("wide", 710, 240, 96)
NARROW = Size("narrow", 298, 120, 42)
SIZES = (WIDE, NARROW)
AXIS_PX = 50
"""Room for the labels of the y axis, the same in all charts, so that their plots line up."""


def chart(content: dict[str, Any]) -> dict[str, Any]:
    """Return a whole specification: content in the house's look."""
    return {
        "$schema": VEGA_LITE,
        "background": None,
        "padding": {"left": 0, "right": 8, "top": 4, "bottom": 4},
        "usermeta": {"wattprint": {"dark": DARK_OF}},
        **content,
        "config": CONFIG,
    }


CONFIG: dict[str, Any] = {
    "aria": False,  # the figure has one text alternative; a label on each mark would hide it
    "font": FONT,
    "mark": {"color": BLUE.light},
    "range": {
        "category": [ink.light for ink in (*SERIES_INKS, REST)],
        **{kind: [ink.light for ink in RAMP] for kind in ("heatmap", "ordinal", "ramp")},
    },
    "view": {"stroke": None},
    "concat": {"spacing": 10},
    "title": {
        "anchor": "start",
        "color": TEXT.light,
        "fontSize": 12,
        "fontWeight": "normal",
        "frame": "bounds",
        "offset": 4,
    },
    "axis": {
        "domain": False,
        "gridColor": RULE.light,
        "labelColor": QUIET.light,
        "labelFontSize": 11,
        "labelPadding": 6,
        "ticks": False,
        "titleColor": QUIET.light,
        "titleFontSize": 11,
        "titleFontWeight": "normal",
    },
    "axisX": {"domain": True, "domainColor": GREY.light, "grid": False, "titlePadding": 6},
    "axisY": {"minExtent": AXIS_PX, "maxExtent": AXIS_PX, "tickCount": 4},
    "legend": {
        "columnPadding": 22,
        "direction": "horizontal",
        "labelColor": TEXT.light,
        "labelFontSize": 12,
        "offset": 6,
        "orient": "top",
        "symbolSize": 120,
        "symbolType": "square",
        "title": None,
        "titleColor": QUIET.light,
        "titleFontSize": 11,
        "titleFontWeight": "normal",
        "titleLimit": 320,
    },
    "text": {"color": TEXT.light, "fontSize": 12},
}


def words(text: str, x_px: Place, y_px: Place, **look: Any) -> dict[str, Any]:
    """Return a layer that is a text at a place; `width` is the right edge, a mapping computed."""
    mark = {"type": "text", "text": text, "align": "left", "baseline": "alphabetic", **look}
    return {
        "data": {"values": [{}]},
        "mark": mark,
        "encoding": {"x": {"value": x_px}, "y": {"value": y_px}},
    }


def axis_top(most: float) -> float:
    """Return where an axis ends: two digits, at or just above the most that it must hold.

    >>> axis_top(388.0), axis_top(2311.0), axis_top(0.0)
    (390.0, 2400.0, 1.0)
    """
    if most <= 0:
        return 1.0
    step = 10.0 ** (floor(log10(most)) - 1)
    return units.round_significant(ceil(most / step * (1 - 1e-9)) * step, 2)


def dark_rules() -> str:
    """Return the CSS that turns drawn charts dark: each light ink becomes its counterpart."""
    return "\n".join(
        f'svg.chart [{attribute}="{ink.light}"] {{ {attribute}: {ink.dark}; }}'
        for ink in INKS
        for attribute in ("fill", "stroke")
    )


def darkened(part: Any) -> Any:
    """Return a specification, or a part of one, with the dark counterpart of each light ink."""
    if isinstance(part, str):
        return DARK_OF.get(part, part)
    if isinstance(part, dict):
        return {key: darkened(inner) for key, inner in part.items()}
    return [darkened(inner) for inner in part] if isinstance(part, list) else part


def series_inks(names: Sequence[str], rest: str | None = None) -> dict[str, Ink]:
    """Return a colour for each name, in their order.

    Args:
        names: As many as there are colours, or fewer.
        rest: The name of what is left, which is grey.
    """
    inks = dict(zip(names, SERIES_INKS, strict=False))
    return inks if rest is None else {**inks, rest: REST}


def ink_scale(inks: Mapping[str, Ink]) -> dict[str, Any]:
    """Return the scale that gives each name its colour, in the order of the legend."""
    return {"domain": list(inks), "range": [ink.light for ink in inks.values()]}


def log_axis(low: float, high: float, title: str) -> dict[str, Any]:
    """Return a logarithmic axis with a line at each power of ten, and few labels between.

    Args:
        low: The least that is drawn, above 0.
        high: The most that is drawn.
        title: What it is, with its unit.

    Returns:
        `axis` and `scale` of an encoding. Below two decades 2 and 5 are labelled too.
    """
    first, last = floor(log10(low)), ceil(log10(high) - 1e-12)
    last = max(last, first + 1)
    steps = (1, 2, 5) if last - first <= 2 else (1,)
    every = max(1, ceil((last - first) / 7))
    values = [
        units.round_significant(step * 10.0**power, 1)
        for power in range(first, last + 1)
        for step in steps
        if power % every == 0 and (power < last or step == 1)
    ]
    axis = {"title": title, "values": values, "format": ",~r", "grid": True, "labelFlush": True}
    scale = {"type": "log", "domain": [10.0**first, 10.0**last], "nice": False}
    return {"axis": axis, "scale": scale}


def shortened(text: str, letters: int) -> str:
    """Cut a text that is too long, in the middle: both ends of a device's name tell it apart."""
    if len(text) <= letters:
        return text
    tail = (letters - 1) // 3
    return f"{text[: letters - 1 - tail]}…{text[len(text) - tail :]}"
