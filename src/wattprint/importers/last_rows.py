"""The last row of each run, in bounded memory: in a dictionary, and on disk once it grows."""

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from typing import NamedTuple

_IN_MEMORY = 20_000
"""Runs held in memory: some 60 MB of cells at most."""
_CACHE_KIB = 16_384


class Held(NamedTuple):
    """A row that is kept."""

    at_line: int
    header: int
    """Which of the file's headers it stands below; 0 is the first."""
    cells: Sequence[str]


class LastRows:
    """Keeps one row a key, the last as a rule, and yields them in the order of their lines.

    Args:
        in_memory: Rows that are held before all of them go to a temporary file.
    """

    def __init__(self, in_memory: int = _IN_MEMORY) -> None:
        self._limit = in_memory
        self._held: dict[str, Held] = {}
        self._disk: sqlite3.Connection | None = None
        self.put_count = 0

    def put(
        self, key: str, row: Held, counting: Callable[[Held, Held], Held | None] | None = None
    ) -> bool:
        """Keep a row in the place of what was put under this key before.

        Args:
            key: What the row is of.
            row: The row.
            counting: Told the row before and this one, says which of them counts; where it says
                None, both are kept.

        Returns:
            Whether no row before is kept beside this one.
        """
        self.put_count += 1
        before = None if counting is None else self._last(key)
        counts = row if before is None or counting is None else counting(before, row)
        if before is not None and counts is None:
            self._held[f"{key}\0{before.at_line}"] = before
        self._held[key] = row if counts is None else counts
        if len(self._held) > self._limit:
            self._spill()
        return counts is not None

    def _last(self, key: str) -> Held | None:
        if key in self._held or self._disk is None:
            return self._held.get(key)
        query = "SELECT at_line, header, cells FROM last WHERE run = ?"
        row = self._disk.execute(query, (key,)).fetchone()
        return None if row is None else Held(row[0], row[1], json.loads(row[2]))

    def all(self) -> Iterator[Held]:
        """Yield all rows, and forget them."""
        if self._disk is None:
            yield from sorted(self._held.values())
            self._held.clear()
            return
        self._spill()
        with closing(self._disk) as disk:
            for at_line, header, cells in disk.execute("SELECT * FROM rows ORDER BY at_line"):
                yield Held(at_line, header, json.loads(cells))

    def close(self) -> None:
        """Let go of the temporary file."""
        if self._disk is not None:
            self._disk.close()

    @property
    def superseded(self) -> int:
        """Rows whose place a later one took."""
        if self._disk is None:
            return self.put_count - len(self._held)
        self._spill()
        return self.put_count - int(self._disk.execute("SELECT count(*) FROM last").fetchone()[0])

    def _spill(self) -> None:
        if self._disk is None:
            # An empty name is a temporary file that only this connection sees.
            self._disk = sqlite3.connect("")
            self._disk.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
            self._disk.execute("PRAGMA journal_mode = OFF")
            self._disk.execute("PRAGMA synchronous = OFF")
            self._disk.execute(
                "CREATE TABLE last (run TEXT PRIMARY KEY, at_line INTEGER, header INTEGER,"
                " cells TEXT)"
            )
            self._disk.execute("CREATE VIEW rows AS SELECT at_line, header, cells FROM last")
        self._disk.executemany(
            "INSERT OR REPLACE INTO last VALUES (?, ?, ?, ?)",
            (
                (key, row.at_line, row.header, json.dumps(row.cells))
                for key, row in self._held.items()
            ),
        )
        self._held.clear()
