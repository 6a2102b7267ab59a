"""Summaries of runs: what a list shows of each, from two lines of its journal."""

import os
from pathlib import Path
from typing import Any, NamedTuple

from wattprint.domain.readings import energy_uj_from_list
from wattprint.domain.run import RunRecord
from wattprint.ledger.journal import end_fields, found_later, parsed_line, read_journal

_HEAD_BYTES = 16 * 1024
_TAIL_BYTES = 4 * 1024
"""Enough for the header and the end line of a node with a dozen devices. [B]"""


class Summary(NamedTuple):
    """A run without its single readings, and what they add up to."""

    run: RunRecord
    """Without intervals, sections, progress and faults."""
    energy_uj: tuple[int | None, ...]
    """Energy of each device over the whole run; None where it was never readable. [uJ]"""
    fault_count: int


def read_summary(path: Path, *, project: str | None = None) -> Summary | None:
    """Read what a journal's first and last line say; all of it only where they do not say enough.

    Args:
        path: The journal.
        project: Read no more of a run of another project than its first line.

    Returns:
        The summary; None for a run of another project.

    Raises:
        RecordError: Not a journal, or its header cannot be read.
        OSError: The file cannot be read.
    """
    header, end = _first_and_last(path)
    if header and project is not None and header.get("project") != project:
        return None
    summary = _summary(header, end)
    if summary is None:
        run = read_journal(path)
        summary = Summary(
            run._replace(intervals=(), sections=(), logged=(), faults=()),
            run.device_energy_uj(),
            len(run.faults),
        )
    return summary if project in (None, summary.run.project) else None


def _first_and_last(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the header and the end line; empty where the first and last line are none."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        head = tail = os.read(descriptor, _HEAD_BYTES)
        if len(head) == _HEAD_BYTES:
            size_bytes = os.fstat(descriptor).st_size
            tail = os.pread(descriptor, _TAIL_BYTES, max(0, size_bytes - _TAIL_BYTES))
    finally:
        os.close(descriptor)
    # Cut off at its first byte a line is no JSON, so a line longer than this says nothing here.
    first, last = head.partition(b"\n")[0], tail.rstrip(b"\n").rpartition(b"\n")[2]
    return _of_kind("header", first), _of_kind("end", last)


def _of_kind(kind: str, text: bytes) -> dict[str, Any]:
    found, line = parsed_line(text)
    return line if found == kind else {}


def _summary(header: dict[str, Any], end: dict[str, Any]) -> Summary | None:
    """Return the summary, if the two lines say enough: an older end line has no energy."""
    try:
        later = found_later(header, (), end)
        devices = [*header["devices"], *(later[place] for place in sorted(later))]
        energy_uj, fault_count = energy_uj_from_list(end["energy_uj"]), end["fault_count"]
        run = RunRecord.from_dict({**header, "devices": devices, **end_fields(end)})
    except (KeyError, TypeError, ValueError):  # RecordError included: reading all of it says why
        return None
    if run.outcome is None or len(energy_uj) != len(devices) or not isinstance(fault_count, int):
        return None
    return Summary(run, energy_uj, fault_count)
