"""How much of a whole comes from how few: the share that the largest have together."""

from collections.abc import Sequence
from itertools import accumulate
from math import fsum
from typing import Any

from wattprint.charts.theme import BLUE, GREY, QUIET, TRACK, Size, chart
from wattprint.domain import units

_HEIGHT_PX = {"wide": 220, "narrow": 200}


def share_points(amounts: Sequence[float], most_points: int) -> list[tuple[float, float]]:
    """Return points of share of those that are counted, and share of the amount that they have.

    Args:
        amounts: In any order.
        most_points: Points at most, both ends among them; 2 or more.

    >>> share_points([1.0, 6.0, 2.0, 1.0], 9)
    [(0.0, 0.0), (25.0, 60.0), (50.0, 80.0), (75.0, 90.0), (100.0, 100.0)]
    """
    ranked = sorted(amounts, reverse=True)
    total = fsum(ranked)
    if not total:
        return []
    so_far = [0.0, *accumulate(ranked)]
    steps = min(len(ranked), most_points - 1)
    chosen = sorted({round(i * len(ranked) / steps) for i in range(steps + 1)})
    return [(_percent(i / len(ranked)), _percent(so_far[i] / total)) for i in chosen]


def fewest_with(amounts: Sequence[float], share: float) -> int:
    """Return how many of the largest have at least a share of the whole together.

    >>> fewest_with([1.0, 6.0, 2.0, 1.0], 0.5), fewest_with([1.0, 6.0, 2.0, 1.0], 0.8)
    (1, 2)
    """
    ranked = sorted(amounts, reverse=True)
    wanted = fsum(ranked) * share * (1 - 1e-12)
    return next(i for i, so_far in enumerate(accumulate(ranked), 1) if so_far >= wanted)


def pareto_chart(
    amounts: Sequence[float], *, who: str, what: str, size: Size
) -> dict[str, Any] | None:
    """Return the curve of shares, beside the line on which all would have the same.

    Args:
        amounts: What each of them has.
        who: Who they are: "users".
        what: What they have: "emissions".
        size: Width of the chart.

    Returns:
        A specification; None where nobody has anything.
    """
    points = share_points(amounts, size.points)
    if not points:
        return None
    rows = [{"who": who_share, "what": what_share} for who_share, what_share in points]
    even = [{"who": 0.0, "what": 0.0}, {"who": 100.0, "what": 100.0}]
    encoding = {"x": _axis("who", f"share of {who}, the largest first"), "y": _axis("what", what)}
    area = {"type": "area", "color": TRACK.light}
    label = {"type": "text", "align": "left", "dx": 8, "dy": 8, "color": QUIET.light}
    return chart(
        {
            "width": size.plot_px,
            "height": _HEIGHT_PX[size.name],
            "layer": [
                {"data": {"values": rows}, "mark": area, "encoding": encoding},
                _line(even, encoding, {"color": GREY.light, "strokeDash": [4, 4]}),
                _line(rows, encoding, {"color": BLUE.light, "strokeWidth": 2}),
                {
                    "data": {"values": [{"who": 40, "what": 40}]},
                    "mark": {**label, "text": "if all had the same"},
                    "encoding": encoding,
                },
            ],
        }
    )


def _line(
    rows: Sequence[dict[str, float]], encoding: dict[str, Any], look: dict[str, Any]
) -> dict[str, Any]:
    return {"data": {"values": list(rows)}, "mark": {"type": "line", **look}, "encoding": encoding}


def _axis(field: str, title: str) -> dict[str, Any]:
    scale = {"domain": [0, 100], "nice": False}
    axis = {"title": f"{title} [%]", "values": [0, 25, 50, 75, 100], "labelFlush": field == "who"}
    return {"field": field, "type": "quantitative", "scale": scale, "axis": axis}


def _percent(share: float) -> float:
    return units.round_significant(100 * share, 5)
