"""`wattprint grid doctor`: do the keys work, and what do their plans hold?"""

from typing import Any, NamedTuple

import click

from wattprint.cli.grid_asking import Grid, opened
from wattprint.cli.options import home_option, json_option
from wattprint.cli.output import print_json, print_table
from wattprint.cli.progress import with_progress
from wattprint.domain.errors import WattprintError
from wattprint.factors.grid_services import GridService, grid_services

_SHOWN_ZONES = 8


class _Tested(NamedTuple):
    """A service, and what became of asking it."""

    service: GridService
    state: str
    says: str
    zones: tuple[str, ...]


@click.command(epilog="Example: wattprint grid doctor")
@click.option("--provider", metavar="NAME", help="Test this one, set up or not.")
@home_option
@json_option
def doctor(*, provider: str | None, home: str | None, as_json: bool) -> int | None:
    """Test the key of every grid service that is set up, and list what its plan holds.

    Each is asked once or twice; services that are not set up are not asked. Exit status 1 if one
    that is set up does not work.
    """
    with opened(home) as grid:
        names = grid.services.names if provider is None else (provider,)
        asked = with_progress(list(names), "Asking")
        tested = [_tested(grid, name, is_named=provider is not None) for name in asked]
    if as_json:
        print_json({"services": [_dict(one) for one in tested]})
    else:
        print_table(
            ("service", "", "what it says"),
            ((t.service.service, t.state, _says(t)) for t in tested),
        )
        click.echo()
        print_table(
            ("service", "cost", "licence of its figures"),
            ((t.service.service, t.service.cost, t.service.licence) for t in tested),
        )
    return 1 if any(one.state == "fails" for one in tested) else None


def _tested(grid: Grid, name: str, *, is_named: bool) -> _Tested:
    fallback = grid.services.fallback
    is_ready = name in grid.services.settings.order or (fallback and fallback.name == name)
    try:
        if not (is_ready or is_named):
            return _Tested(grid_services()[name], "not set up", _how(grid, name), ())
        access = grid.services.named(name).access()
    except WattprintError as error:
        if name not in grid.services.names:
            raise
        return _Tested(grid_services()[name], "fails", str(error), ())
    return _Tested(grid_services()[name], "works", access.says, access.zones)


def _how(grid: Grid, name: str) -> str:
    """Return how to set a service up."""
    of = grid.services.settings.services[name]
    if of.missing:
        return f"set {', '.join(of.variables)}"
    return f"name it: --provider {name}, or WATTPRINT_GRID_PROVIDERS={name}"


def _says(one: _Tested) -> str:
    if not one.zones:
        return one.says
    more = len(one.zones) - _SHOWN_ZONES
    shown = ", ".join(one.zones[:_SHOWN_ZONES]) + (f" and {more} more" if more > 0 else "")
    return f"{one.says}: {shown}"


def _dict(one: _Tested) -> dict[str, Any]:
    return {
        "service": one.service.service,
        "state": one.state,
        "says": one.says,
        "zones": list(one.zones),
        "cost": one.service.cost,
        "licence": one.service.licence,
    }
