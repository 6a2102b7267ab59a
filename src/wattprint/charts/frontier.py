"""Scores against emissions: what better models cost, and those that none beats in both."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from wattprint.charts.fluid import fluid, nothing
from wattprint.charts.theme import BLUE, GREY, VERMILION

_HEIGHT_PX = 320
_MOST_POINTS = 400


class ScoredModel(NamedTuple):
    """A model as a point."""

    name: str
    score: float
    emissions_kg: float
    low_kg: float | None
    high_kg: float | None
    is_on_front: bool


def frontier_chart(
    models: Sequence[ScoredModel], *, metric: str, higher_is_better: bool
) -> dict[str, Any]:
    """Return points of score against emissions, with the Pareto front as a line.

    Args:
        models: The models; of very many the front and the first of the others are drawn.
        metric: What the score is.
        higher_is_better: Whether a higher score is a better one.
    """
    known = [model for model in models if model.emissions_kg > 0]
    front = sorted((m for m in known if m.is_on_front), key=lambda m: m.emissions_kg)
    others = [m for m in known if not m.is_on_front][: max(0, _MOST_POINTS - len(front))]
    if not known:
        return nothing("No model with a score and emissions.")
    shown = [*front, *others]
    encoding = {"x": _x(), "y": _y(metric, higher_is_better=higher_is_better)}
    line = {
        "data": {"values": [_point(m) for m in front]},
        "mark": {"type": "line", "interpolate": "step-after", "color": VERMILION.light},
        "encoding": {**encoding, "order": {"field": "kg", "type": "quantitative"}},
    }
    return fluid(
        {
            "layer": [
                _intervals([m for m in shown if m.low_kg and m.high_kg], encoding),
                line,
                _points(others, encoding, BLUE.light, 36),
                _points(front, encoding, VERMILION.light, 70),
            ]
        },
        description=f"{metric} against emissions of {len(known)} models; "
        f"{len(front)} are beaten by none in both",
        height_px=_HEIGHT_PX,
    )


def _point(model: ScoredModel) -> dict[str, Any]:
    return {"name": model.name, "score": model.score, "kg": model.emissions_kg}


def _points(
    models: Sequence[ScoredModel], encoding: dict[str, Any], colour: str, area_px: int
) -> dict[str, Any]:
    tip = [
        {"field": "name", "type": "nominal", "title": "model"},
        {"field": "score", "type": "quantitative"},
        {"field": "kg", "type": "quantitative", "title": "kg CO2e", "format": ".3~g"},
    ]
    return {
        "data": {"values": [_point(model) for model in models]},
        "mark": {
            "type": "point",
            "filled": True,
            "opacity": 0.85,
            "size": area_px,
            "color": colour,
        },
        "encoding": {**encoding, "tooltip": tip},
    }


def _intervals(models: Sequence[ScoredModel], encoding: dict[str, Any]) -> dict[str, Any]:
    rows = [{**_point(m), "low": m.low_kg, "high": m.high_kg} for m in models]
    return {
        "data": {"values": rows},
        "mark": {"type": "rule", "color": GREY.light, "opacity": 0.45},
        "encoding": {
            "x": {**encoding["x"], "field": "low"},
            "x2": {"field": "high"},
            "y": encoding["y"],
        },
    }


def _x() -> dict[str, Any]:
    axis = {"title": "emissions [kg CO2e]", "grid": True, "format": "~g", "tickCount": 5}
    return {"field": "kg", "type": "quantitative", "scale": {"type": "log"}, "axis": axis}


def _y(metric: str, *, higher_is_better: bool) -> dict[str, Any]:
    better = "higher is better" if higher_is_better else "lower is better"
    axis = {"title": f"{metric[:60]} ({better})"}
    return {"field": "score", "type": "quantitative", "scale": {"zero": False}, "axis": axis}
