"""Carbon intensity over the time of a run, on the axis of its power."""

from collections.abc import Sequence
from datetime import datetime, timezone
from math import fsum
from typing import Any, NamedTuple

from wattprint.charts.axes import Scales, time_scales
from wattprint.charts.fluid import fluid, nothing
from wattprint.charts.table import Table
from wattprint.charts.theme import BLUE, QUIET, TEXT, axis_top, words
from wattprint.domain import units
from wattprint.domain.interval import Range

MOST_STEPS = 240
"""Steps drawn at most: as many moments as the chart of power has."""
_HEIGHT_PX = 160
_UNIT = "gCO2e/kWh"
_HEADROOM = 1.05
"""Room above the highest line, whose width would be cut in half. [ratio]"""
_SAME_TIME_S = 1e-3


class Hour(NamedTuple):
    """The intensity over [start_s, end_s), by the clock."""

    start_s: float
    """Seconds since 1970, UTC. [s]"""
    end_s: float
    intensity: Range
    """[gCO2e/kWh]"""
    state: str
    """`actual`, `estimated`, `forecast`, `typical` or `filled`."""


class Course(NamedTuple):
    """The hours of a run, and what they are compared with."""

    hours: Sequence[Hour]
    """In order of time, none overlapping."""
    began_s: float
    """When the run began. [s since 1970]"""
    length_s: float
    """How long it was by the clock. [s]"""
    zone: str
    year_mean_g_per_kwh: float | None
    """Drawn as a dashed line. [gCO2e/kWh]"""


def run_intensity_chart(of: Course) -> dict[str, Any]:
    """Return intensity as steps over the time of a run; broken where it is not known.

    Args:
        of: The hours; above 240 neighbours are joined to their mean.
    """
    drawn = _drawn(of)
    if not drawn:
        return nothing("The intensity of this time is not known.")
    scales = time_scales(of.length_s)
    most = max([hour.intensity.high for hour in drawn] + [of.year_mean_g_per_kwh or 0.0])
    y = {"scale": {"domain": [0, axis_top(_HEADROOM * most)], "nice": False}}
    y["axis"] = {"title": f"intensity [{_UNIT}]"}
    return fluid(
        {"layer": [*_steps(_rows(drawn, of, scales), scales, y), *_mean(of, y)]},
        description=f"Carbon intensity in {of.zone} over the {units.duration(of.length_s)} of the "
        f"run: {_least_and_most(drawn)}.",
        height_px=_HEIGHT_PX,
    )


def run_intensity_table(of: Course) -> Table:
    """Return the chart's steps, each whole and by the clock; neighbours joined as in the chart."""
    rows = tuple(
        (_moment(hour.start_s), _moment(hour.end_s), said_of(hour.intensity), hour.state)
        for hour in _drawn(of)
    )
    head = ("From, UTC", "To, UTC", "Intensity", "State")
    return Table(f"Carbon intensity in {of.zone}", head, rows, (2,))


def said_of(intensity: Range) -> str:
    """Write an intensity and its interval: '56.1 gCO2e/kWh (40-70)'."""
    said = f"{units.plain(intensity.value)} {_UNIT}"
    if intensity.is_exact:
        return said
    return f"{said} ({units.plain(intensity.low)}-{units.plain(intensity.high)})"


def _drawn(of: Course) -> list[Hour]:
    """Return the hours that touch the run, joined until they are few enough."""
    end_s = of.began_s + of.length_s
    touched = [hour for hour in of.hours if hour.start_s < end_s and hour.end_s > of.began_s]
    many = -(-len(touched) // MOST_STEPS) or 1
    groups: list[list[Hour]] = []
    for hour in touched:
        if groups and len(groups[-1]) < many and _follows(groups[-1][-1], hour):
            groups[-1].append(hour)
        else:
            groups.append([hour])
    return [_joined(group) for group in groups]


def _follows(before: Hour, after: Hour) -> bool:
    return abs(after.start_s - before.end_s) < _SAME_TIME_S


def _joined(group: Sequence[Hour]) -> Hour:
    if len(group) == 1:
        return group[0]
    seconds = [hour.end_s - hour.start_s for hour in group]
    bounds = zip(*(hour.intensity.as_tuple() for hour in group), strict=True)
    value, low, high = (
        fsum(s * g for s, g in zip(seconds, of_bound, strict=True)) / fsum(seconds)
        for of_bound in bounds
    )
    states = ", ".join(dict.fromkeys(hour.state for hour in group))
    mean = Range(value, min(low, value), max(high, value))
    return Hour(group[0].start_s, group[-1].end_s, mean, states)


def _rows(hours: Sequence[Hour], of: Course, scales: Scales) -> list[dict[str, Any]]:
    """Return two points for each step, cut at the run's ends; steps after a gap are apart."""
    rows, piece = [], 0
    for i, hour in enumerate(hours):
        piece += bool(i and not _follows(hours[i - 1], hour))
        bounds = zip(("g", "low", "high"), hour.intensity.as_tuple(), strict=True)
        level = {name: units.round_significant(bound, 4) for name, bound in bounds}
        said = {"said": f"{said_of(hour.intensity)}, {hour.state}", "piece": piece}
        said["from"] = f"{_moment(hour.start_s)} to {_moment(hour.end_s)[-5:]}"
        for at_s in (hour.start_s - of.began_s, hour.end_s - of.began_s):
            at = min(max(at_s, 0.0), of.length_s) / scales.seconds
            rows.append({"t": units.round_significant(at, 6) if at else 0.0, **level, **said})
    return rows


def _steps(
    rows: Sequence[dict[str, Any]], scales: Scales, y: dict[str, Any]
) -> list[dict[str, Any]]:
    def height(field: str) -> dict[str, Any]:
        return {"field": field, "type": "quantitative", **y}

    x, piece = scales.x(), {"detail": {"field": "piece", "type": "nominal"}}
    tips = [{"field": "from", "title": "UTC"}, {"field": "said", "title": "intensity"}]
    data = {"values": list(rows)}
    line: dict[str, Any] = {"x": x, "y": height("g")}
    layers: list[dict[str, Any]] = []
    if any(row["low"] != row["high"] for row in rows):
        band = {"x": x, "y": height("low"), "y2": {"field": "high"}, **piece}
        mark = {"type": "area", "color": BLUE.light, "opacity": 0.2}
        layers.append({"data": data, "mark": mark, "encoding": band})
    return [
        *layers,
        {
            "data": data,
            "mark": {"type": "line", "color": BLUE.light, "strokeWidth": 1.8, "clip": True},
            "encoding": {**line, **piece},
        },
        {
            "data": data,
            # Clipped: points over the edge would make the plot narrower than that of the power.
            "mark": {"type": "point", "filled": True, "size": 120, "opacity": 0, "clip": True},
            "encoding": {**line, "tooltip": tips},
        },
    ]


def _mean(of: Course, y: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the line of the year's mean, and what it is, above the plot."""
    mean = of.year_mean_g_per_kwh
    if mean is None:
        return []
    place = {"y": {"field": "mean", "type": "quantitative", **y}}
    rule = {"type": "rule", "color": TEXT.light, "strokeDash": [4, 3], "strokeWidth": 1.2}
    said = f"dashed: the year's mean, {units.plain(mean)} {_UNIT}"
    return [
        {"data": {"values": [{"mean": mean}]}, "mark": rule, "encoding": place},
        words(said, "width", -8, align="right", dx=-6, fontSize=11, color=QUIET.light),
    ]


def _least_and_most(hours: Sequence[Hour]) -> str:
    values = [hour.intensity.value for hour in hours]
    return f"{units.plain(min(values))} to {units.plain(max(values))} {_UNIT}"


def _moment(since_1970_s: float) -> str:
    try:
        return f"{datetime.fromtimestamp(since_1970_s, timezone.utc):%Y-%m-%d %H:%M}"
    except (ValueError, OverflowError, OSError):  # which of them is for the machine's C library
        return "after 9999"
