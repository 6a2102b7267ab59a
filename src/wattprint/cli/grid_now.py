"""`wattprint grid now`: the intensity of a zone."""

from typing import Any

import click

from wattprint.cli.grid_asking import Asking, asking_options, opened, require_basis
from wattprint.cli.grid_printing import (
    UNIT,
    mean_of,
    print_provenance,
    series_dict,
    signal_words,
    times,
)
from wattprint.cli.options import home_option, json_option
from wattprint.cli.output import print_json
from wattprint.cli.progress import waiting


@click.command(epilog="Example: wattprint grid now FR")
@click.argument("zone", required=False)
@asking_options
@home_option
@json_option
def now(*, zone: str | None, home: str | None, as_json: bool, **asked: Any) -> None:
    """Show the intensity of ZONE now, by the provider's newest figure.

    Without ZONE that of the place found by `wattprint grid where`.
    """
    asking = Asking(**asked)
    with opened(home, asking, zone) as grid:
        wanted = grid.wanted(zone, asking)
        with waiting(f"Asking {wanted.provider.name} ...", shown=not as_json):
            series = require_basis(grid.lookup.now(wanted), asking)
    if as_json:
        print_json(series_dict(series))
        return
    interval = series.intervals[0]
    mean = mean_of(series, interval.start_s, interval.end_s)
    click.echo(f"{series.zone}: {mean.words} {UNIT}, {signal_words(series)}")
    click.echo(f"  {times(interval.start_s, interval.end_s)}, {interval.state}")
    print_provenance(series)
