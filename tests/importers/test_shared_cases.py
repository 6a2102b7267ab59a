"""The cases beside the checkout: cards as INDEX.csv says, files of CodeCarbon's first releases."""

import csv
from math import fsum
from pathlib import Path

import pytest

from importers.sources import rows_of
from wattprint.domain.imported import RejectedRow
from wattprint.importers.kinds import kind_of

CASES = Path(__file__).resolve().parents[2].parent / "shared" / "cases"
CARDS, TABLES = CASES / "model_cards", CASES / "codecarbon_csv"
needs_cases = pytest.mark.skipif(not CASES.is_dir(), reason=f"{CASES} is not beside the checkout")


def index():
    if not CARDS.is_dir():
        return []
    with (CARDS / "INDEX.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def found_in(name):
    rows, _ = rows_of("model-card", (CARDS / name).read_bytes(), name=name)
    (row,) = rows
    return row


@needs_cases
@pytest.mark.parametrize("case", index(), ids=lambda case: case["file"])
def test_a_card_says_what_the_index_says(case):
    row = found_in(case["file"])
    if case["grams_meant"] == "unknown":
        assert isinstance(row, RejectedRow) or row.emissions_g is None
        return
    meant = case["grams_meant"].removesuffix(" as read").split(" or ")
    said = row.meant_g or (row.emissions_g,)
    for grams in map(float, meant):
        assert any(one == pytest.approx(grams, rel=2e-3) for one in said)
    if len(meant) > 1:
        assert len(said) == len(meant)


@needs_cases
@pytest.mark.parametrize(
    "case",
    [case for case in index() if "kg" in case["trap"] and "docs" not in case["file"]],
    ids=lambda case: case["file"],
)
def test_a_factor_of_a_thousand_is_flagged_and_the_figure_is_kept(case):
    row = found_in(case["file"])
    flagged = {"20_teeny_kg_in_grams.md", "22_teeny_460_fix_wrong.md", "24_aira_opt_kg.md"}
    flagged |= {"26_toxicity_pt.md", "28_doe2vec.md", "30_deberta_no_location.md"}
    if case["file"] in flagged:
        assert "unit" in {doubt.code for doubt in row.doubts}
        assert row.emissions_g == float(row.reported[0].raw)


@needs_cases
@pytest.mark.parametrize("name", ["20_teeny_kg_in_grams.md", "36_docs_say_kg.md"])
def test_where_the_card_itself_tells_kilograms_one_value_is_meant(name):
    assert len(found_in(name).meant_g) == 1


@needs_cases
@pytest.mark.parametrize(
    "path", sorted(TABLES.glob("*.csv")) if TABLES.is_dir() else [], ids=lambda path: path.name
)
def test_every_row_of_a_codecarbon_file_is_a_record_with_the_sum_of_its_cells(path):
    raw = path.read_bytes()
    assert kind_of(path.name, raw[:65536].decode("utf-8-sig")).kind == "codecarbon"
    rows, reading = rows_of("codecarbon", raw)
    with path.open(encoding="utf-8-sig", newline="") as file:
        cells = [row for row in csv.DictReader(file) if row["emissions"].strip()]
    assert not any(isinstance(row, RejectedRow) for row in rows)
    assert len(rows) + reading.superseded == len(cells)
    kilograms = fsum(float(row["emissions"]) for row in cells)
    assert fsum(row.emissions_g for row in rows) == pytest.approx(kilograms * 1000, rel=1e-12)
    assert all(row.place.get("zone") for row in rows)
