"""Stretches of days that sums are asked for, and what each is compared with."""

from calendar import monthrange
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from wattprint.domain.checks import one_of
from wattprint.domain.errors import InputError

NAMED = {
    "quarter": "This quarter",
    "last-quarter": "Last quarter",
    "year": "This year",
    "all": "All time",
}
STEPS = ("day", "month", "quarter")
_EPOCH = date(1970, 1, 1)
_MOST_DAYS_BY_DAY, _MOST_DAYS_BY_MONTH = 62, 1100


class Period(NamedTuple):
    """Days from the first to the last, both counted."""

    first: date
    last: date
    words: str

    @property
    def days(self) -> tuple[int, int]:
        """Return the first and the last day since 1970."""
        return (self.first - _EPOCH).days, (self.last - _EPOCH).days

    @property
    def length(self) -> int:
        """Return how many days it has."""
        return (self.last - self.first).days + 1


class Chosen(NamedTuple):
    """A period, and the one before that it is compared with."""

    name: str
    """One of `NAMED`, or empty where days were given."""
    period: Period
    before: Period | None


def chosen(
    name: str, first: date | None, last: date | None, *, today: date, earliest: date
) -> Chosen:
    """Return the period that is asked for.

    A period that goes on is compared with as many first days of the one before it.

    Args:
        name: One of `NAMED`; days that are given go before it.
        first: First day, if days are given.
        last: Last day, likewise.
        today: Today, in UTC.
        earliest: The first day that has any run.

    Raises:
        InputError: A name that is none, or days in the wrong order.
    """
    if first is not None or last is not None:
        return _given(first or earliest, last or today)
    one_of("period", name, NAMED)
    if name == "all":
        return Chosen(name, Period(min(earliest, today), today, "all time"), None)
    if name == "year":
        begin = date(today.year, 1, 1)
        period = Period(begin, today, f"{today.year} so far")
        return Chosen(name, period, _as_far(date(today.year - 1, 1, 1), begin, period.length))
    begin = _quarter(today)
    if name == "quarter":
        period = Period(begin, today, f"{_named(begin)} so far")
        return Chosen(name, period, _as_far(_quarter(_day_before(begin)), begin, period.length))
    begin, end = _quarter(_day_before(begin)), begin
    earlier = _quarter(_day_before(begin))
    before = Period(earlier, _day_before(begin), _named(earlier))
    return Chosen(name, Period(begin, _day_before(end), _named(begin)), before)


def step_of(name: str, period: Period) -> str:
    """Return the length of a bar: what is asked for, else what suits a period."""
    if name:
        return one_of("step", name, STEPS)
    if period.length <= _MOST_DAYS_BY_DAY:
        return "day"
    return "month" if period.length <= _MOST_DAYS_BY_MONTH else "quarter"


@lru_cache(maxsize=4096)
def label_of(day: int, step: str) -> str:
    """Return the step that a day falls into: 2026-01-31, 2026-01 or 2026-Q1."""
    at = date.fromordinal(_EPOCH.toordinal() + day)
    if step == "day":
        return at.isoformat()
    if step == "month":
        return f"{at.year:04d}-{at.month:02d}"
    return f"{at.year:04d}-Q{(at.month + 2) // 3}"


@lru_cache(maxsize=4096)
def month_of(day: int) -> int:
    """Return the first day of a day's month, both since 1970.

    >>> day_of(month_of(20_000)).isoformat(), day_of(20_000).isoformat()
    ('2024-10-01', '2024-10-04')
    """
    return day - day_of(day).day + 1


def next_month(month: int) -> int:
    """Return the first day of the month after one; of the very last month one day behind it."""
    return month + monthrange(day_of(month).year, day_of(month).month)[1]


def quarter_of(label: str) -> str:
    """Return the quarter of a day, a month or a quarter.

    >>> quarter_of("2026-05-31"), quarter_of("2026-05"), quarter_of("2026-Q2")
    ('2026-Q2', '2026-Q2', '2026-Q2')
    """
    year, _, rest = label.partition("-")
    return label if rest.startswith("Q") else f"{year}-Q{(int(rest[:2]) + 2) // 3}"


def day_of(day: int) -> date:
    """Return a day by its number since 1970."""
    return date.fromordinal(_EPOCH.toordinal() + day)


def _given(first: date, last: date) -> Chosen:
    if first > last:
        raise InputError(f"from is {first}, behind to, {last}", "expected the earlier day first")
    if first < _EPOCH:
        raise InputError(f"from is {first}", "expected 1970-01-01 or later")
    length = timedelta((last - first).days + 1)
    words = f"{first} to {last}"
    is_first = first - _EPOCH < length
    before = None if is_first else _between(first - length, _day_before(first))
    return Chosen("", Period(first, last, words), before)


def _between(first: date, last: date) -> Period:
    return Period(first, last, f"{first} to {last}")


def _as_far(begin: date, end: date, length: int) -> Period:
    """Return as many first days of a period [begin, end) as another has, or all of them."""
    last = min(begin + timedelta(length - 1), _day_before(end))
    return Period(begin, last, f"{begin} to {last}")


def _quarter(day: date) -> date:
    return date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)


def _named(begin: date) -> str:
    return f"Q{(begin.month + 2) // 3} {begin.year}"


def _day_before(day: date) -> date:
    return day - timedelta(1)
