"""The file of the cache: opened, shared by processes, and set aside when it is damaged."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from fcntl import LOCK_EX, flock
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar, cast

from wattprint.domain.errors import HomeError

FILE_NAME = "intensity-1.sqlite"
"""The number is that of the tables: releases with other ones leave each other's file alone."""
BUSY_S = 10.0
"""Writing a year of figures takes a second or two. [s]"""
_VERSION = 1
_SCHEMA = """
CREATE TABLE IF NOT EXISTS series (
    series_id INTEGER PRIMARY KEY,
    provider TEXT NOT NULL, zone TEXT NOT NULL, kind TEXT NOT NULL, basis TEXT NOT NULL,
    scope TEXT NOT NULL, resolution TEXT NOT NULL,
    UNIQUE (provider, zone, kind, basis, scope, resolution)
);
CREATE TABLE IF NOT EXISTS past (
    series_id INTEGER NOT NULL, start_s REAL NOT NULL, end_s REAL NOT NULL,
    g_per_kwh REAL NOT NULL, state TEXT NOT NULL, fetched_at_s REAL NOT NULL,
    PRIMARY KEY (series_id, start_s)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS revised (
    series_id INTEGER NOT NULL, start_s REAL NOT NULL, end_s REAL NOT NULL,
    g_per_kwh REAL NOT NULL, state TEXT NOT NULL, fetched_at_s REAL NOT NULL,
    PRIMARY KEY (series_id, start_s, fetched_at_s)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS issue (
    series_id INTEGER NOT NULL, issued_at_s REAL NOT NULL, fetched_at_s REAL NOT NULL,
    notes TEXT NOT NULL,
    PRIMARY KEY (series_id, issued_at_s)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS forecast (
    series_id INTEGER NOT NULL, issued_at_s REAL NOT NULL, start_s REAL NOT NULL,
    end_s REAL NOT NULL, g_per_kwh REAL NOT NULL,
    PRIMARY KEY (series_id, issued_at_s, start_s)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS asked (
    series_id INTEGER NOT NULL, start_s REAL NOT NULL, end_s REAL NOT NULL,
    fetched_at_s REAL NOT NULL, notes TEXT NOT NULL,
    PRIMARY KEY (series_id, start_s, end_s, fetched_at_s)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS turn (
    service TEXT PRIMARY KEY, next_s REAL NOT NULL DEFAULT 0, blocked_s REAL NOT NULL DEFAULT 0
) WITHOUT ROWID;
"""


class CacheFile:
    """A SQLite file that many processes use at once.

    Args:
        folder: Where it lies; made if it is not there.
        busy_s: How long to wait for another process's writing. [s]

    Raises:
        HomeError: It cannot be made or written.
    """

    def __init__(self, folder: Path, *, busy_s: float = BUSY_S) -> None:
        self.path = folder / FILE_NAME
        self.trouble: str | None = None
        """Why something could not be read or kept; None while all is well."""
        self._busy_s = busy_s
        self._is_set_aside = False
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self.database = self._opened()
        except (OSError, sqlite3.Error) as error:
            raise HomeError(
                f"cache {self.path} cannot be used: {error}",
                "expected a folder you can write; choose one with WATTPRINT_HOME or --home",
            ) from error

    def failed(self, error: sqlite3.Error) -> None:
        """Keep why something failed; set a damaged file aside, once, for the next opening."""
        self.trouble = str(error)
        # Damage is a DatabaseError itself; its kinds tell of a lock, a full disk or a slip of ours.
        if type(error) is sqlite3.DatabaseError and not self._is_set_aside:
            self._is_set_aside = True
            with suppress(OSError), self._alone():
                self._set_aside()

    def _opened(self) -> sqlite3.Connection:
        try:
            return self._connected()
        except sqlite3.OperationalError:
            raise  # locked, full, or not ours to write: setting it aside would mend nothing
        except sqlite3.DatabaseError:
            with self._alone():
                try:
                    return self._connected()  # another process was quicker
                except sqlite3.OperationalError:
                    raise
                except sqlite3.DatabaseError:
                    self._set_aside()
                    return self._connected()

    def _connected(self) -> sqlite3.Connection:
        database = sqlite3.connect(self.path, timeout=self._busy_s, isolation_level=None)
        try:
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA synchronous = NORMAL")
            version = database.execute("PRAGMA user_version").fetchone()[0]
            if version not in (0, _VERSION):
                raise sqlite3.DatabaseError(f"version {version} is another one's")
            if version == 0:
                database.executescript(
                    f"BEGIN IMMEDIATE;{_SCHEMA}PRAGMA user_version = {_VERSION};COMMIT;"
                )
            tables = database.execute("SELECT count(*) FROM sqlite_master WHERE type = 'table'")
            if tables.fetchone()[0] != _SCHEMA.count("CREATE TABLE"):
                raise sqlite3.DatabaseError("tables are missing")
        except sqlite3.Error:
            database.close()
            raise
        return database

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep other processes from setting the file aside at the same time."""
        with self.path.with_name(f"{self.path.name}.lock").open("w") as lock:
            flock(lock, LOCK_EX)
            yield

    def _set_aside(self) -> None:
        """Rename a file that is no cache, with what SQLite keeps beside it."""
        stamp = time.strftime("%Y%m%dT%H%M%S", time.gmtime())
        for ending in ("", "-wal", "-shm"):
            with suppress(FileNotFoundError):
                path = self.path.with_name(self.path.name + ending)
                path.rename(f"{path}.unreadable-{stamp}")

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Write all of it or nothing; one process at a time."""
        self.database.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.database.execute("ROLLBACK")
            raise
        self.database.execute("COMMIT")


Method = TypeVar("Method", bound=Callable[..., Any])


def nothing() -> None:
    """Return None: what a cache without its file has."""


def spared(otherwise: Callable[[], Any]) -> Callable[[Method], Method]:
    """Let a method of a cache that fails return something else: what fails is only a cache.

    Args:
        otherwise: Makes what is returned then.
    """

    def decorate(method: Method) -> Method:
        @wraps(method)
        def tried(cache: Any, *arguments: Any, **more: Any) -> Any:
            try:
                return method(cache, *arguments, **more)
            except sqlite3.Error as error:
                cache.file.failed(error)
                return otherwise()

        return cast(Method, tried)

    return decorate
