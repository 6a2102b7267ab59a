"""Times as people give them to a command: a date, or how long ago."""

import re

from wattprint.domain.errors import InputError
from wattprint.domain.moments import DATES, seconds_since_1970
from wattprint.ledger.prune import rfc3339

_SECONDS = {"h": 3600.0, "d": 86400.0, "w": 604800.0}
_SPAN = re.compile(r"(\d{1,9}(?:\.\d+)?)([hdw])")


def parsed_date(name: str, given: str) -> str:
    """Return a date, with or without a time, as RFC 3339 in UTC; UTC is meant unless said.

    Raises:
        InputError: It is none.
    """
    return rfc3339(seconds_since_1970(name, given))


def parsed_limit(name: str, given: str, now_s: float) -> str:
    """Return a date, or the time that lies as long ago as '90d', as RFC 3339 in UTC.

    Args:
        name: Name of the option, for the refusal.
        given: A date, or a number of hours, days or weeks.
        now_s: Seconds since 1970. [s]

    Raises:
        InputError: It is neither.
    """
    return rfc3339(_moment_s(name, given, now_s))


def parsed_window(start: str | None, end: str | None, now_s: float) -> tuple[float, float]:
    """Return start and end of a time, in seconds since 1970; by default the last 24 hours.

    Args:
        start: A date, or how long ago; None is 24 hours ago.
        end: The same; None is now.
        now_s: Seconds since 1970. [s]

    Raises:
        InputError: One is no time, or the window is empty.
    """
    start_s = _moment_s("--start", start or "24h", now_s)
    end_s = now_s if end is None else _moment_s("--end", end, now_s)
    if not start_s < end_s:
        raise InputError(
            f"--start {start or '24h'} is not before --end {end or 'now'}",
            "expected an earlier --start or a later --end",
        )
    return start_s, end_s


def _moment_s(name: str, given: str, now_s: float) -> float:
    span = _SPAN.fullmatch(given)
    if span is None:
        allowed = f"expected a time span such as 90d, 2w or 12h, or {DATES}"
        return seconds_since_1970(name, given, allowed)
    return max(0.0, now_s - float(span[1]) * _SECONDS[span[2]])
