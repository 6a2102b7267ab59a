"""What two sets of factors say of the same runs: from the footprints that are stored of both."""

from typing import NamedTuple

from sqlalchemy import func, select, tuple_

from wattprint.hub.cursors import foreign, packed, unpacked
from wattprint.hub.ingest.messages import FOOTPRINT, FootprintOfRun
from wattprint.hub.storage.database import Database
from wattprint.hub.storage.schema import footprints

MOST_RUNS = 2_000
"""Runs of one page of a difference: their documents are read, some 10 MB."""
MOST_MOVERS = 20
_G_PER_KG = 1000.0


class FactorSetSeen(NamedTuple):
    """A set of factors of which footprints are stored."""

    version: str
    sha256: str
    runs: int


class ProjectDiff(NamedTuple):
    """What two sets of factors say of the runs of a project that are on a page."""

    project: str
    runs: int
    runs_unknown: int
    """Of these, how many lack emissions under one of the two; no sum counts them."""
    before_g: float
    after_g: float
    before_kwh: float
    after_kwh: float

    @property
    def difference_g(self) -> float:
        """How much more it is now [gCO2e]."""
        return self.after_g - self.before_g


class Mover(NamedTuple):
    """A run whose emissions differ."""

    project: str
    run: str
    before_g: float
    after_g: float

    @property
    def difference_g(self) -> float:
        """How much more it is now [gCO2e]."""
        return self.after_g - self.before_g


class Diff(NamedTuple):
    """A page of the difference between two sets of factors."""

    projects: list[ProjectDiff]
    movers: list[Mover]
    """The largest first, at most `MOST_MOVERS`, of this page."""
    next_cursor: str | None


def factor_sets(database: Database, org_id: str) -> list[FactorSetSeen]:
    """Return the sets of factors of which footprints are stored, the newest version first."""
    its = footprints.c
    counted = select(its.factor_set_sha256, func.count()).where(its.org_id == org_id)
    with database.reading() as connection:
        found = connection.execute(counted.group_by(its.factor_set_sha256)).all()
        seen = []
        for sha256, count in found:
            of_set = select(its.factor_set_version).where(
                its.org_id == org_id, its.factor_set_sha256 == sha256
            )
            version = connection.scalar(of_set.limit(1)) or "0"  # deleted a moment ago
            seen.append(FactorSetSeen(version, sha256, count))
    return sorted(seen, key=_newest_first)


def _newest_first(seen: FactorSetSeen) -> tuple[list[int], str]:
    return [-int(part) for part in seen.version.split(".")], seen.sha256


def factor_set_diff(
    database: Database,
    org_id: str,
    before_sha256: str,
    after_sha256: str,
    *,
    project: str | None = None,
    cursor: str | None = None,
    limit: int = MOST_RUNS,
) -> Diff:
    """Compare two sets of factors over the runs that have a footprint of both.

    Args:
        database: The hub's database.
        org_id: The tenant.
        before_sha256: The first set.
        after_sha256: The second.
        project: Only this project.
        cursor: The `next_cursor` of the page before.
        limit: Runs of a page, at most `MOST_RUNS`.

    Raises:
        InputError: The cursor is none of this list.
    """
    one, two = footprints.alias("one"), footprints.alias("two")
    of_both = [one.c[name] == two.c[name] for name in ("org_id", "project_id", "run_id")]
    statement = select(one.c.project_id, one.c.run_id, one.c.document, two.c.document).where(
        one.c.org_id == org_id,
        *of_both,
        one.c.factor_set_sha256 == before_sha256,
        two.c.factor_set_sha256 == after_sha256,
    )
    if project is not None:
        statement = statement.where(one.c.project_id == project)
    if cursor is not None:
        after = _key_of(cursor, before_sha256, after_sha256)
        statement = statement.where(tuple_(one.c.project_id, one.c.run_id) > after)
    limit = min(limit, MOST_RUNS)
    statement = statement.order_by(one.c.project_id, one.c.run_id).limit(limit + 1)
    with database.reading() as connection:
        rows = connection.execute(statement).all()
    is_more = len(rows) > limit
    found = [_Compared(*row) for row in rows[:limit]]
    last = [before_sha256, after_sha256, found[-1].project, found[-1].run] if is_more else None
    projects = [
        _of_project(name, [each for each in found if each.project == name])
        for name in dict.fromkeys(each.project for each in found)
    ]
    return Diff(projects, _movers(found), None if last is None else packed(last))


class _Compared:
    """A run under both."""

    def __init__(self, project: str, run: str, before: str, after: str) -> None:
        self.project = project
        self.run = run
        self.grams = _figures(FOOTPRINT.decode(before)), _figures(FOOTPRINT.decode(after))


def _figures(footprint: FootprintOfRun) -> tuple[float | None, float]:
    """Return location-based emissions [g] and IT energy [kWh] of a footprint."""
    location, energy = footprint.emissions_kg.location_based, footprint.energy_kwh.it
    return (
        None if location is None else location.value * _G_PER_KG,
        0.0 if energy is None else energy.value,
    )


def _of_project(name: str, found: list[_Compared]) -> ProjectDiff:
    known = [each for each in found if None not in (each.grams[0][0], each.grams[1][0])]
    sums = [
        sum(each.grams[which][what] or 0.0 for each in known) for what in (0, 1) for which in (0, 1)
    ]
    return ProjectDiff(name, len(found), len(found) - len(known), *sums)


def _movers(found: list[_Compared]) -> list[Mover]:
    movers = [
        Mover(each.project, each.run, each.grams[0][0], each.grams[1][0])
        for each in found
        if each.grams[0][0] is not None
        and each.grams[1][0] is not None
        and each.grams[0][0] != each.grams[1][0]
    ]
    movers.sort(key=lambda mover: (-abs(mover.difference_g), mover.project, mover.run))
    return movers[:MOST_MOVERS]


def _key_of(cursor: str, before_sha256: str, after_sha256: str) -> tuple[str, str]:
    try:
        said = unpacked(cursor)
        before, after, project, run = said
        is_ours = (before, after) == (before_sha256, after_sha256)
        is_ours = is_ours and isinstance(project, str) and isinstance(run, str)
        is_ours = is_ours and (project + run).isprintable()
    except (ValueError, TypeError):
        is_ours = False
    if not is_ours:
        raise foreign(cursor)
    return project, run
