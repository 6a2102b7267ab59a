"""How much of the energy of each period went into work that was lost, by how it ended."""

from collections.abc import Mapping, Sequence
from math import fsum
from typing import Any, NamedTuple

from wattprint.charts import calendar
from wattprint.charts.fluid import fluid, legend, nothing
from wattprint.charts.marks import PERIOD_AXIS, period_scale
from wattprint.charts.table import Table
from wattprint.charts.theme import REST, SERIES_INKS, axis_top, ink_scale
from wattprint.domain import units
from wattprint.domain.display import printable

KEPT = "completed"
"""The outcome of work that is not lost."""
_HEIGHT_PX = 200
_ORDER = ("failed", "interrupted", "cancelled", "timeout", "out_of_memory", "node_failed")
_INKS = dict(zip(_ORDER, (SERIES_INKS[i] for i in (5, 1, 3, 4, 0, 2)), strict=True))


class Ended(NamedTuple):
    """The energy of runs or jobs of a period that ended alike."""

    period: str
    """A day, month, quarter or year: 2026-01-31, 2026-01, 2026-Q1, 2026."""
    outcome: str
    """`completed`, or how it was lost."""
    energy_kwh: float


def waste_chart(rows: Sequence[Ended]) -> dict[str, Any]:
    """Return the share of each period's energy that was lost, stacked by how.

    Shares have no interval here: what numerator and denominator have in common cancels.

    Args:
        rows: In any order; what was completed is needed too, for shares are of all energy.
    """
    energy = _by_period(rows)
    lost = {period: _lost(by_outcome) for period, by_outcome in energy.items()}
    if not any(map(_all, energy.values())):
        return nothing("No energy was used in this time.")
    along = [{"period": calendar.words(period)} for period in calendar.filled(energy)]
    if not any(lost.values()):
        return nothing(f"No work was lost from {along[0]['period']} to {along[-1]['period']}.")
    outcomes = _outcomes(rows)
    parts = [
        _part(period, energy[period], outcome, outcomes.index(outcome))
        for period in sorted(energy)
        for outcome in outcomes
        if energy[period].get(outcome)
    ]
    most = max(_percent(lost[period], _all(energy[period])) for period in energy)
    whole = _said(fsum(lost.values()), fsum(map(_all, energy.values())))
    return fluid(
        {
            "data": {"values": parts},
            "mark": {"type": "bar"},
            "encoding": _encoding(along, most, outcomes),
        },
        description="Share of each period's energy that went into work that was lost: "
        f"{whole} of it all.",
        height_px=_HEIGHT_PX,
    )


def waste_table(rows: Sequence[Ended]) -> Table:
    """Return what the chart shows: for each period what was lost, and how."""
    energy, outcomes = _by_period(rows), _outcomes(rows)
    cells = tuple(
        (
            calendar.words(period),
            *(
                f"{_said(kwh, _all(by_outcome))}, {units.energy(kwh)}" if kwh else "none"
                for kwh in (_lost(by_outcome), *(by_outcome.get(one, 0.0) for one in outcomes))
            ),
        )
        for period, by_outcome in sorted(energy.items())
    )
    head = ("Period", "Lost in all", *map(_word, outcomes))
    return Table("Energy of work that was lost", head, cells, tuple(range(1, len(head))))


def _by_period(rows: Sequence[Ended]) -> dict[str, dict[str, float]]:
    energy: dict[str, dict[str, float]] = {}
    for row in rows:
        of_period = energy.setdefault(row.period, {})
        of_period[row.outcome] = of_period.get(row.outcome, 0.0) + row.energy_kwh
    return energy


def _all(by_outcome: Mapping[str, float]) -> float:
    return fsum(by_outcome.values())


def _lost(by_outcome: Mapping[str, float]) -> float:
    return fsum(kwh for outcome, kwh in by_outcome.items() if outcome != KEPT)


def _outcomes(rows: Sequence[Ended]) -> list[str]:
    """Return how work was lost: those with a colour of their own first."""
    found = {row.outcome for row in rows if row.energy_kwh} - {KEPT}
    return sorted(found, key=lambda one: (_ORDER.index(one) if one in _INKS else len(_INKS), one))


def _part(period: str, by_outcome: Mapping[str, float], outcome: str, order: int) -> dict[str, Any]:
    kwh, whole = by_outcome[outcome], _all(by_outcome)
    return {
        "period": calendar.words(period),
        "outcome": _word(outcome),
        "share": _percent(kwh, whole),
        "order": order,
        "said": f"{_said(kwh, whole)}, {units.energy(kwh)}",
        "total": _said(_lost(by_outcome), whole),
    }


def _encoding(
    along: Sequence[dict[str, Any]], most: float, outcomes: Sequence[str]
) -> dict[str, Any]:
    inks = {_word(outcome): _INKS.get(outcome, REST) for outcome in outcomes}
    scale = {"domain": [0, min(100.0, axis_top(most))], "nice": False}
    axis = {"title": "share of energy [%]"}
    return {
        "x": {"field": "period", "type": "ordinal", **PERIOD_AXIS, **period_scale(along)},
        "y": {"field": "share", "type": "quantitative", "scale": scale, "axis": axis},
        "color": {
            "field": "outcome",
            "type": "nominal",
            "scale": ink_scale(inks),
            "legend": legend(offset=10),
        },
        "order": {"field": "order", "type": "quantitative"},
        "tooltip": [
            {"field": "period", "title": "period"},
            {"field": "outcome", "title": "ended"},
            {"field": "said", "title": "lost"},
            {"field": "total", "title": "lost in all"},
        ],
    }


def _percent(kwh: float, whole_kwh: float) -> float:
    return units.round_significant(100 * kwh / whole_kwh, 5) if whole_kwh else 0.0


def _said(kwh: float, whole_kwh: float) -> str:
    return f"{units.plain(_percent(kwh, whole_kwh), 2)} %"


def _word(outcome: str) -> str:
    return printable(outcome.replace("_", " "))
