"""`wattprint calibrate --guide`: readings taken together with a person at a plug-in meter.

Six phases, at rest and with a third, two thirds and all of the CPU threads busy. At the start and
the end of each the person types what the meter shows, and the chips are read at that moment. Each
phase is kept in a file as soon as it is over, so that the guide goes on where it was left.
"""

import os
import re
import stat
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from math import ulp
from pathlib import Path
from typing import NamedTuple

import click

from wattprint.cli.busy import busy_threads
from wattprint.cli.output import say
from wattprint.domain import units
from wattprint.domain.checks import number
from wattprint.domain.errors import InputError, WattprintError
from wattprint.domain.evidence import Method
from wattprint.domain.node_profile import Machine, chip_meters
from wattprint.meters.base import Meter
from wattprint.meters.procfs import host_facts
from wattprint.tracker.discovery import Places, discover_meters, own_pid

SHARES = (0.0, 1 / 3, 2 / 3, 1.0, 2 / 3, 0.0)
"""Share of the CPU threads that is kept busy in each phase."""
SETTLING_S = 20.0
"""Clocks, fans and the meter's own averaging follow a new load within this. [s]"""
_USUAL_MINUTES = 5.0
_SHORTEST_MINUTES, _LONGEST_MINUTES = 0.05, 60.0
_TICK_S = 1.0
_SPARE_S = 3600.0
"""How long the load waits at most for somebody to type. [s]"""
_HEADER = "phase,busy_threads,duration_s,chip_energy_j,wall_energy_j"
_ABOUT = "# wattprint calibrate --guide: "
_ANSWER = re.compile(r"\s*(\d{1,12}(?:[.,]\d{1,12})?)\s*(kwh|wh|w)?\s*", re.IGNORECASE)
_JOULES = {"kwh": units.JOULES_PER_KWH, "wh": units.SECONDS_PER_HOUR}


class World(NamedTuple):
    """What the guide deals with: a person, clocks, meters, and a load."""

    ask: Callable[[str], str]
    """Asks and returns what is typed; EOFError where nobody is there any more."""
    say: Callable[[str], None]
    show: Callable[[str], None]
    """Shows what is going on, in the place of what was shown before."""
    clock_s: Callable[[], float]
    sleep: Callable[[float], None]
    load: Callable[[int, float], AbstractContextManager[None]]
    """Keeps so many threads busy, for a longest time [s]."""
    meters: Sequence[Meter]
    threads: int
    """CPU threads of the machine."""


class Display(NamedTuple):
    """What the wall meter shows."""

    amount: float
    """Energy [J] or power [W]."""
    is_power: bool


class TakenReading(NamedTuple):
    """One phase: what chips and wall used over the same time."""

    duration_s: float
    chip_energy_j: float
    wall_energy_j: float


def phase_length_s(minutes: float | None) -> float:
    """Return the length of a phase, the usual one where none is given [s].

    Raises:
        InputError: Shorter than anybody types, or longer than anybody waits.
    """
    if minutes is None:
        return _USUAL_MINUTES * 60
    least, most = _SHORTEST_MINUTES, _LONGEST_MINUTES
    return number("minutes", minutes, at_least=least, at_most=most) * 60


def guided(path: Path, machine: Machine, *, phase_s: float, restart: bool) -> tuple[str, ...]:
    """Take the readings that are still to be taken, here and now.

    Args:
        path: File of the readings; those that are in it are not taken again.
        machine: This machine.
        phase_s: Length of a phase. [s]
        restart: Whether readings taken so far are dropped.

    Returns:
        What read the chips: 'rapl: cpu' and so on.

    Raises:
        InputError: No meter, or readings of another machine.
    """
    places = Places.from_environment()
    found = discover_meters(own_pid(places.proc), places)
    meters = [family.meter for family in found if family.meter is not None]
    try:
        _refuse_without_meters(meters)
        threads = host_facts(places.proc).threads
        world = World(_ask, say, _show, time.monotonic, time.sleep, busy_threads, meters, threads)
        for line in _cautions(meters):
            say(line)
        take_readings(world, path, str(machine), phase_s=phase_s, restart=restart)
    finally:
        for meter in meters:
            meter.close()
    return chip_meters(device for meter in meters for device in meter.devices)


def refuse_without_person() -> None:
    """Refuse where nobody can answer: input is no terminal, and no answers are piped in.

    Raises:
        InputError: Nobody can.
    """
    try:
        mode = os.fstat(sys.stdin.fileno()).st_mode
        is_answered = sys.stdin.isatty() or stat.S_ISFIFO(mode) or stat.S_ISREG(mode)
    except (AttributeError, OSError, ValueError):  # started without a standard input
        is_answered = False
    if not is_answered:
        raise InputError(
            "nobody is there to read the meter",
            "expected --guide on a terminal, or READINGS.csv instead of it",
        )


def _refuse_without_meters(meters: Sequence[Meter]) -> None:
    if not any(meter.devices for meter in meters):
        raise InputError(
            "no chip of this machine can be read", "`wattprint doctor` says why and what helps"
        )


def _cautions(meters: Sequence[Meter]) -> Iterator[str]:
    """Say what the readings will rest on where that is no sensor."""
    modelled = [
        device.component
        for meter in meters
        for device in meter.devices
        if device.method is Method.MODELLED
    ]
    if "cpu" in modelled:
        yield (
            "The CPU has no sensor here and is modelled: the profile will mend the model on the "
            "whole, and `wattprint doctor` says what would measure it."
        )


def take_readings(world: World, path: Path, machine: str, *, phase_s: float, restart: bool) -> None:
    """Walk a person through the phases that are not yet in the file.

    Args:
        world: The person, the clocks, the meters and the load.
        path: File of the readings.
        machine: This machine in words; readings of another are refused.
        phase_s: Length of a phase. [s]
        restart: Whether readings taken so far are dropped.

    Raises:
        InputError: The file holds readings of another machine.
        WattprintError: Nobody answers any more; what was read so far is kept.
    """
    if restart:
        path.unlink(missing_ok=True)
    done = _opened(path, f"{_ABOUT}{' '.join(machine.split())}")
    left = len(SHARES) - done
    if not left:
        world.say(f"All {done} phases are in {path}; --restart takes them anew.")
        return
    if done:
        world.say(f"{done} of {len(SHARES)} phases are in {path}: going on from there.")
    about = units.duration(left * (phase_s + SETTLING_S))
    world.say(
        f"{left} {'phase' if left == 1 else 'phases'}, about {about}. Plug the machine, alone, "
        "into the meter and leave it be.\n"
        "Type what the meter shows: energy as 12.345 kWh or, if it shows none, power as 85 W.\n"
        "Ctrl-C keeps what was read; the same command goes on from there."
    )
    for i in range(done, len(SHARES)):
        reading = _phase(world, i, phase_s)
        _append(path, i, _busy(world, i), reading)
        world.say(
            f"  chips {_watts(reading.chip_energy_j, reading.duration_s)}, "
            f"wall {_watts(reading.wall_energy_j, reading.duration_s)}"
        )


def _watts(energy_j: float, duration_s: float) -> str:
    return f"{units.plain(energy_j / duration_s)} W"


def _busy(world: World, i: int) -> int:
    return round(SHARES[i] * world.threads)


def _phase(world: World, i: int, phase_s: float) -> TakenReading:
    """Take one reading; it is taken again where chips could not be read at both ends."""
    busy, of = _busy(world, i), f"Phase {i + 1} of {len(SHARES)}"
    load = f"{busy} of {world.threads} CPU threads busy" if busy else "at rest"
    world.say(f"\n{of}: {load}")
    while True:
        with world.load(busy, SETTLING_S + 2 * phase_s + _SPARE_S):
            _wait(world, SETTLING_S, f"{of}: settling")
            reading = _reading(world, phase_s, of)
        if reading is not None:
            return reading
        world.say("  The chips could not be read: once more.")


def _reading(world: World, phase_s: float, of: str) -> TakenReading | None:
    """Read wall and chips twice; None where the chips could not be read."""
    start, start_s, chips_before_j = _asked(world, "  Meter shows now: ", None)
    while True:
        _wait(world, phase_s, of)
        end, end_s, chips_after_j = _asked(world, "  Meter shows now: ", start)
        if chips_before_j is None or chips_after_j is None:
            return None
        duration_s = end_s - start_s
        if not start.is_power and end.amount == start.amount:
            world.say("  The meter did not move: going on for as long again.")
            continue
        wall_j = (
            (start.amount + end.amount) / 2 * duration_s
            if start.is_power
            else units.round_significant(end.amount - start.amount, 9)
        )
        return TakenReading(duration_s, chips_after_j - chips_before_j, wall_j)


def _asked(
    world: World, question: str, start: Display | None
) -> tuple[Display, float, float | None]:
    """Ask what the meter shows until it is understood; the chips are read as it is answered."""
    while True:
        answer = world.ask(question)
        at_s = world.clock_s()
        chips_j = _chips_j(world, at_s)
        shown = parsed_display(answer)
        if shown is None:
            world.say(f"  {answer[:60]!r} is no display; expected 12.345 kWh, 345 Wh or 85 W.")
        elif start is not None and shown.is_power != start.is_power:
            unit = "W" if start.is_power else "kWh"
            world.say(f"  The phase began in {unit}; expected {unit} again.")
        elif start is not None and not shown.is_power and shown.amount < start.amount:
            begun = units.plain(start.amount / units.JOULES_PER_KWH, 9)
            world.say(f"  That is less than the {begun} kWh before; expected as much or more.")
        else:
            return shown, at_s, chips_j


def parsed_display(answer: str) -> Display | None:
    """Return what a person typed of a display; kWh where no unit is. None for what is none.

    >>> parsed_display("85 W"), parsed_display("0,5")
    (Display(amount=85.0, is_power=True), Display(amount=1800000.0, is_power=False))
    """
    found = _ANSWER.fullmatch(answer)
    if found is None:
        return None
    amount, unit = float(found[1].replace(",", ".")), (found[2] or "kwh").lower()
    if unit == "w":
        return Display(amount, True) if amount >= ulp(1.0) else None
    return Display(amount * _JOULES[unit], False)


def _chips_j(world: World, at_s: float) -> float | None:
    """Energy of all devices since the meters were opened; None if one could not be read [J]."""
    read = [reading.energy_uj for meter in world.meters for reading in meter.read(at_s)]
    known = [energy_uj for energy_uj in read if energy_uj is not None]
    return sum(known) / units.MICROJOULES_PER_JOULE if len(known) == len(read) else None


def _wait(world: World, wait_s: float, what: str) -> None:
    """Wait, and read the meters often enough that no counter runs over."""
    pause_s = min([_TICK_S, *(meter.longest_pause_s for meter in world.meters)])
    ends_s = world.clock_s() + wait_s
    while (left_s := ends_s - world.clock_s()) > 0:
        world.show(f"{what}, {units.duration(float(round(left_s)))} left")
        world.sleep(min(pause_s, left_s))
        _chips_j(world, world.clock_s())
    world.show("")


def _opened(path: Path, about: str) -> int:
    """Return how many phases a file of readings holds; it is begun where there is none.

    Raises:
        InputError: Its readings are of another machine.
    """
    if not path.exists():
        path.write_text(f"{about}\n{_HEADER}\n", encoding="utf-8")
        return 0
    whole, _, torn = path.read_text(encoding="utf-8").rpartition("\n")
    if torn:  # a row whose writer was stopped
        path.write_text(f"{whole}\n", encoding="utf-8")
    lines = whole.split("\n")
    if lines[:2] != [about, _HEADER]:
        raise InputError(
            f"{path} holds readings of another machine or kind",
            "expected --restart to drop them, or another --name",
        )
    return min(len(lines) - 2, len(SHARES))


def _append(path: Path, i: int, busy: int, reading: TakenReading) -> None:
    amounts = ",".join(f"{amount:.9g}" for amount in reading)
    with path.open("a", encoding="utf-8") as file:
        file.write(f"{i + 1},{busy},{amounts}\n")
        file.flush()
        os.fsync(file.fileno())


def _ask(question: str) -> str:
    """Ask on standard error; what is piped in answers as well.

    Raises:
        WattprintError: There is no further answer.
    """
    click.echo(question, err=True, nl=not sys.stdin.isatty())
    answer = sys.stdin.readline()
    if not answer:
        raise WattprintError(
            "nobody answers any more; what was read so far is kept: run the same command to go on."
        )
    return answer.strip()


def _show(status: str) -> None:
    """Show a status line on a terminal, in the place of the last one."""
    if sys.stderr.isatty():
        click.echo(f"\r\x1b[K{status}", err=True, nl=False)
