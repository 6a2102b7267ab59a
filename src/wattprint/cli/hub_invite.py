"""`wattprint hub invite`: a link that lets somebody in once."""

import os

import click

from wattprint.cli.options import home_option, json_option
from wattprint.cli.output import print_json
from wattprint.cli.serve import DATABASE_VARIABLE, URL_VARIABLE, check_extra, checked_url, file_url
from wattprint.domain.errors import InputError
from wattprint.ledger.home import home_folder


@click.command(epilog="Example: wattprint hub invite ann --role member")
@click.argument("user")
@click.option(
    "--role",
    metavar="ROLE",
    help="What somebody new becomes: viewer, member, maintainer or admin. A member needs none: "
    "the link sets a new password.",
)
@click.option(
    "--email",
    metavar="ADDRESS",
    help="Lets in, too, who has this address verified at the OIDC provider.",
)
@click.option(
    "--organisation", metavar="ID", default="default", show_default=True, help="Which it is of."
)
@click.option(
    "--database", metavar="URL", help=f"As of `serve`. [default: ${DATABASE_VARIABLE}, or the file]"
)
@click.option(
    "--public-url",
    metavar="URL",
    help=f"As of `serve`. [default: ${URL_VARIABLE}, or http://127.0.0.1:8080]",
)
@home_option
@json_option
def invite(
    *,
    user: str,
    role: str | None,
    email: str | None,
    organisation: str,
    database: str | None,
    public_url: str | None,
    home: str | None,
    as_json: bool,
) -> None:
    """Print a link that lets USER set a name and a password: once, within 24 hours."""
    check_extra("wattprint hub")
    folder = home_folder(home) / "hub"
    public_url = checked_url(public_url or os.environ.get(URL_VARIABLE) or None)
    url = database or os.environ.get(DATABASE_VARIABLE)
    if not folder.is_dir() or (url is None and not (folder / "hub.db").exists()):
        raise InputError(f"{folder} holds no hub", "expected the --home that `wattprint serve` has")
    from wattprint.hub.server import invite as made_link
    from wattprint.hub.settings import Settings

    settings = Settings(
        url or file_url(folder / "hub.db"),
        str(folder / "hub.key"),
        public_url=public_url,
    )
    link = made_link(settings, organisation, user, role=role, email=email)
    if as_json:
        print_json({"user": user, "organisation": organisation, "role": role, "link": link})
        return
    click.echo(link)
