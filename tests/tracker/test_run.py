"""A run with a fake meter and a fake clock: what is read, what is kept, what never escapes."""

import copy
import pickle
import threading

import pytest

from doubles import CountingMeter, FakeMeter
from processes import python, wait_until
from wattprint.domain.readings import Interval
from wattprint.ledger.journal import JournalWriter
from wattprint.meters.base import Reading
from wattprint.tracker.marks import TOO_MANY


def messages(run):
    return [fault.message for fault in run.record().faults]


def test_the_interval_of_a_run_is_what_its_counter_moved_while_it_lasted(tracking, clock):
    run = tracking(FakeMeter(5_000_000, 47_000_000))
    with run:
        clock.now_s += 12.5
    # 47 - 5 = 42 J in 12.5 s; what the counter showed at the start is not the run's.
    assert run.record().intervals == (Interval(0.0, 12.5, (42_000_000,), (42.0,)),)
    assert run.record().device_energy_j() == (42.0,)
    assert run.record().duration_s == 12.5


def test_intervals_join_without_gaps_and_add_up_to_the_counter(tracking):
    meter = CountingMeter()
    with tracking(meter, interval_s=0.001, wall_clock=True) as run:
        meter.wait_for(readings=8)
    record = run.record()
    ends = [interval.end_s for interval in record.intervals]
    assert [interval.start_s for interval in record.intervals] == [0.0, *ends[:-1]]
    # The first reading is 1 J, the last as many joules as there were readings.
    assert record.device_energy_j() == (meter.readings - 1,)
    assert record.duration_s == ends[-1]
    assert len(record.intervals) == meter.readings - 1


def test_a_reading_that_fails_is_spanned_by_the_next(tracking):
    meter = FakeMeter(1_000_000, None, None, 10_000_000)
    with tracking(meter, interval_s=0.001, wall_clock=True) as run:
        meter.wait_for(readings=4)
    energies = [interval.energy_uj[0] for interval in run.record().intervals]
    # Nothing known twice, then 10 - 1 = 9 J over all three intervals.
    assert energies[:3] == [None, None, 9_000_000]
    assert run.record().device_energy_j() == (9.0,)


def test_a_first_reading_that_fails_leaves_energy_since_the_opening(tracking):
    with tracking(FakeMeter(None, 3_000_000)) as run:
        pass
    assert run.record().device_energy_j() == (3.0,)


def test_a_meter_that_raises_is_a_fault_and_not_an_exception(tracking):
    meter = FakeMeter(0, RuntimeError("the driver has gone"), 4_000_000)
    with tracking(meter, interval_s=0.001, wall_clock=True) as run:
        meter.wait_for(readings=3)
    assert "RuntimeError: the driver has gone" in messages(run)
    assert (run.record().outcome, run.record().device_energy_j()) == ("completed", (4.0,))


def test_a_meter_that_never_reads_leaves_a_run_without_energy(tracking):
    with tracking(FakeMeter(RuntimeError("no"))) as run:
        pass
    assert messages(run) == ["RuntimeError: no", "RuntimeError: no (time 2)"]
    assert run.record().device_energy_j() == (None,)


def test_faults_that_a_meter_reports_are_kept_with_their_time(tracking, clock):
    meter = FakeMeter(0)
    with tracking(meter) as run:
        clock.now_s += 30.0
        meter.faults = ["package-0 could not be read"]
    (fault,) = run.record().faults
    assert fault == (30.0, "fake", "package-0 could not be read")


def work(error):
    if error is not None:
        raise error


@pytest.mark.parametrize(
    ("raised", "outcome", "exit_code"),
    [
        (None, "completed", None),
        (ValueError("nan"), "failed", None),
        (SystemExit(), "completed", 0),
        (SystemExit(0), "completed", 0),
        (SystemExit(3), "failed", 3),
        (SystemExit("out of data"), "failed", 1),
        (KeyboardInterrupt(), "interrupted", None),
    ],
    ids=["nothing", "an error", "exit", "exit 0", "exit 3", "exit with words", "Ctrl-C"],
)
def test_what_ends_the_body_is_the_outcome_and_goes_on_up(tracking, raised, outcome, exit_code):
    run, escaped = tracking(FakeMeter(0)), None
    try:
        with run:
            work(raised)
    except BaseException as error:  # noqa: BLE001 - whatever was raised
        escaped = error
    assert escaped is raised
    assert (run.record().outcome, run.record().exit_code) == (outcome, exit_code)


def test_a_run_starts_once_and_stops_once(tracking, clock):
    run = tracking(FakeMeter(0, 1_000_000, 2_000_000))
    run.start()
    run.start()
    run.stop("failed")
    clock.now_s += 60.0
    run.stop("completed")
    run.start()
    record = run.record()
    assert (record.outcome, record.duration_s, len(record.intervals)) == ("failed", 0.0, 1)


def test_an_outcome_that_nobody_knows_is_a_fault_and_the_run_can_still_be_read(tracking):
    run = tracking(FakeMeter(0))
    run.start()
    run.stop("done")
    assert run.record().outcome == "completed"
    assert messages(run) == [
        "outcome 'done' is none of completed, failed, interrupted; completed stands for it"
    ]


def test_stopping_a_run_that_never_started_does_nothing(tracking):
    run = tracking(FakeMeter(0))
    run.stop()
    assert run.run_id is None
    with pytest.raises(RuntimeError, match="it has not started"):
        run.record()


def test_a_run_that_cannot_be_opened_says_why_and_lets_the_work_go_on(tracking):
    def refuse(folder, header):
        raise PermissionError(13, "Permission denied", str(folder))

    with tracking(FakeMeter(0), journal=refuse) as run:
        done = "the work"
    assert (done, run.run_id) == ("the work", None)
    assert isinstance(run.failure, PermissionError)
    footprint = run.footprint()
    assert footprint.best_energy_kwh is None
    assert "Permission denied" in footprint.work["not_recorded"]


class StumblingJournal(JournalWriter):
    """Refuses its first interval, as a disk that is full for a moment."""

    refusals = 1

    def interval(self, *interval):
        if self.refusals:
            self.refusals -= 1
            raise OSError(28, "No space left on device")
        super().interval(*interval)


def test_an_interval_that_cannot_be_written_is_spanned_by_the_next(tracking):
    meter = FakeMeter(0, 3_000_000, 7_000_000)
    with tracking(meter, interval_s=0.001, wall_clock=True, journal=StumblingJournal) as run:
        meter.wait_for(readings=3)
    record = run.record()
    # 3 J were read and could not be written; the next interval begins where that one did.
    assert (record.intervals[0].start_s, record.intervals[0].energy_uj) == (0.0, (7_000_000,))
    assert record.device_energy_j() == (7.0,)
    assert messages(run) == [
        "a line could not be written: [Errno 28] No space left on device",
    ]


def test_two_runs_at_once_are_recorded_apart(tmp_path, tracking, clock):
    outer = tracking(FakeMeter(0, 5_000_000))
    other = tracking(FakeMeter(0, 9_000_000), journal=lambda _, h: JournalWriter(tmp_path, h))
    with outer, other:
        clock.now_s += 1.0
    assert (outer.record().device_energy_j(), other.record().device_energy_j()) == ((5.0,), (9.0,))


def test_a_run_may_live_in_a_thread_and_be_stopped_from_another(tracking):
    run = tracking(FakeMeter(0, 6_000_000))
    for action in (run.start, run.stop):
        thread = threading.Thread(target=action)
        thread.start()
        thread.join()
    assert (run.record().outcome, run.record().device_energy_j()) == ("completed", (6.0,))


def test_a_run_can_be_read_while_it_goes_on(tracking):
    meter = CountingMeter()
    with tracking(meter, interval_s=0.001, wall_clock=True) as run:
        meter.wait_for(readings=4)
        so_far = run.record()
    assert so_far.outcome is None
    assert len(so_far.intervals) >= 2


def test_a_run_that_is_forgotten_ends_with_its_threads(tracking):
    meter = FakeMeter(0)
    with tracking(meter):
        assert "wattprint" in [thread.name for thread in threading.enumerate()]
    assert "wattprint" not in [thread.name for thread in threading.enumerate()]


class Hanging(FakeMeter):
    """A driver that does not answer, from a reading on, until it is let go."""

    def __init__(self, from_reading):
        super().__init__(0)
        self.hangs, self.may_go, self._from_reading = (
            threading.Event(),
            threading.Event(),
            from_reading,
        )

    def read(self, at_s):
        found = super().read(at_s)
        if self.readings >= self._from_reading:
            self.hangs.set()
            self.may_go.wait(60)
        return found


def test_a_meter_that_hangs_at_the_end_holds_the_work_up_for_a_moment_only(tracking):
    meter = Hanging(from_reading=2)
    run = tracking(meter, patience_s=0.01)
    run.start()
    run.stop()  # returns, and leaves the thread where it is
    assert meter.hangs.wait(60)
    assert run.record().outcome is None
    meter.may_go.set()
    run._thread.join(60)
    assert run.record().outcome == "completed"


def test_a_meter_that_hangs_at_the_start_is_followed_once_it_answers(tracking):
    meter = Hanging(from_reading=1)
    run = tracking(meter, patience_s=0.01)
    run.start()
    with run.section("before it answers"):
        run.log(step=1)
    meter.may_go.set()
    assert run._ready.wait(60)
    run.stop()
    run._thread.join(60)
    assert run.record().outcome == "completed"
    assert messages(run) == ["the meters took more than 0.01 s to open"]


def test_an_error_of_our_own_is_a_fault_and_the_run_still_ends(tracking, monkeypatch):
    monkeypatch.setattr("wattprint.tracker.run.AFTER_ERROR_S", 0.001)
    meter = CountingMeter()
    run = tracking(meter, interval_s=0.001, wall_clock=True)
    run.start()
    tick, run._sampler.tick = run._sampler.tick, lambda: 1 / 0
    wait_until(lambda: run._said, "the error")
    run._sampler.tick = tick
    run.stop()
    assert run.record().outcome == "completed"
    assert messages(run) == ["ZeroDivisionError: division by zero"]


class Strange(FakeMeter):
    """A meter by somebody who did not read what a meter must do."""

    def __init__(self, reading, **attributes):
        super().__init__(0)
        self._reading = reading
        vars(self).update(attributes)

    def read(self, at_s):
        super().read(at_s)
        return self._reading(self.readings)


class Whole:
    """A number that is one, as numpy's are, and that JSON does not know."""

    def __int__(self):
        return 7_000_000


STRANGE = {
    "a number of its own": (lambda n: (Reading(Whole() if n > 1 else 0),), 7.0),
    "a total that falls": (lambda n: (Reading([9_000_000, 5_000_000][n > 1]),), None),
    "plain numbers": (lambda n: (n,), None),
    "too many": (lambda n: (Reading(1),) * 3, None),
    "text": (lambda n: (Reading("much"),), None),
}


@pytest.mark.parametrize("kind", STRANGE)
def test_a_strange_meter_is_a_fault_and_the_run_ends(tracking, kind):
    reading, joules = STRANGE[kind]
    with tracking(Strange(reading)) as run:
        pass
    assert run.record().outcome == "completed"
    assert run.record().device_energy_j() == (joules,)
    assert bool(messages(run)) == (kind != "a number of its own")


def test_a_meter_that_leaves_the_interpreter_ends_the_following_and_nothing_else(tracking):
    run = tracking(FakeMeter(0, SystemExit(3)))
    run.start()
    run.stop()
    assert run._ended.is_open


def test_a_run_is_pickled_and_copied_as_one_that_does_nothing(tracking):
    run = tracking(FakeMeter(0, 5_000_000))
    with run:
        copied = copy.deepcopy({"trainer": [run, pickle.loads(pickle.dumps(run))]})["trainer"]
        for other in copied:
            with other, other.section("step"):
                other.log(step=1)
            assert other.run_id is None
    assert run.record().device_energy_j() == (5.0,)


def test_a_run_that_is_started_twice_says_so(tracking):
    run = tracking(FakeMeter(0))
    with run, run:
        pass
    assert messages(run) == ["the run was started twice: the first stop ends it"]


def test_a_footprint_while_it_goes_on_needs_no_journal(tracking, clock):
    with tracking(FakeMeter(0, 3_600_000)) as run:
        clock.now_s += 5.0
        run.footprint()
        run._opened.journal.path.unlink()
        assert run.footprint().best_energy_kwh.value == pytest.approx(1e-6, rel=1e-9)


def test_marks_for_a_thread_that_does_not_answer_are_dropped_at_some_point(tracking):
    meter = Hanging(from_reading=2)
    run = tracking(meter, patience_s=0.01)
    run.start()
    run.footprint()  # the thread now hangs
    assert meter.hangs.wait(60)
    for _ in range(TOO_MANY):
        with run.section("step"):
            pass
    assert len(run._marks._waiting) == TOO_MANY
    meter.may_go.set()
    run.stop()
    run._ended.wait(60)
    assert "marks of sections were dropped: the tracker was held up" in messages(run)


@pytest.mark.parametrize(
    "harm",
    [
        pytest.param("os.closerange(3, 256)", id="the work closes all files, as daemons do"),
        pytest.param("shutil.rmtree(sys.argv[1])", id="the work removes the ledger"),
        pytest.param("os.chdir('/')", id="the work goes elsewhere"),
        pytest.param("signal.alarm(0); os.nice(5)", id="the work changes the process"),
    ],
)
def test_what_the_work_does_to_the_run_does_not_come_back_to_it(tmp_path, harm):
    script = f"""
import os, shutil, signal, sys
import wattprint
with wattprint.track(home=sys.argv[1], interval_s=0.1) as run:
    {harm}
print("the work")
"""
    done = python(script, tmp_path / "home", home=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "the work\n", "")


def test_a_file_that_the_work_opens_in_the_journals_place_is_left_alone(tmp_path):
    script = """
import os, sys
import wattprint
run = wattprint.track(interval_s=0.1)
run.start()
os.closerange(3, 256)
files = [os.open(sys.argv[1] + str(i), os.O_RDWR | os.O_CREAT) for i in range(8)]
run.stop()
print([os.fstat(file).st_size for file in files])  # the work's files are open still, and empty
"""
    done = python(script, tmp_path / "checkpoint", home=tmp_path)
    assert (done.stdout, done.stderr) == ("[0, 0, 0, 0, 0, 0, 0, 0]\n", "")


def test_a_system_that_gives_no_more_threads_leaves_the_work_alone(tmp_path):
    script = """
import threading
import wattprint
threading.stack_size(1 << 46)  # no machine has it: starting a thread fails
with wattprint.track() as run:
    print("the work")
record = run.record()
print(record.outcome, len(record.intervals), *(fault.message for fault in record.faults))
"""
    done = python(script, home=tmp_path)
    fault = "no reading before the end: can't start new thread"
    assert (done.stdout, done.stderr) == (f"the work\ncompleted 1 {fault}\n", "")


def test_a_run_shows_itself_in_a_notebook_while_it_goes_on_and_after(tracking, clock):
    run = tracking(FakeMeter(0, 3_600_000))
    assert run._repr_html_() is None
    with run:
        clock.now_s += 12.0
        assert "running" in run._repr_html_()
    assert "completed" in run._repr_html_()
    assert "1 mWh" in run._repr_html_()
