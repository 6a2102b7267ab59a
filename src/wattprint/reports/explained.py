"""One job under all methodologies as plain text: side by side, the causes, and in words."""

from collections.abc import Iterator
from typing import Any

from wattprint.charts.theme import Size
from wattprint.charts.waterfall import Block, Step, waterfall_chart
from wattprint.domain import units
from wattprint.domain.footprint import co2e
from wattprint.estimator.explain import Causes, Compared, Explanation
from wattprint.estimator.methodologies.figure import Terms
from wattprint.reports.text import aligned

NONE = "-"
TERMS_HEAD = (
    *("methodology", "devices", "CPU", "memory", "other", "PUE", "g/kWh"),
    *("in use, kg", "making, kg", "in our interval"),
)
CAUSES_HEAD = ("methodology", "power", "host", "PUE", "intensity", "making", "rounding", "together")
CAUSE_WORDS = {
    "power": "the accelerators' energy",
    "host": "CPU, memory and the rest of the machine",
    "pue": "the facility's overhead",
    "intensity": "another figure for the grid",
    "embodied": "making the hardware",
    "rounding": "its own rounding",
}
_ONE_DECIMAL_FROM_KG = 10.0
_NOISE = 1e-12
"""Share of a figure below which a difference is one of binary arithmetic."""
_TOLD_FROM = 0.02
"""Causes below this share of our figure are not worth a word."""


def explanation_text(explanation: Explanation) -> str:
    """Return the explanation for a terminal: two tables, and a sentence for each methodology."""
    interval = co2e(explanation.interval_kg)
    blocks = [
        [f"One job under {len(explanation.compared) + 1} methodologies; ours: {interval}."],
        aligned(TERMS_HEAD, term_cells(explanation)),
        [
            "Why they differ from wattprint, in kg CO2e, one term exchanged after the other:",
            *aligned(CAUSES_HEAD, cause_cells(explanation)),
        ],
        ["In words:", *(f"  {sentence}" for sentence in sentences(explanation))],
    ]
    if explanation.refused:
        blocks.append(
            [
                "Not applicable:",
                *(f"  {one.methodology.name}: {one.reason}" for one in explanation.refused),
            ]
        )
    if notes := list(_notes(explanation)):
        blocks.append(["Notes:", *notes])
    return "\n\n".join("\n".join(block) for block in blocks)


def term_cells(explanation: Explanation) -> Iterator[tuple[str, ...]]:
    """Yield a row for each methodology, ours first: energy [kWh], PUE, intensity, emissions."""
    yield ("wattprint", *_terms(explanation.terms), "")
    for compared in explanation.compared:
        inside = "yes" if compared.is_within_ours else "no"
        yield (compared.methodology.name, *_terms(compared.figure.terms), inside)


def _terms(terms: Terms) -> tuple[str, ...]:
    energies = (terms.device_kwh, terms.cpu_kwh, terms.memory_kwh, terms.other_kwh)
    return (
        *(NONE if kwh is None else units.energy(kwh) for kwh in energies),
        NONE if terms.pue is None else units.plain(terms.pue, 4),
        NONE if terms.intensity_g_per_kwh is None else units.plain(terms.intensity_g_per_kwh),
        _kilograms(terms.operational_kg),
        _kilograms(terms.embodied_kg),
    )


def _kilograms(amount: float | None) -> str:
    """Write kilograms so that columns can be compared: one decimal from 10 kg on."""
    if amount is None:
        return NONE
    return f"{amount:,.1f}" if amount >= _ONE_DECIMAL_FROM_KG else units.plain(amount)


def _mass(kilograms: float | None) -> str:
    return NONE if kilograms is None else units.mass(kilograms * units.GRAMS_PER_KILOGRAM)


def cause_cells(explanation: Explanation) -> Iterator[tuple[str, ...]]:
    """Yield a row for each methodology: each cause and their sum. [kgCO2e]."""
    for compared in explanation.compared:
        amounts = (*compared.causes, compared.difference_kg)
        noise_kg = _NOISE * max(
            abs(amount) for amount in (explanation.terms.total_kg or 0.0, *amounts)
        )
        yield (
            compared.methodology.name,
            *(NONE if abs(amount) <= noise_kg else signed(amount) for amount in amounts),
        )


def signed(kilograms: float) -> str:
    """Write a change with its sign, and a dash for none.

    >>> signed(12.345), signed(-0.2), signed(0.0)
    ('+12.3', '-0.2', '-')
    """
    if kilograms == 0:
        return NONE
    return f"{'+' if kilograms > 0 else '-'}{units.plain(abs(kilograms))}"


def sentences(explanation: Explanation) -> Iterator[str]:
    """Yield a sentence for each methodology: how far from ours, and what makes it so."""
    for compared in explanation.compared:
        yield f"{compared.methodology.title}: {_sentence(compared, explanation)}"


def _sentence(compared: Compared, explanation: Explanation) -> str:
    ours_kg = explanation.terms.total_kg or 0.0
    difference_kg = compared.difference_kg
    if abs(difference_kg) <= _TOLD_FROM * ours_kg:
        head = "within 2 % of ours"
    else:
        direction = "below" if difference_kg < 0 else "above"
        head = f"{_mass(abs(difference_kg))} {direction} ours"
    reasons = "; ".join(_reasons(compared.causes, ours_kg))
    counted = ""
    if compared.figure.terms.device_kwh is None and explanation.terms.device_kwh:
        counted = " It is low because it counts no power of the GPUs at all."
    return f"{head}{': ' + reasons if reasons else ''}.{counted}"


def _reasons(causes: Causes, ours_kg: float) -> Iterator[str]:
    by_size = sorted(causes._asdict().items(), key=lambda cause: -abs(cause[1]))
    for name, kilograms in by_size:
        if abs(kilograms) > _TOLD_FROM * ours_kg:
            yield f"{CAUSE_WORDS[name]} {signed(kilograms)} kg"


def _notes(explanation: Explanation) -> Iterator[str]:
    """Yield each note once, with the methodologies that it is of."""
    by_note: dict[str, list[str]] = {}
    for compared in explanation.compared:
        for note in compared.figure.notes:
            by_note.setdefault(note, []).append(compared.methodology.name)
        if compared.figure.unused:
            note = "given, and of no use to it: " + ", ".join(compared.figure.unused)
            by_note.setdefault(note, []).append(compared.methodology.name)
    for note, names in by_note.items():
        yield f"  {', '.join(names)}: {note}"


def explanation_chart(explanation: Explanation, size: Size) -> dict[str, Any]:
    """Return a waterfall from our figure to each methodology's, in kg CO2e."""
    blocks = [
        Block(
            f"{compared.methodology.title} ({compared.methodology.counts})",
            _mass(compared.figure.terms.total_kg),
            tuple(
                Step(label, said, kilograms)
                for label, said, kilograms in zip(
                    CAUSES_HEAD[1:], cells[1:], compared.causes, strict=False
                )
                if said != NONE
            ),
        )
        for compared, cells in zip(explanation.compared, cause_cells(explanation), strict=True)
    ]
    return waterfall_chart(
        blocks,
        start=explanation.terms.total_kg or 0.0,
        interval=explanation.interval_kg,
        unit="kg CO2e",
        size=size,
    )
