"""From the rows of an answer to a series: values checked, rows sorted, steps understood."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timezone
from itertools import pairwise
from math import isfinite
from typing import Any, NamedTuple, NoReturn

from wattprint.domain.errors import InputError
from wattprint.domain.series import LARGEST_G_PER_KWH, IntensityInterval
from wattprint.grid.errors import BadAnswerError, NoIntensityError

STEPS_S = (300.0, 900.0, 1800.0, 3600.0)
"""Steps in which services give their figures: 5, 15, 30 and 60 minutes. [s]"""
_EARLIEST_S, _LATEST_S = 631_152_000.0, 4_102_444_800.0
"""1990 and 2100: what lies outside is no time of a grid's figures. [s since 1970]"""
_ROWS_THAT_SHOW_A_STEP = 3
_LONGEST_QUOTE = 60


class Asked(NamedTuple):
    """Who is asked, about which zone: what every message names."""

    service: str
    zone: str

    def bad(self, what: str) -> BadAnswerError:
        """Return the error that an answer is not what was asked for."""
        step = "nothing of it was used; try again, and if it stays so report it with this line"
        return BadAnswerError(self.service, self.zone, what, step)

    def nothing(self, what: str) -> NoIntensityError:
        """Return the error that the service has no figure."""
        step = "ask for another time or zone, or use another provider"
        return NoIntensityError(self.service, self.zone, what, step)

    def field(self, row: object, name: str) -> Any:
        """Return a field of an object; refuse an answer without it."""
        if isinstance(row, Mapping) and name in row:
            return row[name]
        raise self.bad(f"the answer has no {name!r}")

    def rows(self, document: object, name: str = "rows") -> Sequence[Any]:
        """Return a list; refuse anything else."""
        if isinstance(document, list):
            return document
        raise self.bad(f"the answer's {name} are no list")

    def same(self, what: str, got: object, wanted: str) -> None:
        """Refuse an answer about something else than was asked for."""
        if got != wanted:
            raise self.bad(f"the answer is for {what} {quoted(got)}, not {wanted!r}")

    def moment_s(self, text: object) -> float:
        """Return an ISO 8601 time with its offset as seconds since 1970; refuse anything else."""
        moment = parsed_moment(text)
        if moment is None or not _EARLIEST_S <= moment < _LATEST_S:
            raise self.bad(f"time {quoted(text)} in the answer is none in UTC")
        return moment

    def intensity(self, given: object, grams_per_unit: float = 1.0) -> float | None:
        """Return a figure in gCO2e/kWh; None for null, which means that there is none.

        Args:
            given: The figure as the service gives it.
            grams_per_unit: What one of its units is. [gCO2e/kWh]
        """
        if given is None:
            return None
        if isinstance(given, bool) or not isinstance(given, (int, float)):
            raise self.bad(f"intensity {quoted(given)} is no number")
        grams = float(given) * grams_per_unit if abs(given) < 1e300 else float("inf")
        if not (isfinite(grams) and 0 <= grams <= LARGEST_G_PER_KWH):
            limits = f"0 to {LARGEST_G_PER_KWH:,.0f} g/kWh"
            raise self.bad(f"intensity {quoted(given)} is not within {limits}")
        return grams


def quoted(given: object) -> str:
    """Return what a service said, short enough for a line."""
    text = repr(given)
    return text if len(text) <= _LONGEST_QUOTE else text[:_LONGEST_QUOTE] + "..."


def parsed_moment(text: object) -> float | None:
    """Return an ISO 8601 time with its offset as seconds since 1970; None for anything else.

    >>> parsed_moment("1970-01-01T01:00:00.000Z"), parsed_moment("1970-01-01T01:00+01:00")
    (3600.0, 0.0)
    >>> parsed_moment("1970-01-01T01:00:00") is None
    True
    """
    if not isinstance(text, str) or len(text) > 40:
        return None
    plain = text[:-1] + "+00:00" if text[-1:] in ("Z", "z") else text
    try:
        moment = datetime.fromisoformat(_with_microseconds(plain))
        return moment.timestamp() if moment.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def _with_microseconds(text: str) -> str:
    """Give a fraction of a second six digits: Python 3.10 takes three or six, services write 7."""
    head, dot, tail = text.partition(".")
    if not dot:
        return text
    digits = tail[: len(tail) - len(tail.lstrip("0123456789"))]
    return f"{head}.{digits[:6].ljust(6, '0')}{tail[len(digits) :]}"


def rfc3339(moment_s: float) -> str:
    """Return seconds since 1970 as a time in UTC, as services want it.

    >>> rfc3339(3600.0)
    '1970-01-01T01:00:00Z'
    """
    try:
        moment = datetime.fromtimestamp(moment_s, timezone.utc)
    except (ValueError, OverflowError, OSError) as error:
        raise InputError(
            f"time {moment_s!r} has no date", "expected seconds since 1970, before the year 10000"
        ) from error
    return moment.replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


class Point(NamedTuple):
    """A row that tells its start alone: how long it lasts is the step of its series."""

    start_s: float
    carbon_intensity_g_per_kwh: float
    state: str


def intervals_of_points(
    asked: Asked, points: Iterable[Point], step_s: float
) -> list[IntensityInterval]:
    """Return points as intervals of one step.

    Args:
        asked: Who was asked.
        points: In any order; a row that is there twice counts once.
        step_s: The step that was asked for, or that the answer names. [s]

    Raises:
        NoIntensityError: No point.
        BadAnswerError: Two values for one time, or times that are not one step apart.
    """
    ordered = _once_each(asked, points)
    step_s = _step_s([point.start_s for point in ordered], step_s)
    for before, after in pairwise(ordered):
        if after.start_s - before.start_s < step_s:
            apart = f"{(after.start_s - before.start_s) / 60:g}"
            raise asked.bad(f"rows are {apart} min apart where {step_s / 60:g} min were asked for")
    return [
        IntensityInterval(p.start_s, p.start_s + step_s, p.carbon_intensity_g_per_kwh, p.state)
        for p in ordered
    ]


def intervals_once(asked: Asked, intervals: Iterable[IntensityInterval]) -> list[IntensityInterval]:
    """Return intervals in order, each once; refuse two values for one time.

    Raises:
        NoIntensityError: None at all.
        BadAnswerError: Two that overlap.
    """
    ordered = sorted(set(intervals))
    if not ordered:
        _no_row(asked)
    for interval in ordered:
        if not interval.start_s < interval.end_s:
            raise asked.bad(f"an interval ends at {rfc3339(interval.end_s)}, before it starts")
    for before, after in pairwise(ordered):
        if after.start_s < before.end_s:
            raise asked.bad(f"two values for {rfc3339(after.start_s)}")
    return ordered


def _once_each(asked: Asked, points: Iterable[Point]) -> list[Point]:
    ordered = sorted(set(points))
    if not ordered:
        _no_row(asked)
    for before, after in pairwise(ordered):
        if before.start_s == after.start_s:
            raise asked.bad(f"two values for {rfc3339(after.start_s)}")
    return ordered


def _no_row(asked: Asked) -> NoReturn:
    raise asked.nothing("the answer holds no figure, only empty or null rows")


def _step_s(starts_s: Sequence[float], asked_s: float) -> float:
    """Return the step of a series: the one asked for, unless the rows show another one.

    Rows that are all as far apart as services put them show it; a lone pair with a missing row
    between them does not.
    """
    distances = {after - before for before, after in pairwise(starts_s)}
    shown = min(distances, default=asked_s)
    is_uniform = len(starts_s) >= _ROWS_THAT_SHOW_A_STEP and len(distances) == 1
    is_finer = shown < asked_s and all(distance % shown == 0 for distance in distances)
    return shown if shown in STEPS_S and (is_uniform or is_finer) else asked_s
