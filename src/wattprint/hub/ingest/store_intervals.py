"""Raw readings stored with their roll-ups, in one transaction.

An interval is known by its run, its device and its start. What is there stays: the same reading
again is a duplicate, another one of the same name a conflict, and neither changes anything.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select, tuple_

from wattprint.domain.units import MICROJOULES_PER_JOULE
from wattprint.hub.ingest.kept import kept_since
from wattprint.hub.ingest.messages import IntervalRow
from wattprint.hub.ingest.run_rows import MS_PER_DAY
from wattprint.hub.ingest.store_runs import CREATED, DUPLICATE, RETIRED, store_projects
from wattprint.hub.ingest.upsert import add_up
from wattprint.hub.storage.bulk import insert_new
from wattprint.hub.storage.database import Database
from wattprint.hub.storage.schema import daily_intervals, intervals

CONFLICT = "conflict"
VERDICTS = (CREATED, DUPLICATE, CONFLICT, RETIRED)
_PIECE = 500
_Key = tuple[str, str, int]


def store_intervals(
    database: Database, org_id: str, project: str, read: Sequence[IntervalRow], now_ms: int
) -> list[str]:
    """Store a batch of intervals whole.

    Args:
        database: The hub's database.
        org_id: The tenant.
        project: The project that they are of.
        read: The intervals.
        now_ms: When they arrived. [ms since 1970]

    Returns:
        For each `created`, `duplicate`, `conflict` or `retired` (it began before what the hub
        keeps: sums may count it already).

    Raises:
        StorageError: Nothing of it is stored.
    """
    first: dict[_Key, IntervalRow] = {}
    for row in read:
        first.setdefault(_key(row), row)

    def work(connection: Connection) -> tuple[set[_Key], dict[_Key, tuple[int, int]]]:
        until_ms = kept_since(connection, org_id).intervals_until_ms
        kept = {key: row for key, row in first.items() if row.start_ms >= until_ms}
        store_projects(connection, {(org_id, project)}, now_ms)
        new = _inserted(connection, org_id, project, kept)
        there = [key for key in sorted(kept) if key not in new]
        sums = interval_sums(org_id, project, [first[key] for key in new])
        add_up(connection, daily_intervals, sums)
        return new, _stored(connection, (org_id, project), there)

    if not read:
        return []
    new, stored = database.write(work)
    return [_verdict(row, first[_key(row)], new, stored) for row in read]


def _verdict(
    row: IntervalRow,
    first: IntervalRow,
    new: set[_Key],
    stored: Mapping[_Key, tuple[int, int]],
) -> str:
    key = _key(row)
    if key in new:
        if row is first:
            return CREATED
        return DUPLICATE if row == first else CONFLICT
    if key not in stored:
        return RETIRED
    return DUPLICATE if stored[key] == (row.end_ms, row.energy_uj) else CONFLICT


def _inserted(
    connection: Connection,
    org_id: str,
    project: str,
    first: Mapping[_Key, IntervalRow],
) -> set[_Key]:
    rows = [
        {
            "org_id": org_id,
            "project_id": project,
            "run_id": run,
            "device_id": device,
            "start_ms": start_ms,
            "end_ms": first[run, device, start_ms].end_ms,
            "energy_uj": first[run, device, start_ms].energy_uj,
        }
        for run, device, start_ms in sorted(first)
    ]
    return {
        (run, device, start_ms)
        for _, _, run, device, start_ms in insert_new(connection, intervals, rows)
    }


def _stored(
    connection: Connection, of: tuple[str, str], keys: Sequence[_Key]
) -> dict[_Key, tuple[int, int]]:
    columns = intervals.c.run_id, intervals.c.device_id, intervals.c.start_ms
    found: dict[_Key, tuple[int, int]] = {}
    for i in range(0, len(keys), _PIECE):
        statement = select(*columns, intervals.c.end_ms, intervals.c.energy_uj).where(
            intervals.c.org_id == of[0],
            intervals.c.project_id == of[1],
            tuple_(*columns).in_(keys[i : i + _PIECE]),
        )
        for run, device, start_ms, end_ms, energy_uj in connection.execute(statement):
            found[run, device, start_ms] = (end_ms, energy_uj)
    return found


def interval_sums(org_id: str, project: str, new: Sequence[IntervalRow]) -> list[dict[str, Any]]:
    """Return what new intervals add to the days on which they begin, exactly."""
    days: dict[int, list[int]] = {}
    for row in new:
        sums = days.setdefault(row.start_ms // MS_PER_DAY, [0, 0, 0])
        sums[0] += 1
        sums[1] += row.end_ms - row.start_ms
        sums[2] += row.energy_uj
    return [
        {
            "org_id": org_id,
            "project_id": project,
            "day": day,
            "intervals": count,
            "covered_ms": covered_ms,
            "energy_j": energy_uj // MICROJOULES_PER_JOULE,
            "energy_rest_uj": energy_uj % MICROJOULES_PER_JOULE,
        }
        for day, (count, covered_ms, energy_uj) in sorted(days.items())
    ]


def _key(row: IntervalRow) -> _Key:
    return row.run, row.device, row.start_ms
