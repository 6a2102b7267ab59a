"""`wattprint grid compare`: several zones side by side."""

from typing import Any, NamedTuple

import click

from wattprint.cli.grid_asking import Asking, Grid, asking_options, opened, require_basis
from wattprint.cli.grid_printing import (
    UNIT,
    Mean,
    mean_of,
    series_dict,
    signal_words,
    times,
)
from wattprint.cli.moments import parsed_window
from wattprint.cli.options import home_option, json_option
from wattprint.cli.output import print_json, print_table, say
from wattprint.cli.progress import with_progress
from wattprint.domain.errors import WattprintError
from wattprint.domain.series import IntensitySeries
from wattprint.grid.answers import rfc3339
from wattprint.grid.providers.typical import NAME as TYPICAL
from wattprint.grid.providers.typical import NOBODY_ASKED


class _Compared(NamedTuple):
    """One zone with its figure."""

    zone: str
    series: IntensitySeries
    mean: Mean


class _Failed(NamedTuple):
    """One zone without a figure."""

    zone: str
    reason: str


@click.command(epilog="Example: wattprint grid compare FR DE US-CAL-CISO")
@click.argument("zones", nargs=-1, required=True)
@click.option("--start", metavar="TIME", help="A date, or how long ago: 7d. [default: now alone]")
@click.option("--end", metavar="TIME", help="A date, or how long ago. [default: now]")
@asking_options
@home_option
@json_option
def compare(
    *,
    zones: tuple[str, ...],
    start: str | None,
    end: str | None,
    home: str | None,
    as_json: bool,
    **asked: Any,
) -> int | None:
    """Show the intensity of ZONES now, or its mean from --start to --end, the lowest first.

    A zone without a figure is listed with the reason. Intensities of unlike kind or basis are not
    ranked. Exit status 1 if no zone has a figure.
    """
    asking = Asking(**asked)
    with opened(home, asking) as grid:
        window = parsed_window(start, end, grid.now_s) if start or end else None
        asked_once = with_progress(list(dict.fromkeys(zones)), "Asking")
        answers = [_compared(grid, zone, asking, window) for zone in asked_once]
    known = [one for one in answers if isinstance(one, _Compared)]
    failed = [one for one in answers if isinstance(one, _Failed)]
    is_comparable = len({signal_words(one.series) for one in known}) == 1
    if is_comparable:
        known.sort(key=lambda one: one.mean.g_per_kwh)
    if as_json:
        rows = [*map(_dict, known), *({**one._asdict(), "g_per_kwh": None} for one in failed)]
        print_json({"is_comparable": is_comparable, "zones": rows})
    else:
        head = ("zone", UNIT, "kind", "time", "by, or why not")
        without = ((one.zone, "-", "", "", one.reason) for one in failed)
        print_table(head, [*map(_cells, known), *without])
        if any(one.series.provider == TYPICAL for one in known):
            click.echo(f"{TYPICAL}: {NOBODY_ASKED}")
    if known and not is_comparable:
        say("wattprint: not ranked: these intensities are of unlike kind or basis.")
    return None if known else 1


def _compared(
    grid: Grid, zone: str, asking: Asking, window: tuple[float, float] | None
) -> _Compared | _Failed:
    try:
        wanted = grid.wanted(zone, asking)
        if window is None:
            series = grid.lookup.now(wanted)
            window = (series.start_s, series.end_s)
        else:
            series = grid.lookup.history(wanted, *window)
        return _Compared(zone, require_basis(series, asking), mean_of(series, *window))
    except WattprintError as error:
        return _Failed(zone, str(error))


def _cells(one: _Compared) -> tuple[str, str, str, str, str]:
    series = one.series
    when = times(series.start_s, series.end_s)
    if one.mean.coverage < 1:
        when += f", {100 * one.mean.coverage:.3g} % covered"
    return one.zone, one.mean.words, signal_words(series), when, series.provider


def _dict(one: _Compared) -> dict[str, Any]:
    described = series_dict(one.series)
    del described["intervals"]
    window = {"start": rfc3339(one.series.start_s), "end": rfc3339(one.series.end_s)}
    return {**described, "zone": one.zone, **window, **one.mean._asdict()}
