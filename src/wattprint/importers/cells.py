"""Single cells of other tools' tables: numbers, times and texts, or why they are none."""

import re
from datetime import datetime, timezone
from math import isfinite

from wattprint.domain.errors import InputError

EMPTY = frozenset({"", "nan", "none", "null", "n/a", "na", "n\\a", "-", "unknown"})
"""What tools write where they know nothing, in small letters."""
_UNSAID = EMPTY - {"nan"}
"""What stands for a figure that is not known; a figure that is no number is a fault."""
FIRST_YEAR, LAST_YEAR = 1990, 2100
_LONGEST_SHOWN = 40
_SMALLEST = 1e-30
"""Below it a figure is nothing in any unit, and ratios to it would not be finite."""
_LONGEST_TEXT = 300
_CLOCK = (
    r"(?:[T ](?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,]\d+)?)?)?\s*"
    r"(?P<zone>Z|UTC|[+-]\d\d:?\d\d)?"
)
_YEAR = r"(?P<year>\d{4})"
_TIMES = tuple(
    re.compile(date + _CLOCK)
    for date in (
        _YEAR + r"[-/](?P<month>\d\d)[-/](?P<day>\d\d)",
        r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\." + _YEAR,
        r"(?P<month>\d{1,2})/(?P<day>1[3-9]|2\d|3[01])/" + _YEAR,
        r"(?P<day>1[3-9]|2\d|3[01])/(?P<month>\d{1,2})/" + _YEAR,
    )
)
"""As tools write times and as spreadsheets do; with slashes where the day is past the 12th."""
_NUMBER = re.compile(r"(?<![A-Za-z\d])[+-]?(?:\d[\d_,]*(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d{1,4})?")
"""Digits that follow a letter are no number: 'CO2'."""


_COMMA_POINT = re.compile(r"\d+,(?!\d{3}$)\d+(?:[eE][+-]?\d{1,4})?|0,\d+")
"""A comma that can be nothing but the point: quoted within commas, as Google Sheets exports it."""


def amount(name: str, cell: str, *, at_most: float, decimal_comma: bool = False) -> float | None:
    """Return a cell as a number, 0 or more; None where the tool knows nothing.

    Raises:
        InputError: No number, not finite, negative, or larger than can be.
    """
    text = cell.strip()
    if text.casefold() in _UNSAID:
        return None
    is_point = "," in text and (decimal_comma or _COMMA_POINT.fullmatch(text) is not None)
    try:
        value = float(text.replace(",", ".") if is_point else text)
    except ValueError:
        value = None
    if value is None or not isfinite(value):
        raise InputError(f"{name} is {shown(text)}", "expected a number")
    if value < 0:
        raise InputError(f"{name} is {shown(text)}", "expected 0 or more")
    if value > at_most:
        raise InputError(f"{name} is {shown(text)}", f"expected at most {at_most:g}")
    return value if value > _SMALLEST else 0.0


def stated(cell: str) -> str | None:
    """Return a cell's text, cut to a sensible length; None where it says nothing."""
    text = cell.strip()
    return None if text.casefold() in EMPTY else clean(text[:_LONGEST_TEXT])


def clean(text: str) -> str:
    r"""Return a text of somebody else's that a terminal can show: nothing in it moves the cursor.

    >>> clean("a\x1b[2Jb") == "a\ufffd[2Jb"
    True
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == " " else "\ufffd" for c in text)


def shown(text: str) -> str:
    """Return a cell for a message, cut where it is long."""
    return repr(text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "...")


_PARTS = ("year", "month", "day", "hour", "minute", "second")


def iso_time(cell: str) -> str | None:
    """Return a time stamp as ISO 8601; with Z where its zone is said, without where it is not.

    >>> iso_time("2020-07-23T09:26:11"), iso_time("2020/07/23 09:26:11+02:00"), iso_time("26:11.7")
    ('2020-07-23T09:26:11', '2020-07-23T07:26:11Z', None)
    >>> iso_time("23.07.2020 09:26"), iso_time("7/23/2020 9:26"), iso_time("7/8/2020 9:26")
    ('2020-07-23T09:26:00', '2020-07-23T09:26:00', None)
    """
    text = cell.strip()
    match = next(filter(None, (pattern.fullmatch(text) for pattern in _TIMES)), None)
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(match[part] or 0) for part in _PARTS)
    zone = match["zone"]
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    sign = "+00:00" if zone in ("Z", "UTC") else zone
    try:
        moment = datetime(year, month, day, hour, minute, min(second, 59))  # noqa: DTZ001 - as read
        if sign is None:
            return moment.isoformat()
        hours, minutes = int(sign[1:3]), int(sign[-2:])
        offset_s = (hours * 60 + minutes) * 60 * (-1 if sign[0] == "-" else 1)
        return epoch_time(moment.replace(tzinfo=timezone.utc).timestamp() - offset_s)
    except (ValueError, OverflowError):
        return None


def epoch_time(epoch_s: float) -> str | None:
    """Return seconds since 1970 as ISO 8601 in UTC; None where no year of ours is meant."""
    try:
        moment = datetime.fromtimestamp(epoch_s, timezone.utc)
    except (ValueError, OverflowError, OSError):
        return None
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        return None
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def number_in(text: str) -> tuple[str, str] | None:
    """Return the first number of a text as it is written, and what follows it.

    >>> number_in("about 1.2g CO2"), number_in("24_700_000"), number_in("grams of CO2")
    (('1.2', 'g CO2'), ('24_700_000', ''), None)
    """
    match = _NUMBER.search(text)
    return None if match is None else (match[0], text[match.end() :].strip())


def plain_digits(digits: str) -> str:
    """Return a number without the marks between its thousands.

    >>> plain_digits("24_700_000"), plain_digits("1,234.5"), plain_digits("0,66")
    ('24700000', '1234.5', '0.66')
    """
    text = digits.replace("_", "")
    if re.fullmatch(r"[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?", text):
        return text.replace(",", "")
    return text.replace(",", ".") if text.count(",") == 1 and "." not in text else text


def one_clause(error: InputError) -> str:
    """Return a refusal as the reason of a rejected row."""
    return f"{error.given}; {error.allowed}"
