"""Wattprint's own table of jobs, read back as it is."""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from wattprint.domain.errors import InputError
from wattprint.domain.jobs import JOB_COLUMNS, PARSED_COLUMNS
from wattprint.joblogs.base import Batch, LogSettings
from wattprint.joblogs.readers.tabular import is_parquet, parquet_columns, parquet_slices

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_OWN = tuple(column for column in PARSED_COLUMNS if column in JOB_COLUMNS)


class JobsReader:
    """Reads files of Parquet that Wattprint wrote."""

    kind = "jobs"
    title = "Wattprint's table of jobs"

    def fits(self, head: str, name: str) -> bool:  # noqa: ARG002 - the protocol
        """Say no: the beginning of a file of Parquet does not tell its columns."""
        return False

    def has_its_columns(self, names: Collection[str]) -> bool:
        """Tell the table by the names of all its columns."""
        return {column.name for column in JOB_COLUMNS} <= set(names)

    def batches(
        self,
        connection: "DuckDBPyConnection",
        path: Path,
        settings: LogSettings,  # noqa: ARG002 - the table says all of itself
    ) -> Iterator[Batch]:
        """Yield the jobs of a part; what was not told of the cluster stays untold.

        Raises:
            InputError: Not such a file.
        """
        if not is_parquet(path) or not self.has_its_columns(parquet_columns(connection, path)):
            raise InputError(
                f"{path} is no table of jobs that Wattprint wrote",
                "expected Parquet with the columns of wattprint.jobs/1",
            )
        columns = ", ".join(
            f"try_cast({column.name} AS {column.sql_type}) AS {column.name}"
            for column in _OWN
            if column.name != "line"
        )
        # Lines of several logs may be the same: the row in this file tells them apart.
        select = f"{columns}, file_row_number + 1 AS line, NULL AS reject"
        for query, piece in parquet_slices(connection, path, select):
            yield Batch(query, piece.rows, piece.bytes_read)


READER = JobsReader()
