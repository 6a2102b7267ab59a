"""Many processes at one ledger: writers, readers and a pruner, none of which waits for another."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from made_runs import CPU, intervals, made_run, write_journal
from processes import DEADLINE_S, environment, wait_until
from wattprint.domain.errors import RecordError
from wattprint.ledger.home import runs_folder
from wattprint.ledger.journal import JournalWriter, read_journal
from wattprint.ledger.runs import Ledger

TESTS = Path(__file__).resolve().parent.parent
WRITERS, RUNS_EACH, INTERVALS_EACH = 6, 10, 20

WRITE = """
import os, sys
from pathlib import Path
from made_runs import intervals, made_run
from wattprint.ledger.home import runs_folder
from wattprint.ledger.journal import JournalWriter
from wattprint.meters.procfs import boot_id, start_ticks

home, writer, runs, count = Path(sys.argv[1]), *map(int, sys.argv[2:])
process = {"pid": os.getpid(), "boot_id": boot_id(), "start_ticks": start_ticks(os.getpid())}
for i in range(runs):
    run = made_run(f"20260101-{i:06d}-{writer:06d}", process=process, project=f"p{writer}")
    journal = JournalWriter(runs_folder(home, create=True), run)
    run = run._replace(intervals=intervals(*range(1_000_000, 1_000_000 + count)))
    for interval in run.intervals:
        journal.interval(interval)
    assert journal.path.exists(), "a run that goes on was deleted"
    journal.end("completed", 10.0 * count, 0, run.device_energy_uj())
    journal.close()
"""

WRITE_FOR_EVER = """
import itertools, sys
from pathlib import Path
from made_runs import intervals, made_run
from wattprint.ledger.journal import JournalWriter

journal = JournalWriter(Path(sys.argv[1]), made_run())
for i in itertools.count():
    journal.interval(intervals(2_000_000)[0]._replace(start_s=10.0 * i, end_s=10.0 * (i + 1)))
"""

PRUNE = """
import sys
from wattprint.ledger.prune import Criteria, candidates, delete
from wattprint.ledger.runs import Ledger

ledger, deleted = Ledger(sys.argv[1]), 0
while not sys.stdin.closed:
    found = candidates(ledger, Criteria(state=sys.argv[2], keep=3), ledger.run_ids()[::-1])
    pruned = delete(ledger, found)
    assert not pruned.refused, pruned.refused
    deleted += len(pruned.deleted)
    sys.stdout.write(".")
    sys.stdout.flush()
    if not sys.stdin.readline():
        sys.stdin.close()
print(deleted)
"""


def started(script, *arguments, home, **pipes):
    command = [sys.executable, "-W", "error", "-c", script, *map(str, arguments)]
    variables = environment(home, PYTHONPATH=str(TESTS))
    return subprocess.Popen(command, env=variables, text=True, stderr=subprocess.PIPE, **pipes)


def start_writers(home):
    return [
        started(WRITE, home, writer, RUNS_EACH, INTERVALS_EACH, home=home)
        for writer in range(WRITERS)
    ]


def assert_ended_well(processes):
    for process in processes:
        _, errors = process.communicate(timeout=DEADLINE_S)
        assert (process.returncode, errors) == (0, "")


def assert_only_being_made(ledger):
    """What cannot be read is a file whose header is just being written."""
    assert all("has no header" in reason for reason in ledger.unreadable.values())


def test_a_reader_sees_a_beginning_of_every_run_while_many_write(tmp_path):
    expected = intervals(*range(1_000_000, 1_000_000 + INTERVALS_EACH))
    whole_uj = made_run(intervals=expected).device_energy_uj()
    runs_folder(tmp_path, create=True)
    writers, ledger = start_writers(tmp_path), Ledger(tmp_path)
    while any(writer.poll() is None for writer in writers):
        for entry in ledger.entries():
            count = len(entry.run.intervals)
            assert entry.run.intervals == expected[:count]
            assert entry.state != "completed" or count == INTERVALS_EACH
        assert_only_being_made(ledger)
        for listed in ledger.listed(ledger.run_ids()):
            assert listed.state != "completed" or listed.energy_uj == whole_uj
        assert_only_being_made(ledger)
    assert_ended_well(writers)
    states = [listed.state for listed in ledger.listed(ledger.run_ids())]
    assert states == ["completed"] * (WRITERS * RUNS_EACH)


@pytest.mark.parametrize("state", ["completed", "interrupted", "unreadable"])
def test_runs_are_deleted_while_others_write_and_list(tmp_path, state):
    runs_folder(tmp_path, create=True)
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    pruner = started(PRUNE, tmp_path, state, home=tmp_path, **pipes)
    writers, ledger = start_writers(tmp_path), Ledger(tmp_path)
    is_over = False
    while not is_over:
        is_over = all(writer.poll() is not None for writer in writers)  # one more round after that
        assert pruner.stdout.read(1) == "."
        for reading in (ledger.listed, ledger.entries):
            assert all(entry.run.devices for entry in reading(ledger.run_ids()))
            assert_only_being_made(ledger)
        pruner.stdin.write("\n")
        pruner.stdin.flush()
    assert pruner.stdout.read(1) == "."
    deleted, errors = pruner.communicate(timeout=DEADLINE_S)
    assert (pruner.returncode, errors) == (0, "")
    assert_ended_well(writers)
    # Only those that have ended: a writer fails where its run is deleted while it goes on.
    gone = WRITERS * RUNS_EACH - 3 if state == "completed" else 0
    assert int(deleted) == gone
    assert len(ledger.run_ids()) == WRITERS * RUNS_EACH - gone


def test_a_line_that_is_half_written_is_read_when_it_is_whole(tmp_path):
    path = write_journal(tmp_path, made_run(intervals=intervals(1_000_000)))
    row = {"start_s": 10.0, "end_s": 20.0, "energy_uj": [3_000_000, None], "activity": [None, None]}
    line = json.dumps({"line": "interval", **row}).encode()
    for at in range(1, len(line)):
        with path.open("ab") as file:
            file.write(line[:at])
            file.flush()
            assert read_journal(path).device_energy_j() == (1.0, 0.5)
            file.write(line[at:])
            file.flush()
            assert read_journal(path).device_energy_j() == (4.0, 0.5)
            file.truncate(path.stat().st_size - len(line))


def test_two_writers_of_one_id_cannot_both_begin(tmp_path):
    # O_EXCL holds across machines too: the second is told so, and the first loses nothing.
    first = JournalWriter(tmp_path, made_run())
    with pytest.raises(FileExistsError):
        JournalWriter(tmp_path, made_run(project="other"))
    first.interval(intervals(1_000_000)[0])
    first.close()
    assert read_journal(first.path).project == made_run().project


@pytest.mark.parametrize("after", [1, 10, 100])
def test_a_writer_that_is_killed_in_the_middle_leaves_whole_intervals(tmp_path, after):
    writer = started(WRITE_FOR_EVER, tmp_path, home=tmp_path)
    path = tmp_path / f"{made_run().run_id}.jsonl"
    wait_until(
        lambda: path.exists() and path.read_bytes().count(b"\n") > after, "intervals are written"
    )
    os.kill(writer.pid, signal.SIGKILL)
    writer.communicate(timeout=DEADLINE_S)
    run = read_journal(path)
    count = len(run.intervals)
    assert run.outcome is None and count >= after
    assert run.duration_s == 10.0 * count
    assert run.device_energy_j() == (2.0 * count, 1.0 * count)
    # What is left of the last line, if anything, is less than a line.
    assert path.read_bytes().count(b"\n") - 1 <= count


def test_a_ledger_with_200_torn_journals_is_listed(tmp_path):
    run = made_run(devices=(CPU,), intervals=())
    content = write_journal(tmp_path, run, "completed").read_bytes()
    for i in range(200):
        cut = i * len(content) // 200
        (tmp_path / "runs" / f"20260303-000000-{i:06d}.jsonl").write_bytes(content[:cut])
    ledger = Ledger(tmp_path)
    listed = list(ledger.listed(ledger.run_ids()))
    # The header is whole from its last byte on, with or without the line's end after it.
    whole = sum(i * len(content) // 200 >= content.index(b"\n") for i in range(200))
    assert len(listed) == whole + 1
    assert len(ledger.unreadable) == 200 - whole
    assert {found.state for found in listed} == {"completed", "interrupted"}
    for run_id in ledger.unreadable:
        with pytest.raises(RecordError, match="has no header"):
            ledger.find(run_id)
