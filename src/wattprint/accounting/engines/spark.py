"""Spark: the same text on a cluster, for logs that outgrow one machine.

Every machine of the cluster reads and writes the same folders (NFS, Lustre and the like): the jobs,
the small tables and the figures are Parquet there. No Python runs on the workers.
"""

import logging
import os
import shutil
import socket
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from py4j.protocol import Py4JError
from pyspark import SparkConf
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame

from wattprint.accounting.engines.base import beyond_reach
from wattprint.accounting.engines.duckdb import DuckDB
from wattprint.accounting.engines.spark_driver import Driver
from wattprint.domain.errors import InputError

CONNECT_TIMEOUT_S = 5
DEFAULT_PORT = 7077
LARGEST = 2**63 - 1
_SETTINGS = {
    "spark.app.name": "wattprint account",
    # A sum beyond 2^63 is refused; without this it would wrap.
    "spark.sql.ansi.enabled": "true",
    # Parquet of a job's figures is not worth a port that anybody can look into.
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}
_OVERFLOWS = ("ARITHMETIC_OVERFLOW", "CAST_OVERFLOW")
_GLOB_SIGNS = "\\*?[]{}"


class Spark:
    """Spark, and DuckDB in this process for the small tables.

    Memory and cores of its executors are set where Spark's users set them: in `spark-defaults.conf`
    of the folder $SPARK_CONF_DIR.

    Args:
        master: 'spark://host:port', several by commas, or 'local[2]' for trying it here.
        shared: Folder for the small tables, which all machines see.

    Raises:
        InputError: No Java, or no master that answers.
    """

    name = "spark"
    double = "DOUBLE"

    def __init__(self, master: str, shared: Path) -> None:
        _refuse_without_java()
        _refuse_silent(master)
        # What goes wrong is raised; its hundred lines of Java need not be shown besides.
        logging.getLogger("SQLQueryContextLogger").setLevel(logging.CRITICAL + 1)
        shared.mkdir(parents=True, exist_ok=True)
        self._shared = shared
        settings = {**_SETTINGS, "spark.master": master}
        self._driver = Driver(SparkConf().setAll(list(settings.items())), shared / "spark.log")
        self._session = self._driver.session

    def jobs(self, parts: Sequence[Path]) -> None:
        """See `Engine`."""
        self._read(parts).createOrReplaceTempView("jobs")

    def table(self, name: str, columns: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> None:
        """See `Engine`."""
        path = self._shared / f"{name}.parquet"
        writer = DuckDB(self._shared / "overflow", threads=1)
        try:
            writer.table(name, columns, rows)
            writer.copy(f"SELECT * FROM {name}", path, "FORMAT parquet")
        finally:
            writer.close()
        self._read([path]).createOrReplaceTempView(name)

    def keep(self, query: str, name: str, path: Path) -> None:
        """See `Engine`: `path` becomes a folder."""
        try:
            self._session.sql(query).write.mode("overwrite").parquet(f"file://{path.resolve()}")
        except (PySparkException, Py4JError) as error:
            shutil.rmtree(path, ignore_errors=True)
            raise _refused(error) from error
        kept = self._read([path])
        kept.createOrReplaceTempView(name)
        if self._is_beyond(kept, name):
            shutil.rmtree(path, ignore_errors=True)
            raise beyond_reach("Spark: floor() ends at 2^63 - 1")

    def rows(self, query: str) -> list[dict[str, Any]]:
        """See `Engine`."""
        try:
            found = self._session.sql(query).collect()
        except (PySparkException, Py4JError) as error:
            raise _refused(error) from error
        return [{name: _whole(amount) for name, amount in row.asDict().items()} for row in found]

    def close(self) -> None:
        """See `Engine`."""
        self._driver.close()

    def _is_beyond(self, kept: DataFrame, name: str) -> bool:
        """Tell whether any figure is the largest whole number: no sum of seconds or joules is.

        `floor` of Spark 4.0 gives that one for all that are larger, ANSI or not; 4.3 raises.
        """
        whole = ", ".join(column for column, sql_type in kept.dtypes if sql_type == "bigint")
        found = self.rows(f"SELECT COUNT(*) AS jobs FROM {name} WHERE {LARGEST} IN ({whole})")
        return bool(found[0]["jobs"])

    def _read(self, parts: Sequence[Path]) -> DataFrame:
        return self._session.read.parquet(*map(_address, parts))


def _address(path: Path) -> str:
    """Return a path as Hadoop reads it, which takes some signs for patterns."""
    plain = str(path.resolve())
    return "file://" + "".join(f"\\{sign}" if sign in _GLOB_SIGNS else sign for sign in plain)


def _whole(amount: Any) -> Any:
    return int(amount) if isinstance(amount, Decimal) else amount


def _refuse_without_java() -> None:
    home = os.environ.get("JAVA_HOME")
    found = Path(home, "bin", "java").exists() if home else shutil.which("java") is not None
    if not found:
        where = f"JAVA_HOME is {home!r}, where there is none" if home else "none is on the PATH"
        raise InputError(
            f"engine 'spark' needs Java, and {where}",
            "expected Java 17 or newer, such as the package openjdk-17-jre-headless of Debian",
        )


def _refuse_silent(master: str) -> None:
    """Refuse masters of which none answers: Spark itself would try for a minute."""
    if not master.startswith("spark://"):
        return
    addresses = master.removeprefix("spark://").split(",")
    if not any(map(_answers, addresses)):
        raise InputError(
            f"no Spark master answers at {master}",
            "expected spark://HOST:PORT as the master's log has it; see deploy/spark",
        )


def _answers(address: str) -> bool:
    host, _, port = address.rpartition(":") if ":" in address else (address, "", DEFAULT_PORT)
    try:
        socket.create_connection((host.strip("[]"), int(port)), CONNECT_TIMEOUT_S).close()
    except (OSError, ValueError, OverflowError):
        return False
    return True


def _refused(error: Exception) -> InputError:
    """Return what Spark refused, in one line."""
    said = str(error)
    overflow = next((name for name in _OVERFLOWS if name in said), None)
    if overflow is not None:
        return beyond_reach(f"Spark: {overflow}")
    lines = [line for line in said.splitlines() if line.strip()]
    return InputError(
        f"Spark refuses: {(lines or [type(error).__name__])[0][:300]}",
        "expected a cluster whose workers read and write the same folders",
    )
