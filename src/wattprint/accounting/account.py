"""The front of accounting: jobs and a site in, figures of every job and their sums out."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from wattprint.accounting import statements
from wattprint.accounting.engines.base import Engine
from wattprint.accounting.factor_columns import hold_factors
from wattprint.accounting.factors_table import Factored, factored, place_said, years_of
from wattprint.accounting.hours import COLUMNS as HOURS_COLUMNS
from wattprint.accounting.hours import PlaceHours, hour_rows
from wattprint.accounting.rollups import roll_ups
from wattprint.accounting.site import Site
from wattprint.accounting.statements import FOOTPRINTS
from wattprint.domain.checks import one_of
from wattprint.domain.errors import InputError, RecordError
from wattprint.domain.interval import Range
from wattprint.domain.jobs import Kind
from wattprint.domain.series import IntensitySeries
from wattprint.factors.conventions import convention

FindSeries = Callable[[Mapping[str, Any], int, int], IntensitySeries | None]
"""From what is said of a place, and from when to when, to the intensity of its hours."""


class Accounted:
    """Jobs with their figures, on the engine that made them.

    Args:
        engine: It holds the table `footprints`.
        factors: The factors that were used.
        path: The figures of every job, as Parquet.
        site: What is said of their machines and places.
        by_hour: Whether jobs were charged hour by hour.
    """

    def __init__(
        self,
        engine: Engine,
        factors: Sequence[Factored],
        path: Path,
        site: Site,
        *,
        by_hour: bool,
    ) -> None:
        self._engine = engine
        self._site = site
        self.factors = tuple(factors)
        self.path = path
        self.by_hour = by_hour

    def total(self) -> dict[str, Any]:
        """Return the sums of all jobs."""
        return self._sums(())[0]

    def by(self, keys: Sequence[str]) -> list[dict[str, Any]]:
        """Return the sums of jobs by some of their columns, in the order of these.

        Raises:
            UnknownNameError: No such column; `nearest` holds the closest.
        """
        return self._sums(checked_keys(keys))

    def _sums(self, keys: tuple[str, ...]) -> list[dict[str, Any]]:
        return roll_ups(self._engine, [keys], self._site)[keys]


def checked_keys(keys: Sequence[str]) -> tuple[str, ...]:
    """Return what jobs are rolled up by, by the names of the columns; 'user' is `user_name`.

    Raises:
        InputError: The same twice.
        UnknownNameError: No such column.
    """
    short = {name.removesuffix("_name"): name for name in statements.DIMENSIONS}
    found = tuple(short[one_of("by", key.strip().removesuffix("_name"), short)] for key in keys)
    if len(set(found)) < len(found):
        raise InputError(f"by is {', '.join(keys)!r}", "expected each name once")
    return found


class Asked(NamedTuple):
    """What is to be accounted for."""

    parts: Sequence[Path]
    """Parquet files of `domain.jobs.JOB_COLUMNS`."""
    kinds: Sequence[Kind]
    """Where and on what the jobs ran."""
    site: Site
    find_series: FindSeries | None = None
    """Says the intensity of hours; None charges at each year's mean."""


def account(asked: Asked, engine: Engine, path: Path) -> Accounted:
    """Give every job its figures.

    Args:
        asked: Jobs, what they ran on, and what is said of it.
        engine: What runs the text.
        path: Where the figures of every job are kept, as Parquet.

    Raises:
        InputError: The site names something unknown or impossible.
        RecordError: The kinds do not fit the jobs.
    """
    years = years_of(asked.kinds)
    numbers, series = _series(asked)
    factors = [
        factored(kind, year, asked.site, series=numbers.get(kind.kind, 0))
        for kind in asked.kinds
        for year in sorted(years[kind.kind])
    ]
    engine.jobs(asked.parts)
    if not factors:
        raise InputError("no job is to be accounted for", "expected a log with jobs that ran")
    columns = hold_factors(engine, [one.coefficients.row() for one in factors])
    intensity = "yearly"
    if asked.find_series is not None:
        span, places = _span(asked.kinds), _places(series, factors)
        engine.table("hours", HOURS_COLUMNS, hour_rows(places, *span))
        is_whole = all(place.is_whole(*span) for place in places.values())
        intensity = "hourly" if is_whole else "hourly_with_gaps"
    engine.keep(statements.footprints(columns, intensity), FOOTPRINTS, path)
    _refuse_lost(engine)
    return Accounted(engine, factors, path, asked.site, by_hour=intensity != "yearly")


def _refuse_lost(engine: Engine) -> None:
    """Refuse figures of fewer jobs than there are: a join leaves out what it finds no row for.

    Raises:
        RecordError: The kinds do not fit the jobs.
    """
    found, given = (
        engine.rows(f"SELECT COUNT(*) AS jobs FROM {table}")[0]["jobs"]
        for table in (FOOTPRINTS, "jobs")
    )
    if found != given:
        raise RecordError(
            f"{given - found} of {given} jobs are of a kind, a year or an hour that the table of "
            "kinds does not have."
        )


def _series(asked: Asked) -> tuple[dict[int, int], dict[int, IntensitySeries | None]]:
    """Return which series charges each kind, and the series; number 0 is that of none."""
    if asked.find_series is None:
        return {}, {}
    found: dict[int, IntensitySeries | None] = {}
    by_place: dict[str, int] = {}
    numbers = {}
    for kind in asked.kinds:
        said = place_said(kind, asked.site)
        label = repr(sorted(said.items(), key=str))
        if label not in by_place:
            by_place[label] = len(found) + 1
            found[by_place[label]] = asked.find_series(said, *_span(asked.kinds))
        numbers[kind.kind] = by_place[label]
    return numbers, found


def _places(
    series: Mapping[int, IntensitySeries | None], factors: Iterable[Factored]
) -> dict[int, PlaceHours]:
    """Return the hours of each series, and the means of years that fill their gaps."""
    means: dict[int, dict[int, Range]] = {number: {} for number in series}
    for one in factors:
        of = one.coefficients
        if of.year and of.location_g_per_kwh is not None:
            means[of.series][of.year] = of.location_g_per_kwh
    spread = convention("intensity_source").amount
    return {number: PlaceHours(known, means[number], spread) for number, known in series.items()}


def _span(kinds: Collection[Kind]) -> tuple[int, int]:
    """Return start of the first job and end of the last one [s since 1970]."""
    firsts = [kind.first_s for kind in kinds if kind.first_s is not None]
    lasts = [kind.last_s for kind in kinds if kind.last_s is not None]
    return min(firsts, default=0), max(lasts, default=0)
