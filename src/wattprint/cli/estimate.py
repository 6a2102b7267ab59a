"""`wattprint estimate`: the footprint of described work."""

import shlex
import sys
from typing import Any

import click

from wattprint.cli.asked_options import asked_options, read_training
from wattprint.cli.by_hour import ASKED, by_hour_options, series_of
from wattprint.cli.hosts import host_named
from wattprint.cli.options import json_option, life_options, place_options, time_options
from wattprint.cli.output import print_json
from wattprint.cli.places import found_place
from wattprint.domain import units
from wattprint.domain.moments import seconds_since_1970
from wattprint.estimator.describe import estimate as estimate_footprint
from wattprint.reports.text import footprint_text


@click.command(
    epilog="Example: wattprint estimate --accelerator H100 --count 8 --hours 72 --zone FR"
)
@click.option("--accelerator", metavar="NAME", help="Accelerator, in any common spelling.")
@click.option("--count", type=float, metavar="N", help="Number of accelerators. [default: 1]")
@click.option("--hours", type=float, metavar="H", help="Wall hours: how long it took by the clock.")
@click.option(
    "--device-hours",
    type=float,
    metavar="H",
    help="Accelerator hours: wall hours times count, as papers print GPU hours.",
)
@click.option(
    "--utilization",
    type=float,
    metavar="U",
    help="Mean power of an accelerator over its TDP, 0 to 1. Without it 1 by convention, with "
    "an interval from 0.30 to 1.05. On work without accelerators, that of the CPUs.",
)
@click.option("--power-w", type=float, metavar="W", help="Power of one accelerator. [default: TDP]")
@click.option("--energy-kwh", type=float, metavar="KWH", help="Energy, if it is known. [kWh]")
@click.option(
    "--energy-at",
    metavar="accelerator|chips|it|facility",
    help="Where that energy was measured: devices alone, with CPU and memory, at the wall, or "
    "cooling included.",
)
@click.option("--cpu", metavar="NAME", help="Model name of the host's CPU.")
@click.option("--cpu-count", type=float, default=1, metavar="N", help="Number of CPU packages.")
@click.option(
    "--cpu-utilization", type=float, metavar="U", help="Mean power of a CPU over its TDP."
)
@click.option(
    "--cpu-load",
    type=float,
    metavar="L",
    help="Share of time in which the CPU's threads run, 0 to 1: its power follows from it.",
)
@click.option(
    "--cpu-clock-ratio",
    type=float,
    metavar="R",
    help="Mean clock over the highest, beside --cpu-load. [default: 0.7, with a wider interval]",
)
@click.option("--memory-gb", type=float, metavar="GB", help="Main memory. [GB]")
@click.option(
    "--memory-type",
    metavar="ddr3|ddr4|ddr5|lpddr",
    help="Type of the main memory. [default: one constant for all types]",
)
@click.option(
    "--host",
    default="none",
    metavar="CLASS",
    help="The machine around the chips, with its static power and supply losses: laptop, "
    "workstation, 1-socket-server, 2-socket-server, 8-accelerator-server, cloud-vm, or a profile "
    "of `wattprint calibrate`. [default: none]",
)
@click.option(
    "--hosts",
    type=float,
    metavar="N",
    help="Machines, or the share of one that the work had: 0.25. [default: 1, or as many as the "
    "accelerators fill]",
)
@click.option("--vcpus", type=float, metavar="N", help="vCPUs of a cloud-vm.")
@click.option(
    "--instance",
    metavar="NAME",
    help="Cloud instance: its accelerators, memory and host. aws/p4d.24xlarge.",
)
@click.option("--static-w", type=float, metavar="W", help="Power of all else in the machine. [W]")
@click.option("--supply-efficiency", type=float, metavar="E", help="Of the power supply, 0 to 1.")
@click.option("--repeats", type=float, default=1, metavar="N", help="Times the work was done.")
@click.option(
    "--storage-tb-hours",
    type=float,
    metavar="TBH",
    help="Data kept outside the machine: terabytes times hours.",
)
@click.option("--storage-kind", metavar="ssd|hdd", help="Kind of these disks. [default: either]")
@click.option("--network-gb", type=float, metavar="GB", help="Data moved over the network. [GB]")
@asked_options
@place_options
@click.option(
    "--methodology",
    default="wattprint",
    metavar="NAME",
    help="Whose formula: 'wattprint', or a published one such as 'green-algorithms'; "
    "`wattprint explain` shows them all. [default: wattprint]",
)
@life_options
@time_options
@by_hour_options
@click.option("--explain", is_flag=True, help="Show each equation with its numbers.")
@json_option
def estimate(*, explain: bool, as_json: bool, **inputs: Any) -> None:
    """Estimate the footprint of described work, before or after it happens.

    Accelerators x hours x power, plus the CPUs, memory and static power you name; energy times
    PUE, times the grid's carbon intensity. The share of making the hardware, and water, stand
    beside. What is not named is listed as missing. Instead of hours: a training that is planned
    (parameters and tokens) or, with --inference, requests.
    """
    inputs["training"] = read_training(inputs["training"])
    inputs["host"] = host_named(inputs["host"])
    inputs |= found_place(inputs)
    hours = {name: inputs.pop(name) for name in ASKED}
    inputs["series"] = series_of(inputs, _window(inputs), hours)
    footprint = estimate_footprint(**inputs)
    if as_json:
        print_json(footprint.as_dict())
        return
    click.echo(footprint_text(footprint, explain=explain))
    emissions = footprint.emissions_kg
    if emissions.location_based is None and emissions.market_based is None:
        command = shlex.join(["wattprint", *sys.argv[1:]])
        click.echo(f"\nFor emissions add a place, for example:\n  {command} --zone FR")


def _window(inputs: dict[str, Any]) -> tuple[float, float] | None:
    """Return start and end of the work in seconds since 1970, where both are known."""
    if inputs["start"] is None:
        return None
    start_s = seconds_since_1970("start", inputs["start"])
    if inputs["end"] is not None:
        end_s = seconds_since_1970("end", inputs["end"])
    elif inputs["hours"] is not None:
        end_s = start_s + inputs["hours"] * units.SECONDS_PER_HOUR
    else:
        return None
    return (start_s, end_s) if end_s > start_s else None
