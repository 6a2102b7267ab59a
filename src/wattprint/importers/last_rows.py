"""The last row of each run, in bounded memory: in a dictionary, and on disk once it grows."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing

from wattprint.domain.imported import ImportedRecord

_IN_MEMORY = 20_000
"""Runs held in memory: some 60 MB of records at most."""
_CACHE_KIB = 16_384


class LastRows:
    """Keeps one record a key, the last that was put, and yields them in the order of their lines.

    Args:
        in_memory: Records that are held before all of them go to a temporary file.
    """

    def __init__(self, in_memory: int = _IN_MEMORY) -> None:
        self._limit = in_memory
        self._held: dict[str, ImportedRecord] = {}
        self._disk: sqlite3.Connection | None = None
        self._on_disk = 0

    def put(self, key: str, record: ImportedRecord) -> ImportedRecord | None:
        """Keep a record, and return the one that it takes the place of, as far as it is in memory.

        Rows of one run stand close together, so that a run that went to disk rarely comes back.
        """
        before = self._held.get(key)
        self._held[key] = record
        if len(self._held) > self._limit:
            self._spill()
        return before

    def all(self) -> Iterator[ImportedRecord]:
        """Yield all records, and forget them."""
        if self._disk is None:
            yield from sorted(self._held.values(), key=lambda record: record.at_line)
            self._held.clear()
            return
        self._spill()
        with closing(self._disk) as disk:
            for (text,) in disk.execute("SELECT record FROM last ORDER BY at_line"):
                yield ImportedRecord.from_dict(json.loads(text))

    def close(self) -> None:
        """Let go of the temporary file."""
        if self._disk is not None:
            self._disk.close()

    @property
    def distinct(self) -> int:
        """Number of records kept."""
        if self._disk is None:
            return len(self._held)
        self._spill()
        return int(self._disk.execute("SELECT count(*) FROM last").fetchone()[0])

    def _spill(self) -> None:
        if self._disk is None:
            # An empty name is a temporary file that only this connection sees.
            self._disk = sqlite3.connect("")
            self._disk.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
            self._disk.execute("PRAGMA journal_mode = OFF")
            self._disk.execute("PRAGMA synchronous = OFF")
            self._disk.execute(
                "CREATE TABLE last (run TEXT PRIMARY KEY, at_line INTEGER, record TEXT)"
            )
        rows = (
            (key, record.at_line, json.dumps(record.as_dict()))
            for key, record in self._held.items()
        )
        self._disk.executemany("INSERT OR REPLACE INTO last VALUES (?, ?, ?)", rows)
        self._held.clear()
