"""Sections and units in words, and in every format that is text."""

import pytest

from reports.long_runs import NASTY, busy_server, nasty, shortest
from wattprint.domain.interval import Range
from wattprint.estimator.per_unit import Breakdown, CpuShare, PerUnit, breakdown_of_run
from wattprint.estimator.tracked import footprint_of_run
from wattprint.reports.breakdowns import (
    PER_UNIT_HEAD,
    SECTION_HEAD,
    cpu_share_sentence,
    per_unit_cells,
    percent,
    power_words,
    section_cells,
)
from wattprint.reports.documents import footprint_latex, footprint_markdown
from wattprint.reports.text import footprint_text


@pytest.fixture(scope="module")
def busy():
    """The footprint of a busy run, and what it is made of."""
    run = busy_server()
    footprint = footprint_of_run(run, zone="FR", pue=1.2)
    return footprint, breakdown_of_run(run, footprint)


def test_inner_sections_are_indented(busy):
    names = [row[0] for row in section_cells(busy[1].sections)]
    assert names[:4] == ["epoch", "  train", "  evaluate", "load data"]


def test_every_row_has_a_cell_under_each_head(busy):
    assert {len(row) for row in section_cells(busy[1].sections)} == {len(SECTION_HEAD)}
    assert {len(row) for row in per_unit_cells(busy[1].per_unit)} == {len(PER_UNIT_HEAD)}


@pytest.mark.parametrize(
    ("unit", "divisor", "basis", "said"),
    [
        ("sample", 5000.0, "the whole run", "the whole run, 5,000 samples"),
        ("step", 20.0, "steps 10 to 30", "steps 10 to 30"),
        ("score", 0.5, "the whole run", "the whole run, a score of 0.5"),
    ],
)
def test_a_unit_says_what_it_was_counted_over(unit, divisor, basis, said):
    (row,) = per_unit_cells([PerUnit(unit, divisor, basis, Range(2.0, 1.0, 4.0), None)])
    assert row == (unit, "2 kWh (1-4)", "-", said)


@pytest.mark.parametrize(
    ("share", "said"),
    [(0.8691, "86.9 %"), (1.0, "100.0 %"), (0.0, "0.0 %"), (0.0002, "< 0.1 %")],
)
def test_a_share_has_one_decimal(share, said):
    assert percent(share) == said


@pytest.mark.parametrize(("watts", "said"), [(352.4, "352 W"), (12_340.0, "12.3 kW")])
def test_a_power_has_its_unit(watts, said):
    assert power_words(watts) == said


def test_a_shared_machine_is_said_where_its_energy_is_all_of_it():
    assert "other work on it included" in cpu_share_sentence(CpuShare(0.3, True))
    assert cpu_share_sentence(CpuShare(0.3, False)).endswith("machine was busy.")


def test_text_shows_sections_units_and_share(busy):
    text = footprint_text(*busy)
    assert "\nsection " in text and "\n  train " in text and "\nsample " in text
    assert "80.0 % of the CPU time" in text


def test_markdown_has_a_table_for_each(busy):
    markdown = footprint_markdown(*busy)
    assert f"| {' | '.join(SECTION_HEAD)} |\n|{'---|' * len(SECTION_HEAD)}\n" in markdown
    assert f"| {' | '.join(PER_UNIT_HEAD)} |" in markdown
    assert "80.0 % of the CPU time" in markdown


def test_latex_has_a_table_for_each(busy):
    latex = footprint_latex(*busy)
    assert latex.count(r"\begin{table}") == 3
    assert "    ~~train & " in latex
    assert r"80.0 \% of the CPU time" in latex


@pytest.mark.parametrize("write", [footprint_text, footprint_markdown, footprint_latex])
def test_a_run_without_them_reads_as_before(write):
    footprint = footprint_of_run(shortest(), zone="FR")
    assert write(footprint, Breakdown()) == write(footprint)


@pytest.mark.parametrize("write", [footprint_text, footprint_markdown, footprint_latex])
def test_a_section_s_name_cannot_break_a_table(write):
    run = nasty()
    footprint = footprint_of_run(run)
    rows = breakdown_of_run(run, footprint)
    named = rows.sections[0]._replace(path=(f"{NASTY}\n| x |\n",))
    written = write(footprint._replace(evidence=()), rows._replace(sections=(named,)))
    assert "\x1b" not in written and "\u202e" not in written and "\n| x |\n" not in written
