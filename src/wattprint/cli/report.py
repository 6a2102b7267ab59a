"""`wattprint report`: the footprint of a run as a document."""

import json
import shlex
import sys
from pathlib import Path
from typing import Any, NamedTuple

import click

from wattprint.cli.by_hour import by_hour_options
from wattprint.cli.files import written_whole
from wattprint.cli.options import home_option, host_options, life_options, place_options
from wattprint.cli.run_footprint import asked_footprint
from wattprint.cli.show import shown_footprint
from wattprint.domain.checks import one_of
from wattprint.domain.errors import InputError
from wattprint.domain.footprint import Footprint
from wattprint.estimator.per_unit import breakdown_of_run
from wattprint.ledger.runs import LAST, Ledger, LedgerEntry
from wattprint.reports.documents import footprint_latex, footprint_markdown
from wattprint.reports.text import footprint_text

_FORMATS = ("text", "json", "markdown", "latex", "html", "svg", "png", "pdf")
_DRAWN = ("svg", "png", "pdf")
"""Formats that are a chart alone; HTML is one where `--chart` is given, else a page."""
_CHARTS = ("power", "components", "sections")


@click.command(epilog="Example: wattprint report last --format html --zone FR -o run.html")
@click.argument("run", default=LAST)
@click.option(
    "--format", "form", metavar="|".join(_FORMATS), help="[default: text, or svg with --chart]"
)
@click.option(
    "--chart",
    metavar="|".join(_CHARTS),
    help="A chart alone, as svg, png, pdf or html. [default of these formats: power]",
)
@click.option("--dark", is_flag=True, help="The chart for a dark screen.")
@click.option(
    "--output", "-o", metavar="FILE", help="Write to a file, whole or not at all. [default: print]"
)
@place_options
@host_options
@by_hour_options
@life_options
@home_option
def report(
    *,
    run: str,
    form: str | None,
    chart: str | None,
    dark: bool,
    output: str | None,
    home: str | None,
    **said: Any,
) -> None:
    """Write the footprint of RUN for a paper, a model card, a script, a slide or a browser.

    HTML is one page that needs no network and no other file; it takes the extra 'report'. A chart
    takes the extra 'charts'.
    """
    form = form or ("text" if chart is None else "svg")
    one_of("format", form, _FORMATS)
    if chart is not None or form in _DRAWN:
        _write_chart(_Asked(run, form, chart or "power", dark), output, home, said)
        return
    if dark:
        raise InputError("--dark is of a chart", "give --chart, or --format svg, png or pdf")
    if form == "html":
        from wattprint.reports.html import refuse_without_extra  # the charts, only for a page

        refuse_without_extra()
    if output is None:
        click.echo(_document(run, form, home, said))
        return
    with written_whole(Path(output)) as file:
        file.write((_document(run, form, home, said) + "\n").encode())


class _Asked(NamedTuple):
    """A chart as it was asked for."""

    run: str
    form: str
    chart: str
    dark: bool


def _write_chart(asked: _Asked, output: str | None, home: str | None, said: dict[str, Any]) -> None:
    """Write a chart alone; pixels and pages of paper go to no terminal."""
    from wattprint.charts.export import FORMATS  # the charts, only for one

    one_of("chart", asked.chart, _CHARTS)
    if asked.form not in FORMATS:
        raise InputError(
            f"a chart has no format {asked.form!r}", f"expected one of {', '.join(FORMATS)}"
        )
    if output is None and asked.form in ("png", "pdf") and sys.stdout.isatty():
        raise InputError(f"format {asked.form!r} is not text", "give --output FILE, or a pipe")
    if output is None:
        click.echo(_chart(asked, home, said), nl=False)
        return
    with written_whole(Path(output)) as file:
        file.write(_chart(asked, home, said))


def _chart(asked: _Asked, home: str | None, said: dict[str, Any]) -> bytes:
    from wattprint.charts.export import exported  # as above
    from wattprint.reports.run_chart import run_chart

    run = Ledger(home).find(asked.run).run
    footprint = asked_footprint(run, said, home)
    spec = run_chart(asked.chart, run, footprint, breakdown_of_run(run, footprint))
    return exported(spec, asked.form, dark=asked.dark)


def _document(run: str, form: str, home: str | None, said: dict[str, Any]) -> str:
    entry = Ledger(home).find(run)
    footprint = asked_footprint(entry.run, said, home)
    breakdown = breakdown_of_run(entry.run, footprint)
    if form == "json":
        return json.dumps(shown_footprint(entry, footprint, breakdown), indent=2)
    if form == "html":
        return _page(entry, footprint, home)
    write = {"text": footprint_text, "markdown": footprint_markdown, "latex": footprint_latex}[form]
    return write(footprint, breakdown)


def _page(entry: LedgerEntry, footprint: Footprint, home: str | None) -> str:
    from wattprint.reports.page import run_page

    of_home = [] if home is None else ["--home", home]
    command = ["wattprint", "report", entry.run.run_id, *of_home, "--zone", "FR"]
    return run_page(
        entry.run,
        footprint,
        state=entry.state,
        for_emissions=shlex.join([*command, "--format", "html", "-o", "run.html"]),
    ).rstrip("\n")
