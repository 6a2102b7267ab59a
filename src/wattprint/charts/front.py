"""Score against emissions: what scores best for how little, and the front that nobody beats."""

from collections.abc import Sequence
from math import log10
from typing import Any, NamedTuple

from wattprint.charts.fluid import NARROW_PX, fluid, legend, nothing
from wattprint.charts.table import Table
from wattprint.charts.theme import (
    BLUE,
    GREY,
    ORANGE,
    PAPER,
    TEXT,
    ink_scale,
    log_axis,
    shortened,
)
from wattprint.domain import units
from wattprint.domain.display import printable
from wattprint.domain.interval import Range

MOST_POINTS = 1000
"""Models drawn at most: more would be one cloud, and slow to draw."""
_HEIGHT_PX = 340
_HEADROOM = 0.06
_LETTERS = 26
_LETTER_PX, _LINE_PX = 6.0, 14.0
_PLOT_PX = 560
"""Width for which names are kept apart; on narrower screens only the best one is named."""
_KINDS = {"measured": BLUE, "estimated": ORANGE, "other models": GREY}


class Entry(NamedTuple):
    """A model with a score and what it emitted."""

    name: str
    score: float
    emissions_g: Range
    """[gCO2e]"""
    is_measured: bool
    """Whether its energy was measured, and not estimated or given."""


def front_of(entries: Sequence[Entry], *, higher_is_better: bool = True) -> list[Entry]:
    """Return the entries that no other beats in one and equals or beats in the other.

    Of entries that are equal in both, all are on the front.

    Args:
        entries: In any order; those of no emissions are left out, for nothing is to be compared.
        higher_is_better: Whether a higher score is the better one.

    Returns:
        From the least emissions to the most.
    """
    sign = 1 if higher_is_better else -1
    placed = [entry for entry in entries if entry.emissions_g.value > 0]
    ranked = sorted(placed, key=lambda e: (e.emissions_g.value, -sign * e.score, e.name))
    front: list[Entry] = []
    for entry in ranked:
        if not front or sign * entry.score > sign * front[-1].score or _alike(entry, front[-1]):
            front.append(entry)
    return front


def _alike(one: Entry, other: Entry) -> bool:
    return (one.score, one.emissions_g.value) == (other.score, other.emissions_g.value)


def front_chart(
    entries: Sequence[Entry], *, score: str, higher_is_better: bool = True
) -> dict[str, Any]:
    """Return entries over a logarithmic axis of kgCO2e, with intervals, and their front as a line.

    Args:
        entries: In any order; beside the front, the first of the others are drawn, 1,000 in all.
        score: What the score is, with its unit: "accuracy [%]".
        higher_is_better: Whether a higher score is the better one.
    """
    front = front_of(entries, higher_is_better=higher_is_better)
    if not front:
        return nothing("No model with a score and emissions.")
    score = printable(score)
    others = [one for one in entries if one.emissions_g.value > 0 and one not in front]
    placed = [*front, *others[: max(0, MOST_POINTS - len(front))]]
    rows = [_row(entry, entry in front) for entry in placed]
    bounds = [bound for row in rows for bound in (row["low"], row["high"])]
    x = {"type": "quantitative", **log_axis(min(bounds), max(bounds), "emissions [kg CO2e]")}
    y = _y(placed, score, higher_is_better=higher_is_better)
    on_front = sorted((row for row in rows if row["front"]), key=lambda row: float(row["kg"]))
    best = front[-1]
    return fluid(
        {
            "layer": [
                _line(on_front, x, y),
                _intervals(rows, x, y),
                _points(rows, x, y, score),
                *_labels(_apart(on_front, x, y), x, y),
            ]
        },
        description=f"{score} against emissions of {len(front) + len(others)} models, "
        f"{len(front)} of them on the front. The best score, {units.plain(best.score)}, is that "
        f"of {best.name} at "
        f"{units.mass(best.emissions_g.value)} CO2e.",
        height_px=_HEIGHT_PX,
    )


def front_table(entries: Sequence[Entry], *, score: str, higher_is_better: bool = True) -> Table:
    """Return what the chart shows, the front first."""
    front = front_of(entries, higher_is_better=higher_is_better)
    ranked = sorted(entries, key=lambda e: (e not in front, e.emissions_g.value))
    rows = tuple(
        (
            entry.name,
            units.plain(entry.score),
            units.mass_range(entry.emissions_g.as_tuple()),
            _kind(entry),
            "yes" if entry in front else "no",
        )
        for entry in ranked
    )
    head = ("Model", score, "Emissions", "Energy", "On the front")
    return Table(f"{score} against emissions", head, rows, (1, 2))


def _kind(entry: Entry) -> str:
    return "measured" if entry.is_measured else "estimated"


def _row(entry: Entry, is_front: bool) -> dict[str, Any]:
    kilograms = (bound / units.GRAMS_PER_KILOGRAM for bound in entry.emissions_g.as_tuple())
    kg, low, high = (units.round_significant(bound, 5) for bound in kilograms)
    return {
        "name": printable(entry.name),
        "label": shortened(printable(entry.name), _LETTERS),
        "score": entry.score,
        "kg": kg,
        "low": low,
        "high": high,
        "front": is_front,
        "kind": _kind(entry) if is_front else "other models",
        "energy": _kind(entry),
        "said": units.mass_range(entry.emissions_g.as_tuple()),
    }


def _y(entries: Sequence[Entry], score: str, *, higher_is_better: bool) -> dict[str, Any]:
    scores = [entry.score for entry in entries]
    room = (max(scores) - min(scores) or abs(max(scores)) or 1.0) * _HEADROOM
    domain = [min(scores) - room, max(scores) + 2 * room]
    if not higher_is_better:
        domain = [max(scores) + room, min(scores) - 2 * room]
    title = score if higher_is_better else f"{score}, less is better"
    return {
        "field": "score",
        "type": "quantitative",
        "scale": {"domain": domain, "nice": False, "zero": False},
        "axis": {"title": title, "tickCount": 6},
    }


def _line(front: Sequence[dict[str, Any]], x: dict[str, Any], y: dict[str, Any]) -> dict[str, Any]:
    """Return the front: from each of its members on, the score that can be had for that much."""
    end = {**front[-1], "kg": x["scale"]["domain"][1]}
    return {
        "data": {"values": [*front, end]},
        "mark": {"type": "line", "interpolate": "step-after", "color": TEXT.light}
        | {"strokeWidth": 1.2, "strokeDash": [4, 3]},
        "encoding": {"x": {"field": "kg", **x}, "y": y},
    }


def _intervals(
    rows: Sequence[dict[str, Any]], x: dict[str, Any], y: dict[str, Any]
) -> dict[str, Any]:
    """Return the intervals, pale: hundreds of them must not hide the models."""
    return {
        "data": {"values": [row for row in rows if row["low"] != row["high"]]},
        "mark": {"type": "rule", "color": GREY.light, "strokeWidth": 1.2},
        "encoding": {
            "x": {"field": "low", **x},
            "x2": {"field": "high"},
            "y": y,
            "opacity": {
                "condition": {"test": "datum.front", "value": 0.9},
                "value": 0.25,
            },
        },
    }


def _points(
    rows: Sequence[dict[str, Any]], x: dict[str, Any], y: dict[str, Any], score: str
) -> dict[str, Any]:
    kinds = {row["kind"] for row in rows}
    inks = {kind: ink for kind, ink in _KINDS.items() if kind in kinds}
    return {
        "data": {"values": sorted(rows, key=lambda row: bool(row["front"]))},
        "mark": {"type": "point", "filled": True, "stroke": PAPER.light, "strokeWidth": 1},
        "encoding": {
            "x": {"field": "kg", **x},
            "y": y,
            "size": {"condition": {"test": "datum.front", "value": 110}, "value": 45},
            "opacity": {"condition": {"test": "datum.front", "value": 1}, "value": 0.7},
            "color": {
                "field": "kind",
                "type": "nominal",
                "scale": ink_scale(inks),
                "legend": legend(symbolType="circle") if len(inks) > 1 else None,
            },
            "tooltip": [
                {"field": "name", "title": "model"},
                {"field": "score", "title": score},
                {"field": "said", "title": "emissions"},
                {"field": "energy", "title": "energy"},
            ],
        },
    }


_SIDES = {"left": ("right", 5, -12), "right": ("left", 2, 15), "over": ("left", -5, -12)}
"""Where a name stands beside its point: how it is aligned, and how far off [px]. Above and to the
left, where nothing is; below and to the right; over the line, where nothing is above the best."""


class _Label(NamedTuple):
    """A name, and on which side of its point it stands."""

    row: dict[str, Any]
    side: str
    box: tuple[float, float, float, float]
    """Left, right, top and bottom. [px]"""


def _apart(front: Sequence[dict[str, Any]], x: dict[str, Any], y: dict[str, Any]) -> list[_Label]:
    """Return the names that have room, the best score's first; none crosses the axis."""
    placed: list[_Label] = []
    for row in reversed(front):
        at = _place(row, x, y)
        sides = ("left", "right") if placed else ("left" if at[0] > _PLOT_PX / 2 else "over",)
        labels = [_Label(row, side, _box(row, at, side)) for side in sides]
        if placed and labels[0].box[0] < 0:
            del labels[0]  # it would cross the axis
        fitting = (one for one in labels if not any(_touch(one.box, old.box) for old in placed))
        placed += [label for label in [next(fitting, None)] if label is not None]
    return placed


def _place(row: dict[str, Any], x: dict[str, Any], y: dict[str, Any]) -> tuple[float, float]:
    """Return how far a point is from the left and from above. [px]."""
    low, high = (log10(bound) for bound in x["scale"]["domain"])
    bottom, top = y["scale"]["domain"]
    at_px = (log10(row["kg"]) - low) / (high - low) * _PLOT_PX
    return at_px, (1 - (row["score"] - bottom) / (top - bottom)) * _HEIGHT_PX


def _box(
    row: dict[str, Any], at: tuple[float, float], side: str
) -> tuple[float, float, float, float]:
    at_px, down_px = at
    wide_px = _LETTER_PX * len(row["label"])
    if side == "left":
        return at_px - wide_px, at_px + 8, down_px - 8 - _LINE_PX, down_px + 4
    if side == "over":
        return at_px - 6, at_px + wide_px + 8, down_px - 8 - _LINE_PX, down_px + 4
    return at_px - 6, at_px + wide_px + 8, down_px - 4, down_px + 8 + _LINE_PX


def _touch(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[1] and other[0] < one[1] and one[2] < other[3] and other[2] < one[3]


def _labels(labels: Sequence[_Label], x: dict[str, Any], y: dict[str, Any]) -> list[dict[str, Any]]:
    best = labels[0].row["name"] if labels else ""
    text = {"type": "text", "fontSize": 11}
    return [
        {
            "data": {
                "values": [
                    {**label.row, "is_best": label.row["name"] == best}
                    for label in labels
                    if label.side == side
                ]
            },
            "mark": {**text, "align": align, "dx": dx, "dy": dy},
            "encoding": {
                "x": {"field": "kg", **x},
                "y": y,
                "text": {"field": "label"},
                "opacity": {
                    "condition": {"test": f"width >= {NARROW_PX} || datum.is_best", "value": 1},
                    "value": 0,
                },
            },
        }
        for side, (align, dx, dy) in _SIDES.items()
    ]
