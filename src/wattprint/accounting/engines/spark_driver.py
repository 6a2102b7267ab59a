"""The Java process that asks a Spark cluster: started for one accounting, gone with it."""

import time
from contextlib import suppress
from pathlib import Path
from typing import IO

from py4j.java_gateway import JavaGateway
from pyspark import SparkConf, SparkContext
from pyspark.errors import PySparkException
from pyspark.java_gateway import launch_gateway
from pyspark.sql import SparkSession

from wattprint.domain.errors import ContradictionError, InputError

PATIENCE_S = 120
"""How long a cluster may take to lend a worker. [s]"""
END_S = 20
_LOOK_EVERY_S = 0.1


class Driver:
    """A driver of its own: what it says goes into a file, so that progress stays readable.

    Args:
        conf: Settings of Spark.
        log: The file.

    Raises:
        ContradictionError: This process has a session of Spark already, with settings of its own.
        InputError: It does not start, or no worker does what it asks.
    """

    session: SparkSession

    def __init__(self, conf: SparkConf, log: Path) -> None:
        if SparkContext._active_spark_context is not None:
            raise ContradictionError(
                "this process has a session of Spark", "stop it, or account in another process"
            )
        self._log: IO[bytes] = log.open("wb")
        self._gateway: JavaGateway | None = None
        try:
            # pyspark keeps a gateway for good; this one is to end with the accounting.
            outlet = {"stdout": self._log, "stderr": self._log}
            self._gateway = launch_gateway(conf, outlet)  # type: ignore[no-untyped-call, unused-ignore]
            self._context = SparkContext(conf=conf, gateway=self._gateway)
            self.session = SparkSession(self._context)
            self._await_worker(conf.get("spark.master") or "")
        except InputError:
            self.close()
            raise
        except Exception as error:  # py4j raises whatever Java did
            self.close()
            raise InputError(
                f"Spark does not start: {_last_line(log, error)}",
                f"expected Java 17 or newer and a cluster of this version; {log} says more",
            ) from error

    def close(self) -> None:
        """Stop the session, then its process, and wait for it."""
        with suppress(Exception):  # it may be gone already
            self.session.stop()
        if self._gateway is not None:
            process = self._gateway.proc
            with suppress(Exception):
                self._gateway.shutdown()
            # It ends when its standard input does.
            process.stdin.close()
            with suppress(Exception):
                process.wait(END_S)
            if process.poll() is None:
                process.kill()
                process.wait()
        SparkContext._gateway = SparkContext._jvm = None
        self._log.close()

    def _await_worker(self, master: str) -> None:
        """Return once an executor works: without one, a query waits for ever."""
        if not master.startswith("spark://"):
            return
        deadline_s = time.monotonic() + PATIENCE_S
        tracker = self._context._jsc.sc().statusTracker()
        # The driver itself is one of them.
        while len(tracker.getExecutorInfos()) < 2:
            if time.monotonic() > deadline_s:
                raise InputError(
                    f"no worker of {master} took the work within {PATIENCE_S} s",
                    "expected a worker with the memory and cores that spark-defaults.conf asks "
                    "for (1 GB and all cores unless it says other)",
                )
            time.sleep(_LOOK_EVERY_S)


def _last_line(log: Path, error: Exception) -> str:
    if isinstance(error, PySparkException):
        lines = log.read_text("utf-8", "replace").split("\n")
        told = [line for line in lines if "rror" in line or "xception" in line]
        return (told or [str(error)])[0].strip()[:200]
    return str(error).splitlines()[0][:200] if str(error) else type(error).__name__
