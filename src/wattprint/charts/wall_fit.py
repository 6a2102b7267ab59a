"""Readings of a wall meter over the chips' power, with the line through them and its interval."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from wattprint.charts.theme import ALARM, BLUE, GREY, TRACK, Size, axis_top, chart
from wattprint.domain import units
from wattprint.domain.node_profile import NodeProfile

_HEIGHT_PX = 300
_STEPS = 40


class Shown(NamedTuple):
    """A reading as power."""

    chip_w: float
    wall_w: float
    is_kept: bool


def wall_fit_chart(profile: NodeProfile, readings: Sequence[Shown], size: Size) -> dict[str, Any]:
    """Return a chart of readings, the profile's line, and the interval of a run around it.

    Args:
        profile: The profile that was fitted.
        readings: The readings, those set aside among them.
        size: Width of the chart.
    """
    most_chip_w = axis_top(max(reading.chip_w for reading in readings))
    band = [_band_row(profile, most_chip_w * i / _STEPS) for i in range(_STEPS + 1)]
    most_wall_w = axis_top(max([band[-1]["high"], *(r.wall_w for r in readings)]))
    points = [
        {"chips": r.chip_w, "wall": r.wall_w, "kept": "line" if r.is_kept else "set aside"}
        for r in readings
    ]
    return chart(
        {
            "width": size.plot_px,
            "height": _HEIGHT_PX,
            "title": "circles: readings, crosses: set aside, band: 90 % of runs",
            "layer": [
                {"data": {"values": band}, **_band(most_chip_w, most_wall_w)},
                {"data": {"values": band}, **_line(most_chip_w, most_wall_w)},
                {"data": {"values": points}, **_points(most_chip_w, most_wall_w)},
            ],
        }
    )


def _band_row(profile: NodeProfile, chip_w: float) -> dict[str, float]:
    wall = profile.wall_energy_j(chip_w, 1.0)
    rounded = (units.round_significant(amount, 5) for amount in wall.as_tuple())
    return dict(zip(("wall", "low", "high"), rounded, strict=True)) | {"chips": chip_w}


def _x(most_w: float) -> dict[str, Any]:
    scale = {"domain": [0, most_w], "nice": False}
    axis = {"title": "power of the chips [W]", "labelFlush": True}
    return {"field": "chips", "type": "quantitative", "scale": scale, "axis": axis}


def _y(field: str, most_w: float) -> dict[str, Any]:
    scale = {"domain": [0, most_w], "nice": False}
    axis = {"title": "power at the wall [W]"}
    return {"field": field, "type": "quantitative", "scale": scale, "axis": axis}


def _band(most_chip_w: float, most_wall_w: float) -> dict[str, Any]:
    return {
        "mark": {"type": "area", "color": TRACK.light},
        "encoding": {
            "x": _x(most_chip_w),
            "y": _y("low", most_wall_w),
            "y2": {"field": "high"},
        },
    }


def _line(most_chip_w: float, most_wall_w: float) -> dict[str, Any]:
    return {
        "mark": {"type": "line", "color": GREY.light, "strokeWidth": 1.6},
        "encoding": {"x": _x(most_chip_w), "y": _y("wall", most_wall_w)},
    }


def _points(most_chip_w: float, most_wall_w: float) -> dict[str, Any]:
    kinds = ["line", "set aside"]
    return {
        "mark": {"type": "point", "filled": False, "size": 46, "strokeWidth": 1.6},
        "encoding": {
            "x": _x(most_chip_w),
            "y": _y("wall", most_wall_w),
            "shape": {
                "field": "kept",
                "type": "nominal",
                "scale": {"domain": kinds, "range": ["circle", "M-1,-1L1,1M-1,1L1,-1"]},
                "legend": None,
            },
            "color": {
                "field": "kept",
                "type": "nominal",
                "scale": {"domain": kinds, "range": [BLUE.light, ALARM.light]},
                "legend": None,
            },
        },
    }
