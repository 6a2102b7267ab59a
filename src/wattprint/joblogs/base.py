"""What a reader of a kind of log is: SQL that turns its rows into the table of jobs.

Rows never become Python objects: a reader looks at the head of a file, and writes the query that
the engine runs over all of it.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


class LogSettings(NamedTuple):
    """What a log does not say of itself."""

    timezone: str = "UTC"
    """IANA name of the time zone in which the log writes times without one."""
    cluster: str = ""
    """Name of the cluster where the log has none."""
    columns: "dict[str, str] | None" = None
    """For plain tables: column of the table of jobs -> column of the file."""


class Batch(NamedTuple):
    """A part of a log, as a query."""

    select: str
    """A SELECT whose columns are `domain.jobs.PARSED_COLUMNS`, by name, in any order. A column
    that the log lacks may be left out; `line` and `reject` may not."""
    rows: int
    """Rows of the file that it covers, for the progress bar; 0 where that is not known."""
    bytes_read: int
    """Bytes of the file up to its end."""
    prepare: "Callable[[DuckDBPyConnection], None] | None" = None
    """Makes the tables that the query reads. Where it is given, parts are run beside each other:
    each on an engine of its own, while the next `joblogs.chunks.PIECES` are asked for."""


class LogReader(Protocol):
    """Reads one kind of log."""

    kind: str
    """Name of the kind, as `--kind` takes it: 'sacct', 'pbs'."""
    title: str
    """What it is, for people: 'Slurm sacct'."""

    def fits(self, head: str, name: str) -> bool:
        """Tell whether a file is of this kind, from its decoded beginning and its name."""
        ...

    def batches(
        self, connection: "DuckDBPyConnection", path: Path, settings: LogSettings
    ) -> Iterator[Batch]:
        """Yield the log in parts; each is run before the next one is asked for.

        Tables that a query reads are made on the connection, and may be replaced by the next part.

        Raises:
            InputError: Not of this kind, or a column without which nothing can be said is missing.
        """
        ...
