"""Carbon intensity of a grid over time, with its interval, beside what a run was charged at."""

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from typing import Any, NamedTuple

from wattprint.charts.fluid import fluid, nothing
from wattprint.charts.table import Table
from wattprint.charts.theme import BLUE, QUIET, TEXT, axis_top, words
from wattprint.domain import units
from wattprint.domain.interval import Range

MOST_STEPS = 1000
"""Steps drawn at most: more are finer than the pixels of a wide screen."""
_HEIGHT_PX = 200
_UNIT = "gCO2e/kWh"
_DAYS = timedelta(days=62)
"""Up to this length the beginning of a month is written as a day."""


class Step(NamedTuple):
    """The intensity over [start, end)."""

    start: datetime
    """Aware; drawn in UTC."""
    end: datetime
    intensity: Range
    """[gCO2e/kWh]"""


def grid_intensity_chart(
    steps: Sequence[Step], *, zone: str, mean_g_per_kwh: float | None = None
) -> dict[str, Any]:
    """Return intensity as steps, the line broken where it is not known.

    Args:
        steps: In order of time, none overlapping; above 1,000 neighbours are joined to their mean.
        zone: Where: "DE".
        mean_g_per_kwh: What the run's energy was charged at on average, drawn as a dashed line.
    """
    if not steps:
        return nothing("The intensity of this time is not known.")
    drawn = _joined(steps)
    most = max([step.intensity.high for step in drawn] + [mean_g_per_kwh or 0.0])
    y = {"scale": {"domain": [0, axis_top(most)], "nice": False}}
    y["axis"] = {"title": f"carbon intensity [{_UNIT}]"}
    axis: dict[str, Any] = {
        "title": "time [UTC]",
        "format": _clock(steps),
        "labelOverlap": "greedy",
        "labelSeparation": 10,
    }
    axis["tickCount"] = {"expr": "width / 80"}
    x = {"field": "t", "type": "temporal", "scale": {"type": "utc"}, "axis": axis}
    return fluid(
        {
            "layer": [*_steps(_rows(drawn), x, y), *_mean(mean_g_per_kwh, y)],
        },
        description=f"Carbon intensity in {zone} from {_moment(steps[0].start)} to "
        f"{_moment(steps[-1].end)}: {_least_and_most(steps)}.",
        height_px=_HEIGHT_PX,
    )


def grid_intensity_table(steps: Sequence[Step], *, zone: str) -> Table:
    """Return the chart's steps; neighbours are joined as in the chart."""
    rows = tuple(
        (_moment(step.start), _moment(step.end), _said(step.intensity)) for step in _joined(steps)
    )
    return Table(f"Carbon intensity in {zone}", ("From", "To", "Intensity"), rows, (2,))


def _clock(steps: Sequence[Step]) -> dict[str, str]:
    """Return how moments along the axis are written, by what they are the beginning of."""
    month = "%-d %b" if steps[-1].end - steps[0].start <= _DAYS else "%b %Y"
    return {
        **dict.fromkeys(("seconds", "minutes", "hours"), "%H:%M"),
        **dict.fromkeys(("day", "date", "week"), "%-d %b"),
        **dict.fromkeys(("month", "quarter", "year"), month),
    }


def _joined(steps: Sequence[Step]) -> list[Step]:
    """Join neighbours until there are few enough: means over time, bounds alike."""
    many = -(-len(steps) // MOST_STEPS)
    if many <= 1:
        return list(steps)
    groups = (steps[i : i + many] for i in range(0, len(steps), many))
    return [Step(group[0].start, group[-1].end, _mean_of(group)) for group in groups]


def _mean_of(group: Sequence[Step]) -> Range:
    seconds = [(step.end - step.start).total_seconds() for step in group]
    bounds = zip(*(step.intensity.as_tuple() for step in group), strict=True)
    value, low, high = (
        sum(s * g for s, g in zip(seconds, of_bound, strict=True)) / sum(seconds)
        for of_bound in bounds
    )
    return Range(value, min(low, value), max(high, value))


def _rows(steps: Sequence[Step]) -> list[dict[str, Any]]:
    """Return two points for each step; steps after a gap are another piece."""
    rows, piece = [], 0
    for i, step in enumerate(steps):
        piece += bool(i and steps[i - 1].end != step.start)
        bounds = zip(("g", "low", "high"), step.intensity.as_tuple(), strict=True)
        level = {name: units.round_significant(bound, 4) for name, bound in bounds}
        said = {"said": _said(step.intensity), "from": _moment(step.start), "piece": piece}
        rows += [{"t": _iso(moment), **level, **said} for moment in (step.start, step.end)]
    return rows


def _steps(
    rows: Sequence[dict[str, Any]], x: dict[str, Any], y: dict[str, Any]
) -> list[dict[str, Any]]:
    def height(field: str) -> dict[str, Any]:
        return {"field": field, "type": "quantitative", **y}

    piece = {"detail": {"field": "piece", "type": "nominal"}}
    tips = [{"field": "from", "title": "from"}, {"field": "said", "title": "intensity"}]
    band = {"x": x, "y": height("low"), "y2": {"field": "high"}, **piece}
    return [
        {
            "data": {"values": list(rows)},
            "mark": {"type": "area", "color": BLUE.light, "opacity": 0.2},
            "encoding": band,
        },
        {
            "data": {"values": list(rows)},
            "mark": {"type": "line", "color": BLUE.light, "strokeWidth": 1.8},
            "encoding": {"x": x, "y": height("g"), **piece},
        },
        {
            "data": {"values": list(rows)},
            "mark": {"type": "point", "filled": True, "size": 120, "opacity": 0},
            "encoding": {"x": x, "y": height("g"), "tooltip": tips},
        },
    ]


def _mean(mean_g_per_kwh: float | None, y: dict[str, Any]) -> list[dict[str, Any]]:
    if mean_g_per_kwh is None:
        return []
    said = f"dashed: charged at {units.plain(mean_g_per_kwh)} {_UNIT} on average"
    place = {"y": {"field": "mean", "type": "quantitative", **y}}
    data = {"values": [{"mean": mean_g_per_kwh}]}
    rule = {"type": "rule", "color": TEXT.light, "strokeDash": [4, 3], "strokeWidth": 1.2}
    return [
        {"data": data, "mark": rule, "encoding": place},
        words(said, "width", -8, align="right", fontSize=11, color=QUIET.light),
    ]


def _least_and_most(steps: Sequence[Step]) -> str:
    values = [step.intensity.value for step in steps]
    return f"{units.plain(min(values))} to {units.plain(max(values))} {_UNIT}"


def _said(intensity: Range) -> str:
    said = f"{units.plain(intensity.value)} {_UNIT}"
    if intensity.is_exact:
        return said
    return f"{said} ({units.plain(intensity.low)}-{units.plain(intensity.high)})"


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(timezone.utc):%Y-%m-%d %H:%M}"


def _iso(moment: datetime) -> str:
    return f"{moment.astimezone(timezone.utc):%Y-%m-%dT%H:%M:%SZ}"
