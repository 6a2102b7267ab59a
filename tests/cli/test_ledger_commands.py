"""`wattprint runs`, `show` and `report`: on an empty ledger, runs made by hand, a real one."""

import csv
import io
import json
import os
import pty
import shlex
import subprocess
import time

import pytest

from cli.test_refusals import assert_refused
from made_runs import FIRST_ID, SECOND_ID, intervals, made_run, write_journal
from processes import WATTPRINT, environment, folder_open_to_all, python_as_nobody
from wattprint.cli.moments import parsed_date, parsed_limit
from wattprint.cli.progress import with_progress
from wattprint.cli.runs_export import COLUMNS
from wattprint.domain.errors import InputError
from wattprint.domain.run import RunRecord
from wattprint.ledger.journal import read_journal
from wattprint.ledger.runs import Ledger


def output(done):
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_an_empty_ledger_says_how_to_record_a_run(wattprint, home):
    assert (
        output(wattprint("runs"))
        == "No runs yet. Record one:\n  wattprint track -- python train.py\n"
    )
    assert json.loads(output(wattprint("runs", "--json"))) == {"runs": []}
    assert list(home.iterdir()) == [], "looking makes nothing"


def test_runs_are_listed_newest_first_with_state_duration_and_energy(wattprint, recorded):
    head, newest, oldest = output(wattprint("runs")).splitlines()
    assert head.split()[:4] == ["run", "project", "name", "state"]
    # 1 kWh of CPU and 0.5 kWh of memory; 10 J and 5 J.
    assert newest.split()[:6] == [
        SECOND_ID,
        "ranker",
        "baseline",
        "completed",
        "2026-01-01",
        "12:00",
    ]
    assert newest.split()[4:] == ["2026-01-01", "12:00", "20", "s", "1.5", "kWh"]
    assert oldest.split()[-4:] == ["10", "s", "4.17", "mWh"]


def test_runs_as_json_have_the_keys_that_scripts_rely_on(wattprint, recorded):
    newest, oldest = json.loads(output(wattprint("runs", "--json")))["runs"]
    keys = {"id", "project", "name", "state", "started_at", "duration_s"}
    assert keys <= set(newest)
    assert (newest["id"], newest["state"], newest["duration_s"]) == (SECOND_ID, "completed", 20.0)
    assert (oldest["id"], oldest["state"], oldest["exit_code"]) == (FIRST_ID, "interrupted", None)


def test_runs_as_json_have_their_energy_by_component(wattprint, recorded):
    newest, oldest = json.loads(output(wattprint("runs", "--json")))["runs"]
    assert newest["energy_j"] == {"cpu": 3.6e6, "memory": 1.8e6}
    assert oldest["energy_j"] == {"cpu": 10.0, "memory": 5.0}
    assert [device["energy_j"] for device in newest["devices"]] == [3.6e6, 1.8e6]
    assert (newest["fault_count"], newest["tags"]) == (0, {})


@pytest.fixture
def many(home):
    """A ledger of 30 runs, every third of another project."""
    ledger = home / ".wattprint"
    for i in range(30):
        project = "parser" if i % 3 == 0 else "ranker"
        write_journal(
            ledger, made_run(f"20260101-0000{i:02d}-aaaaaa", project=project), "completed"
        )
    return ledger


@pytest.mark.parametrize(
    ("options", "shown", "older"),
    [
        ([], 25, 5),
        (["--limit", 7], 7, 23),
        (["--limit", 30], 30, 0),
        (["--all"], 30, 0),
        (["--project", "parser"], 10, 0),
        (["--project", "parser", "--limit", 4], 4, 6),
        (["--project", "ranker", "--all"], 20, 0),
    ],
    ids=str,
)
def test_a_long_list_is_cut_and_says_how_many_there_are(wattprint, many, options, shown, older):
    lines = output(wattprint("runs", *options)).splitlines()
    told = [f"{older} older: `wattprint runs --all` lists them."] if older else []
    assert lines[1 + shown :] == told
    listed = json.loads(output(wattprint("runs", *options, "--json")))
    assert (len(listed["runs"]), listed.get("older", 0)) == (shown, older)


def test_a_list_of_all_and_of_a_few_is_refused(wattprint, recorded):
    assert_refused(wattprint("runs", "--all", "--limit", 3), "--all and --limit")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("runs prun", ["command 'prun' is unknown", "'prune'"]),
        (f"runs {SECOND_ID}", [f"command '{SECOND_ID}' is unknown", "prune or export"]),
        ("runs --project x prune --keep 1", ["'--project' is given before 'prune'"]),
        ("runs --all export", ["'--all' is given before 'export'"]),
        ("runs prune", ["nothing says which runs", "--older-than"]),
        ("runs prune --yes", ["nothing says which runs"]),
        ("runs prune --state failed", ["nobody is there to be asked", "--yes"]),
        ("runs prune --state running --yes", ["state is 'running'", "interrupted"]),
        ("runs prune --state unreadable --project x --yes", ["they have no project"]),
        ("runs prune --older-than soon --yes", ["older_than is 'soon'", "90d, 2w or 12h"]),
        ("runs prune --older-than 90 --yes", ["older_than is '90'"]),
        ("runs prune --older-than -3d --yes", ["older_than is '-3d'"]),
        ("runs prune --keep -1 --yes", ["--keep"]),
        ("runs export nothing", ["run 'nothing' is unknown"]),
        ("runs export --format xml", ["format is 'xml'", "jsonl"]),
        ("runs export --since yesterday", ["since is 'yesterday'", "2026-01-31"]),
        ("runs export -o .", ["output '.' is no file"]),
        ("runs export -o /dev/null --force", ["output '/dev/null' is no file"]),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_wrong_input_below_runs_is_refused_in_one_line(wattprint, recorded, arguments, words):
    assert_refused(wattprint(*arguments.split()), *words)
    assert Ledger(recorded).run_ids() == [FIRST_ID, SECOND_ID]


@pytest.mark.parametrize("command", ["runs", "runs prune", "runs export"])
def test_help_is_there_at_each_level(wattprint, command):
    assert f"Usage: wattprint {command} " in output(wattprint(*command.split(), "--help"))


@pytest.mark.parametrize(
    ("options", "deleted"),
    [
        (["--state", "interrupted"], [FIRST_ID]),
        (["--state", "completed"], [SECOND_ID]),
        (["--state", "failed"], []),
        (["--project", "parser"], [FIRST_ID]),
        (["--older-than", "1h"], [SECOND_ID, FIRST_ID]),
        (["--older-than", "2026-01-01T12:00:01Z"], [SECOND_ID, FIRST_ID]),
        (["--older-than", "2026-01-01"], []),
        (["--keep", 1], [FIRST_ID]),
    ],
    ids=str,
)
def test_runs_are_pruned_and_what_was_freed_is_said(wattprint, recorded, options, deleted):
    size_bytes = sum((recorded / "runs" / f"{i}.jsonl").stat().st_size for i in deleted)
    would = json.loads(output(wattprint("runs", "prune", *options, "--dry-run", "--json")))
    assert [row["id"] for row in would["would_delete"]] == deleted
    assert len(Ledger(recorded).run_ids()) == 2, "a dry run deletes nothing"
    said = output(wattprint("runs", "prune", *options, "--yes"))
    runs = "1 run" if len(deleted) == 1 else f"{len(deleted)} runs"
    assert said == f"Deleted {runs}, {size_bytes:,} bytes.\n"
    assert set(Ledger(recorded).run_ids()) == {FIRST_ID, SECOND_ID} - set(deleted)


def test_a_dry_run_lists_what_it_would_delete(wattprint, recorded):
    head, row, total = output(wattprint("runs", "prune", "--keep", 1, "--dry-run")).splitlines()
    assert head.split() == ["run", "project", "state", "started", "size"]
    assert row.split()[:3] == [FIRST_ID, "parser", "interrupted"]
    assert total.startswith("Would delete 1 run, ")


def test_pruning_says_as_json_what_is_gone(wattprint, recorded):
    size_bytes = (recorded / "runs" / f"{FIRST_ID}.jsonl").stat().st_size
    said = json.loads(output(wattprint("runs", "prune", "--keep", 1, "--yes", "--json")))
    freed = {"deleted": [FIRST_ID], "freed_bytes": size_bytes}
    assert said == {**freed, "changed": [], "refused": []}


def test_a_torn_file_is_pruned_by_name_alone(wattprint, recorded):
    torn = recorded / "runs" / "20250101-000000-dddddd.jsonl"
    torn.write_text('{"line":"head')
    os.utime(torn, (time.time() - 7200,) * 2)
    assert "Deleted 0 runs" in output(wattprint("runs", "prune", "--state", "failed", "--yes"))
    assert torn.exists()
    output(wattprint("runs", "prune", "--state", "unreadable", "--older-than", "1h", "--yes"))
    assert Ledger(recorded).run_ids() == [FIRST_ID, SECOND_ID]


def test_a_run_that_may_not_be_deleted_is_named_with_status_1():
    script = "wattprint.cli.main.main(['runs', 'prune', '--keep', '0', '--yes'])"
    with folder_open_to_all() as folder:
        write_journal(folder, made_run(FIRST_ID), "completed").chmod(0o644)
        (folder / "runs").chmod(0o555)
        done = python_as_nobody(script, home=folder, WATTPRINT_HOME=str(folder))
        (folder / "runs").chmod(0o755)
    assert done.returncode == 1, done
    assert f"Not deleted: {FIRST_ID}: [Errno 13] Permission denied" in done.stdout


@pytest.mark.parametrize(
    ("answer", "status", "left"), [("y", 0, [SECOND_ID]), ("n", 130, [FIRST_ID, SECOND_ID])]
)
def test_at_a_terminal_it_asks_before_it_deletes(home, recorded, answer, status, left):
    ours, theirs = pty.openpty()
    command = [WATTPRINT, "runs", "prune", "--keep", "1"]
    pipes = {"stdin": theirs, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, env=environment(home), **pipes) as program:
        os.close(theirs)
        os.write(ours, f"{answer}\n".encode())
        _, asked = program.communicate(timeout=60)
    os.close(ours)
    assert asked.startswith("Delete 1 run, ")
    assert (program.returncode, Ledger(recorded).run_ids()) == (status, left)


@pytest.fixture
def exported(recorded):
    """The two runs, and one with all there can be in a record, older than both."""
    text = 'a, "b"\nc; \u96fb\U0001f50c'
    run = made_run(
        "20250101-000000-dddddd",
        project="of, all",
        name=text,
        started_at="2025-01-01T00:00:00.000Z",
        parent=FIRST_ID,
        tags={"note": text, "file": "a\udce4b"},
        place={"zone": "NOWHERE-ANY-MORE"},
        intervals=intervals(36_000_000_000, 36_000_000_000),
    )
    write_journal(recorded, run, "failed", exit_code=3)
    return recorded


def records_of(ledger):
    return [read_journal(path) for path in sorted((ledger / "runs").glob("*.jsonl"))]


@pytest.mark.parametrize("name", ["all.jsonl", "all", "all.JSON", "-"])
def test_an_export_that_is_read_back_is_the_same_record(wattprint, exported, tmp_path, name):
    file = tmp_path / name
    written = output(wattprint("runs", "export", "-o", name if name == "-" else file))
    if name != "-":
        assert written == ""
        written = file.read_text("utf-8")
    rows = json.loads(written) if "JSON" in name else map(json.loads, written.splitlines())
    assert [RunRecord.from_dict(row) for row in rows] == records_of(exported)


def test_an_export_may_be_empty(wattprint, recorded):
    for form, expected in (("jsonl", ""), ("json", "[\n]\n"), ("csv", ",".join(COLUMNS) + "\n")):
        nothing = output(wattprint("runs", "export", "--project", "x", "--format", form))
        assert nothing == expected


@pytest.mark.parametrize(
    ("arguments", "ids"),
    [
        ([], ["20250101-000000-dddddd", FIRST_ID, SECOND_ID]),
        (["last"], [SECOND_ID]),
        ([SECOND_ID, "2025", "last"], [SECOND_ID, "20250101-000000-dddddd"]),
        (["--project", "parser"], [FIRST_ID]),
        (["--since", "2026-01-01"], [FIRST_ID, SECOND_ID]),
        (["--since", "2026-01-01T12:00:01Z"], []),
        ([FIRST_ID, SECOND_ID, "--project", "ranker"], [SECOND_ID]),
    ],
    ids=str,
)
def test_an_export_is_narrowed(wattprint, exported, arguments, ids):
    lines = output(wattprint("runs", "export", *arguments)).splitlines()
    assert [json.loads(line)["id"] for line in lines] == ids


def test_csv_has_one_row_a_run_with_its_energy_and_interval(wattprint, exported):
    written = output(wattprint("runs", "export", "--format", "csv"))
    oldest, interrupted, newest = csv.DictReader(io.StringIO(written))
    assert oldest["name"] == 'a, "b"\nc; \u96fb\U0001f50c'
    assert (oldest["project"], oldest["parent"], oldest["exit_code"]) == ("of, all", FIRST_ID, "3")
    assert json.loads(oldest["tags"])["note"] == oldest["name"]
    # 2 x 36 kJ = 0.02 kWh of CPU, 0.95 to 1.05 of it, and half as much memory, 0.5 to 1.5 of it.
    cpu = [float(oldest[f"cpu_{k}"]) for k in ("kwh", "low_kwh", "high_kwh")]
    assert cpu == pytest.approx([0.02, 0.019, 0.021], rel=1e-12)
    memory = [float(oldest[f"memory_{k}"]) for k in ("kwh", "low_kwh", "high_kwh")]
    assert memory == pytest.approx([0.01, 0.005, 0.015], rel=1e-12)
    assert (oldest["cpu_method"], oldest["memory_method"]) == ("measured", "modelled")
    assert (oldest["accelerator_kwh"], oldest["accelerator_method"]) == ("", "missing")
    assert (oldest["intervals"], oldest["faults"]) == ("2", "0")
    assert (interrupted["state"], interrupted["exit_code"]) == ("interrupted", "")
    assert (newest["id"], newest["cpu_kwh"]) == (SECOND_ID, "1.0")


def test_an_export_replaces_a_file_only_when_told_to(wattprint, recorded, tmp_path):
    file = tmp_path / "runs.csv"
    file.write_text("mine")
    assert_refused(wattprint("runs", "export", "-o", file), "is there already", "--force")
    assert file.read_text() == "mine"
    output(wattprint("runs", "export", "-o", file, "--force"))
    assert file.read_text().startswith("id,project,")
    assert [path.name for path in tmp_path.glob("*runs.csv*")] == ["runs.csv"]


def test_an_export_that_fails_leaves_the_file_as_it_was_and_nothing_beside_it(
    wattprint, recorded, tmp_path
):
    file = tmp_path / "runs.jsonl"
    file.write_text("before")
    (recorded / "runs" / f"{FIRST_ID}.jsonl").write_text("")
    done = wattprint("runs", "export", SECOND_ID, FIRST_ID, "-o", file, "--force")
    assert (done.returncode, file.read_text()) == (1, "before")
    assert [path.name for path in tmp_path.glob("*runs.jsonl*")] == ["runs.jsonl"]


def test_an_export_of_all_names_what_it_could_not_read(wattprint, recorded):
    (recorded / "runs" / f"{FIRST_ID}.jsonl").write_text("")
    done = wattprint("runs", "export")
    assert (done.returncode, done.stdout.count("\n")) == (0, 1)
    assert done.stderr.startswith(f"Not read: {FIRST_ID}: ")


def test_an_export_to_nowhere_is_one_line_and_status_1(wattprint, recorded, tmp_path):
    done = wattprint("runs", "export", "-o", tmp_path / "no" / "runs.csv")
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert "No such file" in line and str(tmp_path / "no" / "runs.csv") in line


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("2026-01-31", "2026-01-31T00:00:00.000Z"),
        ("2026-01-31T18:30:00Z", "2026-01-31T18:30:00.000Z"),
        ("2026-01-31T18:30:00+02:00", "2026-01-31T16:30:00.000Z"),
        ("2026-01-31 18:30:00.250", "2026-01-31T18:30:00.250Z"),
    ],
)
def test_a_date_is_meant_in_utc_unless_it_says_otherwise(given, expected):
    assert parsed_date("since", given) == parsed_limit("older_than", given, 0.0) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        # 1,000,000 s after 1970 is 12 January, 13:46:40.
        ("12h", "1970-01-12T01:46:40.000Z"),
        ("1.5d", "1970-01-11T01:46:40.000Z"),
        ("1w", "1970-01-05T13:46:40.000Z"),
        ("999999999w", "1970-01-01T00:00:00.000Z"),
    ],
)
def test_a_span_counts_back_from_now(given, expected):
    assert parsed_limit("older_than", given, 1_000_000.0) == expected


@pytest.mark.parametrize("given", ["", "d", "3m", "1e3d", "3 d", "2026-13-01", "0000-01-01"])
def test_what_is_no_time_is_refused(given):
    with pytest.raises(InputError, match="older_than is "):
        parsed_limit("older_than", given, 0.0)


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("stream", "seconds", "drawn"),
    [(Terminal, 0.3, True), (Terminal, 0.01, False), (io.StringIO, 0.3, False)],
    ids=["slow, at a terminal", "fast, at a terminal", "slow, elsewhere"],
)
def test_a_bar_is_drawn_at_a_terminal_once_it_takes_more_than_a_second(
    monkeypatch, stream, seconds, drawn
):
    monkeypatch.setattr("sys.stderr", stream())
    monkeypatch.setenv("TERM", "xterm")
    import sys

    ticks = iter(range(10**6))
    items = list(range(20))
    assert list(with_progress(items, "Reading", clock_s=lambda: next(ticks) * seconds)) == items
    assert ("Reading" in sys.stderr.getvalue()) == drawn


@pytest.mark.parametrize(
    ("options", "ids"),
    [
        (["--limit", 1], [SECOND_ID]),
        (["--project", "parser"], [FIRST_ID]),
        (["--project", "parser", "--limit", 1], [FIRST_ID]),
        (["--project", "nothing"], []),
    ],
)
def test_runs_are_narrowed_by_project_and_number(wattprint, recorded, options, ids):
    listed = json.loads(output(wattprint("runs", *options, "--json")))["runs"]
    assert [run["id"] for run in listed] == ids


def test_a_project_without_runs_is_named(wattprint, recorded):
    assert output(wattprint("runs", "--project", "x")).startswith("No runs of project 'x' yet.")


def test_a_ledger_elsewhere_is_read_by_option_and_by_variable(wattprint, recorded, tmp_path):
    elsewhere = recorded.rename(tmp_path / "a ledger")
    by_option = output(wattprint("runs", "--home", elsewhere))
    assert SECOND_ID in by_option
    assert output(wattprint("runs", WATTPRINT_HOME=str(elsewhere))) == by_option


def shown(wattprint, *arguments):
    return json.loads(output(wattprint("show", *arguments, "--json")))


def test_a_run_is_shown_with_its_devices_their_joules_and_their_method(wattprint, recorded):
    footprint = shown(wattprint, "last", "--intensity", 400)
    run = footprint["run"]
    assert (run["id"], run["project"], run["name"]) == (SECOND_ID, "ranker", "baseline")
    assert (run["stage"], run["state"]) == (None, "completed")
    devices = [(d["component"], d["method"], d["energy_j"]) for d in run["devices"]]
    assert devices == [("cpu", "measured", 3.6e6), ("memory", "modelled", 1.8e6)]


def test_a_run_is_accounted_for_at_the_place_given_now(wattprint, recorded):
    footprint = shown(wattprint, "--intensity", 400, "--pue", 1.2)
    # 3.6 MJ + 1.8 MJ = 1.5 kWh; x 1.2 = 1.8 kWh; x 400 g = 0.72 kg.
    assert footprint["energy_kwh"]["it"]["value"] == pytest.approx(1.5, rel=1e-12)
    assert footprint["energy_kwh"]["facility"]["value"] == pytest.approx(1.8, rel=1e-12)
    assert footprint["emissions_kg"]["location_based"]["value"] == pytest.approx(0.72, rel=1e-12)
    assert footprint["coverage"]["cpu"] == "measured"
    assert footprint["coverage"]["accelerator"] == "missing"


@pytest.mark.parametrize("asked", ["last", SECOND_ID, SECOND_ID[:13]])
def test_a_run_is_found_by_last_by_id_and_by_a_beginning(wattprint, recorded, asked):
    assert shown(wattprint, asked)["run"]["id"] == SECOND_ID


def test_a_run_is_shown_to_people_with_its_reasons(wattprint, recorded):
    lines = output(wattprint("show", "last", "--zone", "FR", "--explain")).splitlines()
    assert lines[0] == (
        f"Run {SECOND_ID} (baseline), project ranker: completed, 2026-01-01 12:00:00 UTC, 20 s."
    )
    assert lines[2].startswith("1.5 kWh (")
    assert "How it was computed:" in lines
    assert "What it rests on:" in lines


@pytest.mark.parametrize("elsewhere", [False, True], ids=["default home", "a home given"])
def test_without_a_place_the_exact_command_is_shown_that_adds_one(
    wattprint, recorded, tmp_path, elsewhere
):
    home = ["--home", recorded.rename(tmp_path / "a ledger")] if elsewhere else []
    lines = output(wattprint("show", "last", *home)).splitlines()
    assert lines[-2] == "For emissions give a place, for example:"
    command, *rest = shlex.split(lines[-1])
    assert "CO2e" in output(wattprint(*rest))
    assert command == "wattprint"


def test_faults_are_shown_with_their_time(wattprint, recorded):
    path = recorded / "runs" / f"{SECOND_ID}.jsonl"
    fault = {"line": "fault", "at_s": 12.0, "meter": "rapl", "message": "package-0 is gone"}
    path.write_text(path.read_text("utf-8") + json.dumps(fault) + "\n", "utf-8")
    assert "Fault after 12 s, rapl: package-0 is gone" in output(wattprint("show"))
    assert shown(wattprint)["run"]["faults"] == [
        {"at_s": 12.0, "meter": "rapl", "message": "package-0 is gone"}
    ]


def test_a_journal_that_cannot_be_read_is_one_line_and_status_1(wattprint, recorded):
    (recorded / "runs" / f"{SECOND_ID}.jsonl").write_text("")
    done = wattprint("show", SECOND_ID)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("wattprint: ") and "has no header" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("form", "beginning"),
    [
        ("text", "1.5 kWh ("),
        ("json", "{"),
        ("markdown", "## Energy and emissions"),
        ("latex", r"\begin{table}"),
    ],
)
def test_a_report_is_written_in_each_format(wattprint, recorded, tmp_path, form, beginning):
    document = output(wattprint("report", "last", "--format", form, "--zone", "FR"))
    assert document.startswith(beginning)
    file = tmp_path / "report"
    arguments = ("report", "last", "--format", form, "--zone", "FR", "--output", file)
    assert output(wattprint(*arguments)) == ""
    assert file.read_text("utf-8") == document


def test_a_report_in_json_is_what_show_prints(wattprint, recorded):
    report = output(wattprint("report", "--format", "json", "--intensity", 400))
    assert json.loads(report) == shown(wattprint, "--intensity", 400)


@pytest.mark.parametrize("place", ["no/such/folder/report", "."], ids=["no folder", "a folder"])
def test_a_report_that_cannot_be_written_is_one_line_and_status_1(
    wattprint, recorded, tmp_path, place
):
    done = wattprint("report", "--output", tmp_path / place)
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("wattprint: ") and str(tmp_path) in line


def test_a_real_run_goes_all_the_way_from_the_command_to_the_report(wattprint):
    assert wattprint("track", "--project", "real", "--zone", "FR", "--", "true").returncode == 0
    footprint = shown(wattprint)
    assert (footprint["run"]["project"], footprint["run"]["state"]) == ("real", "completed")
    assert footprint["emissions_kg"]["location_based"] is not None
    energies = [device["energy_j"] for device in footprint["run"]["devices"]]
    total_kwh = sum(energies) / 3.6e6
    assert footprint["energy_kwh"]["chips"]["value"] == pytest.approx(total_kwh, rel=1e-9)
    assert footprint["energy_kwh"]["it"]["value"] > total_kwh  # the machine around the chips
    chips_alone = shown(wattprint, "--host", "none")["energy_kwh"]
    assert chips_alone["it"]["value"] == pytest.approx(total_kwh, rel=1e-9)
    assert r"\begin{table}" in output(wattprint("report", "last", "--format", "latex"))


def test_a_run_that_goes_on_is_shown_without_an_end(wattprint, recorded):
    assert "parser: interrupted, " in output(wattprint("show", FIRST_ID))
