"""Sweeps: runs that name the same parent, added up at a bounded cost.

A sweep is found by the id that its runs name as their parent, which may be a run of this hub or
not. Its newest runs are read by an index, up to a bound: of a larger sweep the sums are of those
alone, and say so. A run that is excluded is in no sum. What its runs have under them in turn is a
sweep of its own.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, and_, func, select

from wattprint.hub import run_list
from wattprint.hub.storage.database import Database
from wattprint.hub.storage.note_tables import exclusions
from wattprint.hub.storage.schema import runs

MOST_RUNS = 5_000
"""The newest runs of a sweep that its own page adds up."""
MOST_RUNS_OF_EACH = 500
"""Likewise of each sweep of a list."""
GOOD = "completed"
LOST = ("failed", "interrupted")
"""Outcomes of runs whose energy served nothing."""
SUMMED = (
    *("it_j", "it_low_j", "it_high_j"),
    *("location_ug", "location_low_ug", "location_high_ug"),
)
"""What is added up; bounds add up too, because runs share their causes of error."""

FIGURES = ("it_j", "location_ug")
_READ = ("project_id", "run_id", "name", "outcome", *SUMMED)


class Sweep(NamedTuple):
    """What the runs of a parent come to."""

    parent_id: str
    outcomes: dict[str, int]
    """How many runs count, by outcome."""
    sums: dict[str, int]
    """Sums of `SUMMED` over runs that count. [J, ugCO2e]"""
    lost: dict[str, int]
    """The part of them that failed or was interrupted."""
    unknown: dict[str, int]
    """How many runs lack each of `FIGURES`."""
    ends: dict[str, tuple[int | None, ...]]
    """The least and the most of the figure that runs which completed are compared by."""
    excluded: int
    """How many runs are in no sum."""
    is_cut: bool = False
    """Whether there are more runs than were looked at."""

    @property
    def runs(self) -> int:
        """How many runs count."""
        return sum(self.outcomes.values())

    @property
    def looked_at(self) -> int:
        """How many runs were read."""
        return self.runs + self.excluded

    def figure(self, name: str, unit: str) -> tuple[int | None, int | None, int | None]:
        """Return a sum and its bounds; None where no run has the figure."""
        if self.unknown[f"{name}_{unit}"] == self.runs:
            return None, None, None
        value, low, high = (self.sums[f"{name}{bound}_{unit}"] for bound in ("", "_low", "_high"))
        return value, low, high


def summed(connection: Connection, org_id: str, parent_id: str, most: int) -> Sweep:
    """Return what the newest runs of a parent come to.

    Args:
        connection: The hub's database.
        org_id: The tenant.
        parent_id: What the runs are part of.
        most: How many runs are looked at.
    """
    its = _ordered(org_id, parent_id, *(runs.c[name] for name in _READ)).limit(most).subquery()
    out = exclusions.c
    is_same = and_(
        out.org_id == org_id, out.project_id == its.c.project_id, out.run_id == its.c.run_id
    )
    is_out = out.run_id.is_not(None)
    counted = (func.count(), func.count(its.c.it_j), func.count(its.c.location_ug))
    ends = (end(its.c[name]) for name in FIGURES for end in (func.min, func.max))
    added = (func.sum(its.c[name]) for name in SUMMED)
    statement = select(its.c.outcome, is_out, *counted, *ends, *added)
    statement = statement.select_from(its.outerjoin(exclusions, is_same))
    rows = connection.execute(statement.group_by(its.c.outcome, is_out)).all()
    sweep = _added_up(parent_id, rows)
    if sweep.looked_at < most:
        return sweep
    behind = _ordered(org_id, parent_id, runs.c.run_id).offset(most).limit(1)
    return sweep._replace(is_cut=connection.scalar(behind) is not None)


def _ordered(org_id: str, parent_id: str, *columns: Any) -> Select[Any]:
    """Return the select of a parent's runs, the newest first, by the index `runs_of_parent`."""
    place = (runs.c[name].desc() for name in ("started_at_ms", "project_id", "run_id"))
    statement = select(*columns)
    statement = statement.where(runs.c.org_id == org_id, runs.c.parent_id == parent_id)
    return statement.order_by(*place)


def _added_up(parent_id: str, rows: Sequence[Any]) -> Sweep:
    sweep = Sweep(parent_id, {}, dict.fromkeys(SUMMED, 0), dict.fromkeys(SUMMED, 0), {}, {}, 0)
    excluded, unknown = 0, dict.fromkeys(FIGURES, 0)
    for outcome, is_out, count, with_energy, with_emissions, *more in rows:
        if is_out:
            excluded += count
            continue
        sweep.outcomes[outcome] = count
        lacking = {"it_j": count - with_energy, "location_ug": count - with_emissions}
        ends, added = more[:4], more[4:]
        if outcome == GOOD:
            by = "it_j" if lacking["location_ug"] else "location_ug"
            sweep.ends[by] = tuple(ends[:2] if by == "it_j" else ends[2:])
        for name in FIGURES:
            unknown[name] += lacking[name]
        for name, value in zip(SUMMED, added, strict=True):
            sweep.sums[name] += int(value or 0)
            if outcome in LOST:
                sweep.lost[name] += int(value or 0)
    return sweep._replace(unknown=unknown, excluded=excluded)


class Extremes(NamedTuple):
    """The cheapest and the dearest of the runs that completed: rows of `runs`."""

    by: str
    """`location_ug`, or `it_j` where not all that completed have emissions."""
    cheapest: Mapping[str, Any]
    dearest: Mapping[str, Any]


def extremes(connection: Connection, org_id: str, sweep: Sweep) -> Extremes | None:
    """Return the cheapest and the dearest run of a sweep, of those that were added up.

    Returns:
        None where all that completed are alike, or none has the figure.
    """
    for by, (least, most) in sweep.ends.items():
        if least != most:
            found = [_first(connection, org_id, sweep, by, end) for end in (least, most)]
            if found[0] is not None and found[1] is not None:
                return Extremes(by, found[0], found[1])
    return None


def _first(
    connection: Connection, org_id: str, sweep: Sweep, by: str, amount: int | None
) -> Mapping[str, Any] | None:
    """Return the newest completed run of a sweep that comes to an amount."""
    its = _ordered(org_id, sweep.parent_id, *(runs.c[name] for name in _READ))
    its = its.where(runs.c.outcome == GOOD, runs.c[by] == amount, ~run_list.is_excluded())
    found = connection.execute(its.limit(1)).mappings().first()
    return None if found is None else dict(found)


def of_parent(
    database: Database, org_id: str, parent_id: str
) -> tuple[Sweep, Mapping[str, Any] | None]:
    """Return what the newest runs of a parent come to, and the run that it is; None for none."""
    with database.reading() as connection:
        sweep = summed(connection, org_id, parent_id, MOST_RUNS)
        return sweep, _named(connection, org_id, parent_id)


class SweepOfRun(NamedTuple):
    """A run as a sweep."""

    sweep: Sweep
    extremes: Extremes | None
    newest: list[dict[str, Any]]
    """Its newest runs, as `run_list.listed` gives them."""


def of_run(database: Database, org_id: str, run_id: str, *, limit: int) -> SweepOfRun | None:
    """Return what the runs of a run come to; None where it has none.

    Args:
        database: The hub's database.
        org_id: The tenant.
        run_id: What they are part of.
        limit: How many of the newest are listed.
    """
    with database.reading() as connection:
        sweep = summed(connection, org_id, run_id, MOST_RUNS)
        if not sweep.looked_at:
            return None
        found = extremes(connection, org_id, sweep)
    listing = run_list.listed(database, org_id, run_list.Asked(parent=run_id), limit=limit)
    return SweepOfRun(sweep, found, listing.rows)


def around(
    database: Database, org_id: str, project_id: str, run_id: str
) -> Mapping[str, Any] | None:
    """Return project, id and name of a run that another one names; None where it is not here.

    Where several projects have a run of that id, it is the one of the same project, else the first.
    """
    with database.reading() as connection:
        of_same = _named(connection, org_id, run_id, project_id)
        return of_same or _named(connection, org_id, run_id)


class Listed(NamedTuple):
    """A sweep of a list."""

    sweep: Sweep
    parent: Mapping[str, Any] | None
    """Project, id and name of the run that it is; None where the hub has none of that id."""
    newest: Mapping[str, Any]
    """Its newest run, of those that are asked for."""


class Sweeps(NamedTuple):
    """A part of the list of sweeps."""

    rows: list[Listed]
    next_cursor: str | None
    is_cut: bool
    """Whether looking ended at its bound before the part was full."""


def listed(
    database: Database, org_id: str, asked: run_list.Asked, *, cursor: str | None, limit: int
) -> Sweeps:
    """Return a part of the sweeps, those with the newest runs first.

    Args:
        database: The hub's database.
        org_id: The tenant.
        asked: Of which runs a sweep has to have one.
        cursor: `next_cursor` of the part before.
        limit: How many sweeps at most.

    Raises:
        InputError: A cursor of another list.
    """
    asked = asked._replace(is_newest_of_sweep=True)
    found = run_list.listed(database, org_id, asked, cursor=cursor, limit=limit, is_described=False)
    ids = [row["parent_id"] for row in found.rows]
    with database.reading() as connection:
        # Of an id that several projects have, the first.
        parents = [_named(connection, org_id, one) for one in ids]
        sums = [summed(connection, org_id, one, MOST_RUNS_OF_EACH) for one in ids]
    rows = [
        Listed(sweep, parent, row)
        for sweep, parent, row in zip(sums, parents, found.rows, strict=True)
    ]
    return Sweeps(rows, found.next_cursor, found.is_cut)


def _named(
    connection: Connection, org_id: str, run_id: str, project_id: str | None = None
) -> dict[str, Any] | None:
    """Return project, id and name of the first run of an id, by `runs_by_id`; None for none.

    An id has a query of its own: any number of projects may have a run of it.
    """
    its = select(runs.c.project_id, runs.c.run_id, runs.c.name)
    its = its.where(runs.c.org_id == org_id, runs.c.run_id == run_id)
    if project_id is not None:
        its = its.where(runs.c.project_id == project_id)
    found = connection.execute(its.order_by(runs.c.project_id).limit(1)).mappings().first()
    return None if found is None else dict(found)
