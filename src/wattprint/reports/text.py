"""A footprint as plain text: the line to quote, the figures, and the reasons for them."""

from collections.abc import Iterable, Iterator, Sequence

from wattprint.domain.evidence import Evidence
from wattprint.domain.figures import (
    Figure,
    amount_words,
    derived_figures,
    equivalents_sentence,
    figures,
    source_words,
)
from wattprint.domain.footprint import Footprint
from wattprint.estimator.per_unit import Breakdown
from wattprint.reports.breakdowns import (
    PER_UNIT_HEAD,
    SECTION_HEAD,
    cpu_share_sentence,
    per_unit_cells,
    section_cells,
)


def footprint_text(
    footprint: Footprint, breakdown: Breakdown | None = None, *, explain: bool = False
) -> str:
    """Return the footprint for a terminal.

    Args:
        footprint: The footprint.
        breakdown: Figures by section and per unit, if it is that of a run that has them.
        explain: Whether each figure's equation is shown with its numbers.
    """
    blocks = [
        [footprint.summary()],
        aligned(("", "value", "90 % interval", "method"), map(_cells, figures(footprint))),
    ]
    if footprint.derived:
        rows = [(*_cells(figure), note) for figure, note in derived_figures(footprint)]
        head = ("what it comes to", "value", "90 % interval", "method", "")
        blocks.append(aligned(head, rows))
    if breakdown is not None:
        blocks += _breakdown(breakdown)
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


def _breakdown(breakdown: Breakdown) -> Iterator[list[str]]:
    if breakdown.sections:
        yield aligned(SECTION_HEAD, section_cells(breakdown.sections))
    if breakdown.per_unit:
        yield aligned(PER_UNIT_HEAD, per_unit_cells(breakdown.per_unit))
    if breakdown.cpu_share is not None:
        yield [cpu_share_sentence(breakdown.cpu_share)]


def _equations(footprint: Footprint) -> list[str]:
    return [
        f"  {equation.quantity} = {equation.formula}\n    = {equation.numbers} = {equation.result}"
        for equation in footprint.equations
    ]


def _reason(evidence: Evidence) -> str:
    origin = f", {source_words(evidence)}" if evidence.source else ""
    note = f": {evidence.note}" if evidence.note else ""
    quantity = evidence.quantity.replace("_", " ")
    return f"  {quantity}: {amount_words(evidence)} ({evidence.method.value}{origin}){note}"
