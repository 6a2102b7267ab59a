"""`wattprint explain`: one job under all methodologies."""

from pathlib import Path
from typing import Any

import click

from wattprint.cli.by_hour import ASKED
from wattprint.cli.estimate import estimate
from wattprint.cli.hosts import host_named
from wattprint.cli.options import json_option
from wattprint.cli.output import print_json, say, write_whole
from wattprint.cli.places import found_place
from wattprint.domain.errors import InputError
from wattprint.estimator.explain import Explanation
from wattprint.estimator.explain import explain as explain_job
from wattprint.reports.explained import explanation_text

_CHART_FORMS = (".svg", ".png")
_NOT_HERE = ("methodology", "explain", "as_json", "start", "end", *ASKED)
"""Options of `estimate` that say nothing of the work, or what no other method knows: its hours."""


@click.command(
    epilog='Example: wattprint explain --accelerator "A100 SXM4 40GB" --count 8 --hours 72 '
    "--region aws/us-east-1"
)
@click.option(
    "--chart", metavar="FILE", help="Also draw the causes, as .svg or .png; takes extra 'report'."
)
@json_option
def explain(*, chart: str | None, as_json: bool, **inputs: Any) -> None:
    """Show one job under all methodologies side by side, and why each differs from ours.

    The differences are taken apart by exchanging one term after the other: power, the rest of the
    machine, PUE, intensity, making, rounding. The parts add up to the whole.
    """
    path = None if chart is None else _chart_path(chart)
    host = host_named(inputs["host"])
    explanation = explain_job(**{**inputs, **found_place(inputs), "host": host})
    if path is not None:
        write_whole(path, _drawn(explanation, path.suffix.lower()))
    if as_json:
        print_json(explanation.as_dict())
    else:
        click.echo(explanation_text(explanation))
    if path is not None:
        say(f"Chart written to {path}")


explain.params[:0] = [option for option in estimate.params if option.name not in _NOT_HERE]


def _chart_path(given: str) -> Path:
    """Return where a chart goes, or refuse before anything is computed."""
    path = Path(given)
    if path.suffix.lower() not in _CHART_FORMS:
        raise InputError(f"chart is {given!r}", "expected a file name that ends in .svg or .png")
    from wattprint.charts.render import refuse_without_extra  # the charts, only for one

    refuse_without_extra(f"--chart {given}")
    return path


def _drawn(explanation: Explanation, form: str) -> bytes:
    from wattprint.charts.render import png, svg  # the charts, only when one is asked for
    from wattprint.charts.theme import WIDE
    from wattprint.reports.explained import explanation_chart

    spec = explanation_chart(explanation, WIDE)
    if form == ".png":
        return png(spec)
    title = "One job under all methodologies, and why they differ"
    return svg(spec, name="methodologies", title=title, size=WIDE).encode("utf-8")
