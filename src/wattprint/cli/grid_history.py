"""`wattprint grid history`: the intensity of a zone in the past."""

from typing import Any

import click

from wattprint.cli.grid_asking import Asking, asking_options, opened, require_basis
from wattprint.cli.grid_printing import print_rows, print_summary, series_dict
from wattprint.cli.moments import parsed_window
from wattprint.cli.options import home_option, json_option
from wattprint.cli.output import print_json
from wattprint.cli.progress import waiting
from wattprint.domain.gaps import RULES, filled


@click.command(epilog="Example: wattprint grid history DE --start 7d")
@click.argument("zone", required=False)
@click.option("--start", metavar="TIME", help="A date, or how long ago: 7d. [default: 24h]")
@click.option("--end", metavar="TIME", help="A date, or how long ago. [default: now]")
@click.option(
    "--fill",
    metavar="|".join(RULES),
    default="none",
    help="Rule that fills gaps; what it filled is said. [default: none]",
)
@asking_options
@home_option
@json_option
def history(
    *,
    zone: str | None,
    start: str | None,
    end: str | None,
    fill: str,
    home: str | None,
    as_json: bool,
    **asked: Any,
) -> None:
    """Show the intensity of ZONE from --start to --end, hour by hour.

    Times are UTC unless they say another offset. On a terminal many rows become means; piped or
    with --json every row is printed.
    """
    asking = Asking(**asked)
    with opened(home, asking, zone) as grid:
        start_s, end_s = parsed_window(start, end, grid.now_s)
        wanted = grid.wanted(zone, asking)
        with waiting(f"Asking {wanted.provider.name} ...", shown=not as_json):
            series = grid.lookup.history(wanted, start_s, end_s)
    series = require_basis(series, asking).touching(start_s, end_s)
    if fill != "none":
        series = filled(series, fill, start_s, end_s)
    share = series.coverage(start_s, end_s)
    if as_json:
        print_json({"coverage": share, **series_dict(series)})
        return
    print_summary(series, start_s, end_s)
    print_rows(series)
