"""`wattprint grid compare`: several zones side by side."""

from typing import Any, NamedTuple

import click

from wattprint.cli.grid_asking import Asking, Grid, asking_options, opened, require_basis
from wattprint.cli.grid_printing import UNIT, series_dict, signal_words, times
from wattprint.cli.moments import parsed_window
from wattprint.cli.options import home_option, json_option
from wattprint.cli.output import print_json, print_table, say
from wattprint.cli.progress import with_progress
from wattprint.domain import units
from wattprint.domain.errors import WattprintError
from wattprint.domain.series import IntensitySeries
from wattprint.grid.answers import rfc3339


class _Compared(NamedTuple):
    """One zone: its series and mean, or why there is none."""

    zone: str
    series: IntensitySeries | None
    mean_g_per_kwh: float
    coverage: float
    reason: str


@click.command(
    epilog="Example: WATTPRINT_GRID_PROVIDERS=gb wattprint grid compare GB GB-SCT GB-WLS"
)
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
        compared = [_compared(grid, zone, asking, window) for zone in asked_once]
    known = [one for one in compared if one.series is not None]
    signals = {signal_words(one.series) for one in known if one.series is not None}
    if len(signals) == 1:
        compared.sort(key=lambda one: (one.series is None, one.mean_g_per_kwh))
    if as_json:
        print_json({"is_comparable": len(signals) == 1, "zones": [_dict(c) for c in compared]})
    else:
        print_table(("zone", UNIT, "kind", "time", "by, or why not"), map(_cells, compared))
    if len(signals) > 1:
        say("wattprint: not ranked: these intensities are of unlike kind or basis.")
    return None if known else 1


def _compared(
    grid: Grid, zone: str, asking: Asking, window: tuple[float, float] | None
) -> _Compared:
    try:
        wanted = grid.wanted(zone, asking)
        if window is None:
            series = grid.lookup.now(wanted)
            mean, share = series.intervals[0].carbon_intensity_g_per_kwh, 1.0
        else:
            series = grid.lookup.history(wanted, *window)
            mean, share = series.mean_and_share(*window)
        return _Compared(zone, require_basis(series, asking), mean, share, "")
    except WattprintError as error:
        return _Compared(zone, None, 0.0, 0.0, str(error))


def _cells(one: _Compared) -> tuple[str, str, str, str, str]:
    if one.series is None:
        return one.zone, "-", "", "", one.reason
    series = one.series
    when = times(series.start_s, series.end_s)
    if one.coverage < 1:
        when += f", {100 * one.coverage:.3g} % covered"
    return one.zone, units.plain(one.mean_g_per_kwh), signal_words(series), when, series.provider


def _dict(one: _Compared) -> dict[str, Any]:
    if one.series is None:
        return {"zone": one.zone, "g_per_kwh": None, "reason": one.reason}
    described = series_dict(one.series)
    del described["intervals"]
    return {
        **described,
        "zone": one.zone,
        "start": rfc3339(one.series.start_s),
        "end": rfc3339(one.series.end_s),
        "g_per_kwh": one.mean_g_per_kwh,
        "coverage": one.coverage,
    }
