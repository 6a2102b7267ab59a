"""`wattprint serve`: a hub from one command."""

import errno
import importlib.util
import os
import socket
from pathlib import Path
from urllib.parse import quote, urlsplit

import click

from wattprint.cli.options import home_option
from wattprint.cli.output import say
from wattprint.domain.errors import ContradictionError, InputError
from wattprint.ledger.home import home_folder, runs_folder

_NEEDED = (
    *("alembic", "argon2", "fastapi", "jinja2", "joserfc", "markdown"),
    *("msgspec", "python_multipart", "sqlalchemy", "uvicorn"),
)
DATABASE_VARIABLE = "WATTPRINT_HUB_DATABASE"
URL_VARIABLE = "WATTPRINT_HUB_URL"


@click.command(epilog="Example: wattprint serve --local --port 8080")
@click.option(
    "--database",
    metavar="URL",
    help="sqlite:///PATH or postgresql://USER@HOST/NAME. "
    f"[default: ${DATABASE_VARIABLE}, or hub/hub.db in the home]",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", type=click.IntRange(1, 65535), default=8080, show_default=True, help="Its port."
)
@click.option(
    "--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes."
)
@click.option("--local", is_flag=True, help="Show this machine's own runs, as they go on.")
@click.option(
    "--requests-per-s",
    type=click.FloatRange(min=0.1),
    default=200.0,
    show_default=True,
    help="How many requests a second one token may make.",
)
@click.option(
    "--public-url",
    metavar="URL",
    help="The hub's address as browsers know it, of which links are made. "
    f"[default: ${URL_VARIABLE}, or http://HOST:PORT]",
)
@home_option
def serve(
    *,
    database: str | None,
    host: str,
    port: int,
    workers: int,
    local: bool,
    requests_per_s: float,
    public_url: str | None,
    home: str | None,
) -> None:
    """Serve a hub until Ctrl-C or SIGTERM; its first start prints an admin's link and token."""
    check_extra("wattprint serve")
    public_url = checked_url(public_url or os.environ.get(URL_VARIABLE) or None)
    if local and workers > 1:
        raise ContradictionError(
            "--local and --workers are both given", "expected --local with one worker"
        )
    folder = home_folder(home)
    hub_folder = _made(folder / "hub")
    if local:
        runs_folder(folder)  # refused now, not within the hub
    from wattprint.hub.server import prepare
    from wattprint.hub.server import serve as serve_hub
    from wattprint.hub.settings import Settings

    url = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    settings = Settings(
        database or os.environ.get(DATABASE_VARIABLE) or file_url(hub_folder / "hub.db"),
        str(hub_folder / "hub.key"),
        local_home=str(folder) if local else None,
        requests_per_s=requests_per_s,
        public_url=public_url,
        listen_url=url,
        oidc_file=str(hub_folder / "oidc.toml"),
    )
    _check_port(host, port)  # before a first start: its token is shown once
    first = prepare(settings)
    if first is not None:
        say("First start. Set the admin's name and password here; the link works once, for 24 h:\n")
        say(f"  {first.link}\n")
        say("The admin's token, shown this once. It is of organisation 'default':\n")
        say(f"  {first.token}\n")
        say(f"  wattprint login {url}\n")
    say(f"Serving {url}/api/v1 (OpenAPI: {url}/api/v1/openapi.json); Ctrl-C stops.")
    serve_hub(settings, host=host, port=port, workers=workers)


def checked_url(url: str | None) -> str | None:
    """Return the address that links are made of.

    Raises:
        InputError: It is none that a browser opens.
    """
    if url is None:
        return None
    try:
        parts = urlsplit(url)
        is_web = parts.scheme in ("http", "https") and bool(parts.hostname) and " " not in url
        is_web = is_web and not (parts.query or parts.fragment)
    except ValueError:
        is_web = False
    if not is_web:
        raise InputError(
            f"public URL {url!r} is no address of a hub", "expected one as https://hub.example.org"
        )
    return url


def _check_port(host: str, port: int) -> None:
    """Refuse an address that cannot be listened on, before anything says that it is served."""
    try:
        family, kind, number, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, number) as tried:
            if os.name == "posix":  # as the server does: one that has just ended is no hindrance
                tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise InputError(
                f"port {port} of {host} is taken: another program listens there",
                "expected a free one: --port",
            ) from None
        raise InputError(
            f"port {port} of {host} cannot be listened on: {error.strerror or error}",
            "expected a host of this machine and a port above 1023: --host, --port",
        ) from None


def check_extra(command: str) -> None:
    """Refuse a command whose extra is not installed."""
    for name in _NEEDED:
        if importlib.util.find_spec(name) is None:
            raise InputError(
                f"`{command}` needs {name}",
                "expected the extra: pip install 'wattprint[hub]'",
            )


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def file_url(path: Path) -> str:
    """Return the address of an SQLite file."""
    return "sqlite:///" + quote(str(path), safe="/")
