"""A footprint as a document: Markdown for a README or model card, LaTeX for a paper."""

import re

from wattprint.domain.evidence import Evidence
from wattprint.domain.footprint import Footprint
from wattprint.factors.tables import sources
from wattprint.reports.figures import equivalents_sentence, figures, source_words

_LATEX_SPECIAL = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "µ": r"$\mu$",
    **{character: f"\\{character}" for character in "&%$#_{}"},
}
_MARKDOWN_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|])")


def footprint_markdown(footprint: Footprint) -> str:
    """Return the footprint as GitHub-flavoured Markdown."""
    lines = [
        "## Energy and emissions",
        "",
        _md(footprint.summary()),
        "",
        "| quantity | value | 90 % interval | method |",
        "|---|---|---|---|",
    ]
    lines += [f"| {' | '.join(map(_md, figure))} |" for figure in figures(footprint)]
    lines += ["", "Evidence:", ""]
    lines += [f"- {_md(_reason(evidence))}" for evidence in footprint.evidence]
    if equivalents := equivalents_sentence(footprint):
        lines += ["", _md(equivalents)]
    if cited := _cited(footprint):
        lines += ["", "Sources:", "", *(f"- {_md(source)}" for source in cited)]
    return "\n".join([*lines, "", _md(_origin(footprint))])


def footprint_latex(footprint: Footprint) -> str:
    """Return the footprint as a LaTeX table that needs no package, with its reasons below."""
    rows = [f"    {' & '.join(map(_tex, figure))} \\\\" for figure in figures(footprint)]
    reasons = "; ".join(_reason(evidence) for evidence in footprint.evidence)
    cited = " Sources: " + "; ".join(_cited(footprint)) + "." if _cited(footprint) else ""
    return "\n".join(
        [
            r"\begin{table}[ht]",
            r"  \centering",
            rf"  \caption{{Energy and emissions. {_tex(_origin(footprint))}}}",
            r"  \begin{tabular}{llll}",
            r"    \hline",
            r"    Quantity & Value & 90\,\% interval & Method \\",
            r"    \hline",
            *rows,
            r"    \hline",
            r"  \end{tabular}",
            r"\end{table}",
            "",
            f"{_tex(_sentence(footprint))} {_tex(f'Evidence: {reasons}.{cited}')}",
        ]
    )


def _sentence(footprint: Footprint) -> str:
    return f"The work used {footprint.summary()}."


def _origin(footprint: Footprint) -> str:
    version, digest = footprint.factor_set["version"], footprint.factor_set["sha256"]
    return f"Computed with Wattprint, factor set {version} ({digest[:12]})."


def _cited(footprint: Footprint) -> list[str]:
    """Return the publications that the evidence names, each once, as a reader can find them."""
    keys = dict.fromkeys(evidence.source for evidence in footprint.evidence)
    known = [sources()[key] for key in keys if key in sources()]
    return [f"{s.key}: {s.title}, {s.publisher}, {s.locator}" for s in known]


def _reason(evidence: Evidence) -> str:
    quantity = evidence.quantity.replace("_", " ")
    unit = "" if evidence.unit == "ratio" else f" {evidence.unit}"
    said = "not given" if evidence.amount is None else f"{evidence.amount.value:.6g}{unit}"
    origin = f" ({evidence.method.value}, {source_words(evidence)})" if evidence.source else ""
    return f"{quantity} {said}{origin}"


def _md(text: str) -> str:
    return _MARKDOWN_SPECIAL.sub(r"\\\1", text)


def _tex(text: str) -> str:
    return "".join(_LATEX_SPECIAL.get(character, character) for character in text)
