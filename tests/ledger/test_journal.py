"""A run's journal: what was written is read back, whole or torn."""

import json
import random
from pathlib import Path

import pytest

from made_runs import intervals, made_run, write_journal
from processes import WHOLE_PROOF, python
from wattprint.domain.errors import RecordError
from wattprint.domain.run import Fault
from wattprint.ledger.journal import JournalWriter, read_journal

TESTS = Path(__file__).resolve().parent.parent
FAULT = Fault(10.0, "rapl", "package-0 could not be read")
RUN = made_run(intervals=intervals(30_000_000, 45_000_000), faults=(FAULT,))


@pytest.fixture
def journal(tmp_path):
    """The file of a run that has ended."""
    return write_journal(tmp_path, RUN, "completed", exit_code=0)


def test_a_run_that_has_ended_is_read_back_as_it_was(journal):
    assert read_journal(journal) == RUN._replace(outcome="completed", duration_s=20.0, exit_code=0)


def test_every_line_is_json_and_says_what_it_is(journal):
    kinds = [json.loads(line)["line"] for line in journal.read_text("utf-8").splitlines()]
    assert kinds == ["header", "interval", "interval", "fault", "end"]


def test_a_run_without_an_end_lasts_until_its_last_interval(tmp_path):
    run = read_journal(write_journal(tmp_path, RUN))
    assert (run.outcome, run.duration_s, run.exit_code) == (None, 20.0, None)


def test_a_run_that_has_only_begun_is_read(tmp_path):
    run = read_journal(write_journal(tmp_path, made_run()))
    assert (run.intervals, run.duration_s) == ((), 0.0)
    assert run.device_energy_j() == (None, None)


def test_text_of_every_kind_comes_back(tmp_path):
    text = "naïve “run”\n\t\\ 電力 \U0001f50c"
    run = made_run(tags={"note": text}, faults=(Fault(0.0, "rapl", text),))
    read = read_journal(write_journal(tmp_path, run))
    assert (read.tags["note"], read.faults[0].message) == (text, text)


def test_half_a_character_is_kept_in_escaped_form(tmp_path):
    # A file name that is no UTF-8 reaches Python as lone surrogates.
    run = read_journal(write_journal(tmp_path, made_run(tags={"file": "a\udce4b"})))
    assert run.tags["file"] == "a\udce4b"


def test_a_torn_last_line_is_passed_over(journal):
    content = journal.read_bytes()
    journal.write_bytes(content[:-20])
    run = read_journal(journal)
    assert (run.outcome, run.duration_s, len(run.intervals)) == (None, 20.0, 2)


def test_a_torn_line_in_the_middle_costs_that_line_alone(journal):
    lines = journal.read_bytes().split(b"\n")
    lines[1] = lines[1][:30]
    journal.write_bytes(b"\n".join(lines))
    # 30 J of the first interval are lost, 45 J of the second are not.
    assert read_journal(journal).device_energy_j() == (45.0, 22.5)


def test_bytes_that_are_no_text_cost_their_line_alone(journal):
    lines = journal.read_bytes().split(b"\n")
    lines[2] = b"\xff\x00" * 20
    journal.write_bytes(b"\n".join(lines))
    assert read_journal(journal).device_energy_j() == (30.0, 15.0)


@pytest.mark.proof
def test_wherever_a_journal_is_cut_the_rest_is_read(journal, tmp_path):
    content = journal.read_bytes()
    header_bytes = content.index(b"\n")
    cuts = range(header_bytes, len(content) + 1)
    if not WHOLE_PROOF:
        cuts = random.Random(2).sample(cuts, 100)
    torn = tmp_path / "torn.jsonl"
    for cut in cuts:
        torn.write_bytes(content[:cut])
        run = read_journal(torn)
        # What is there is a beginning of what was: never more energy, never another reading.
        assert run.intervals == RUN.intervals[: len(run.intervals)], f"cut at byte {cut}"
        assert run.outcome == ("completed" if cut >= len(content) - 1 else None)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(b"", "has no header", id="empty"),
        pytest.param(b'{"line":"header","id":"a","proj', "has no header", id="torn header"),
        pytest.param(b"\x7fELF\x00\xff\n\n", "has no header", id="binary"),
        pytest.param(b"[1, 2]\n3\nnull\n", "has no header", id="other JSON"),
        pytest.param(b'{"line":"header"}\n', "schema is None", id="no schema"),
        pytest.param(b'{"line":"header","schema":"wattprint.run/9"}\n', "run/9", id="later schema"),
        pytest.param(
            b'{"line":"header","schema":"wattprint.run/1"}\n', "is malformed", id="no fields"
        ),
        pytest.param(b'{"line":"interval"}\n', "has no header", id="interval alone"),
    ],
)
def test_a_file_that_is_no_journal_is_refused(tmp_path, content, reason):
    path = tmp_path / "a.jsonl"
    path.write_bytes(content)
    with pytest.raises(RecordError, match=reason):
        read_journal(path)


@pytest.mark.parametrize(
    "line",
    [
        '{"line":"interval"}',
        '{"line":"interval","start_s":0,"end_s":"soon","energy_uj":[1,1],"activity":[1,1]}',
        '{"line":"interval","start_s":0,"end_s":10,"energy_uj":[1],"activity":[1]}',
        '{"line":"fault"}',
        '{"line":"end","outcome":"finished"}',
    ],
)
def test_a_line_that_is_whole_and_wrong_is_refused(tmp_path, line):
    path = write_journal(tmp_path, made_run())
    path.write_text(path.read_text("utf-8") + line + "\n", "utf-8")
    with pytest.raises(RecordError, match="is malformed"):
        read_journal(path)


def test_a_journal_is_never_written_over(tmp_path):
    write_journal(tmp_path, RUN, "completed")
    with pytest.raises(FileExistsError):
        write_journal(tmp_path, made_run())
    assert read_journal(tmp_path / "runs" / f"{RUN.run_id}.jsonl").outcome == "completed"


def test_each_line_is_in_the_file_before_the_next_is_written(tmp_path):
    journal = JournalWriter(tmp_path, made_run())
    assert len(journal.path.read_text("utf-8").splitlines()) == 1
    journal.interval(RUN.intervals[0])
    assert read_journal(journal.path).device_energy_j() == (30.0, 15.0)
    journal.close()


def test_a_header_that_cannot_be_written_leaves_no_file(tmp_path):
    script = """
import resource, sys
from pathlib import Path
from made_runs import made_run
from wattprint.ledger.journal import JournalWriter

resource.setrlimit(resource.RLIMIT_FSIZE, (100, resource.RLIM_INFINITY))
try:
    JournalWriter(Path(sys.argv[1]), made_run())
except OSError as error:
    print(error.strerror)
"""
    done = python(script, tmp_path, home=tmp_path, PYTHONPATH=str(TESTS))
    assert (done.stdout, done.stderr) == ("File too large\n", "")
    assert list(tmp_path.glob("*.jsonl")) == []


def test_a_line_that_a_full_disk_cut_short_is_the_only_one_lost(tmp_path):
    script = """
import resource, sys
from pathlib import Path
from made_runs import intervals, made_run
from wattprint.ledger.journal import JournalWriter

journal = JournalWriter(Path(sys.argv[1]), made_run())
whole, unlimited = journal.path.stat().st_size, resource.RLIM_INFINITY
resource.setrlimit(resource.RLIMIT_FSIZE, (whole + 10, unlimited))
try:
    journal.interval(intervals(1_000_000)[0])
except OSError as error:
    print(error.strerror)
assert journal.path.stat().st_size == whole + 10
resource.setrlimit(resource.RLIMIT_FSIZE, (unlimited, unlimited))
journal.interval(intervals(2_000_000)[0])
journal.end("completed", 10.0, None)
"""
    done = python(script, tmp_path, home=tmp_path, PYTHONPATH=str(TESTS))
    assert (done.stdout, done.stderr) == ("File too large\n", "")
    run = read_journal(tmp_path / f"{made_run().run_id}.jsonl")
    # The 1 J of the torn line is lost, the 2 J after it are not.
    assert (run.device_energy_j(), run.outcome) == ((2.0, 1.0), "completed")
