"""A run's journal: one append-only file of JSON lines.

    {"line": "header", "schema": "wattprint.run/1", "id": ..., ...}
    {"line": "interval", "start_s": 0.0, "end_s": 10.0, "energy_uj": [...], "activity": [...]}
    {"line": "fault", "at_s": 10.0, "meter": "rapl", "message": ...}
    {"line": "end", "outcome": "completed", "duration_s": 25.1, "exit_code": 0}

Every line is flushed as it is written, so the death of the process loses at most one interval; a
power cut may lose more, because nothing is forced to disk. A torn last line is ignored when the
journal is read. No end line means that the run still goes on, or was interrupted.
"""

import errno
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from wattprint.domain.errors import RecordError
from wattprint.domain.run import (
    SCHEMA,
    Fault,
    Interval,
    RunRecord,
    device_dict,
    interval_dict,
)

SUFFIX = ".jsonl"


class JournalWriter:
    """Writes one run's journal. Its methods raise OSError; the tracker keeps that from the run.

    Args:
        folder: Folder of journals.
        header: The run as it is known at its start.

    Raises:
        FileExistsError: A journal of this id is there already; nothing is overwritten.
        OSError: It cannot be created or written.
    """

    def __init__(self, folder: Path, header: RunRecord) -> None:
        self.path = folder / f"{header.run_id}{SUFFIX}"
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o644)
        self._descriptor = descriptor
        self._identity = _identity(descriptor)
        self._is_torn = False
        try:
            self._write("header", _header(header))
        except OSError:
            self.close()
            self.path.unlink(missing_ok=True)
            raise

    def interval(self, interval: Interval) -> None:
        """Append the readings of an interval."""
        self._write("interval", interval_dict(interval))

    def fault(self, fault: Fault) -> None:
        """Append something that went wrong."""
        self._write("fault", fault._asdict())

    def end(self, outcome: str, duration_s: float, exit_code: int | None) -> None:
        """Append the end mark."""
        end = {"outcome": outcome, "duration_s": duration_s, "exit_code": exit_code}
        self._write("end", end)

    def close(self) -> None:
        """Close the file, unless the work has closed it already."""
        if self._is_open():
            os.close(self._descriptor)

    def _is_open(self) -> bool:
        """Tell whether our descriptor is still ours: work that closes all files may reuse it."""
        try:
            return _identity(self._descriptor) == self._identity
        except OSError:
            return False

    def _write(self, kind: str, line: Mapping[str, Any]) -> None:
        text = json.dumps({"line": kind, **line}, separators=(",", ":"), ensure_ascii=False)
        # A line that a full disk cut short is ended first, so that only it is lost.
        content = (("\n" if self._is_torn else "") + text + "\n").encode(
            "utf-8", "backslashreplace"
        )
        if not self._is_open():
            raise OSError(errno.EBADF, "the journal was closed by the work", str(self.path))
        self._is_torn = True
        while content:
            content = content[os.write(self._descriptor, content) :]
        self._is_torn = False


def _identity(descriptor: int) -> tuple[int, int]:
    status = os.fstat(descriptor)
    return status.st_dev, status.st_ino


def _header(run: RunRecord) -> dict[str, Any]:
    header = run.as_dict()
    for name in ("intervals", "faults", "outcome", "duration_s", "exit_code"):
        del header[name]
    header["devices"] = [device_dict(device) for device in run.devices]
    return header


def read_journal(path: Path) -> RunRecord:
    """Read a run's journal, whole or torn.

    Raises:
        RecordError: Not a journal, or its header cannot be read.
        OSError: The file cannot be read.
    """
    header: dict[str, Any] | None = None
    intervals: list[dict[str, Any]] = []
    faults: list[dict[str, Any]] = []
    end: dict[str, Any] = {}
    for text in path.read_bytes().split(b"\n"):
        line = _parsed(text)
        kind = line.pop("line", None)
        if kind == "header" and header is None:
            header = line
        elif kind == "interval":
            intervals.append(line)
        elif kind == "fault":
            faults.append(line)
        elif kind == "end":
            end = line
    if header is None:
        raise RecordError(f"{path} has no header; expected a {SCHEMA} journal.")
    duration_s = intervals[-1].get("end_s") if intervals else 0.0
    return RunRecord.from_dict(
        {"duration_s": duration_s, **header, **end, "intervals": intervals, "faults": faults}
    )


def _no_number(word: str) -> float:
    raise ValueError(f"{word} is no number")


def _parsed(text: bytes) -> dict[str, Any]:
    """Return a line's object; a torn line, whose writer was stopped in the middle, says nothing."""
    try:
        line = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError):
        return {}
    return line if isinstance(line, dict) else {}
