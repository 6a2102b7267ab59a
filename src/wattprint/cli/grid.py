"""`wattprint grid`: carbon intensity, and where it comes from; the commands are below it."""

import click

from wattprint.cli.lazy import LazyGroup

_COMMANDS = {
    "now": "Intensity of a zone now.",
    "history": "Intensity of a zone in the past, hour by hour.",
    "forecast": "Intensity of a zone in the hours to come.",
    "compare": "Intensity of several zones side by side.",
    "doctor": "Test the keys of grid services, and what their plans hold.",
    "sources": "Grid services: kinds, units, costs and licences.",
    "where": "The place that is found for this work, and why.",
}


@click.group(
    cls=LazyGroup,
    below=_COMMANDS,
    alone="shows its help",
    invoke_without_command=True,
    subcommand_metavar="COMMAND [ARGS]...",
    epilog="Example: wattprint grid sources",
)
@click.pass_context
def grid(context: click.Context) -> None:
    """Carbon intensity of the grid: now, past, forecast, compared.

    A service is asked only when it is set up or named with --provider; without one the usual hours
    of the zone answer, and say so. What is fetched is kept in $WATTPRINT_HOME/cache and used again,
    also without a network.
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())
