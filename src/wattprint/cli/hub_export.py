"""`wattprint hub export`: one organisation as files that other programs read."""

from pathlib import Path

import click

from wattprint.cli.hub_database import (
    database_option,
    hub_database,
    now_text,
    organisation_option,
    told_by,
)
from wattprint.cli.options import home_option, json_option
from wattprint.cli.output import print_json


@click.command(epilog="Example: wattprint hub export exported")
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--format",
    "form",
    metavar="json|parquet",
    default="json",
    show_default=True,
    help="JSON lines, or Parquet (the extra 'parquet').",
)
@organisation_option
@database_option
@home_option
@json_option
def export(
    *,
    folder: Path,
    form: str,
    organisation: str,
    database: str | None,
    home: str | None,
    as_json: bool,
) -> None:
    """Write an organisation's runs, footprints, readings, sums and registry into DIR, a new folder.

    Tokens, sessions, passwords, links and roles are never within.
    """
    with hub_database(database, home) as opened, told_by("Writing rows") as told:
        from wattprint.hub.transfer.export import export_organisation

        manifest = export_organisation(
            opened, organisation, folder, form, now=now_text(), told=told
        )
    if as_json:
        print_json({"folder": str(folder), **manifest})
        return
    rows = sum(table["rows"] for table in manifest["tables"].values())
    click.echo(f"{rows:,} rows in {len(manifest['tables'])} tables: {folder}")
