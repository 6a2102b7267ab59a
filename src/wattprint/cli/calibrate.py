"""`wattprint calibrate`: static power and supply efficiency of a machine, from a wall meter."""

import time
from collections.abc import Mapping
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple

import click

from wattprint.cli.calibrate_output import (
    TERMINAL,
    plot_of,
    print_fit,
    print_plot,
    print_profile,
    print_profiles,
    refuse_plot,
    write_plot,
)
from wattprint.cli.options import home_option, json_option
from wattprint.cli.output import print_json
from wattprint.domain.errors import ContradictionError, InputError
from wattprint.domain.node_profile import Machine, NodeProfile
from wattprint.domain.run import RunRecord
from wattprint.estimator.calibration import Calibration
from wattprint.estimator.calibration import calibrate as fitted
from wattprint.importers.wall_readings import TEMPLATE, Readings, read_wall_readings
from wattprint.ledger.profiles import Profiles, named_like, profile_name
from wattprint.ledger.prune import rfc3339
from wattprint.ledger.runs import Ledger
from wattprint.meters.procfs import host_facts
from wattprint.tracker.discovery import Places, discover_meters, own_pid

_OF_A_FIT = ("name", "elsewhere", "force", "dry_run", "step_kwh", "plot")
_OF_A_GUIDE = ("minutes", "restart")
_NAMELESS = "machine"
"""For a machine whose parts are written without any Latin letter or digit."""


class _Asked(NamedTuple):
    """What is to be done with a fit."""

    name: str | None
    elsewhere: bool
    force: bool
    dry_run: bool
    step_kwh: float | None
    plot: str | None
    home: str | None
    as_json: bool


@click.command(epilog="Example: wattprint calibrate --example")
@click.argument("readings", required=False, metavar="[READINGS.csv]")
@click.option(
    "--guide", is_flag=True, help="Take the readings now, with you at a plug-in energy meter."
)
@click.option("--example", is_flag=True, help="Print a file of readings to start from.")
@click.option("--list", "list_", is_flag=True, help="List the profiles of this ledger.")
@click.option("--show", metavar="NAME", help="Show a profile.")
@click.option("--remove", metavar="NAME", help="Delete a profile.")
@click.option(
    "--name", metavar="NAME", help="Name of the profile. [default: made of CPU and accelerators]"
)
@click.option(
    "--elsewhere", is_flag=True, help="The readings are of another machine: not used for this one."
)
@click.option(
    "--step-kwh",
    type=float,
    metavar="KWH",
    help="Step of the meter's display. [kWh; default: found from the readings]",
)
@click.option(
    "--plot",
    is_flag=False,
    flag_value=TERMINAL,
    metavar="[FILE]",
    help="Show fit and readings: here, or as FILE.svg or FILE.png (extra 'report').",
)
@click.option("--force", is_flag=True, help="Replace the profile of that name.")
@click.option("--dry-run", is_flag=True, help="Fit and show, save nothing.")
@click.option(
    "--minutes",
    type=float,
    metavar="MIN",
    help="With --guide: length of each of its six phases. [default: 5]",
)
@click.option("--restart", is_flag=True, help="With --guide: drop the readings taken so far.")
@home_option
@json_option
def calibrate(
    *,
    readings: str | None,
    guide: bool,
    example: bool,
    list_: bool,
    show: str | None,
    remove: str | None,
    minutes: float | None,
    restart: bool,
    **options: Any,
) -> None:
    """Fit a machine's static power and supply efficiency to readings of a wall meter.

    READINGS.csv (--example prints one) has, for each reading, its duration, the energy of the
    chips over it (or the id of a tracked run) and the energy at the wall (or the meter's display
    before and after). The profile is kept, and the newest of a machine is the one that its runs
    use.
    """
    asked = _Asked(**options)
    if asked.plot is not None:
        refuse_plot(asked.plot)
    modes = {
        "READINGS.csv": readings is not None,
        "--guide": guide,
        "--example": example,
        "--list": list_,
        "--show": show is not None,
        "--remove": remove is not None,
    }
    given = {**options, "minutes": minutes, "restart": restart}
    mode = _only_mode(modes, given)
    if mode == "--example":
        click.echo(TEMPLATE, nl=False)
    elif mode == "--list":
        print_profiles(Profiles(asked.home), as_json=asked.as_json)
    elif show is not None:
        print_profile(Profiles(asked.home).find(show), as_json=asked.as_json)
    elif remove is not None:
        Profiles(asked.home).remove(remove)
        _say_removed(remove, as_json=asked.as_json)
    elif readings is not None:
        _from_file(readings, asked)
    else:
        _from_guide(asked, minutes=minutes, restart=restart)


def _only_mode(modes: Mapping[str, bool], given: Mapping[str, Any]) -> str:
    """Return the one thing that is asked for.

    Raises:
        InputError: Nothing is, or several things, or an option that does not belong to it.
    """
    asked = [mode for mode, is_asked in modes.items() if is_asked]
    if not asked:
        raise InputError(
            "no readings are given",
            "expected READINGS.csv, --guide to take them now, or --example to see a file",
        )
    if len(asked) > 1:
        raise ContradictionError(" and ".join(asked) + " are given", "expected one of them")
    mode = asked[0]
    foreign: tuple[str, ...] = _OF_A_GUIDE if mode == "READINGS.csv" else ()
    if mode not in ("READINGS.csv", "--guide"):
        foreign = (*_OF_A_FIT, *_OF_A_GUIDE)
    for name in foreign:
        if given[name] not in (None, False):
            option = "--" + name.replace("_", "-")
            raise ContradictionError(
                f"{option} is given with {mode}", "expected it with readings to fit"
            )
    return mode


def _say_removed(name: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"removed": name})
    else:
        click.echo(f"Removed profile {name!r}; readings that a guide took for it are kept.")


def _from_file(given: str, asked: _Asked) -> None:
    """Fit a profile to a file of readings."""
    path = Path(given)
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{given!r} is not text in UTF-8", "expected a CSV file saved as UTF-8"
        ) from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(
            f"readings {given!r} cannot be read: {reason}", "expected the name of a CSV file"
        ) from error
    found = read_wall_readings(StringIO(text), partial(_run, asked.home))
    machine = None if asked.elsewhere else found.machine or _this_machine()
    _fit(found._replace(machine=machine), path.name, asked)


def _run(home: str | None, run_id: str) -> RunRecord:
    entry = Ledger(home).find(run_id)
    if entry.state == "running":
        raise InputError(f"run {run_id} still goes on", "expected one that has ended")
    return entry.run


def _this_machine() -> Machine:
    """Return the machine that this is; its meters are opened for the names of accelerators."""
    places = Places.from_environment()
    used = [f.meter for f in discover_meters(own_pid(places.proc), places) if f.meter is not None]
    devices = [device for meter in used for device in meter.devices]
    for meter in used:
        meter.close()
    return Machine.seen(host_facts(places.proc)._asdict(), devices)


def _from_guide(asked: _Asked, *, minutes: float | None, restart: bool) -> None:
    """Take readings with the person at the meter, and fit a profile to them."""
    from wattprint.cli.calibrate_guide import guided, phase_length_s, refuse_without_person

    if asked.elsewhere:
        raise ContradictionError("--elsewhere is given with --guide", "expected one of them")
    phase_s = phase_length_s(minutes)
    refuse_without_person()
    machine = _this_machine()
    profiles = Profiles(asked.home)
    name = _name(asked.name, machine)
    if not (asked.force or asked.dry_run):
        profiles.refuse_taken(name)
    path = profiles.readings_path(name)
    read_by = guided(path, machine, phase_s=phase_s, restart=restart)
    found = read_wall_readings(StringIO(path.read_text(encoding="utf-8")))
    readings = found._replace(machine=machine, chip_meters=read_by)
    _fit(readings, path.name, asked._replace(name=name))


def _fit(found: Readings, source: str, asked: _Asked) -> None:
    """Fit, show and save."""
    profiles = Profiles(asked.home)
    name = _name(asked.name, found.machine)
    if not (asked.force or asked.dry_run):
        profiles.refuse_taken(name)
    fit = fitted(found.readings, step_kwh=asked.step_kwh)
    profile = _profile(name, fit, found, source)
    shown = plot_of(fit)
    if asked.plot not in (None, TERMINAL):
        write_plot(Path(asked.plot or ""), profile, shown)
    saved = None if asked.dry_run else profiles.save(profile, replace=asked.force)
    print_fit(profile, fit, saved, as_json=asked.as_json)
    if asked.plot == TERMINAL and not asked.as_json:
        print_plot(profile, shown)


def _name(given: str | None, machine: Machine | None) -> str:
    """Return the name of a profile: as given, else made of the machine's parts.

    Raises:
        InputError: It is no name, or it is missing for a machine that nobody named.
    """
    if given is not None:
        return profile_name(given)
    if machine is None:
        raise InputError("--elsewhere is given alone", "expected --name NAME with it")
    return named_like(str(machine)) or _NAMELESS


def _profile(name: str, fit: Calibration, found: Readings, source: str) -> NodeProfile:
    least_w, most_w = fit.chip_span_w()
    return NodeProfile(
        name=name,
        static_w=fit.static_w,
        supply_efficiency=fit.supply_efficiency,
        mean_chip_w=fit.mean_chip_w,
        mean_wall_w=fit.mean_wall_w,
        scatter=fit.scatter,
        least_chip_w=least_w,
        most_chip_w=most_w,
        mean_error=fit.mean_error,
        readings=len(fit.kept),
        set_aside=len(fit.set_aside),
        fitted_at=rfc3339(time.time()),
        source=source,
        machine=found.machine,
        chip_meters=found.chip_meters,
    )
