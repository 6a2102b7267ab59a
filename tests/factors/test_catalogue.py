"""The catalogue: all tables by kind, listed, searched, and shown with their sources."""

import pytest

from wattprint.domain.errors import AmbiguousNameError, UnknownNameError
from wattprint.factors.catalogue import KINDS, details, entries, search
from wattprint.factors.tables import shipped


@pytest.mark.parametrize("kind", KINDS)
def test_every_row_of_a_kind_is_listed_under_a_name(kind):
    listed = list(entries(kind))
    assert len(listed) == len(shipped().rows(KINDS[kind].table))
    assert all(entry.name and entry.kind == kind for entry in listed)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_listed_can_be_shown_by_its_name(kind):
    first = next(entries(kind))
    shown = details(kind, first.name)
    assert first.row["source" if "source" in first.row else "key"]
    assert any(set(first.row.items()) <= set(row.items()) for row in shown[KINDS[kind].table]), (
        shown
    )


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        pytest.param("a100 sxm4 80", "accelerator", "NVIDIA A100 SXM4 80GB", id="words of a name"),
        pytest.param("A100-SXM4-80GB", "accelerator", "NVIDIA A100 SXM4 80GB", id="an alias"),
        pytest.param("epyc 9654", "cpu", "AMD EPYC 9654", id="a CPU"),
        pytest.param("germany", "zone", "DE", id="a country's name"),
        pytest.param("fra", "zone", "FR", id="a country's other code"),
        pytest.param("ghislain", "region", "gcp/europe-west1", id="a region's city"),
        pytest.param("green algorithms", "source", "green_algorithms_v3", id="a source's title"),
        pytest.param("g4dn.xlarge", "instance", "aws/g4dn.xlarge", id="a cloud instance"),
    ],
)
def test_an_entry_is_found_by_words_of_any_of_its_spellings(text, kind, name):
    assert (kind, name) in {(entry.kind, entry.name) for entry in search(text)}


@pytest.mark.parametrize("text", ["", "  ", "no such thing anywhere"], ids=repr)
def test_a_search_for_nothing_finds_nothing(text):
    assert list(search(text)) == []


def test_an_entry_is_shown_with_all_that_is_known_of_it_and_where_from():
    shown = details("zone", "france")
    assert [row["zone"] for row in shown["zones"]] == ["FR"]
    assert {row["zone"] for row in shown["intensity_yearly"]} == {"FR"}
    newest = max(shown["generation_mix"], key=lambda row: row["year"])
    assert newest["main_source"] == "nuclear"
    keys = {row["source"] for table, rows in shown.items() if table != "sources" for row in rows}
    assert {source["key"] for source in shown["sources"]} == keys


def test_a_name_that_fits_several_variants_shows_them_all():
    names = [row["name"] for row in details("accelerator", "A100")["accelerators"]]
    assert {"NVIDIA A100 SXM4 40GB", "NVIDIA A100 PCIe 40GB"} <= set(names)
    assert [row["name"] for row in details("accelerator", "T4")["accelerators"]] == ["NVIDIA T4"]


def test_a_region_is_shown_with_its_years_and_a_kind_without_sources_without_them():
    assert {
        row["region"] for row in details("region", "google/europe-west1")["cloud_region_yearly"]
    } == {"europe-west1"}
    assert set(details("source", "ccf")) == {"sources"}


@pytest.mark.parametrize(
    ("kind", "name", "message"),
    [
        pytest.param("gpu", "A100", "kind is 'gpu'; expected one of accelerator", id="kind"),
        pytest.param("cpu", "Pentium 9999x", "CPU 'Pentium 9999x' is unknown", id="look-up"),
        pytest.param(
            "convention",
            "cpu_utilisation",
            "convention 'cpu_utilisation' is unknown; .*Nearest: 'cpu_utilization'",
            id="name of a list",
        ),
    ],
)
def test_what_is_in_no_list_is_refused(kind, name, message):
    with pytest.raises(UnknownNameError, match=message):
        details(kind, name)


def test_a_name_of_several_entries_is_refused():
    with pytest.raises(AmbiguousNameError, match="Georgia"):
        details("zone", "Georgia")
