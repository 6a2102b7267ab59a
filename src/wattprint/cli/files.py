"""Files that commands write: whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO


@contextmanager
def written_whole(path: Path) -> Iterator[BinaryIO]:
    """Open a file that takes its place once it is whole: a reader never sees half of it.

    Raises:
        OSError: Nothing can be written there; at once, before anything is computed.
    """
    if path.exists() and not path.is_file():  # a pipe or /dev/stdout; a folder is refused
        with path.open("wb") as file:
            yield file
        return
    place = path.resolve()  # a link stays a link to what is written
    if place.exists() and not os.access(place, os.W_OK):
        raise PermissionError(13, "Permission denied", str(path))
    partial = place.with_name(f".{place.name}.{os.getpid()}.partial")
    try:
        file = partial.open("xb")
    except OSError as error:
        raise type(error)(error.errno, error.strerror, str(path)) from error
    try:
        with file:
            yield file
            if place.exists():
                os.fchmod(file.fileno(), place.stat().st_mode & 0o777)
        partial.replace(place)
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
