"""Intensity of the hours of some work, for the commands that charge by them."""

import os
from collections.abc import Callable, Mapping
from typing import Any

import click

from wattprint.cli.options import Command, with_options
from wattprint.cli.output import say
from wattprint.cli.progress import waiting
from wattprint.domain.errors import (
    ContradictionError,
    InputError,
    UnknownNameError,
    WattprintError,
)
from wattprint.domain.series import IntensitySeries

ASKED = ("by_hour", "provider", "series_file")
"""What the options below are called."""


def by_hour_options(command: Command) -> Command:
    """Add the options that charge energy at the intensity of its own hours."""
    options = (
        click.option(
            "--by-hour/--by-year",
            "by_hour",
            default=None,
            help="Charge each hour at its own intensity, or all at the year's mean; the other "
            "figure stands beside it. [default: by hour where a grid service is set up, see "
            "`wattprint grid sources`]",
        ),
        click.option(
            "--provider",
            metavar="NAME",
            help="Grid service that says the intensity of the hours. [default: the first one set "
            "up that has the zone, else typical profiles]",
        ),
        click.option(
            "--series-file",
            metavar="PATH",
            help="CSV or Parquet file of time stamps and g/kWh that says it instead.",
        ),
    )
    return with_options(command, options)


def _say_year(error: Exception) -> None:
    say(f"wattprint: the year's mean is used: {error}")


def series_of(
    place: Mapping[str, Any],
    window: tuple[float, float] | None,
    said: Mapping[str, Any],
    home: str | None = None,
    *,
    failed: Callable[[Exception], None] = _say_year,
) -> IntensitySeries | None:
    """Return the intensity of the hours of some work, or None where the year's mean is meant.

    Without --by-hour a service that does not answer leaves the year's mean, and a line says so.

    Args:
        place: `zone`, `region`, `intensity` and `basis`, as they were given or recorded.
        window: Start and end in seconds since 1970; None where no time is known.
        said: The options of `by_hour_options`, by their names in `ASKED`.
        home: Home folder of settings and cache.
        failed: Says in place of that line why the hours are not to be had.

    Raises:
        InputError: The hours were asked for and are not to be had.
    """
    asked = is_by_hour_asked(said)
    if said["by_hour"] is False:
        _refuse_beside_year(said)
        return None
    if window is None or not has_hours(place, window):
        if asked:
            raise _no_hours(place, window)
        return None
    try:
        if not (asked or _is_service_set_up(home)):
            return None
        with waiting("Asking for the intensity of the hours ...", shown=asked):
            return _found(place, window, said, home, is_asked=asked)
    except (WattprintError, OSError) as error:
        if asked or isinstance(error, UnknownNameError):
            raise  # a wrong place is refused by whoever accounts for it, too
        failed(error)
        return None


def has_hours(place: Mapping[str, Any], window: tuple[float, float] | None) -> bool:
    """Whether somebody could be asked for the hours of some work: its grid and time are known.

    Args:
        place: `zone`, `region` and `intensity`, as they were given or recorded.
        window: Start and end in seconds since 1970; None where no time is known.

    Raises:
        UnknownNameError: A region that does not exist.
    """
    return place.get("intensity") is None and window is not None and bool(_zones(place))


def is_by_hour_asked(said: Mapping[str, Any]) -> bool:
    """Whether the hours were asked for, so that nothing else will do."""
    is_named = said["provider"] is not None or said["series_file"] is not None
    return bool(said["by_hour"]) or (said["by_hour"] is None and is_named)


def _is_service_set_up(home: str | None) -> bool:
    from wattprint.grid.settings import load_settings  # TOML, only for a place without an intensity
    from wattprint.ledger.home import home_folder

    return bool(load_settings(home_folder(home), os.environ).order)


def _found(
    place: Mapping[str, Any],
    window: tuple[float, float],
    said: Mapping[str, Any],
    home: str | None,
    *,
    is_asked: bool,
) -> IntensitySeries | None:
    # The services, their cache and the profiles load when hours are charged, not before.
    from wattprint.cli.grid_asking import FALLBACK, Asking, opened, require_basis

    asking = Asking(said["provider"], said["series_file"], "average", place.get("basis"))
    zones = _zones(place)
    with opened(home, asking, zones[0] if said["series_file"] else None) as grid:
        for zone in zones:
            try:
                wanted = grid.wanted(zone, asking)
                if not is_asked and wanted.provider.name == FALLBACK.name:
                    return None
                series = grid.lookup.history(wanted, *window)
            except InputError:
                if zone == zones[-1]:
                    raise
                continue
            return require_basis(series, asking)
    return None


def _zones(place: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the zones that stand for a place, the finest first."""
    from wattprint.grid.place import Place

    zone, region = place.get("zone"), place.get("region")
    if zone is None and region is None:
        return ()
    return Place(zone, region, "option").zones


def _refuse_beside_year(said: Mapping[str, Any]) -> None:
    for name in ("provider", "series_file"):
        if said[name] is not None:
            option = name.replace("_", "-")
            raise ContradictionError(
                f"--{option} is {said[name]!r} beside --by-year", "give one of the two"
            )


def _no_hours(place: Mapping[str, Any], window: tuple[float, float] | None) -> InputError:
    if window is None:
        return InputError(
            "the hours of the work are not known", "expected --start and --end, or a tracked run"
        )
    if place.get("intensity") is not None:
        return ContradictionError(
            f"intensity is {place['intensity']!r} beside --by-hour",
            "the one given holds for all hours: give one of the two",
        )
    return InputError("no place is given", "expected --zone or --region, whose hours are charged")
