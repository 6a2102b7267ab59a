"""A footprint as plain text: the line to quote, the figures, and the reasons for them."""

from collections.abc import Iterable, Sequence

from wattprint.domain import units
from wattprint.domain.evidence import Evidence
from wattprint.domain.footprint import Footprint
from wattprint.domain.interval import Range
from wattprint.reports.figures import Figure, equivalents_sentence, figures, source_words


def footprint_text(footprint: Footprint, *, explain: bool = False) -> str:
    """Return the footprint for a terminal.

    Args:
        footprint: The footprint.
        explain: Whether each figure's equation is shown with its numbers.
    """
    blocks = [
        [footprint.summary()],
        aligned(("", "value", "90 % interval", "method"), map(_cells, figures(footprint))),
    ]
    if explain and footprint.equations:
        blocks.append(["How it was computed:", *_equations(footprint)])
    blocks.append(["What it rests on:", *map(_reason, footprint.evidence)])
    if equivalents := equivalents_sentence(footprint):
        blocks.append([equivalents])
    version, digest = footprint.factor_set["version"], footprint.factor_set["sha256"]
    blocks.append([f"Factor set {version} ({digest[:12]})."])
    return "\n\n".join("\n".join(block) for block in blocks)


def aligned(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return rows as lines with aligned columns, the head first."""
    table = [tuple(head), *(tuple(row) for row in rows)]
    widths = [max(len(cell) for cell in column) for column in zip(*table, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in table
    ]


def _cells(figure: Figure) -> tuple[str, str, str, str]:
    return figure.label, figure.value, figure.interval, figure.method


def _equations(footprint: Footprint) -> list[str]:
    return [
        f"  {equation.quantity} = {equation.formula}\n    = {equation.numbers} = {equation.result}"
        for equation in footprint.equations
    ]


def _reason(evidence: Evidence) -> str:
    said = "not given" if evidence.amount is None else _amount(evidence.amount, evidence.unit)
    origin = f", {source_words(evidence)}" if evidence.source else ""
    note = f": {evidence.note}" if evidence.note else ""
    quantity = evidence.quantity.replace("_", " ")
    return f"  {quantity}: {said} ({evidence.method.value}{origin}){note}"


def _amount(amount: Range, unit: str) -> str:
    value = units.plain(amount.value, units.EXACT_DIGITS)
    spread = "" if amount.is_exact else f" ({units.plain(amount.low)}-{units.plain(amount.high)})"
    return f"{value}{'' if unit == 'ratio' else ' ' + unit}{spread}"
