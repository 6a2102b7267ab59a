"""Runs side by side: their figures, how each differs from the first, and what was set otherwise.

Two runs of one place share its intensity and PUE: whatever those really are, they are the same for
both. So a ratio of emissions is the ratio of what is not shared: known factors cancel first.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from wattprint.domain import units
from wattprint.domain.evidence import Evidence
from wattprint.domain.footprint import Footprint, co2e
from wattprint.domain.interval import Range, inverse, product
from wattprint.hub.run_view import RunView
from wattprint.reports import recorded

MOST_RUNS = 8
LEAST_RUNS = 2
_MOST_SETTINGS = 200
_MOST_LETTERS = 300


class Ratio(NamedTuple):
    """A run's figure over the first one's."""

    amount: Range
    cancelled: tuple[str, ...]
    """Factors that both share, and that add nothing to the interval."""


class Line(NamedTuple):
    """A figure of each run, and its ratio to the first run's."""

    name: str
    cells: list[str]
    ratios: list[str]


def figure_lines(views: Sequence[RunView]) -> list[Line]:
    """Return figures of runs, side by side.

    Args:
        views: The runs; the first is what the others are compared with.
    """
    lines = []
    for name, quantity, write in (
        ("Energy of the IT", "it", _energy),
        ("Energy of the facility", "facility", _energy),
        ("Emissions, location-based", "location_based", co2e),
        ("Emissions, market-based", "market_based", co2e),
        ("Embodied emissions", "embodied", co2e),
    ):
        amounts = [amount_of(view.footprint, quantity) for view in views]
        if any(amount is not None for amount in amounts):
            cells = ["not known" if one is None else write(one) for one in amounts]
            ratios = [_said(ratio(views[0].footprint, v.footprint, quantity)) for v in views]
            lines.append(Line(name, cells, ["", *ratios[1:]]))
    return lines


def amount_of(footprint: Footprint, quantity: str) -> Range | None:
    """Return an energy [kWh] or emissions [kgCO2e] of a footprint."""
    of: Any = footprint.energy_kwh if quantity in ("it", "facility") else footprint.emissions_kg
    found: Range | None = getattr(of, quantity)
    return found


def ratio(first: Footprint, other: Footprint, quantity: str) -> Ratio | None:
    """Return the ratio of a figure of two footprints; shared factors cancel.

    Args:
        first: What is divided by.
        other: What is divided.
        quantity: `it`, `facility`, `location_based`, `market_based` or `embodied`.

    Returns:
        None where either is not known, or the first is 0.
    """
    of_first, of_other = amount_of(first, quantity), amount_of(other, quantity)
    if of_first is None or of_other is None or not of_first.value or not of_other.value:
        return None
    shared = _shared(first, other) if quantity in ("facility", "location_based") else ()
    whole = {"facility": ("pue",), "location_based": ("carbon_intensity", "pue")}
    needed = whole.get(quantity, ())
    it = amount_of(first, "it"), amount_of(other, "it")
    value = of_other.value / of_first.value
    if needed and set(needed) <= set(shared) and it[0] and it[1]:
        return Ratio(product(it[1], inverse(it[0]), value=value), needed)
    facility = amount_of(first, "facility"), amount_of(other, "facility")
    if "carbon_intensity" in needed and "carbon_intensity" in shared:
        below = facility if facility[0] and facility[1] else it
        if below[0] and below[1]:
            return Ratio(product(below[1], inverse(below[0]), value=value), ("carbon_intensity",))
    return Ratio(product(of_other, inverse(of_first), value=value), ())


def _shared(first: Footprint, other: Footprint) -> tuple[str, ...]:
    """Return which factors two footprints have in common, to the last digit and source."""
    found = []
    for quantity in ("pue", "carbon_intensity"):
        one, two = _evidence(first, quantity), _evidence(other, quantity)
        if one is None or two is None or one.amount is None:
            continue
        if (one.amount, one.source, one.year) == (two.amount, two.source, two.year):
            found.append(quantity)
    return tuple(found)


def _evidence(footprint: Footprint, quantity: str) -> Evidence | None:
    found = [one for one in footprint.evidence if one.quantity == quantity]
    return found[0] if len(found) == 1 else None


def _said(ratio: Ratio | None) -> str:
    """Say a ratio: '0.8 times the first (0.7-0.9)'."""
    if ratio is None:
        return ""
    value, low, high = (units.plain(bound) for bound in ratio.amount.as_tuple())
    bounds = "" if low == high else f" ({low}-{high})"
    words = {"pue": "PUE", "carbon_intensity": "intensity"}
    names = " and ".join(words[name] for name in ratio.cancelled)
    return f"{value} times{bounds}" + (f", shared {names} cancelled" if names else "")


def _energy(kwh: Range) -> str:
    return units.energy_range(kwh.as_tuple())


def fact_lines(views: Sequence[RunView]) -> list[Line]:
    """Return where, when and on what the runs ran."""
    rows: dict[str, list[str]] = {
        "Project": [view.key.project_id for view in views],
        "Outcome": [view.row["outcome"] for view in views],
        "Stage": [view.row["stage"] or "not said" for view in views],
        "Duration": [units.duration(view.row["duration_ms"] / 1000) for view in views],
        "Hardware": [_hardware(view) for view in views],
        "Zone": [view.row["zone"] or "none given" for view in views],
        "Carbon intensity": [_amount(view.footprint, "carbon_intensity") for view in views],
        "PUE": [_amount(view.footprint, "pue") for view in views],
        "Factor set": [str(view.footprint.factor_set.get("version", "")) for view in views],
        "Method": [view.footprint.method.value for view in views],
    }
    return [Line(name, cells, []) for name, cells in rows.items()]


def _hardware(view: RunView) -> str:
    count = sum(device.component == "accelerator" for device in view.record.devices)
    name = view.row["hardware"] or "not known"
    return f"{count} x {name}" if count > 1 else str(name)


def _amount(footprint: Footprint, quantity: str) -> str:
    found = _evidence(footprint, quantity)
    if found is None or found.amount is None:
        return "not known"
    unit = "" if found.unit == "ratio" else f" {found.unit}"
    return f"{units.plain(found.amount.value)}{unit}"


def setting_lines(views: Sequence[RunView]) -> list[Line]:
    """Return what the runs said of themselves in which they differ, at most so many lines."""
    said = [dict(_flat(view)) for view in views]
    names = sorted(set().union(*said))
    lines = [Line(name, [one.get(name, "") for one in said], []) for name in names]
    return [line for line in lines if len(set(line.cells)) > 1][:_MOST_SETTINGS]


def _flat(view: RunView) -> Iterator[tuple[str, str]]:
    record = view.record
    yield from ((f"Tag {name}", text[:_MOST_LETTERS]) for name, text in record.tags.items())
    for group, facts in (("Place", record.place), ("Software", record.software)):
        said = recorded.fact_lines(facts)
        yield from ((f"{group}, {name}", text[:_MOST_LETTERS]) for name, text in said)
    yield from ((name, text[:_MOST_LETTERS]) for name, text in recorded.host_lines(record.host))
    yield "Interval asked for", f"{units.plain(record.interval_s)} s"
