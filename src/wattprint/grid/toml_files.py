"""TOML files of settings and of projects: read whole, and refused with their path."""

import sys
from collections.abc import Mapping
from pathlib import Path
from stat import S_IMODE
from typing import Any

from wattprint.domain.errors import InputError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_FOR_OWNER_ALONE = 0o600
_LARGEST_BYTES = 1024 * 1024


def read_private_toml(path: Path) -> Mapping[str, Any]:
    """Return a TOML file that only its owner can read; nothing where there is none.

    Raises:
        InputError: Others can read it, or it is no TOML.
    """
    try:
        mode = S_IMODE(path.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise _unreadable(path, error.strerror or str(error)) from error
    if mode & ~_FOR_OWNER_ALONE:
        raise InputError(
            f"{path} has mode {mode:04o}, and it holds keys",
            f"expected mode 0600: `chmod 600 {path}`",
        )
    return read_toml(path)


def read_toml(path: Path) -> Mapping[str, Any]:
    """Return a TOML file.

    Raises:
        InputError: It cannot be read or is no TOML. The message holds no line of it.
    """
    try:
        with path.open("rb") as stream:
            content = stream.read(_LARGEST_BYTES)
        document: Mapping[str, Any] = tomllib.loads(content.decode("utf-8"))
    except OSError as error:
        raise _unreadable(path, error.strerror or str(error)) from error
    except tomllib.TOMLDecodeError as error:
        # The message of tomllib names line and column, and quotes at most a character.
        raise _unreadable(path, f"it is no TOML ({error})") from None
    except (UnicodeDecodeError, RecursionError):
        raise _unreadable(path, "it is no TOML in UTF-8") from None
    return document


def _unreadable(path: Path, why: str) -> InputError:
    return InputError(f"{path} cannot be read: {why}", "expected a TOML file; see docs/grid.md")
