"""What the commands below `wattprint hub` share: which database, and how far they are."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from wattprint.cli.progress import rows_progress
from wattprint.cli.serve import DATABASE_VARIABLE, check_extra, file_url
from wattprint.domain.errors import InputError
from wattprint.ledger.home import home_folder

if TYPE_CHECKING:
    from wattprint.hub.storage.database import Database

Command = TypeVar("Command", bound=Callable[..., Any])


def database_option(command: Command) -> Command:
    """Add the option that names a hub's database."""
    return click.option(
        "--database",
        metavar="URL",
        help="sqlite:///PATH or postgresql://USER@HOST/NAME. "
        f"[default: ${DATABASE_VARIABLE}, or hub/hub.db in the home]",
    )(command)


def organisation_option(command: Command) -> Command:
    """Add the option that names an organisation."""
    return click.option(
        "--organisation",
        metavar="ID",
        default="default",
        show_default=True,
        help="Whose rows.",
    )(command)


@contextmanager
def hub_database(
    url: str | None, home: str | None, *, is_new: bool = False
) -> Iterator["Database"]:
    """Open a hub's database.

    Args:
        url: As given; None for the default of `wattprint serve`.
        home: Home folder, as given.
        is_new: Whether the home's folder is made if it is not there.

    Raises:
        InputError: No such address, or the extra is missing.
    """
    check_extra("wattprint hub")
    from wattprint.hub.storage.database import Database

    folder = home_folder(home) / "hub"
    said = url or os.environ.get(DATABASE_VARIABLE)
    if said is None and is_new:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    elif said is None and not (folder / "hub.db").is_file():
        raise InputError(
            f"database {folder / 'hub.db'} is not there",
            "expected a hub's, which `wattprint serve` makes; or say --database",
        )
    database = Database(said or file_url(folder / "hub.db"))
    try:
        yield database
    finally:
        database.close()


def told_by(label: str) -> Any:
    """Return a context of a function that is told of rows done and rows there are."""
    return rows_progress(label)


def now_text() -> str:
    """Return the time as RFC 3339."""
    return datetime.now(timezone.utc).isoformat(timespec="seconds").replace("+00:00", "Z")


def key_of(home: str | None) -> Path:
    """Return where the server's key lies."""
    return home_folder(home) / "hub" / "hub.key"
