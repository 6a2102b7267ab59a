"""How much of the energy of each period was used in hours cleaner than the year's mean."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from wattprint.charts import calendar
from wattprint.charts.fluid import fluid, legend, nothing
from wattprint.charts.marks import PERIOD_AXIS, period_scale
from wattprint.charts.table import Table
from wattprint.charts.theme import GREEN, ORANGE, REST, ink_scale
from wattprint.domain import units

_HEIGHT_PX = 200
_CLEANER, _OTHER, _YEAR = "in cleaner hours", "in hours not cleaner", "charged at the year's mean"
_INKS = {_CLEANER: GREEN, _OTHER: ORANGE, _YEAR: REST}


class Timed(NamedTuple):
    """The energy of runs of a period, by the hours that it was charged at."""

    period: str
    """A day, month, quarter or year: 2026-01-31, 2026-01, 2026-Q1, 2026."""
    energy_kwh: float
    """Of all runs."""
    timed_kwh: float
    """What of it was charged by its own hours."""
    cleaner_kwh: float
    """What of that is of runs whose hours were cleaner than the year's mean of their zone."""
    saved_g: float
    """What their hours saved beside the year's mean; below 0 what they cost. [gCO2e]"""


def carbon_aware_chart(rows: Sequence[Timed]) -> dict[str, Any]:
    """Return each period's energy by the hours that it was charged at, as shares.

    Shares have no interval here: what numerator and denominator have in common cancels.

    Args:
        rows: In any order, one for each period.
    """
    known = {row.period: row for row in rows if row.energy_kwh > 0}
    if not any(row.timed_kwh for row in known.values()):
        return nothing("No run of this time was charged by its own hours.")
    along = [{"period": calendar.words(period)} for period in calendar.filled(known)]
    parts = [part for _, row in sorted(known.items()) for part in _parts(row)]
    return fluid(
        {"data": {"values": parts}, "mark": {"type": "bar"}, "encoding": _encoding(along)},
        description=f"Share of each period's energy that was used in cleaner hours: {_whole(rows)}",
        height_px=_HEIGHT_PX,
    )


def carbon_aware_table(rows: Sequence[Timed]) -> Table:
    """Return what the chart shows, and what the hours of each period saved or cost."""
    cells = tuple(
        (
            calendar.words(row.period),
            _said(row.timed_kwh, row.energy_kwh),
            _said(row.cleaner_kwh, row.timed_kwh) if row.timed_kwh else "none charged so",
            saved_words(row.saved_g) if row.timed_kwh else "not known",
        )
        for row in sorted(rows)
    )
    head = ("Period", "Charged by hour", "Of that in cleaner hours", "Beside the year's mean")
    return Table("Carbon-aware share", head, cells, (1, 2, 3))


def saved_words(saved_g: float) -> str:
    """Say what hours saved or cost: '1.2 kg CO2e saved', '80 g CO2e more', 'the same'."""
    if abs(saved_g) < 5e-7:
        return "the same"
    return f"{units.mass(abs(saved_g))} CO2e {'saved' if saved_g > 0 else 'more'}"


def _parts(row: Timed) -> list[dict[str, Any]]:
    amounts = {
        _CLEANER: row.cleaner_kwh,
        _OTHER: row.timed_kwh - row.cleaner_kwh,
        _YEAR: row.energy_kwh - row.timed_kwh,
    }
    return [
        {
            "period": calendar.words(row.period),
            "part": part,
            "order": order,
            "share": units.round_significant(100 * kwh / row.energy_kwh, 5),
            "said": _said(kwh, row.energy_kwh),
            "saved": saved_words(row.saved_g) if row.timed_kwh else "not known",
        }
        for order, (part, kwh) in enumerate(amounts.items())
        if kwh > 0
    ]


def _encoding(along: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {
        "x": {"field": "period", "type": "ordinal", **PERIOD_AXIS, **period_scale(along)},
        "y": {
            "field": "share",
            "type": "quantitative",
            "scale": {"domain": [0, 100], "nice": False},
            "axis": {"title": "share of energy [%]"},
        },
        "color": {
            "field": "part",
            "type": "nominal",
            "scale": ink_scale(_INKS),
            "legend": legend(3, 1, offset=10, labelLimit=260),
        },
        "order": {"field": "order", "type": "quantitative"},
        "tooltip": [
            {"field": "period", "title": "period"},
            {"field": "part", "title": "energy"},
            {"field": "said", "title": "share"},
            {"field": "saved", "title": "beside the year's mean"},
        ],
    }


def _whole(rows: Sequence[Timed]) -> str:
    cleaner, timed = sum(row.cleaner_kwh for row in rows), sum(row.timed_kwh for row in rows)
    return f"{_said(cleaner, timed)} of what was charged by its own hours."


def _said(kwh: float, whole_kwh: float) -> str:
    percent = 100 * kwh / whole_kwh if whole_kwh else 0.0
    return f"{units.plain(percent, 2)} %, {units.energy(kwh)}" if kwh else "none"
