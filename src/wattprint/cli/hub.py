"""`wattprint hub`: what is done on a hub's own machine; the commands are below it."""

import click

from wattprint.cli.lazy import LazyGroup

_COMMANDS = {
    "invite": "A link that lets somebody in, or sets a new password.",
    "backup": "Write the whole hub into one file, while it goes on.",
    "restore": "Fill a new database from a backup.",
    "export": "Write one organisation as JSON or Parquet.",
    "import": "Take an export into this hub.",
    "prune": "Delete old rows; sums stay.",
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
    """Keep a hub, on the machine where it runs: people, backup, export, retention.

    The commands work on the database itself, whether a server runs or not; whoever may read it and
    the key's file may use them.
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())
