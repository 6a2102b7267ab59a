"""A thousand rows in one statement, and which of them were new.

SQLAlchemy writes a thousand rows as one text with tens of thousands of parameters, and psycopg
parses that text anew: 1.3 s for 1,000 runs. On PostgreSQL a column is one array instead, and the
statement is the same short text for any number of rows; on SQLite a prepared statement runs once a
row, inside the process. Both are plain INSERT ... ON CONFLICT.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, Connection, Table

Rows = Sequence[Mapping[str, Any]]
Key = tuple[Any, ...]


def insert_new(connection: Connection, table: Table, rows: Rows) -> set[Key]:
    """Insert the rows whose key is not there yet.

    Args:
        connection: A transaction that writes.
        table: Their table.
        rows: Rows of all its columns, in the order of their keys: so no two transactions wait for
            each other in a circle.

    Returns:
        The primary keys of those that were new.
    """
    if not rows:
        return set()
    keys = [column.name for column in table.primary_key.columns]
    if connection.dialect.name == "sqlite":
        return _insert_one_by_one(connection, table, keys, rows)
    text = f"{_insert_arrays(table)} ON CONFLICT DO NOTHING RETURNING {_names(keys)}"
    return {tuple(row) for row in connection.exec_driver_sql(text, _arrays(table, rows))}


def upsert(
    connection: Connection, table: Table, rows: Rows, changes: Mapping[str, str], where: str = ""
) -> None:
    """Insert rows, or change those whose key is there.

    Args:
        connection: A transaction that writes.
        table: Their table.
        rows: Rows of all its columns, each key once, in the order of their keys.
        changes: For each column that changes, the SQL of its new value.
        where: SQL of the condition under which it changes; empty for always.
    """
    if not rows:
        return
    keys = [column.name for column in table.primary_key.columns]
    assigned = ", ".join(f'"{name}" = {value}' for name, value in changes.items())
    on_conflict = f" ON CONFLICT ({_names(keys)}) DO UPDATE SET {assigned}"
    on_conflict += f" WHERE {where}" if where else ""
    if connection.dialect.name == "sqlite":
        values = [_values(table, row) for row in rows]
        connection.exec_driver_sql(_insert_row(table) + on_conflict, values)
    else:
        # WHERE true, because ON CONFLICT after SELECT could be a join's ON.
        text = f"{_insert_arrays(table)} WHERE true{on_conflict}"
        connection.exec_driver_sql(text, _arrays(table, rows))


def _insert_one_by_one(
    connection: Connection, table: Table, keys: Sequence[str], rows: Rows
) -> set[Key]:
    cursor = connection.connection.cursor()
    text = f"{_insert_row(table)} ON CONFLICT DO NOTHING"
    new = set()
    try:
        for row in rows:
            cursor.execute(text, _values(table, row))
            if cursor.rowcount == 1:
                new.add(tuple(row[name] for name in keys))
    finally:
        cursor.close()
    return new


def _insert_row(table: Table) -> str:
    marks = ", ".join("?" for _ in table.columns)
    return f'INSERT INTO "{table.name}" ({_names(table.columns.keys())}) VALUES ({marks})'


def _insert_arrays(table: Table) -> str:
    kinds = [
        "bigint" if isinstance(column.type, BigInteger) else "text" for column in table.columns
    ]
    # Texts go binary: as text every quote of a JSON document would be escaped, one by one.
    arrays = ", ".join(f"%{'t' if kind == 'bigint' else 'b'}::{kind}[]" for kind in kinds)
    names = _names(table.columns.keys())
    return f'INSERT INTO "{table.name}" ({names}) SELECT * FROM unnest({arrays}) AS sent'


def _names(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _values(table: Table, row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in table.columns.keys())  # noqa: SIM118 - no mapping


def _arrays(table: Table, rows: Rows) -> tuple[list[Any], ...]:
    return tuple([row[name] for row in rows] for name in table.columns.keys())  # noqa: SIM118
