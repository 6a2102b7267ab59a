"""What would have cut the footprint of a cluster's jobs, each measure on its own."""

from collections.abc import Iterator
from typing import NamedTuple

from wattprint.accounting.summary import AccountReport, Unused
from wattprint.reports.consumers import Measure, jobs_words


class Saving(NamedTuple):
    """What a measure would have saved."""

    label: str
    amount: float
    """Emissions [kgCO2e], or energy [kWh] where not all jobs have a place."""
    note: str


_ENDS = {
    "failed": "failed",
    "cancelled": "were cancelled",
    "timeout": "ran out of time",
    "out_of_memory": "ran out of memory",
    "node_failed": "lost their machine",
}


def savings_of(report: AccountReport, measure: Measure) -> list[Saving]:
    """Return what would have saved most first; these overlap and do not add up."""
    found = [
        one for one in (*_cleaner(report, measure), *_waste(report, measure)) if one.amount > 0
    ]
    return sorted(found, key=lambda one: -one.amount)


def _cleaner(report: AccountReport, measure: Measure) -> Iterator[Saving]:
    """Yield the cleanest place alone: those behind it are in a table of their own."""
    if report.cleaner is None or not report.cleaner.places or measure.name != "emissions":
        return
    best = report.cleaner.places[0]
    yield Saving(
        f"In the grid of {best.name}",
        best.saved_kg,
        "The same energy at the mean intensity of its years there; what the grid does when load "
        "moves there is another question.",
    )


def _waste(report: AccountReport, measure: Measure) -> Iterator[Saving]:
    total, is_mass = report.total, measure.name == "emissions"
    if report.wasted is not None:
        lost = report.wasted.location_kg if is_mass else report.wasted.facility_kwh
        ends = [_ENDS.get(one.state, one.state) for one in report.states if one.is_waste]
        yield Saving(
            "No lost work",
            0.0 if lost is None else lost.value,
            f"Jobs that {_either(ends)}: their work is usually lost. Checkpoints keep some of it.",
        )
    for label, unused, advice in (
        (
            "Memory as used",
            total.unused_memory,
            "Memory that was set aside and never filled, at its power.",
        ),
        ("CPUs as used", total.unused_cpu, "CPUs that were set aside and did nothing, at idle."),
        (
            "No idle accelerators",
            total.idle_accelerator,
            "Accelerators that were set aside and did nothing, at idle.",
        ),
    ):
        amount = unused.location_kg if is_mass else unused.facility_kwh
        if amount is not None:
            yield Saving(label, amount, f"{advice}{_known_of(unused, total.jobs)}")


def _known_of(unused: Unused, jobs: int) -> str:
    if unused.known_jobs == jobs:
        return ""
    return f" Known of {unused.known_jobs:,} of {jobs_words(jobs)}."


def _either(words: list[str]) -> str:
    *others, last = words
    return f"{', '.join(others)} or {last}" if others else last
