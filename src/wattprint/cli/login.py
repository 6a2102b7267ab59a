"""`wattprint login`: a hub's address and a token, kept in a file of the user's own."""

import os
import sys

import click

from wattprint.cli.options import home_option, json_option
from wattprint.cli.output import print_json
from wattprint.client.credentials import TOKEN_VARIABLE, Credentials, save_credentials
from wattprint.client.errors import HubError, TokenRefusedError
from wattprint.client.transport import HubSender
from wattprint.domain.errors import InputError
from wattprint.ledger.home import home_folder


@click.command(epilog="Example: wattprint login https://hub.example.org < token.txt")
@click.argument("url")
@home_option
@json_option
def login(*, url: str, home: str | None, as_json: bool) -> None:
    """Ask the hub at URL whose token it is, and keep both in `hub.json` of the home, mode 0600.

    The token comes from $WATTPRINT_HUB_TOKEN, else from standard input; at a terminal it is asked
    for and not shown. It is never an argument, which others could see.
    """
    token = _token()
    credentials = Credentials(HubSender(url, token).url, token)
    answer = HubSender(url, token).send("GET", "/api/v1/whoami")
    if answer.status == 401:
        raise TokenRefusedError("the hub refuses the token", "expected one that it has made")
    if answer.status != 200 or not isinstance(answer.document, dict):
        raise HubError(f"{credentials.url} does not answer as a hub does: {answer.detail()}")
    path = save_credentials(home_folder(home), credentials)
    if as_json:
        print_json({"url": credentials.url, **answer.document, "file": str(path)})
        return
    who = "{user} of {organisation}, {role}".format_map(answer.document)
    click.echo(f"Logged in to {credentials.url} as {who}. Send runs: wattprint push --all")


def _token() -> str:
    said = os.environ.get(TOKEN_VARIABLE)
    if not said:
        is_asked = sys.stdin.isatty()
        said = click.prompt("Token", hide_input=True) if is_asked else sys.stdin.readline()
    token = str(said).strip()
    if not token.isascii() or not token.isprintable() or not token or " " in token:
        raise InputError("the token is empty or no token", "expected wpt_... as the hub showed it")
    return token
