"""Where a hub is and with which token: one file that only its owner can read."""

import json
import os
import secrets
from pathlib import Path
from typing import NamedTuple

from wattprint.domain.errors import InputError

FILE_NAME = "hub.json"
URL_VARIABLE = "WATTPRINT_HUB_URL"
TOKEN_VARIABLE = "WATTPRINT_HUB_TOKEN"
_NEXT = "log in with `wattprint login URL`"


class Credentials(NamedTuple):
    """A hub's address and a token."""

    url: str
    token: str

    def __repr__(self) -> str:
        return f"Credentials(url={self.url!r}, token=[hidden])"


def save_credentials(home: Path, credentials: Credentials) -> Path:
    """Write them, readable by their owner alone, whole or not at all.

    Raises:
        OSError: The home cannot be written.
    """
    home.mkdir(parents=True, exist_ok=True)
    path = home / FILE_NAME
    partial = home / f".{FILE_NAME}.{secrets.token_hex(4)}.partial"
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(credentials._asdict(), file)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return path


def load_credentials(home: Path) -> Credentials:
    """Read them: from the environment, else from the file.

    Raises:
        InputError: There are none, or others can read the file.
    """
    url, token = os.environ.get(URL_VARIABLE), os.environ.get(TOKEN_VARIABLE)
    if url and token:
        return Credentials(url, token)
    path = home / FILE_NAME
    try:
        if path.stat().st_mode & 0o077:
            raise InputError(f"{path} is open to others", "expected mode 0600: " + _NEXT)
        said = json.loads(path.read_text(encoding="utf-8"))
        return Credentials(str(said["url"]), str(said["token"]))
    except FileNotFoundError:
        raise InputError("no hub is known", _NEXT) from None
    except (KeyError, TypeError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{path} cannot be read", _NEXT) from None
