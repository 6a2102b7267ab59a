"""`wattprint calibrate` as a user runs it: readings in, a profile kept, wrong input refused."""

import json
import os

import pytest

from cli.test_refusals import assert_refused
from made_runs import FIRST_ID, intervals, made_run, write_journal
from processes import WATTPRINT, run
from wattprint.importers.wall_readings import TEMPLATE
from wattprint.meters.procfs import boot_id, start_ticks


@pytest.fixture
def readings(home):
    """The file that `--example` prints."""
    path = home / "readings.csv"
    path.write_text(TEMPLATE)
    return path


@pytest.fixture
def calibrated(wattprint, readings):
    """A ledger with one profile."""
    done = wattprint("calibrate", readings, "--name", "bench")
    assert (done.returncode, done.stderr) == (0, "")
    return done


def printed(done):
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_a_file_of_readings_becomes_a_profile_in_words(calibrated, home):
    lines = calibrated.stdout.splitlines()
    # Made of 38 W and 0.87; the display's steps of 0.001 kWh move that a little.
    assert lines[1] == "  static power       40 (35-44) W"
    assert lines[2].startswith("  supply efficiency  0.87 (0.8")
    assert lines[4] == "  rests on           6 readings, 44 to 203 W at the chips (readings.csv)"
    assert "  meter              counts in steps of 0.001 kWh" in lines
    path = home / ".wattprint" / "profiles" / "bench.json"
    assert f"Saved as {path}" in lines
    assert json.loads(path.read_text())["schema"] == "wattprint.node-profile/1"


def test_the_example_is_a_file_that_can_be_read(wattprint):
    assert printed(wattprint("calibrate", "--example")) == TEMPLATE


def test_as_json_it_is_the_profile_and_what_was_set_aside(wattprint, readings):
    readings.write_text(TEMPLATE + "600,60000,0.090\n600,80000,0.033\n")
    document = json.loads(printed(wattprint("calibrate", readings, "--dry-run", "--json")))
    assert document["schema"] == "wattprint.node-profile/1"
    assert (document["readings"], document["set_aside"], document["saved"]) == (7, 1, None)
    (aside,) = document["readings_set_aside"]
    # 0.090 kWh in 600 s are 540 W; 100 W of chips draw (100 + 38) / 0.87 = 159 W.
    assert aside["reading"] == "line 8"
    assert aside["reason"].startswith("540 W at the wall where the others say 1")
    assert document["step_kwh"] == 0.001


def test_a_dry_run_saves_nothing(wattprint, readings, home):
    assert printed(wattprint("calibrate", readings, "--dry-run")).endswith("Nothing was saved.\n")
    assert not (home / ".wattprint").exists()


def test_profiles_are_listed_shown_and_removed(wattprint, calibrated):
    head, row = printed(wattprint("calibrate", "--list")).splitlines()
    assert head.split()[:2] == ["profile", "machine"]
    assert row.split()[0] == "bench"
    shown = printed(wattprint("calibrate", "--show", "bench"))
    assert shown.splitlines()[:6] == calibrated.stdout.splitlines()[:6]
    assert "Removed profile 'bench'" in printed(wattprint("calibrate", "--remove", "bench"))
    assert "No profile yet" in printed(wattprint("calibrate", "--list"))


def test_profiles_as_json(wattprint, calibrated):
    (listed,) = json.loads(printed(wattprint("calibrate", "--list", "--json")))["profiles"]
    shown = json.loads(printed(wattprint("calibrate", "--show", "bench", "--json")))
    assert listed == shown
    removed = json.loads(printed(wattprint("calibrate", "--remove", "bench", "--json")))
    assert removed == {"removed": "bench"}


def test_without_a_name_it_is_that_of_the_machine(wattprint, readings, tmp_path):
    proc = tmp_path / "proc"
    proc.mkdir()
    (proc / "cpuinfo").write_text("processor: 0\nmodel name: Core(TM) i9-13900K\n")
    variables = {"WATTPRINT_PROC": str(proc), "WATTPRINT_NVML_LIBRARY": "/nonexistent"}
    document = json.loads(printed(wattprint("calibrate", readings, "--json", **variables)))
    assert document["name"] == "core-tm-i9-13900k"
    machine = {"cpu_model": "Core(TM) i9-13900K", "sockets": 1, "accelerators": []}
    assert document["machine"] == machine


def test_readings_from_elsewhere_are_of_no_machine_of_this_ledger(wattprint, readings):
    options = ["--elsewhere", "--name", "lab", "--json"]
    assert json.loads(printed(wattprint("calibrate", readings, *options)))["machine"] is None


def test_runs_of_the_ledger_give_their_chips_and_their_machine(wattprint, home, readings):
    # 20 s with 100, 200, ... 600 W of CPU and half as much memory: 150 to 900 W of chips.
    host = {"cpu_model": "AMD EPYC 7742", "sockets": 2}
    rows = ["run,wall_energy_j"]
    for i in range(1, 7):
        run_id = f"20260101-00000{i}-aaaaaa"
        spent = intervals(i * 1_000_000_000, i * 1_000_000_000)
        write_journal(
            home / ".wattprint", made_run(run_id, host=host, intervals=spent), "completed", 0
        )
        rows.append(f"{run_id},{(i * 150 + 60) / 0.9 * 20:.3f}")
    readings.write_text("\n".join(rows) + "\n")
    document = json.loads(printed(wattprint("calibrate", readings, "--json")))
    assert document["machine"] == {**host, "accelerators": []}
    assert document["name"] == "2-x-amd-epyc-7742"
    assert document["chip_meters"] == ["modelled: memory", "rapl: cpu"]
    assert document["static_w"]["value"] == pytest.approx(60.0, rel=0.02)
    assert document["supply_efficiency"]["value"] == pytest.approx(0.9, rel=0.01)


def test_the_plot_on_the_terminal_is_plain_text(wattprint, readings):
    shown = printed(wattprint("calibrate", readings, "--dry-run", "--plot"))
    assert shown.isascii()
    plot = shown.partition("Nothing was saved.")[2]
    assert plot.count("o") >= 6  # six readings, two of them nearly in one place, and the legend
    assert "chips [W]" in plot


@pytest.mark.parametrize(
    ("name", "begins"), [("fit.svg", b"<svg "), ("fit.png", b"\x89PNG\r\n\x1a\n")]
)
def test_the_plot_is_drawn_into_a_file(wattprint, readings, home, name, begins):
    file = home / name
    printed(wattprint("calibrate", readings, "--dry-run", "--plot", file))
    assert file.read_bytes().startswith(begins)


REFUSALS = {
    "nothing": ([], ["no readings are given", "--guide", "--example"]),
    "two things": (["--list", "--example"], ["--example and --list are given"]),
    "no file": (["nowhere.csv"], ["'nowhere.csv' cannot be read: No such file"]),
    "a folder": (["{home}"], ["cannot be read: Is a directory"]),
    "a plot before the readings": (["--plot", "{readings}"], ["neither SVG nor PNG"]),
    "a plot of another format": (["{readings}", "--plot", "fit.pdf"], ["'fit.pdf' is neither"]),
    "a name that is none": (["{readings}", "--name", "My PC"], ["'My PC' is none", "'my-pc'"]),
    "a step below 0": (["{readings}", "--step-kwh", "-1"], ["step_kwh is -1.0"]),
    "a step without end": (["{readings}", "--step-kwh", "inf"], ["step_kwh is inf"]),
    "minutes without a guide": (["{readings}", "--minutes", "3"], ["--minutes is given with"]),
    "a name without a fit": (["--list", "--name", "x"], ["--name is given with --list"]),
    "a guide elsewhere": (["--guide", "--elsewhere"], ["--elsewhere is given with --guide"]),
    "a guide without time": (["--guide", "--minutes", "0"], ["minutes is 0.0", "0.05 to 60"]),
    "a guide without end": (["--guide", "--minutes", "nan"], ["minutes is nan"]),
    "elsewhere without a name": (["{readings}", "--elsewhere"], ["expected --name NAME with it"]),
    "an unknown profile": (["--show", "other"], ["profile 'other' is unknown", "--guide"]),
    "an unknown one removed": (["--remove", "other"], ["profile 'other' is unknown"]),
    "no home": (["--list", "--home", ""], ["home folder is ''"]),
    "a word too many": (["{readings}", "other.csv"], ["unexpected extra argument"]),
}


@pytest.mark.parametrize(("arguments", "words"), REFUSALS.values(), ids=REFUSALS)
def test_wrong_input_is_refused_in_one_line(wattprint, readings, home, arguments, words):
    given = [word.format(readings=readings, home=home) for word in arguments]
    assert_refused(wattprint("calibrate", *given), *words)
    assert not (home / ".wattprint").exists(), "nothing is half-written"


CONTENTS = {
    "empty": (b"", ["is empty", "--example"]),
    "no text": (b"\xff\xfe\x00", ["is not text in UTF-8"]),
    "bad rows": (
        b"duration_s,chip_energy_j,wall_energy_j\nx,1,2\n9,,2\n",
        ["2 rows cannot be read: line 2: duration_s is 'x'", "line 3: "],
    ),
    "too few": (TEMPLATE[:57].encode(), ["1 reading; expected 5 or more"]),
    "alike": (TEMPLATE.encode() + b"600,58200,0.026\n", ["line 8 repeats line 3"]),
    "an unknown run": (
        b"run,wall_energy_j\n2099,1\n",
        ["line 2: run '2099' is unknown", "wattprint track"],
    ),
}


@pytest.mark.parametrize(("content", "words"), CONTENTS.values(), ids=CONTENTS)
def test_a_file_that_says_nothing_is_refused_in_one_line(wattprint, readings, content, words):
    readings.write_bytes(content)
    assert_refused(wattprint("calibrate", readings), *words)


def test_a_name_that_is_taken_is_refused_unless_it_is_forced(wattprint, calibrated, readings):
    again = ["calibrate", readings, "--name", "bench"]
    assert_refused(wattprint(*again), "profile 'bench' is there already", "--force")
    printed(wattprint(*again, "--force"))


def test_a_run_that_still_goes_on_is_refused(wattprint, home, readings):
    this = {"pid": os.getpid(), "boot_id": boot_id(), "start_ticks": start_ticks(os.getpid())}
    write_journal(home / ".wattprint", made_run(process=this, intervals=intervals(1_000_000)))
    readings.write_text(f"run,wall_energy_j\n{FIRST_ID},30\n")
    assert_refused(wattprint("calibrate", readings), f"line 2: run {FIRST_ID} still goes on")


def test_a_full_disk_fails_and_leaves_nothing(readings, home):
    folder = home / ".wattprint" / "profiles"
    folder.mkdir(parents=True)
    script = f"ulimit -f 0; exec {WATTPRINT} calibrate {readings} --name bench"
    done = run(["bash", "-c", script], home=home)
    assert done.returncode != 0
    assert list(folder.iterdir()) == []
