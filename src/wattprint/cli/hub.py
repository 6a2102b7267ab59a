"""`wattprint hub`: what is done on a hub's own machine; the commands are below it."""

import click

from wattprint.cli.lazy import LazyGroup

_COMMANDS = {
    "invite": "A link that lets somebody in, or sets a new password.",
}


@click.group(
    cls=LazyGroup,
    below=_COMMANDS,
    alone="shows its help",
    invoke_without_command=True,
    subcommand_metavar="COMMAND [ARGS]...",
    epilog="Example: wattprint hub invite ann --role member",
)
@click.pass_context
def hub(context: click.Context) -> None:
    """Keep a hub, on the machine where it runs."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())
