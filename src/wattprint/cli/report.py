"""`wattprint report`: the footprint of a run as a document."""

import json
from pathlib import Path
from typing import Any

import click

from wattprint.cli.options import home_option, place_options
from wattprint.cli.runs import run_dict
from wattprint.domain.checks import one_of
from wattprint.domain.footprint import Footprint
from wattprint.estimator.tracked import footprint_of_run
from wattprint.ledger.runs import LAST, Ledger, LedgerEntry
from wattprint.reports.documents import footprint_latex, footprint_markdown
from wattprint.reports.text import footprint_text

_FORMATS = ("text", "json", "markdown", "latex")


@click.command(epilog="Example: wattprint report last --format latex --zone FR")
@click.argument("run", default=LAST)
@click.option(
    "--format", "form", default="text", metavar="|".join(_FORMATS), help="[default: text]"
)
@click.option("--output", "-o", metavar="FILE", help="Write to a file. [default: standard output]")
@place_options
@home_option
def report(*, run: str, form: str, output: str | None, home: str | None, **place: Any) -> None:
    """Write the footprint of RUN for a paper, a model card or a script."""
    one_of("format", form, _FORMATS)
    entry = Ledger(home).find(run)
    document = _document(form, footprint_of_run(entry.run, **place), entry)
    if output is None:
        click.echo(document)
    else:
        Path(output).write_text(document + "\n", encoding="utf-8")


def _document(form: str, footprint: Footprint, entry: LedgerEntry) -> str:
    if form == "json":
        return json.dumps({**footprint.as_dict(), "run": run_dict(entry)}, indent=2)
    write = {"text": footprint_text, "markdown": footprint_markdown, "latex": footprint_latex}[form]
    return write(footprint)
