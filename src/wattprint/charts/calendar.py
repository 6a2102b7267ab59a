"""Days, months, quarters and years by their labels: 2026-01-31, 2026-01, 2026-Q1, 2026."""

from collections.abc import Iterable
from datetime import date, timedelta

MOST_FILLED = 4000
"""Periods from the first to the last: eleven years of days, or a thousand of quarters."""
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def filled(labels: Iterable[str]) -> list[str]:
    """Return all periods from the first to the last of some, which are of one kind.

    >>> filled(["2025-Q4", "2026-Q2"]), filled(["2026-01-31", "2026-02-01"])
    (['2025-Q4', '2026-Q1', '2026-Q2'], ['2026-01-31', '2026-02-01'])

    Over more than `MOST_FILLED` periods no chart is read: gaps are left out then.

    >>> filled(["1970-01-01", "2026-01-01"])
    ['1970-01-01', '2026-01-01']
    """
    known = sorted(set(labels))
    if not known:
        return []
    first, last = known[0], known[-1]
    if len(first) == len("2026-01-31"):
        begin, end = date.fromisoformat(first), date.fromisoformat(last)
        count = (end - begin).days + 1
        if count > MOST_FILLED:
            return known
        return [str(begin + timedelta(days=i)) for i in range(count)]
    numbers = range(_number(first), _number(last) + 1)
    return known if len(numbers) > MOST_FILLED else [_label(number, first) for number in numbers]


def _number(label: str) -> int:
    """Count a month, a quarter or a year from year 0."""
    year, _, part = label.partition("-")
    if not part:
        return int(year)
    return 4 * int(year) + int(part[1:]) - 1 if part[0] == "Q" else 12 * int(year) + int(part) - 1


def _label(number: int, like: str) -> str:
    if "Q" in like:
        return f"{number // 4:04d}-Q{number % 4 + 1}"
    return f"{number // 12:04d}-{number % 12 + 1:02d}" if "-" in like else f"{number:04d}"


def words(label: str) -> str:
    """Return a period as people write it.

    >>> words("2026-01-31"), words("2026-01"), words("2026-Q1"), words("2026")
    ('31 Jan 2026', 'Jan 2026', 'Q1 2026', '2026')
    """
    year, _, rest = label.partition("-")
    month, _, day = rest.partition("-")
    if not month or not month[-1].isdigit():
        return label
    if month[0] == "Q":
        return f"{month} {year}"
    name = _MONTHS[int(month) - 1]
    return f"{int(day)} {name} {year}" if day else f"{name} {year}"
