"""The charts of a run's page, each drawn in two widths."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from wattprint.charts.axes import stretches_of
from wattprint.charts.bars import Bar, bar_chart
from wattprint.charts.devices import device_charts, has_bridged, has_unread
from wattprint.charts.power import power_chart
from wattprint.charts.render import svg
from wattprint.charts.series import Stretch
from wattprint.charts.theme import BLUE, COMPONENT_INKS, GREY, SIZES, WIDE, Size
from wattprint.domain import units
from wattprint.domain.footprint import Footprint
from wattprint.domain.interval import Range
from wattprint.domain.run import RunRecord
from wattprint.estimator.per_unit import Breakdown
from wattprint.estimator.sections import SectionRow, section_rows
from wattprint.reports.breakdowns import energy_words, percent

MOST_BANDS = 6
"""Sections shown as bands below the power: the largest."""
COMPONENTS_TITLE = "Energy of each component, with its 90 % interval"
SECTIONS_TITLE = "Energy of each section, with its 90 % interval"
_COMPONENT_WORDS = {"cpu": "CPU", "losses": "power supply losses"}


class Drawn(NamedTuple):
    """A chart of a page: its SVG in each width, and what is said below it."""

    svgs: tuple[str, ...]
    caption: str = ""


def drawn_charts(
    run: RunRecord, footprint: Footprint, breakdown: Breakdown
) -> dict[str, list[Drawn]]:
    """Return the charts of a page by what they show: power, devices, components, sections.

    Args:
        run: The run's record.
        footprint: Its footprint.
        breakdown: Its figures by section.
    """
    rows, stretches = section_rows(breakdown.sections), stretches_of(run)
    return {
        "power": _power(run, stretches, rows),
        "devices": _devices(run, stretches),
        "components": _bars("components", COMPONENTS_TITLE, component_bars(footprint)),
        "sections": _bars("sections", SECTIONS_TITLE, section_bars(rows)),
    }


def drawn(
    name: str, title: str, spec: Callable[[Size], dict[str, Any]], caption: str = ""
) -> Drawn:
    """Draw a chart in each width.

    Args:
        name: Name of the chart, unique in its page.
        title: What it shows, for those who do not see it.
        spec: Returns its specification for a width.
        caption: What is said below it.
    """
    return Drawn(
        tuple(svg(spec(size), name=name, title=title, size=size) for size in SIZES), caption
    )


def _power(
    run: RunRecord, stretches: Sequence[list[Stretch]], rows: Sequence[SectionRow]
) -> list[Drawn]:
    bands = [row.figure.path for row in rows if not row.is_rest][:MOST_BANDS]
    charts = [power_chart(run, stretches, size, bands) for size in SIZES]
    known = [spec for spec in charts if spec is not None]
    if not known:
        return []
    title = (
        f"Power of the run's devices over {units.duration(run.duration_s)}, stacked by component. "
        "The table of devices has the figures."
    )
    svgs = (
        svg(spec, name="power", title=title, size=size)
        for spec, size in zip(known, SIZES, strict=True)
    )
    return [Drawn(tuple(svgs), _power_caption(run, bands))]


def _power_caption(run: RunRecord, bands: Sequence[tuple[str, ...]]) -> str:
    said = ["Stacked from the bottom in the order of the legend; the area is the energy."]
    if len(run.intervals) > WIDE.points:
        said.append(
            f"Its {len(run.intervals):,} readings are drawn as means over equal times, which keeps "
            "their energy."
        )
    if any(interval.suspended_s > 0 for interval in run.intervals):
        said.append("Dashed: the machine was asleep; that time is not part of the run.")
    if run.faults:
        said.append("Triangles: faults, by their numbers in the table of faults.")
    if bands:
        said.append("Bands: when sections were open; pale where only for part of the time.")
    return " ".join(said)


def _devices(run: RunRecord, stretches: Sequence[list[Stretch]]) -> list[Drawn]:
    wide, narrow = (device_charts(run, stretches, size) for size in SIZES)
    said = ["Devices of one component share a scale."]
    if has_bridged(stretches):
        said.append("Pale: reading failed, and the counter's next reading spans the gap.")
    if has_unread(run, stretches):
        said.append("Blank: nothing was read, and nothing is counted.")
    found = []
    for number, specs in enumerate(zip(wide, narrow, strict=True), start=1):
        of_several = f", part {number} of {len(wide)}" if len(wide) > 1 else ""
        title = f"Power of each device over time{of_several}. The table of devices has the figures."
        svgs = tuple(
            svg(spec, name=f"devices-{number}", title=title, size=size)
            for spec, size in zip(specs, SIZES, strict=True)
        )
        found.append(Drawn(svgs, " ".join(said) if number == len(wide) else ""))
    return found


def component_bars(footprint: Footprint) -> list[Bar]:
    """Return the energy of each component that is counted, with its interval and share."""
    counted = {
        component: amount
        for component, amount in footprint.components_kwh._asdict().items()
        if amount is not None
    }
    total = sum(amount.value for amount in counted.values())
    return [
        Bar(
            _COMPONENT_WORDS.get(component, component),
            _said(amount, amount.value / total if total else None),
            amount,
            COMPONENT_INKS[component],
        )
        for component, amount in counted.items()
    ]


def section_bars(rows: Sequence[SectionRow]) -> list[Bar]:
    """Return the energy of each section, with its interval and share."""
    return [
        Bar(
            row.label,
            _said(row.figure.energy_kwh, row.figure.share),
            row.figure.energy_kwh,
            GREY if row.is_rest else BLUE,
            row.depth,
        )
        for row in rows
        if row.figure.energy_kwh is not None
    ]


def _bars(name: str, title: str, bars: Sequence[Bar]) -> list[Drawn]:
    if not bars:
        return []
    return [drawn(name, f"{title}. The table below has the figures.", lambda s: bar_chart(bars, s))]


def _said(energy_kwh: Range, share: float | None) -> str:
    said = energy_words(energy_kwh)
    return said if share is None else f"{said} · {percent(share)}"
