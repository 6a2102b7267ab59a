"""A footprint as Markdown and as LaTeX: complete, escaped, and accepted by what reads it."""

import re
import shutil
import subprocess

import pytest

import wattprint
from wattprint.domain.evidence import Evidence, Method
from wattprint.domain.figures import figures
from wattprint.domain.interval import exact
from wattprint.reports.documents import footprint_latex, footprint_markdown

SPECIAL = r"a_b & 50 % of #1 costs $2 {x} ~ ^ \macro <b> | `c` *d* [e]"


@pytest.fixture
def special(footprint):
    """A footprint with a source whose name is made of all special characters."""
    evidence = Evidence("pue", exact(1.2), "ratio", Method.GIVEN, SPECIAL)
    return footprint._replace(evidence=(evidence,))


def table_rows(markdown):
    return [line for line in markdown.splitlines() if line.startswith("|")]


def test_markdown_has_one_row_a_figure(footprint):
    head, rule, *rows = table_rows(footprint_markdown(footprint))
    assert head == "| quantity | value | 90 % interval | method |"
    assert set(rule) == {"|", "-"}
    assert len(rows) == len(figures(footprint))
    assert rows[7].startswith("| IT energy | 384 kWh | ")


@pytest.mark.parametrize("write", [footprint_markdown, footprint_latex])
def test_a_document_cites_the_publications_by_title(write):
    cited = write(wattprint.estimate(power_w=300, hours=1, zone="FR", year=2023))
    assert cited.count("Carbon intensity of electricity generation, 2000-2025") == 1


def test_every_row_of_markdown_has_four_cells(footprint):
    unescaped = re.compile(r"(?<!\\)\|")
    rows = table_rows(footprint_markdown(footprint))
    assert {len(unescaped.findall(row)) for row in rows} == {5}


def test_markdown_escapes_what_would_be_marks(special):
    (reason,) = re.findall(r"^- (.*)$", footprint_markdown(special), re.MULTILINE)
    assert r"a\_b & 50 % of #1 costs $2 \{x\} ~ ^ \\macro \<b\> \| \`c\` \*d\* \[e\]" in reason


def test_markdown_names_the_factor_set_and_every_piece_of_evidence(footprint):
    markdown = footprint_markdown(footprint)
    assert markdown.count("\n- ") == len(footprint.evidence)
    assert f"factor set {footprint.factor_set['version']}" in markdown


def test_latex_has_one_row_a_figure(footprint):
    rows = [line for line in footprint_latex(footprint).splitlines() if line.endswith(r"\\")]
    assert len(rows) == 1 + len(figures(footprint))
    assert {row.count(" & ") for row in rows} == {3}
    assert r"    facility energy & 460.8 kWh & " in rows[9]


def test_latex_escapes_what_would_be_commands(special):
    escaped = (
        r"a\_b \& 50 \% of \#1 costs \$2 \{x\} \textasciitilde{} \textasciicircum{} "
        r"\textbackslash{}macro"
    )
    assert escaped in footprint_latex(special)


def test_latex_of_any_footprint_has_no_naked_special_character(special):
    latex = footprint_latex(special).partition(r"\end{table}")[2]
    naked = re.compile(r"(?<!\\)[&%$#_^~]")
    assert naked.findall(latex) == []


WORKS = {
    "estimate": {"count": 8, "power_w": 400, "hours": 120, "pue": 1.2, "intensity": 350},
    "energy alone": {"accelerator": "RTX 3090", "hours": 10},
    "region": {"accelerator": "V100 SXM2", "hours": 1, "region": "gcp/europe-west1"},
    "accents": {"accelerator": "V100 SXM2", "hours": 1, "zone": "CI"},
}


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
@pytest.mark.parametrize("name", [*WORKS, "special"])
def test_latex_compiles(name, special, tmp_path):
    footprint = special if name == "special" else wattprint.estimate(**WORKS[name])
    document = f"\\documentclass{{article}}\\begin{{document}}\n{footprint_latex(footprint)}\n"
    (tmp_path / "paper.tex").write_text(document + "\\end{document}\n", "utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "paper.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout.decode(errors="replace")[-2000:]
    assert (tmp_path / "paper.pdf").stat().st_size > 0
