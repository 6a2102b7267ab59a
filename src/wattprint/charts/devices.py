"""A row of power over time for each device of a run."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from wattprint.charts.axes import (
    COMPONENT_WORDS,
    Scales,
    area_rows,
    power_unit,
    scales_of,
)
from wattprint.charts.series import Stretch, added, bucketed
from wattprint.charts.theme import (
    COMPONENT_INKS,
    QUIET,
    Size,
    axis_top,
    chart,
    shortened,
    words,
)
from wattprint.domain import units
from wattprint.domain.display import printable
from wattprint.domain.readings import METERED_COMPONENTS, Device
from wattprint.domain.run import RunRecord

MOST_DEVICES = 16
"""Devices with a row of their own; the others, the smallest, share one."""
PALE = 0.35
"""Opacity of what was not read when it was used, but later."""
ROWS_A_CHART = 8
"""Devices in one chart: more would not fit on what is left of a printed page."""


class _Row(NamedTuple):
    """Power of a device over time, or of several that share a row."""

    label: str
    component: str
    values: list[float | None]
    is_bridged: list[bool]
    """Where readings failed and a later one stands for them."""
    energy_j: float
    observed_s: float


def device_charts(
    run: RunRecord, stretches: Sequence[list[Stretch]], size: Size
) -> list[dict[str, Any]]:
    """Return a row of power over time for each device, some rows to a chart.

    Rows of one component share a scale, so that they can be compared. Where readings failed and a
    later one spans the gap, its mean is drawn pale; where nothing is known, nothing is drawn.

    Args:
        run: The run's record.
        stretches: Power of each of its devices.
        size: Width of the charts.
    """
    if not run.intervals:
        return []
    scales = scales_of(run, size)
    rows = _device_rows(run, stretches, scales)
    most_w = {
        component: max(
            [1e-9, *(w for r in rows if r.component == component for w in r.values if w)]
        )
        for component in METERED_COMPONENTS
    }
    drawn = [_device_row(row, scales, most_w[row.component], size) for row in rows]
    charts = [drawn[i : i + ROWS_A_CHART] for i in range(0, len(drawn), ROWS_A_CHART)]
    for last in (of_chart[-1] for of_chart in charts):
        last["layer"][0]["encoding"]["x"] = scales.x()
    return [chart({"vconcat": of_chart}) for of_chart in charts]


def _device_rows(run: RunRecord, stretches: Sequence[list[Stretch]], scales: Scales) -> list[_Row]:
    rows = []
    for device, of_device in zip(run.devices, stretches, strict=True):
        energy_j = sum(s.power_w * (s.end_s - s.start_s) for s in of_device)
        observed_s = sum(s.end_s - s.start_s for s in of_device)
        values = bucketed(of_device, scales.edges_s)
        failed = bucketed([s for s in of_device if s.is_bridged], scales.edges_s)
        is_bridged = [watts is not None for watts in failed]
        label = device_label(device)
        rows.append(_Row(label, device.component, values, is_bridged, energy_j, observed_s))
    if len(rows) <= MOST_DEVICES:
        return rows
    rows.sort(key=lambda row: -row.energy_j)
    kept = rows[: MOST_DEVICES - 1]
    for component in METERED_COMPONENTS:
        rest = [row for row in rows[MOST_DEVICES - 1 :] if row.component == component]
        if len(rest) == 1:
            kept += rest
        elif rest:
            word = COMPONENT_WORDS[component]
            kept.append(
                _Row(
                    f"{len(rest)} more, {word}, together",
                    component,
                    added([row.values for row in rest]),
                    [any(moment) for moment in zip(*(row.is_bridged for row in rest), strict=True)],
                    sum(row.energy_j for row in rest),
                    max(row.observed_s for row in rest),
                )
            )
    return kept


def device_label(device: Device) -> str:
    """Return how a device is called: by its name, and the id that tells it from its like."""
    name, device_id = printable(device.name), printable(device.device_id)
    return device_id if device_id.endswith(name) else f"{name} · {device_id}"


def _device_row(row: _Row, scales: Scales, most_w: float, size: Size) -> dict[str, Any]:
    watts, unit = power_unit(most_w)
    steps = [None if value is None else (0.0, value / watts) for value in row.values]
    moments = list(zip(steps, row.is_bridged, strict=True))
    rows = [
        {**point, "opacity": opacity}
        for wanted, opacity in ((False, 0.9), (True, PALE))
        for point in area_rows(
            [step if is_bridged is wanted else None for step, is_bridged in moments],
            scales,
            "failed" if wanted else "read",
        )
    ]
    ink = COMPONENT_INKS[row.component].light
    top = axis_top(most_w / watts)
    area = {
        "data": {"values": rows},
        "mark": {"type": "area", "interpolate": "step-after", "color": ink},
        "encoding": {
            "x": scales.x(axis=None),
            "y": {
                "field": "low",
                "type": "quantitative",
                "stack": None,
                "scale": {"domain": [0, top], "nice": False},
                "axis": {"title": None, "values": [0, top], "labelFontSize": 10}
                | {"labelExpr": f"datum.value ? format(datum.value, ',.2~r') + ' {unit}' : '0'"},
            },
            "y2": {"field": "high"},
            "detail": {"field": "piece", "type": "nominal"},
            "opacity": {"field": "opacity", "type": "quantitative", "scale": None},
        },
    }
    mean = f"{units.plain(row.energy_j / row.observed_s)} W" if row.observed_s else ""
    kwh = row.energy_j / units.JOULES_PER_KWH
    figures = f"mean {mean} · {units.energy(kwh)}" if mean else "not read"
    label = shortened(row.label, size.letters - len(figures) - 2)
    return {
        "width": size.plot_px,
        "height": 34,
        "layer": [
            area,
            words(label, 0, -5, fontSize=11),
            words(figures, size.plot_px, -5, align="right", fontSize=11, color=QUIET.light),
        ],
    }


def has_bridged(stretches: Sequence[list[Stretch]]) -> bool:
    """Tell whether a device's reading failed and a later one stands for it."""
    return any(stretch.is_bridged for of_device in stretches for stretch in of_device)


def has_unread(run: RunRecord, stretches: Sequence[list[Stretch]]) -> bool:
    """Tell whether there is time of which nothing is known of a device."""
    length_s = sum(interval.end_s - interval.start_s for interval in run.intervals)
    read_s = (sum(s.end_s - s.start_s for s in of_device) for of_device in stretches)
    return any(seconds < length_s * (1 - 1e-9) for seconds in read_s)
