"""A backup brought back into an empty database: all of it is checked before anything is written."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile
from zlib import error as ZlibError  # noqa: N812 - the class has a small name

from sqlalchemy import BigInteger, Connection, func, select
from sqlalchemy.schema import Table

from wattprint.domain.errors import InputError, RecordError
from wattprint.hub.storage.database import Database
from wattprint.hub.storage.migrate import migrate, newest_revision
from wattprint.hub.storage.tables import TABLES
from wattprint.hub.transfer.backup import MANIFEST, SCHEMA, Backup, Told, is_empty, member
from wattprint.hub.transfer.copy_text import copy_row, lines_of

_PART_BYTES = 1024 * 1024
_PIECE = 2_000
_MOST_MANIFEST_BYTES = 1024 * 1024
_BROKEN = (BadZipFile, ZlibError, EOFError, KeyError, ValueError, TypeError, NotImplementedError)
"""How a file that is no zip, or a torn one, shows itself."""


def restore(database: Database, path: Path, *, told: Told) -> Backup:
    """Fill an empty database from a backup, whole or not at all.

    Args:
        database: The database; it may have tables, but nothing in them.
        path: The backup.
        told: Is told of the progress: rows checked and written, of twice the rows there are.

    Raises:
        InputError: No backup, a torn one, one of another revision, or a database that is not empty.
        StorageError: The database refuses; nothing is in it.
        OSError: The file cannot be read.
    """
    try:
        with ZipFile(path) as pack:
            manifest = _manifest(pack, path)
            _check(pack, manifest, told)
            if not is_empty(database):
                raise InputError(
                    "the database is not empty", "expected a new one: nothing is ever overwritten"
                )
            migrate(database)
            _fill(database, pack, manifest, told)
    except _BROKEN as error:
        if isinstance(error, InputError | RecordError):
            raise
        raise _refused(path, "is no backup, or was cut off") from None
    rows = {name: table["rows"] for name, table in manifest["tables"].items()}
    return Backup(manifest["revision"], rows, path.stat().st_size)


def _refused(path: Path, why: str) -> InputError:
    return InputError(f"{path} {why}", "expected a file that `wattprint hub backup` wrote")


def _manifest(pack: ZipFile, path: Path) -> dict[str, Any]:
    with pack.open(MANIFEST) as file:
        manifest = json.loads(file.read(_MOST_MANIFEST_BYTES))
    if not isinstance(manifest, dict) or manifest.get("schema") != SCHEMA:
        raise _refused(path, "is no backup of a hub")
    newest = newest_revision()
    if manifest["revision"] != newest:
        raise InputError(
            f"{path} is of step {manifest['revision']!r}, this Wattprint at {newest!r}",
            f"expected Wattprint {manifest.get('wattprint')}, which made it; upgrade after that",
        )
    tables = {name: table.columns.keys() for name, table in TABLES.tables.items()}
    if {name: table["columns"] for name, table in manifest["tables"].items()} != tables:
        raise _refused(path, "has other tables than this Wattprint")
    return manifest


def _check(pack: ZipFile, manifest: Mapping[str, Any], told: Told) -> None:
    """Compare every table with what the manifest says of it.

    Raises:
        InputError: One is another.
    """
    done, total = 0, 2 * sum(table["rows"] for table in manifest["tables"].values())
    for name, said in manifest["tables"].items():
        digest, rows = hashlib.sha256(), 0
        for part in _parts(pack, name):
            digest.update(part)
            rows += part.count(b"\n")
            told(done + rows, total)
        done += rows
        if digest.hexdigest() != said["sha256"] or rows != said["rows"]:
            raise InputError(
                f"table {name!r} of the backup is damaged: {rows:,} rows of {said['rows']:,}",
                "expected what its manifest says; nothing was written",
            )


def _parts(pack: ZipFile, name: str) -> Iterator[bytes]:
    with pack.open(member(name)) as file:
        while part := file.read(_PART_BYTES):
            yield part


def _fill(database: Database, pack: ZipFile, manifest: Mapping[str, Any], told: Told) -> None:
    total = 2 * sum(table["rows"] for table in manifest["tables"].values())
    done = total // 2
    with database.migrating() as connection:
        for table in TABLES.sorted_tables:
            for rows in _copied(connection, table, _parts(pack, table.name)):
                done += rows
                told(done, total)
            there = connection.scalar(select(func.count()).select_from(table))
            if there != manifest["tables"][table.name]["rows"]:
                raise InputError(
                    f"table {table.name!r} has {there:,} rows after it was filled",
                    "expected those of the backup alone: another process writes",
                )


def _copied(connection: Connection, table: Table, parts: Iterator[bytes]) -> Iterator[int]:
    """Write a table; yield how many rows were written with each piece."""
    names = ", ".join(f'"{name}"' for name in table.columns.keys())  # noqa: SIM118 - no mapping
    if connection.dialect.name != "sqlite":
        raw: Any = connection.connection.cursor()
        with raw as cursor, cursor.copy(f'COPY "{table.name}" ({names}) FROM STDIN') as copy:
            for part in parts:
                copy.write(part)
                yield part.count(b"\n")
        return
    wholes = [isinstance(column.type, BigInteger) for column in table.columns]
    marks = ", ".join("?" for _ in wholes)
    text = f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})'
    lines = lines_of(parts)
    while rows := [tuple(copy_row(line, wholes)) for line in islice(lines, _PIECE)]:
        connection.exec_driver_sql(text, rows)
        yield len(rows)
