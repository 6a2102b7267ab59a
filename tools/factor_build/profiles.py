"""The table of typical profiles: how a zone's intensity moves with month, hour and weekend.

Ratios to the mean of the year, by hour of the day in UTC. Hours and weekends of the local clock
foretold unseen years no better on the 15 zones with several (0.79 of the variance was left either
way), and UTC needs no time zone per grid.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from math import exp, log
from pathlib import Path
from statistics import fmean, quantiles
from typing import NamedTuple

from factor_build.tables import ODBL_SOURCES, Inputs, Row, Table, grouped, read_rows

PROFILE_COLUMNS = (
    "zone month weekday_per_mille weekend_per_mille low_per_mille high_per_mille "
    "basis series source year verified"
)
FOLDER = "intensity_hourly"
BASIS = "lifecycle"
# Where two sources have the same zone-year, the dated download before the undated copy of it, and
# what is consumed before what is generated.
PREFERENCE = ("em_download", "em_eurosys24", "carboncast")
MONTHS = range(12)
HOURS_PER_CLASS = 6
WEEKDAY, WEEKEND = 0, 1
SMALLEST_RATIO = 0.001  # an hour of 0 g has no logarithm

Levels = list[float]  # one number a month
ByHour = list[Levels]  # [month][hour]
Cells = tuple[ByHour, ByHour]  # weekdays, weekends
Bounds = list[tuple[float, float]]  # low and high of each class of hours


class Hour(NamedTuple):
    """One hour of a series: where it falls, and its ratio to the mean of the year."""

    month: int
    day_type: int
    hour: int
    ratio: float


def intensity_profiles(inputs: Inputs, zones_known: Iterable[Row]) -> Table:
    known = {row["zone"] for row in zones_known}
    rows: list[Row] = []
    for (zone,), series in grouped(chosen_series(inputs), "zone").items():
        if zone in known:
            rows += profile_rows(inputs, zone, series)
        else:
            inputs.drop(FOLDER, f"{zone}: no yearly figure ships that its profile could scale")
    columns = tuple(PROFILE_COLUMNS.split())
    return Table("intensity_profiles.csv", columns, rows, ("zone", "month"))


def chosen_series(inputs: Inputs) -> Iterator[Row]:
    """One series a zone and year, of those that may ship and that vary."""
    usable = []
    for row in read_rows(inputs.reference / FOLDER / "index.csv"):
        if row["source"] not in inputs.sources:
            inputs.drop(FOLDER, f"source {row['source']} does not ship")
        elif row["constant"] == "1":
            inputs.drop(FOLDER, f"{row['zone']}: one value all year is no profile")
        elif row["basis"] == BASIS:
            usable.append(row)
    for candidates in grouped(usable, "zone", "year").values():
        yield min(candidates, key=lambda row: PREFERENCE.index(row["source"]))


def profile_rows(inputs: Inputs, zone: str, series: Sequence[Row]) -> Iterator[Row]:
    folder = inputs.reference / FOLDER
    hours = [hour for row in series for hour in hours_of(folder / row["file"])]
    cells = typical(hours, years=len(series))
    scatter = scatter_by_month(hours, cells, years=len(series))
    # One source stands for all of `series`: one under the ODbL if there is one, as that binds.
    main = max(series, key=lambda row: (row["source"] in ODBL_SOURCES, row["year"]))
    for month in MONTHS:
        low, high = zip(*scatter[month], strict=True)
        yield inputs.stamped(
            {
                "zone": zone,
                "month": f"{month + 1:02}",
                "weekday_per_mille": per_mille(cells[WEEKDAY][month]),
                "weekend_per_mille": per_mille(cells[WEEKEND][month]),
                "low_per_mille": per_mille(low),
                "high_per_mille": per_mille(high),
                "basis": BASIS,
                "series": "|".join(f"{row['source']} {row['year']}" for row in series),
                "source": main["source"],
                "year": max(row["year"] for row in series),
            }
        )


def hours_of(path: Path) -> list[Hour]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["basis"] == BASIS]
    mean = fmean(float(row["g_co2e_per_kwh"]) for row in rows)
    return [hour_of(row["timestamp_utc"], float(row["g_co2e_per_kwh"]) / mean) for row in rows]


def hour_of(timestamp: str, ratio: float) -> Hour:
    return Hour(int(timestamp[5:7]) - 1, day_type(timestamp[:10]), int(timestamp[11:13]), ratio)


@lru_cache(maxsize=4000)
def day_type(day: str) -> int:
    return WEEKEND if date.fromisoformat(day).weekday() >= 5 else WEEKDAY


def typical(hours: Iterable[Hour], *, years: int) -> Cells:
    """Ratios by month, kind of day and hour: month x hour x weekend, each freed of chance.

    What one year's April was is half season and half weather: the deviation of a month counts
    n / (n + 1) from n years. Hours of the day and the weekend's effect change slowly, so each
    month is smoothed with its neighbours.
    """
    means = cell_means(hours)
    level = [fmean(mean_day(means, month)) for month in MONTHS]
    shape = smoothed([over(mean_day(means, month), level[month]) for month in MONTHS])
    monthly = [1 + (ratio - 1) * years / (years + 1) for ratio in level]
    mean_days = [over(shape[m], fmean(shape[m]) / monthly[m]) for m in MONTHS]
    weekdays, weekends = (
        [times(mean_days[m], effect) for m, effect in enumerate(weekend_effect(means, kind))]
        for kind in (WEEKDAY, WEEKEND)
    )
    return weekdays, weekends


def cell_means(hours: Iterable[Hour]) -> Cells:
    found: Mapping[tuple[int, int, int], list[float]] = {
        (kind, month, hour): [] for kind in (0, 1) for month in MONTHS for hour in range(24)
    }
    for hour in hours:
        found[hour.day_type, hour.month, hour.hour].append(hour.ratio)
    weekdays, weekends = (
        [[fmean(found[kind, month, hour]) for hour in range(24)] for month in MONTHS]
        for kind in (WEEKDAY, WEEKEND)
    )
    return weekdays, weekends


def mean_day(means: Cells, month: int) -> Levels:
    """The mean day of a month, weekends counted as often as they come."""
    weekdays, weekends = means[WEEKDAY][month], means[WEEKEND][month]
    return [
        (5 * weekday + 2 * weekend) / 7 for weekday, weekend in zip(weekdays, weekends, strict=True)
    ]


def weekend_effect(means: Cells, kind: int) -> ByHour:
    """A kind of day over the mean day, by month and hour."""
    return smoothed(
        [
            [own / both for own, both in zip(means[kind][m], mean_day(means, m), strict=True)]
            for m in MONTHS
        ]
    )


def smoothed(by_hour: ByHour) -> ByHour:
    """Each month with its neighbours, 1 : 2 : 1, December beside January."""
    return [
        [
            (before + 2 * own + after) / 4
            for before, own, after in zip(
                by_hour[month - 1], by_hour[month], by_hour[(month + 1) % 12], strict=True
            )
        ]
        for month in MONTHS
    ]


def over(numbers: Iterable[float], divisor: float) -> Levels:
    return [number / divisor for number in numbers]


def times(one: Iterable[float], other: Iterable[float]) -> Levels:
    return [a * b for a, b in zip(one, other, strict=True)]


def scatter_by_month(hours: Iterable[Hour], cells: Cells, *, years: int) -> list[Bounds]:
    """Bounds of real over typical intensity, by month and six-hour class, for 90 of 100 hours.

    The 5th and 95th percentile of the month and its neighbours, in logarithms times 1 + 1/(2n):
    n years do not show all that an unseen one may bring.
    """
    found: list[list[Levels]] = [[[] for _ in range(0, 24, HOURS_PER_CLASS)] for _ in MONTHS]
    for hour in hours:
        typical_ratio = cells[hour.day_type][hour.month][hour.hour]
        deviation = log(max(hour.ratio, SMALLEST_RATIO) / typical_ratio)
        for month in (hour.month - 1, hour.month, (hour.month + 1) % 12):
            found[month][hour.hour // HOURS_PER_CLASS].append(deviation)
    widening = 1 + 1 / (2 * years)
    return [[bounds(deviations, widening) for deviations in of_month] for of_month in found]


def bounds(deviations: Sequence[float], widening: float) -> tuple[float, float]:
    cuts = quantiles(deviations, n=20)
    return exp(min(cuts[0], 0.0) * widening), exp(max(cuts[-1], 0.0) * widening)


def per_mille(ratios: Iterable[float]) -> str:
    """Whole per mille, at least 1: a bound of 0 would be no factor."""
    return " ".join(str(max(1, round(1000 * ratio))) for ratio in ratios)
