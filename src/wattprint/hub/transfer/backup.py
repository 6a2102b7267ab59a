"""A backup: one file with every row of a hub as it was at one moment, while ingest goes on.

    manifest.json        schema, revision, and of each table: columns, rows, SHA-256
    tables/runs.copy     as PostgreSQL's COPY writes it, whichever database it came from

SQLite is copied by its online backup first (seconds, and no long reader keeps its log from being
folded in); PostgreSQL is read in one REPEATABLE READ transaction. The server's key is not within:
without that file beside it, tokens of a restored hub are refused.
"""

import hashlib
import json
import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, NamedTuple
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from sqlalchemy import Connection, func, inspect, select
from sqlalchemy.schema import Table

from wattprint._version import __version__
from wattprint.domain.errors import InputError
from wattprint.hub.storage.database import Database
from wattprint.hub.storage.migrate import current_revision, newest_revision
from wattprint.hub.storage.tables import TABLES
from wattprint.hub.transfer.copy_text import copy_line

SCHEMA = "wattprint.hub-backup/1"
MANIFEST = "manifest.json"
Told = Callable[[int, int], None]
"""Called with how many rows are done, and how many there are."""
_PIECE = 2_000


class Backup(NamedTuple):
    """What a backup holds."""

    revision: str
    rows: dict[str, int]
    """Of each table."""
    size_bytes: int

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        total = sum(self.rows.values())
        return {"revision": self.revision, "rows": total, "tables": self.rows}


def back_up(database: Database, path: Path, *, now: str, told: Told) -> Backup:
    """Write a backup, whole or not at all.

    Args:
        database: The hub's database.
        path: The file; what is there is replaced once the new one is whole.
        now: The time, for the manifest.
        told: Is told of the progress.

    Raises:
        InputError: The database holds no hub, or one of another revision.
        StorageError: The database cannot be read.
        OSError: The file cannot be written.
    """
    revision = checked_revision(database)
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        # It holds hashes of tokens, and all that an organisation keeps to itself.
        descriptor = os.open(partial, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        with (
            os.fdopen(descriptor, "wb") as file,
            ZipFile(file, "w", ZIP_DEFLATED, compresslevel=1) as pack,
        ):
            tables = _written(database, pack, path.parent, told)
            manifest: dict[str, Any] = {"schema": SCHEMA, "revision": revision, "made_at": now}
            manifest |= {"wattprint": __version__, "key_file": "not included", "tables": tables}
            pack.writestr(MANIFEST, json.dumps(manifest, indent=1))
            pack.close()
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    rows = {name: table["rows"] for name, table in tables.items()}
    return Backup(revision, rows, path.stat().st_size)


def checked_revision(database: Database) -> str:
    """Return the revision of a database, which must be today's.

    Raises:
        InputError: It holds no hub, or one of another revision.
    """
    if database.is_sqlite and not Path(database.url.database or "").is_file():
        raise InputError(f"database {database.url.database!r} is not there", "expected a hub's")
    revision, newest = current_revision(database), newest_revision()
    if revision is None:
        raise InputError("the database holds no hub", "expected one that `wattprint serve` made")
    if revision != newest:
        raise InputError(
            f"the database is at step {revision!r}, this Wattprint at {newest!r}",
            "expected the same: `wattprint serve` brings it up, or use the version that made it",
        )
    return revision


def _written(database: Database, pack: ZipFile, folder: Path, told: Told) -> dict[str, Any]:
    if not database.is_sqlite:
        with database.snapshot() as connection:
            return _tables(connection, pack, told)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".backup-") as beside:
        copy = Path(beside) / "copy.db"
        with database.reading() as connection, closing(sqlite3.connect(copy)) as target:
            source: Any = connection.connection.driver_connection
            source.backup(target)
        with closing(Database(f"sqlite:///{copy}")) as copied, copied.reading() as connection:
            return _tables(connection, pack, told)


def _tables(connection: Connection, pack: ZipFile, told: Told) -> dict[str, Any]:
    counts = {
        table.name: int(connection.scalar(select(func.count()).select_from(table)) or 0)
        for table in TABLES.sorted_tables
    }
    done, total, tables = 0, sum(counts.values()), {}
    for table in TABLES.sorted_tables:
        digest = hashlib.sha256()
        entry = ZipInfo(member(table.name), (1980, 1, 1, 0, 0, 0))
        entry.compress_type = ZIP_DEFLATED
        with pack.open(entry, "w", force_zip64=True) as file:
            for part, count in _parts(connection, table):
                digest.update(part)
                file.write(part)
                done += count
                told(done, total)
        columns = table.columns.keys()
        tables[table.name] = {
            "columns": columns,
            "rows": counts[table.name],
            "sha256": digest.hexdigest(),
        }
    return tables


def member(table: str) -> str:
    """Return the name of a table's part of a backup."""
    return f"tables/{table}.copy"


def _parts(connection: Connection, table: Table) -> Iterator[tuple[bytes, int]]:
    """Yield pieces of a table, each with its number of rows."""
    names = ", ".join(f'"{name}"' for name in table.columns.keys())  # noqa: SIM118 - no mapping
    if connection.dialect.name == "sqlite":
        found = connection.exec_driver_sql(f'SELECT {names} FROM "{table.name}"')
        for rows in found.partitions(_PIECE):
            yield b"".join(map(copy_line, rows)), len(rows)
        return
    raw: Any = connection.connection.cursor()
    with raw as cursor, cursor.copy(f'COPY "{table.name}" ({names}) TO STDOUT') as copy:
        for part in copy:
            yield bytes(part), bytes(part).count(b"\n")


def is_empty(database: Database) -> bool:
    """Whether a database has no tables, or nothing in any table."""
    with suppress(FileNotFoundError), database.reading() as connection:
        for name in inspect(connection).get_table_names():
            statement = f'SELECT 1 FROM "{name}" LIMIT 1'
            if name != "alembic_version" and connection.exec_driver_sql(statement).first():
                return False
    return True
