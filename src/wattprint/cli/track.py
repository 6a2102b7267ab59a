"""`wattprint track -- COMMAND`: run a command and measure it."""

import os
import shutil
import signal
import subprocess
from types import FrameType
from typing import Any

import click

from wattprint.cli.options import home_option, parsed_pue
from wattprint.cli.output import say
from wattprint.cli.runs import show_with_zone
from wattprint.domain.errors import InputError, WattprintError
from wattprint.tracker.run import Run
from wattprint.tracker.track import track as new_run

_NOT_FOUND, _NOT_EXECUTABLE = 127, 126
"""Exit status of a shell for a command that is not there, or that may not be run."""

_OUTCOMES = {
    0: "completed",
    128 + signal.SIGINT: "interrupted",
}
"""What an exit status says of the run; any other says that it failed."""

_FORWARDED = (signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2)


@click.command(
    context_settings={"allow_interspersed_args": False},
    epilog="Example: wattprint track --project ranker --zone FR -- python train.py",
)
@click.option("--project", default="default", metavar="TEXT", help="What the run belongs to.")
@click.option("--name", metavar="TEXT", help="Name of the run. [default: its id]")
@click.option(
    "--stage", metavar="STAGE", help="data, search, pretrain, finetune, evaluate or inference."
)
@click.option("--zone", metavar="ZONE", help="Country, state or grid zone: FR, US-CA.")
@click.option("--region", metavar="REGION", help="Cloud region: gcp/europe-west1.")
@click.option("--intensity", type=float, metavar="G", help="Carbon intensity. [gCO2e/kWh]")
@click.option(
    "--pue", callback=parsed_pue, metavar="PUE", help="Facility over IT energy, or 'provider'."
)
@click.option("--parent", metavar="RUN", help="Id of the run that this one is part of.")
@click.option(
    "--tag", "tags", multiple=True, metavar="KEY=VALUE", help="Further words; repeatable."
)
@click.option(
    "--interval",
    "interval_s",
    type=float,
    default=10.0,
    metavar="S",
    help="Between readings. [s; default: 10]",
)
@home_option
@click.option("--quiet", is_flag=True, help="Print nothing at the end.")
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
def track(
    *,
    quiet: bool,
    home: str | None,
    tags: tuple[str, ...],
    command: tuple[str, ...],
    **settings: Any,
) -> int:
    """Run COMMAND and measure it and its children; its exit status is passed on.

    The run is kept in the local ledger; its footprint is printed on standard error at the end.
    """
    if (status := _cannot_run(command[0])) is not None:
        return status
    run = new_run(tags=_tags(tags), home=home, **settings)
    with run:
        status = _run(command)
        run.stop(_OUTCOMES.get(status, "failed"), exit_code=status)
    if not quiet:
        say(f"wattprint: {_summary(run, home)}")
    return status


def _tags(given: tuple[str, ...]) -> dict[str, str]:
    pairs = [text.partition("=") for text in given]
    for key, equals, _ in pairs:
        if not (key and equals):
            raise InputError(f"tag {key!r} is not a pair", "expected KEY=VALUE")
    return {key: value for key, _, value in pairs}


def _cannot_run(name: str) -> int | None:
    """Say why a command cannot be run, before a run of it is begun; None if it can."""
    if shutil.which(name) is not None:
        return None
    if shutil.which(name, os.F_OK) is None:
        say(f"wattprint: command {name!r} was not found")
        return _NOT_FOUND
    say(f"wattprint: command {name!r} could not be run: Permission denied")
    return _NOT_EXECUTABLE


def _run(command: tuple[str, ...]) -> int:
    """Run the command with our streams and signals, and return its status as a shell would."""
    try:
        child = subprocess.Popen(command)
    except OSError as error:  # such as a script that names no interpreter
        say(f"wattprint: command {command[0]!r} could not be run: {error.strerror}")
        return _NOT_EXECUTABLE

    def forward(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - signal's signature
        child.send_signal(number)

    # A terminal sends Ctrl-C to the child as well: it decides, and we wait for it.
    before = {signal.SIGINT: signal.signal(signal.SIGINT, signal.SIG_IGN)}
    before.update((number, signal.signal(number, forward)) for number in _FORWARDED)
    try:
        status = child.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return status if status >= 0 else 128 - status


def _summary(run: Run, home: str | None) -> str:
    if run.run_id is None:
        return f"the run was not recorded: {run.failure}"
    try:
        footprint = run.footprint()
    except (WattprintError, OSError) as error:  # the command may have removed its own journal
        return f"the run cannot be accounted for: {error}"
    line = f"{footprint.summary()}; run {run.run_id}"
    if run.unwritten:
        line += f"; not all was recorded: {run.unwritten[-1].message}"
    if footprint.emissions_kg.location_based is None:
        line += f"; for emissions: {show_with_zone(run.run_id, home)}"
    return line
