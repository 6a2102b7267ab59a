"""The footprint of a recorded run, as the options of a command ask for it."""

from typing import Any

from wattprint.cli.by_hour import ASKED, series_of
from wattprint.cli.hosts import host_named
from wattprint.cli.places import PLACE, found_place
from wattprint.domain.footprint import Footprint
from wattprint.domain.run import RunRecord
from wattprint.estimator.by_hour import bounds_of_run
from wattprint.estimator.tracked import footprint_of_run


def asked_footprint(run: RunRecord, said: dict[str, Any], home: str | None) -> Footprint:
    """Return the footprint of a run under what was said on the command line.

    Args:
        run: The run's record.
        said: Options of the place, the host, the hours and the rest, by their names.
        home: Home folder of profiles, settings and cache.

    Raises:
        InputError: Anything said that is unknown, impossible or contradictory.
    """
    options = dict(said)
    hours = {name: options.pop(name) for name in ASKED}
    host = host_named(options.pop("host"), home)
    if not any(run.place.get(name) is not None for name in PLACE):
        options |= found_place(options)
    is_said = any(options.get(name) is not None for name in PLACE)
    place = {name: (options if is_said else run.place).get(name) for name in PLACE}
    place["basis"] = options.get("basis")
    series = series_of(place, bounds_of_run(run), hours, home)
    return footprint_of_run(run, host=host, series=series, **options)


def hourly_footprint(run: RunRecord, home: str | None) -> Footprint:
    """Return the footprint of a run by the hour, at the place that it recorded.

    Raises:
        InputError: It recorded no place, or the hours are not to be had.
    """
    said = {"by_hour": True, "provider": None, "series_file": None, "host": None}
    return asked_footprint(run, said, home)
