"""Accounting logs of PBS Professional, OpenPBS and Torque: `date;type;job;name=value ...`.

Source: PBS Professional 2022.1 Administrator's Guide, ch. 19 "Accounting"; Torque 6.1
Administrator Guide, ch. 11 "Accounting records".
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from wattprint.domain.errors import InputError
from wattprint.joblogs.base import Batch, LogSettings
from wattprint.joblogs.readers.log_lines import loaded_chunks
from wattprint.joblogs.readers.pbs_query import (
    OPEN_STARTS,
    SKIPPED,
    UNREADABLE,
    ended_query,
    never_ended_query,
    records_query,
)
from wattprint.joblogs.text_source import head_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_RECORD = re.compile(
    r"^\d\d/\d\d/\d{4} \d\d:\d\d:\d\d(\.\d+)?;[A-Za-z];[^;\n]*;?", re.MULTILINE | re.ASCII
)


class PbsReader:
    """Reads accounting logs of the PBS family."""

    kind = "pbs"
    title = "PBS or Torque accounting"

    def fits(self, head: str, name: str) -> bool:  # noqa: ARG002 - the head tells
        """Tell a log by a record near its beginning."""
        return _RECORD.search(head) is not None

    def batches(
        self, connection: "DuckDBPyConnection", path: Path, settings: LogSettings
    ) -> Iterator[Batch]:
        """Yield jobs as they end; last of all those that have begun and not ended.

        Raises:
            InputError: There is no record near the beginning.
        """
        if not self.fits(head_of(path), path.name):
            raise InputError(
                f"{path} has no accounting record of PBS",
                "expected lines such as 01/31/2024 12:00:00;E;123.server;user=ada ...",
            )
        run = connection.execute
        run(
            "CREATE OR REPLACE TABLE pbs_open (line BIGINT, id VARCHAR, moment_s BIGINT, m VARCHAR)"
        )
        run("CREATE OR REPLACE TABLE pbs_last AS SELECT CAST(NULL AS BIGINT) AS moment_s")
        read = 0
        for chunk in loaded_chunks(connection, path):
            read = chunk.bytes_read
            run(records_query(settings.timezone))
            run(
                "UPDATE pbs_last SET moment_s = greatest(moment_s, "
                "(SELECT max(moment_s) FROM pbs_records WHERE fault IS NULL))"
            )
            run(
                "CREATE OR REPLACE TABLE pbs_starts AS "
                "SELECT line, id, moment_s, m FROM pbs_open UNION ALL "
                "SELECT line, id, moment_s, m FROM pbs_records WHERE type = 'S' AND fault IS NULL"
            )
            run(OPEN_STARTS)
            select = " UNION ALL BY NAME ".join([ended_query(settings), SKIPPED, UNREADABLE])
            yield Batch(select, chunk.rows, read)
        yield Batch(never_ended_query(settings), 0, read)


READER = PbsReader()
