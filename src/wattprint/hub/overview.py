"""What a team's runs come to over a period: sums, shares, waste; from roll-ups alone."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from math import exp, log, sqrt
from typing import Any, NamedTuple

from sqlalchemy import Select, func, select

from wattprint.charts.carbon_aware import Timed
from wattprint.charts.over_time import MOST_GROUPS, Slice
from wattprint.charts.trend import Point
from wattprint.charts.waste import KEPT, Ended
from wattprint.domain.interval import Range, exact
from wattprint.domain.units import JOULES_PER_KWH
from wattprint.hub import periods
from wattprint.hub.periods import Chosen, Period
from wattprint.hub.reading import projects_of_team
from wattprint.hub.storage.database import Database
from wattprint.hub.storage.note_tables import exclusions
from wattprint.hub.storage.schema import READINGS, TIMED, daily_runs, runs
from wattprint.hub.sums import OTHERS, SUMS, Asked, sums_of_runs

UG_PER_G = 1e6
DIMENSIONS = ("project", "team", "hardware", "zone")
WASTED = ("failed", "interrupted")
"""Outcomes of runs that came to nothing."""
NOBODY: Mapping[str, str] = {
    "project": "no project",
    "team": "no team",
    "hardware": "not known",
    "zone": "no place given",
}
"""What a group is called of which nothing was said."""
_BOUNDS = ("", "_low", "_high")
_LOCATION = tuple(f"location{bound}_ug" for bound in _BOUNDS)
_IT = tuple(f"it{bound}_j" for bound in _BOUNDS)
_FACILITY = tuple(f"facility{bound}_j" for bound in _BOUNDS)
_OF_GROUPS = ("runs", "runs_without_location", "runs_without_energy", *_LOCATION, *_IT)
_HOURS = ("runs_without_hours", *TIMED)
_OF_ALL = tuple(name for name in SUMS if name not in (*READINGS, *_HOURS))
_MEASURES = {"emissions": "location_ug", "energy": "it_j"}
"""By which sum a group is larger than another."""


class View(NamedTuple):
    """Of which runs and days."""

    org_id: str
    chosen: Chosen
    project: str | None = None
    team: str | None = None

    @property
    def period(self) -> Period:
        """Return the days."""
        return self.chosen.period


class Total:
    """Sums over some runs.

    Args:
        rows: Rows of roll-ups, all with the same sums.
        only: Which sums are added; what is not there, or not added, is 0.
    """

    def __init__(
        self, rows: Iterable[Mapping[str, Any]], only: Collection[str] = frozenset(SUMS)
    ) -> None:
        rows = list(rows)
        there = rows[0].keys() & only if rows else ()
        self.sums = dict.fromkeys(SUMS, 0)
        self.sums.update({name: sum(row[name] for row in rows) for name in there})

    @property
    def runs(self) -> int:
        """Return how many runs there are."""
        return self.sums["runs"]

    def lacking(self, what: str) -> int:
        """Return how many runs have no figure: `energy`, `facility`, `location`, `hours`, ..."""
        return self.sums[f"runs_without_{what}"]

    def energy_kwh(self, boundary: str = "it") -> Range:
        """Return the energy [kWh] at a boundary, `it` or `facility`."""
        return self._range(boundary, "j", JOULES_PER_KWH)

    def emissions_g(self, kind: str = "location") -> Range:
        """Return emissions [gCO2e]: `location`, `market` or `embodied`."""
        return self._range(kind, "ug", UG_PER_G)

    def amount(self, quantity: str) -> Range:
        """Return `emissions` [gCO2e, location-based] or `energy` [kWh, IT], by its name."""
        return self.emissions_g() if quantity == "emissions" else self.energy_kwh()

    def _range(self, kind: str, unit: str, per: float) -> Range:
        value, low, high = (self.sums[f"{kind}{bound}_{unit}"] for bound in ("", "_low", "_high"))
        return whole_range(value, low, high, per)


def whole_range(value: int, low: int, high: int, per: float) -> Range:
    """Return a figure in whole joules or micrograms as a range in units of `per`.

    >>> whole_range(2_000_000, 1_000_000, 3_000_000, 1e6)
    Range(2.0, 1.0, 3.0)
    """
    if value <= 0:
        return exact(0.0)
    # A bound below half of the last place was rounded to 0, and a figure that is there has none.
    return Range(value / per, (low or 0.5) / per, max(high, value) / per)


class Overview(NamedTuple):
    """A period's figures."""

    total: Total
    before: Total | None
    wasted: Total
    ranked: Mapping[str, list[tuple[str | None, Total]]]
    """For each of `DIMENSIONS` its groups, the largest first; None for what is not known."""
    excluded: int
    """Runs that somebody took out of the sums."""
    within: int
    """Runs that are measured within others, which the sums have."""
    lost: int
    """Of these, runs of which the one around is not in this hub."""


def earliest_day(database: Database, org_id: str) -> date | None:
    """Return the first day that has any run: one that is counted, if there is any."""
    its, listed = daily_runs.c, runs.c
    statement = select(its.day).where(its.org_id == org_id, its.runs > 0)
    uncounted = select(listed.day).where(listed.org_id == org_id)
    with database.reading() as connection:
        found = connection.scalar(statement.order_by(its.day).limit(1))
        if found is None:
            found = connection.scalar(uncounted.order_by(listed.started_at_ms).limit(1))
    return None if found is None else periods.day_of(found)


def overview(database: Database, view: View) -> Overview:
    """Return the figures of a period, of the one before, and who has how much of them."""
    by = (*DIMENSIONS, "outcome")
    rows = _read(database, view, by, _OF_ALL)
    before = None
    if view.chosen.before is not None:
        before = Total(_read(database, view, (), _OF_GROUPS, period=view.chosen.before))
    return Overview(
        Total(rows),
        before,
        Total(row for row in rows if row["outcome"] in WASTED),
        {dimension: _ranked(rows, dimension) for dimension in DIMENSIONS},
        _excluded(database, view),
        _within(database, view),
        _within(database, view, is_lost=True),
    )


def _read(
    database: Database,
    view: View,
    by: Sequence[str],
    sums: Sequence[str],
    *,
    period: Period | None = None,
    told_apart: Mapping[str, Collection[str | None]] = {},
) -> list[dict[str, Any]]:
    days = (period or view.period).days
    asked = Asked(view.org_id, by, days, view.project, view.team, sums, told_apart)
    return sums_of_runs(database, asked)


def _ranked(rows: Sequence[Mapping[str, Any]], dimension: str) -> list[tuple[str | None, Total]]:
    groups = _grouped(rows, dimension)
    totals = [(name, Total(its, _OF_GROUPS)) for (name,), its in groups.items()]
    return sorted(totals, key=lambda one: (*_smallness(one[1]), one[0] or "~"))


def _smallness(total: Total) -> tuple[int, int]:
    return -total.sums["location_ug"], -total.sums["it_j"]


def _excluded(database: Database, view: View) -> int:
    """Count the runs of a period that its sums leave out."""
    its, of = exclusions.c, ("org_id", "project_id", "run_id")
    is_of_days = select(runs.c.run_id).where(
        *(its[name] == runs.c[name] for name in of), runs.c.day.between(*view.period.days)
    )
    # Not a join: SQLite would begin at the runs, and there may be a million of them.
    statement = select(func.count()).where(its.org_id == view.org_id, is_of_days.exists())
    return _counted(database, view, its, statement)


def _within(database: Database, view: View, *, is_lost: bool = False) -> int:
    """Count the runs of a period that are measured within others, or within others not here."""
    its, around = runs.c, runs.alias("around").c
    statement = select(func.count()).where(
        its.org_id == view.org_id, its.day.between(*view.period.days), its.within_id.is_not(None)
    )
    if is_lost:
        is_there = select(around.run_id).where(
            around.org_id == view.org_id, around.run_id == its.within_id
        )
        statement = statement.where(~is_there.exists())
    return _counted(database, view, its, statement)


def _counted(database: Database, view: View, its: Any, statement: Select[Any]) -> int:
    if view.project is not None:
        statement = statement.where(its.project_id == view.project)
    if view.team is not None:
        statement = statement.where(its.project_id.in_(projects_of_team(view.org_id, view.team)))
    with database.reading() as connection:
        return int(connection.scalar(statement) or 0)


class Cell(NamedTuple):
    """What a group had in a step of a period."""

    period: str
    group: str | None
    """None for all groups that the chart has no colour for."""
    total: Total


class Course(NamedTuple):
    """A period step by step."""

    cells: list[Cell]
    """By period and group."""
    others: int
    """How many groups share the cells without a name."""
    intensity: list[Point]
    """The intensity of compute. [gCO2e/kWh]"""
    intensity_runs: int
    """How many runs enter it."""
    ended: list[Ended]
    """Energy by how its runs ended; what goes on is not lost."""
    timed: list[Timed]
    """Energy by the hours that it was charged at."""
    by_hour: Total
    """All runs: what is charged by its own hours, `TIMED`, is added up here."""

    def slices(self, quantity: str) -> list[Slice]:
        """Return the cells as a chart of emissions or energy takes them."""
        return [Slice(cell.period, cell.group, cell.total.amount(quantity)) for cell in self.cells]


def course(database: Database, view: View, *, by: str, quantity: str, step: str) -> Course:
    """Return the steps of a period, the sums of all its charts read at once.

    Only runs of which both energy of the facility and emissions are known enter the intensity, by
    roll-ups: one run that lacks either leaves out those of its day (of its month where steps are
    longer), project, outcome, zone and hardware.

    Args:
        database: The hub's database.
        view: Of which runs and days.
        by: One of `DIMENSIONS`.
        quantity: `emissions` or `energy`: by which groups are the largest.
        step: One of `periods.STEPS`.
    """
    largest, others = _largest(database, view, by, quantity)
    at = "day" if step == "day" else "month"
    rows = _read(
        database,
        view,
        (at, by, "outcome", "is_whole"),
        (*_OF_GROUPS, *_FACILITY, *_HOURS),
        told_apart={by: largest} if others else {},
    )
    for row in rows:
        row["period"] = periods.label_of(row[at], step)
        row["group"] = None if row[by] == OTHERS else row[by] or NOBODY[by]
        row["ended"] = row["outcome"] if row["outcome"] in WASTED else KEPT
    points, counted = _intensity([row for row in rows if row["is_whole"]])
    cells = [
        Cell(period, group, Total(its))
        for (period, group), its in sorted(_grouped(rows, "period", "group").items(), key=_of_cell)
    ]
    ended = [
        Ended(period, outcome, sum(row["it_j"] for row in its) / JOULES_PER_KWH)
        for (period, outcome), its in sorted(_grouped(rows, "period", "ended").items())
    ]
    timed = [_timed(period, its) for (period,), its in sorted(_grouped(rows, "period").items())]
    return Course(cells, others, points, counted, ended, timed, Total(rows))


def _timed(period: str, rows: Sequence[Mapping[str, Any]]) -> Timed:
    energy_kwh, timed_kwh, cleaner_kwh = (
        sum(row[name] for row in rows) / JOULES_PER_KWH for name in ("it_j", "timed_j", "cleaner_j")
    )
    saved_g = sum(row["saved_ug"] for row in rows) / UG_PER_G
    return Timed(period, energy_kwh, timed_kwh, cleaner_kwh, saved_g)


def _of_cell(item: tuple[tuple[str, str | None], Any]) -> tuple[str, bool, str]:
    period, group = item[0]
    return period, group is None, group or ""


def _grouped(rows: Iterable[Mapping[str, Any]], *by: str) -> dict[Any, list[Mapping[str, Any]]]:
    groups: dict[Any, list[Mapping[str, Any]]] = {}
    for row in rows:
        groups.setdefault(tuple(row[name] for name in by), []).append(row)
    return groups


def _largest(
    database: Database, view: View, by: str, quantity: str
) -> tuple[list[str | None], int]:
    """Return the groups that have a colour in a chart, and how many others there are."""
    measure = _MEASURES[quantity]
    rows = _read(database, view, (by,), ("runs", measure))
    ranked = sorted(rows, key=lambda row: (-row[measure], row[by] or NOBODY[by]))
    return [row[by] for row in ranked[:MOST_GROUPS]], max(0, len(ranked) - MOST_GROUPS)


def by_quarter(cells: Sequence[Cell]) -> list[tuple[str, Total]]:
    """Return the totals of quarters, the first one first, from cells of any step."""
    quarters: dict[str, list[Mapping[str, int]]] = {}
    for cell in cells:
        quarters.setdefault(periods.quarter_of(cell.period), []).append(cell.total.sums)
    return [(label, Total(sums)) for label, sums in sorted(quarters.items())]


def _intensity(rows: Iterable[Mapping[str, Any]]) -> tuple[list[Point], int]:
    totals = {label: Total(its) for (label,), its in sorted(_grouped(rows, "period").items())}
    points = [
        Point(label, ratio(total.emissions_g(), total.energy_kwh("facility")))
        for label, total in totals.items()
        if total.sums["facility_j"] and total.sums["location_ug"]
    ]
    return points, sum(total.runs for total in totals.values())


def ratio(product: Range, factor: Range) -> Range:
    """Return the other factor of a product: its interval is what the known one leaves of the whole.

    `domain.interval.product` adds the squares of the log-ratios of independent factors; this takes
    one of them out again.

    >>> ratio(Range(100.0, 50.0, 200.0), exact(2.0))
    Range(50.0, 25.0, 100.0)
    """
    value = product.value / factor.value
    up = log(product.high / product.value) ** 2 - log(factor.high / factor.value) ** 2
    down = log(product.value / product.low) ** 2 - log(factor.value / factor.low) ** 2
    low, high = value * exp(-sqrt(max(0.0, down))), value * exp(sqrt(max(0.0, up)))
    return Range(value, min(low, value), max(high, value))
