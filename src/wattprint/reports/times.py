"""When a cluster's jobs used their energy: days, months, quarters or years, gaps filled."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from itertools import groupby

from wattprint.accounting.summary import AccountReport, Amount
from wattprint.reports.consumers import NOT_IN_LOG, Line, lines_of, together

MOST_MONTHS = 36
"""Months in one chart; beyond that, quarters are drawn, and beyond as many of these, years."""
MOST_DAYS = 92


def lines_over_time(report: AccountReport) -> tuple[str, list[Line]]:
    """Return the name of the periods in which there is most to see, and a line for each.

    Days where they were asked for and are few, else months, else quarters; periods in which no job
    began are lines of nothing.
    """
    days = report.rolled_up("day")
    if days is not None and _days_between(lines_of(days)) <= MOST_DAYS:
        return "day", filled(lines_of(days), "day")
    monthly = report.rolled_up("month")
    months = [] if monthly is None else filled(lines_of(monthly), "month")
    if len(months) <= MOST_MONTHS:
        return "month", months
    quarters = by_quarter(months)
    if len(quarters) <= MOST_MONTHS:
        return "quarter", quarters
    return "year", _grouped(months, lambda month: month[:4])


def by_quarter(months: Sequence[Line]) -> list[Line]:
    """Return lines of quarters from those of months, which are in their order."""
    return _grouped(months, _quarter)


def _grouped(months: Sequence[Line], period_of: Callable[[str], str]) -> list[Line]:
    def key(line: Line) -> str:
        return line.label if line.label == NOT_IN_LOG else period_of(line.label)

    return [together(label, lines) for label, lines in groupby(months, key)]


def _quarter(month: str) -> str:
    year, number = _numbers(month)
    return f"{year:04d}-Q{(number + 2) // 3}"


def filled(lines: Sequence[Line], period: str) -> list[Line]:
    """Return lines with those of nothing where no job began; jobs without a time are last."""
    known = {line.label: line for line in lines if line.label != NOT_IN_LOG}
    if not known:
        return list(lines)
    first, last = min(known), max(known)
    labels = _days(first, last) if period == "day" else _months(first, last)
    timed = [known.get(label) or _nothing(label) for label in labels]
    return [*timed, *(line for line in lines if line.label == NOT_IN_LOG)]


def _days(first: str, last: str) -> list[str]:
    begin, end = date.fromisoformat(first), date.fromisoformat(last)
    return [str(begin + timedelta(days=i)) for i in range((end - begin).days + 1)]


def _days_between(lines: Sequence[Line]) -> int:
    days = [date.fromisoformat(line.label) for line in lines if line.label != NOT_IN_LOG]
    return (max(days) - min(days)).days + 1 if days else 0


def _months(first: str, last: str) -> list[str]:
    (year, month), (last_year, last_month) = _numbers(first), _numbers(last)
    count = 12 * (last_year - year) + last_month - month + 1
    return [
        f"{year + (month - 1 + i) // 12:04d}-{(month - 1 + i) % 12 + 1:02d}" for i in range(count)
    ]


def _numbers(month: str) -> tuple[int, int]:
    year, _, number = month.partition("-")
    return int(year), int(number)


def _nothing(label: str) -> Line:
    none = Amount(0.0, 0.0, 0.0)
    return Line(label, 0, 0.0, 0.0, none, none)
