"""What an engine says of a full disk or of too little memory, as errors of the house."""

from collections.abc import Iterator
from contextlib import contextmanager

from wattprint.domain.errors import InputError, WattprintError

_LENGTH = 200


class EngineError(WattprintError, OSError):
    """The engine could not do its work: no space left, not enough memory, a file gone."""

    __str__ = WattprintError.__str__


@contextmanager
def engine_faults() -> Iterator[None]:
    """Turn what DuckDB raises of files and memory into one line.

    Raises:
        EngineError: The disk is full, memory is too little, or a file cannot be read or written.
    """
    import duckdb

    of_machine = (duckdb.IOException, duckdb.OutOfMemoryException)
    try:
        yield
    except of_machine as error:
        raise EngineError(_words(error)) from error
    except InputError as error:
        # A log's reader takes whatever its queries raise for a fault of the log.
        if isinstance(error.__cause__, of_machine):
            raise EngineError(_words(error.__cause__)) from error
        raise


def _words(error: BaseException) -> str:
    said = " ".join(str(error).split())
    if "No space left" in said:
        return "there is no space left on the disk; TMPDIR says where overflow goes"
    if "Out of Memory" in said or "could not allocate" in said:
        return f"more memory is needed: give --memory MB ({said[:_LENGTH]})"
    return said[:_LENGTH]
