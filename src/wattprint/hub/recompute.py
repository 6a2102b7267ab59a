"""History under this package's factors: each run's figures computed anew from its raw record.

The new footprint lies beside the old ones; the run's figures and the sums of its day move by the
exact difference, in one transaction a hundred runs. A run that changed meanwhile is looked at
again; one whose figures are of newer factors than ours is left alone.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, func, or_, select, tuple_

from wattprint.domain.errors import RecordError
from wattprint.domain.footprint import Footprint
from wattprint.domain.hours import ChargedHours
from wattprint.domain.run import RunRecord
from wattprint.factors.tables import shipped
from wattprint.hub.computing import NOT_COMPUTED, NotComputedError, computed_footprint
from wattprint.hub.ingest.messages import PLAIN, RunRow
from wattprint.hub.ingest.run_facts import ReadRun, is_by_hour, recomputed
from wattprint.hub.ingest.run_rows import FaultyRowError, read_run
from wattprint.hub.ingest.store_runs import (
    day_key,
    excluded,
    locked,
    replace_rows,
    short_key,
    store_footprints,
)
from wattprint.hub.ingest.upsert import Deltas, add_runs
from wattprint.hub.storage.database import Database
from wattprint.hub.storage.schema import COUNTED, SUMMED, footprints, runs

Told = Callable[[int, int], None]
_PIECE = 100
_PASSES = 3
"""How often runs that changed while they were computed are looked at again."""
_MOST_REASONS = 20
_MOST_MOVERS = 20


class Held(NamedTuple):
    """A run as it is stored now."""

    project_id: str
    run_id: str
    rank: str
    record: str
    it_j: int | None
    location_ug: int | None
    factor_set_sha256: str | None


class Outcome:
    """What a recomputing came to."""

    def __init__(self) -> None:
        self.recomputed = self.newer = self.meanwhile = self.not_computed = 0
        self.reasons: list[dict[str, str]] = []
        self.projects: dict[str, dict[str, int]] = {}
        self.movers: list[dict[str, Any]] = []

    def refuse(self, held: Held, reason: str) -> None:
        """Note a run that could not be computed."""
        self.not_computed += 1
        if len(self.reasons) < _MOST_REASONS:
            self.reasons.append(
                {"project": held.project_id, "run": held.run_id, "reason": reason[:500]}
            )

    def move(self, held: Held, row: "dict[str, Any]") -> None:
        """Note a run whose figures moved."""
        self.recomputed += 1
        its = self.projects.setdefault(
            held.project_id,
            dict.fromkeys(("runs", "before_ug", "after_ug", "before_j", "after_j"), 0),
        )
        its["runs"] += 1
        for name, figure in (
            ("before_ug", held.location_ug),
            ("after_ug", row["location_ug"]),
            ("before_j", held.it_j),
            ("after_j", row["it_j"]),
        ):
            its[name] += figure or 0
        moved_ug = (row["location_ug"] or 0) - (held.location_ug or 0)
        if moved_ug:
            mover = {"project": held.project_id, "run": held.run_id, "moved_ug": moved_ug}
            self.movers.append(mover)
            self.movers.sort(key=lambda each: -abs(each["moved_ug"]))
            del self.movers[_MOST_MOVERS:]

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "factor_set": shipped().identity,
            "recomputed": self.recomputed,
            "not_computed": self.not_computed,
            "newer": self.newer,
            "changed_meanwhile": self.meanwhile,
            "projects": self.projects,
            "movers": self.movers,
            "reasons": self.reasons,
        }


def recompute(
    database: Database,
    org_id: str,
    project: str | None,
    *,
    now_ms: Callable[[], int],
    told: Told,
) -> dict[str, Any]:
    """Compute all runs anew whose figures are of other factors, or of none.

    Args:
        database: The hub's database.
        org_id: The tenant.
        project: Only this project; None for all.
        now_ms: The clock. [ms since 1970]
        told: Is told of the progress after each piece; what it raises ends the work between two.

    Returns:
        What it came to: counts, sums before and after of each project, the largest movers.
    """
    outcome = Outcome()
    total, done = _count(database, org_id, project), 0
    for _ in range(_PASSES):
        outcome.meanwhile, after = 0, ("", "")
        # What could not be computed is met again in each pass, and counted in the last.
        outcome.not_computed, outcome.newer, outcome.reasons = 0, 0, []
        while piece := _piece(database, org_id, project, after):
            after = piece[-1].project_id, piece[-1].run_id
            computed = _computed(piece, _charged(database, org_id, piece), outcome)
            _store(database, org_id, computed, now_ms(), outcome)
            done = min(total, done + len(piece))
            told(done, total)
        if not outcome.meanwhile:
            break
    return outcome.as_dict()


def _of(org_id: str, project: str | None) -> list[Any]:
    sha256 = shipped().identity["sha256"]
    its = runs.c
    stale = or_(its.factor_set_sha256.is_(None), its.factor_set_sha256 != sha256)
    return [its.org_id == org_id, stale, *([] if project is None else [its.project_id == project])]


def _count(database: Database, org_id: str, project: str | None) -> int:
    statement = select(func.count()).select_from(runs).where(*_of(org_id, project))
    with database.reading() as connection:
        return int(connection.scalar(statement) or 0)


def _piece(
    database: Database, org_id: str, project: str | None, after: tuple[str, str]
) -> list[Held]:
    its = runs.c
    columns = [its[name] for name in Held._fields]
    statement = select(*columns).where(
        *_of(org_id, project), tuple_(its.project_id, its.run_id) > after
    )
    statement = statement.order_by(its.project_id, its.run_id).limit(_PIECE)
    with database.reading() as connection:
        return [Held(*row) for row in connection.execute(statement)]


def _charged(
    database: Database, org_id: str, piece: Sequence[Held]
) -> dict[tuple[str, str], ChargedHours]:
    """Return the hours that some of the runs were charged at.

    A record has its readings added up: charged at a series anew, it would be so by time and not by
    energy. So the mean over its energy stays, and what it is compared with is of our factors.
    """
    keys = [
        (held.project_id, held.run_id, held.factor_set_sha256)
        for held in piece
        if is_by_hour(held.rank)
    ]
    its = footprints.c
    statement = select(its.project_id, its.run_id, its.document).where(
        its.org_id == org_id, tuple_(its.project_id, its.run_id, its.factor_set_sha256).in_(keys)
    )
    with database.reading() as connection:
        rows = connection.execute(statement).all() if keys else []
    found = {}
    for row in rows:
        with suppress(RecordError):
            hours = Footprint.from_dict(PLAIN.decode(row.document)).hours
            if hours is not None:
                found[row.project_id, row.run_id] = hours
    return found


def _computed(
    piece: Sequence[Held], charged: Mapping[tuple[str, str], ChargedHours], outcome: Outcome
) -> list[tuple[Held, ReadRun]]:
    computed = []
    for held in piece:
        try:
            run = RunRecord.from_dict(PLAIN.decode(held.record))
            hours = charged.get((held.project_id, held.run_id))
            footprint = msgspec.json.encode(computed_footprint(run, hours=hours).as_dict())
            sent = RunRow(msgspec.Raw(held.record.encode()), msgspec.Raw(footprint))
            found = recomputed(read_run(sent, ""), held.rank)
        except (NotComputedError, FaultyRowError, *NOT_COMPUTED) as error:
            outcome.refuse(held, str(error))
            continue
        if found.row["rank"] <= held.rank:
            outcome.newer += 1
        else:
            computed.append((held, found))
    return computed


def _store(
    database: Database,
    org_id: str,
    computed: Sequence[tuple[Held, ReadRun]],
    now_ms: int,
    outcome: Outcome,
) -> None:
    def work(connection: Connection) -> list[tuple[Held, ReadRun]]:
        rows = [{**run.row, "org_id": org_id} for _, run in computed]
        before = locked(connection, rows)
        uncounted = excluded(connection, before.values())
        same = [
            each
            for each, row in zip(computed, rows, strict=True)
            if before.get(short_key(row), {}).get("rank") == each[0].rank
        ]
        deltas = Deltas(COUNTED, SUMMED)
        for _, run in same:
            row = {**run.row, "org_id": org_id}
            if run.key not in uncounted:
                deltas.take(day_key(before[run.key]), before[run.key])
                deltas.add(day_key(row), row)
        replace_rows(connection, [{**run.row, "org_id": org_id} for _, run in same])
        added = {"org_id": org_id, "received_at_ms": now_ms}
        store_footprints(connection, [run for _, run in same], added)
        add_runs(connection, deltas.rows())
        return same

    if not computed:
        return
    moved = database.write(work)
    outcome.meanwhile += len(computed) - len(moved)
    for held, run in moved:
        outcome.move(held, run.row)
