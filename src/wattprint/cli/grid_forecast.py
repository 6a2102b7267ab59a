"""`wattprint grid forecast`: the intensity of a zone in the hours to come."""

from typing import Any

import click

from wattprint.cli.grid_asking import Asking, asking_options, opened, require_basis
from wattprint.cli.grid_printing import print_rows, print_summary, series_dict
from wattprint.cli.options import home_option, json_option
from wattprint.cli.output import print_json
from wattprint.cli.progress import waiting
from wattprint.grid.own_forecast import own_forecast

_MOST_HOURS = 24 * 14


@click.command(epilog="Example: wattprint grid forecast FR --hours 48")
@click.argument("zone", required=False)
@click.option(
    "--hours",
    type=click.IntRange(1, _MOST_HOURS),
    default=24,
    metavar="N",
    help="How far to look ahead. [default: 24]",
)
@asking_options
@home_option
@json_option
def forecast(
    *, zone: str | None, hours: int, home: str | None, as_json: bool, **asked: Any
) -> None:
    """Show the newest forecast of ZONE's intensity.

    A forecast that ends before --hours are over says so. It is kept with the time at which it was
    issued; what is known later does not replace it. Where the provider makes none, as a file or
    ENTSO-E, its last four weeks and the typical profile are carried on, with the error to expect.
    """
    asking = Asking(**asked)
    with opened(home, asking, zone) as grid:
        wanted = grid.wanted(zone, asking)
        with waiting(f"Asking {wanted.provider.name} ...", shown=not as_json):
            if wanted.provider.longest_forecast_h:
                found = grid.lookup.forecast(wanted, hours)
            else:
                found = own_forecast(grid.lookup, wanted, hours, grid.now_s)
        series = require_basis(found, asking)
    if as_json:
        print_json(series_dict(series))
        return
    print_summary(series, series.start_s, series.end_s)
    print_rows(series)
