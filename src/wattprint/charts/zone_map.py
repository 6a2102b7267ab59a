"""A map of the world: each zone in the colour of its carbon intensity."""

from bisect import bisect
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from wattprint.charts.fluid import NARROW_PX, fluid, legend, nothing
from wattprint.charts.table import Table
from wattprint.charts.theme import PAPER, RAMP, TRACK, ink_scale
from wattprint.domain import units
from wattprint.domain.display import printable

CLASSES_G_PER_KWH = (50, 100, 200, 400, 600)
"""Bounds between the six colours: each step up is about twice the intensity, then less."""
_HEIGHT_PX, _ASPECT = 440, 0.43
_UNIT = "gCO2e/kWh"


class Shade(NamedTuple):
    """A zone and its intensity."""

    zone: str
    """Its code: FR, US-CA."""
    name: str
    carbon_intensity_g_per_kwh: float
    note: str
    """What it rests on: "2025, lifecycle, owid_ember_2026"."""


def zone_map_chart(shades: Sequence[Shade], *, world: str | dict[str, Any]) -> dict[str, Any]:
    """Return the map: countries as shapes, states and small countries as circles.

    Zones that have neither, the regions of a grid, are in the table alone.

    Args:
        shades: One for each zone.
        world: The shapes of countries by zone: the address of the hub's vendor/world.json, or
            what is in it, for charts that fetch nothing.
    """
    if not shades:
        return nothing("No zone with a carbon intensity.")
    rows = [_row(shade) for shade in shades]
    shaped = {"format": {"type": "topojson", "feature": "countries"}}
    data = {"url": world} if isinstance(world, str) else {"values": world}
    countries = {"data": {**data, **shaped}}
    least = min(shades, key=lambda one: one.carbon_intensity_g_per_kwh)
    most = max(shades, key=lambda one: one.carbon_intensity_g_per_kwh)
    return fluid(
        {
            "projection": {"type": "equalEarth"},
            "layer": [
                {**countries, "mark": {**_SHAPE, "color": TRACK.light}},
                {**countries, **_shapes(rows)},
                _circles(rows),
            ],
        },
        description=f"Carbon intensity of {len(shades)} zones, from {_said(least)} in "
        f"{least.name} to {_said(most)} in {most.name}. The table has them all.",
        height_px=_HEIGHT_PX,
        aspect=_ASPECT,
    )


def zone_map_table(shades: Sequence[Shade]) -> Table:
    """Return all zones, the cleanest first."""
    ranked = sorted(shades, key=lambda one: (one.carbon_intensity_g_per_kwh, one.zone))
    rows = tuple((one.name, one.zone, _said(one), one.note) for one in ranked)
    return Table(
        "Carbon intensity of zones", ("Place", "Zone", "Intensity", "Rests on"), rows, (2,)
    )


@cache
def places() -> dict[str, tuple[float, float]]:
    """Return where the circle of a zone without a shape is: longitude and latitude [degrees].

    They are middles, or capitals, rounded to half a degree: enough for a map of the world.
    """
    lines = (Path(__file__).parent / "places.csv").read_text("utf-8").splitlines()[1:]
    cells = (line.split(",") for line in lines)
    return {zone: (float(longitude), float(latitude)) for zone, longitude, latitude in cells}


_SHAPE = {"type": "geoshape", "stroke": PAPER.light, "strokeWidth": 0.5}
_CLASSES = (
    f"below {CLASSES_G_PER_KWH[0]}",
    *(f"{low} to {high}" for low, high in pairwise(CLASSES_G_PER_KWH)),
    f"{CLASSES_G_PER_KWH[-1]} or more",
)
_TIPS = [
    {"field": "name", "type": "nominal", "title": "place"},
    {"field": "said", "type": "nominal", "title": "intensity"},
    {"field": "note", "type": "nominal", "title": "rests on"},
]


def _row(shade: Shade) -> dict[str, Any]:
    place = places().get(shade.zone)
    return {
        "zone": shade.zone,
        "name": printable(shade.name),
        "class": _CLASSES[bisect(CLASSES_G_PER_KWH, shade.carbon_intensity_g_per_kwh)],
        "said": _said(shade),
        "note": printable(shade.note),
        **({} if place is None else {"longitude": place[0], "latitude": place[1]}),
    }


def _shapes(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    known = {
        "data": {"values": list(rows)},
        "key": "zone",
        "fields": ["class", "name", "said", "note"],
    }
    return {
        "transform": [{"lookup": "id", "from": known}, {"filter": "isValid(datum.class)"}],
        "mark": _SHAPE,
        "encoding": {"color": _color(), "tooltip": _TIPS},
    }


def _circles(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    size = {"expr": f"width < {NARROW_PX} ? 14 : 46"}
    return {
        "data": {"values": [row for row in rows if "longitude" in row]},
        "mark": {"type": "circle", "opacity": 1, "stroke": PAPER.light}
        | {"strokeWidth": 0.7, "size": size},
        "encoding": {
            "longitude": {"field": "longitude", "type": "quantitative"},
            "latitude": {"field": "latitude", "type": "quantitative"},
            "color": _color(),
            "tooltip": _TIPS,
        },
    }


def _color() -> dict[str, Any]:
    return {
        "field": "class",
        "type": "nominal",
        "scale": ink_scale(dict(zip(_CLASSES, RAMP, strict=True))),
        "legend": {
            "title": f"carbon intensity [{_UNIT}]",
            "orient": "bottom",
            **legend(6, 3),
        },
    }


def _said(shade: Shade) -> str:
    return f"{units.plain(shade.carbon_intensity_g_per_kwh)} {_UNIT}"
