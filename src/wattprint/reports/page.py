"""A run as one HTML page that needs nothing else: no network, no script, no other file."""

from wattprint.domain.footprint import Footprint
from wattprint.domain.run import RunRecord
from wattprint.estimator.per_unit import Breakdown, breakdown_of_run
from wattprint.reports.drawn import drawn_charts
from wattprint.reports.html import refuse_without_extra, rendered
from wattprint.reports.parts import run_parts


def run_page(
    run: RunRecord,
    footprint: Footprint,
    *,
    breakdown: Breakdown | None = None,
    state: str | None = None,
    for_emissions: str | None = None,
) -> str:
    """Return a run and its footprint as a page of HTML.

    Args:
        run: The run's record.
        footprint: Its footprint.
        breakdown: Its figures by section and per unit. Default: computed here.
        state: `running`, `completed`, `failed` or `interrupted`. Default: the outcome recorded.
        for_emissions: Command that makes this page with emissions, shown where there are none.

    Raises:
        InputError: The extra `report` is not installed.
    """
    refuse_without_extra()
    if breakdown is None:
        breakdown = breakdown_of_run(run, footprint)
    if for_emissions is None:
        for_emissions = f"wattprint report {run.run_id} --format html --zone FR -o run.html"
    return rendered(
        "run.html.jinja",
        **run_parts(run, footprint, breakdown, state or run.outcome or "without an end"),
        charts=drawn_charts(run, footprint, breakdown),
        for_emissions=for_emissions,
    )
