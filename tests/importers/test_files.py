"""One file into the ledger: whole or not at all, once, and beside what is recomputed."""

import gzip
import json
import os

import pytest

from importers.sources import CODECARBON, MLCO2, SOURCES
from wattprint.domain.imported import RejectedRow
from wattprint.importers import files
from wattprint.importers.files import Asked, import_file
from wattprint.ledger.imports import Imports

NOW = "2026-01-31T18:00:05.250Z"


@pytest.fixture
def home(tmp_path):
    return tmp_path / "home"


@pytest.fixture
def take(tmp_path, home):
    """Import a text as a file of a name."""

    def taken(text, name="emissions.csv", now=NOW, **asked):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return import_file(path, Asked(**asked), home=home, imported_at=now)

    return taken


@pytest.mark.parametrize("kind", SOURCES)
def test_a_file_of_each_kind_becomes_one_file_of_the_ledger(kind, take, home):
    name, text = SOURCES[kind]
    outcome = take(text, name)
    assert (outcome.status, outcome.kind) == ("imported", kind)
    (path,) = (home / "imports").iterdir()
    assert path.stem == outcome.import_id
    stored = Imports(home).stored(outcome.import_id)
    assert (stored.header.source, stored.header.imported_at) == (name, NOW)
    assert stored.counts == outcome.counts


def test_the_same_bytes_are_imported_once_whatever_their_name(take, home):
    first = take(CODECARBON)
    again = take(CODECARBON, "copy.csv")
    assert (again.status, again.import_id) == ("present", first.import_id)
    assert again.reason == f"the same bytes are there as {first.import_id}"
    assert len(list((home / "imports").iterdir())) == 1


def test_an_import_again_takes_the_place_of_the_earlier_one(take, home):
    first = take(CODECARBON)
    again = take(CODECARBON, now="2026-02-01T00:00:00.000Z", force=True, project="ours")
    assert again.status == "imported"
    assert again.reason == f"in the place of {first.import_id}"
    assert Imports(home).ids() == [again.import_id]
    assert {r.project for _, r in Imports(home).records(again.import_id)} == {"ours"}


def test_a_dry_run_reads_and_leaves_nothing(take, home):
    outcome = take(CODECARBON, dry_run=True)
    assert (outcome.status, outcome.counts.records) == ("would import", 2)
    assert not home.exists()


def test_a_file_without_a_record_leaves_nothing_and_says_why(take, home):
    outcome = take(CODECARBON.partition("\n")[0] + "\n2024,parser,r,1,much\n")
    assert outcome.status == "refused"
    assert list((home / "imports").iterdir()) == []
    assert outcome.rejected == (RejectedRow(2, outcome.reason),)


def test_a_reading_that_ends_in_an_error_leaves_nothing(take, home, monkeypatch):
    def torn(*given, **also):
        raise RuntimeError("stopped")

    monkeypatch.setattr(files, "quick_g", torn)  # stands for Ctrl-C in the middle of a file
    with pytest.raises(RuntimeError, match="stopped"):
        take(CODECARBON)
    assert list((home / "imports").iterdir()) == []


def test_a_compressed_file_is_read_as_what_it_holds(take):
    outcome = take(gzip.compress(CODECARBON.encode()), "emissions.csv.gz")
    assert (outcome.kind, outcome.counts.records) == ("codecarbon", 2)


def test_a_torn_archive_gives_its_rows_and_a_rejected_one(take):
    row = CODECARBON.splitlines()[-1]
    many = CODECARBON + "".join(
        row.replace("run-2", f"r{i * 7919 % 100_003}") + "\n" for i in range(5000)
    )
    outcome = take(gzip.compress(many.encode())[:-2000], "emissions.csv.gz")
    assert outcome.counts.records > 100
    assert outcome.rejected[-1].reason.startswith("the compressed file is torn")


def test_a_folder_a_pipe_or_nothing_at_all_is_refused(tmp_path, home):
    os.mkfifo(tmp_path / "pipe")
    refused = {tmp_path: "no file", tmp_path / "pipe": "no file", tmp_path / "no": "No such file"}
    for path, reason in refused.items():
        outcome = import_file(path, Asked(), home=home, imported_at=NOW)
        assert (outcome.status, reason in outcome.reason) == ("refused", True)


def test_reported_and_recomputed_are_summed_over_the_same_records(take):
    # Only run-1 has a place: 100 g reported; 0.5 kWh in France.
    outcome = take(CODECARBON)
    assert (outcome.compared, outcome.reported_g, outcome.without_place) == (1, 100.0, 1)
    assert 5.0 < outcome.recomputed_g < 50.0


def test_a_place_that_is_said_stands_for_records_without_one_and_is_kept(take, home):
    outcome = take(CODECARBON, zone="PL")
    assert (outcome.compared, outcome.without_place) == (2, 0)
    assert outcome.recomputed_g > 500.0  # 1 kWh in Poland
    assert Imports(home).stored(outcome.import_id).header.place == {"zone": "PL"}


def test_nothing_reported_stands_as_nothing(take):
    outcome = take(SOURCES["experiment-impact-tracker"][1], "data.json")
    assert (outcome.counts.emissions_g, outcome.compared) == (0.0, 0)


def test_hardware_times_hours_stands_in_where_no_energy_is_reported(take):
    # 100 h x 300 W = 30 kWh in Belgium.
    outcome = take(MLCO2, "appendix.tex")
    assert outcome.compared == 1
    assert 30 * 50 < outcome.recomputed_g < 30 * 400


def test_every_line_of_an_import_is_json_of_utf_8(take, home):
    outcome = take(CODECARBON.replace("parser", "présentation \U0001f331"))
    lines = Imports(home).path(outcome.import_id).read_text("utf-8").splitlines()
    assert [json.loads(line)["line"] for line in lines] == ["header", "record", "record", "end"]
