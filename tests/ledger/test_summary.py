"""Summaries of runs: two lines of a journal say what all of it says."""

import json
import random

import pytest

from made_runs import CPU, MEMORY, intervals, made_run, write_journal
from wattprint.domain.errors import RecordError
from wattprint.domain.readings import Fault, Interval
from wattprint.ledger.journal import JournalWriter, read_journal
from wattprint.ledger.summary import read_summary

RUN = made_run(
    intervals=intervals(30_000_000, 45_000_000),
    tags={"seed": "1"},
    faults=(Fault(10.0, "rapl", "package-0 could not be read"),),
)


def of_the_whole(path):
    """What a summary must say, from reading all of the journal."""
    run = read_journal(path)
    without = run._replace(intervals=(), sections=(), logged=(), faults=())
    return without, run.device_energy_uj(), len(run.faults)


@pytest.fixture
def journal(tmp_path):
    """The file of a run that has ended."""
    return write_journal(tmp_path, RUN, "completed", exit_code=0)


def blind(path):
    """Make all lines between the first and the last unreadable."""
    head, *_, end = path.read_bytes().splitlines()
    path.write_bytes(b"\n".join([head, b"?" * 40_000, end, b""]))


def test_a_summary_says_what_the_whole_journal_says_and_reads_two_lines(journal):
    expected = of_the_whole(journal)
    assert read_summary(journal) == expected
    blind(journal)
    assert read_summary(journal) == expected


def test_devices_found_later_are_in_the_summary(tmp_path):
    journal = JournalWriter(tmp_path, made_run(devices=(CPU,)))
    journal.interval(Interval(0.0, 10.0, (1_000_000,), (None,)))
    journal.device(MEMORY)
    journal.interval(Interval(10.0, 20.0, (1_000_000, 4_000_000), (None, 4.0)))
    journal.end("completed", 20.0, 0, (2_000_000, 4_000_000))
    journal.close()
    expected = of_the_whole(journal.path)
    assert [device.found_s for device in expected[0].devices] == [0.0, 10.0]
    blind(journal.path)
    assert read_summary(journal.path) == expected


LONG_TAGS = {f"tag {i}": "x" * 1000 for i in range(40)}


@pytest.mark.parametrize(
    ("change", "run"),
    [
        pytest.param(lambda lines: lines[:-1], RUN, id="no end"),
        pytest.param(lambda lines: [*lines[:-1], lines[-1][:-20]], RUN, id="torn end"),
        pytest.param(lambda lines: [*lines, lines[-2]], RUN, id="a fault after the end"),
        pytest.param(lambda lines: [*lines, b'{"line":"en'], RUN, id="a torn line after the end"),
        pytest.param(lambda lines: [b"", *lines], RUN, id="an empty first line"),
        pytest.param(lambda lines: lines, RUN._replace(tags=LONG_TAGS), id="a long header"),
        pytest.param(
            lambda lines: [*lines[:-1], lines[-1][:-1] + b"," + b" " * 9000 + b'"later":1}'],
            RUN._replace(intervals=intervals(*range(200))),
            id="a long end",
        ),
    ],
)
def test_where_two_lines_do_not_say_enough_all_are_read(tmp_path, change, run):
    path = write_journal(tmp_path, run, "completed", exit_code=0)
    path.write_bytes(b"\n".join([*change(path.read_bytes().splitlines()), b""]))
    assert read_summary(path) == of_the_whole(path)


@pytest.mark.parametrize(
    "changes",
    [
        {"energy_uj": None},
        {"energy_uj": [5]},
        {"energy_uj": ["5", 5]},
        {"energy_uj": 5},
        {"fault_count": None},
        {"fault_count": "none"},
        {"outcome": None},
    ],
    ids=repr,
)
def test_an_end_that_lacks_its_sums_is_passed_over_for_the_readings(journal, changes):
    *lines, end = journal.read_text("utf-8").splitlines()
    journal.write_text("\n".join([*lines, json.dumps({**json.loads(end), **changes})]), "utf-8")
    assert read_summary(journal) == of_the_whole(journal)


@pytest.mark.parametrize("outcome", ["completed", None], ids=["ended", "not ended"])
def test_a_run_of_another_project_has_no_summary(tmp_path, outcome):
    path = write_journal(tmp_path, RUN, outcome)
    assert read_summary(path, project="ranker") == of_the_whole(path)
    assert read_summary(path, project="parser") is None


def test_a_run_of_another_project_is_not_read_beyond_its_first_line(journal):
    head = journal.read_bytes().splitlines()[0]
    journal.write_bytes(head + b'\n{"line":"interval"}\n')
    assert read_summary(journal, project="parser") is None
    with pytest.raises(RecordError, match="malformed"):
        read_summary(journal, project="ranker")


@pytest.mark.parametrize("content", [b"", b"\n", b'{"line":"header","sch', b"\xff" * 40_000])
def test_what_is_no_journal_has_no_summary(tmp_path, content):
    path = tmp_path / "a.jsonl"
    path.write_bytes(content)
    with pytest.raises(RecordError, match="has no header"):
        read_summary(path)


@pytest.mark.proof
def test_200_torn_journals_have_the_summary_of_what_is_left(tmp_path):
    run = RUN._replace(intervals=intervals(*range(1_000_000, 1_000_100)))
    content = write_journal(tmp_path, run, "completed", exit_code=0).read_bytes()
    chosen = random.Random(3)
    torn = tmp_path / "torn.jsonl"
    headless = 0
    for _ in range(200):
        cut, hole = chosen.randrange(len(content)), chosen.randrange(len(content))
        # Cut off at any byte, and every other one with a hole of zeros as well.
        left = bytearray(content[:cut])
        if chosen.random() < 0.5:
            left[hole : hole + 100] = bytes(len(left[hole : hole + 100]))
        torn.write_bytes(left)
        try:
            expected = of_the_whole(torn)
        except RecordError:
            headless += 1
            with pytest.raises(RecordError):
                read_summary(torn)
        else:
            assert read_summary(torn) == expected
    assert 0 < headless < 100
