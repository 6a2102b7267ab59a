"""Which engine runs the text, by what a person calls it."""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from wattprint.accounting.engines.base import Engine
from wattprint.domain.errors import InputError, UnknownNameError, nearest_names

ALLOWED = ("duckdb", "spark://HOST:PORT", "local[N]", "postgresql://USER@HOST/DATABASE")
_SPARK = ("spark://", "local[")
_POSTGRES = ("postgresql://", "postgres://")


def check_engine(name: str) -> None:
    """Refuse an engine that there is none of, before anything is read.

    Raises:
        UnknownNameError: The message holds what stands before '://', never an address: that may
            hold a password.
    """
    if name == "duckdb" or name.startswith((*_SPARK, *_POSTGRES)):
        return
    scheme, separator, _ = name.partition("://")
    said = scheme.rpartition("@")[2][:40] + separator
    raise UnknownNameError(
        f"engine {said!r} is unknown",
        "expected one of " + ", ".join(ALLOWED),
        nearest_names(scheme, ("duckdb", "spark", "postgresql"), count=1),
    )


def open_engine(
    name: str,
    overflow: Path,
    *,
    threads: int | None = None,
    memory_limit_mb: int | None = None,
) -> Engine:
    """Return the engine of a name, open.

    Args:
        name: 'duckdb', 'spark://host:port' (or 'local[2]'), 'postgresql://user@host/database'.
        overflow: Folder for what does not fit into memory; for Spark, for small tables that all
            machines of the cluster read.
        threads: Threads of DuckDB; None takes all. Others have settings of their own.
        memory_limit_mb: What DuckDB may hold in memory; None is its usual limit. [MB]

    Raises:
        UnknownNameError: There is no such engine.
        InputError: Its extra is not installed, or it cannot be reached.
    """
    check_engine(name)
    if name.startswith(_SPARK):
        with _extra("spark", ("pyspark", "py4j")):
            from wattprint.accounting.engines.spark import Spark

        with warnings.catch_warnings():
            # pyspark warns of versions of pandas, which it loads and this does not use.
            warnings.simplefilter("ignore", FutureWarning)
            return Spark(name, overflow)
    if name.startswith(_POSTGRES):
        with _extra("postgres", ("psycopg",)):
            from wattprint.accounting.engines.postgres import Postgres

        return Postgres(name, overflow)
    from wattprint.accounting.engines.duckdb import MEMORY_LIMIT_MB, DuckDB

    return DuckDB(
        overflow,
        threads=threads,
        memory_limit_mb=MEMORY_LIMIT_MB if memory_limit_mb is None else memory_limit_mb,
    )


@contextmanager
def _extra(name: str, packages: Sequence[str]) -> Iterator[None]:
    """Say which extra brings a package that is not there."""
    try:
        yield
    except ImportError as error:
        # psycopg without libpq names no package: it says so in words.
        if error.name is not None and error.name.partition(".")[0] not in packages:
            raise
        raise InputError(
            f"this engine needs the extra {name!r}, and {packages[0]} is not installed",
            f"install it with `pip install 'wattprint[account,{name}]'`",
        ) from error
