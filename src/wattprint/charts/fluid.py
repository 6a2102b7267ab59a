"""Charts as wide as the place they stand in: what the hub serves, and what notebooks show."""

from typing import Any

from wattprint.charts.theme import QUIET, chart
from wattprint.domain.display import printable

EXPORT_PX = 760
"""Width of a chart that stands in no page."""
NARROW_PX = 520
"""Below this width legends have fewer columns."""


def fluid(
    content: dict[str, Any], *, description: str, height_px: int, aspect: float | None = None
) -> dict[str, Any]:
    """Return a whole specification that takes the width of its container.

    Args:
        content: Data, marks or layers; no concatenation, for that cannot be fitted to a width.
        description: What the chart shows, for those who do not see it.
        height_px: Height of the plot.
        aspect: Height over width, where the height goes with the width; `height_px` is the most.
    """
    made = chart(
        {
            "description": printable(description),
            "background": "transparent",
            "width": "container",
            "height": height_px,
            "autosize": {"type": "fit-x", "contains": "padding"},
            **content,
        }
    )
    if aspect is not None:
        made["usermeta"]["wattprint"]["aspect"] = aspect
    return made


def sized(spec: dict[str, Any], width_px: int) -> dict[str, Any]:
    """Return a specification with a width of its own, if it takes that of its container."""
    if spec.get("width") != "container":
        return spec
    aspect = spec["usermeta"]["wattprint"].get("aspect")
    height_px = spec["height"] if aspect is None else min(spec["height"], round(width_px * aspect))
    return {**spec, "width": width_px, "height": height_px}


def nothing(words: str) -> dict[str, Any]:
    """Return a chart of nothing, which says why.

    Args:
        words: Why: "No run in this time."
    """
    text = {"type": "text", "text": words, "color": QUIET.light, "fontSize": 13}
    place = {"x": {"value": {"expr": "width / 2"}}, "y": {"value": 40}}
    content = {"data": {"values": [{}]}, "mark": text, "encoding": place}
    return fluid(content, description=words, height_px=80)


def legend(columns: int = 7, narrow_columns: int = 2, **more: Any) -> dict[str, Any]:
    """Return a legend above the plot, in fewer columns where there is little room."""
    return {"columns": {"expr": f"width < {NARROW_PX} ? {narrow_columns} : {columns}"}, **more}
