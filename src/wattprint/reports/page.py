"""A run as one HTML page that needs nothing else: no network, no script, no other file."""

from pathlib import Path
from typing import TYPE_CHECKING

from wattprint.charts.theme import dark_rules
from wattprint.domain.display import printable
from wattprint.domain.errors import InputError
from wattprint.domain.footprint import Footprint
from wattprint.domain.run import RunRecord
from wattprint.estimator.per_unit import Breakdown, breakdown_of_run
from wattprint.reports.drawn import drawn_charts
from wattprint.reports.parts import run_parts

if TYPE_CHECKING:
    from jinja2 import Environment

_TEMPLATES = Path(__file__).parent / "templates"

_MARKS = {
    "measured": "●",
    "modelled": "◐",
    "assumed": "◌",
    "given": "■",
    "missing": "○",
    "not counted": "○",
    "used": "●",
    "not used": "○",
}
"""A sign before each method and state, so that a table can be scanned."""


def refuse_without_extra() -> None:
    """Refuse at once if the packages of the extra are not there.

    Raises:
        InputError: One is not; it says how to install it.
    """
    try:
        import jinja2  # noqa: F401 - looked for here, used below
        import vl_convert  # noqa: F401
    except ImportError as error:
        raise InputError(
            f"format 'html' needs the extra 'report', and {error.name} is not installed",
            "install it with `pip install 'wattprint[report]'`",
        ) from error


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
    return (
        _environment()
        .get_template("run.html.jinja")
        .render(
            **run_parts(run, footprint, breakdown, state or run.outcome or "without an end"),
            charts=drawn_charts(run, footprint, breakdown),
            for_emissions=for_emissions,
            dark_rules=dark_rules(),
            marks=_MARKS,
        )
    )


def _environment() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # the extra `report`

    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )


def _shown(value: object) -> object:
    """Return what may stand in a page: markup that we made as it is, any other text printable."""
    return printable(value) if type(value) is str else value
