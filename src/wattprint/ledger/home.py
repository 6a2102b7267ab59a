"""$WATTPRINT_HOME: the folder that holds the local ledger."""

import os
from pathlib import Path

from wattprint.domain.errors import HomeError

VARIABLE = "WATTPRINT_HOME"
_ALLOWED = f"expected a folder you can read and write; choose one with {VARIABLE} or --home"


def home_folder(given: str | os.PathLike[str] | None = None) -> Path:
    """Return the home folder: as given, else $WATTPRINT_HOME, else ~/.wattprint.

    Raises:
        HomeError: It is empty or no path, or begins with '~' and that user has no home.
    """
    chosen = (os.environ.get(VARIABLE) or "~/.wattprint") if given is None else given
    if chosen == "":
        raise HomeError("home folder is ''", _ALLOWED)
    try:
        # Absolute, because the work may change its working folder.
        return Path(chosen).expanduser().absolute()
    except (
        TypeError,
        RuntimeError,
        FileNotFoundError,
    ) as error:  # RuntimeError: the machine does not know the user
        raise HomeError(f"home folder {chosen!r} cannot be used: {error}", _ALLOWED) from error


def runs_folder(home: Path, *, create: bool = False) -> Path:
    """Return the folder of journals below a home.

    Args:
        home: Home folder.
        create: Make it if it is not there yet.

    Raises:
        HomeError: It cannot be read, or cannot be made.
    """
    return _folder(home, "runs", create=create)


def profiles_folder(home: Path, *, create: bool = False) -> Path:
    """Return the folder of node profiles below a home, as `runs_folder` does that of journals."""
    return _folder(home, "profiles", create=create)


def imports_folder(home: Path, *, create: bool = False) -> Path:
    """Return the folder of imports below a home, as `runs_folder` does that of journals."""
    return _folder(home, "imports", create=create)


def _folder(home: Path, name: str, *, create: bool) -> Path:
    folder = home / name
    try:
        if home.exists() and not home.is_dir():
            raise NotADirectoryError(20, "it is a file", str(home))
        if create:
            folder.mkdir(parents=True, exist_ok=True)
        if folder.exists():
            os.scandir(folder).close()  # raises what a later reading would raise
        wanted = os.R_OK | os.X_OK | (os.W_OK if create else 0)
        if folder.exists() and not os.access(folder, wanted):
            raise PermissionError(13, "Permission denied", str(folder))
    except (OSError, ValueError) as error:  # ValueError: a NUL or a lone surrogate in the path
        reason = getattr(error, "strerror", None) or str(error)
        raise HomeError(f"home folder {str(home)!r} cannot be used: {reason}", _ALLOWED) from error
    return folder
