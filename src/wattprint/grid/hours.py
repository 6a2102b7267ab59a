"""Hours in UTC: where they fall in the calendar, and means over any window of them."""

from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from functools import lru_cache
from math import floor, fsum
from typing import NamedTuple

from wattprint.domain.checks import whole_number
from wattprint.domain.errors import InputError
from wattprint.domain.interval import Range

HOUR_S = 3600
DAY_S = 24 * HOUR_S
SHORTEST_STEP_S = 60
MOST_STEPS = 600_000
"""A year of minutes, or the life of a grid in hours."""
FIRST_YEAR, LAST_YEAR = 1990, 2050


class CalendarHour(NamedTuple):
    """Where an hour falls in UTC."""

    year: int
    month: int
    """From 1."""
    weekday: int
    """From 0 for Monday."""
    hour: int


@lru_cache(maxsize=20_000)
def calendar_of(hour: int) -> CalendarHour:
    """Return the calendar place of an hour, counted since 1970-01-01T00Z."""
    moment = utc(hour * HOUR_S)
    return CalendarHour(moment.year, moment.month, moment.weekday(), moment.hour)


def utc(seconds: float) -> datetime:
    """Return a moment from seconds since 1970."""
    return datetime.fromtimestamp(seconds, timezone.utc)


def seconds_of(name: str, given: object) -> float:
    """Return a moment as seconds since 1970-01-01T00Z.

    Raises:
        InputError: No datetime, one without its UTC offset, or one outside 1990 to 2050.
    """
    if not isinstance(given, datetime) or given.tzinfo is None:
        raise InputError(
            f"{name} is {given!r}",
            "expected a datetime with its UTC offset, such as datetime.now(timezone.utc)",
        )
    a_year(given.year, of=name)
    return given.timestamp()


def a_year(given: object, *, of: str = "") -> int:
    """Return a year from 1990 to 2050; `of` names the moment that it is the year of.

    Raises:
        InputError: Any other.
    """
    name = f"year of {of}" if of else "year"
    return whole_number(name, given, at_least=FIRST_YEAR, at_most=LAST_YEAR)


def window_s(start: datetime, end: datetime) -> tuple[int, int]:
    """Return a window in whole seconds since 1970, its ends rounded outwards.

    Raises:
        InputError: An empty window, or a moment that `seconds_of` refuses.
    """
    start_s, end_s = seconds_of("start", start), seconds_of("end", end)
    if not start_s < end_s:
        raise InputError(
            f"window {start.isoformat()} to {end.isoformat()} is empty", "expected start < end"
        )
    return floor(start_s), -floor(-end_s)


def step_of_a_day_s(given: object) -> int:
    """Return the length of an interval, if it divides a day: then all days are cut alike.

    Raises:
        InputError: A step below a minute, above a day, or one that does not divide it.
    """
    step_s = whole_number("step_s", given, at_least=SHORTEST_STEP_S, at_most=DAY_S)
    if DAY_S % step_s:
        raise InputError(
            f"step_s is {given!r}", "expected seconds that divide a day, such as 300, 1800 or 3600"
        )
    return step_s


def steps_over(start_s: int, end_s: int, step_s: object) -> range:
    """Return the starts of the intervals, cut from midnight UTC on, that a window touches.

    Raises:
        InputError: A step that `step_of_a_day_s` refuses, or more than 600,000 of them.
    """
    step = step_of_a_day_s(step_s)
    starts_s = range(start_s - start_s % step, end_s, step)
    if len(starts_s) > MOST_STEPS:
        raise InputError(
            f"the window has {len(starts_s)} intervals of {step} s",
            f"expected at most {MOST_STEPS}: give a longer step_s or a shorter window",
        )
    return starts_s


def mean_over(of_hour: Callable[[int], Range], start_s: int, end_s: int) -> Range:
    """Return the time-weighted mean of an hourly range over [start_s, end_s).

    The hours share their causes of error, so the bounds are means, too.
    """
    parts = [(seconds, of_hour(hour).as_tuple()) for hour, seconds in hours_in(start_s, end_s)]
    if len(parts) == 1:
        return Range(*parts[0][1])
    length_s = end_s - start_s
    value, low, high = (
        fsum(seconds * figures[i] for seconds, figures in parts) / length_s for i in range(3)
    )
    return Range(value, min(low, value), max(high, value))


def hours_in(start_s: float, end_s: float) -> Iterator[tuple[int, float]]:
    """Yield each hour that a window touches, and the seconds of it inside."""
    for hour in range(int(start_s // HOUR_S), -int(-end_s // HOUR_S)):
        yield hour, min(end_s, (hour + 1) * HOUR_S) - max(start_s, hour * HOUR_S)
