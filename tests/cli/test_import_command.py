"""`wattprint import`, and imported records in `runs`, `show` and `runs export`."""

import csv
import io
import json
import os
from pathlib import Path

import pytest

from cli.test_refusals import assert_refused
from importers.sources import CARBONTRACKER, CARD, CODECARBON
from made_runs import FIRST_ID
from processes import WATTPRINT as COMMAND
from processes import in_terminal


@pytest.fixture
def work(tmp_path):
    """A folder with a file of CodeCarbon: run-1 in France, run-2 somewhere that an address told."""
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "emissions.csv").write_text(CODECARBON)
    return folder


@pytest.fixture
def imported(wattprint, work):
    """The import of that file; its id."""
    done = wattprint("import", work / "emissions.csv", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)["files"][0]["id"]


def output(done):
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_an_import_says_what_was_reported_recomputed_dropped_and_rejected(wattprint, work):
    (work / "emissions.csv").write_text(
        CODECARBON + CODECARBON.splitlines()[1].replace("0.05", "x")
    )
    said = output(wattprint("import", work / "emissions.csv"))
    # 0.1 kg and 0.4 kg; 0.5 kWh and 1 kWh.
    assert "emissions.csv: CodeCarbon, 2 records, 1 row rejected, 1 earlier row of the same" in said
    assert "  reported: 1.5 kWh, 500 g CO2e" in said
    assert "where it reported 100 g" in said
    assert "1 record has no place and cannot be recomputed: say it with --zone ZONE" in said
    assert "dropped: place found from the IP address, of 1 record; --keep-location keeps" in said
    assert "rejected: line 5: emissions is 'x'; expected a number" in said
    assert said.splitlines()[-1].startswith("Imported 2 records, 1 row rejected,")


def test_the_same_file_again_adds_nothing_and_says_so(wattprint, work, imported):
    said = output(wattprint("import", work / "emissions.csv"))
    assert f"nothing added: the same bytes are there as {imported}" in said
    assert said.endswith("Nothing added: all of it is there already.\n")


def test_an_imported_record_is_shown_beside_what_is_recomputed(wattprint, imported):
    said = output(wattprint("show", f"{imported}:1", "--intensity", "100"))
    # 0.5 kWh x 100 g = 50 g; 100 g reported are twice as much.
    rows = [line.split() for line in said.splitlines()]
    assert ["emissions", "100", "g", "CO2e", "50", "g", "CO2e", "2"] in rows
    assert ["energy", "500", "Wh", "500", "Wh", "1"] in rows
    assert "As it was written: emissions 0.1 kg; energy_consumed 0.5 kWh" in said


def test_an_imported_record_as_json_has_the_ratio(wattprint, imported):
    shown = json.loads(output(wattprint("show", f"{imported}:1", "--intensity", "100", "--json")))
    assert (shown["id"], shown["state"], shown["emissions_g"]) == (f"{imported}:1", "imported", 100)
    assert shown["recomputed"]["ratio"] == pytest.approx(2.0, rel=1e-12)
    assert shown["recomputed"]["footprint"]["schema"] == "wattprint.footprint/1"


def test_a_record_without_a_place_says_how_to_give_one(wattprint, imported):
    said = output(wattprint("show", f"{imported}:2"))
    assert f"For emissions give a place, for example:\n  wattprint show {imported}:2" in said


def test_a_whole_import_is_shown_by_its_beginning(wattprint, imported):
    said = output(wattprint("show", "i-"))
    assert f"Import {imported}: CodeCarbon, emissions.csv" in said
    assert f"{imported}:2" in said
    assert "Dropped: place found from the IP address, of 1 records." in said


def test_what_a_record_cannot_take_is_refused(wattprint, imported):
    done = wattprint("show", f"{imported}:1", "--host", "laptop")
    assert_refused(done, "--host is given for an imported record")
    assert_refused(
        wattprint("show", f"{imported}:9"), ":9 is unknown; expected a number from 1 to 2"
    )
    assert_refused(wattprint("show", "i-1999"), "import 'i-1999' is unknown")
    assert_refused(wattprint("show", f"{imported}:1", "--zone", "XX"), "zone 'XX' is unknown")


def test_runs_list_imports_below_the_tracked_ones(wattprint, recorded, work):
    output(wattprint("import", work / "emissions.csv"))
    said = output(wattprint("runs"))
    above, _, below = said.partition("\nImported:\n")
    assert FIRST_ID in above
    assert below.splitlines()[1].split()[1:6] == ["2", "records", "emissions.csv", "imported", "-"]
    listed = json.loads(output(wattprint("runs", "--json")))
    assert [each["state"] for each in listed["imports"]] == ["imported"]
    assert len(listed["runs"]) == 2


def test_a_project_keeps_its_records_alone(wattprint, imported):
    assert "No runs of project 'other'" not in output(wattprint("runs", "--project", "parser"))
    assert f"{imported}:2" in output(wattprint("runs", "--project", "parser"))
    assert imported not in output(wattprint("runs", "--project", "other"))


def test_every_record_is_listed_when_it_is_asked_for(wattprint, imported):
    said = output(wattprint("runs", "--imported", "--limit", "1"))
    assert f"{imported}:1" in said
    assert "1 more: `wattprint runs --imported --all` lists them." in said
    listed = json.loads(output(wattprint("runs", "--imported", "--json")))["imported"]
    assert [record["id"] for record in listed] == [f"{imported}:1", f"{imported}:2"]


@pytest.mark.parametrize("form", ["jsonl", "json", "csv"])
def test_records_are_exported_in_every_format(form, wattprint, imported):
    text = output(wattprint("runs", "export", "--imported", "--format", form))
    if form == "csv":
        rows = list(csv.DictReader(io.StringIO(text)))
    else:
        rows = json.loads(text) if form == "json" else list(map(json.loads, text.splitlines()))
    assert [(row["id"], float(row["emissions_g"])) for row in rows] == [
        (f"{imported}:1", 100.0),
        (f"{imported}:2", 400.0),
    ]


def test_a_folder_is_read_and_what_is_of_no_kind_is_passed_over(wattprint, work):
    (work / "cards").mkdir()
    (work / "cards" / "README.md").write_text(CARD)
    (work / "notes.txt").write_text("dear diary")
    (work / "picture.png").write_bytes(b"\x89PNG")
    (work / ".hidden.csv").write_text(CODECARBON)
    said = output(wattprint("import", work))
    assert "README.md: model card, 1 record" in said
    assert "notes.txt: passed over: 'notes.txt' is of no kind" in said
    assert "picture" not in said
    assert said.splitlines()[-1].startswith("Imported 3 records")


def test_a_standard_log_beside_its_output_log_is_passed_over(wattprint, work):
    (work / "x_carbontracker_output.log").write_text(CARBONTRACKER)
    (work / "x_carbontracker.log").write_text("2022-11-14 15:43:37 - carbontracker version 1.1.6\n")
    said = output(wattprint("import", work))
    assert "x_carbontracker.log: passed over: its output log says the same run" in said


def test_a_place_that_is_said_is_for_records_without_one(wattprint, work):
    files = json.loads(output(wattprint("import", work, "--zone", "Poland", "--json")))["files"]
    assert (files[0]["compared"]["records"], files[0]["without_place"]) == (2, 0)
    import_id = files[0]["id"]
    shown = json.loads(output(wattprint("show", f"{import_id}:2", "--json")))
    assert shown["recomputed"]["emissions_g"] > 500.0  # 1 kWh in Poland


def test_an_import_is_removed_when_that_is_asked(wattprint, imported, home):
    assert output(wattprint("import", "--remove", "i-")) == f"Removed {imported}.\n"
    assert list((home / ".wattprint" / "imports").iterdir()) == []


def test_what_cannot_be_imported_is_refused_by_name(wattprint, work):
    assert_refused(wattprint("import"), "no file is given")
    assert_refused(wattprint("import", work / "no.csv"), "no.csv: it cannot be read: No such file")
    assert_refused(wattprint("import", work, "--kind", "codecarbn"), "Nearest: 'codecarbon'")
    assert_refused(wattprint("import", work, "--zone", "XX"), "zone 'XX' is unknown")
    assert_refused(
        wattprint("import", work, "--zone", "DE", "--region", "gcp/europe-west1"),
        "--zone and --region are given",
    )
    assert_refused(wattprint("import", "--remove", "i-"), "import 'i-' is unknown")


def test_a_log_of_a_cluster_is_sent_to_account(wattprint, work):
    log = work / "sacct.log"
    log.write_text("JobID|State|Elapsed\n1|COMPLETED|00:01:00\n")
    assert_refused(wattprint("import", log), "`wattprint account` reads it")


def test_some_files_refused_and_some_imported_is_done(wattprint, work):
    (work / "notes.txt").write_text("dear diary")
    done = wattprint("import", work / "notes.txt", work / "emissions.csv")
    assert done.returncode == 0
    assert "wattprint: notes.txt: 'notes.txt' is of no kind" in done.stderr
    assert "Imported 2 records" in done.stdout


def test_nothing_but_files_of_no_kind_is_refused(wattprint, work):
    (work / "emissions.csv").write_text("dear diary")
    done = wattprint("import", work)
    assert done.returncode == 2
    assert "nothing in there is a record that is known" in done.stderr


def test_a_ledger_that_cannot_be_written_is_said_in_one_line(wattprint, work, home):
    (home / ".wattprint").write_text("")
    done = wattprint("import", work / "emissions.csv")
    assert done.returncode == 2
    assert done.stderr.startswith("wattprint: home folder")
    assert "Traceback" not in done.stderr


def test_a_terminal_sees_a_table(work, home):
    status, shown = in_terminal([COMMAND, "import", work / "emissions.csv"], home=home, columns=200)
    assert (status, "Imported 2 records" in shown) == (0, True)
    status, shown = in_terminal([COMMAND, "runs", "--imported"], home=home, columns=200)
    assert (status, "emissions.csv" in shown) == (0, True)


def test_a_name_that_is_no_utf_8_is_imported(wattprint, work):
    path = os.fsencode(work) + b"/caf\xe9.csv"
    Path(os.fsdecode(path)).write_text(CODECARBON)
    assert "caf\ufffd.csv: CodeCarbon, 2" in output(wattprint("import", os.fsdecode(path)))
    assert "CodeCarbon, caf\ufffd.csv" in output(wattprint("show", "i-"))


def test_what_others_wrote_cannot_move_the_cursor(wattprint, work):
    (work / "emissions.csv").write_text(CODECARBON.replace("parser", "\x1b[2Jparser"))
    output(wattprint("import", work / "emissions.csv"))
    assert "\ufffd[2Jparser" in output(wattprint("runs", "--imported"))
