"""$WATTPRINT_HOME: the folder that holds the local ledger."""

import os
from pathlib import Path

from wattprint.domain.errors import HomeError

VARIABLE = "WATTPRINT_HOME"
_ALLOWED = f"expected a folder you can read and write; choose one with {VARIABLE} or --home"


def home_folder(given: str | os.PathLike[str] | None = None) -> Path:
    """Return the home folder: as given, else $WATTPRINT_HOME, else ~/.wattprint.

    Raises:
        HomeError: It is no path, or begins with '~' and that user has no home.
    """
    chosen = given or os.environ.get(VARIABLE) or "~/.wattprint"
    try:
        return Path(chosen).expanduser()
    except (TypeError, RuntimeError) as error:  # RuntimeError: the machine does not know the user
        raise HomeError(f"home folder {chosen!r} cannot be used: {error}", _ALLOWED) from error


def runs_folder(home: Path, *, create: bool = False) -> Path:
    """Return the folder of journals below a home.

    Args:
        home: Home folder.
        create: Make it if it is not there yet.

    Raises:
        HomeError: It cannot be read, or cannot be made.
    """
    folder = home / "runs"
    try:
        if create:
            folder.mkdir(parents=True, exist_ok=True)
        if folder.exists():
            os.scandir(folder).close()  # raises what a later reading would raise
        wanted = os.R_OK | os.X_OK | (os.W_OK if create else 0)
        if folder.exists() and not os.access(folder, wanted):
            raise PermissionError(13, "Permission denied", str(folder))
    except OSError as error:
        reason = error.strerror or str(error)
        raise HomeError(f"home folder {str(home)!r} cannot be used: {reason}", _ALLOWED) from error
    return folder
