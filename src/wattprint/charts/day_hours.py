"""The typical intensity of a zone: month by month along the day."""

from collections.abc import Sequence
from math import fsum
from typing import Any

from wattprint.charts.fluid import fluid
from wattprint.charts.table import Table
from wattprint.charts.theme import RAMP
from wattprint.domain import units
from wattprint.factors.profiles import Profile

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_HEIGHT_PX = 280
_UNIT = "gCO2e/kWh"
_WEEK = 7


def typical_hours(profile: Profile, mean_g_per_kwh: float) -> list[list[float]]:
    """Return the typical intensity of each hour of the day, for each month [gCO2e/kWh].

    Five days of the week and two of its end are averaged.

    Args:
        profile: The zone's profile.
        mean_g_per_kwh: Its mean over the year. [gCO2e/kWh]
    """
    return [
        [
            mean_g_per_kwh * fsum(profile.of_day(month, day)[hour] for day in range(_WEEK)) / _WEEK
            for hour in range(24)
        ]
        for month in range(1, 13)
    ]


def day_hours_chart(profile: Profile, *, name: str, mean_g_per_kwh: float) -> dict[str, Any]:
    """Return a field for each month and hour, the darker the more a kWh emits.

    Args:
        profile: The zone's profile.
        name: The zone's name.
        mean_g_per_kwh: Its mean over the year. [gCO2e/kWh]
    """
    hours = typical_hours(profile, mean_g_per_kwh)
    rows: list[dict[str, Any]] = [
        {
            "month": _MONTHS[i],
            "hour": hour,
            "g": units.round_significant(g, 4),
            "said": f"{units.plain(g)} {_UNIT}",
            "when": f"{_MONTHS[i]}, {hour:02d}:00 to {hour + 1:02d}:00 UTC",
        }
        for i, of_month in enumerate(hours)
        for hour, g in enumerate(of_month)
    ]
    least, most = (pick(rows, key=lambda row: float(row["g"])) for pick in (min, max))
    return fluid(
        {
            "data": {"values": rows},
            "mark": {"type": "rect"},
            "encoding": {
                "x": {"field": "hour", "type": "ordinal", "axis": _HOUR_AXIS},
                "y": {
                    "field": "month",
                    "type": "ordinal",
                    "scale": {"domain": list(_MONTHS)},
                    "axis": {"title": None},
                },
                "color": _color(hours),
                "tooltip": [
                    {"field": "when", "title": "when"},
                    {"field": "said", "title": "typically"},
                ],
            },
        },
        description=f"Typical carbon intensity in {name} by month and hour: least {least['said']} "
        f"({least['when']}), most {most['said']} ({most['when']}).",
        height_px=_HEIGHT_PX,
    )


_HOUR_AXIS = {
    "title": "hour of the day [UTC]",
    "labelAngle": 0,
    "labelOverlap": "greedy",
    "values": list(range(0, 24, 3)),
    "domain": False,
}


def day_hours_table(profile: Profile, *, name: str, mean_g_per_kwh: float) -> Table:
    """Return each month's mean, least and most, and when."""
    rows = tuple(
        (
            _MONTHS[i],
            units.plain(fsum(of_month) / len(of_month)),
            f"{units.plain(min(of_month))} at {of_month.index(min(of_month)):02d}:00",
            f"{units.plain(max(of_month))} at {of_month.index(max(of_month)):02d}:00",
        )
        for i, of_month in enumerate(typical_hours(profile, mean_g_per_kwh))
    )
    head = ("Month", f"Mean [{_UNIT}]", "Least, hour UTC", "Most, hour UTC")
    return Table(f"Typical carbon intensity in {name}", head, rows, (1, 2, 3))


def _color(hours: Sequence[Sequence[float]]) -> dict[str, Any]:
    least = units.round_significant(min(map(min, hours)), 3)
    most = units.round_significant(max(map(max, hours)), 3)
    return {
        "field": "g",
        "type": "quantitative",
        "scale": {"domain": [least, most], "range": [ink.light for ink in RAMP]},
        "legend": {
            "title": f"typical carbon intensity [{_UNIT}]",
            "orient": "bottom",
            "gradientLength": 240,
            "gradientThickness": 10,
            "tickCount": 4,
        },
    }
