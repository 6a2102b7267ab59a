"""When described work is done: its hours by the clock, its year, and the intensity of its hours."""

from datetime import datetime, timezone
from math import isclose
from typing import Any, NamedTuple

from wattprint.domain import units
from wattprint.domain.errors import ContradictionError, InputError
from wattprint.domain.moments import seconds_since_1970
from wattprint.domain.series import EnergyInterval, IntensitySeries
from wattprint.estimator.by_hour import place_by_hour
from wattprint.estimator.place import Place

TIME_INPUTS = ("start", "end", "series")
"""What can be said of the time of work, by the names that `estimate` takes."""


class WorkTime(NamedTuple):
    """The time of some work, evenly used."""

    start: str
    """As it was given."""
    start_s: float
    end_s: float
    series: IntensitySeries | None

    def place(self, place: Place) -> Place:
        """Return the place with the intensity of these hours, if a series is known."""
        if self.series is None:
            return place
        return place_by_hour(place, self.series, [EnergyInterval(self.start_s, self.end_s, 1.0)])

    def as_dict(self) -> dict[str, Any]:
        """Return what was said of it."""
        hours = (self.end_s - self.start_s) / units.SECONDS_PER_HOUR
        return {"start": self.start, "wall_hours": hours}


def described_time(inputs: dict[str, Any]) -> WorkTime | None:
    """Take the time out of a description, and fill in the hours and the year that it gives.

    Args:
        inputs: Inputs of `estimate`; `TIME_INPUTS` are taken out, `hours` and `year` filled in
            where they were not said.

    Raises:
        InputError: No moment, an end before the start, a series or an end without a start.
        ContradictionError: Hours that are not those from start to end.
    """
    start, end, series = (inputs.pop(name) for name in TIME_INPUTS)
    if start is None:
        for name, given in (("end", end), ("series", series)):
            if given is not None:
                raise InputError(f"{name} is given without a start", "expected start beside it")
        return None
    if series is not None and not isinstance(series, IntensitySeries):
        raise InputError(f"series is {series!r}", "expected an IntensitySeries")
    start_s = seconds_since_1970("start", start)
    end_s = _end_s(start, start_s, end, inputs)
    if inputs["hours"] is None and inputs["device_hours"] is None:
        inputs["hours"] = (end_s - start_s) / units.SECONDS_PER_HOUR
    if inputs["year"] is None and inputs["intensity"] is None:
        inputs["year"] = datetime.fromtimestamp(start_s, timezone.utc).year
    return WorkTime(str(start), start_s, end_s, series)


def _end_s(start: Any, start_s: float, end: Any, inputs: dict[str, Any]) -> float:
    hours = inputs["hours"]
    if end is None:
        if hours is None:
            raise InputError(f"start is {start!r} alone", "expected end or hours beside it")
        return start_s + float(hours) * units.SECONDS_PER_HOUR
    end_s = seconds_since_1970("end", end)
    if end_s <= start_s:
        raise InputError(f"end is {end!r}, not after start {start!r}", "expected a later end")
    by_clock = (end_s - start_s) / units.SECONDS_PER_HOUR
    if hours is not None and not isclose(float(hours), by_clock, rel_tol=1e-6):
        raise ContradictionError(
            f"hours is {hours!r}, but from start to end it is {by_clock!r}", "give one of the two"
        )
    return end_s


def refuse_time_of(methodology: str, inputs: dict[str, Any]) -> None:
    """Take the time out of a description for another methodology, none of which knows of it.

    Raises:
        InputError: A time was said.
    """
    for name in TIME_INPUTS:
        if inputs.pop(name, None) is not None:
            raise InputError(
                f"{name} is given beside methodology {methodology!r}",
                "expected hours: none of these methods charges by the hour",
            )
