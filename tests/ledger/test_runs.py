"""The local ledger: runs are listed, searched, and told running from interrupted."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from made_runs import CPU, FIRST_ID, MEMORY, SECOND_ID, intervals, made_run, write_journal
from processes import folder_open_to_all, python_as_nobody, wait_until
from wattprint.domain.errors import InputError, RecordError
from wattprint.domain.readings import Interval
from wattprint.ledger.runs import Ledger, load
from wattprint.meters.procfs import boot_id, start_ticks

THIRD_ID = "20260202-090000-cccccc"


@pytest.fixture
def home(tmp_path):
    """A ledger of three runs, written in no order."""
    for run_id, outcome in ((SECOND_ID, "failed"), (THIRD_ID, "completed"), (FIRST_ID, None)):
        write_journal(tmp_path, made_run(run_id, intervals=intervals(1_000_000)), outcome)
    return tmp_path


@pytest.fixture
def living():
    """A process that lives until it is told to end."""
    child = subprocess.Popen(
        [sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE
    )
    yield child
    child.stdin.close()
    child.wait()


def process_of(child, **changes):
    pid = child.pid
    return {"pid": pid, "boot_id": boot_id(), "start_ticks": start_ticks(pid)} | changes


def state_of(home, process):
    write_journal(home, made_run(process=process))
    return Ledger(home).find("last").state


def test_runs_are_listed_newest_first(home):
    found = [(entry.run.run_id, entry.state) for entry in Ledger(home).entries()]
    states = ["completed", "failed", "interrupted"]
    assert found == list(zip([THIRD_ID, SECOND_ID, FIRST_ID], states, strict=True))


def test_an_empty_ledger_has_no_runs_and_makes_no_folder(tmp_path):
    home = tmp_path / "home"
    assert list(Ledger(home).entries()) == []
    assert not home.exists()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("20260303-000000-dddddd.jsonl", ""),
        ("20260303-000000-dddddd.jsonl", '{"line":"header","sch'),
        ("20260303-000000-dddddd.jsonl", '{"line":"interval"}\n'),
        ("20260303-000000-dddddd.jsonl", '{"line":"header","schema":"wattprint.run/1"}\n'),
        ("notes.jsonl", "buy milk\n"),
        ("README.md", "not a journal"),
    ],
    ids=["empty", "torn header", "no header", "no fields", "garbage", "another file"],
)
def test_a_listing_passes_over_what_is_no_journal(home, name, content):
    (home / "runs" / name).write_text(content)
    assert [entry.run.run_id for entry in Ledger(home).entries()] == [THIRD_ID, SECOND_ID, FIRST_ID]


def test_a_listing_passes_over_a_journal_with_a_wrong_line(home):
    path = home / "runs" / f"{SECOND_ID}.jsonl"
    path.write_text(path.read_text("utf-8") + '{"line":"interval"}\n', "utf-8")
    assert [entry.run.run_id for entry in Ledger(home).entries()] == [THIRD_ID, FIRST_ID]


def ids_of(entries):
    return [entry.run.run_id for entry in entries]


def test_runs_are_listed_without_their_readings_in_the_order_asked_for(home):
    ledger = Ledger(home)
    listed = list(ledger.listed([FIRST_ID, THIRD_ID]))
    assert [(found.run.run_id, found.state) for found in listed] == [
        (FIRST_ID, "interrupted"),
        (THIRD_ID, "completed"),
    ]
    for found in listed:
        assert found.run.intervals == ()
        assert found.energy_uj == ledger.find(found.run.run_id).run.device_energy_uj()
        assert found.component_energy_j() == {"cpu": 1.0, "memory": 0.5}


def test_a_component_that_was_never_readable_has_no_energy(tmp_path):
    # Two packages, 1 J and 2 J, and memory without a reading.
    second = CPU._replace(device_id="rapl:package-1")
    unread = Interval(0.0, 10.0, (1_000_000, 2_000_000, None), (None, None, None))
    write_journal(tmp_path, made_run(devices=(CPU, second, MEMORY), intervals=(unread,)), "failed")
    (found,) = Ledger(tmp_path).listed([FIRST_ID])
    assert found.component_energy_j() == {"cpu": 3.0, "memory": None}


def test_a_run_that_vanished_is_passed_over_and_one_that_cannot_be_read_is_named(home):
    (home / "runs" / f"{SECOND_ID}.jsonl").write_text("")
    ledger = Ledger(home)
    known = ledger.run_ids()
    (home / "runs" / f"{THIRD_ID}.jsonl").unlink()
    for reading in (ledger.listed, ledger.entries):
        assert ids_of(reading(known)) == [FIRST_ID]
        assert list(ledger.unreadable) == [SECOND_ID]


def test_a_listing_narrowed_to_a_project_leaves_the_others_out(home):
    write_journal(home, made_run("20260404-000000-dddddd", project="parser"), "completed")
    ledger = Ledger(home)
    for reading in (ledger.listed, ledger.entries):
        assert ids_of(reading(ledger.run_ids(), project="parser")) == ["20260404-000000-dddddd"]


@pytest.mark.parametrize("link", [False, True], ids=["copied", "hard-linked"])
def test_a_journal_under_another_name_is_a_run_of_that_id(home, link):
    # The file's name is what a run is found by, so it goes before the id in the header.
    original, other = (home / "runs" / f"{name}.jsonl" for name in (THIRD_ID, "best"))
    if link:
        other.hardlink_to(original)
    else:
        other.write_bytes(original.read_bytes())
    ledger = Ledger(home)
    assert ledger.find("best").run == ledger.find(THIRD_ID).run._replace(run_id="best")
    assert ids_of(ledger.listed(ledger.run_ids())) == [FIRST_ID, SECOND_ID, THIRD_ID, "best"]
    assert load("best", home=home).run_id == "best"


def test_a_run_is_found_without_reading_the_others(home):
    # Unreadable as they are, the others would be named if they had been read.
    for name in (FIRST_ID, SECOND_ID):
        (home / "runs" / f"{name}.jsonl").write_text("")
    ledger = Ledger(home)
    for asked in ("last", THIRD_ID, "20260202"):
        assert ledger.find(asked).run.run_id == ledger.find_id(asked) == THIRD_ID
        assert ledger.unreadable == {}


def test_the_last_run_is_the_newest_that_can_be_read(home):
    (home / "runs" / f"{THIRD_ID}.jsonl").write_text("")
    ledger = Ledger(home)
    assert ledger.find("last").run.run_id == ledger.find_id("last") == SECOND_ID


def test_a_listing_passes_over_a_folder_and_a_dangling_link(home):
    (home / "runs" / "20260303-000000-dddddd.jsonl").mkdir()
    (home / "runs" / "20260303-000001-eeeeee.jsonl").symlink_to(home / "nowhere")
    assert len(list(Ledger(home).entries())) == 3


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("last", THIRD_ID),
        (SECOND_ID, SECOND_ID),
        ("20260202", THIRD_ID),
        ("20260101-12", FIRST_ID),
    ],
    ids=["last", "whole id", "beginning", "longer beginning"],
)
def test_a_run_is_found_by_last_by_id_and_by_a_beginning(home, asked, expected):
    assert Ledger(home).find(asked).run.run_id == expected
    assert load(asked, home=home).run_id == expected


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ("20260101", f"run '20260101' is not unique; .* Nearest: '{FIRST_ID}', '{SECOND_ID}'"),
        ("20260202-090000-cccccd", f"is unknown; .*`wattprint runs` lists.*Nearest: '{THIRD_ID}'"),
        ("nothing like it", "is unknown; expected 'last' or an id that `wattprint runs` lists"),
        ("", "run is ''; expected its name as text"),
        ("*", r"run '\*' is unknown"),
        ("../runs/" + FIRST_ID, "is unknown"),
    ],
    ids=["ambiguous", "misspelt", "unknown", "empty", "pattern", "path"],
)
def test_a_run_that_is_not_there_is_refused_with_the_nearest(home, asked, message):
    with pytest.raises(InputError, match=message):
        Ledger(home).find(asked)


def test_an_id_that_begins_another_is_found(tmp_path):
    for run_id in ("20260101-120000-aaaaaa", "20260101-120000-aaaaaa-2"):
        write_journal(tmp_path, made_run(run_id))
    assert Ledger(tmp_path).find(FIRST_ID).run.run_id == FIRST_ID


def test_an_empty_ledger_says_how_to_record_a_run(tmp_path):
    with pytest.raises(InputError, match=r"is empty: record a run with `wattprint track"):
        Ledger(tmp_path).find("last")


def test_a_run_whose_journal_cannot_be_read_says_so(home):
    (home / "runs" / f"{THIRD_ID}.jsonl").write_text("")
    with pytest.raises(RecordError, match="has no header"):
        Ledger(home).find(THIRD_ID)


def test_a_run_without_an_end_goes_on_while_its_process_lives(tmp_path, living):
    assert state_of(tmp_path, process_of(living)) == "running"


class EndsInBetween(Ledger):
    """Its runs end, and their processes with them, after the journal was read."""

    def _is_alive(self, run):
        path = self.path(run.run_id)
        with path.open("a") as file:
            file.write('{"line":"end","outcome":"completed","duration_s":9.0,"exit_code":0}\n')
        return False


@pytest.mark.parametrize(
    "read",
    [lambda ledger: ledger.find(FIRST_ID), lambda ledger: ledger.listed_run(FIRST_ID)],
    ids=["whole", "listed"],
)
def test_a_run_that_ends_while_it_is_looked_at_was_not_interrupted(tmp_path, read):
    write_journal(tmp_path, made_run(process={"pid": 1, "boot_id": boot_id(), "start_ticks": 1}))
    found = read(EndsInBetween(tmp_path))
    assert (found.state, found.run.duration_s) == ("completed", 9.0)


def test_a_run_without_an_end_was_interrupted_when_its_process_is_gone(tmp_path, living):
    process = process_of(living)
    living.kill()
    living.wait()
    assert state_of(tmp_path, process) == "interrupted"


def test_a_dead_process_that_nobody_waited_for_does_not_go_on(tmp_path, living):
    process = process_of(living)
    living.kill()
    stat = Path(f"/proc/{living.pid}/stat")
    wait_until(lambda: ") Z " in stat.read_text(), "the process is a zombie")
    assert state_of(tmp_path, process) == "interrupted"


@pytest.mark.parametrize(
    "changes",
    [
        {"start_ticks": 1},
        {"start_ticks": None},
        {"boot_id": ""},
        {"pid": 2**22 + 1},
    ],
    ids=["id used again", "no start", "no boot", "no such process"],
)
def test_a_run_of_another_process_was_interrupted(tmp_path, living, changes):
    assert state_of(tmp_path, process_of(living, **changes)) == "interrupted"


@pytest.mark.parametrize(
    ("silent_s", "state"), [(25, "running"), (35, "interrupted")], ids=["writes", "silent"]
)
def test_a_run_of_another_machine_goes_on_while_it_writes(tmp_path, living, silent_s, state):
    # Three intervals of 10 s without a line, and it is taken to be gone.
    run = made_run(process=process_of(living, boot_id="another-boot"), interval_s=10.0)
    written_s = time.time() - silent_s
    os.utime(write_journal(tmp_path, run), (written_s, written_s))
    assert Ledger(tmp_path).find("last").state == state


def test_a_run_that_does_not_say_its_process_was_interrupted(tmp_path):
    assert state_of(tmp_path, {}) == "interrupted"


def test_an_end_goes_before_a_process_that_lives(tmp_path, living):
    write_journal(tmp_path, made_run(process=process_of(living)), "failed")
    assert Ledger(tmp_path).find("last").state == "failed"


def test_a_ledger_that_the_user_may_not_read_is_refused_and_a_single_journal_passed_over():
    script = """
from wattprint.ledger.runs import Ledger
print([entry.run.run_id for entry in Ledger(sys.argv[1]).entries()])
"""
    with folder_open_to_all() as folder:
        for run_id in (FIRST_ID, SECOND_ID):
            write_journal(folder, made_run(run_id), "completed").chmod(0o644)
        (folder / "runs").chmod(0o755)
        (folder / "runs" / f"{SECOND_ID}.jsonl").chmod(0o000)
        done = python_as_nobody(script, folder, home=folder)
        (folder / "runs").chmod(0o000)
        refused = python_as_nobody(script, folder, home=folder)
        (folder / "runs").chmod(0o755)
    assert done.stdout == f"['{FIRST_ID}']\n", done.stderr
    assert "HomeError" in refused.stderr and "Permission denied" in refused.stderr
