"""Connections and transactions on SQLite and PostgreSQL.

SQLite runs in WAL mode: readers see the last committed state and never wait for the writer.
`synchronous` is FULL: a transaction is on the disk when its commit returns, so what a client was
told is stored survives the death of the process, and a power cut too as far as the disk keeps its
word; NORMAL would lose the last transactions in a power cut. PostgreSQL does the same by default
(`synchronous_commit = on`).

All writes of a process to SQLite go one after another, and those that wait share a commit
(`turns.py`); PostgreSQL takes as many as there are threads, and does the same by itself.
"""

import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from wattprint.domain.errors import InputError
from wattprint.hub.storage.errors import StorageAwayError, StorageError, StorageFullError
from wattprint.hub.storage.turns import Turns

Result = TypeVar("Result")

BUSY_MS = 20_000
"""Longest wait for another process's transaction on SQLite. [ms]"""
_ALLOWED = "expected sqlite:///PATH or postgresql://USER@HOST/NAME"
_NEW_OR_OURS = "expected a hub's database, or a path where no file is yet"
_SQLITE_MARK = b"SQLite format 3\0"
"""How a file of SQLite begins; an empty one is a database without tables."""
_CONNECTIONS = 8
_LOG_PAGES = 8192
"""Pages of 4 KiB that SQLite's log holds before they go into its file."""
_ATTEMPTS = 6
_TRY_AGAIN = ("40001", "40P01", "23505")
"""PostgreSQL's serialization failure, deadlock, and a row that another transaction made meanwhile:
one of the two has to start again."""
_FULL = ("53100", "54000")
_AWAY = ("08", "53", "57")
"""Classes of PostgreSQL's SQLSTATE: connection, resources, operator intervention."""


class Database:
    """A hub's database.

    Args:
        url: sqlite:///PATH or postgresql://...
        largest_pages: Largest size of an SQLite file, in pages of 4 KiB; None for no limit.

    Raises:
        InputError: Another kind of address.
    """

    def __init__(self, url: str, *, largest_pages: int | None = None) -> None:
        self.url = parsed_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._turns = Turns(self._begin)
        self._counter = count(1)
        self.changes = 0
        """Differs from before once this process has stored what a page shows."""
        if self.is_sqlite:
            self._reader = _sqlite(self.url, "BEGIN", None)
            self._writer = _sqlite(self.url, "BEGIN IMMEDIATE", largest_pages)
        else:
            self._reader = self._writer = create_engine(
                self.url,
                pool_size=_CONNECTIONS,
                max_overflow=_CONNECTIONS,
                pool_pre_ping=True,
                pool_timeout=10,
                connect_args={"connect_timeout": 5},
            )
            event.listen(self._writer, "connect", _pack_quickly)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a transaction that only reads, and sees one state of the database.

        Raises:
            StorageError: The database cannot be read.
        """
        with _translated(), self._reader.connect() as connection:
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Open a transaction that sees one state of the database, however many rows it reads.

        Raises:
            StorageError: The database cannot be read.
        """
        with _translated(), self._reader.connect() as connection:
            if not self.is_sqlite:  # SQLite's readers see one state anyway
                connection = connection.execution_options(  # noqa: PLW2901 - the same one
                    isolation_level="REPEATABLE READ", postgresql_readonly=True
                )
            yield connection

    def write(self, work: Callable[[Connection], Result], *, is_shown: bool = True) -> Result:
        """Do some work in one transaction, and return once it is stored.

        Args:
            work: What is done; again from the start where another transaction was in its way.
            is_shown: Whether pages show it at once, see `answers.py`.

        Raises:
            StorageFullError: No room is left; nothing is stored.
            StorageAwayError: The database cannot be reached; nothing is stored, or the answer to
                the commit was lost: doing the same again is safe for what is idempotent.
        """
        try:
            return self._written(work)
        finally:  # also where the answer to a commit was lost
            if is_shown:
                self.changes = next(self._counter)

    def _written(self, work: Callable[[Connection], Result]) -> Result:
        for attempt in range(_ATTEMPTS):
            try:
                if self.is_sqlite:
                    result: Result = self._turns.write(work)
                    return result
                with self._begin() as connection:
                    return work(connection)
            except _AgainError:
                time.sleep(random.uniform(0, 0.01 * 2**attempt))
        raise StorageAwayError("the database is too busy: other transactions were in the way.")

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        """Open a transaction in which tables are made and dropped.

        Raises:
            StorageError: The database refuses.
        """
        with self._turns.lock, self._begin() as connection:
            yield connection

    @contextmanager
    def _begin(self) -> Iterator[Connection]:
        with _translated(), self._writer.begin() as connection:
            yield connection

    def close(self) -> None:
        """Close all connections."""
        self._reader.dispose()
        self._writer.dispose()


class _AgainError(Exception):
    """Another transaction was in the way, and this one was taken back."""


def parsed_url(url: str) -> URL:
    """Return the address of a database, with the driver that is used.

    Raises:
        InputError: It is none, or of another kind.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise InputError(f"database {url!r} is no address", _ALLOWED) from None
    shown = parsed.render_as_string(hide_password=True)
    if parsed.drivername in ("postgresql", "postgres", "postgresql+psycopg"):
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername != "sqlite":
        raise InputError(f"database {shown!r} is of another kind", _ALLOWED)
    if parsed.database in (None, "", ":memory:") or parsed.host or parsed.query:
        raise InputError(f"database {shown!r} names no file", _ALLOWED)
    return parsed


def _pack_quickly(connection: Any, _record: Any) -> None:
    """Pack long documents by LZ4, where the server has it: pglz takes longer than all else."""
    connection.autocommit = True
    with suppress(connection.Error), connection.cursor() as cursor:
        cursor.execute("SET default_toast_compression = 'lz4'")
    connection.autocommit = False


def _sqlite(url: URL, begin: str, largest_pages: int | None) -> Engine:
    folder = Path(url.database or "").parent
    if not folder.is_dir():
        raise InputError(f"database {url.database!r} lies in no folder", "expected one that exists")
    _check_file(Path(url.database or ""))
    engine = create_engine(
        url,
        pool_size=_CONNECTIONS,
        max_overflow=_CONNECTIONS,
        connect_args={"timeout": BUSY_MS / 1000, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # transactions begin where we say, not where sqlite3 does
        for pragma in (
            f"busy_timeout = {BUSY_MS}",
            "journal_mode = WAL",
            "synchronous = FULL",
            # Pages that many batches change go to the file once, not after every 4 MiB of log.
            f"wal_autocheckpoint = {_LOG_PAGES}",
            f"journal_size_limit = {2 * _LOG_PAGES * 4096}",
            "cache_size = -65536",
            "mmap_size = 268435456",
            *([f"max_page_count = {largest_pages}"] if largest_pages else []),
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _check_file(file: Path) -> None:
    """Refuse a file that holds something else: SQLite would only say so at the first question."""
    if not file.exists():
        return
    if not file.is_file():
        raise InputError(f"database {str(file)!r} is no file", _NEW_OR_OURS)
    with file.open("rb") as opened:
        begin = opened.read(len(_SQLITE_MARK))
    if begin not in (b"", _SQLITE_MARK):
        raise InputError(f"{str(file)!r} is no SQLite database", _NEW_OR_OURS)


@contextmanager
def _translated() -> Iterator[None]:
    """Turn a driver's error into one of ours; what is a fault of our own passes."""
    try:
        yield
    except (DBAPIError, PoolTimeout) as error:
        raise _storage_error(error) from error
    except sqlite3.OperationalError as error:  # of a cursor of its own, as `bulk.py` has
        wrapped = OperationalError("", None, error)
        raise _storage_error(wrapped) from error


def _storage_error(error: DBAPIError | PoolTimeout) -> Exception:
    if not isinstance(error, DBAPIError):
        return StorageAwayError("the database is too busy: no connection was free.")
    state, words = getattr(error.orig, "sqlstate", None) or "", str(error.orig)
    if state in _TRY_AGAIN:
        return _AgainError()
    if state in _FULL or "disk is full" in words or "disk I/O error" in words:
        return StorageFullError("the database has no room left; nothing was stored.")
    is_gone = error.connection_invalidated or (isinstance(error, OperationalError) and not state)
    if is_gone or state[:2] in _AWAY:
        return StorageAwayError("the database cannot be reached now; nothing was stored.")
    if isinstance(error.orig, sqlite3.Error):  # its words hold no values
        return StorageError(f"the database refused: {words}.")
    return StorageError(f"the database refused: {type(error.orig).__name__}.")
