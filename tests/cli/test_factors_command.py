"""`wattprint factors`: every kind can be listed, searched and shown with its sources."""

import json

import pytest

from wattprint.factors.catalogue import KINDS


def output(done):
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def listed(wattprint, kind):
    return json.loads(output(wattprint("factors", "list", kind, "--json")))["entries"]


def test_the_kinds_are_listed_with_their_numbers(wattprint):
    counts = json.loads(output(wattprint("factors", "list", "--json")))["kinds"]
    assert list(counts) == list(KINDS)
    assert min(counts.values()) > 0
    assert counts["accelerator"] >= 150
    table = output(wattprint("factors", "list")).splitlines()
    assert table[0].split() == ["kind", "rows"]
    assert table[1].split() == ["accelerator", str(counts["accelerator"])]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_listed_and_its_first_and_last_entries_are_shown(wattprint, kind):
    entries = listed(wattprint, kind)
    assert {entry["entry_kind"] for entry in entries} == {kind}
    for name in (entries[0]["entry_name"], entries[-1]["entry_name"]):
        found = json.loads(output(wattprint("factors", "show", kind, name, "--json")))
        assert found, name
        assert all(rows for rows in found.values())


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_listed_for_people_one_line_an_entry(wattprint, kind):
    lines = output(wattprint("factors", "list", kind)).splitlines()
    assert lines[0].split() == ["name", "figures"]
    assert len(lines) == 1 + len(listed(wattprint, kind))


def test_an_entry_is_shown_with_the_sources_it_names(wattprint):
    found = json.loads(output(wattprint("factors", "show", "zone", "France", "--json")))
    assert found["zones"][0]["zone"] == "FR"
    named = {row["source"] for rows in found.values() for row in rows if row.get("source")}
    assert {row["key"] for row in found["sources"]} == named
    assert len(named) >= 1
    text = output(wattprint("factors", "show", "zone", "FR"))
    assert "intensity yearly:" in text and "sources:" in text


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        (["v100"], "accelerator", "V100"),
        (["h100", "sxm"], "accelerator", "H100"),
        (["council bluffs"], "region", "gcp/us-central1"),
        (["germany"], "zone", "DE"),
        (["epyc 7742"], "cpu", "7742"),
    ],
    ids=lambda given: " ".join(given) if isinstance(given, list) else "",
)
def test_a_search_finds_entries_of_any_kind(wattprint, text, kind, name):
    entries = json.loads(output(wattprint("factors", "search", *text, "--json")))["entries"]
    assert any(e["entry_kind"] == kind and name in e["entry_name"] for e in entries)
    assert name in output(wattprint("factors", "search", *text))


def test_a_search_that_finds_nothing_says_so_and_succeeds(wattprint):
    assert output(wattprint("factors", "search", "flux capacitor")).startswith(
        "Nothing is named like 'flux capacitor'."
    )
    assert json.loads(output(wattprint("factors", "search", "flux", "capacitor", "--json"))) == {
        "entries": []
    }


def test_a_long_answer_says_how_much_is_left(wattprint):
    lines = output(wattprint("factors", "search", "intel")).splitlines()
    # The head, 50 entries, and a last line.
    assert len(lines) == 52
    assert lines[-1].endswith("more; --json prints them all.")
