"""`wattprint hub backup`: a whole hub in one file."""

from pathlib import Path

import click

from wattprint.cli.hub_database import database_option, hub_database, key_of, now_text, told_by
from wattprint.cli.options import home_option, json_option
from wattprint.cli.output import print_json


@click.command(epilog="Example: wattprint hub backup hub.backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@database_option
@home_option
@json_option
def backup(*, file: Path, database: str | None, home: str | None, as_json: bool) -> None:
    """Write all that a hub holds into FILE, as it is at one moment, while it goes on.

    The file fits both kinds of database. The server's key is not within: keep a copy of it, for
    without it the tokens of a restored hub are refused.
    """
    with hub_database(database, home) as opened, told_by("Writing rows") as told:
        from wattprint.hub.transfer.backup import back_up

        made = back_up(opened, file, now=now_text(), told=told)
    key = key_of(home)
    if as_json:
        print_json({"file": str(file), **made.as_dict(), "bytes": made.size_bytes, "key": str(key)})
        return
    rows = sum(made.rows.values())
    click.echo(f"{rows:,} rows, {made.size_bytes:,} bytes: {file}")
    click.echo(f"The key is not within; keep a copy of {key}")
