"""The table of hours: running sums of intensity, by which a job costs two look-ups."""

from collections.abc import Iterator, Mapping

from wattprint.accounting.coefficients import HOURS_KEY, MICRO
from wattprint.domain.integral import Integral
from wattprint.domain.series import IntensitySeries
from wattprint.domain.units import JOULES_PER_KWH

HOUR_S = 3600
COLUMNS = {
    "hour_key": "BIGINT",
    "so_far": "DOUBLE",
    "rate": "DOUBLE",
    "known_so_far": "DOUBLE",
    "known": "DOUBLE",
}
"""Key of an hour, sum of intensity before it [ug/J x s], intensity in it [ug/J], seconds known
before it, share of it that is known."""
NO_TIME = 0
"""The hour of jobs whose time is not known: nothing is known of it."""


def hour_rows(
    series: Mapping[int, IntensitySeries | None], first_s: int, last_s: int
) -> Iterator[tuple[int, float, float, float, float]]:
    """Yield the hours of every series, gaps included, so that each job finds its two.

    Args:
        series: By number; None is one of which nothing is known.
        first_s: Start of the first job. [s since 1970]
        last_s: End of the last one. [s since 1970]
    """
    for number, known in series.items():
        yield number * HOURS_KEY + NO_TIME, 0.0, 0.0, 0.0, 0.0
        yield from _hours(number, known, first_s - first_s % HOUR_S, last_s)


def _hours(
    number: int, series: IntensitySeries | None, start_s: int, last_s: int
) -> Iterator[tuple[int, float, float, float, float]]:
    intervals = () if series is None else tuple(series)
    to_ug = MICRO / JOULES_PER_KWH
    area = Integral((i.start_s, i.end_s, i.carbon_intensity_g_per_kwh * to_ug) for i in intervals)
    known = Integral((i.start_s, i.end_s, 1.0) for i in intervals)
    so_far = known_so_far = 0.0
    for hour_s in range(start_s, last_s + 1, HOUR_S):
        if hour_s == NO_TIME:
            continue
        in_hour = area.between(hour_s, hour_s + HOUR_S)
        known_s = known.between(hour_s, hour_s + HOUR_S)
        key = number * HOURS_KEY + hour_s
        yield key, so_far, in_hour / HOUR_S, known_so_far, known_s / HOUR_S
        so_far += in_hour
        known_so_far += known_s
