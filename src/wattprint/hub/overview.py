"""What a team's runs come to over a period: sums, shares, waste; from daily roll-ups alone."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from math import exp, log, sqrt
from typing import Any, NamedTuple

from sqlalchemy import func, select

from wattprint.charts.over_time import Slice
from wattprint.charts.trend import Point
from wattprint.charts.waste import KEPT, Ended
from wattprint.domain.interval import Range, exact
from wattprint.domain.units import JOULES_PER_KWH
from wattprint.hub import periods, reading
from wattprint.hub.periods import Chosen, Period
from wattprint.hub.storage.database import Database
from wattprint.hub.storage.note_tables import exclusions
from wattprint.hub.storage.schema import READINGS, daily_runs, runs

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
_SUMS = frozenset(reading.DAILY_SUMS)
_BOUNDS = ("", "_low", "_high")
_LOCATION = tuple(f"location{bound}_ug" for bound in _BOUNDS)
_IT = tuple(f"it{bound}_j" for bound in _BOUNDS)
_FACILITY = tuple(f"facility{bound}_j" for bound in _BOUNDS)
_OF_GROUPS = ("runs", "runs_without_location", "runs_without_energy", *_LOCATION, *_IT)
_OF_ALL = tuple(name for name in reading.DAILY_SUMS if name not in READINGS)
_QUANTITIES = {"emissions": "location", "energy": "it"}


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
        rows: Rows of roll-ups.
    """

    def __init__(self, rows: Iterable[Mapping[str, Any]]) -> None:
        self.sums = dict.fromkeys(_SUMS, 0)
        for row in rows:
            for name in _SUMS & row.keys():
                self.sums[name] += row[name]

    @property
    def runs(self) -> int:
        """Return how many runs there are."""
        return self.sums["runs"]

    def lacking(self, what: str) -> int:
        """Return how many runs have no figure: `energy`, `facility`, `location`, ..."""
        return self.sums[f"runs_without_{what}"]

    def energy_kwh(self, boundary: str = "it") -> Range:
        """Return the energy [kWh] at a boundary, `it` or `facility`."""
        return self._range(boundary, "j", JOULES_PER_KWH)

    def emissions_g(self, kind: str = "location") -> Range:
        """Return emissions [gCO2e]: `location`, `market` or `embodied`."""
        return self._range(kind, "ug", UG_PER_G)

    def amount(self, quantity: str) -> Range:
        """Return `emissions` [gCO2e, location-based] or `energy` [kWh, IT], by its name."""
        kind = _QUANTITIES[quantity]
        return self.emissions_g(kind) if quantity == "emissions" else self.energy_kwh(kind)

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


def earliest_day(database: Database, org_id: str) -> date | None:
    """Return the first day that has any run."""
    its = daily_runs.c
    statement = select(func.min(its.day)).where(its.org_id == org_id, its.runs > 0)
    with database.reading() as connection:
        found = connection.scalar(statement)
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
    )


def _read(
    database: Database,
    view: View,
    by: Sequence[str],
    sums: Sequence[str],
    *,
    period: Period | None = None,
    is_whole: bool = False,
) -> list[dict[str, Any]]:
    return reading.daily(
        database,
        view.org_id,
        by,
        (period or view.period).days,
        view.project,
        team=view.team,
        is_whole=is_whole,
        sums=sums,
    )


def _ranked(rows: Sequence[Mapping[str, Any]], dimension: str) -> list[tuple[str | None, Total]]:
    groups: dict[str | None, list[Mapping[str, Any]]] = {}
    for row in rows:
        groups.setdefault(row[dimension], []).append(row)
    totals = [(name, Total(its)) for name, its in groups.items()]
    return sorted(totals, key=lambda one: (*_smallness(one[1]), one[0] or "~"))


def _smallness(total: Total) -> tuple[int, int]:
    return -total.sums["location_ug"], -total.sums["it_j"]


def _excluded(database: Database, view: View) -> int:
    """Count the runs of a period that its sums leave out."""
    its, of = exclusions.c, ("org_id", "project_id", "run_id")
    statement = select(func.count()).select_from(exclusions).where(its.org_id == view.org_id)
    statement = statement.where(*(its[name] == runs.c[name] for name in of))
    statement = statement.where(runs.c.day.between(*view.period.days))
    if view.project is not None:
        statement = statement.where(its.project_id == view.project)
    if view.team is not None:
        statement = statement.where(
            its.project_id.in_(reading.projects_of_team(view.org_id, view.team))
        )
    with database.reading() as connection:
        return int(connection.scalar(statement) or 0)


def over_time(database: Database, view: View, *, by: str, step: str) -> list[dict[str, Any]]:
    """Return sums of each step of a period and each group of a dimension.

    Args:
        database: The hub's database.
        view: Of which runs and days.
        by: One of `DIMENSIONS`.
        step: One of `periods.STEPS`.

    Returns:
        Rows of `period`, `group` and `total`.
    """
    cells: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for row in _read(database, view, ("day", by), _OF_GROUPS):
        group = row[by] or NOBODY[by]
        cells.setdefault((periods.label_of(row["day"], step), group), []).append(row)
    return [
        {"period": period, "group": group, "total": Total(rows)}
        for (period, group), rows in sorted(cells.items())
    ]


def slices(cells: Sequence[Mapping[str, Any]], quantity: str) -> list[Slice]:
    """Return cells as a chart of emissions or energy takes them."""
    return [Slice(cell["period"], cell["group"], cell["total"].amount(quantity)) for cell in cells]


def by_quarter(cells: Sequence[Mapping[str, Any]]) -> list[tuple[str, Total]]:
    """Return the totals of quarters, the first one first, from cells of any step."""
    quarters: dict[str, list[Mapping[str, int]]] = {}
    for cell in cells:
        label = periods.quarter_of(cell["period"])
        quarters.setdefault(label, []).append(cell["total"].sums)
    return [(label, Total(sums)) for label, sums in sorted(quarters.items())]


def ended(database: Database, view: View, step: str) -> list[Ended]:
    """Return the energy of each step by how its runs ended; what goes on is not lost."""
    return [
        Ended(
            periods.label_of(row["day"], step),
            row["outcome"] if row["outcome"] in WASTED else KEPT,
            row["it_j"] / JOULES_PER_KWH,
        )
        for row in _read(database, view, ("day", "outcome"), ("runs", "it_j"))
    ]


def intensity_over_time(database: Database, view: View, step: str) -> tuple[list[Point], int]:
    """Return the intensity [gCO2e/kWh] of compute over time, and how many runs enter.

    Only runs of which both energy of the facility and emissions are known enter, by roll-ups: one
    run that lacks either leaves out those of its day, project, outcome, zone and hardware.
    """
    steps: dict[str, list[Mapping[str, Any]]] = {}
    for row in _read(database, view, ("day",), ("runs", *_LOCATION, *_FACILITY), is_whole=True):
        steps.setdefault(periods.label_of(row["day"], step), []).append(row)
    totals = {label: Total(rows) for label, rows in sorted(steps.items())}
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
