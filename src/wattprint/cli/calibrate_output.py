"""What `wattprint calibrate` prints and draws of profiles and fits."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from wattprint.charts.plain_plot import Mark, plain_plot
from wattprint.charts.wall_fit import Shown, wall_fit_chart
from wattprint.cli.files import written_whole
from wattprint.cli.output import print_json, print_table
from wattprint.domain import units
from wattprint.domain.errors import InputError
from wattprint.domain.interval import Range
from wattprint.domain.node_profile import NodeProfile
from wattprint.estimator.calibration import Calibration
from wattprint.ledger.profiles import Profiles

TERMINAL = "-"
"""What --plot means without a file."""
_FORMATS = (".svg", ".png")
_KEPT, _SET_ASIDE = "o", "x"
_DATE_LETTERS = 10


def print_profiles(profiles: Profiles, *, as_json: bool) -> None:
    """Print all profiles of a ledger."""
    found = list(profiles.all())
    if as_json:
        unreadable = [{"name": n, "reason": why} for n, why in profiles.unreadable.items()]
        more = {"unreadable": unreadable} if unreadable else {}
        print_json({"profiles": [profile.as_dict() for profile in found], **more})
        return
    if found:
        head = ("profile", "machine", "static", "efficiency", "readings", "fitted")
        print_table(head, map(_cells, found))
    elif not profiles.unreadable:
        click.echo("No profile yet. Make one:\n  wattprint calibrate --guide")
    for name, why in profiles.unreadable.items():
        click.echo(f"Not read: {name}: {why}")


def _cells(profile: NodeProfile) -> tuple[str, ...]:
    return (
        profile.name,
        _machine(profile),
        f"{_figure(profile.static_w)} W",
        _figure(profile.supply_efficiency),
        str(profile.readings),
        profile.fitted_at[:_DATE_LETTERS],
    )


def _machine(profile: NodeProfile) -> str:
    return "none of this ledger" if profile.machine is None else str(profile.machine)


def print_profile(profile: NodeProfile, *, as_json: bool) -> None:
    """Print a profile."""
    if as_json:
        print_json(profile.as_dict())
        return
    click.echo("\n".join(_lines(profile)))


def print_fit(profile: NodeProfile, fit: Calibration, saved: Path | None, *, as_json: bool) -> None:
    """Print a profile that was just fitted, the readings set aside, and where it is kept."""
    if as_json:
        reasons = [{"reading": a.reading.label, "reason": a.reason} for a in fit.set_aside]
        document: dict[str, Any] = {
            **profile.as_dict(),
            "step_kwh": fit.step_kwh,
            "readings_set_aside": reasons,
            "saved": None if saved is None else str(saved),
        }
        print_json(document)
        return
    click.echo("\n".join(_lines(profile)))
    for aside in fit.set_aside:
        click.echo(f"  set aside          {aside.reading.label}: {aside.reason}")
    if fit.step_kwh:
        click.echo(f"  meter              counts in steps of {fit.step_kwh:g} kWh")
    if saved is None:
        click.echo("Nothing was saved.")
        return
    click.echo(f"Saved as {saved}")
    if profile.machine is not None:
        click.echo("The newest profile of a machine is the one its runs use.")


def _lines(profile: NodeProfile) -> Iterator[str]:
    mean_error, scatter = (
        f"{100 * share:.1f} %" for share in (profile.mean_error, profile.scatter)
    )
    readings = f"{profile.readings} readings" + (
        f", {profile.set_aside} more set aside" if profile.set_aside else ""
    )
    span = f"{units.plain(profile.least_chip_w)} to {units.plain(profile.most_chip_w)} W"
    yield f"Profile {profile.name}: {_machine(profile)}"
    yield f"  static power       {_figure(profile.static_w)} W"
    yield f"  supply efficiency  {_figure(profile.supply_efficiency)}"
    yield f"  fit                within {mean_error} on average; runs scatter by {scatter}"
    yield f"  rests on           {readings}, {span} at the chips ({profile.source})"
    for chip_w in (profile.least_chip_w, profile.mean_chip_w, profile.most_chip_w):
        wall_w = _figure(profile.wall_energy_j(chip_w, 1.0))
        yield f"  chips {units.plain(chip_w).rjust(6)} W     wall {wall_w} W in a run"
    if profile.chip_meters:
        yield f"  chips read by      {', '.join(profile.chip_meters)}"
    yield f"  fitted             {profile.fitted_at[:16].replace('T', ' ')} UTC"


def _figure(amount: Range) -> str:
    """Write a figure with its interval: '38 (32-44)'."""
    value, low, high = (units.plain(bound, 2 if bound < 100 else 3) for bound in amount.as_tuple())
    return f"{value} ({low}-{high})"


def plot_of(fit: Calibration) -> list[Shown]:
    """Return the readings of a fit as points of a chart."""
    kept = [(reading, True) for reading in fit.kept]
    return [
        Shown(r.chip_w, r.wall_w, is_kept)
        for r, is_kept in [*kept, *((aside.reading, False) for aside in fit.set_aside)]
    ]


def print_plot(profile: NodeProfile, readings: Sequence[Shown]) -> None:
    """Print the readings and the line as text."""
    marks = [Mark(r.chip_w, r.wall_w, _KEPT if r.is_kept else _SET_ASIDE) for r in readings]
    rows = plain_plot(
        marks,
        lambda chip_w: profile.wall_energy_j(chip_w, 1.0).value,
        x_title="chips [W]",
        y_title=f"wall [W]   {_KEPT} reading   {_SET_ASIDE} set aside   . line",
    )
    click.echo("\n" + "\n".join(rows))


def refuse_plot(given: str) -> None:
    """Refuse a plot that cannot be drawn, before anything is fitted.

    Raises:
        InputError: Its file is neither SVG nor PNG, or the extra that draws is not there.
    """
    from wattprint.charts.render import refuse_without_extra  # XML, only for a file

    if given == TERMINAL:
        return
    if Path(given).suffix.lower() not in _FORMATS:
        raise InputError(
            f"plot {given!r} is neither SVG nor PNG",
            "expected --plot FILE.svg or FILE.png, or --plot behind the readings",
        )
    refuse_without_extra(f"--plot {given}")


def write_plot(path: Path, profile: NodeProfile, readings: Sequence[Shown]) -> None:
    """Draw fit and readings into a file, whole or not at all.

    Raises:
        OSError: It cannot be written.
    """
    from wattprint.charts.render import png, svg  # as above
    from wattprint.charts.theme import WIDE

    spec = wall_fit_chart(profile, readings, WIDE)
    title = f"Wall power of {profile.name} over the power of its chips, {profile.readings} readings"
    with written_whole(path) as file:
        if path.suffix.lower() == ".png":
            file.write(png(spec))
        else:
            file.write(svg(spec, name="wall-fit", title=title, size=WIDE).encode())
