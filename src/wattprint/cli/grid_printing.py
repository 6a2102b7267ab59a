"""Intensity series as the commands print them: a line to quote, a chart, rows, JSON."""

import os
import sys
from datetime import datetime, timezone
from typing import Any, NamedTuple

import click

from wattprint.cli.output import print_table
from wattprint.domain import units
from wattprint.domain.evidence import Method
from wattprint.domain.series import EnergyInterval, IntensityInterval, IntensitySeries
from wattprint.factors.grid_services import grid_services
from wattprint.grid.answers import rfc3339
from wattprint.grid.providers.files import NAME as FILE

UNIT = "g/kWh"
_MOST_BARS = 48
_EIGHTHS = " ▏▎▍▌▋▊▉█"
_HOURS_OF_A_BAR = (1, 2, 3, 4, 6, 8, 12, 24)
_LEAST_BAR, _MOST_BAR = 10, 60


def series_dict(series: IntensitySeries) -> dict[str, Any]:
    """Return the JSON form of a series."""
    filling, service = series.filling, grid_services()[series.provider]
    return {
        "zone": series.zone,
        "provider": series.provider,
        "kind": series.kind,
        "basis": series.basis,
        "scope": series.scope,
        "unit": UNIT,
        "method": _method(series).value,
        "source": service.source,
        "source_year": service.year,
        "licence": service.licence,
        "issued_at": _time_or_none(series.issued_at_s),
        "fetched_at": _time_or_none(series.fetched_at_s),
        "filling": None if filling is None else filling._asdict(),
        "notes": list(series.notes),
        "intervals": [_interval_dict(interval) for interval in series],
    }


def _interval_dict(interval: IntensityInterval) -> dict[str, Any]:
    return {
        "start": rfc3339(interval.start_s),
        "end": rfc3339(interval.end_s),
        "g_per_kwh": interval.carbon_intensity_g_per_kwh,
        "low": interval.low_g_per_kwh,
        "high": interval.high_g_per_kwh,
        "state": interval.state,
    }


def _method(series: IntensitySeries) -> Method:
    """Return how the figures came about: services compute theirs, from what plants report."""
    return Method.GIVEN if series.provider == FILE else Method.MODELLED


def _time_or_none(moment_s: float | None) -> str | None:
    return None if moment_s is None else rfc3339(moment_s)


def signal_words(series: IntensitySeries) -> str:
    """Return what the intensity is: 'average, lifecycle, consumption'."""
    return ", ".join(filter(None, (series.kind, series.basis, series.scope)))


def print_provenance(series: IntensitySeries) -> None:
    """Print who said so and when, and what to know of it."""
    when = [f"issued {_short(series.issued_at_s)}"] if series.issued_at_s is not None else []
    if series.fetched_at_s is not None:
        when.append(f"fetched {_short(series.fetched_at_s)}")
    service = grid_services()[series.provider]
    basis = f"{_method(series).value}, {service.source}, {service.year}"
    click.echo(f"  by {', '.join([series.provider, *when])} ({basis})")
    if series.filling is not None and series.filling.filled_s > 0:
        hours = units.plain(series.filling.filled_s / units.SECONDS_PER_HOUR)
        click.echo(f"  {hours} h filled by the rule {series.filling.rule!r}")
    for note in series.notes:
        click.echo(f"  note: {note}")


def print_rows(series: IntensitySeries) -> None:
    """Print a chart on a terminal, and one row an interval elsewhere."""
    if not sys.stdout.isatty():
        bounds = ("low", "high") if series.has_bounds else ()
        print_table(("start", "end", UNIT, *bounds, "state"), map(_cells, series))
        return
    shown = _condensed(series)
    highest = max(interval.carbon_intensity_g_per_kwh for interval in shown)
    width = _bar_width()
    for interval in shown:
        grams = interval.carbon_intensity_g_per_kwh
        mark = "" if interval.state == "actual" else f"  {interval.state}"
        line = f"  {_short(interval.start_s)}  {units.plain(grams):>6}  "
        click.echo(line + bar(grams, highest, width) + mark)


def _cells(interval: IntensityInterval) -> tuple[str, ...]:
    grams = units.plain(interval.carbon_intensity_g_per_kwh, units.EXACT_DIGITS)
    bounds = (interval.low_g_per_kwh, interval.high_g_per_kwh)
    stated = (units.plain(bound) for bound in bounds if bound is not None)
    return rfc3339(interval.start_s), rfc3339(interval.end_s), grams, *stated, interval.state


class Mean(NamedTuple):
    """Mean intensity over a window."""

    g_per_kwh: float
    low: float | None
    """Lower bound of its 90 % interval; None where the series states none. [gCO2e/kWh]"""
    high: float | None
    coverage: float
    """Share of the window that the series knows. [0 to 1]"""

    @property
    def words(self) -> str:
        """The mean, and its interval if it has one: '45.2 (30-60)'."""
        if self.low is None or self.high is None:
            return units.plain(self.g_per_kwh)
        spread = f"{units.plain(self.low)}-{units.plain(self.high)}"
        return f"{units.plain(self.g_per_kwh)} ({spread})"


def mean_of(series: IntensitySeries, start_s: float, end_s: float) -> Mean:
    """Return the mean over what a series knows of a window: what a kWh used evenly in it emits."""
    kwh = series.charge([EnergyInterval(start_s, end_s, 1.0)], partly=True)
    low, high = (None if g is None else g / kwh.covered_kwh for g in (kwh.low_g, kwh.high_g))
    return Mean(kwh.emissions_g / kwh.covered_kwh, low, high, kwh.coverage)


def bar(value: float, highest: float, width: int) -> str:
    """Return a bar of up to `width` characters, drawn to an eighth of one.

    >>> bar(50.0, 100.0, 4), bar(100.0, 100.0, 4), bar(0.0, 0.0, 4)
    ('██', '████', '')
    """
    eighths = round(8 * width * value / highest) if highest > 0 else 0
    return "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()


def _bar_width() -> int:
    columns = os.get_terminal_size(sys.stdout.fileno()).columns
    return max(_LEAST_BAR, min(_MOST_BAR, columns - 40))


def _condensed(series: IntensitySeries) -> list[IntensityInterval]:
    """Return at most `_MOST_BARS` intervals: means over equal times where there are more.

    The times divide a day or are whole days, so that no bar mixes mornings and evenings unlike
    the next one.
    """
    if len(series) <= _MOST_BARS:
        return list(series)
    hour_s = units.SECONDS_PER_HOUR
    least_s = (series.end_s - series.start_s) / (_MOST_BARS - 1)
    steps_s = (hours * hour_s for hours in _HOURS_OF_A_BAR)
    days_s = -(-least_s // (24 * hour_s)) * 24 * hour_s
    step_s = next((step for step in steps_s if step >= least_s), days_s)
    shown, edge_s = [], series.start_s // step_s * step_s
    while edge_s < series.end_s:
        start_s, end_s = max(edge_s, series.start_s), min(edge_s + step_s, series.end_s)
        if series.coverage(start_s, end_s) > 0:
            mean, _ = series.mean_and_share(start_s, end_s)
            state = series.within(start_s, end_s).intervals[0].state
            shown.append(IntensityInterval(start_s, end_s, mean, state))
        edge_s += step_s
    return shown


def print_summary(series: IntensitySeries, start_s: float, end_s: float) -> None:
    """Print the mean of a window with what it is, then lowest, highest and coverage."""
    mean = mean_of(series, start_s, end_s)
    lowest = min(series, key=lambda i: i.carbon_intensity_g_per_kwh)
    highest = max(series, key=lambda i: i.carbon_intensity_g_per_kwh)
    click.echo(f"{series.zone}: mean {mean.words} {UNIT}, {signal_words(series)}")
    parts = [f"{times(start_s, end_s)}, {100 * mean.coverage:.3g} % covered"]
    for name, interval in (("lowest", lowest), ("highest", highest)):
        grams = units.plain(interval.carbon_intensity_g_per_kwh)
        parts.append(f"{name} {grams} at {_short(interval.start_s)}")
    click.echo("  " + "; ".join(parts))
    print_provenance(series)


def times(start_s: float, end_s: float) -> str:
    """Return a window in words: '2026-11-25 18:00 to 19:00 UTC'."""
    start, end = _short(start_s), _short(end_s)
    same_day = start[:10] == end[:10]
    return f"{start} to {end[11:] if same_day else end} UTC"


def _short(moment_s: float) -> str:
    return datetime.fromtimestamp(moment_s, timezone.utc).strftime("%Y-%m-%d %H:%M")
