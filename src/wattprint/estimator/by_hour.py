"""Emissions at the intensity of the hours in which energy was used, beside those at a year's mean.

Which series of intensities is taken is for others to find; here it is only charged.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from wattprint.domain import units
from wattprint.domain.derived import Derived
from wattprint.domain.errors import InputError
from wattprint.domain.evidence import Evidence, Method
from wattprint.domain.footprint import Footprint
from wattprint.domain.hours import ChargedHours, joined
from wattprint.domain.interval import Range, exact, product, relative
from wattprint.domain.moments import seconds_since_1970
from wattprint.domain.run import RunRecord
from wattprint.domain.series import Charge, EnergyInterval, IntensitySeries
from wattprint.estimator.market import INTENSITY_UNIT
from wattprint.estimator.place import Place, find_place
from wattprint.factors.conventions import convention
from wattprint.factors.grid_services import grid_services

FILE = "file"
"""The provider whose figures are the user's own."""
MOST_YEARS = 2
"""How far the year of a mean may be from that of the hours: grids change more than hours save."""
ALL = 0.9995
"""Share of the energy from which a series covers all of it, as far as is said."""


def place_by_hour(place: Place, series: IntensitySeries, energy: Iterable[EnergyInterval]) -> Place:
    """Return a place whose intensity is the mean over the energy, each part at its own time.

    What the series does not cover is charged at the year's mean, and the share is said.

    Args:
        place: The place, with the year's mean.
        series: Intensities of its grid.
        energy: When the energy was used; only its shape counts.

    Raises:
        InputError: A marginal series, one that covers nothing, or gaps where no year's mean is
            known.
    """
    if series.kind != "average":
        raise InputError(
            f"series of {series.zone} by {series.provider or 'nobody'} is {series.kind}",
            "expected an average one: location-based emissions are those of the average grid",
        )
    energy = list(energy)
    charge = series.charge(energy, partly=True)
    if charge.covered_kwh <= 0:
        raise InputError(
            f"series of {series.zone} covers none of the energy",
            "expected one of the time of the work, and work that used some",
        )
    return place_at_hours(place, _charged(series, charge, energy))


def place_at_hours(place: Place, hours: ChargedHours) -> Place:
    """Return a place whose intensity is the mean of hours that some energy was charged at before.

    Args:
        place: The place, with the year's mean, which holds for what the hours do not cover.
        hours: The hours.

    Raises:
        InputError: They leave gaps, and no year's mean is known.
    """
    if hours.coverage < ALL and place.intensity.amount is None:
        raise InputError(
            f"series of {hours.zone} covers {hours.coverage:.1%} of the energy",
            "expected all of it, or a zone whose yearly mean fills the gaps",
        )
    return place._replace(intensity=_evidence(hours, place), hours=hours)


def _charged(
    series: IntensitySeries, charge: Charge, energy: Sequence[EnergyInterval]
) -> ChargedHours:
    """Return what the energy was charged at, as the footprint carries it."""
    start_s, end_s = min(part.start_s for part in energy), max(part.end_s for part in energy)
    touched = [
        interval._replace(low_g_per_kwh=None, high_g_per_kwh=None)
        for interval in series.touching(start_s, end_s)
    ]
    kept, many = joined(touched)
    return ChargedHours(
        series.zone,
        series.provider,
        series.basis,
        charge.coverage,
        _mean(charge),
        kept,
        many,
        series.notes,
    )


def _evidence(hours: ChargedHours, place: Place) -> Evidence:
    yearly = place.intensity
    service = grid_services().get(hours.provider)
    states = ", ".join(dict.fromkeys(interval.state for interval in hours.intervals))
    words = [f"{hours.zone}: by the hours of the work, {hours.basis}, {states}", *hours.notes]
    amount = hours.mean_g_per_kwh
    if hours.coverage < ALL and yearly.amount is not None:
        other = f", of another basis, {place.basis}" if _is_other_basis(place, hours) else ""
        words.append(
            f"the series covers {hours.coverage:.1%} of the energy, the rest is at the year's mean"
            f"{other}"
        )
        amount = _mixed(amount, yearly.amount, hours.coverage)
    return Evidence(
        "carbon_intensity",
        amount,
        INTENSITY_UNIT,
        Method.GIVEN if hours.provider == FILE else Method.MODELLED,
        "user" if service is None else service.source,
        None if service is None else service.year,
        "; ".join(words),
    )


def _mean(charge: Charge) -> Range:
    """Return the mean over the covered energy; what services say differs as sources do."""
    mean = charge.emissions_g / charge.covered_kwh
    if charge.low_g is not None and charge.high_g is not None and mean > 0:
        low, high = (grams / charge.covered_kwh for grams in (charge.low_g, charge.high_g))
        return Range(mean, min(low, mean) or mean, max(high, mean))
    apart = convention("intensity_source").amount
    return relative(mean, apart.low, apart.high) if mean > 0 else exact(0.0)


def _mixed(covered: Range, yearly: Range, share: float) -> Range:
    """Return the mean of two intensities by their shares: the sides add, as for a shared cause."""
    pairs = zip(covered.as_tuple(), yearly.as_tuple(), strict=True)
    value, low, high = (share * one + (1 - share) * other for one, other in pairs)
    return Range(value, low, high)


def with_year_mean(
    footprint: Footprint, place: Place, hours: ChargedHours, asked: Mapping[str, Any]
) -> Footprint:
    """Return a footprint charged by hour with its hours, and its figure at the year's mean.

    Only means of one basis are compared: what power plants emit is less than what their whole life
    does, and no hour saved the difference.

    Args:
        footprint: Its intensity is that of its hours.
        place: The place, with the year's mean.
        hours: The hours.
        asked: By what the place was found, any of `PLACE_INPUTS`.
    """
    by_hour = footprint.emissions_kg.location_based
    if by_hour is None:
        return footprint
    footprint = footprint._replace(hours=hours._replace(at_year_mean_kg=None))
    charged = footprint.energy_kwh.facility or footprint.energy_kwh.it
    yearly = _comparable(place, hours, asked)
    row = yearly._replace(quantity="carbon_intensity_year_mean")
    if yearly.amount is None or charged is None:
        rows = () if place.intensity.amount is None else (row,)
        return footprint._replace(evidence=(*footprint.evidence, *rows))
    at_mean = _at_mean(charged, yearly.amount, place, hours)
    return footprint._replace(
        derived=(*footprint.derived, *_beside(by_hour, at_mean, yearly)),
        evidence=(*footprint.evidence, row),
        hours=hours._replace(at_year_mean_kg=at_mean.value),
    )


def _is_other_basis(place: Place, hours: ChargedHours) -> bool:
    return place.basis not in (None, hours.basis)


def _comparable(place: Place, hours: ChargedHours, asked: Mapping[str, Any]) -> Evidence:
    """Return the year's mean that hours can be compared with; missing where there is none."""
    found = place
    if _is_other_basis(place, hours):
        where = {name: asked.get(name) for name in ("zone", "region", "year")}
        try:
            found = find_place(basis=hours.basis, **where)
        except InputError:
            return _nothing(f"the year's mean is of another basis, {place.basis}")
    year, asked_year = found.intensity.year, asked.get("year")
    if year is not None and asked_year is not None and abs(asked_year - year) > MOST_YEARS:
        return _nothing(f"the year's mean, {found.basis}, is that of {year}")
    return found.intensity


def _nothing(why: str) -> Evidence:
    words = f"{why}: nothing is compared"
    return Evidence("carbon_intensity", None, INTENSITY_UNIT, Method.MISSING, "", None, words)


def _at_mean(charged: Range, yearly: Range, place: Place, hours: ChargedHours) -> Range:
    """Return emissions at the year's mean; gaps are on both sides what they were charged at."""
    filled = place.intensity.amount
    if _is_other_basis(place, hours) and hours.coverage < ALL and filled is not None:
        yearly = _mixed(yearly, filled, hours.coverage)
    grams = charged.value * yearly.value
    return product(charged, yearly, value=grams / units.GRAMS_PER_KILOGRAM)


def _beside(by_hour: Range, at_mean: Range, yearly: Evidence) -> list[Derived]:
    rows = [Derived("emissions_at_year_mean", at_mean, "kgCO2e", yearly.method, yearly.note)]
    if at_mean.value > 0:
        ratio = by_hour.value / at_mean.value
        words = (
            f"{'more' if ratio >= 1 else 'less'} by {abs(ratio - 1):.1%} than at the year's mean"
        )
        rows.append(Derived("by_hour_over_year_mean", exact(ratio), "ratio", yearly.method, words))
    return rows


def energy_of_run(run: RunRecord, static_w: float = 0.0) -> list[EnergyInterval]:
    """Return when a run used its energy: chips as they were read, static power all the time.

    A reading spans the intervals before it in which its device could not be read. Time that the
    machine slept lies between the intervals, and nothing is used in it.

    Args:
        run: The run's record.
        static_w: Static power of its machine. [W]
    """
    moments = _wall_times(run)
    parts: list[EnergyInterval] = []
    for i in range(len(run.devices)):
        since_s: float | None = None
        for interval, (start_s, end_s) in zip(run.intervals, moments, strict=True):
            since_s = start_s if since_s is None else since_s
            used_uj = interval.energy_uj[i]
            if used_uj is not None and end_s > since_s:
                joules = used_uj / units.MICROJOULES_PER_JOULE
                parts.append(EnergyInterval(since_s, end_s, joules / units.JOULES_PER_KWH))
                since_s = None
    if static_w > 0:
        kwh_per_s = static_w / units.JOULES_PER_KWH
        parts += [EnergyInterval(a, b, kwh_per_s * (b - a)) for a, b in moments if b > a]
    return parts


def _wall_times(run: RunRecord) -> list[tuple[float, float]]:
    """Return start and end of each interval in seconds since 1970, the machine's sleep between."""
    began_s = seconds_since_1970("started_at", run.started_at)
    slept_s = 0.0
    moments = []
    for interval in run.intervals:
        slept_s += interval.suspended_s
        start_s = began_s + interval.start_s + slept_s
        moments.append((start_s, began_s + interval.end_s + slept_s))
    return moments


def bounds_of_run(run: RunRecord) -> tuple[float, float] | None:
    """Return start and end of a run in seconds since 1970; None for one without a reading."""
    moments = _wall_times(run)
    return (moments[0][0], moments[-1][1]) if moments else None
