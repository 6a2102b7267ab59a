"""`wattprint report`: the footprint of a run as a document."""

import json
import shlex
from pathlib import Path
from typing import Any

import click

from wattprint.cli.by_hour import by_hour_options
from wattprint.cli.files import written_whole
from wattprint.cli.options import home_option, host_options, life_options, place_options
from wattprint.cli.run_footprint import asked_footprint
from wattprint.cli.show import shown_footprint
from wattprint.domain.checks import one_of
from wattprint.domain.footprint import Footprint
from wattprint.estimator.per_unit import breakdown_of_run
from wattprint.ledger.runs import LAST, Ledger, LedgerEntry
from wattprint.reports.documents import footprint_latex, footprint_markdown
from wattprint.reports.text import footprint_text

_FORMATS = ("text", "json", "markdown", "latex", "html")


@click.command(epilog="Example: wattprint report last --format html --zone FR -o run.html")
@click.argument("run", default=LAST)
@click.option(
    "--format", "form", default="text", metavar="|".join(_FORMATS), help="[default: text]"
)
@click.option(
    "--output", "-o", metavar="FILE", help="Write to a file, whole or not at all. [default: print]"
)
@place_options
@host_options
@by_hour_options
@life_options
@home_option
def report(*, run: str, form: str, output: str | None, home: str | None, **said: Any) -> None:
    """Write the footprint of RUN for a paper, a model card, a script or a browser.

    HTML is one page that needs no network and no other file; it takes the extra 'report'.
    """
    one_of("format", form, _FORMATS)
    if form == "html":
        from wattprint.reports.html import refuse_without_extra  # the charts, only for a page

        refuse_without_extra()
    if output is None:
        click.echo(_document(run, form, home, said))
        return
    with written_whole(Path(output)) as file:
        file.write((_document(run, form, home, said) + "\n").encode())


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
