"""Typical intensity of a zone, hour by hour, for when no service is configured.

The yearly mean of the zone times the ratio that the month, hour and kind of day have had. There is
no weather in it: it is marked modelled, and its interval is as wide as other years' weather was.
"""

from collections.abc import Callable
from datetime import datetime
from math import fsum, log
from typing import NamedTuple

from wattprint.domain.checks import text
from wattprint.domain.evidence import Method
from wattprint.domain.interval import Range, product, relative
from wattprint.factors.conventions import convention, years_apart
from wattprint.factors.profiles import HOURS_PER_CLASS, Profile, profiles
from wattprint.factors.zones import YearlyIntensity, intensities, zones
from wattprint.grid.hours import (
    HOUR_S,
    CalendarHour,
    a_year,
    calendar_of,
    mean_over,
    seconds_of,
    steps_over,
    utc,
    window_s,
)

KIND = "average"
"""Profiles are made of average intensities: what is marginal is not in them."""
NORMAL_95 = 1.6449
"""Standard deviations from the median to the 95th percentile of a normal distribution."""


class Outlook(NamedTuple):
    """Modelled intensity over half-open UTC intervals of one step, each with its 90 % interval."""

    zone: str
    start: datetime
    """Start of the first interval, UTC."""
    step_s: int
    """Interval i is [start + i x step, start + (i + 1) x step). [s]"""
    carbon_intensity_g_per_kwh: tuple[float, ...]
    low_g_per_kwh: tuple[float, ...]
    high_g_per_kwh: tuple[float, ...]
    kind: str
    basis: str
    method: Method
    source: str
    """Key of the source of the level."""
    year: int
    """Year that the level speaks of."""
    note: str


class TypicalRatios:
    """The ratios of a profile by the hour, scaled so that each calendar year's mean is 1."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self._mean_of_year: dict[int, float] = {}
        self._ratio: dict[int, float] = {}

    def ratio(self, hour: int) -> float:
        """Return the usual intensity of an hour over the mean of its calendar year.

        Args:
            hour: Whole hours since 1970-01-01T00Z.
        """
        if hour not in self._ratio:
            self._ratio[hour] = self._ratio_of(calendar_of(hour))
        return self._ratio[hour]

    def _ratio_of(self, at: CalendarHour) -> float:
        if at.year not in self._mean_of_year:
            self._mean_of_year[at.year] = self.profile.mean_of_year(at.year)
        return self.profile.of_day(at.month, at.weekday)[at.hour] / self._mean_of_year[at.year]

    def scatter(self, hour: int) -> Range:
        """Return the interval of real over usual intensity in an hour of an unseen year."""
        at = calendar_of(hour)
        quarter = at.hour // HOURS_PER_CLASS
        low, high = self.profile.low[at.month - 1], self.profile.high[at.month - 1]
        return Range(1.0, low[quarter], high[quarter])

    def sigma(self, hour: int) -> float:
        """Return the standard deviation of ln(real / usual) that the month's scatter implies."""
        month = calendar_of(hour).month - 1
        bounds = list(zip(self.profile.low[month], self.profile.high[month], strict=True))
        return fsum(log(high / low) for low, high in bounds) / (2 * NORMAL_95 * len(bounds))


class TypicalLevel(NamedTuple):
    """The yearly mean that scales a profile."""

    figure: YearlyIntensity
    amount: Range
    """The mean with the spread of sources and years. [gCO2e/kWh]"""


def typical_ratios(zone: str) -> TypicalRatios:
    """Return the ratios of a zone, named by code or in English.

    Raises:
        UnknownNameError: No such zone, or one without a profile.
    """
    return TypicalRatios(profiles().find(zones().find(text("zone", zone)).zone))


def typical_level(profile: Profile, *, year: int) -> TypicalLevel:
    """Return the yearly mean of a profile's zone, on the basis of the profile.

    Args:
        profile: The profile to scale.
        year: Year; the nearest one in the tables is taken, with an interval that grows with its
            distance.

    Raises:
        InputError: A year outside 1990 to 2050, or no yearly mean on that basis.
    """
    year = a_year(year)
    zone = profile.zone
    figure = intensities(zone).find([zone], year=year, basis=profile.basis)
    amount = product(
        convention("intensity_source").amount,
        years_apart(abs(figure.year - year)),
        value=figure.carbon_intensity_g_per_kwh,
    )
    return TypicalLevel(figure, amount)


def typical_ratio(zone: str, moment: datetime) -> Range:
    """Return the usual intensity of an hour over the mean of its year, with its scatter.

    Args:
        zone: Code or English name.
        moment: A moment in that hour, with its UTC offset.

    Raises:
        UnknownNameError: No such zone, or one without a profile.
        InputError: A moment without its UTC offset, or outside 1990 to 2050.
    """
    hour = int(seconds_of("moment", moment) // HOUR_S)
    ratios = typical_ratios(zone)
    scatter = ratios.scatter(hour)
    return relative(ratios.ratio(hour), scatter.low, scatter.high)


def typical_series(
    zone: str, start: datetime, end: datetime, *, year: int | None = None, step_s: int = HOUR_S
) -> Outlook:
    """Return the usual intensity of a zone over a window, at the level of a year.

    Args:
        zone: Code or English name.
        start: Start, with its UTC offset; the first interval is the one that holds it.
        end: End, not included, with its UTC offset.
        year: Year whose mean is the level; None takes that of the start.
        step_s: Length of an interval, which divides a day. [s]

    Returns:
        Intensity of every interval that the window touches. [gCO2e/kWh]

    Raises:
        UnknownNameError: No such zone, or one without a profile.
        InputError: An empty window, a moment without its UTC offset, a step that does not divide
            a day, more than 600,000 steps.

    Source:
        The table intensity_profiles; docs/profiles.md says how it is made and how well it holds.
    """
    start_s, end_s = window_s(start, end)
    starts_s = steps_over(start_s, end_s, step_s)
    ratios = typical_ratios(zone)
    level = typical_level(ratios.profile, year=utc(start_s).year if year is None else year)
    return outlook_of(
        typical_hours(ratios, level.amount),
        starts_s,
        zone=ratios.profile.zone,
        kind=KIND,
        basis=ratios.profile.basis,
        source=level.figure.source,
        year=level.figure.year,
        note=(
            f"typical hours of {ratios.profile.zone}, no weather: mean of {level.figure.year} "
            f"({level.figure.source}), shape of {', '.join(ratios.profile.series)}"
        ),
    )


def outlook_of(
    of_hour: Callable[[int], Range],
    starts_s: range,
    *,
    zone: str,
    kind: str,
    basis: str,
    source: str,
    year: int,
    note: str,
) -> Outlook:
    """Return the means over intervals of one step of what is modelled by the hour."""
    step_s = starts_s.step
    ranges = [mean_over(of_hour, start_s, start_s + step_s) for start_s in starts_s]
    return Outlook(
        zone=zone,
        start=utc(starts_s[0]),
        step_s=step_s,
        carbon_intensity_g_per_kwh=tuple(g.value for g in ranges),
        low_g_per_kwh=tuple(g.low for g in ranges),
        high_g_per_kwh=tuple(g.high for g in ranges),
        kind=kind,
        basis=basis,
        method=Method.MODELLED,
        source=source,
        year=year,
        note=note,
    )


def typical_hours(ratios: TypicalRatios, level: Range) -> Callable[[int], Range]:
    """Return a function that gives level x ratio of an hour, in gCO2e/kWh, with both spreads."""
    spreads: dict[Range, Range] = {}

    def of_hour(hour: int) -> Range:
        scatter = ratios.scatter(hour)
        if scatter not in spreads:
            spreads[scatter] = product(level, scatter)
        spread, ratio = spreads[scatter], ratios.ratio(hour)
        return Range(*(ratio * bound for bound in spread.as_tuple()))

    return of_hour
