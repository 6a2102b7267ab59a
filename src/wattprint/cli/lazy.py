"""Groups of commands whose modules are imported when they are used."""

import importlib
from collections.abc import Mapping
from keyword import iskeyword
from typing import Any

import click

from wattprint.domain.errors import InputError, nearest_names


class LazyGroup(click.Group):
    """A group that imports a command below it when that is used.

    Args:
        below: Name and first line of help of each command.
        alone: What the group does without a command, for the refusal of an unknown one.
    """

    def __init__(self, *arguments: Any, below: Mapping[str, str], alone: str, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self._below = below
        self._alone = alone

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names of the commands below."""
        return list(self._below)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import a command and return it."""
        if cmd_name not in self._below:
            return None
        module = importlib.import_module(f"wattprint.cli.{self.name}_{cmd_name}")
        # `import` is Python's own word: its function has a line behind it.
        name = f"{cmd_name}_" if iskeyword(cmd_name) else cmd_name
        command: click.Command = getattr(module, name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the help of the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(self._below.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that is named first; refuse an unknown one with the nearest."""
        if args[0] not in self._below:
            raise InputError(
                f"command {args[0]!r} is unknown",
                f"`wattprint {self.name}` {self._alone}, or takes " + " or ".join(self._below),
                nearest_names(args[0], self._below, count=1),
            )
        return super().resolve_command(ctx, args)
