"""Emissions or energy of periods, stacked by who or what they are of, with the total's interval."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from wattprint.charts import calendar
from wattprint.charts.fluid import fluid, legend, nothing
from wattprint.charts.marks import PERIOD_AXIS, intervals_upright, period_scale
from wattprint.charts.quantity import Quantity, quantity_of
from wattprint.charts.table import Table
from wattprint.charts.theme import SERIES_INKS, Ink, axis_top, ink_scale, series_inks
from wattprint.domain.display import printable
from wattprint.domain.interval import Range, exact, sum_shared

MOST_GROUPS = len(SERIES_INKS)
"""Groups with a colour of their own: the largest. The others share one."""
_HEIGHT_PX = 260
Key = TypeVar("Key", bound=Hashable)


class Slice(NamedTuple):
    """What a group had in a period."""

    period: str
    """A day, month, quarter or year: 2026-01-31, 2026-01, 2026-Q1, 2026."""
    group: str | None
    """None for the others of a list that was cut already."""
    amount: Range
    """[gCO2e] or [kWh]"""


def over_time_chart(
    slices: Sequence[Slice], *, quantity: str, by: str, others: int = 0
) -> dict[str, Any]:
    """Return a stacked bar for each period; those in which nothing was are empty.

    The line on a bar is the 90 % interval of its total. Groups share their causes of error (an
    intensity, a PUE, a power model), so their half-widths add: nothing averages out.

    Args:
        slices: In any order; those of one group and period are added.
        quantity: `emissions` or `energy`.
        by: What groups are, in the singular: "project".
        others: How many groups the slices without a name are of.
    """
    totals = _sums((one.period, one.amount) for one in slices)
    most = max((total.value for total in totals.values()), default=0.0)
    unit = quantity_of(quantity, most)
    if not most:
        return nothing(f"No {quantity} in this time.")
    names = _names(slices, by, others)
    inks = _inks(names)
    cut = _sums(((one.period, names[one.group]), one.amount) for one in slices)
    whole = [_whole(label, totals.get(label), unit) for label in calendar.filled(totals)]
    parts = [
        {
            **_whole(label, totals[label], unit),
            "group": name,
            "order": list(inks).index(name),
            "amount": unit.drawn(amount.value),
            "said": unit.said(amount),
        }
        for (label, name), amount in sorted(cut.items())
        if amount.value
    ]
    top = axis_top(max(row["high"] for row in whole))
    y = {"scale": {"domain": [0, top], "nice": False}, "axis": {"title": unit.title}}
    return fluid(
        {"layer": [_bars(parts, whole, inks, y, by), *intervals_upright(whole, y)]},
        description=_description(quantity, by, whole),
        height_px=_HEIGHT_PX,
    )


def over_time_table(slices: Sequence[Slice], *, quantity: str, by: str, others: int = 0) -> Table:
    """Return what the chart shows: a row for each period, a column for each group it names."""
    totals = _sums((one.period, one.amount) for one in slices)
    names = _names(slices, by, others)
    columns = list(_inks(names))
    cut = _sums(((one.period, names[one.group]), one.amount) for one in slices)
    unit = quantity_of(quantity, max((total.value for total in totals.values()), default=0.0))
    rows = tuple(
        (
            calendar.words(label),
            unit.said(totals[label]),
            *(unit.said(cut.get((label, name), exact(0.0))) for name in columns),
        )
        for label in sorted(totals)
    )
    head = ("Period", "Total", *columns)
    return Table(f"{quantity.capitalize()} by {by}", head, rows, tuple(range(1, len(head))))


def _sums(amounts: Iterable[tuple[Key, Range]]) -> dict[Key, Range]:
    of: dict[Key, list[Range]] = {}
    for key, amount in amounts:
        of.setdefault(key, []).append(amount)
    return {key: sum_shared(ranges) for key, ranges in of.items()}


def _names(slices: Sequence[Slice], by: str, others: int) -> dict[str | None, str]:
    """Return what each group is called, the largest first; the smallest share a name."""
    sums = _sums((one.group, one.amount) for one in slices if one.group is not None)
    ranked = sorted(sums, key=lambda group: (-sums[group].value, group))
    left = max(0, len(ranked) - MOST_GROUPS) + others
    rest = f"{left} other {by}{'' if left == 1 or by == 'hardware' else 's'}"
    names: dict[str | None, str] = {
        name: printable(name) if i < MOST_GROUPS else rest for i, name in enumerate(ranked)
    }
    return {**names, None: rest} if others else names


def _inks(names: Mapping[str | None, str]) -> dict[str, Ink]:
    """Return the colour of each name, in the order of the legend."""
    ordered = list(dict.fromkeys(names.values()))
    if None in names or len(names) > MOST_GROUPS:
        return series_inks(ordered[:-1], ordered[-1])
    return series_inks(ordered)


def _whole(label: str, total: Range | None, unit: Quantity) -> dict[str, Any]:
    """Return the row of a period's total."""
    known = total or exact(0.0)
    return {
        "period": calendar.words(label),
        "low": unit.drawn(known.low),
        "high": unit.drawn(known.high),
        "total": unit.said(known),
    }


def _bars(
    parts: Sequence[dict[str, Any]],
    whole: Sequence[dict[str, Any]],
    inks: dict[str, Ink],
    y: dict[str, Any],
    by: str,
) -> dict[str, Any]:
    key = legend(offset=10) if len(inks) > 1 else None
    return {
        "data": {"values": list(parts)},
        "mark": {"type": "bar"},
        "encoding": {
            "x": {"field": "period", "type": "ordinal", **PERIOD_AXIS, **period_scale(whole)},
            "y": {"field": "amount", "type": "quantitative", **y},
            "color": {
                "field": "group",
                "type": "nominal",
                "scale": ink_scale(inks),
                "legend": key,
            },
            "order": {"field": "order", "type": "quantitative"},
            "tooltip": [
                {"field": "period", "title": "period"},
                {"field": "group", "title": by},
                {"field": "said", "title": "its part"},
                {"field": "total", "title": "total"},
            ],
        },
    }


def _description(quantity: str, by: str, whole: Sequence[dict[str, Any]]) -> str:
    said = f"{quantity.capitalize()} by {by} from {whole[0]['period']} to {whole[-1]['period']}"
    most = max(whole, key=lambda row: float(row["high"]))
    return f"{said}. The most: {most['total']} in {most['period']}."
