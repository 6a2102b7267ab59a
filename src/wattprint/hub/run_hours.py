"""The hours of a run: those that it was charged at, else the typical ones of its zone."""

from datetime import datetime, timezone
from math import ceil, fsum
from typing import NamedTuple

from wattprint.charts.run_intensity import MOST_STEPS, Course, Hour
from wattprint.domain import units
from wattprint.domain.errors import InputError
from wattprint.domain.evidence import Method
from wattprint.domain.footprint import Footprint
from wattprint.domain.hours import ChargedHours
from wattprint.domain.interval import Range, exact
from wattprint.estimator.by_hour import ALL, FILE
from wattprint.factors.zones import zones
from wattprint.grid.place import Place
from wattprint.grid.providers.typical import NAME as TYPICAL
from wattprint.hub.ingest.messages import LARGEST_MS
from wattprint.hub.places import Typical, typical_of
from wattprint.hub.run_view import RunView

_HOUR_S = 3600
_STEPS_S = (_HOUR_S, 3 * _HOUR_S, 6 * _HOUR_S, 24 * _HOUR_S)
"""Steps of typical hours: of longer runs longer ones, up to 240 days."""


_LATEST_S = LARGEST_MS / 1000
"""Hours behind it are not drawn: a hub may hold a run that an earlier version took. [s since 1970]
"""


class RunHours(NamedTuple):
    """What a run's page says of the intensity of its time."""

    title: str
    caption: str
    said: str
    course: Course | None
    """What is drawn; None where nothing is known."""


def hours_of(view: RunView) -> RunHours:
    """Return the hours of a run."""
    hours = view.footprint.hours
    found = _typical(view) if hours is None else _charged(view, hours)
    slept_s = _slept_s(view)
    if not slept_s or found.course is None:
        return found
    words = (
        f"The machine slept for {units.duration(slept_s)}: hours are by the clock, power is not."
    )
    return found._replace(said=f"{found.said} {words}")


def _charged(view: RunView, hours: ChargedHours) -> RunHours:
    said = (
        f"The energy was charged at {_whose(hours)} of {hours.zone}, {hours.basis}: "
        f"{units.plain(hours.mean_g_per_kwh.value)} gCO2e/kWh on average over the energy"
        f"{_beside(view.footprint, hours)}."
    )
    if hours.coverage < ALL:
        said += f" They cover {hours.coverage:.1%} of it; the rest is at the year's mean."
    if hours.joined > 1:
        said += f" Up to {hours.joined} neighbours are drawn, and kept, as their mean."
    drawn = [
        Hour(one.start_s, one.end_s, exact(one.carbon_intensity_g_per_kwh), one.state)
        for one in hours.intervals
    ]
    yearly = _evidence(view.footprint, "carbon_intensity_year_mean")
    course = _course(view, drawn, hours.zone, yearly)
    return RunHours(f"Intensity of the hours in {hours.zone}", "as charged", said, course)


def _whose(hours: ChargedHours) -> str:
    if hours.provider == TYPICAL:
        return "the typical intensity of its hours, modelled,"
    by = "of a file" if hours.provider == FILE else f"by {hours.provider or 'nobody named'}"
    return f"the intensity of its own hours, {by},"


def _beside(footprint: Footprint, hours: ChargedHours) -> str:
    """Say what the hours saved or cost: ', 12 % less than at the year's mean'."""
    location = footprint.emissions_kg.location_based
    if location is None or not hours.at_year_mean_kg:
        return ""
    percent = 100 * (location.value / hours.at_year_mean_kg - 1)
    if abs(percent) < 0.05:
        return ", as much as at the year's mean"
    word = "more" if percent > 0 else "less"
    return f"; emissions are {units.plain(abs(percent), 2)} % {word} than at the year's mean"


def _typical(view: RunView) -> RunHours:
    found = _typical_zone(view)
    if found is None:
        return RunHours("Intensity over time", "", _lacking(view), None)
    zone, typical = found
    charged = _evidence(view.footprint, "carbon_intensity")
    yearly = None if _is_given(view.footprint) else charged
    said = f"Typical hours of {zone}, modelled: no weather is in them."
    if charged is not None:
        what = "one that was given" if yearly is None else "the year's mean"
        said += f" The run was charged at {what}, {units.plain(charged)} gCO2e/kWh, all the time."
    drawn = _typical_hours(view, typical, yearly)
    course = _course(view, drawn, zone, yearly)
    caption = "the band holds nine of ten such hours in other years"
    return RunHours(f"Typical hours of {zone}, modelled", caption, said, course)


def _typical_hours(view: RunView, typical: Typical, yearly: float | None) -> list[Hour]:
    """Return typical hours over a run, around the year's mean that it was charged at."""
    level = typical.level.carbon_intensity_g_per_kwh
    scale = yearly / level if yearly and level else 1.0
    began_s, length_s = _began_s(view), _length_s(view)
    step_s = next(s for s in _STEPS_S if length_s <= MOST_STEPS * s)
    first = int(began_s // step_s)
    hours = []
    for start_s in range(first * step_s, ceil(began_s + length_s), step_s):
        at = datetime.fromtimestamp(start_s, timezone.utc)
        month = typical.months[at.month - 1]
        within = month.by_hour[at.hour : at.hour + step_s // _HOUR_S]
        grams = scale * fsum(within) / len(within)
        bounds = grams * month.low_ratio, grams * month.high_ratio
        amount = Range(grams, *bounds) if grams > 0 else exact(0.0)
        hours.append(Hour(start_s, start_s + step_s, amount, "typical"))
    return hours


def _lacking(view: RunView) -> str:
    """Say why there are no hours."""
    where = view.record.place.get("zone") or view.record.place.get("region")
    if where is not None and not _is_drawn(view):
        return f"Typical hours of {where} are not drawn over {units.duration(_length_s(view))}."
    if where is not None:
        return f"No typical hours of {where} are known, and the run was not charged by its own."
    if _is_given(view.footprint):
        return (
            "The run was charged at an intensity that was given, and no zone was: what its hours "
            "were like is not known."
        )
    return "No place was given, so the intensity of its hours is not known."


def _typical_zone(view: RunView) -> tuple[str, Typical] | None:
    """Return the finest zone of a run's place that has typical hours, and those."""
    zone, region = view.record.place.get("zone"), view.record.place.get("region")
    if (zone is None and region is None) or not _is_drawn(view):
        return None
    try:
        codes = [zones().find(name).zone for name in Place(zone, region, "record").zones]
    except InputError:
        return None
    found = ((code, typical_of(code)) for code in codes)
    return next(((code, typical) for code, typical in found if typical is not None), None)


def _is_drawn(view: RunView) -> bool:
    is_short = 0 < _length_s(view) <= MOST_STEPS * _STEPS_S[-1]
    return is_short and _began_s(view) + _length_s(view) <= _LATEST_S


def _course(view: RunView, hours: list[Hour], zone: str, yearly: float | None) -> Course | None:
    length_s = _length_s(view)
    return Course(hours, _began_s(view), length_s, zone, yearly) if length_s > 0 else None


def _began_s(view: RunView) -> float:
    began_ms: int = view.row["started_at_ms"]
    return began_ms / 1000


def _length_s(view: RunView) -> float:
    """Return how long a run was by the clock: its own time, and the machine's sleep."""
    run = view.record
    last_s = run.intervals[-1].end_s if run.intervals else 0.0
    return max(run.duration_s, last_s) + _slept_s(view)


def _slept_s(view: RunView) -> float:
    return sum(one.suspended_s for one in view.record.intervals)


def _is_given(footprint: Footprint) -> bool:
    return any(
        one.quantity == "carbon_intensity" and one.method is Method.GIVEN
        for one in footprint.evidence
    )


def _evidence(footprint: Footprint, quantity: str) -> float | None:
    found = [one.amount for one in footprint.evidence if one.quantity == quantity]
    return found[0].value if found and found[0] is not None else None
