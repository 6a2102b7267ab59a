"""One chart of a run, to stand alone: in a paper, on a slide, in a notebook."""

from typing import Any

from wattprint.charts.bars import fluid_bars
from wattprint.charts.fluid import nothing
from wattprint.charts.run_power import run_power_chart
from wattprint.domain.checks import one_of
from wattprint.domain.footprint import Footprint
from wattprint.domain.run import RunRecord
from wattprint.estimator.per_unit import Breakdown
from wattprint.estimator.sections import section_rows
from wattprint.reports.drawn import (
    COMPONENTS_TITLE,
    SECTIONS_TITLE,
    component_bars,
    section_bars,
)

CHARTS = ("power", "components", "sections")


def run_chart(
    name: str, run: RunRecord, footprint: Footprint, breakdown: Breakdown
) -> dict[str, Any]:
    """Return the specification of a chart; where there is nothing to draw, it says so.

    Args:
        name: `power` over time by device, or energy of `components` or of `sections`.
        run: The run's record.
        footprint: Its footprint.
        breakdown: Its figures by section.

    Raises:
        InputError: Another name.
    """
    one_of("chart", name, CHARTS)
    if name == "power":
        return run_power_chart(run)
    if name == "components":
        bars, title = component_bars(footprint), COMPONENTS_TITLE
    else:
        bars, title = section_bars(section_rows(breakdown.sections)), SECTIONS_TITLE
    return fluid_bars(bars, f"{title}.") if bars else nothing(f"No energy of {name} is known.")
