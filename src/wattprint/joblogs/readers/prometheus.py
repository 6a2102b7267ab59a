"""Answers of Prometheus to range queries: metered energy of pods and jobs.

DCGM's counters and gauges of accelerators, Kepler's counters of containers and pods, several
metrics in one file: one row a job, from its first sample to its last.
Source: the HTTP API of Prometheus ("Range queries"); the counters of NVIDIA dcgm-exporter and of
Kepler.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from wattprint.domain.errors import InputError
from wattprint.joblogs.base import Batch, LogSettings
from wattprint.joblogs.readers.json_rows import loaded_elements
from wattprint.joblogs.readers.prometheus_query import (
    NO_SERIES,
    REJECTED_SERIES,
    SERIES,
    jobs_query,
)
from wattprint.joblogs.text_source import head_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_MATRIX = re.compile(r'"resultType"\s*:\s*"matrix"')
_SERIES = re.compile(r'"metric"\s*:\s*\{.{0,20000}?"values"\s*:\s*\[', re.DOTALL)


class PrometheusReader:
    """Reads what `/api/v1/query_range` answers."""

    kind = "prometheus"
    title = "Prometheus range query"

    def fits(self, head: str, name: str) -> bool:  # noqa: ARG002 - the head tells
        """Tell an answer by its type, or by its first series."""
        if not head.lstrip().startswith(("{", "[")):
            return False
        return _MATRIX.search(head) is not None or _SERIES.search(head) is not None

    def batches(
        self, connection: "DuckDBPyConnection", path: Path, settings: LogSettings
    ) -> Iterator[Batch]:
        """Yield series that cannot be taken as they come, and in the end all jobs.

        Raises:
            InputError: Not the answer to a range query, or Prometheus says that it failed.
        """
        head = head_of(path)
        failed = re.search(r'"status"\s*:\s*"error"', head[:2000])
        if failed or not self.fits(head, path.name):
            raise InputError(
                f"{path} is no answer of Prometheus to a range query"
                + (" (it says that the query failed)" if failed else ""),
                'expected {"status":"success","data":{"resultType":"matrix","result":[...]}}',
            )
        connection.execute(NO_SERIES)
        read = 0
        for piece in loaded_elements(connection, path):
            read = piece.bytes_read
            connection.execute(f"CREATE OR REPLACE TABLE prom_new AS {SERIES}")
            connection.execute(
                "INSERT INTO prom_series BY NAME SELECT * EXCLUDE (fault, skip) FROM prom_new "
                "WHERE fault IS NULL AND skip IS NULL"
            )
            yield Batch(REJECTED_SERIES, piece.rows, read)
        yield Batch(jobs_query(settings), 0, read)


READER = PrometheusReader()
