"""`wattprint grid sources`: where intensity can come from."""

import os

import click

from wattprint.cli.options import home_option, json_option
from wattprint.cli.output import print_json
from wattprint.factors.grid_services import GridService, grid_services
from wattprint.grid.settings import load_settings
from wattprint.ledger.home import home_folder


@click.command(epilog="Example: wattprint grid sources")
@home_option
@json_option
def sources(*, home: str | None, as_json: bool) -> None:
    """List the services of grid intensity: what they give, their units, costs and licences.

    Nobody is asked.
    """
    order = load_settings(home_folder(home), os.environ).order
    listed = sorted(grid_services().values(), key=lambda of: of.service)
    if as_json:
        rows = [{**of._asdict(), "is_set_up": of.service in order} for of in listed]
        print_json({"services": rows})
        return
    for service in listed:
        state = "set up" if service.service in order else "not set up"
        click.echo(f"{service.service}: {service.name} ({state})")
        for name, text in _facts(service):
            click.echo(f"  {name.ljust(9)} {text}")
        click.echo()
    click.echo("Order in which they are asked: " + (", ".join(order) or "none is set up"))


def _facts(of: GridService) -> tuple[tuple[str, str], ...]:
    return (
        ("kind", f"{of.kind}; basis {of.basis}; scope {of.scope}"),
        ("figures", f"{of.unit}; step: {of.step}"),
        ("covers", of.covers),
        ("back", of.history),
        ("ahead", of.forecast),
        ("needs", f"{of.key}; cost: {of.cost}"),
        ("licence", f"{of.licence} (source {of.source}, {of.year})"),
    )
