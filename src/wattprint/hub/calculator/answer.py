"""What the page of the calculator says of a footprint, part by part."""

from collections.abc import Iterator
from typing import NamedTuple

from wattprint.domain import units
from wattprint.domain.coverage import missing
from wattprint.domain.evidence import Equation, Evidence
from wattprint.domain.figures import amount_words, figures, source_words
from wattprint.domain.footprint import Footprint, co2e
from wattprint.domain.interval import Range
from wattprint.factors.tables import sources
from wattprint.hub.calculator.elsewhere import Cleaner, elsewhere
from wattprint.reports.documents import footprint_latex, footprint_markdown
from wattprint.reports.model_card import footprint_model_card
from wattprint.reports.parts import capital

_SMALLEST_EQUIVALENT = 0.01


class Tile(NamedTuple):
    """A figure that is read first."""

    label: str
    figure: str
    note: str


class Share(NamedTuple):
    """A part of the facility's energy, with its place along a bar."""

    label: str
    words: str
    method: str
    begins_percent: float
    percent: float
    part: str
    """Its colour."""


class Missing(NamedTuple):
    """A part that is not counted, and what to say that it be."""

    part: str
    field: str
    advice: str


class Reason(NamedTuple):
    """A figure that entered."""

    label: str
    amount: str
    method: str
    source: str
    """Key and year."""
    key: str
    """Of the source."""
    title: str
    """What the source is, as a reader can find it."""
    note: str


class Everyday(NamedTuple):
    """Emissions in the terms of everyday life."""

    words: str
    of: str
    source: str
    key: str


class Copy(NamedTuple):
    """A document to be copied."""

    key: str
    label: str
    text: str


class Answer(NamedTuple):
    """All that the page says."""

    summary: str
    tiles: tuple[Tile, ...]
    interval: "Interval | None"
    shares: tuple[Share, ...]
    missing: tuple[Missing, ...]
    others: tuple[tuple[str, str, str, str], ...]
    """Embodied, market-based, water: label, value, interval, method."""
    cleaner: Cleaner | None
    everyday: tuple[Everyday, ...]
    reasons: tuple[Reason, ...]
    equations: tuple[Equation, ...]
    copies: tuple[Copy, ...]


class Interval(NamedTuple):
    """The emissions' interval along a line from 0 to a little above its upper bound [percent]."""

    low: float
    value: float
    high: float


def answer_of(footprint: Footprint) -> Answer:
    """Return what the page says of a footprint."""
    return Answer(
        footprint.summary(),
        tuple(_tiles(footprint)),
        _interval(footprint.emissions_kg.location_based),
        tuple(_shares(footprint)),
        tuple(_missing(footprint)),
        tuple(_others(footprint)),
        elsewhere(footprint),
        tuple(_everyday(footprint)),
        tuple(map(_reason, footprint.evidence)),
        footprint.equations,
        (
            Copy("latex", "LaTeX", footprint_latex(footprint)),
            Copy("markdown", "Markdown", footprint_markdown(footprint)),
            Copy("card", "Model card (YAML)", footprint_model_card(footprint)),
        ),
    )


def _tiles(footprint: Footprint) -> Iterator[Tile]:
    emissions, energy = footprint.emissions_kg.location_based, footprint.energy_kwh
    if emissions is not None:
        yield Tile("Emissions, location-based", *_split(co2e(emissions)))
    for label, amount in (
        ("Energy with cooling (facility)", energy.facility),
        ("Energy at the wall (IT)", energy.it),
        ("Energy of the accelerators", energy.accelerator),
    ):
        if amount is not None:
            yield Tile(label, *_split(units.energy_range(amount.as_tuple())))


def _split(words: str) -> tuple[str, str]:
    """Take a value and its interval apart: '24 g CO2e (18-31)'."""
    value, _, bounds = words.partition(" (")
    low, is_range, high = bounds.removesuffix(")").partition("-")
    return value, f"{low} to {high}" if is_range else "without an interval: exact as given"


def _interval(emissions: Range | None) -> Interval | None:
    if emissions is None or emissions.is_exact or not emissions.high:
        return None
    whole = emissions.high * 1.08
    low, value, high = (
        round(100 * kg / whole, 2) for kg in (emissions.low, emissions.value, emissions.high)
    )
    return Interval(low, value, high)


_PARTS = {
    "accelerator": "Accelerators",
    "cpu": "CPU",
    "memory": "Memory",
    "static": "Board, fans, disks",
    "losses": "Power supply",
    "storage": "Storage",
    "network": "Network",
    "cooling": "Cooling, PUE",
}


def _shares(footprint: Footprint) -> Iterator[Share]:
    """Yield the parts of the energy, cooling last; nothing where there is but one."""
    energy, coverage = footprint.energy_kwh, footprint.coverage
    found = [
        (name, amount.value, coverage["supply_losses" if name == "losses" else name].value)
        for name, amount in footprint.components_kwh._asdict().items()
        if amount is not None and amount.value > 0
    ]
    if energy.it is not None and energy.facility is not None:
        overhead = energy.facility.value - energy.it.value
        if overhead > 0:
            found.append(("cooling", overhead, coverage["facility_overhead"].value))
    whole, begins = sum(kwh for _, kwh, _ in found), 0.0
    for part, kwh, method in found if len(found) > 1 else ():
        percent = 100 * kwh / whole
        words = f"{units.energy(kwh)}, {units.plain(percent, 2)} %"
        yield Share(_PARTS[part], words, method, round(begins, 3), round(percent, 3), part)
        begins += percent


_ADVICE = {
    "accelerator": ("accelerator", "name the accelerator"),
    "cpu": ("host", "choose the machine around it, or name the CPU"),
    "memory": ("host", "choose the machine around it, or give its memory"),
    "static": ("host", "choose the machine around it: board, fans and disks"),
    "supply_losses": ("host", "choose the machine around it: losses of its power supply"),
    "storage": ("storage_tb_hours", "give terabytes times hours, if data was kept outside"),
    "network": ("network_gb", "give GB, if data was moved"),
    "facility_overhead": ("pue", "give the site's PUE: cooling and distribution"),
    "embodied": ("accelerator", "name hardware and hours: its share of being made"),
    "water": ("wue", "give the site's WUE, and a place"),
}
_PART_WORDS = {"facility_overhead": "Cooling", "static": "Board, fans, disks", "cpu": "CPU"}


def _missing(footprint: Footprint) -> Iterator[Missing]:
    if footprint.emissions_kg.location_based is None:
        advice = "give a cloud region, a country or a grid zone: none is ever assumed"
        yield Missing("Emissions", "zone", advice)
    for part in missing(footprint.coverage):
        yield Missing(_PART_WORDS.get(part, capital(part.replace("_", " "))), *_ADVICE[part])


_OTHERS = ("emissions, market", "emissions, embodied", "embodied", "water")


def _others(footprint: Footprint) -> Iterator[tuple[str, str, str, str]]:
    for label, value, interval, method in figures(footprint):
        if label.startswith(_OTHERS) and value != "-":
            yield capital(label), value, interval, method


_EVERYDAY = {
    "passenger_car_km_eu": "km in a European passenger car",
    "smartphone_charge": "smartphone charges",
    "flight_paris_london_passenger": "flights from Paris to London, one passenger",
}


def _everyday(footprint: Footprint) -> Iterator[Everyday]:
    for one in footprint.equivalents:
        if one.amount.value >= _SMALLEST_EQUIVALENT:
            amount, low, high = (units.plain(n) for n in one.amount.as_tuple())
            spread = "" if one.amount.is_exact else f" ({low} to {high})"
            each = units.mass(one.kg_per_unit * units.GRAMS_PER_KILOGRAM)
            of = f"{_EVERYDAY.get(one.quantity, one.unit)}, {each} each"
            yield Everyday(amount + spread, of, f"{one.source}, {one.year}", one.source)


def _reason(evidence: Evidence) -> Reason:
    return Reason(
        figure_name(evidence.quantity),
        amount_words(evidence),
        evidence.method.value,
        source_words(evidence),
        evidence.source,
        _title(evidence.source),
        evidence.note,
    )


_ABBREVIATIONS = {
    "adpe": "minerals and metals (ADPe)",
    "cpu": "CPU",
    "pue": "PUE",
    "tdp": "TDP",
    "wue": "WUE",
}


def figure_name(quantity: str) -> str:
    """Return the name of a figure as people write it.

    >>> figure_name("accelerator_tdp"), figure_name("pue")
    ('Accelerator TDP', 'PUE')
    """
    words = [_ABBREVIATIONS.get(word, word) for word in quantity.split("_")]
    return capital(" ".join(words))


def _title(key: str) -> str:
    """Return what a source is: title, publisher, where it is found; empty for who stated it."""
    source = sources().get(key)
    return "" if source is None else f"{source.title}. {source.publisher}. {source.locator}"
