"""What the last four weeks say beyond a typical profile, and where that leads.

In logarithms, with r = ln(actual / typical) of the known hours of 28 days:

    ln(forecast / typical) = level + same_hour + weekend x contrast + sum of bias x exp(-h / decay)

`level` is the mean of r, `same_hour` what is left at that hour of the day, `weekend` what is left
between weekends and weekdays. A bias is what is left in the last hour, day or week, each beyond
the next longer; h counts from the newest actual. The numbers are the same for all zones;
docs/profiles.md says how they were chosen, and what the errors were on years and zones left out.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from math import exp, fsum, log, sqrt
from typing import NamedTuple

from wattprint.domain.checks import number
from wattprint.domain.interval import Range
from wattprint.domain.series import LARGEST_G_PER_KWH, IntensityInterval
from wattprint.factors.forecast_errors import ErrorTable
from wattprint.grid.hours import HOUR_S, hours_in
from wattprint.grid.profiles import TypicalRatios

MEMORY_H = 28 * 24
LEVEL_PRIOR_H = 24.0
"""Hours of actuals that outweigh the yearly mean as the level. [h]"""
SAME_HOUR_HALF_LIFE_H = 5 * 24.0
SAME_HOUR_PRIOR_DAYS = 1.5
"""Days of actuals that outweigh the profile's hour of the day; four weeks weigh 7.6 of them."""
WEEKEND_PRIOR_WEEKS = 8.0
WEEKEND, WEEKDAY = 5 / 7, -2 / 7
"""A contrast whose sum over a week is 0."""
BIASES_H = ((1, 32.0), (24, 48.0), (168, 128.0))
"""Length of each window and the time in which its bias falls to 1/e, the shortest first. [h, h]"""
SIGMA_PRIOR_H = 72.0
SMALLEST_SIGMA = 0.01
"""A constant series is a constant factor upstream, and no certainty about the grid."""
REAL_STATES = ("actual", "estimated")
"""States of intervals that tell of real hours: a forecast of forecasts would feed on itself."""
SMALLEST_G_PER_KWH = 1.0
"""Less is rounding, and 0 has no logarithm."""


class Typical(NamedTuple):
    """A profile at the level of a yearly mean."""

    ratios: TypicalRatios
    level_g_per_kwh: float

    def ln_g_per_kwh(self, hour: int) -> float:
        """Return the logarithm of the usual intensity of an hour."""
        return log(self.level_g_per_kwh * self.ratios.ratio(hour))


class Actuals(NamedTuple):
    """The known hours of 28 days."""

    last: int
    """The newest known hour, counted since 1970-01-01T00Z."""
    g_per_kwh: Mapping[int, float]
    """Mean of each known hour. [gCO2e/kWh]"""


class Pattern(NamedTuple):
    """What actuals show beyond the typical profile, in logarithms."""

    last: int
    level: float
    same_hour: Sequence[float]
    """By hour of the day, UTC."""
    weekend: float
    biases: Sequence[float]
    """In the order of BIASES_H."""
    sigma: float
    """Standard deviation of the hours around level, hour and weekend."""

    def ln_ratio(self, hour: int) -> float:
        """Return ln(forecast / typical) of an hour."""
        horizon_h = self.horizon_h(hour)
        fading = fsum(
            bias * exp(-horizon_h / decay_h)
            for bias, (_, decay_h) in zip(self.biases, BIASES_H, strict=True)
        )
        return self.level + self.same_hour[hour % 24] + self.weekend * contrast(hour) + fading

    def horizon_h(self, hour: int) -> int:
        """Return hours since the newest actual, at least 1: an hour may be known by half."""
        return max(1, hour - self.last)


def contrast(hour: int) -> float:
    """Return what marks a weekend hour from the others, in UTC."""
    weekday = (hour // 24 + 3) % 7  # 1970-01-01 was a Thursday
    return WEEKEND if weekday >= 5 else WEEKDAY


def actuals_before(intervals: Iterable[IntensityInterval], issued_s: float) -> Actuals | None:
    """Return the hourly means of the 28 days before a moment; None if nothing is known of them.

    Args:
        intervals: Intensity of one grid and kind, in any order and of any step.
        issued_s: What ended by then counts, unless it was a forecast or typical.
            [s since 1970]

    Raises:
        InputError: An intensity that is negative, not finite, or above 10,000 g/kWh.
    """
    seconds: dict[int, float] = {}
    gram_seconds: dict[int, float] = {}
    oldest_s = issued_s - MEMORY_H * HOUR_S
    for interval in intervals:
        if not oldest_s < interval.end_s <= issued_s or interval.state not in REAL_STATES:
            continue
        g = number("intensity", interval.carbon_intensity_g_per_kwh, at_most=LARGEST_G_PER_KWH)
        for hour, inside_s in hours_in(max(oldest_s, interval.start_s), interval.end_s):
            seconds[hour] = seconds.get(hour, 0.0) + inside_s
            gram_seconds[hour] = gram_seconds.get(hour, 0.0) + inside_s * g
    if not seconds:
        return None
    return Actuals(max(seconds), {hour: gram_seconds[hour] / seconds[hour] for hour in seconds})


def pattern_of(actuals: Actuals, typical: Typical | None) -> Pattern:
    """Fit level, hour of the day, weekend and biases to the known hours.

    Args:
        actuals: The known hours.
        typical: What is usual there; None fits the actuals alone.
    """
    last, hours = actuals.last, sorted(actuals.g_per_kwh)
    left = {hour: log(max(actuals.g_per_kwh[hour], SMALLEST_G_PER_KWH)) for hour in hours}
    if typical is not None:
        left = {hour: ln_g - typical.ln_g_per_kwh(hour) for hour, ln_g in left.items()}
    level = fsum(left.values()) / (len(hours) + (LEVEL_PRIOR_H if typical else 0.0))
    left = {hour: r - level for hour, r in left.items()}
    contrasts = {hour: contrast(hour) for hour in hours}
    weekend = _weekend_of(left, contrasts)
    left = {hour: r - weekend * contrasts[hour] for hour, r in left.items()}
    same_hour = _same_hour_of(left, last)
    left = {hour: r - same_hour[hour % 24] for hour, r in left.items()}
    prior = None if typical is None else typical.ratios.sigma(last)
    return Pattern(
        last, level, same_hour, weekend, _biases_of(left, last), _sigma_of(left.values(), prior)
    )


def _weekend_of(left: Mapping[int, float], contrasts: Mapping[int, float]) -> float:
    """The slope on the contrast, by least squares with a prior of no effect."""
    squares_of_a_week = 24 * (5 * WEEKDAY**2 + 2 * WEEKEND**2)
    squares = fsum(contrast * contrast for contrast in contrasts.values())
    products = fsum(contrasts[hour] * r for hour, r in left.items())
    return products / (squares + WEEKEND_PRIOR_WEEKS * squares_of_a_week)


def _same_hour_of(left: Mapping[int, float], last: int) -> list[float]:
    """Weighted means by hour of the day, newer days first; they sum to 0 over a day."""
    weights, sums = [SAME_HOUR_PRIOR_DAYS] * 24, [0.0] * 24
    for hour, r in left.items():
        weight = 0.5 ** ((last - hour) / SAME_HOUR_HALF_LIFE_H)
        weights[hour % 24] += weight
        sums[hour % 24] += weight * r
    means = [total / weight for total, weight in zip(sums, weights, strict=True)]
    mean = fsum(means) / 24
    return [of_hour - mean for of_hour in means]


def _biases_of(left: Mapping[int, float], last: int) -> list[float]:
    means = []
    for window_h, _ in BIASES_H:
        inside = [left[h] for h in range(last - window_h + 1, last + 1) if h in left]
        means.append(fsum(inside) / len(inside))  # never empty: the newest hour is known
    return [mean - longer for mean, longer in zip(means, [*means[1:], 0.0], strict=True)]


def _sigma_of(left: Iterable[float], prior: float | None) -> float:
    squares = [r * r for r in left]
    weight = 0.0 if prior is None else SIGMA_PRIOR_H
    total = fsum(squares) + weight * (prior or 0.0) ** 2
    return max(SMALLEST_SIGMA, sqrt(total / (len(squares) + weight)))


def forecast_of_hour(
    pattern: Pattern, typical: Typical | None, errors: ErrorTable
) -> Callable[[int], Range]:
    """Return a function that gives the forecast of an hour, in gCO2e/kWh, with its interval."""

    def of_hour(hour: int) -> Range:
        ln_typical = 0.0 if typical is None else typical.ln_g_per_kwh(hour)
        value = exp(ln_typical + pattern.ln_ratio(hour))
        error = errors.at(pattern.horizon_h(hour))
        low, high = (
            value * exp(sigmas * pattern.sigma) for sigmas in (error.low_sigmas, error.high_sigmas)
        )
        return Range(value, low, high)

    return of_hour
