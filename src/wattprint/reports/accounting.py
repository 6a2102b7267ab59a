"""A cluster's jobs as one HTML page that needs nothing else: no network, no script, no file."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timezone
from typing import Any, NamedTuple

from wattprint.accounting.summary import AccountReport, RollUp
from wattprint.domain import units
from wattprint.domain.figures import everyday_sentence
from wattprint.domain.footprint import co2e
from wattprint.estimator.account import equivalents_of
from wattprint.reports import accounting_drawn as drawn
from wattprint.reports import accounting_tables as tables
from wattprint.reports.breakdowns import percent
from wattprint.reports.consumers import (
    Line,
    Measure,
    energy_words,
    jobs_words,
    lines_of,
    measure_of,
    range_of,
)
from wattprint.reports.documents import cited
from wattprint.reports.drawn import Drawn
from wattprint.reports.html import rendered
from wattprint.reports.parts import Table, Tile, tile
from wattprint.reports.savings import savings_of
from wattprint.reports.times import by_quarter, filled, lines_over_time

TIMES = ("day", "month", "quarter", "year")
PLURALS = {"state": "states", "method": "methods"}


class Block(NamedTuple):
    """A part of a section: what it is headed, drawn, said and tabled."""

    title: str
    charts: Sequence[Drawn]
    sentence: str
    table: Table


def account_page(report: AccountReport, *, title: str = "", command: str = "") -> str:
    """Return a cluster's jobs as a page of HTML.

    Args:
        report: What there is to say of them.
        title: Name of the cluster or site. Default: the names of the files.
        command: The command that made it, to be made again.

    Raises:
        InputError: The extra `report` is not installed.
    """
    return rendered("accounting.html.jinja", **account_parts(report, title, command))


def account_parts(report: AccountReport, title: str, command: str) -> dict[str, Any]:
    """Return what a page says, by the names that the template uses."""
    measure = measure_of(report.total)
    savings = savings_of(report, measure)
    return {
        "title": title or _named_by_files(report),
        "under_title": _under_title(report),
        "sentence": f"{report.headline}.",
        "everyday": _everyday(report),
        "tiles": tuple(_tiles(report)),
        "charging": _charging(report),
        "located": _located(report),
        "for_emissions": f"{command or 'wattprint account LOG'} --zone FR",
        "has_emissions": report.total.location_kg is not None,
        "parts": drawn.parts_chart(report.total),
        "figures": tables.figures_table(report),
        "consumers": tuple(_consumers(report, measure)),
        "times": _times(report, measure),
        "states": Block(
            "How jobs ended",
            drawn.states_chart(report, measure),
            _wasted(report),
            tables.states_table(report),
        ),
        "savings": Block(
            "What would have cut it",
            drawn.savings_chart(savings, measure),
            "",
            tables.savings_table(savings, measure),
        ),
        "unused": tables.unused_table(report),
        "is_use_known": _is_use_known(report),
        "elsewhere": tables.elsewhere_table(report),
        "elsewhere_note": report.cleaner.chosen if report.cleaner else "",
        "methods": _methods(report),
        "missing": report.missing,
        "hardware": tables.hardware_table(report.hardware),
        "facts": tuple(tables.facts_by_partition(report)),
        "sources": tuple(cited(e for one in report.factors for e in one.evidence)),
        "reading": _reading(report),
        "command": command,
        "factor_set": dict(report.factor_set),
    }


def _named_by_files(report: AccountReport) -> str:
    files = report.reading.files
    name = tables.file_name(files[0].name) if files else "a cluster"
    others = f" and {len(files) - 1:,} more files" if len(files) > 1 else ""
    return f"Jobs of {name}{others}"


def _under_title(report: AccountReport) -> str:
    return f"{jobs_words(report.total.jobs)} · {_period(report)} · {_hours(report)}"


def _period(report: AccountReport) -> str:
    first_s, last_s = report.reading.first_s, report.reading.last_s
    if first_s is None or last_s is None:
        return "times not known"
    first, last = (_day(moment_s) for moment_s in (first_s, last_s))
    return first if first == last else f"{first} to {last}"


def _day(moment_s: int) -> str:
    try:
        return f"{datetime.fromtimestamp(moment_s, timezone.utc):%Y-%m-%d}"
    except (OverflowError, ValueError, OSError):  # a year that no calendar here has
        return "a day beyond the calendar"


def _hours(report: AccountReport) -> str:
    said = f"{units.plain(report.total.cpu_h)} CPU hours"
    if report.total.accelerator_h:
        said += f" and {units.plain(report.total.accelerator_h)} accelerator hours"
    return said


def _everyday(report: AccountReport) -> str:
    location_kg = report.total.location_kg
    return "" if location_kg is None else everyday_sentence(equivalents_of(range_of(location_kg)))


def _tiles(report: AccountReport) -> Iterator[Tile]:
    total = report.total
    is_whole = not any(word.startswith("cooling") for word in report.missing)
    label = "Energy, with cooling" if is_whole else "Energy, cooling not counted"
    yield tile(label, energy_words(total.facility_kwh))
    if total.location_kg is None:
        yield Tile("Emissions", "not known", "", "no place was given")
    else:
        yield tile("Emissions", co2e(range_of(total.location_kg)))
    if total.market_kg is not None:
        yield tile("Market-based", co2e(range_of(total.market_kg)))
    yield tile("Making of the hardware", co2e(range_of(total.embodied_kg)))
    lost = report.wasted
    if lost is None:
        yield Tile("Lost work", "none", "", "no job failed or ran out of time")
    else:
        number, unit = percent(report.wasted_share).rsplit(" ", 1)
        yield Tile("Lost work", number, unit, "of the energy")


def _charging(report: AccountReport) -> str:
    if report.total.location_kg is None:
        return ""
    if not report.is_by_hour:
        return "Every job is charged at the mean intensity of the grid in its year."
    mean_kg = report.total.location_at_year_mean_kg
    said = "Every job is charged at the intensity of the grid in its own hours."
    if mean_kg is None:
        return said
    return f"{said} At the means of years it would be {_mass(mean_kg)} CO2e."


def _mass(kilograms: float) -> str:
    return units.mass(kilograms * units.GRAMS_PER_KILOGRAM)


def _located(report: AccountReport) -> str:
    """Say of how many jobs the place is known, where it is not all of them, or none."""
    total = report.total
    if total.location_kg is None or total.located_jobs == total.jobs:
        return ""
    return (
        f"The place of {total.located_jobs:,} of {jobs_words(total.jobs)} is known: emissions are "
        "those of these jobs alone, and the rest of this page compares energy."
    )


def _consumers(report: AccountReport, measure: Measure) -> Iterator[Block]:
    """Yield who and what used the energy: what was asked for first, partitions last."""
    single = [one for one in report.roll_ups if len(one.by) == 1 and one.by[0] not in TIMES]
    for roll_up in sorted(single, key=lambda one: one.by == ("partition",)):
        if len(roll_up.rows) > 1 or roll_up.rows[0].labels != ("",):
            yield _consumer(roll_up, report, measure)
    for roll_up in report.roll_ups:
        if len(roll_up.by) > 1:
            yield _of_several(roll_up, report, measure)


def _consumer(roll_up: RollUp, report: AccountReport, measure: Measure) -> Block:
    (name,) = roll_up.by
    lines = sorted(lines_of(roll_up), key=lambda line: -measure.of(line).value)
    if name == "partition":
        charts, sentence = drawn.hardware_chart(roll_up, report.total), ""
    else:
        charts = drawn.consumers_chart(f"by-{name}", name, lines, measure)
        plural = PLURALS.get(name, f"{name}s")
        curve, sentence = drawn.shares_chart(f"shares-{name}", plural, lines, measure)
        charts = [*charts, *curve]
    table = tables.consumers_table(name, lines, report, measure)
    return Block(f"By {name}", charts, sentence, table)


def _of_several(roll_up: RollUp, report: AccountReport, measure: Measure) -> Block:
    title = f"By {' and '.join(roll_up.by)}"
    times = [i for i, name in enumerate(roll_up.by) if name in TIMES]
    crossed = None
    if len(roll_up.by) == 2 and len(times) == 1:
        crossed = tables.crossed_table(roll_up, times[0], measure)
    if crossed is None:
        return Block(title, [], "", tables.roll_up_table(roll_up, report, measure))
    said = "Emissions in CO2e." if measure.name == "emissions" else "Energy."
    return Block(title, [], said, crossed)


def _times(report: AccountReport, measure: Measure) -> tuple[Block, ...]:
    period, lines = lines_over_time(report)
    if not lines:
        return ()
    sentence = f"All jobs began in {lines[0].label}." if len(lines) == 1 else ""
    charts = drawn.times_chart(period, lines, measure)
    table = _timetable(period, lines, report, measure)
    blocks = [Block(f"By {period}", charts, sentence, table)]
    monthly = report.rolled_up("month")
    if period == "month" and monthly is not None:
        quarters = by_quarter(filled(lines_of(monthly), "month"))
        if len(quarters) > 1:
            table = _timetable("quarter", quarters, report, measure)
            blocks.append(Block("By quarter", [], "", table))
    return tuple(blocks)


def _timetable(
    period: str, lines: Sequence[Line], report: AccountReport, measure: Measure
) -> Table:
    """Return the periods in which jobs began."""
    busy = [line for line in lines if line.jobs]
    return tables.consumers_table(period, busy, report, measure, len(busy))


def _wasted(report: AccountReport) -> str:
    lost = report.wasted
    if lost is None:
        return "No job failed, was cancelled, ran out of time or of memory, or lost its machine."
    placed = "" if lost.location_kg is None else f" and {_mass(lost.location_kg.value)} CO2e"
    said = "its work is" if lost.jobs == 1 else "their work is"
    return (
        f"{jobs_words(lost.jobs)} ended so that {said} usually lost: "
        f"{units.energy(lost.facility_kwh.value)}{placed}, "
        f"{percent(report.wasted_share)} of the energy."
    )


def _is_use_known(report: AccountReport) -> bool:
    total = report.total
    unused = (total.unused_memory, total.unused_cpu, total.idle_accelerator)
    return any(one.known_jobs for one in unused)


def _methods(report: AccountReport) -> str:
    """Say how the energy is known."""
    whole = report.total.facility_kwh.value
    said = [
        f"{percent(sums.facility_kwh.value / whole) if whole else '0 %'} of the energy is {method}"
        for method, sums in report.methods.items()
    ]
    return (
        f"{', '.join(said)}." if len(said) > 1 else f"All energy is {next(iter(report.methods))}."
    )


def _reading(report: AccountReport) -> dict[str, Table]:
    reading = report.reading
    return {
        "files": tables.files_table(reading),
        "rows": tables.rows_table(reading),
        "reasons": tables.reasons_table(reading),
        "notes": tables.notes_table(reading),
    }
