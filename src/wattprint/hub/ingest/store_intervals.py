"""Raw readings stored with their roll-ups, in one transaction.

An interval is known by its run, its device and its start. What is there stays: the same reading
again is a duplicate, another one of the same name a conflict, and neither changes anything.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from sqlalchemy import Connection, select, tuple_

from wattprint.domain.units import MICROJOULES_PER_JOULE
from wattprint.hub.ingest.kept import kept_since
from wattprint.hub.ingest.run_facts import MS_PER_DAY
from wattprint.hub.ingest.store_runs import CREATED, DUPLICATE, RETIRED, store_projects
from wattprint.hub.ingest.upsert import add_up
from wattprint.hub.storage.bulk import insert_new
from wattprint.hub.storage.database import Database
from wattprint.hub.storage.schema import daily_intervals, intervals

CONFLICT = "conflict"
VERDICTS = (CREATED, DUPLICATE, CONFLICT, RETIRED)
_PIECE = 500
_Key = tuple[str, str, int]
_Reading = tuple[int, int]
"""End and energy."""


class SentInterval(Protocol):
    """An interval that is in order."""

    @property
    def run(self) -> str:
        """Id of its run."""
        ...

    @property
    def device(self) -> str:
        """Id of its device."""
        ...

    @property
    def start_ms(self) -> int:
        """When it begins."""
        ...

    @property
    def end_ms(self) -> int:
        """When it ends."""
        ...

    @property
    def energy_uj(self) -> int:
        """What its device used."""
        ...


def store_intervals(
    database: Database, org_id: str, project: str, read: Sequence[SentInterval], now_ms: int
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
    if not read:
        return []
    sent = [((row.run, row.device, row.start_ms), (row.end_ms, row.energy_uj)) for row in read]
    first: dict[_Key, _Reading] = dict(reversed(sent))
    keys = sorted(first)
    all_rows = [(org_id, project, *key, *first[key]) for key in keys]

    def work(connection: Connection) -> tuple[set[_Key], dict[_Key, _Reading]]:
        until_ms = kept_since(connection, org_id).intervals_until_ms
        rows = [row for row in all_rows if row[4] >= until_ms] if until_ms else all_rows
        store_projects(connection, {(org_id, project)}, now_ms)
        new = {key[2:] for key in insert_new(connection, intervals, rows)}
        added = rows if len(new) == len(rows) else [row for row in rows if row[2:5] in new]
        add_up(connection, daily_intervals, interval_sums(org_id, project, added))
        there = (
            [] if added is rows else [key for key in keys if key not in new and key[2] >= until_ms]
        )
        return new, _stored(connection, (org_id, project), there)

    new, stored = database.write(work, is_shown=False)  # a run's power may wait a second
    if len(new) == len(read):
        return [CREATED] * len(read)
    return list(_verdicts(sent, first, new, stored))


def _verdicts(
    sent: Sequence[tuple[_Key, _Reading]],
    first: Mapping[_Key, _Reading],
    new: set[_Key],
    stored: Mapping[_Key, _Reading],
) -> Iterator[str]:
    """Yield the verdict of each row; of one that is twice in a batch the first was stored."""
    seen: set[_Key] = set()
    for key, said in sent:
        if key in new and key not in seen:
            yield CREATED
        elif key not in new and key not in stored:
            yield RETIRED
        else:
            there = first[key] if key in new else stored[key]
            yield DUPLICATE if said == there else CONFLICT
        seen.add(key)


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


def interval_sums(
    org_id: str, project: str, new: Sequence[tuple[Any, ...]]
) -> list[tuple[Any, ...]]:
    """Return what new intervals add to the days on which they begin, exactly."""
    days: dict[int, list[int]] = {}
    for _, _, _, _, start_ms, end_ms, energy_uj in new:
        sums = days.setdefault(start_ms // MS_PER_DAY, [0, 0, 0])
        sums[0] += 1
        sums[1] += end_ms - start_ms
        sums[2] += energy_uj
    return [
        (org_id, project, day, count, covered_ms, *divmod(energy_uj, MICROJOULES_PER_JOULE))
        for day, (count, covered_ms, energy_uj) in sorted(days.items())
    ]
