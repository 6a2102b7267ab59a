"""`wattprint show`: the footprint of a run of the ledger."""

from typing import Any

import click

from wattprint.cli.by_hour import by_hour_options
from wattprint.cli.options import (
    home_option,
    host_options,
    json_option,
    life_options,
    place_options,
)
from wattprint.cli.output import print_json
from wattprint.cli.run_footprint import asked_footprint
from wattprint.cli.runs import run_dict, show_with_zone
from wattprint.domain import units
from wattprint.domain.footprint import Footprint
from wattprint.estimator.per_unit import Breakdown, breakdown_of_run
from wattprint.ledger.imports import PREFIX, parsed_record_id
from wattprint.ledger.pulled import figures_at
from wattprint.ledger.runs import LAST, Ledger, LedgerEntry
from wattprint.reports.text import footprint_text


@click.command(epilog="Example: wattprint show last --zone FR --pue 1.2")
@click.argument("run", default=LAST)
@place_options
@host_options
@by_hour_options
@life_options
@home_option
@click.option("--explain", is_flag=True, help="Show each equation with its numbers.")
@json_option
def show(*, run: str, home: str | None, explain: bool, as_json: bool, **said: Any) -> None:
    """Show the footprint of RUN: an id, the beginning of one, or 'last'.

    Energy was recorded; place, PUE and intensity are applied now, so they can be given now. Of an
    imported record, IMPORT:N, what was reported stands beside what is recomputed.
    """
    if run.startswith(PREFIX):
        from wattprint.cli.imported import show_imported  # its parsers are of no use to a run

        asked = parsed_record_id(run)
        show_imported(asked, home, explain=explain, as_json=as_json, **said)
        return
    entry = Ledger(home).find(run)
    footprint = asked_footprint(entry.run, said, home)
    breakdown = breakdown_of_run(entry.run, footprint)
    if as_json:
        print_json(shown_footprint(entry, footprint, breakdown))
        return
    click.echo(_headline(entry) + "\n")
    if (address := figures_at(entry.run)) is not None:
        click.echo(f"The hub has the figures of this run: {address}")
        return
    click.echo(footprint_text(footprint, breakdown, explain=explain))
    if footprint.best_energy_kwh is None:
        for meter in entry.run.meters:
            click.echo(f"Not read, {meter['family']}: {meter['reason']}")
    for fault in entry.run.faults:
        click.echo(f"Fault after {units.duration(fault.at_s)}, {fault.meter}: {fault.message}")
    if footprint.emissions_kg.location_based is footprint.emissions_kg.market_based is None:
        command = show_with_zone(entry.run.run_id, home)
        click.echo(f"\nFor emissions give a place, for example:\n  {command}")


def shown_footprint(
    entry: LedgerEntry, footprint: Footprint, breakdown: Breakdown
) -> dict[str, Any]:
    """Return the JSON form of a footprint, with the run that it is of and its breakdown."""
    return {**footprint.as_dict(), "run": {**run_dict(entry), **breakdown.as_dict()}}


def _headline(entry: LedgerEntry) -> str:
    run = entry.run
    name = "" if run.name == run.run_id else f" ({run.name})"
    started = run.started_at[:19].replace("T", " ")
    lasted = units.duration(run.duration_s)
    return f"Run {run.run_id}{name}, project {run.project}: {entry.state}, {started} UTC, {lasted}."
