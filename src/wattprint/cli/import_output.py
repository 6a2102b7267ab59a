"""What `wattprint import` prints: a line or two a file, and one that a person can quote."""

from collections import Counter
from collections.abc import Iterator, Sequence
from math import fsum
from typing import Any

import click

from wattprint.cli.output import print_json, say
from wattprint.domain import units
from wattprint.domain.imported import Counts
from wattprint.factors.tables import shipped
from wattprint.importers.files import Asked, Outcome
from wattprint.importers.kinds import label_of

_MOST_FILES = 10
"""Files of which each has its own lines; of more, only those that say something."""
_MOST_ROWS = 5


def print_outcomes(
    outcomes: Sequence[Outcome], passed: Sequence[Outcome], asked: Asked, *, as_json: bool
) -> None:
    """Print what became of the files."""
    if as_json:
        print_json(_as_dict(outcomes, passed))
        return
    refused = [outcome for outcome in outcomes if outcome.status == "refused"]
    taken = [outcome for outcome in outcomes if outcome.status != "refused"]
    for outcome in taken if len(taken) <= _MOST_FILES else []:
        click.echo("\n".join(_lines(outcome, asked)))
    if len(taken) > _MOST_FILES:
        click.echo("\n".join(_doubts_of_many(taken)))
    for outcome in passed[:_MOST_ROWS]:
        click.echo(f"{outcome.source}: passed over: {outcome.reason}")
    if len(passed) > _MOST_ROWS:
        click.echo(f"... and {len(passed) - _MOST_ROWS:,} more files passed over.")
    for outcome in refused:
        say(f"wattprint: {outcome.source}: {outcome.reason}.")
        for line in _rejected(outcome):
            say(line)
    if not outcomes and passed:
        say("wattprint: nothing in there is a record that is known.")
    elif taken:
        click.echo(_summary(taken, asked))


def _lines(outcome: Outcome, asked: Asked) -> Iterator[str]:
    """Yield what is said of one file."""
    counts = outcome.counts
    label = label_of(outcome.kind or "")
    if outcome.status == "present" or counts is None:
        yield f"{outcome.source}: {label}, nothing added: {outcome.reason}"
        return
    yield f"{outcome.source}: {label}, {_counted(counts)}{_as_id(outcome)}"
    yield f"  reported: {_sums(counts)}"
    if outcome.compared:
        yield f"  recomputed under factor set {_version()}: {_compared([outcome])}"
    if outcome.without_place:
        yield f"  {_without_place(outcome.without_place, asked)}"
    for what, count in counts.dropped.items():
        yield f"  dropped: {what}, of {_records(count)}; --keep-location keeps it"
    for doubt in outcome.doubts:
        more = f" (and so {doubt.records - 1:,} more)" if doubt.records > 1 else ""
        yield f"  record {doubt.first}: {doubt.text}{more}"
    yield from _rejected(outcome)


def _rejected(outcome: Outcome) -> Iterator[str]:
    for row in outcome.rejected[:_MOST_ROWS]:
        yield f"  rejected: line {row.at_line}: {row.reason}"
    more = 0 if outcome.counts is None else outcome.counts.rejected - len(outcome.rejected)
    if more > 0:
        yield f"  ... and {more:,} more rejected rows"


def _doubts_of_many(taken: Sequence[Outcome]) -> Iterator[str]:
    """Yield what is odd about many files: the first few of each sort."""
    said = [
        f"{outcome.source}: {doubt.text}"
        for outcome in taken
        if outcome.status != "present"
        for doubt in outcome.doubts[:1]
    ]
    said += [
        f"{outcome.source}: line {row.at_line}: {row.reason}"
        for outcome in taken
        for row in outcome.rejected[:1]
    ]
    yield from said[: 2 * _MOST_FILES]
    if len(said) > 2 * _MOST_FILES:
        more = len(said) - 2 * _MOST_FILES
        yield f"... and {more:,} more; `wattprint runs --imported` lists all records."
    kinds = Counter(label_of(outcome.kind or "") for outcome in taken)
    yield "Files: " + ", ".join(f"{count:,} {label}" for label, count in sorted(kinds.items()))


def _summary(taken: Sequence[Outcome], asked: Asked) -> str:
    """Return the line to quote."""
    new = [o for o in taken if o.status != "present" and o.counts is not None]
    there = len(taken) - len(new)
    again = f"{there:,} of {len(taken):,} files were there already; " if there else ""
    if not new:
        return "Nothing added: all of it is there already."
    counts = [o.counts for o in new if o.counts is not None]
    total = Counts(
        records=sum(c.records for c in counts),
        rejected=sum(c.rejected for c in counts),
        superseded=sum(c.superseded for c in counts),
        dropped={},
        energy_kwh=fsum(c.energy_kwh for c in counts),
        emissions_g=fsum(c.emissions_g for c in counts),
        duration_s=fsum(c.duration_s for c in counts),
    )
    verb = "Would import" if asked.dry_run else "Imported"
    line = f"{again}{verb} {_counted(total)}: {_sums(total)} as reported"
    if not any(o.compared for o in new):
        return f"{line}."
    return f"{line}; recomputed {_compared(new)}."


def _version() -> str:
    return shipped().identity["version"]


def _counted(counts: Counts) -> str:
    parts = [_records(counts.records)]
    if counts.rejected:
        parts.append(f"{counts.rejected:,} row{'s' if counts.rejected > 1 else ''} rejected")
    if counts.superseded:
        rows = "1 earlier row" if counts.superseded == 1 else f"{counts.superseded:,} earlier rows"
        parts.append(f"{rows} of the same runs")
    return ", ".join(parts)


def _records(count: int) -> str:
    return "1 record" if count == 1 else f"{count:,} records"


def _as_id(outcome: Outcome) -> str:
    if outcome.import_id is None:
        return ""
    return f", as {outcome.import_id}" + (f", {outcome.reason}" if outcome.reason else "")


def _sums(counts: Counts) -> str:
    energy = units.energy(counts.energy_kwh) if counts.energy_kwh else "no energy"
    mass = f"{units.mass(counts.emissions_g)} CO2e" if counts.emissions_g else "no emissions"
    return f"{energy}, {mass}"


def _compared(outcomes: Sequence[Outcome]) -> str:
    records = sum(outcome.compared for outcome in outcomes)
    reported_g = sum(outcome.reported_g for outcome in outcomes)
    recomputed_g = sum(outcome.recomputed_g for outcome in outcomes)
    which = "it" if records == 1 else f"these {records:,}"
    ratio = f", {units.plain(reported_g / recomputed_g)} times as much" if recomputed_g else ""
    return f"{units.mass(recomputed_g)} CO2e where {which} reported {units.mass(reported_g)}{ratio}"


def _without_place(count: int, asked: Asked) -> str:
    words = "1 record has no place" if count == 1 else f"{count:,} records have no place"
    again = "" if asked.dry_run else " --force"
    return f"{words} and cannot be recomputed: say it with --zone ZONE{again}"


def _as_dict(outcomes: Sequence[Outcome], passed: Sequence[Outcome]) -> dict[str, Any]:
    """Return the JSON form."""
    return {
        "files": [_outcome_dict(outcome) for outcome in outcomes],
        "passed_over": [{"source": o.source, "reason": o.reason} for o in passed],
    }


def _outcome_dict(outcome: Outcome) -> dict[str, Any]:
    compared = {
        "records": outcome.compared,
        "reported_g": outcome.reported_g,
        "recomputed_g": outcome.recomputed_g,
        "ratio": outcome.reported_g / outcome.recomputed_g if outcome.recomputed_g else None,
    }
    return {
        "source": outcome.source,
        "status": outcome.status,
        "reason": outcome.reason,
        "id": outcome.import_id,
        "kind": outcome.kind,
        "counts": None if outcome.counts is None else outcome.counts._asdict(),
        "compared": compared,
        "without_place": outcome.without_place,
        "doubts": [doubt._asdict() for doubt in outcome.doubts],
        "rejected": [row._asdict() for row in outcome.rejected],
    }
