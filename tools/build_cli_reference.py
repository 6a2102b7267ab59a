"""Write docs/reference/cli.md from the commands themselves.

    python tools/build_cli_reference.py [--check]

With --check nothing is written; the exit status is 1 when the page on disk is another one.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from wattprint.cli.main import cli

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "cli.md"

HEAD = """\
# Command line

`tools/build_cli_reference.py` writes this page from the commands; a test compares the two.

Exit status: 0 done, 2 bad input, 1 failed. `wattprint track` passes its command's status on.
Errors go to standard error in one line: what was given, what is allowed, the nearest match.
"""


def main() -> int:
    page = reference()
    if "--check" not in sys.argv[1:]:
        PAGE.parent.mkdir(parents=True, exist_ok=True)
        PAGE.write_text(page, encoding="utf-8")
        return 0
    if PAGE.exists() and PAGE.read_text(encoding="utf-8") == page:
        return 0
    print(f"{PAGE} is not what the commands say; run python {Path(__file__).name}", file=sys.stderr)
    return 1


def reference() -> str:
    """Return the page."""
    root = click.Context(cli, info_name="wattprint")
    return "\n".join([HEAD, *(section(context) for context in walk(root))])


def walk(context: click.Context) -> Iterator[click.Context]:
    """Yield a command and all commands below it, each group before its own."""
    yield context
    if isinstance(context.command, click.Group):
        for name in context.command.list_commands(context):
            command = context.command.get_command(context, name)
            assert command is not None
            yield from walk(click.Context(command, parent=context, info_name=name))


OF_HUBS = ("serve", "hub", "login", "push", "pull", "registry")
"""Commands that serve until they are stopped, or need a hub: their examples are shown as text, as
tests run every `console` block; tests/hub runs these commands."""


def section(context: click.Context) -> str:
    """Return what the page says of one command."""
    command = context.command
    parts = [f"## {context.command_path}", *paragraphs(command.help or "")]
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    parts.append(f"```text\n{usage}\n```")
    if isinstance(command, click.Group):
        parts += ["Commands:", listed(commands_below(context))]
    parts += ["Options:", listed(options(command, context))]
    if command.epilog:
        label, _, example = command.epilog.partition(": ")
        assert label == "Example", f"the epilog of {context.command_path} is no example"
        needs_a_hub = context.command_path.split()[1:2] in ([name] for name in OF_HUBS)
        parts.append(f"```sh\n{example}\n```" if needs_a_hub else f"```console\n$ {example}\n```")
    return "\n\n".join(parts) + "\n"


def paragraphs(text: str) -> list[str]:
    """Return the paragraphs of a help text, each on lines of its own."""
    return [" ".join(block.split()) for block in text.replace("\b", "").split("\n\n")]


def commands_below(context: click.Context) -> Iterator[tuple[str, str]]:
    """Yield the commands of a group, each linked to its section."""
    for below in list(walk(context))[1:]:
        if below.parent is context:
            anchor = below.command_path.replace(" ", "-")
            yield f"[`{below.info_name}`](#{anchor})", below.command.get_short_help_str(limit=1000)


def options(command: click.Command, context: click.Context) -> Iterator[tuple[str, str]]:
    """Yield the options of a command as its own help prints them."""
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record is not None:
            spelled, said = record
            yield f"`{spelled}`", said


def listed(rows: Iterator[tuple[str, str]]) -> str:
    """Return a Markdown list: a name, and what is said of it."""
    return "\n".join(f"- {name}: {' '.join(said.split())}" for name, said in rows)


if __name__ == "__main__":
    sys.exit(main())
