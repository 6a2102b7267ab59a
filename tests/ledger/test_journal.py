"""A run's journal: what was written is read back, whole or torn."""

import json
import os
import random
from pathlib import Path

import pytest

from made_runs import CPU, intervals, made_run, write_journal
from processes import WHOLE_PROOF, python
from wattprint.domain.errors import RecordError
from wattprint.domain.readings import (
    Fault,
    Interval,
    Logged,
    SectionUse,
    interval_dict,
    section_dict,
)
from wattprint.ledger.journal import JournalWriter, read_journal

TESTS = Path(__file__).resolve().parent.parent
FAULT = Fault(10.0, "rapl", "package-0 could not be read")
RUN = made_run(
    intervals=intervals(30_000_000, 45_000_000),
    sections=(
        SectionUse(("epoch",), 0.0, 10.0, 1, 9.0, (28_000_000, 14_000_000), (None, 28.0)),
        SectionUse(("epoch", "batch"), 10.0, 20.0, 7, 8.0, (40_000_000, None), (None, None)),
    ),
    logged=(Logged(9.5, 3, 96.0, {"loss": -0.25, "step": 3.0}),),
    faults=(FAULT,),
)
GPU = CPU._replace(device_id="nvml:0", component="accelerator", name="A100")
OTHER_GPU = GPU._replace(device_id="nvml:1")


@pytest.fixture
def journal(tmp_path):
    """The file of a run that has ended."""
    return write_journal(tmp_path, RUN, "completed", exit_code=0)


def test_a_run_that_has_ended_is_read_back_as_it_was(journal):
    assert read_journal(journal) == RUN._replace(outcome="completed", duration_s=20.0, exit_code=0)


def test_every_line_is_json_and_says_what_it_is(journal):
    kinds = [json.loads(line)["line"] for line in journal.read_text("utf-8").splitlines()]
    readings = ["interval", "section", "logged", "interval", "section"]
    assert kinds == ["header", *readings, "fault", "end"]


def test_the_end_repeats_the_energy_of_each_device_and_counts_the_faults(journal):
    end = json.loads(journal.read_text("utf-8").splitlines()[-1])
    assert (end["energy_uj"], end["fault_count"]) == ([75_000_000, 37_500_000], 1)
    assert "found_later" not in end


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
    lines[4] = b"\xff\x00" * 20
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
        assert run.sections == RUN.sections[: len(run.sections)], f"cut at byte {cut}"
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
        pytest.param(b'{"line":["header"]}\n', "has no header", id="a kind that is a list"),
        pytest.param(b'{"line":null}\n{"line":{}}', "has no header", id="a kind that is none"),
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
        '{"line":"section"}',
        '{"line":"section","path":"epoch","start_s":0,"end_s":10,"entered":1,"duration_s":1,'
        '"energy_uj":[1,1],"activity":[1,1]}',
        '{"line":"logged"}',
        '{"line":"logged","at_s":1,"calls":1,"samples":-1,"values":{}}',
        '{"line":"fault"}',
        '{"line":"device"}',
        '{"line":"device","index":2}',
        '{"line":"device","index":"next"}',
        '{"line":"device","index":0}',
        '{"line":"end","outcome":"finished"}',
        '{"line":"end","outcome":"failed","exit_code":"bad"}',
        '{"line":"end","found_later":5}',
        '{"line":"end","found_later":[5]}',
    ],
)
def test_a_line_that_is_whole_and_wrong_is_refused(tmp_path, line):
    path = write_journal(tmp_path, made_run())
    path.write_text(path.read_text("utf-8") + line + "\n", "utf-8")
    with pytest.raises(RecordError, match="malformed"):
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
assert journal.path.stat().st_size == whole, "what was cut short is taken back"
resource.setrlimit(resource.RLIMIT_FSIZE, (unlimited, unlimited))
journal.interval(intervals(2_000_000)[0])
journal.end("completed", 10.0, None, (2_000_000, 1_000_000))
"""
    done = python(script, tmp_path, home=tmp_path, PYTHONPATH=str(TESTS))
    assert (done.stdout, done.stderr) == ("File too large\n", "")
    run = read_journal(tmp_path / f"{made_run().run_id}.jsonl")
    # The 1 J of the torn line is lost, the 2 J after it are not.
    assert (run.device_energy_j(), run.outcome) == ((2.0, 1.0), "completed")


def test_an_interval_and_its_sections_are_written_together_or_not_at_all(tmp_path):
    # The interval would fit and its sections would not: taken back whole, or the next interval,
    # which spans this one, would count its energy again.
    script = """
import resource, sys
from pathlib import Path
from made_runs import intervals, made_run
from wattprint.domain.readings import SectionUse
from wattprint.ledger.journal import JournalWriter

journal = JournalWriter(Path(sys.argv[1]), made_run())
whole, unlimited = journal.path.stat().st_size, resource.RLIM_INFINITY
section = SectionUse(("epoch",), 0.0, 10.0, 1, 9.0, (1, 1), (None, None))
resource.setrlimit(resource.RLIMIT_FSIZE, (whole + 200, unlimited))
try:
    journal.interval(intervals(1_000_000)[0], [section] * 20)
except OSError as error:
    print(error.strerror)
resource.setrlimit(resource.RLIMIT_FSIZE, (unlimited, unlimited))
journal.interval(intervals(3_000_000)[0]._replace(end_s=20.0), [section])
"""
    done = python(script, tmp_path, home=tmp_path, PYTHONPATH=str(TESTS))
    assert (done.stdout, done.stderr) == ("File too large\n", "")
    run = read_journal(tmp_path / f"{made_run().run_id}.jsonl")
    assert (run.device_energy_j(), len(run.sections)) == ((3.0, 1.5), 1)


class Unbending(JournalWriter):
    """A journal on a file system that does not take back what was cut short."""

    def _take_back(self, size_bytes):
        self._is_torn = True


def test_what_cannot_be_taken_back_is_ended_so_that_only_it_is_lost(tmp_path):
    journal = Unbending(tmp_path, made_run())
    journal._take_back(0)
    with journal.path.open("a") as file:
        file.write('{"line":"interval","start_s":0.0,"end')
    journal.interval(RUN.intervals[1])
    journal.close()
    assert read_journal(journal.path).intervals == (RUN.intervals[1],)


def of_three(start_s, *energy_uj):
    return Interval(start_s, start_s + 10.0, energy_uj, (None,) * len(energy_uj))


@pytest.fixture
def grown(tmp_path):
    """A run of a CPU, joined by a GPU after 10 s and by another after 20 s, without its end."""
    journal = JournalWriter(tmp_path, made_run(devices=(CPU,)))
    journal.interval(of_three(0.0, 1_000_000))
    journal.device(GPU)
    journal.interval(of_three(10.0, 1_000_000, 5_000_000))
    journal.device(OTHER_GPU)
    journal.interval(of_three(20.0, 1_000_000, 5_000_000, 7_000_000))
    return journal


def test_a_device_found_later_has_no_reading_from_before_and_says_when_it_was_found(grown):
    grown.end("completed", 30.0, 0, (3_000_000, 10_000_000, 7_000_000))
    grown.close()
    run = read_journal(grown.path)
    assert [(d.device_id, d.found_s) for d in run.devices] == [
        ("rapl:package-0", 0.0),
        ("nvml:0", 10.0),
        ("nvml:1", 20.0),
    ]
    assert run.intervals[0].energy_uj == (1_000_000, None, None)
    assert run.device_energy_j() == (3.0, 10.0, 7.0)
    # 20 s and 10 s of 30 s.
    assert run.observed_share() == pytest.approx((1.0, 2 / 3, 1 / 3), rel=1e-12)


def spoil(path, index):
    """Cut off the end of the device line with this index."""
    lines = path.read_bytes().split(b"\n")
    at = next(i for i, text in enumerate(lines) if b'"index":%d' % index in text)
    lines[at] = lines[at][:-30]
    path.write_bytes(b"\n".join(lines))


@pytest.mark.parametrize(
    ("index", "ids", "energy_j"),
    [(1, ["rapl:package-0", "nvml:1"], (3.0, 7.0)), (2, ["rapl:package-0", "nvml:0"], (3.0, 10.0))],
    ids=["the first", "the last"],
)
def test_a_torn_device_line_costs_that_device_alone_and_is_a_fault(grown, index, ids, energy_j):
    spoil(grown.path, index)
    run = read_journal(grown.path)
    assert [device.device_id for device in run.devices] == ids
    assert run.device_energy_j() == energy_j
    (fault,) = run.faults
    assert fault.meter == "journal" and "its readings are left out" in fault.message
    assert fault.at_s == index * 10.0


@pytest.mark.parametrize("index", [1, 2])
def test_the_end_makes_up_for_a_torn_device_line(grown, index):
    grown.end("completed", 30.0, 0, (3_000_000, 10_000_000, 7_000_000))
    spoil(grown.path, index)
    run = read_journal(grown.path)
    assert (run.device_energy_j(), run.faults) == ((3.0, 10.0, 7.0), ())


def test_a_device_line_that_is_there_twice_is_one_device(grown):
    lines = grown.path.read_text("utf-8").splitlines()
    again = next(line for line in lines if '"index":1' in line)
    grown.path.write_text("\n".join([*lines, again, ""]), "utf-8")
    assert read_journal(grown.path).device_energy_j() == (3.0, 10.0, 7.0)


def test_a_device_that_comes_back_under_its_id_has_readings_of_its_own(grown):
    # As after a driver restart: both count, each with what was read of it.
    grown.device(GPU)
    grown.interval(of_three(30.0, 1_000_000, None, 7_000_000, 2_000_000))
    run = read_journal(grown.path)
    assert [device.device_id for device in run.devices].count("nvml:0") == 2
    assert run.device_energy_j() == (4.0, 10.0, 14.0, 2.0)


def test_readings_of_more_devices_than_there_are_lines_for_are_refused(grown):
    lines = [x for x in grown.path.read_text("utf-8").splitlines() if '"index":2' not in x]
    grown.path.write_text("\n".join(lines), "utf-8")
    with pytest.raises(RecordError, match="readings for 2 devices"):
        read_journal(grown.path)


@pytest.mark.parametrize("devices", ["5", "null", '"cpu"', '{"a":1}', "[5]"])
def test_a_header_whose_devices_are_no_list_of_devices_is_refused(grown, devices):
    head, *rest = grown.path.read_text("utf-8").splitlines()
    header = json.dumps({**json.loads(head), "devices": json.loads(devices)})
    for lines in ([header, *rest], [header]):
        grown.path.write_text("\n".join(lines), "utf-8")
        with pytest.raises(RecordError, match="malformed"):
            read_journal(grown.path)


def test_of_two_ends_the_last_whole_one_counts(journal):
    with journal.open("a") as file:
        file.write('{"line":"end","outcome":"failed","duration_s":21.0,"exit_code":1}\n')
        file.write('{"line":"end","outcome":"comple')
    run = read_journal(journal)
    assert (run.outcome, run.duration_s, run.exit_code) == ("failed", 21.0, 1)


def test_an_end_says_nothing_of_what_the_other_lines_say(journal):
    with journal.open("a") as file:
        file.write('{"line":"end","outcome":"failed","project":"other","intervals":[],"id":"x"}\n')
    run = read_journal(journal)
    assert (run.run_id, run.project, run.intervals) == (RUN.run_id, RUN.project, RUN.intervals)


def test_a_journal_of_before_the_end_had_energies_is_read(journal):
    *lines, end = journal.read_text("utf-8").splitlines()
    old = {k: v for k, v in json.loads(end).items() if k not in ("energy_uj", "fault_count")}
    journal.write_text("\n".join([*lines, json.dumps(old), ""]), "utf-8")
    assert read_journal(journal) == RUN._replace(outcome="completed", duration_s=20.0, exit_code=0)


def test_a_loss_that_is_no_number_costs_neither_the_interval_nor_the_rest_of_its_line(tmp_path):
    journal = JournalWriter(tmp_path, made_run())
    journal.interval(RUN.intervals[0], (), Logged(9.5, 1, 32.0, {"loss": float("nan"), "step": 1}))
    run = read_journal(journal.path)
    assert (run.logged, run.device_energy_j()) == (
        (Logged(9.5, 1, 32.0, {"step": 1.0}),),
        (30.0, 15.0),
    )


def test_a_journal_that_was_removed_is_not_written_into_the_void(tmp_path):
    journal = JournalWriter(tmp_path, made_run())
    journal.path.unlink()
    with pytest.raises(OSError, match="the journal was removed"):
        journal.interval(RUN.intervals[0])
    journal.close()


def test_a_descriptor_that_the_work_closed_and_used_again_is_left_alone(tmp_path):
    journal = JournalWriter(tmp_path, made_run())
    os.close(journal._descriptor)
    with (tmp_path / "of the work").open("wb") as file:
        assert file.fileno() == journal._descriptor
        with pytest.raises(OSError, match="was closed by the work"):
            journal.interval(RUN.intervals[0])
        journal.close()
        file.write(b"still open")
    assert (tmp_path / "of the work").read_bytes() == b"still open"


def test_a_close_that_the_file_system_refuses_is_said_once(tmp_path, monkeypatch):
    # A network file system says at the close that the disk is full; the descriptor is gone then.
    journal = JournalWriter(tmp_path, made_run())
    close = os.close

    def full(descriptor):
        close(descriptor)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "close", full)
    with pytest.raises(OSError, match="No space left"):
        journal.close()
    journal.close()


def test_an_interval_that_a_later_one_spans_is_not_counted_twice(tmp_path):
    """Written, but its sections were not, and the disk would not take it back."""
    first, second = intervals(10_000_000, 10_000_000)
    spanning = first._replace(end_s=20.0, energy_uj=(20_000_000, 0))
    section = SectionUse(("epoch",), 0.0, 10.0, 1, 10.0, (10_000_000, 5_000_000), (None, 1.0))
    path = write_journal(tmp_path, made_run(sections=()))
    writer_lines = [
        {"line": "interval", **interval_dict(first)},
        {"line": "section", **section_dict(section)},
        {"line": "interval", **interval_dict(spanning)},
        {"line": "interval", **interval_dict(second._replace(start_s=20.0, end_s=30.0))},
    ]
    with path.open("a") as stream:
        stream.writelines(json.dumps(line) + "\n" for line in writer_lines)
    run = read_journal(path)
    assert [interval.end_s for interval in run.intervals] == [20.0, 30.0]
    assert (run.device_energy_j()[0], run.sections) == (30.0, ())
