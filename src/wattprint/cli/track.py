"""`wattprint track -- COMMAND`: run a command and measure it."""

import signal
import threading
from collections.abc import Callable, Collection
from functools import partial
from typing import Any

import click

from wattprint.cli.child import (
    NOT_EXECUTABLE,
    Ended,
    adopt_orphans,
    environment_of_child,
    fill_standard_descriptors,
    held_signals,
    run_child,
    why_not,
)
from wattprint.cli.hosts import host_named
from wattprint.cli.options import home_option, host_options, number_or_word
from wattprint.cli.output import say
from wattprint.cli.places import found_place
from wattprint.domain.errors import HomeError, InputError, WattprintError
from wattprint.domain.footprint import Footprint
from wattprint.tracker.run import Run
from wattprint.tracker.track import track as new_run

LONGEST_WAIT_S = 0.2
"""A service that says the intensity of the hours may hold up the end by this much. [s]"""
_OUTCOMES = {
    0: "completed",
    128 + signal.SIGINT: "interrupted",
}
"""What an exit status says of the run; any other says that it failed."""


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
    "--pue", callback=number_or_word, metavar="PUE", help="Facility over IT energy, or 'provider'."
)
@host_options
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
@click.option(
    "--wait",
    "wait_for_all",
    is_flag=True,
    help="Measure until all processes of the command have ended, daemons included.",
)
@click.option(
    "--by-hour",
    is_flag=True,
    help="Charge each hour at its own intensity in the line at the end, if it is known within "
    "0.2 s; `wattprint show --by-hour` waits for it.",
)
@click.option(
    "--push", is_flag=True, help="Send the run to the hub, each minute and at its end; see `login`."
)
@click.option("--quiet", is_flag=True, help="Print nothing at the end.")
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
def track(
    *,
    wait_for_all: bool,
    by_hour: bool,
    quiet: bool,
    home: str | None,
    tags: tuple[str, ...],
    command: tuple[str, ...],
    **settings: Any,
) -> int:
    """Run COMMAND and measure it and its children; its exit status is passed on.

    The run is kept in the local ledger; its footprint is printed on standard error at the end.
    """
    settings["tags"] = _tags(tags)
    if (reason := why_not(command[0])) is not None:
        say(f"wattprint: command {command[0]!r} {reason.reason}")
        return reason.status
    fill_standard_descriptors()
    adopt_orphans()
    with held_signals() as mask:
        start = partial(_run, command, mask=mask, wait_for_all=wait_for_all)
        try:
            settings["host"] = host_named(settings["host"], home)
            settings |= found_place(settings)
            run = new_run(home=home, **settings)
        except HomeError as error:
            if home is not None:
                raise  # a wrong setting is refused; without a ledger the command runs all the same
            ended, said = start(run_id=None), f"the run was not recorded: {error}"
        else:
            ended = _recorded(run, start)
            said = "" if quiet else _summary(run, home, by_hour=by_hour)
    if not quiet:
        say(f"wattprint: {said}{_going_on(ended.going_on)}")
    return ended.status


def _tags(given: tuple[str, ...]) -> dict[str, str]:
    pairs = [text.partition("=") for text in given]
    for key, equals, _ in pairs:
        if not (key and equals):
            raise InputError(f"tag {key!r} is not a pair", "expected KEY=VALUE")
    return {key: value for key, _, value in pairs}


def _recorded(run: Run, start: Callable[..., Ended]) -> Ended:
    with run:
        ended = start(run_id=run.run_id)
        run.stop(_OUTCOMES.get(ended.status, "failed"), exit_code=ended.status)
    return ended


def _run(
    command: tuple[str, ...],
    *,
    run_id: str | None,
    mask: Collection[int] | None,
    wait_for_all: bool,
) -> Ended:
    environment = environment_of_child(run_id)
    try:
        return run_child(command, environment, mask, wait_for_all=wait_for_all)
    except OSError as error:  # such as a script that names no interpreter
        say(f"wattprint: command {command[0]!r} could not be run: {error.strerror}")
        return Ended(NOT_EXECUTABLE, 0)


def _going_on(count: int) -> str:
    if not count:
        return ""
    going = "1 process of it goes" if count == 1 else f"{count} processes of it go"
    return f"; {going} on unmeasured (--wait measures them too)"


def _summary(run: Run, home: str | None, *, by_hour: bool) -> str:
    if run.run_id is None:
        return f"the run was not recorded: {run.failure}"
    from wattprint.cli.runs import show_with_zone  # after the command, which need not wait for it

    try:
        footprint = run.footprint()
    except (WattprintError, OSError) as error:  # the command may have removed its own journal
        return f"the run cannot be accounted for: {error}"
    line = f"{footprint.summary()}; run {run.run_id}"
    if by_hour:
        line = f"{line}; {_hours_sentence(run, home)}"
    if run.unwritten:
        line += f"; not all was recorded: {run.unwritten[-1].message}"
    if footprint.emissions_kg.location_based is None:
        line += f"; for emissions: {show_with_zone(run.run_id, home)}"
    return line


def _hours_sentence(run: Run, home: str | None) -> str:
    """Say what the run comes to by the hour, if that is known in time.

    A service that is slow goes on in a thread that the program does not wait for.
    """
    from wattprint.cli.run_footprint import hourly_footprint
    from wattprint.domain.footprint import co2e

    answers: list[Footprint | Exception] = []

    def ask() -> None:
        try:
            answers.append(hourly_footprint(run.record(), home))
        except (WattprintError, OSError, RuntimeError) as error:
            answers.append(error)

    asking = threading.Thread(target=ask, name="wattprint-by-hour", daemon=True)
    asking.start()
    asking.join(LONGEST_WAIT_S)
    if not answers:
        return f"by the hour: wattprint show {run.run_id} --by-hour"
    answer = answers[0]
    if isinstance(answer, Exception):
        return f"not by the hour: {str(answer).rstrip('.')}"
    by_hour = answer.emissions_kg.location_based
    return "not by the hour: no energy" if by_hour is None else f"by the hour {co2e(by_hour)}"
