"""What a run's page says, part by part, as plain texts: the template only places them."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any, NamedTuple

from wattprint.charts.devices import device_label
from wattprint.domain import units
from wattprint.domain.evidence import Method
from wattprint.domain.figures import all_figures, amount_words, equivalents_sentence, source_words
from wattprint.domain.footprint import Footprint, co2e
from wattprint.domain.run import RunRecord
from wattprint.estimator.per_unit import Breakdown
from wattprint.estimator.sections import rates_of
from wattprint.reports.breakdowns import (
    NO_BREAK,
    PER_UNIT_HEAD,
    SECTION_HEAD,
    cpu_share_sentence,
    per_unit_cells,
    power_words,
    section_cells,
)
from wattprint.reports.documents import cited_sources
from wattprint.reports.recorded import fact_lines, host_lines

_STATE_NOTES = {
    "running": "This run still goes on: the figures are those so far.",
    "interrupted": "This run was interrupted: what was read until then is counted.",
    "failed": "This run failed; what it used is counted all the same.",
    "without an end": "This run has no end on record: what was read until then is counted.",
}

_NOTHING_READ = "There are no readings in which any could show."


class Table(NamedTuple):
    """A table of a page."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[int, ...] = ()
    """Columns that hold figures."""
    prose: tuple[int, ...] = ()
    """Columns that hold sentences."""
    has_total: bool = False
    """Whether the last row is the sum of those above."""


class Tile(NamedTuple):
    """A figure that leads."""

    label: str
    value: str
    unit: str
    note: str


def run_parts(
    run: RunRecord, footprint: Footprint, breakdown: Breakdown, state: str
) -> dict[str, Any]:
    """Return what a page says, by the names that the template uses.

    Args:
        run: The run's record.
        footprint: Its footprint.
        breakdown: Its figures by section and per unit.
        state: How the run ended, in a word.
    """
    return {
        "title": run.project if run.name in ("", run.run_id) else f"{run.project}: {run.name}",
        "under_title": f"Run {run.run_id} · {state} · {_started(run)}",
        "sentence": _sentence(footprint),
        "everyday": equivalents_sentence(footprint),
        "tiles": tuple(_tiles(run, footprint)),
        "state_note": _STATE_NOTES.get(state, ""),
        "has_energy": footprint.best_energy_kwh is not None,
        "has_emissions": footprint.emissions_kg.location_based is not None,
        "devices": _devices(run),
        "figures": _figures(footprint),
        "sections": Table(
            "Energy by section",
            tuple(map(capital, SECTION_HEAD)),
            tuple(section_cells(breakdown.sections, indent=2 * NO_BREAK)),
            (1, 2, 3, 4, 5, 6),
        ),
        "per_unit": Table(
            "Energy and emissions per unit",
            tuple(map(capital, PER_UNIT_HEAD)),
            tuple(per_unit_cells(breakdown.per_unit)),
            (1, 2),
        ),
        "cpu_share": cpu_share_sentence(breakdown.cpu_share) if breakdown.cpu_share else "",
        "place": tuple(_place(footprint)),
        "coverage": _coverage(footprint),
        "evidence": _evidence(footprint),
        "equations": footprint.equations,
        "meters": _meters(run),
        "faults": _faults(run),
        "no_faults": "None: every reading succeeded." if run.intervals else _NOTHING_READ,
        "facts": tuple(_facts(run, state)),
        "sources": tuple(cited_sources(footprint)),
        "factor_set": dict(footprint.factor_set),
    }


def _sentence(footprint: Footprint) -> str:
    """Return the line to quote."""
    if footprint.best_energy_kwh is None:
        return "The energy of this run is not known."
    return f"This run used {footprint.summary()}."


def _tiles(run: RunRecord, footprint: Footprint) -> Iterator[Tile]:
    energy, emissions = footprint.best_energy_kwh, footprint.emissions_kg.location_based
    if energy is None:
        yield Tile("Energy", "not known", "", "no device could be read")
    else:
        yield tile("Energy", units.energy_range(energy.as_tuple()))
    if emissions is None:
        has_place = rates_of(footprint).carbon_intensity is not None
        note = "energy is not known" if has_place else "no place was given"
        yield Tile("Emissions", "not known", "", note)
    else:
        yield tile("Emissions", co2e(emissions))
    yield Tile("Duration", units.duration(run.duration_s), "", _slept(run))
    read = [joules for joules in run.device_energy_j() if joules is not None]
    if read and run.duration_s:
        number, _, unit = power_words(sum(read) / run.duration_s).partition(" ")
        note = f"of {len(read)} device{'' if len(read) == 1 else 's'}"
        yield Tile("Mean power", number, unit, note)


def tile(label: str, figure: str) -> Tile:
    """Return a figure that leads: take one such as '24 g CO2e (18-31)' apart."""
    said, _, bounds = figure.partition(" (")
    number, _, unit = said.partition(" ")
    return Tile(label, number, unit, f"90 % interval {bounds[:-1]}" if bounds else "exact")


def _slept(run: RunRecord) -> str:
    slept_s = _slept_s(run)
    return f"and {units.duration(slept_s)} asleep" if slept_s else "awake throughout"


def _slept_s(run: RunRecord) -> float:
    return sum(interval.suspended_s for interval in run.intervals)


def _devices(run: RunRecord) -> Table:
    shares = zip(run.devices, run.device_energy_j(), run.observed_share(), strict=True)
    rows = tuple(
        (
            device_label(device),
            "CPU" if device.component == "cpu" else device.component,
            "not read" if joules is None else units.energy(joules / units.JOULES_PER_KWH),
            "" if not joules or not run.duration_s else power_words(joules / run.duration_s),
            "0 %" if joules is None else f"{share:.0%}".replace("%", " %"),
            device.method.value,
        )
        for device, joules, share in shares
    )
    head = ("Device", "Component", "Energy", "Mean power", "Observed", "Method")
    return Table("Devices", head, rows, (2, 3, 4))


def _figures(footprint: Footprint) -> Table:
    rows = tuple((capital(f.label), f.value, f.interval, f.method) for f in all_figures(footprint))
    return Table("All figures", ("Figure", "Value", "90 % interval", "Method"), rows, (1, 2))


def _place(footprint: Footprint) -> Iterator[tuple[str, str, str]]:
    """Yield name, figure and origin of what the place says."""
    names = {
        "carbon_intensity": "Carbon intensity of the grid",
        "market_intensity": "Market-based intensity",
        "contract_intensity": "Contract",
        "residual_mix": "Residual mix",
        "carbon_free_share_hourly": "Carbon-free share, hour by hour",
        "carbon_free_share_annual": "Carbon-free share, over the year",
        "pue": "PUE, facility over IT energy",
        "site_wue": "Water of the site",
        "grid_water": "Water of the electricity",
    }
    for quantity, name in names.items():
        for evidence in footprint.evidence:
            if evidence.quantity == quantity:
                origin = [evidence.method.value, source_words(evidence), evidence.note]
                yield name, amount_words(evidence), "; ".join(text for text in origin if text)


def _coverage(footprint: Footprint) -> Table:
    missing = Method.MISSING
    counted_first = sorted(footprint.coverage.items(), key=lambda item: item[1] is missing)
    rows = tuple(
        (capital(name.replace("_", " ")), "not counted" if method is missing else method.value)
        for name, method in counted_first
    )
    return Table("What is counted and what is not", ("Part", "How"), rows)


def _evidence(footprint: Footprint) -> Table:
    rows = tuple(
        (
            capital(evidence.quantity.replace("_", " ")),
            amount_words(evidence),
            evidence.method.value,
            source_words(evidence),
            evidence.note,
        )
        for evidence in footprint.evidence
    )
    head = ("Figure", "Value and 90 % interval", "Method", "Source, year", "Note")
    return Table("Every figure that entered, and why", head, rows, (1,), (3, 4))


def _meters(run: RunRecord) -> Table:
    rows = tuple(
        (
            str(meter.get("family", "")),
            "used" if meter.get("used") else "not used",
            str(meter.get("reason", "")),
        )
        for meter in run.meters
    )
    return Table("Meters", ("Family", "Used", "Why"), rows, prose=(2,))


def _faults(run: RunRecord) -> Table:
    rows = tuple(
        (str(number), units.duration(fault.at_s), fault.meter, fault.message)
        for number, fault in enumerate(run.faults, start=1)
    )
    return Table("Faults", ("Number", "After", "Meter", "What happened"), rows, (1,), (3,))


def _facts(run: RunRecord, state: str) -> Iterator[tuple[str, str]]:
    """Yield name and text of what is known of the run and its machine."""
    yield "Run", run.run_id
    yield "Project", run.project
    yield from _known({"Name": run.name if run.name != run.run_id else "", "Stage": run.stage})
    yield "State", state if run.exit_code is None else f"{state}, exit status {run.exit_code}"
    yield from _known({"Part of run": run.parent})
    yield "Started", _started(run)
    yield from _known({"Ended" if run.outcome else "Last reading": _ended(run)})
    readings = len(run.intervals)
    yield "Readings", f"{readings:,}, every {units.duration(run.interval_s)} as asked for"
    yield from ((f"Tag {key}", value) for key, value in run.tags.items())
    yield from _known({"Place recorded": _pairs(run.place)})
    yield from host_lines(run.host)
    yield from _known({"Software": _pairs(run.software)})
    yield from _known({"Factor set when recorded": str(run.factor_set.get("version", ""))})


def _known(facts: Mapping[str, str | None]) -> Iterator[tuple[str, str]]:
    return ((name, text) for name, text in facts.items() if text)


def _pairs(facts: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {text}" for name, text in fact_lines(facts))


def _started(run: RunRecord) -> str:
    return f"{run.started_at[:19].replace('T', ' ')} UTC"


def _ended(run: RunRecord) -> str:
    """Return the time of the last reading, what the machine slept included."""
    try:
        begun = datetime.fromisoformat(run.started_at[:19]).replace(tzinfo=timezone.utc)
        ended = begun + timedelta(seconds=run.duration_s + _slept_s(run))
    except (ValueError, OverflowError):  # a start that only its year could be read of
        return ""
    return f"{ended:%Y-%m-%d %H:%M:%S} UTC"


def capital(text: str) -> str:
    """Return a text with a capital first letter; what is written in capitals is."""
    first, _, rest = text.partition(" ")
    first = first.upper() if first in ("cpu", "pue") else first[:1].upper() + first[1:]
    return f"{first} {rest}".rstrip()
