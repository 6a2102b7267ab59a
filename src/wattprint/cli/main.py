"""`wattprint`: the commands, and how errors leave the program.

Exit status: 0 done, 2 bad input, 1 failed; `track` passes its command's status on.
"""

import importlib
import os
import sys
from typing import Any

import click

from wattprint._version import __version__
from wattprint.cli.output import say
from wattprint.domain.errors import InputError, WattprintError, nearest_names

_COMMANDS = {
    "estimate": "Footprint of described work, before or after it happens.",
    "explain": "One job under all methodologies, and why they differ.",
    "track": "Run a command and measure it.",
    "import": "Other tools' records into the ledger.",
    "runs": "List, export and prune the runs of the local ledger.",
    "show": "Footprint of a run, with its reasons.",
    "report": "Footprint of a run as a document.",
    "grid": "Carbon intensity of the grid: now, past, forecast, compared.",
    "factors": "Search hardware, zones and regions, and their sources.",
    "doctor": "What can be measured on this machine, and how well.",
    "account": "A cluster's job logs: per job, rolled up, and what was wasted.",
    "serve": "Serve a hub: a team's runs behind one API.",
    "hub": "Keep a hub: people, backup, export, retention.",
    "login": "Keep the address of a hub and a token.",
    "push": "Send runs of the local ledger to a hub.",
    "pull": "Bring runs of a hub into the local ledger.",
    "registry": "Send model cards and tables of models to a hub's registry.",
    "calibrate": "Fit what a machine draws beside its chips to a wall meter.",
}
"""Name and first line of help of every command; its module is imported when it is used."""
_MODULES = {"import": "import_records"}
"""Modules, and functions in them, of commands whose names are Python's own words."""

_FIRST_STEPS = """\
Wattprint: the carbon ledger of machine learning.

  wattprint estimate --accelerator "A100 SXM4 80GB" --count 8 --hours 72 --region aws/us-east-1
  wattprint track -- python train.py
  wattprint show last --zone FR

`wattprint --help` lists all commands."""


class _LazyGroup(click.Group):
    """A group that imports a command's module when the command is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        name = _MODULES.get(cmd_name, cmd_name)
        command: click.Command = getattr(importlib.import_module(f"wattprint.cli.{name}"), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in _COMMANDS:
            raise InputError(
                f"command {args[0]!r} is unknown",
                "expected one of " + ", ".join(_COMMANDS),
                nearest_names(args[0], _COMMANDS, count=1),
            )
        return super().resolve_command(ctx, args)


@click.group(
    cls=_LazyGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="wattprint")
@click.pass_context
def cli(context: click.Context) -> None:
    """Measure, estimate and account for the energy and emissions of machine learning."""
    if context.invoked_subcommand is None:
        click.echo(_FIRST_STEPS)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line, and turn every error into one line and an exit status."""
    sys.exit(_status(arguments))


def _status(arguments: list[str] | None) -> int:
    try:
        result: Any = cli.main(arguments, prog_name="wattprint", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except InputError as error:
        return _refused(str(error), 2)
    except click.UsageError as error:
        return _refused(_usage_message(error), 2)
    except click.Abort:
        return _refused("stopped", 130)
    except (WattprintError, OSError) as error:
        _drop_unwritable_output()
        return _refused(str(error), 1)


def _drop_unwritable_output() -> None:
    """Let go of output that a full disk refuses: Python would complain again at its end."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _refused(message: str, status: int) -> int:
    say("wattprint: " + " ".join(message.split()))
    return status


def _usage_message(error: click.UsageError) -> str:
    """Return click's complaint in our three parts: given, allowed, nearest or next step."""
    command = error.ctx.command_path if error.ctx else "wattprint"
    if isinstance(error, click.NoSuchOption):
        known = [name for p in error.ctx.command.params for name in p.opts] if error.ctx else []
        return str(
            InputError(
                f"option {error.option_name!r} is unknown",
                f"`{command} --help` lists those of `{command}`",
                nearest_names(error.option_name, known, count=1),
            )
        )
    return f"{error.format_message().rstrip('.')}; see `{command} --help`."
