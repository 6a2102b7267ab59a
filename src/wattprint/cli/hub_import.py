"""`wattprint hub import`: an export taken into this hub."""

from pathlib import Path

import click

from wattprint.cli.hub_database import database_option, hub_database, key_of, told_by
from wattprint.cli.options import home_option, json_option
from wattprint.cli.output import print_json


@click.command(epilog="Example: wattprint hub import exported --organisation research")
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--organisation", metavar="ID", help="What it becomes here. [default: what it was there]"
)
@database_option
@home_option
@json_option
def import_(
    *,
    folder: Path,
    organisation: str | None,
    database: str | None,
    home: str | None,
    as_json: bool,
) -> None:
    """Take what `wattprint hub export` wrote into DIR; twice changes nothing.

    An organisation that this hub does not know gets a first admin, whose token is shown once.
    """
    with hub_database(database, home, is_new=True) as opened, told_by("Taking rows") as told:
        from wattprint.hub.organisations import first_admin
        from wattprint.hub.storage.migrate import migrate
        from wattprint.hub.transfer.import_ import import_organisation

        migrate(opened)
        taken = import_organisation(opened, folder, organisation, told=told)
        token = first_admin(opened, key_of(home), taken.organisation)
    if as_json:
        print_json({**taken._asdict(), "token": token})
        return
    new = sum(taken.taken.values())
    click.echo(f"{new:,} rows taken, {taken.known:,} known: organisation {taken.organisation!r}")
    if taken.left_out:
        click.echo(
            f"{taken.left_out:,} sums of deleted rows left out: whether this hub counts those rows "
            "already cannot be told. Under a new --organisation all are taken."
        )
    if token is not None:
        click.echo(f"Its admin's token, shown this once:\n\n  {token}\n")
