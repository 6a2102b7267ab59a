"""`wattprint hub restore`: a new database from a backup."""

from pathlib import Path

import click

from wattprint.cli.hub_database import database_option, hub_database, key_of, told_by
from wattprint.cli.options import home_option, json_option
from wattprint.cli.output import print_json


@click.command(epilog="Example: wattprint hub restore hub.backup --database sqlite:///new.db")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@database_option
@home_option
@json_option
def restore(*, file: Path, database: str | None, home: str | None, as_json: bool) -> None:
    """Fill a new or empty database from FILE, whole or not at all.

    All of FILE is checked first; a database with anything in it is refused.
    """
    with hub_database(database, home, is_new=True) as opened, told_by("Rows") as told:
        from wattprint.hub.transfer.restore import restore as restored

        made = restored(opened, file, told=told)
    if as_json:
        print_json({"file": str(file), **made.as_dict()})
        return
    click.echo(f"{sum(made.rows.values()):,} rows restored, of step {made.revision}.")
    if not key_of(home).exists():
        click.echo(f"Put the key beside it before you serve: {key_of(home)}")
