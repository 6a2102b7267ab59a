"""A footprint as a document: Markdown for a README or model card, LaTeX for a paper."""

import re
from collections.abc import Iterable, Iterator, Sequence

from wattprint.domain.display import printable
from wattprint.domain.evidence import Evidence
from wattprint.domain.figures import all_figures, equivalents_sentence, source_words
from wattprint.domain.footprint import Footprint
from wattprint.estimator.per_unit import Breakdown
from wattprint.factors.tables import sources
from wattprint.reports.breakdowns import (
    NO_BREAK,
    PER_UNIT_HEAD,
    SECTION_HEAD,
    cpu_share_sentence,
    per_unit_cells,
    section_cells,
)

_LATEX_SPECIAL = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "µ": r"$\mu$",
    NO_BREAK: "~",
    "\ufffd": "?",  # what stands for a character that no page should hold
    **{character: f"\\{character}" for character in "&%$#_{}"},
}
_MARKDOWN_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|])")


def footprint_markdown(footprint: Footprint, breakdown: Breakdown | None = None) -> str:
    """Return the footprint as GitHub-flavoured Markdown.

    Args:
        footprint: The footprint.
        breakdown: Figures by section and per unit, if it is that of a run that has them.
    """
    lines = [
        "## Energy and emissions",
        "",
        _md(footprint.summary()),
        "",
        "| quantity | value | 90 % interval | method |",
        "|---|---|---|---|",
    ]
    lines += [f"| {' | '.join(map(_md, figure))} |" for figure in all_figures(footprint)]
    lines += _markdown_breakdown(breakdown or Breakdown())
    lines += ["", "Evidence:", ""]
    lines += [f"- {_md(_reason(evidence))}" for evidence in footprint.evidence]
    if equivalents := equivalents_sentence(footprint):
        lines += ["", _md(equivalents)]
    if publications := cited_sources(footprint):
        lines += ["", "Sources:", "", *(f"- {_md(source)}" for source in publications)]
    return "\n".join([*lines, "", _md(_origin(footprint))])


def _markdown_breakdown(breakdown: Breakdown) -> list[str]:
    lines: list[str] = []
    for head, rows in _tables(breakdown):
        lines += ["", f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
        lines += [f"| {' | '.join(map(_md, row))} |" for row in rows]
    if breakdown.cpu_share is not None:
        lines += ["", _md(cpu_share_sentence(breakdown.cpu_share))]
    return lines


def _tables(
    breakdown: Breakdown,
) -> Iterator[tuple[tuple[str, ...], list[tuple[str, ...]]]]:
    """Yield head and rows of the tables of a breakdown that have any."""
    if breakdown.sections:
        yield SECTION_HEAD, section_cells(breakdown.sections, indent=2 * NO_BREAK)
    if breakdown.per_unit:
        yield PER_UNIT_HEAD, per_unit_cells(breakdown.per_unit)


def footprint_latex(footprint: Footprint, breakdown: Breakdown | None = None) -> str:
    """Return the footprint as a LaTeX table that needs no package, with its reasons below.

    Args:
        footprint: The footprint.
        breakdown: Figures by section and per unit, if it is that of a run that has them.
    """
    breakdown = breakdown or Breakdown()
    caption = f"Energy and emissions. {_origin(footprint)}"
    head = ("quantity", "value", "90 % interval", "method")
    tables = [_latex_table(caption, head, all_figures(footprint))]
    captions = {SECTION_HEAD: "Energy by section.", PER_UNIT_HEAD: "Energy per unit."}
    tables += [_latex_table(captions[head], head, rows) for head, rows in _tables(breakdown)]
    said = [_sentence(footprint)]
    if breakdown.cpu_share is not None:
        said.append(cpu_share_sentence(breakdown.cpu_share))
    said.append("Evidence: " + "; ".join(map(_reason, footprint.evidence)) + ".")
    if publications := cited_sources(footprint):
        said.append("Sources: " + "; ".join(publications) + ".")
    return "\n\n".join([*tables, _tex(" ".join(said))])


def _latex_table(caption: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    columns = [word[:1].upper() + word[1:] for word in head]
    return "\n".join(
        [
            r"\begin{table}[ht]",
            r"  \centering",
            rf"  \caption{{{_tex(caption)}}}",
            rf"  \begin{{tabular}}{{{'l' * len(columns)}}}",
            r"    \hline",
            f"    {_latex_row(columns)}",
            r"    \hline",
            *(f"    {_latex_row(row)}" for row in rows),
            r"    \hline",
            r"  \end{tabular}",
            r"\end{table}",
        ]
    )


def _latex_row(cells: Iterable[str]) -> str:
    return f"{' & '.join(map(_tex, cells))} \\\\"


def _sentence(footprint: Footprint) -> str:
    return f"The work used {footprint.summary()}."


def _origin(footprint: Footprint) -> str:
    version, digest = footprint.factor_set["version"], footprint.factor_set["sha256"]
    return f"Computed with Wattprint, factor set {version} ({digest[:12]})."


def cited_sources(footprint: Footprint) -> list[str]:
    """Return the publications that the evidence names, each once, as a reader can find them."""
    return cited(footprint.evidence)


def cited(reasons: Iterable[Evidence]) -> list[str]:
    """Return the publications that reasons name, each once."""
    keys = dict.fromkeys(evidence.source for evidence in reasons)
    known = [sources()[key] for key in keys if key in sources()]
    return [f"{s.key}: {s.title}, {s.publisher}, {s.locator}" for s in known]


def _reason(evidence: Evidence) -> str:
    quantity = evidence.quantity.replace("_", " ")
    unit = "" if evidence.unit == "ratio" else f" {evidence.unit}"
    said = "not given" if evidence.amount is None else f"{evidence.amount.value:.6g}{unit}"
    origin = f" ({evidence.method.value}, {source_words(evidence)})" if evidence.source else ""
    return f"{quantity} {said}{origin}"


def _md(text: str) -> str:
    return _MARKDOWN_SPECIAL.sub(r"\\\1", printable(text))


def _tex(text: str) -> str:
    return "".join(_LATEX_SPECIAL.get(character, character) for character in printable(text))
