"""PostgreSQL: the same text inside a database that a team already has.

Its tables are temporary ones: they need no right but that of temporary tables, several accountings
in one database do not meet, the user's own tables are out of sight, and the server drops them when
the session ends, however it ends.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
from psycopg.errors import InsufficientPrivilege, NumericValueOutOfRange
from psycopg.sql import SQL, Composable, Composed, Identifier

from wattprint.accounting.engines.base import beyond_reach
from wattprint.accounting.engines.csv_pipe import CSV, parquet_of_rows, rows_of_parquet
from wattprint.accounting.engines.duckdb import DuckDB
from wattprint.domain.errors import InputError
from wattprint.domain.jobs import JOB_COLUMNS

CONNECT_TIMEOUT_S = 10
_SETTINGS = (
    # Tables of the user that have our names are not seen.
    "SET search_path = pg_temp, pg_catalog",
    # Hundreds of expressions, compiled anew for every query, take longer than to run them.
    "SET jit = off",
)
_DOUBLE = "DOUBLE PRECISION"
_TYPES = {"BIGINT": "BIGINT", "DOUBLE": _DOUBLE, "VARCHAR": 'TEXT COLLATE "C"'}
"""Text is in the order of its bytes, as in the other engines, whatever language the server has."""
_NAMES = {20: "BIGINT", 23: "BIGINT", 701: "DOUBLE", 25: "VARCHAR", 1043: "VARCHAR"}
"""By the number of a type in PostgreSQL's catalogue pg_type."""


class Postgres:
    """PostgreSQL, and DuckDB in this process for the Parquet.

    Args:
        where: 'postgresql://user@host:port/database', or what else libpq takes. It may hold a
            password, and so is in no message.
        overflow: Folder for what DuckDB does not hold in memory.

    Raises:
        InputError: It cannot be reached or used.
    """

    name = "postgresql"
    double = _DOUBLE

    def __init__(self, where: str, overflow: Path) -> None:
        self._connection = _connected(where)
        self._parquet = DuckDB(overflow)
        for setting in _SETTINGS:
            self._run(SQL(setting))  # type: ignore[arg-type, unused-ignore]

    def jobs(self, parts: Sequence[Path]) -> None:
        """See `Engine`."""
        self._parquet.jobs(parts)
        self._create("jobs", {column.name: column.sql_type for column in JOB_COLUMNS})
        names = [column.name for column in JOB_COLUMNS]
        into = SQL("COPY jobs ({}) FROM STDIN (" + CSV + ")").format(_listed(names))
        with rows_of_parquet(self._parquet, names) as chunks:
            try:
                with self._connection.cursor() as cursor, cursor.copy(into) as copy:
                    for chunk in chunks:
                        copy.write(chunk)
            except psycopg.Error as error:
                raise _refused(error) from error
        # Nobody else does so for temporary tables, and joins are planned by it.
        self._run(SQL("ANALYZE jobs"))

    def table(self, name: str, columns: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> None:
        """See `Engine`."""
        self._create(name, columns)
        into = SQL("COPY {} ({}) FROM STDIN").format(Identifier(name), _listed(columns))
        with self._connection.cursor() as cursor, cursor.copy(into) as copy:
            for row in rows:
                copy.write_row(row)
        self._run(SQL("ANALYZE {}").format(Identifier(name)))

    def keep(self, query: str, name: str, path: Path) -> None:
        """See `Engine`."""
        table = Identifier(name)
        self._run(SQL("CREATE TEMPORARY TABLE {} AS ").format(table) + _text(query))
        self._run(SQL("ANALYZE {}").format(table))
        # Asked before: nothing else can be while rows come.
        columns = self._columns(name)
        out = SQL("COPY {} TO STDOUT (" + CSV + ")").format(table)
        with self._connection.cursor() as cursor, cursor.copy(out) as copy:
            chunks = (bytes(chunk) for chunk in copy)
            parquet_of_rows(self._parquet, chunks, columns, name, path)

    def rows(self, query: str) -> list[dict[str, Any]]:
        """See `Engine`."""
        try:
            cursor = self._connection.execute(_text(query))
        except psycopg.Error as error:
            raise _refused(error) from error
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, map(_whole, row), strict=True)) for row in cursor.fetchall()]

    def close(self) -> None:
        """See `Engine`."""
        self._connection.close()
        self._parquet.close()

    def _create(self, name: str, columns: Mapping[str, str]) -> None:
        typed = [
            SQL("{} " + _TYPES[sql_type]).format(Identifier(column))
            for column, sql_type in columns.items()
        ]
        of = SQL(", ").join(typed)
        self._run(SQL("CREATE TEMPORARY TABLE {} ({})").format(Identifier(name), of))

    def _columns(self, name: str) -> dict[str, str]:
        none = self._connection.execute(SQL("SELECT * FROM {} LIMIT 0").format(Identifier(name)))
        return {column.name: _NAMES[column.type_code] for column in none.description or ()}

    def _run(self, statement: SQL | Composed) -> None:
        try:
            self._connection.execute(statement)
        except psycopg.Error as error:
            raise _refused(error) from error


def _text(query: str) -> SQL:
    """Return the portable text as psycopg wants it: whoever calls made it."""
    return SQL(query)  # type: ignore[arg-type, unused-ignore]


def _listed(names: Iterable[str]) -> Composable:
    return SQL(", ").join(map(Identifier, names))


def _whole(amount: Any) -> Any:
    """Return what SUM gives, a number without limits, as an integer."""
    return int(amount) if isinstance(amount, Decimal) else amount


def _connected(where: str) -> "psycopg.Connection[Any]":
    try:
        parts = psycopg.conninfo.conninfo_to_dict(where)
        parts.setdefault("connect_timeout", CONNECT_TIMEOUT_S)
        parts.setdefault("application_name", "wattprint account")
        return psycopg.connect(autocommit=True, **parts)  # type: ignore[arg-type, unused-ignore]
    except psycopg.ProgrammingError:
        # libpq repeats the piece that it does not understand: it may be one of a password.
        raise InputError(
            "the address of PostgreSQL cannot be read",
            "expected postgresql://USER@HOST:PORT/DATABASE, signs such as @ and / written as %40 "
            "and %2F; a password is best in ~/.pgpass",
        ) from None
    except psycopg.OperationalError as error:
        raise InputError(
            f"PostgreSQL cannot be used: {_why(str(error))}",
            "expected a server that answers; `psql` with the same address says more",
        ) from None


def _why(words: str) -> str:
    """Return why no connection was made, in words that come from the server or are our own.

    libpq's own words hold pieces of the address, and so perhaps of a password.
    """
    before, fatal, said = words.partition("FATAL:")
    if fatal:
        return said.strip().splitlines()[0]
    known = {
        "refused": "nothing listens there",
        "resolve": "its host is not known",
        "translate": "its host is not known",
        "timeout": f"no answer within {CONNECT_TIMEOUT_S} s",
        "No such file": "there is no such socket",
        "invalid": "its address is not understood",
        "SSL": "it does not speak SSL as asked",
        "password": "it wants a password",
    }
    return next((ours for word, ours in known.items() if word in before), "no connection was made")


def _refused(error: psycopg.Error) -> InputError:
    """Return what the server refused, in one line."""
    said = error.diag.message_primary or type(error).__name__
    if isinstance(error, NumericValueOutOfRange):
        return beyond_reach(f"PostgreSQL: {said}")
    if isinstance(error, InsufficientPrivilege):
        return InputError(
            f"PostgreSQL refuses: {said}",
            "expected the right to make temporary tables: GRANT TEMPORARY ON DATABASE ... TO ...",
        )
    return InputError(f"PostgreSQL refuses: {said}", "expected a server of version 12 or newer")
