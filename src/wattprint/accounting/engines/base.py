"""What an engine does: hold tables, run the portable text over them, hand back rows."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from wattprint.domain.errors import InputError

Row = Mapping[str, Any]


class Engine(Protocol):
    """An engine with the tables of one accounting."""

    name: str
    double: str
    """What a CAST calls its DOUBLE."""

    def jobs(self, parts: Sequence[Path]) -> None:
        """Make Parquet files of `domain.jobs.JOB_COLUMNS` the table `jobs`."""
        ...

    def table(self, name: str, columns: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> None:
        """Make a small table.

        Args:
            name: Its name.
            columns: Type of each column: BIGINT or DOUBLE.
            rows: Its rows, in the order of the columns.
        """
        ...

    def keep(self, query: str, name: str, path: Path) -> None:
        """Run a query once, keep its rows as Parquet at `path`, and make them the table `name`.

        An engine of many machines makes `path` a folder of files.
        """
        ...

    def rows(self, query: str) -> list[dict[str, Any]]:
        """Run a query and return its few rows; whole numbers are Python's."""
        ...

    def close(self) -> None:
        """Let go of what it holds."""
        ...


def beyond_reach(why: str) -> InputError:
    """Return the refusal of a job whose figures no BIGINT holds: no engine lets one wrap."""
    return InputError(
        f"a job's figures are beyond 2^63 ({why})",
        "expected jobs of at most a hundred million accelerator-hours",
    )
