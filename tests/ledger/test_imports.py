"""The imports of a home folder: written whole, found, read, removed."""

import json

import pytest

from wattprint.domain.errors import InputError, RecordError, UnknownNameError
from wattprint.domain.imported import Doubt, ImportedRecord, ImportHeader, RejectedRow, Reported
from wattprint.ledger.imports import Imports, ImportWriter, Tally, new_id, parsed_record_id

NOW = "2026-01-31T18:00:05.250Z"
RECORD = ImportedRecord(
    at_line=2,
    project="parser",
    energy_kwh=0.5,
    energy_at="chips",
    emissions_g=100.0,
    duration_s=3600.0,
    place={"zone": "FR"},
    reported=(Reported("emissions", "0.1", "kg"),),
    doubts=(Doubt("time", "no date"),),
)
REJECTED = RejectedRow(3, "emissions is 'much'; expected a number")


def header(sha256="ab" * 32, now=NOW):
    return ImportHeader(new_id(now, sha256), "codecarbon", "emissions.csv", 9, sha256, now, {})


def write(home, *rows, **of):
    tally = Tally()
    with ImportWriter(home, header(**of)) as writer:
        for row in rows:
            tally.take(row)
            writer.write(row)
        writer.finish(tally.counts(superseded=1, dropped={"a place": 1}))
    return writer.path.stem


def test_an_import_reads_back_as_it_was_written(tmp_path):
    import_id = write(tmp_path, RECORD, REJECTED)
    imports = Imports(tmp_path)
    assert list(imports.rows(import_id)) == [(1, RECORD), REJECTED]
    stored = imports.stored(import_id)
    assert stored.header == header()
    assert (stored.counts.records, stored.counts.rejected, stored.counts.superseded) == (1, 1, 1)
    assert (stored.counts.emissions_g, stored.counts.dropped) == (100.0, {"a place": 1})


def test_a_part_of_another_record_is_not_added_up(tmp_path):
    import_id = write(tmp_path, RECORD, RECORD._replace(part_of=2))
    counts = Imports(tmp_path).stored(import_id).counts
    assert (counts.records, counts.energy_kwh) == (2, 0.5)


def test_a_million_amounts_are_added_up_exactly_enough():
    tally = Tally()
    for _ in range(100_000):
        tally.take(ImportedRecord(1, energy_kwh=0.1))
    energy_kwh = tally.counts(superseded=0, dropped={}).energy_kwh
    assert energy_kwh == pytest.approx(10_000.0, rel=1e-14)


def test_what_is_not_finished_leaves_nothing(tmp_path):
    with ImportWriter(tmp_path, header()) as writer:
        writer.write(RECORD)
        assert Imports(tmp_path).ids() == []
    assert list((tmp_path / "imports").iterdir()) == []


def test_an_import_is_found_by_the_bytes_of_its_source(tmp_path):
    import_id = write(tmp_path, RECORD)
    imports = Imports(tmp_path)
    assert imports.of_bytes("ab" * 32).header.import_id == import_id
    # The same twelve letters in front, and another hash.
    assert imports.of_bytes("ab" * 31 + "cd") is None


def test_imports_are_listed_newest_first_and_what_cannot_be_read_is_named(tmp_path):
    old = write(tmp_path, RECORD)
    new = write(tmp_path, RECORD, sha256="cd" * 32, now="2026-02-01T00:00:00.000Z")
    torn = tmp_path / "imports" / "i-20260301-000000-ef.jsonl"
    torn.write_text(json.dumps({"line": "header", **header().as_dict()}) + "\n")
    imports = Imports(tmp_path)
    assert [stored.header.import_id for stored in imports.all()] == [new, old]
    assert "a line is not its end" in imports.unreadable[torn.stem]


def test_a_record_is_found_by_its_number(tmp_path):
    import_id = write(tmp_path, RECORD, REJECTED, RECORD._replace(at_line=4))
    imports = Imports(tmp_path)
    assert imports.record(import_id, 2).at_line == 4
    with pytest.raises(UnknownNameError, match=r":3 is unknown; expected a number from 1 to 2"):
        imports.record(import_id, 3)


def test_an_import_is_found_by_the_beginning_of_its_id(tmp_path):
    import_id = write(tmp_path, RECORD)
    assert Imports(tmp_path).find_id("i-2026") == import_id
    with pytest.raises(UnknownNameError, match="import 'i-9' is unknown"):
        Imports(tmp_path).find_id("i-9")


@pytest.mark.parametrize("asked", ["i-2026:", "i-2026:0", "i-2026:-1", "i-2026:x", "i-2026:1:2"])
def test_a_record_that_is_no_number_is_refused(asked):
    with pytest.raises(InputError, match="expected IMPORT:N"):
        parsed_record_id(asked)


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"line": "header"}', "\xff", "[" * 10_000])
def test_a_file_that_is_no_import_is_a_record_error(text, tmp_path):
    folder = tmp_path / "imports"
    folder.mkdir()
    (folder / "i-x.jsonl").write_text(text, encoding="latin-1")
    with pytest.raises(RecordError):
        Imports(tmp_path).stored("i-x")
