"""Options that several commands share."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])


def with_options(command: Command, options: Sequence[Callable[[Command], Command]]) -> Command:
    """Add options to a command, to be listed in their order."""
    for option in reversed(options):
        command = option(command)
    return command


def number_or_word(context: click.Context, option: click.Parameter, given: str | None) -> Any:  # noqa: ARG001 - click's signature
    """Return a PUE or WUE as a number, or as the word that it is."""
    try:
        return None if given is None else float(given)
    except ValueError:
        return given


def said_or_none(
    context: click.Context,  # noqa: ARG001 - click's signature
    option: click.Parameter,  # noqa: ARG001
    given: tuple[str, ...],
) -> list[str] | None:
    """Return what a repeatable option was given, or None where it was not."""
    return list(given) or None


def place_options(command: Command) -> Command:
    """Add the options that say where and when work was done."""
    options = (
        click.option("--zone", metavar="ZONE", help="Country, state or grid zone: FR, US-CA."),
        click.option("--region", metavar="REGION", help="Cloud region: gcp/europe-west1."),
        click.option(
            "--intensity", type=float, metavar="G", help="Carbon intensity, instead. [gCO2e/kWh]"
        ),
        click.option(
            "--market-intensity",
            type=float,
            metavar="G",
            help="Market-based intensity of all energy. [gCO2e/kWh]",
        ),
        click.option(
            "--contract",
            multiple=True,
            callback=said_or_none,
            metavar="KWH@G|SHARE%@G",
            help="Energy bought under a contract, and its gCO2e/kWh: 5000@20, 60%@0; repeatable.",
        ),
        click.option(
            "--residual-mix",
            type=float,
            metavar="G",
            help="Intensity of what no contract covers. [gCO2e/kWh; default: the grid's, and said]",
        ),
        click.option(
            "--pue",
            callback=number_or_word,
            metavar="PUE",
            help="Facility over IT energy: a number, or 'provider' for what the region's "
            "provider publishes. Without it cooling is missing.",
        ),
        click.option(
            "--wue",
            callback=number_or_word,
            metavar="WUE",
            help="Water at the site, L per kWh of IT energy: a number, or 'provider' for what is "
            "published for the region. Without it water of the site is missing.",
        ),
        click.option(
            "--grid-water",
            type=float,
            metavar="L",
            help="Water of electricity. [L/kWh; default: that of the zone's mix]",
        ),
        click.option(
            "--water-kind",
            metavar="consumption|withdrawal",
            help="Which water. [default: consumption]",
        ),
        click.option("--year", type=int, metavar="YEAR", help="Year of the intensity and PUE."),
        click.option(
            "--basis",
            metavar="lifecycle|direct",
            help="Basis of the intensity. [default: life cycle where the place has it]",
        ),
        click.option(
            "--grid-source", metavar="SOURCE", help="Source of the intensity, to choose a vintage."
        ),
    )
    return with_options(command, options)


def time_options(command: Command) -> Command:
    """Add the options that say when described work is done."""
    options = (
        click.option(
            "--start", metavar="TIME", help="When the work begins: 2026-01-31T18:00:00Z; UTC."
        ),
        click.option("--end", metavar="TIME", help="When it ends. [default: after --hours]"),
    )
    return with_options(command, options)


def host_options(command: Command) -> Command:
    """Add the options that say which machine was around a run's chips."""
    options = (
        click.option(
            "--host",
            metavar="CLASS",
            help="The machine around the chips: laptop, workstation, 1-socket-server, "
            "2-socket-server, 8-accelerator-server, cloud-vm, a profile of `wattprint calibrate`, "
            "or none for the chips alone. [default: its profile, else as its facts tell]",
        ),
        click.option(
            "--hosts",
            type=float,
            metavar="SHARE",
            help="Share of the machine that the run had: 0.25. [default: what was set aside]",
        ),
    )
    return with_options(command, options)


def life_options(command: Command) -> Command:
    """Add the options that say how long hardware lives, and what was offset."""
    options = (
        click.option(
            "--lifetime-years",
            type=float,
            metavar="Y",
            help="Life of the hardware, for its share of making. [years; default: 4]",
        ),
        click.option(
            "--lifetime-use",
            type=float,
            metavar="U",
            help="Share of its life in use, 0.01 to 1. [default: 0.85]",
        ),
        click.option(
            "--offsets-kg",
            type=float,
            metavar="KG",
            help="Offsets bought: recorded, and subtracted from nothing. [kgCO2e]",
        ),
        click.option("--offsets-note", metavar="TEXT", help="Which offsets they are."),
    )
    return with_options(command, options)


def json_option(command: Command) -> Command:
    """Add --json."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON.")(command)


def home_option(command: Command) -> Command:
    """Add --home."""
    return click.option(
        "--home",
        metavar="DIR",
        help="Home of the ledger. [default: $WATTPRINT_HOME or ~/.wattprint]",
    )(command)
