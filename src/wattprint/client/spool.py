"""What is to be sent, kept on disk until a hub has said that it is stored.

A spool is a folder of segments, append-only files of JSON lines. `append` returns once its rows are
on the disk (fsync of the file, and of the folder when it is new), so neither the death of a process
nor a power cut loses what it took. A line that was cut short was never promised, and is passed
over. Each writer has a segment of its own: writers need no lock. One process sends at a time, by a
lock on the folder that ends with it. What was sent is written down in `sent.json`, after the hub's
word: at worst a batch is sent twice, and a hub takes each row once.

    00000001767268800000-4242-1a2b.rows   {"kind": "runs", "project": ..., "row": {...}}
    sent.json                             {segment: bytes of it that the hub has}
    refused.jsonl                         {"at_s": ..., "kind": ..., "reason": ..., "row": {...}}
"""

import fcntl
import json
import os
import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from wattprint.client.errors import SpoolFullError
from wattprint.domain.errors import HomeError

LARGEST_BYTES = 512 * 1024 * 1024
"""Of all segments together. [B]"""
SEGMENT_BYTES = 8 * 1024 * 1024
_SUFFIX = ".rows"


class SpooledRow(NamedTuple):
    """A row that waits, and where the next one begins."""

    kind: str
    """`runs` or `intervals`."""
    project: str
    row: Mapping[str, Any]
    segment: str
    end: int


class Spool:
    """Rows that wait for a hub.

    Args:
        folder: Its folder; made when the first row comes.
        largest_bytes: Most that it may hold. [B]
        wall_clock_s: Seconds since 1970; only names are made of it, in the order of `append`. [s]
    """

    def __init__(
        self,
        folder: Path,
        *,
        largest_bytes: int = LARGEST_BYTES,
        wall_clock_s: Callable[[], float] = time.time,
    ) -> None:
        self.folder = folder
        self._largest_bytes = largest_bytes
        self._wall_clock_s = wall_clock_s
        self._path: Path | None = None
        self._size = 0

    def append(self, kind: str, project: str, rows: Iterable[Mapping[str, Any]]) -> int:
        """Keep rows, all or none; return how many.

        Raises:
            SpoolFullError: There is no room for them.
            OSError: The disk refuses them.
        """
        lines = [
            json.dumps({"kind": kind, "project": project, "row": row}, separators=(",", ":"))
            for row in rows
        ]
        if not lines:
            return 0
        content = ("\n".join(lines) + "\n").encode()
        if self.size_bytes() + len(content) > self._largest_bytes:
            limit = f"{self._largest_bytes:,} bytes"
            raise SpoolFullError(f"the spool {self.folder} is full ({limit}); send it first.")
        self._write(content)
        return len(lines)

    def size_bytes(self) -> int:
        """Return how much waits, sent parts of segments included [B]."""
        return sum(path.stat().st_size for path in self._segments())

    def waiting(self) -> Iterator[SpooledRow]:
        """Yield the rows that wait, segment by segment in the order in which these were begun."""
        sent = self._sent()
        for path in self._segments():
            yield from self._rows(path, sent.get(path.name, 0))

    def mark_sent(self, rows: Iterable[SpooledRow]) -> None:
        """Write down that the hub has these rows; a segment of which it has all is deleted.

        Raises:
            OSError: The disk refuses; the rows will be sent again.
        """
        there = {path.name for path in self._segments()}
        sent = {name: end for name, end in self._sent().items() if name in there}
        sent |= {row.segment: row.end for row in rows}
        self._replace("sent.json", sent)
        for name, end in sent.items():
            _delete_if_sent(self.folder / name, end)

    def set_aside(self, row: SpooledRow, reason: str) -> None:
        """Keep a row that the hub refuses, with its reason, so that those behind it go on.

        Raises:
            OSError: The disk refuses.
        """
        line = {"kind": row.kind, "project": row.project, "reason": reason, "row": row.row}
        path = self.folder / "refused.jsonl"
        with path.open("ab") as file:
            file.write(json.dumps({"at_s": self._wall_clock_s(), **line}).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())

    def note(self, document: Mapping[str, Any]) -> None:
        """Keep what became of the last sending that nobody watched, in `last.json`.

        Raises:
            OSError: The disk refuses.
        """
        self._make_folder()
        self._replace("last.json", document)

    def refused(self) -> list[dict[str, Any]]:
        """Return what was set aside."""
        path = self.folder / "refused.jsonl"
        return (
            [json.loads(line) for line in path.read_bytes().splitlines()] if path.exists() else []
        )

    @contextmanager
    def sending(self) -> Iterator[bool]:
        """Be the only one that sends; yield False where another process is at it."""
        self._make_folder()
        with (self.folder / "lock").open("ab") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            yield True

    def _write(self, content: bytes) -> None:
        self._make_folder()
        is_new = self._path is None or self._size >= SEGMENT_BYTES or not self._path.exists()
        path = self._new_segment() if is_new or self._path is None else self._path
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH)
            if os.fstat(descriptor).st_nlink == 0:  # it was sent and deleted a moment ago
                self._path = None
                self._write(content)
                return
            before = os.fstat(descriptor).st_size
            self._path = None  # what could not be taken back ends its segment
            _write_whole(descriptor, content, before)
            self._path, self._size = path, before + len(content)
        finally:
            os.close(descriptor)
        if is_new:
            _sync_folder(self.folder)

    def _new_segment(self) -> Path:
        """Return a name behind all others, even where the clock was set back."""
        now_ms = int(self._wall_clock_s() * 1000)
        latest = max((int(path.name.split("-")[0]) for path in self._segments()), default=0)
        name = f"{max(now_ms, latest + 1):020d}-{os.getpid()}-{secrets.token_hex(2)}{_SUFFIX}"
        return self.folder / name

    def _segments(self) -> list[Path]:
        return sorted(self.folder.glob(f"*{_SUFFIX}"))

    def _rows(self, path: Path, begin: int) -> Iterator[SpooledRow]:
        with path.open("rb") as file:
            file.seek(begin)
            end = begin
            for line in file:
                end += len(line)
                if not line.endswith(b"\n"):
                    return  # its writer is at it, or was cut short: nothing comes behind it
                said = json.loads(line)
                yield SpooledRow(said["kind"], said["project"], said["row"], path.name, end)

    def _sent(self) -> dict[str, int]:
        """Return how much of each segment the hub has [B]."""
        try:
            return dict(json.loads((self.folder / "sent.json").read_text()))
        except (FileNotFoundError, ValueError):  # unreadable: everything is sent again
            return {}

    def _replace(self, name: str, document: Mapping[str, Any]) -> None:
        partial = self.folder / f".{name}.partial"
        with partial.open("w") as file:
            json.dump(document, file)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(self.folder / name)

    def _make_folder(self) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            reason = error.strerror or str(error)
            raise HomeError(
                f"spool {str(self.folder)!r} cannot be used: {reason}",
                "expected a folder you can write",
            ) from error


def _write_whole(descriptor: int, content: bytes, before: int) -> None:
    view = memoryview(content)
    try:
        while view:
            view = view[os.write(descriptor, view) :]
        os.fsync(descriptor)
    except OSError:
        os.ftruncate(descriptor, before)  # all or none
        raise


def _delete_if_sent(path: Path, end: int) -> None:
    """Delete a segment that holds nothing more but, perhaps, a line that was cut short."""
    with suppress(FileNotFoundError, BlockingIOError), path.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # no writer is at it
        file.seek(end)
        if b"\n" not in file.read():
            path.unlink()


def batches(rows: Iterable[SpooledRow], most: int) -> Iterator[Sequence[SpooledRow]]:
    """Cut rows into batches of one kind and, of intervals, one project; their order stays."""
    batch: list[SpooledRow] = []
    for row in rows:
        if batch and (len(batch) >= most or _group(row) != _group(batch[0])):
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch


def _group(row: SpooledRow) -> tuple[str, str]:
    return row.kind, row.project


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
