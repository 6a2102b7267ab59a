"""Bills of AWS, Google Cloud and Azure: lines of machine-hours become jobs, other lines do not."""

import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from wattprint.domain.errors import InputError
from wattprint.joblogs.base import Batch, LogSettings
from wattprint.joblogs.readers import bill_aws, bill_azure, bill_gcp
from wattprint.joblogs.readers.any_table import AnyTable
from wattprint.joblogs.readers.bill import Bill
from wattprint.joblogs.readers.quantities import whole
from wattprint.joblogs.readers.tabular import header_of
from wattprint.joblogs.sql import literal

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_BILLS = (bill_aws.BILL, bill_gcp.BILL, bill_azure.BILL)

_KEY = re.compile(r'"([^"\\]{1,100})"\s*:')


class BillingReader:
    """Reads cost and usage exports."""

    kind = "billing"
    title = "cloud billing export"

    def fits(self, head: str, name: str) -> bool:  # noqa: ARG002 - the head tells
        """Tell a bill by the names of its columns."""
        if head.lstrip().startswith(("{", "[")):
            keys = set(_KEY.findall(head[:50_000]))
            return {"sku", "usage_start_time", "service"} <= keys or _bill_of(keys) is not None
        header = header_of(head)
        return header is not None and self.has_its_columns(header.names)

    def has_its_columns(self, names: Collection[str]) -> bool:
        """Tell a bill by the names of its columns."""
        return _bill_of(names) is not None

    def batches(
        self, connection: "DuckDBPyConnection", path: Path, settings: LogSettings
    ) -> Iterator[Batch]:
        """Yield the lines of a bill that are machines.

        Raises:
            InputError: Not a bill that is known.
        """
        table = AnyTable(connection, path)
        bill = _bill_of(table.names)
        if bill is None:
            raise InputError(
                f"{path} is no cost and usage export that is known (its columns are "
                f"{', '.join(table.names[:8])})",
                "expected one of AWS (CUR, Data Exports), Google Cloud (BigQuery) or Azure "
                "(usage details)",
            )
        by_name = {squeezed(name): name for name in reversed(table.names)}
        found = {
            column: by_name[name]
            for column, names in bill.columns.items()
            if (name := next((name for name in names if name in by_name), ""))
        }
        query = _jobs(bill, found, settings)
        for piece in table.cells({f"{column}_": name for column, name in found.items()}):
            yield Batch(query, piece.rows, piece.bytes_read)


READER = BillingReader()


def squeezed(name: str) -> str:
    """Return the letters and digits of a name: 'lineItem/UsageType' is 'lineitemusagetype'."""
    return re.sub(r"[^a-z0-9]", "", name.casefold())


def _bill_of(names: Collection[str]) -> Bill | None:
    known = {squeezed(name) for name in names}
    for bill in _BILLS:
        if all(any(name in known for name in bill.columns[column]) for column in bill.telling):
            return bill
    return None


def _jobs(bill: Bill, found: Mapping[str, str], settings: LogSettings) -> str:
    """Return the query of jobs over `cells`.

    A line may be several machines for all of an hour or a day: they are that many nodes.
    """
    cells = ", ".join(
        f"{f'{column}_' if column in found else 'CAST(NULL AS VARCHAR)'} AS {column}"
        for column in bill.columns
    )
    cluster = literal(settings.cluster) if settings.cluster else "NULL"
    nodes = (
        "CASE WHEN machine_s > 0 AND end_s > start_s AND machine_s < 1e15 "
        "THEN greatest(ceil(machine_s / (end_s - start_s) - 0.01), 1) ELSE 1 END"
    )
    return f"""
WITH lines AS MATERIALIZED (
    {bill.query(f"(SELECT line, rows, repeated, fault AS broken, {cells} FROM cells)")}
),
counted AS (
    SELECT *, {nodes} AS machines FROM lines WHERE broken IS NULL AND NOT repeated AND skip IS NULL
)
SELECT job_id, job_key, {cluster} AS cluster, user_name, account, project, team, accelerator,
    instance, region, 'unknown' AS state, start_s, end_s,
    CASE WHEN machine_s IS NULL THEN end_s - start_s ELSE {whole("machine_s / machines")} END
        AS elapsed_s,
    machines AS nodes, cpus * machines AS cpus, gpus * machines AS gpus,
    gpus * machines AS gpus_requested, 0 AS notes,
    line, rows AS log_rows, NULL AS skip, reject
FROM counted
UNION ALL BY NAME
SELECT line, rows AS log_rows, broken AS reject FROM lines WHERE broken IS NOT NULL AND NOT repeated
UNION ALL BY NAME
SELECT CAST(NULL AS BIGINT) AS line, sum(rows)::BIGINT AS log_rows, NULL AS reject,
    CASE WHEN repeated THEN 'headers' ELSE skip END AS skip
FROM lines WHERE repeated OR broken IS NULL AND skip IS NOT NULL
GROUP BY CASE WHEN repeated THEN 'headers' ELSE skip END"""
