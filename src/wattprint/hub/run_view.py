"""One run as its page needs it: record, footprints, and its power in as few steps as a screen has.

A run may have a million readings. They are added up in the database, into at most `STEPS` buckets a
device, each with the energy that was read in it: the chart's area stays the energy.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Double, cast, func, select

from wattprint.domain.errors import RecordError
from wattprint.domain.footprint import Footprint
from wattprint.domain.readings import Interval
from wattprint.domain.run import RunRecord
from wattprint.estimator.tracked import footprint_of_nothing
from wattprint.hub import reading
from wattprint.hub.computing import NotComputedError, computed_footprint
from wattprint.hub.ingest.run_facts import RUNNING
from wattprint.hub.notes import RunKey
from wattprint.hub.storage.database import Database
from wattprint.hub.storage.schema import intervals

_MOST_DIGITS = 100
STEPS = 240
"""Buckets of each device; a chart draws as many moments."""


class RunView(NamedTuple):
    """A run with all that the hub holds of it, but its readings."""

    key: RunKey
    row: Mapping[str, Any]
    record: RunRecord
    footprint: Footprint
    is_stored: bool
    """Whether the footprint came with the run; else this hub computed it just now."""
    versions: tuple[Mapping[str, Any], ...]
    """Stored footprints: factor set, document, time of arrival; the newest is the last."""

    @property
    def is_running(self) -> bool:
        """Whether the run goes on."""
        return bool(self.row["outcome"] == RUNNING)


def find(database: Database, key: RunKey) -> RunView | None:
    """Return a run; None where there is none."""
    found = reading.find_run(database, key.org_id, key.run_id, key.project_id)
    if not found:
        return None
    (row,) = found
    record = RunRecord.from_dict(_parsed(row["record"]))
    stored = _chosen(row)
    footprint = stored if stored is not None else _computed(record)
    return RunView(key, row, record, footprint, stored is not None, tuple(row["footprints"]))


def _computed(record: RunRecord) -> Footprint:
    """Return a run's footprint under our factors; where it cannot be computed, why it has none."""
    try:
        return computed_footprint(record)
    except NotComputedError as error:
        return footprint_of_nothing(str(error))


def _chosen(row: Mapping[str, Any]) -> Footprint | None:
    """Return the footprint that the run's figures are of; None where none can be read."""
    for version in reversed(row["footprints"]):
        if version["factor_set_sha256"] == row["factor_set_sha256"]:
            return footprint_of(version["document"])
    return None


def footprint_of(document: str) -> Footprint | None:
    """Read a stored footprint; None where a client left out what its figures do not need."""
    try:
        return Footprint.from_dict(_parsed(document))
    except RecordError:
        return None


def _parsed(text: str) -> Any:
    """Read JSON whose fields were checked when it came; one that no reader knows may hold anything.

    A number of more digits than Python makes an integer of becomes a float.
    """
    try:
        return json.loads(text)
    except ValueError:
        return json.loads(text, parse_int=_number)


def _number(digits: str) -> float:
    return int(digits) if len(digits) <= _MOST_DIGITS else float(digits)


def with_power(database: Database, view: RunView) -> RunRecord:
    """Return a run's record with its readings in steps; as it came where none were sent beside."""
    buckets = _buckets(database, view)
    devices = [device.device_id for device in view.record.devices]
    made = _intervals(buckets, devices, view.row["started_at_ms"])
    return view.record._replace(intervals=made) if made else view.record


def _buckets(database: Database, view: RunView) -> list[Any]:
    its, begun_ms = intervals.c, view.row["started_at_ms"]
    step_ms = max(1, -(-max(view.row["duration_ms"], 1000) // STEPS))
    bucket = (its.start_ms - begun_ms) // step_ms
    sums = (
        func.min(its.start_ms).label("start_ms"),
        func.max(its.end_ms).label("end_ms"),
        # Of a chart: a float is near enough, and has room for any sum.
        func.sum(cast(its.energy_uj, Double)).label("energy_uj"),
    )
    statement = select(its.device_id, bucket.label("bucket"), *sums)
    statement = statement.where(*view.key.of(intervals)).group_by(its.device_id, bucket)
    statement = statement.order_by(bucket, its.device_id).limit(STEPS * 200)
    with database.reading() as connection:
        return list(connection.execute(statement))


def _intervals(
    buckets: Sequence[Any], devices: Sequence[str], begun_ms: int
) -> tuple[Interval, ...]:
    by_bucket: dict[int, dict[str, Any]] = {}
    for row in buckets:
        by_bucket.setdefault(row.bucket, {})[row.device_id] = row
    made: list[Interval] = []
    until_s = 0.0
    for _, rows in sorted(by_bucket.items()):
        start_s = max(until_s, (min(r.start_ms for r in rows.values()) - begun_ms) / 1000)
        end_s = (max(r.end_ms for r in rows.values()) - begun_ms) / 1000
        if end_s <= start_s:
            continue
        energies = tuple(int(rows[d].energy_uj) if d in rows else None for d in devices)
        made.append(Interval(start_s, end_s, energies, (None,) * len(devices)))
        until_s = end_s
    return tuple(made)
