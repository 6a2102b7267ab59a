"""Options that several commands share."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])


def parsed_pue(context: click.Context, option: click.Parameter, given: str | None) -> Any:  # noqa: ARG001 - click's signature
    """Return a PUE as a number, or as the word that it is."""
    try:
        return None if given is None else float(given)
    except ValueError:
        return given


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
            help="Market-based intensity of the supply. [gCO2e/kWh]",
        ),
        click.option(
            "--pue",
            callback=parsed_pue,
            metavar="PUE",
            help="Facility over IT energy: a number, or 'provider' for what the region's "
            "provider publishes. Without it cooling is missing.",
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
    for option in reversed(options):
        command = option(command)
    return command


def host_options(command: Command) -> Command:
    """Add the options that say which machine was around a run's chips."""
    options = (
        click.option(
            "--host",
            metavar="CLASS",
            help="The machine around the chips: laptop, workstation, 1-socket-server, "
            "2-socket-server, 8-accelerator-server, cloud-vm, or none for the chips alone. "
            "[default: as its facts tell]",
        ),
        click.option(
            "--hosts",
            type=float,
            metavar="SHARE",
            help="Share of the machine that the run had: 0.25. [default: what was set aside]",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


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
