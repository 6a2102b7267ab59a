"""A run's power over time, stacked by component, with what happened on the way."""

from collections.abc import Sequence
from typing import Any

from wattprint.charts.axes import (
    COMPONENT_WORDS,
    Scales,
    area_rows,
    power_unit,
    scales_of,
)
from wattprint.charts.series import Stretch, added, bucketed, section_stretches
from wattprint.charts.theme import (
    ALARM,
    COMPONENT_INKS,
    PAPER,
    QUIET,
    TEXT,
    TRACK,
    Size,
    axis_top,
    chart,
    shortened,
    words,
)
from wattprint.domain import units
from wattprint.domain.display import printable
from wattprint.domain.readings import METERED_COMPONENTS
from wattprint.domain.run import RunRecord

MOST_MARKS = 40
MOST_LABELLED = 3
"""Suspends whose length is written beside them: the longest."""

_HEADROOM = 1.15
"""Room above the curve for what is written there, as a ratio."""


def power_chart(
    run: RunRecord,
    stretches: Sequence[list[Stretch]],
    size: Size,
    sections: Sequence[tuple[str, ...]] = (),
) -> dict[str, Any] | None:
    """Return power over time, stacked by component, with suspends, faults and section bands.

    Args:
        run: The run's record.
        stretches: Power of each of its devices.
        size: Width of the chart.
        sections: Sections to draw as bands below, the first on top.

    Returns:
        A Vega-Lite specification; None for a run without a reading.
    """
    if not any(stretches):
        return None
    scales = scales_of(run, size)
    rows = [_stacked(run, stretches, scales, size)]
    if sections:
        rows.append(_bands(run, sections, scales, size))
    return chart({"vconcat": rows, "resolve": {"scale": {"color": "independent"}}})


def _stacked(
    run: RunRecord, stretches: Sequence[list[Stretch]], scales: Scales, size: Size
) -> dict[str, Any]:
    by_component = {
        component: added(
            [
                bucketed(stretches[i], scales.edges_s)
                for i, device in enumerate(run.devices)
                if device.component == component
            ]
        )
        for component in METERED_COMPONENTS
        if any(
            device.component == component and of_device
            for device, of_device in zip(run.devices, stretches, strict=True)
        )
    }
    most_w = max(w or 0.0 for w in added(list(by_component.values())))
    watts, unit = power_unit(most_w)
    base = [0.0] * (len(scales.edges_s) - 1)
    rows: list[dict[str, Any]] = []
    for component, values in by_component.items():
        steps = [
            None if value is None else (low / watts, (low + value) / watts)
            for low, value in zip(base, values, strict=True)
        ]
        rows += area_rows(steps, scales, COMPONENT_WORDS[component])
        base = [low + (value or 0.0) for low, value in zip(base, values, strict=True)]
    names = [COMPONENT_WORDS[component] for component in by_component]
    inks = [COMPONENT_INKS[component].light for component in by_component]
    area = {
        "data": {"values": rows},
        "mark": {"type": "area", "interpolate": "step-after", "stroke": PAPER.light}
        | {"strokeWidth": 0.4},
        "encoding": {
            "x": scales.x(),
            "y": {
                "field": "low",
                "type": "quantitative",
                "stack": None,
                "scale": {"domain": [0, axis_top(_HEADROOM * most_w / watts)], "nice": False},
                "axis": {"title": None, "labelExpr": f"datum.label + ' {unit}'"},
            },
            "y2": {"field": "high"},
            "detail": {"field": "piece", "type": "nominal"},
            "color": {
                "field": "of",
                "type": "nominal",
                "scale": {"domain": names, "range": inks},
                "legend": {"offset": 22 if run.faults else 8} if len(names) > 1 else None,
            },
        },
    }
    return {
        "width": size.plot_px,
        "height": 190 if size.name == "wide" else 170,
        "layer": [area, *_suspend_marks(run, scales), *_fault_marks(run, scales)],
    }


def _suspend_marks(run: RunRecord, scales: Scales) -> list[dict[str, Any]]:
    """Mark where the machine slept: the run's clock stood still, so it takes no width."""
    slept = [interval for interval in run.intervals if interval.suspended_s > 0]
    longest = sorted(slept, key=lambda interval: -interval.suspended_s)[:MOST_MARKS]
    if not longest:
        return []
    marks = [
        {
            "t": (interval.start_s + interval.end_s) / 2 / scales.seconds,
            "said": f"asleep {units.duration(interval.suspended_s)}" if i < MOST_LABELLED else "",
            "is_late": (interval.start_s + interval.end_s) / 2 > 0.7 * scales.end_s,
        }
        for i, interval in enumerate(longest)
    ]
    x = scales.x()
    rule = {"type": "rule", "color": TEXT.light, "strokeDash": [3, 3], "strokeWidth": 1.2}
    word = {"type": "text", "fontSize": 11, "baseline": "top"}
    return [
        {"data": {"values": marks}, "mark": rule, "encoding": {"x": x}},
        *(
            {
                "data": {"values": [mark for mark in marks if mark["is_late"] is is_late]},
                "mark": {**word, "align": align, "dx": dx},
                "encoding": {"x": x, "y": {"value": 3}, "text": {"field": "said"}},
            }
            for is_late, align, dx in ((False, "left", 5), (True, "right", -5))
        ),
    ]


def _fault_marks(run: RunRecord, scales: Scales) -> list[dict[str, Any]]:
    """Mark faults with their numbers in the table of faults; those of one moment share a mark."""
    moment_s = scales.end_s / MOST_MARKS
    moments: dict[int, list[int]] = {}
    for number, fault in enumerate(run.faults, start=1):
        moments.setdefault(int(fault.at_s / moment_s) if moment_s else 0, []).append(number)
    if not moments:
        return []
    marks = [
        {
            "t": min(run.faults[numbers[0] - 1].at_s, scales.end_s) / scales.seconds,
            "said": _span(numbers),
        }
        for numbers in moments.values()
    ]
    encoding = {"x": scales.x()}
    symbol = {"type": "point", "shape": "triangle-down", "filled": True, "size": 60, "opacity": 1}
    return [
        {
            "data": {"values": marks},
            "mark": {**symbol, "color": ALARM.light},
            "encoding": {**encoding, "y": {"value": -5}},
        },
        {
            "data": {"values": marks if len(marks) <= MOST_MARKS / 4 else []},
            "mark": {"type": "text", "fontSize": 10, "color": ALARM.light, "align": "left"}
            | {"dx": 6},
            "encoding": {**encoding, "y": {"value": -6}, "text": {"field": "said"}},
        },
    ]


def _span(numbers: Sequence[int]) -> str:
    return str(numbers[0]) if len(numbers) == 1 else f"{numbers[0]}-{numbers[-1]}"


_BAND_PX, _BAND_TOP_PX, _BAND_HEIGHT_PX = 28, 15, 8


def _bands(
    run: RunRecord, sections: Sequence[tuple[str, ...]], scales: Scales, size: Size
) -> dict[str, Any]:
    """Return a band for each section, darker the more of the time it was open."""
    coarse_s = _coarse(scales.edges_s, size.points // 2)
    rows = [
        {
            "t": stretch.start_s / scales.seconds,
            "until": stretch.end_s / scales.seconds,
            "top": i * _BAND_PX + _BAND_TOP_PX,
            "bottom": i * _BAND_PX + _BAND_TOP_PX + _BAND_HEIGHT_PX,
            "share": 0.1 + 0.9 * stretch.share,
        }
        for i, path in enumerate(sections)
        for stretch in section_stretches(run, path, coarse_s)
    ]
    tracks = [{**row, "t": 0, "until": scales.end_s / scales.seconds} for row in _first_of(rows)]
    pixel: dict[str, Any] = {"type": "quantitative", "scale": None}
    encoding = {
        "x": scales.x(axis=None),
        "x2": {"field": "until"},
        "y": {"field": "top", **pixel},
        "y2": {"field": "bottom"},
    }
    shade = {"field": "share", "type": "quantitative", "scale": None}
    labels = [
        words(
            shortened(printable(" / ".join(path)), size.letters), 0, i * _BAND_PX + 10, fontSize=11
        )
        for i, path in enumerate(sections)
    ]
    return {
        "width": size.plot_px,
        "height": len(sections) * _BAND_PX,
        "layer": [
            {
                "data": {"values": tracks},
                "mark": {"type": "rect", "color": TRACK.light},
                "encoding": encoding,
            },
            {
                "data": {"values": rows},
                "mark": {"type": "rect", "color": QUIET.light},
                "encoding": {**encoding, "opacity": shade},
            },
            *labels,
        ],
    }


def _first_of(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return list({row["top"]: row for row in rows}.values())


def _coarse(edges_s: list[float], most: int) -> list[float]:
    if len(edges_s) <= most + 1:
        return edges_s
    return [*edges_s[: -1 : -(-len(edges_s) // most)], edges_s[-1]]
