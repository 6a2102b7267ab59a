"""`wattprint runs`, `show` and `report`: on an empty ledger, runs made by hand, a real one."""

import json
import shlex

import pytest

from made_runs import FIRST_ID, SECOND_ID


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
    assert footprint["energy_kwh"]["it"]["value"] == pytest.approx(total_kwh, rel=1e-9)
    assert r"\begin{table}" in output(wattprint("report", "last", "--format", "latex"))


def test_a_run_that_goes_on_is_shown_without_an_end(wattprint, recorded):
    assert "parser: interrupted, " in output(wattprint("show", FIRST_ID))
