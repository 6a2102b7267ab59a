"""A run's journal: one append-only file of JSON lines.

    {"line": "header", "schema": "wattprint.run/1", "id": ..., ...}
    {"line": "interval", "start_s": 0.0, "end_s": 10.0, "energy_uj": [...], "activity": [...]}
    {"line": "section", "path": ["epoch"], "start_s": 0.0, "end_s": 10.0, "entered": 1, ...}
    {"line": "logged", "at_s": 9.5, "calls": 3, "samples": 96, "values": {"loss": 0.2}}
    {"line": "fault", "at_s": 10.0, "meter": "rapl", "message": ...}
    {"line": "device", "index": 1, "device_id": "rapl:package-1", "found_s": 10.0, ...}
    {"line": "end", "outcome": "completed", "duration_s": 25.1, "exit_code": 0, "energy_uj": [...],
     "fault_count": 1, "found_later": [...]}

A device line adds a device that was found later, at its place among the readings: lines before it
have no reading of it. The end line repeats the energy of each device and the devices found later,
so that a list of runs reads two lines of each. Every line is flushed as it is written, so the death
of the process loses at most one interval; a power cut may lose more, because nothing is forced to
disk. A torn line is ignored when the journal is read. No end line means that the run still goes on,
or was interrupted.

A journal has exactly one writer, which made the file and found none of that name. Readers lock
nothing: what they read is a beginning of what will be there.
"""

import errno
import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from wattprint.domain.checks import whole_number
from wattprint.domain.errors import RecordError
from wattprint.domain.readings import (
    Device,
    Fault,
    Interval,
    Logged,
    SectionUse,
    device_dict,
    interval_dict,
    logged_dict,
    section_dict,
)
from wattprint.domain.run import SCHEMA, RunRecord

SUFFIX = ".jsonl"


class JournalWriter:
    """Writes one run's journal. Its methods raise OSError; the tracker keeps that from the run.

    What could not be written whole is taken back, so that it can be written again later. On a
    network file system a full disk may show itself only at a later write, or when the journal is
    closed: the lines before that may then be lost though they were written without a complaint.

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
        self._created = os.fstat(descriptor)
        self._is_torn = False
        self._device_count = len(header.devices)
        self._found_later: list[dict[str, Any]] = []
        self._fault_count = 0
        self._until_s = 0.0
        try:
            self._write(_line("header", _header(header)))
        except OSError:
            with suppress(OSError):
                self.close()
            self.path.unlink(missing_ok=True)
            raise

    def interval(
        self,
        interval: Interval,
        sections: Sequence[SectionUse] = (),
        logged: Logged | None = None,
    ) -> None:
        """Append the readings of an interval, with what its sections used and what was logged."""
        lines = [_line("interval", interval_dict(interval))]
        lines += [_line("section", section_dict(section)) for section in sections]
        if logged is not None:
            lines.append(_line("logged", logged_dict(logged)))
        self._write("\n".join(lines))
        self._until_s = interval.end_s

    def device(self, device: Device) -> None:
        """Append a device found since the last interval; readings after this are one more."""
        found = device_dict(device._replace(found_s=device.found_s or self._until_s))
        row = {"index": self._device_count + len(self._found_later), **found}
        self._write(_line("device", row))
        self._found_later.append(row)

    def fault(self, fault: Fault) -> None:
        """Append something that went wrong."""
        self._write(_line("fault", fault._asdict()))
        self._fault_count += 1

    def end(
        self,
        outcome: str,
        duration_s: float,
        exit_code: int | None,
        energy_uj: Sequence[int | None],
    ) -> None:
        """Append the end mark, with the energy of each device over the intervals written."""
        end: dict[str, Any] = {
            "outcome": outcome,
            "duration_s": duration_s,
            "exit_code": exit_code,
            "energy_uj": energy_uj,
            "fault_count": self._fault_count,
        }
        if self._found_later:
            end["found_later"] = self._found_later
        self._write(_line("end", end))

    def close(self) -> None:
        """Close the file, unless the work has closed it already; it is closed even if this raises.

        Raises:
            OSError: What was written may be lost: a network file system says so only now.
        """
        descriptor, self._descriptor = self._descriptor, -1
        try:
            is_ours = _identity(os.fstat(descriptor)) == _identity(self._created)
        except OSError as error:
            if error.errno == errno.EBADF:
                return
            is_ours = True  # a stale handle still takes its place
        if is_ours:
            os.close(descriptor)

    def _size_bytes(self) -> int:
        """Return the size of the file, if it is still ours: work may close and reuse all files."""
        try:
            now = os.fstat(self._descriptor)
        except OSError as error:
            if error.errno != errno.EBADF:
                raise
            now = None
        if now is None or _identity(now) != _identity(self._created):
            raise OSError(errno.EBADF, "the journal was closed by the work", str(self.path))
        if self._created.st_nlink and not now.st_nlink:
            raise OSError(errno.ESTALE, "the journal was removed", str(self.path))
        return now.st_size

    def _write(self, text: str) -> None:
        # A line that was cut short and could not be taken back is ended first: only it is lost.
        content = (("\n" if self._is_torn else "") + text + "\n").encode(
            "utf-8", "backslashreplace"
        )
        size_bytes = self._size_bytes()
        try:
            while content:
                content = content[os.write(self._descriptor, content) :]
        except OSError:
            self._take_back(size_bytes)
            raise
        self._is_torn = False

    def _take_back(self, size_bytes: int) -> None:
        """Remove the beginning of what a full disk cut short: the whole may be written later."""
        try:
            os.ftruncate(self._descriptor, size_bytes)
        except OSError:
            self._is_torn = True


def _line(kind: str, fields: Mapping[str, Any]) -> str:
    return _ENCODER.encode({"line": kind, **fields})


_ENCODER = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False)


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino


def _header(run: RunRecord) -> dict[str, Any]:
    header = run.as_dict()
    for name in ("intervals", "sections", "logged", "faults", "outcome", "duration_s", "exit_code"):
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
    rows: dict[str, list[dict[str, Any]]] = {kind: [] for kind in _LISTS}
    end: dict[str, Any] = {}
    is_torn = False
    for text in path.read_bytes().split(b"\n"):
        kind, line = parsed_line(text)
        is_torn = is_torn or bool(text and not kind)
        if kind == "header" and header is None:
            header = line
        elif kind in rows:
            rows[kind].append(line)
        elif kind == "end":
            end = line
    if header is None:
        raise no_header(path)
    _drop_spanned(rows)
    intervals = rows["interval"]
    header = {"duration_s": intervals[-1].get("end_s") if intervals else 0.0, **header}
    try:
        _place_devices(header, found_later(header, rows.pop("device"), end), rows, is_torn=is_torn)
    except (KeyError, TypeError, ValueError) as error:
        raise RecordError(f"{path} has malformed devices: {error!r}.") from error
    lists = {_LISTS[kind]: lines for kind, lines in rows.items()}
    return RunRecord.from_dict({**header, **end_fields(end), **lists})


_LISTS = {
    "device": "devices",
    "interval": "intervals",
    "section": "sections",
    "logged": "logged",
    "fault": "faults",
}
"""Kinds of line that there may be many of, and the field of the record that they fill."""


def _drop_spanned(rows: dict[str, list[dict[str, Any]]]) -> None:
    """Drop an interval that a later one spans, with what its sections used.

    It was written, but what came with it was not, and the disk would not take it back: the writer
    spanned it with the next.
    """
    kept: list[dict[str, Any]] = []
    for row in rows["interval"]:
        while kept and _number(row, "start_s") < _number(kept[-1], "end_s"):
            end_s = _number(kept.pop(), "end_s")
            rows["section"] = [part for part in rows["section"] if _number(part, "end_s") != end_s]
        kept.append(row)
    rows["interval"] = kept


def _number(row: Mapping[str, Any], name: str) -> float:
    """Return a bound of a row; one that is none compares as no overlap, and is refused later."""
    bound = row.get(name)
    return bound if isinstance(bound, (int, float)) else float("nan")


def _no_number(word: str) -> float:
    raise ValueError(f"{word} is no number")


_DECODER = json.JSONDecoder(parse_constant=_no_number)
"""Made once: to make it anew for every line takes as long as to decode one."""


def parsed_line(text: bytes) -> tuple[str, dict[str, Any]]:
    """Return a line's kind and fields; a torn line, whose writer was stopped, is of no kind."""
    try:
        line = _DECODER.decode(text.decode("utf-8"))
    except (ValueError, RecursionError):
        return "", {}
    kind = line.pop("line", None) if isinstance(line, dict) else None
    return (kind, line) if isinstance(kind, str) else ("", {})


def has_header(path: Path) -> bool:
    """Tell whether a file has the header of a journal, of whatever version."""
    return any(parsed_line(text)[0] == "header" for text in path.read_bytes().split(b"\n"))


def no_header(path: Path) -> RecordError:
    """Return the refusal of a file that is no journal."""
    return RecordError(f"{path} has no header; expected a {SCHEMA} journal.")


def end_fields(end: Mapping[str, Any]) -> dict[str, Any]:
    """Return what only the end line says."""
    return {name: end[name] for name in ("outcome", "duration_s", "exit_code") if name in end}


def found_later(
    header: Mapping[str, Any], lines: Sequence[Mapping[str, Any]], end: Mapping[str, Any]
) -> dict[int, dict[str, Any]]:
    """Return the devices that the header does not have, by their place among the readings.

    Raises:
        KeyError, TypeError, ValueError: A line of a device is malformed.
    """
    at_start = len(header.get("devices", ()))
    devices: dict[int, dict[str, Any]] = {}
    for line in [*lines, *end.get("found_later", ())]:
        row = dict(line)
        devices[whole_number("index", row.pop("index"), at_least=at_start)] = row
    return devices


def _place_devices(
    header: dict[str, Any],
    later: Mapping[int, Mapping[str, Any]],
    rows: Mapping[str, list[dict[str, Any]]],
    *,
    is_torn: bool,
) -> None:
    """Give every line one reading of each device: none from before it was found.

    Readings of a device whose own line was torn cannot be told whose they are: they are left out,
    and that is a fault.
    """
    at_start = list(header.get("devices", ()))
    places = [*range(len(at_start)), *sorted(later)]
    header["devices"] = [*at_start, *(later[place] for place in sorted(later))]
    is_gapless = places == list(range(len(places)))
    nameless_s: list[float] = []
    for row in rows["interval"] + rows["section"]:
        for name in ("energy_uj", "activity"):
            readings = row.get(name)
            if not isinstance(readings, list) or len(readings) < len(at_start):
                continue  # refused below, as a row of too few
            if is_gapless and len(readings) == len(places):
                continue
            if set(range(len(readings))) - set(places):
                if not is_torn:
                    continue  # refused below, as a row of too many
                nameless_s.append(row["start_s"])
            row[name] = [readings[i] if i < len(readings) else None for i in places]
    if nameless_s:
        message = "the line of a device cannot be read: its readings are left out"
        rows["fault"].append({"at_s": nameless_s[0], "meter": "journal", "message": message})
