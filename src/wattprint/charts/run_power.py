"""Power over time of one run, stacked by device, as wide as its place."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from wattprint.charts.axes import (
    COMPONENT_WORDS,
    Scales,
    area_rows,
    power_unit,
    scales_of,
    stretches_of,
)
from wattprint.charts.devices import device_label
from wattprint.charts.fluid import fluid, legend, nothing
from wattprint.charts.series import Stretch, added, bucketed
from wattprint.charts.table import Table
from wattprint.charts.theme import (
    COMPONENT_INKS,
    PAPER,
    SERIES_INKS,
    WIDE,
    Ink,
    axis_top,
    ink_scale,
    series_inks,
    shortened,
)
from wattprint.domain import units
from wattprint.domain.readings import METERED_COMPONENTS
from wattprint.domain.run import RunRecord

MOST_COLOURS = len(SERIES_INKS)
"""Devices that each have a colour of their own; more are coloured by component."""
MOST_DEVICES = 32
"""Devices drawn on their own: those that used most. The others of a component are drawn as one."""
_HEIGHT_PX = 240
_LABEL_LETTERS = 40
_UNREAD = "nothing was read"


class _Layer(NamedTuple):
    """A device, or the smallest of a component together."""

    label: str
    component: str
    power_w: list[float | None]
    """Moment by moment."""


def run_power_chart(run: RunRecord) -> dict[str, Any]:
    """Return power over time; the area is the energy, and where nothing was read nothing is drawn.

    More than 240 readings become means over equal times, which keeps their energy.

    Args:
        run: The run's record, with its intervals.
    """
    stretches = stretches_of(run)
    if not any(stretches):
        return nothing("No device of this run was read.")
    scales = scales_of(run, WIDE)
    layers = _layers(run, stretches, scales)
    most_w = max(watts or 0.0 for watts in added([layer.power_w for layer in layers]))
    watts, unit = power_unit(most_w)
    used_j = sum(joules or 0.0 for joules in run.device_energy_j())
    inks = _inks(layers)
    y = {
        "field": "low",
        "type": "quantitative",
        "stack": None,
        "scale": {"domain": [0, axis_top(most_w / watts)], "nice": False},
        "axis": {"title": f"power [{unit}]"},
    }
    return fluid(
        {
            "data": {"values": _rows(layers, scales, watts)},
            "mark": {"type": "area", "interpolate": "step-after", "stroke": PAPER.light}
            | {"strokeWidth": 0.4},
            "encoding": {
                "x": scales.x(),
                "y": y,
                "y2": {"field": "high"},
                "detail": {"field": "piece", "type": "nominal"},
                "color": {
                    "field": "ink",
                    "type": "nominal",
                    "scale": ink_scale(inks),
                    "legend": legend(3, 1, labelLimit=260) if len(inks) > 1 else None,
                },
                "tooltip": {"field": "of", "title": "device"},
            },
        },
        description=f"Power of {len(run.devices)} devices over {units.duration(run.duration_s)}: "
        f"{units.plain(most_w)} W at most, {_energy(used_j)} in all.",
        height_px=_HEIGHT_PX,
    )


def run_power_table(run: RunRecord) -> Table:
    """Return what the chart shows, summed up: each device's energy and mean power."""
    rows = []
    for device, of_device in zip(run.devices, stretches_of(run), strict=True):
        joules = sum(one.power_w * (one.end_s - one.start_s) for one in of_device)
        seconds = sum(one.end_s - one.start_s for one in of_device)
        said = (f"{units.plain(joules / seconds)} W", _energy(joules)) if seconds else (_UNREAD, "")
        rows.append((device_label(device), device.component, *said))
    head = ("Device", "Component", "Mean power", "Energy")
    return Table("Power and energy of each device", head, tuple(rows), (2, 3))


def _layers(run: RunRecord, stretches: Sequence[list[Stretch]], scales: Scales) -> list[_Layer]:
    """Return the power of devices from bottom to top: accelerators first, memory last."""
    joules = [sum(s.power_w * (s.end_s - s.start_s) for s in one) for one in stretches]
    largest = set(sorted(range(len(joules)), key=lambda i: -joules[i])[:MOST_DEVICES])
    layers = []
    for component in METERED_COMPONENTS:
        of_component = [i for i, one in enumerate(run.devices) if one.component == component]
        for i in (i for i in of_component if i in largest):
            label = shortened(device_label(run.devices[i]), _LABEL_LETTERS)
            layers.append(_Layer(label, component, bucketed(stretches[i], scales.edges_s)))
        rest = [bucketed(stretches[i], scales.edges_s) for i in of_component if i not in largest]
        if rest:
            label = f"{len(rest)} more together, {COMPONENT_WORDS[component]}"
            layers.append(_Layer(label, component, added(rest)))
    return layers


def _inks(layers: Sequence[_Layer]) -> dict[str, Ink]:
    """Return the colours of the legend: of devices where they are few, else of components."""
    if len(layers) <= MOST_COLOURS:
        return series_inks([layer.label for layer in layers])
    return {COMPONENT_WORDS[one.component]: COMPONENT_INKS[one.component] for one in layers}


def _rows(layers: Sequence[_Layer], scales: Scales, watts: float) -> list[dict[str, Any]]:
    base = [0.0] * (len(scales.edges_s) - 1)
    rows: list[dict[str, Any]] = []
    for label, component, power_w in layers:
        steps = [
            None if value is None else (low / watts, (low + value) / watts)
            for low, value in zip(base, power_w, strict=True)
        ]
        ink = label if len(layers) <= MOST_COLOURS else COMPONENT_WORDS[component]
        rows += [{**row, "ink": ink} for row in area_rows(steps, scales, label)]
        base = [low + (value or 0.0) for low, value in zip(base, power_w, strict=True)]
    return rows


def _energy(joules: float) -> str:
    return units.energy(joules / units.JOULES_PER_KWH)
