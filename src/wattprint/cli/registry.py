"""`wattprint registry`: models' footprints to a hub's registry; the commands are below it."""

import click

from wattprint.cli.lazy import LazyGroup

_COMMANDS = {"submit": "Send model cards and tables of models to the hub's registry."}


@click.group(
    cls=LazyGroup,
    below=_COMMANDS,
    alone="shows its help",
    invoke_without_command=True,
    subcommand_metavar="COMMAND [ARGS]...",
    epilog="Example: wattprint registry submit models.csv",
)
@click.pass_context
def registry(context: click.Context) -> None:
    """The hub's registry of models' footprints.

    It goes to the hub of `wattprint login`. The table's columns are described in docs/registry.md.
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())
