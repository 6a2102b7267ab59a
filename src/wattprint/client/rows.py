"""A run of the ledger as rows of a hub: its record without the length, and its readings one by one.

The record's intervals are added up into as few as tell the same energy and the same coverage of
each device: the footprint of what is left is that of the whole. Single readings go beside it.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from wattprint.domain.readings import Interval, Logged, SectionUse
from wattprint.domain.run import RunRecord

MOST_FAULTS = 100
"""Faults that go along; what is behind them is more of the same."""


def run_row(run: RunRecord, footprint: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return a run as a row of `POST /api/v1/runs:batch`."""
    record = condensed(run)._replace(project=project_of(run))
    return {"record": record.as_dict(), "footprint": footprint}


def project_of(run: RunRecord) -> str:
    """Return a run's project as a hub knows it: without blanks at its ends."""
    return run.project.strip()


def interval_rows(run: RunRecord, *, since_s: float = 0.0) -> Iterator[dict[str, Any]]:
    """Yield the readings of a run as rows of `POST /api/v1/intervals:batch`.

    Args:
        run: The run.
        since_s: Only of intervals that begin then or later, since the run began. [s]
    """
    begun = datetime.fromisoformat(run.started_at.replace("Z", "+00:00"))
    begun_ms = round(begun.timestamp() * 1000)
    for interval in run.intervals:
        if interval.start_s < since_s:
            continue
        start_ms = begun_ms + round(interval.start_s * 1000)
        end_ms = begun_ms + round(interval.end_s * 1000)
        for device, energy_uj in zip(run.devices, interval.energy_uj, strict=True):
            if energy_uj is not None:
                yield {
                    "run": run.run_id,
                    "device": device.device_id,
                    "start_ms": start_ms,
                    "end_ms": end_ms,
                    "energy_uj": energy_uj,
                }


def condensed(run: RunRecord) -> RunRecord:
    """Return a run with its intervals added up up to each device's last reading.

    >>> from wattprint.domain.run import RunRecord
    >>> condensed(RunRecord("r", "p", "n", "2026-01-01T00:00:00Z")).intervals
    ()
    """
    if not run.intervals:
        return run._replace(faults=run.faults[:MOST_FAULTS])
    count = len(run.devices)
    last = {
        max((i for i, row in enumerate(run.intervals) if row.energy_uj[d] is not None), default=-1)
        for d in range(count)
    }
    ends = sorted({*last, len(run.intervals) - 1} - {-1})
    pieces, begin = [], 0
    for end in ends:
        pieces.append(_added_up(run.intervals[begin : end + 1], count))
        begin = end + 1
    return run._replace(
        intervals=tuple(pieces),
        sections=_sections(run),
        logged=_logged(run.logged),
        faults=run.faults[:MOST_FAULTS],
    )


def _added_up(piece: Sequence[Interval], count: int) -> Interval:
    return Interval(
        piece[0].start_s,
        piece[-1].end_s,
        tuple(_total([row.energy_uj[d] for row in piece]) for d in range(count)),
        tuple(_total([row.activity[d] for row in piece]) for d in range(count)),
        sum(row.suspended_s for row in piece),
        _host(piece),
    )


def _total(readings: Sequence[Any]) -> Any:
    known = [reading for reading in readings if reading is not None]
    return sum(known) if known else None


def _host(piece: Sequence[Interval]) -> dict[str, float]:
    """Add up seconds; of what is no sum the last stays."""
    host: dict[str, float] = {}
    for row in piece:
        for name, value in row.host.items():
            host[name] = host.get(name, 0.0) + value if name.endswith("_s") else value
    return host


def _sections(run: RunRecord) -> tuple[SectionUse, ...]:
    """Return one row of each section: what it used over the whole run."""
    by_path: dict[tuple[str, ...], list[SectionUse]] = {}
    for use in run.sections:
        by_path.setdefault(use.path, []).append(use)
    count = len(run.devices)
    return tuple(
        SectionUse(
            path,
            uses[0].start_s,
            max(use.end_s for use in uses),
            sum(use.entered for use in uses),
            sum(use.duration_s for use in uses),
            tuple(_total([use.energy_uj[d] for use in uses]) for d in range(count)),
            tuple(_total([use.activity[d] for use in uses]) for d in range(count)),
        )
        for path, uses in by_path.items()
    )


def _logged(logged: Sequence[Logged]) -> tuple[Logged, ...]:
    if not logged:
        return ()
    values: dict[str, float] = {}
    for said in logged:
        values |= said.values
    calls, samples = sum(said.calls for said in logged), sum(said.samples for said in logged)
    return (Logged(logged[-1].at_s, calls, samples, values),)
