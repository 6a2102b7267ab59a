"""Named rules that fill the gaps of an intensity series; what they filled is recorded."""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from math import fsum

from wattprint.domain.checks import one_of
from wattprint.domain.series import Filling, IntensityInterval, IntensitySeries

_HOUR_S = 3600.0
_DAY_S = 86_400.0
_DAYS_EACH_WAY = 7
"""Days looked at before and after a gap: a week holds each kind of day."""

Rule = Callable[[IntensitySeries, float, float], float | None]


def filled(series: IntensitySeries, rule: str, start_s: float, end_s: float) -> IntensitySeries:
    """Return a series whose gaps within [start_s, end_s) are filled by a named rule.

    Args:
        series: The series.
        rule: `none` (gaps stay), `neighbours` (mean of the intervals on both sides; where there
            is one side only, nothing) or `same_hour` (mean of the same hour of the days around,
            up to 7 each way).
        start_s: Start of the window. [s since 1970, UTC]
        end_s: Its end, not included. [s since 1970, UTC]

    Returns:
        The series with intervals of state `filled`, and `filling` naming rule and time. What the
        rule cannot fill stays a gap.

    Raises:
        UnknownNameError: No such rule.
    """
    value_of = _RULES[one_of("rule", rule, RULES)]
    added = [
        IntensityInterval(piece_start, piece_end, value, "filled")
        for gap_start, gap_end in series.gaps(start_s, end_s)
        for piece_start, piece_end in _hours(gap_start, gap_end)
        if (value := value_of(series, piece_start, piece_end)) is not None
    ]
    filling = Filling(rule, fsum(i.end_s - i.start_s for i in added))
    described = series.described() | {"filling": filling}
    return IntensitySeries(series.zone, [*series, *added], **described)


def _hours(start_s: float, end_s: float) -> Iterator[tuple[float, float]]:
    """Cut a gap at the full hours: a rule gives each hour a value of its own."""
    while start_s < end_s:
        piece_end = min(end_s, (start_s // _HOUR_S + 1) * _HOUR_S)
        yield start_s, piece_end
        start_s = piece_end


def _nothing(series: IntensitySeries, start_s: float, end_s: float) -> None:  # noqa: ARG001 - a rule's signature
    return None


def _mean_of_neighbours(series: IntensitySeries, start_s: float, end_s: float) -> float | None:
    after = bisect_left(series.intervals, (end_s,))
    before = bisect_left(series.intervals, (start_s,)) - 1
    if before < 0 or after >= len(series):
        return None
    sides = (series.intervals[before], series.intervals[after])
    return fsum(side.carbon_intensity_g_per_kwh for side in sides) / len(sides)


def _mean_of_same_hour(series: IntensitySeries, start_s: float, end_s: float) -> float | None:
    known = []
    for days in range(-_DAYS_EACH_WAY, _DAYS_EACH_WAY + 1):
        shifted = (start_s + days * _DAY_S, end_s + days * _DAY_S)
        if series.coverage(*shifted) == 1.0:
            known.append(series.mean_over(*shifted))
    return fsum(known) / len(known) if known else None


_RULES: Mapping[str, Rule] = {
    "none": _nothing,
    "neighbours": _mean_of_neighbours,
    "same_hour": _mean_of_same_hour,
}
RULES = tuple(_RULES)
"""Names of the rules."""
