"""`wattprint account`: what it prints, what it leaves, and each refusal in one line."""

import csv
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from made_logs import BROKEN, MEASURED, MODELLED, RUNNING, WAITING, sacct_log
from wattprint.accounting.site import read_site


@pytest.fixture
def log(tmp_path):
    """Jobs of 1 kWh and of 3 kWh that failed, two modelled ones, one that waits, a broken row."""
    return sacct_log(tmp_path / "sacct.txt", *MEASURED, *MODELLED, WAITING, BROKEN)


def test_the_first_line_can_be_quoted(wattprint, tmp_path):
    path = sacct_log(tmp_path / "sacct.txt", *MEASURED)
    done = wattprint("account", str(path), "--intensity", "500", "--pue", "1.5")
    assert (done.returncode, done.stderr) == (0, "")
    # (1 + 3) kWh x 1.5 = 6 kWh; x 500 g = 3 kg.
    first = done.stdout.splitlines()[0]
    assert first.startswith("2 jobs: 6 kWh (5.7-6.3), 3 kg CO2e (2.85-3.15), measured; missing: ")


def test_several_tables_can_be_asked_for(wattprint, log):
    done = wattprint("account", str(log), "--by", "account,quarter", "--by", "state", "--top", "1")
    assert "By account, quarter:" in done.stdout and "By state:" in done.stdout
    assert "... and 2 more (--top, --json, --out)" in done.stdout


def test_how_the_log_was_read_is_said(wattprint, log):
    said = wattprint("account", str(log)).stdout
    assert "6 rows: 4 jobs that ran, 1 never began, 1 rejected" in said
    assert (
        f"rejected 1: Elapsed is ...; expected [days-]hours:minutes:seconds (first: {log}, line 7)"
        in said
    )


def test_without_a_place_the_command_that_adds_one_is_shown(wattprint, log):
    said = wattprint("account", str(log), "--by", "user").stdout
    assert f"wattprint account {log} --by user --zone FR" in said
    assert "CO2e" not in said.splitlines()[0]


def test_the_json_is_the_whole_report(wattprint, log):
    document = json.loads(wattprint("account", str(log), "--zone", "DE", "--json").stdout)
    assert document["schema"] == "wattprint.accounting/1"
    assert document["total"]["jobs"] == 4
    assert document["waste"]["wasted"]["jobs"] == 2


def test_the_folder_holds_figures_sums_and_how_they_came_about(wattprint, log, tmp_path):
    out = tmp_path / "out"
    done = wattprint(
        "account", str(log), "--intensity", "500", "--by", "user,month", "--out", str(out)
    )
    assert done.returncode == 0
    made = {path.name for path in out.iterdir()}
    assert {"jobs.parquet", "summary.json", "rejected.csv", "site.toml"} <= made
    assert {"by_user_month.csv", "by_user_month.parquet", "by_month.csv"} <= made
    with (out / "rejected.csv").open(encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    assert (row["file"], row["line"]) == (str(log), "7")
    assert read_site(out / "site.toml").said == {"intensity": 500.0}


def test_csv_and_parquet_of_a_roll_up_are_the_same(wattprint, log, tmp_path):
    import duckdb

    out = tmp_path / "out"
    assert wattprint("account", str(log), "--intensity", "500", "--out", str(out)).returncode == 0
    with (out / "by_user.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    found = duckdb.sql(f"SELECT \"user\", jobs, it_kwh FROM '{out}/by_user.parquet'").fetchall()
    assert found == [(row["user"], int(row["jobs"]), float(row["it_kwh"])) for row in rows]
    assert duckdb.sql(f"SELECT count(*) FROM '{out}/jobs.parquet'").fetchall() == [(4,)]


def test_a_folder_of_ours_is_replaced_and_any_other_left_alone(wattprint, log, tmp_path):
    out = tmp_path / "out"
    command = ("account", str(log), "--out", str(out))
    assert [wattprint(*command).returncode for _ in range(2)] == [0, 0]
    (out / "thesis.tex").write_text("years of work")
    done = wattprint(*command)
    assert done.returncode == 2 and "which holds 'thesis.tex'" in done.stderr
    assert (out / "thesis.tex").read_text() == "years of work"
    assert not list(tmp_path.glob(".out.*"))


def test_a_first_site_is_written_once_and_can_be_given_back(wattprint, log, tmp_path):
    site = tmp_path / "site.toml"
    assert wattprint("account", str(log), "--init", str(site)).returncode == 0
    again = wattprint("account", str(log), "--init", str(site))
    assert again.returncode == 2 and "which is there" in again.stderr
    plain, with_site = (
        json.loads(wattprint("account", str(log), "--json", *more).stdout)["total"]
        for more in ((), ("--site", str(site)))
    )
    assert plain == with_site


def test_a_first_site_can_be_printed(wattprint, log):
    assert "[partitions.gpu]" in wattprint("account", str(log), "--init", "-").stdout


def test_a_job_is_explained_to_the_last_digit_of_its_row(wattprint, log):
    done = wattprint("account", str(log), "--zone", "DE", "--explain", "4", "--json")
    (job,) = json.loads(done.stdout)["jobs"]
    results = {one["quantity"]: one["result"] for one in job["equations"]}
    kwh = float(results["IT energy"].removesuffix(" kWh"))
    # Nine digits: a joule of some ten kWh.
    assert kwh == pytest.approx(job["row"]["it_j"] / 3.6e6, rel=5e-9)
    grams = float(results["location-based"].removesuffix(" g").replace(",", ""))
    assert grams == pytest.approx(job["row"]["location_ug"] / 1e6, rel=5e-9)


def test_each_equation_of_a_job_is_shown(wattprint, log):
    said = wattprint("account", str(log), "--explain", "4").stdout
    # Two accelerators of 400 W for ten hours.
    assert "= 2 x 400 W x 10 h = 8 kWh" in said


def test_a_log_comes_through_a_pipe(log, home):
    command = [sys.executable, "-m", "wattprint", "account", "-", "--json"]
    environment = {**os.environ, "HOME": str(home)}
    with log.open("rb") as dump:
        said = subprocess.check_output(command, stdin=dump, env=environment)
    assert json.loads(said)["total"]["jobs"] == 4


def test_a_folder_of_logs_is_one_log(wattprint, tmp_path):
    folder = tmp_path / "logs"
    folder.mkdir()
    for i, row in enumerate(MEASURED):
        sacct_log(folder / f"{i}.txt", row)
    document = json.loads(wattprint("account", str(folder), "--json").stdout)
    assert document["total"]["jobs"] == 2
    assert len(document["reading"]["files"]) == 2


def test_running_jobs_are_accounted_for_until_the_log_was_written(wattprint, tmp_path):
    path = sacct_log(tmp_path / "sacct.txt", RUNNING)
    said = wattprint("account", str(path)).stdout
    assert said.startswith("1 job: ")
    assert "still running" in said


def test_names_in_a_log_move_no_cursor(wattprint, tmp_path):
    path = sacct_log(tmp_path / "s.txt", MEASURED[0].replace("|phys|", "|\x1b[2Jphys|"))
    assert "\x1b" not in wattprint("account", str(path)).stdout


CODECARBON = "timestamp,project_name,run_id,duration,emissions,energy_consumed\n"


@pytest.mark.parametrize(
    ("content", "arguments", "refusal"),
    [
        ("", [], "is empty; expected a log of jobs"),
        (CODECARBON, [], "`wattprint import"),
        (None, ["--zone", "DEX"], "zone 'DEX' is unknown"),
        (None, ["--by", "usr"], "Nearest: 'user'"),
        (None, ["--by", "user,user"], "expected each name once"),
        (None, ["--explain", "99"], "job '99' is not among the jobs that ran"),
        (None, ["--timezone", "Europe/Berln"], "Nearest: 'Europe/Berlin'"),
        (None, ["--memory", "3"], "memory is 3; expected a whole number, from 100"),
        (None, ["--threads", "0"], "threads is 0"),
        (None, ["--top", "0"], "top is 0"),
        (None, ["--engine", "abacus"], "engine 'abacus' is unknown"),
        (None, ["--kind", "sackt"], "kind is 'sackt'"),
        (None, ["--year", "2024"], "option '--year' is unknown"),
        (None, ["--pue", "provider"], "pue is 'provider' without a region"),
        (None, ["--by-hour"], "no place is given"),
    ],
)
def test_each_refusal_is_one_line(wattprint, tmp_path, content, arguments, refusal):
    path = tmp_path / "log.txt"
    sacct_log(path, *MEASURED) if content is None else path.write_text(content)
    done = wattprint("account", str(path), *arguments)
    assert done.returncode == 2
    assert refusal in done.stderr
    assert done.stderr.count("\n") == 1 and done.stdout == ""


@pytest.mark.parametrize(
    ("given", "refusal"),
    [("nope*.txt", "fits no file"), ("sacct.tx", "Nearest: 'sacct.txt'"), ("empty", "no files")],
)
def test_a_log_that_is_not_there_is_refused_by_name(wattprint, log, tmp_path, given, refusal):
    (tmp_path / "empty").mkdir()
    done = wattprint("account", str(tmp_path / given))
    assert done.returncode == 2 and refusal in done.stderr


def test_no_log_at_all_is_refused(wattprint):
    assert "no log is given" in wattprint("account").stderr


def test_a_full_disk_is_one_line_and_leaves_nothing(wattprint, log):
    if not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full here")
    command = f"{sys.executable} -m wattprint account {log} > /dev/full"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1 and "No space left" in done.stderr


@pytest.mark.parametrize(("sent", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_whoever_is_stopped_leaves_nothing_behind(tmp_path, home, sent, status):
    rows = [MEASURED[0].replace("1|", f"{i}|", 1) for i in range(100_000)]
    path = sacct_log(tmp_path / "sacct.txt", *rows)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    command = [
        sys.executable,
        "-m",
        "wattprint",
        "account",
        str(path),
        "--out",
        str(tmp_path / "o"),
    ]
    environment = {**os.environ, "HOME": str(home), "TMPDIR": str(scratch)}
    child = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    while not list(scratch.glob("*/read")) and child.poll() is None:
        os.sched_yield()
    child.send_signal(sent)
    _, said = child.communicate()
    assert (child.returncode, said) == (status, "wattprint: stopped\n")
    assert list(scratch.iterdir()) == []
    assert not (tmp_path / "o").exists() and not list(tmp_path.glob(".o.*"))
