"""Imports of a home folder: one file of JSON lines each, `imports/ID.jsonl`.

    {"line": "header", "schema": "wattprint.import/1", "id": ..., "kind": ..., "sha256": ...}
    {"line": "record", "n": 1, "at_line": 2, "emissions_g": ..., "reported": [...], ...}
    {"line": "rejected", "at_line": 7, "reason": ...}
    {"line": "end", "records": 1, "rejected": 1, ...}

It is written beside its place and takes it once it is whole: what is there has an end line. A list
of imports reads two lines of each.
"""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from wattprint.domain.errors import InputError, RecordError, UnknownNameError, nearest_names
from wattprint.domain.imported import Counts, ImportedRecord, ImportHeader, RejectedRow
from wattprint.domain.totals import Total
from wattprint.ledger.home import home_folder, imports_folder

SUFFIX = ".jsonl"
PREFIX = "i-"
"""What an import's id begins with: no run's does."""
_SHA_LETTERS = 12
"""So much of the source's SHA-256 is in an import's name: the same bytes are found by it."""
_TAIL_BYTES = 64 * 1024


class StoredImport(NamedTuple):
    """An import of the ledger, without its records."""

    header: ImportHeader
    counts: Counts


class Tally:
    """What an import holds so far."""

    def __init__(self) -> None:
        self.records = 0
        self.rejected = 0
        self._totals = {name: Total() for name in Counts._fields[4:]}

    def take(self, row: ImportedRecord | RejectedRow) -> None:
        """Count a record or a rejected row; a part of another record is not added up."""
        if isinstance(row, RejectedRow):
            self.rejected += 1
            return
        self.records += 1
        if row.part_of is None:
            for name, total in self._totals.items():
                total.add(getattr(row, name))

    def counts(self, *, superseded: int, dropped: Mapping[str, int]) -> Counts:
        """Return it with what the parser counted."""
        sums = {name: total.value for name, total in self._totals.items()}
        return Counts(self.records, self.rejected, superseded, dict(dropped), **sums)


class ImportWriter:
    """Writes an import, whole or not at all: a `with` block without `finish` leaves nothing.

    Args:
        home: Home folder.
        header: Where the import came from.

    Raises:
        HomeError: The folder cannot be made.
        OSError: It cannot be written.
    """

    def __init__(self, home: Path, header: ImportHeader) -> None:
        self.path = imports_folder(home, create=True) / f"{header.import_id}{SUFFIX}"
        self._beside = self.path.with_name(f".{self.path.name}.{os.urandom(4).hex()}")
        # A lone surrogate, as of a file name that is no UTF-8, is escaped.
        self._file = self._beside.open("x", encoding="utf-8", errors="backslashreplace")
        self._records = 0
        self._write("header", header.as_dict())

    def __enter__(self) -> "ImportWriter":
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()
        with suppress(OSError):
            self._beside.unlink(missing_ok=True)

    def write(self, row: ImportedRecord | RejectedRow) -> None:
        """Append a record or a rejected row."""
        if isinstance(row, RejectedRow):
            self._write("rejected", row._asdict())
            return
        self._records += 1
        self._write("record", {"n": self._records, **row.as_dict()})

    def finish(self, counts: Counts) -> None:
        """Write the end line, and put the file in its place."""
        self._write("end", counts._asdict())
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._beside.replace(self.path)

    def _write(self, kind: str, fields: Mapping[str, Any]) -> None:
        line = json.dumps({"line": kind, **fields}, ensure_ascii=False, allow_nan=False)
        self._file.write(line + "\n")


class Imports:
    """The imports below a home folder.

    Args:
        home: Home folder; None takes $WATTPRINT_HOME, else ~/.wattprint.

    Raises:
        HomeError: The home folder cannot be read.
    """

    def __init__(self, home: str | os.PathLike[str] | None = None) -> None:
        self.home = home_folder(home)
        self._folder = imports_folder(self.home)
        self.unreadable: dict[str, str] = {}
        """Why an import could not be read, by id, as far as the reading has come."""

    def ids(self) -> list[str]:
        """Return the ids of all imports, oldest first."""
        if not self._folder.exists():
            return []
        names = (entry.name for entry in os.scandir(self._folder) if entry.is_file())
        return sorted(
            name.removesuffix(SUFFIX)
            for name in names
            if name.endswith(SUFFIX) and name.startswith(PREFIX)
        )

    def path(self, import_id: str) -> Path:
        """Return the file of an import."""
        return self._folder / f"{import_id}{SUFFIX}"

    def all(self) -> Iterator[StoredImport]:
        """Yield all imports, newest first; `unreadable` then says which could not be read."""
        self.unreadable.clear()
        for import_id in reversed(self.ids()):
            try:
                yield self.stored(import_id)
            except FileNotFoundError:
                continue  # removed meanwhile
            except (RecordError, OSError) as error:
                self.unreadable[import_id] = str(error)

    def stored(self, import_id: str) -> StoredImport:
        """Return an import by its header and end line.

        Raises:
            RecordError: It is none, or was cut off.
            OSError: It is not there, or may not be read.
        """
        path = self.path(import_id)
        with path.open("rb") as file:
            first = file.readline(_TAIL_BYTES)
            file.seek(max(0, path.stat().st_size - _TAIL_BYTES))
            last = file.read().rstrip(b"\n").rpartition(b"\n")[2]
        header = ImportHeader.from_dict(_line(first, "header", path))
        return StoredImport(header._replace(import_id=import_id), _counts(last, path))

    def of_bytes(self, sha256: str) -> StoredImport | None:
        """Return the import of a file with these bytes, if there is one."""
        for import_id in self.ids():
            if import_id.endswith(sha256[:_SHA_LETTERS]):
                with suppress(RecordError, OSError):
                    stored = self.stored(import_id)
                    if stored.header.sha256 == sha256:
                        return stored
        return None

    def rows(self, import_id: str) -> Iterator[tuple[int, ImportedRecord] | RejectedRow]:
        """Yield all rows of an import: records with their numbers, and what was rejected.

        Raises:
            RecordError: A line cannot be read.
            OSError: It is not there, or may not be read.
        """
        path = self.path(import_id)
        with path.open("rb") as file:
            for text in file:
                line = _line(text, None, path)
                if line["line"] == "record":
                    yield int(line["n"]), ImportedRecord.from_dict(line)
                elif line["line"] == "rejected":
                    yield RejectedRow(int(line["at_line"]), str(line["reason"]))

    def records(self, import_id: str) -> Iterator[tuple[int, ImportedRecord]]:
        """Yield the records of an import with their numbers; 1 is the first."""
        for row in self.rows(import_id):
            if not isinstance(row, RejectedRow):
                yield row

    def rejected(self, import_id: str) -> Iterator[RejectedRow]:
        """Yield the rows of an import that could not be read."""
        for row in self.rows(import_id):
            if isinstance(row, RejectedRow):
                yield row

    def record(self, import_id: str, n: int) -> ImportedRecord:
        """Return one record of an import.

        Raises:
            UnknownNameError: It has fewer.
        """
        count = 0
        for found, record in self.records(import_id):
            count = found
            if found == n:
                return record
        raise UnknownNameError(
            f"record {import_id}:{n} is unknown", f"expected a number from 1 to {count}"
        )

    def find_id(self, asked: str) -> str:
        """Return the whole id of an import from an unambiguous beginning of it.

        Raises:
            UnknownNameError: No such import, or several.
        """
        known = self.ids()
        fitting = [asked] if asked in known else [k for k in known if k.startswith(asked)]
        if len(fitting) == 1:
            return fitting[0]
        raise UnknownNameError(
            f"import {asked!r} is {'not unique' if fitting else 'unknown'}",
            "expected an id that `wattprint runs` lists",
            fitting[-3:] or nearest_names(asked, known),
        )

    def remove(self, import_id: str) -> None:
        """Delete an import.

        Raises:
            OSError: It cannot be deleted.
        """
        self.path(import_id).unlink()


def new_id(imported_at: str, sha256: str) -> str:
    """Return an id that sorts by time, and holds the beginning of the source's hash.

    >>> new_id("2026-01-31T18:00:05.250Z", "0a1b2c3d4e5f60718293")
    'i-20260131-180005-0a1b2c3d4e5f'
    """
    day, _, time = imported_at.partition("T")
    return f"{PREFIX}{day.replace('-', '')}-{time[:8].replace(':', '')}-{sha256[:_SHA_LETTERS]}"


def parsed_record_id(asked: str) -> tuple[str, int | None]:
    """Return the import and the number of a record, 'ID:N'; None for an import alone.

    Raises:
        InputError: What follows the colon is no number.
    """
    import_id, colon, number = asked.partition(":")
    if not colon:
        return import_id, None
    if number.isascii() and number.isdigit() and int(number[:9]) > 0 and len(number) < 10:
        return import_id, int(number)
    raise InputError(f"record {asked!r} is none", "expected IMPORT:N, such as i-2026:1")


def _line(text: bytes, kind: str | None, path: Path) -> dict[str, Any]:
    try:
        line = json.loads(text.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise RecordError(f"{path} is no import: {error}.") from error
    if not isinstance(line, dict) or "line" not in line or kind not in (None, line["line"]):
        raise RecordError(f"{path} is no import: a line is not its {kind or 'record'}.")
    return line


def _counts(text: bytes, path: Path) -> Counts:
    line = _line(text, "end", path)
    try:
        return Counts(**{name: line[name] for name in Counts._fields})
    except (KeyError, TypeError) as error:
        raise RecordError(f"{path} is no import: its end line is malformed: {error!r}.") from error
