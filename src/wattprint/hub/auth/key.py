"""The server's own key, with which tokens are hashed: made at first start, never in the database.

Who steals the database alone can neither use nor check a token.
"""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from wattprint.domain.errors import InputError

VARIABLE = "WATTPRINT_HUB_KEY"
_BYTES = 32


def server_key(path: Path, environment: Mapping[str, str] = os.environ) -> bytes:
    """Return the key: from $WATTPRINT_HUB_KEY, else from a file, which is made if it is not there.

    Args:
        path: The file.
        environment: Environment variables.

    Raises:
        InputError: The key is too short, or its file is open to others.
        OSError: The file cannot be read or made.
    """
    said = environment.get(VARIABLE)
    if said is not None:
        return _checked(said, f"${VARIABLE}")
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        if path.stat().st_mode & 0o077:
            raise InputError(f"key {path} is open to others", "expected mode 0600") from None
        return _checked(path.read_text().strip(), f"key {path}")
    with os.fdopen(descriptor, "w") as file:
        key = secrets.token_hex(_BYTES)
        file.write(key + "\n")
        file.flush()
        os.fsync(descriptor)
    return bytes.fromhex(key)


def _checked(text: str, name: str) -> bytes:
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) < _BYTES:
        raise InputError(f"{name} is no key", f"expected {2 * _BYTES} or more hexadecimal digits")
    return key
