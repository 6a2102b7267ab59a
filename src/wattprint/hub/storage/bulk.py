"""A thousand rows in few statements, and which of them were new.

SQLAlchemy writes a thousand rows as one text with tens of thousands of parameters, and psycopg
parses that text anew: 1.3 s for 1,000 runs. On PostgreSQL a column is one text instead, which the
server splits, and the statement is the same for any number of rows: an array of psycopg's is made
of its elements one by one, and took a third of all that the hub did. Rows whose key is not there
are copied (COPY), which costs the server half of what INSERT ... ON CONFLICT does; a row that
another transaction made meanwhile fails the copy, and the transaction starts again. On SQLite up to
500 rows are one prepared statement, which runs without the interpreter's lock: every return from it
waits for whoever reads the next batch meanwhile, so there are few. Rows that are returned would be
a return each, and are asked for only once a key is met that is there.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from operator import itemgetter
from typing import Any

from sqlalchemy import BigInteger, Column, Connection, Table
from sqlalchemy.exc import DBAPIError

Rows = Sequence[Sequence[Any]]
"""Rows of all columns of a table, in the order of its columns."""
Key = tuple[Any, ...]
_BETWEEN, _NULL = "\x1f", "\x1e"
"""Control characters: no name has one, and JSON has them as escapes alone."""
_COPIED = 32
"""Rows from which on they are looked up and copied; fewer are one statement."""
_PIECES = (500, 50, 5, 1)
"""Rows of one statement on SQLite: few sizes, so that each statement is prepared once."""


def row_of(table: Table) -> Callable[[Mapping[str, Any]], tuple[Any, ...]]:
    """Return what makes a row of a mapping."""
    return itemgetter(*table.columns.keys())


def insert_new(connection: Connection, table: Table, rows: Rows) -> set[Key]:
    """Insert the rows whose key is not there yet.

    Args:
        connection: A transaction that writes.
        table: Their table.
        rows: The rows in the order of their keys: so no two transactions wait for each other in a
            circle.

    Returns:
        The primary keys of those that were new.
    """
    if connection.dialect.name == "sqlite":
        count = _inserted(connection, table, rows)
    elif len(rows) >= _COPIED:
        return _copied(connection, table, rows)
    else:
        count = 0
    names = tuple(column.name for column in table.primary_key.columns)
    end = f" ON CONFLICT DO NOTHING RETURNING {_names(names)}"
    rest = {tuple(key) for key in _returned(connection, table, rows[count:], end)}
    return rest.union(map(itemgetter(*_key_places(table)), rows[:count]))


def upsert(
    connection: Connection, table: Table, rows: Rows, changes: Mapping[str, str], where: str = ""
) -> int:
    """Insert rows, or change those whose key is there; return how many were inserted or changed.

    Args:
        connection: A transaction that writes.
        table: Their table.
        rows: The rows, each key once, in the order of their keys.
        changes: For each column that changes, the SQL of its new value.
        where: SQL of the condition under which it changes; empty for always.
    """
    names = tuple(column.name for column in table.primary_key.columns)
    assigned = ", ".join(f'"{name}" = {value}' for name, value in changes.items())
    end = f" ON CONFLICT ({_names(names)}) DO UPDATE SET {assigned}"
    return sum(_executed(connection, table, rows, end + (f" WHERE {where}" if where else "")))


def _copied(connection: Connection, table: Table, rows: Rows) -> set[Key]:
    """Copy the rows whose key is not there, and return their keys."""
    key_of = itemgetter(*_key_places(table))
    columns = table.primary_key.columns.values()
    keys = list(map(key_of, rows))
    found = connection.exec_driver_sql(_find_arrays(table), _columns(columns, keys))
    there = {tuple(key) for key in found}
    new = [row for row, key in zip(rows, keys, strict=True) if key not in there] if there else rows
    if new:
        _copy(connection, table, new)
    return set(keys) - there


def _copy(connection: Connection, table: Table, rows: Rows) -> None:
    cursor = connection.connection.cursor()
    errors = connection.dialect.loaded_dbapi.Error
    names = _names(table.columns.keys())
    try:
        with cursor.copy(f'COPY "{table.name}" ({names}) FROM STDIN') as copy:
            copy.write(_copy_text(table, rows))
    except errors as error:  # what SQLAlchemy makes of an error of its own statements
        raise DBAPIError.instance(
            "COPY", None, error, errors, dialect=connection.dialect
        ) from error
    finally:
        cursor.close()


def _copy_text(table: Table, rows: Rows) -> bytes:
    """Return rows as COPY reads them: a line each, with tabs between the values."""
    columns = []
    for is_whole, column in zip(_are_whole(table.columns), zip(*rows, strict=True), strict=True):
        if is_whole:
            columns.append(["\\N" if value is None else str(value) for value in column])
        else:
            columns.append(["\\N" if value is None else _escaped(value) for value in column])
    return "".join([f"{line}\n" for line in map("\t".join, zip(*columns, strict=True))]).encode()


def _escaped(text: str) -> str:
    if "\\" in text:
        text = text.replace("\\", "\\\\")
    if "\n" in text or "\t" in text or "\r" in text:
        text = text.replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")
    return text


def _inserted(connection: Connection, table: Table, rows: Rows) -> int:
    """Insert rows into SQLite up to the first one whose key is there, and return how many."""
    cursor = connection.connection.cursor()
    count = 0
    try:
        for piece in _pieces(rows):
            cursor.execute(_insert_values(table, len(piece)), list(chain.from_iterable(piece)))
            count += len(piece)
    except connection.dialect.loaded_dbapi.IntegrityError:
        # OR FAIL: the rows before that one are in.
        count += cursor.execute("SELECT changes()").fetchone()[0]
    finally:
        cursor.close()
    return count


def _returned(connection: Connection, table: Table, rows: Rows, end: str) -> Iterator[Any]:
    """Insert rows by statements that end so, and yield what they return."""
    for found in _statements(connection, table, rows, end):
        yield from found.fetchall()


def _executed(connection: Connection, table: Table, rows: Rows, end: str) -> Iterator[int]:
    """Insert rows by statements that end so, and yield how many rows each of them changed."""
    for found in _statements(connection, table, rows, end):
        yield found.rowcount


def _statements(connection: Connection, table: Table, rows: Rows, end: str) -> Iterator[Any]:
    """Insert rows by statements that end so, and yield each one's result."""
    if not rows:
        return
    if connection.dialect.name != "sqlite":
        # WHERE true, because ON CONFLICT after SELECT could be a join's ON.
        text = f"{_insert_arrays(table)} WHERE true{end}"
        yield connection.exec_driver_sql(text, _columns(table.columns.values(), rows))
        return
    cursor = connection.connection.cursor()
    try:
        for piece in _pieces(rows):
            values = list(chain.from_iterable(piece))
            yield cursor.execute(_insert_values(table, len(piece)) + end, values)
    finally:
        cursor.close()


def _pieces(rows: Rows) -> Iterator[Rows]:
    begin = 0
    for size in _PIECES:
        while len(rows) - begin >= size:
            yield rows[begin : begin + size]
            begin += size


@lru_cache(maxsize=256)
def _insert_values(table: Table, count: int) -> str:
    row = f"({', '.join('?' for _ in table.columns)})"
    names = _names(table.columns.keys())
    # OR FAIL: a fault ends the whole transaction, and a key that is there is met by `_inserted`: so
    # no copy of each changed page is written to a file from which a statement could be taken back.
    return f'INSERT OR FAIL INTO "{table.name}" ({names}) VALUES {", ".join([row] * count)}'


@lru_cache(maxsize=64)
def _insert_arrays(table: Table) -> str:
    arrays, names = _arrays(table.columns.values()), _names(table.columns.keys())
    return f'INSERT INTO "{table.name}" ({names}) SELECT * FROM unnest({arrays}) AS sent'


@lru_cache(maxsize=64)
def _find_arrays(table: Table) -> str:
    columns = table.primary_key.columns.values()
    names = _names([column.name for column in columns])
    sent = f"unnest({_arrays(columns)}) AS sent ({names})"
    return f'SELECT {names} FROM {sent} JOIN "{table.name}" USING ({names})'


@lru_cache(maxsize=64)
def _key_places(table: Table) -> tuple[int, ...]:
    return tuple(i for i, column in enumerate(table.columns) if column.primary_key)


def _arrays(columns: Sequence["Column[Any]"]) -> str:
    return ", ".join(
        "%t::bigint[]"
        if is_whole
        # Binary: as text every quote of a JSON document would be escaped, one by one.
        else f"(string_to_array(%b::text, chr({ord(_BETWEEN)}), chr({ord(_NULL)})))[2:]"
        for is_whole in _are_whole(columns)
    )


def _columns(of: Sequence["Column[Any]"], rows: Rows) -> tuple[str, ...]:
    """Return each column as one text: `{1, NULL, 3}` or a separator before each value.

    Raises:
        ValueError: A value holds the separator; no name and no JSON text may.
    """
    columns = []
    for is_whole, column in zip(_are_whole(of), zip(*rows, strict=True), strict=True):
        if is_whole:
            columns.append("{" + str(list(column))[1:-1].replace("None", "NULL") + "}")
            continue
        values = [_NULL if value is None else value for value in column]
        # What begins with a separator begins with an empty value, which is left out: the text of a
        # single empty value would be an array of none.
        text = _BETWEEN.join(["", *values])
        if text.count(_BETWEEN) != len(rows) or values.count(_NULL) != column.count(None):
            raise ValueError(f"a value of {of[0].table.name} holds a control character")
        columns.append(text)
    return tuple(columns)


def _are_whole(columns: "Iterable[Column[Any]]") -> tuple[bool, ...]:
    return tuple(isinstance(column.type, BigInteger) for column in columns)


def _names(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
