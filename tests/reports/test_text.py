"""A footprint as plain text."""

from wattprint.reports.text import aligned, footprint_text


def test_text_has_the_line_to_quote_the_figures_the_reasons_and_the_factor_set(footprint):
    summary, table, reasons, everyday, origin = footprint_text(footprint).split("\n\n")
    assert summary == footprint.summary()
    assert table.splitlines()[0].split("  ")[-1].strip() == "method"
    assert reasons.startswith("What it rests on:\n")
    assert everyday.startswith("As much as ")
    assert origin.startswith(f"Factor set {footprint.factor_set['version']} (")


def test_every_piece_of_evidence_is_a_reason(footprint):
    reasons = footprint_text(footprint).partition("What it rests on:\n")[2].partition("\n\n")[0]
    assert len(reasons.splitlines()) == len(footprint.evidence)
    assert "  pue: 1.2 (given" in reasons
    assert "  carbon intensity: 350 gCO2e/kWh (given" in reasons


def test_equations_are_shown_when_they_are_asked_for(footprint):
    assert "How it was computed:" not in footprint_text(footprint)
    explained = footprint_text(footprint, explain=True)
    assert "= 384 kWh x 1.2 = 460.8 kWh" in explained


def test_columns_are_as_wide_as_their_widest_cell():
    lines = aligned(("run", "energy"), [("a", "1 kWh"), ("longer", "2")])
    assert lines == ["run     energy", "a       1 kWh", "longer  2"]


def test_no_line_ends_in_blanks(footprint):
    lines = footprint_text(footprint, explain=True).splitlines()
    assert [line for line in lines if line != line.rstrip()] == []
