"""The guide: phases, answers and interruptions with a scripted person, then as a real process."""

import os
import signal
import subprocess
from contextlib import contextmanager
from pathlib import Path

import pytest

from cli.test_refusals import assert_refused
from made_runs import CPU, MEMORY, intervals, made_run
from processes import DEADLINE_S, WATTPRINT, environment, wait_until
from wattprint.cli.busy import busy_threads
from wattprint.cli.calibrate_guide import (
    SETTLING_S,
    SHARES,
    Display,
    World,
    parsed_display,
    take_readings,
)
from wattprint.domain.errors import InputError, WattprintError
from wattprint.estimator.calibration import calibrate
from wattprint.importers.wall_readings import read_wall_readings
from wattprint.meters.base import Reading
from wattprint.meters.replay import ReplayMeter

IDLE_W, THREAD_W, THREADS = 20.0, 10.0, 6
STATIC_W, EFFICIENCY = 30.0, 0.8


class Bench:
    """A machine, its plug and its person: chips of 20 W and 10 W more for each busy thread."""

    longest_pause_s = 1.0
    devices = (CPU,)

    def __init__(self, answers=None, unread_at=()):
        self.now_s, self.busy, self.chips_j, self.wall_j = 100.0, 0, 0.0, 5e6
        self.said, self.loads, self.asked = [], [], 0
        self._answers = answers
        self._unread_at = unread_at

    def sleep(self, wait_s):
        chips_w = IDLE_W + THREAD_W * self.busy
        self.now_s += wait_s
        self.chips_j += chips_w * wait_s
        self.wall_j += (chips_w + STATIC_W) / EFFICIENCY * wait_s

    def read(self, at_s):
        return (Reading(None if self.asked in self._unread_at else round(self.chips_j * 1e6)),)

    def ask(self, question):
        self.asked += 1
        if self._answers is None:
            return f"{self.wall_j / 3.6e6:.9f} kWh"
        if not self._answers:
            raise WattprintError("nobody answers any more.")
        answer = self._answers.pop(0)
        return answer(self) if callable(answer) else answer

    @contextmanager
    def load(self, count, at_most_s):
        self.busy = count
        self.loads.append(count)
        try:
            yield
        finally:
            self.busy = 0

    def world(self, meters=None):
        return World(
            self.ask,
            self.said.append,
            lambda status: None,
            lambda: self.now_s,
            self.sleep,
            self.load,
            [self] if meters is None else meters,
            THREADS,
        )


def take(bench, path, *, phase_s=60.0, restart=False, machine="AMD EPYC", **world):
    take_readings(bench.world(**world), path, machine, phase_s=phase_s, restart=restart)


def readings(path):
    with path.open(newline="") as stream:
        return read_wall_readings(stream).readings


@pytest.fixture
def path(tmp_path):
    return tmp_path / "bench.readings.csv"


def test_six_phases_at_rest_and_under_load_find_the_machine(path):
    bench = Bench()
    take(bench, path)
    # A third of six threads is two: 20 + 2 x 10 = 40 W of chips, (40 + 30) / 0.8 = 87.5 W.
    assert bench.loads == [0, 2, 4, 6, 4, 0]
    second = readings(path)[1]
    assert second[:3] == pytest.approx((60.0, 2400.0, 5250.0), rel=1e-5)
    assert bench.now_s == pytest.approx(100 + len(SHARES) * (SETTLING_S + 60), rel=1e-9)
    # No two readings of a real machine are alike to the last digit.
    fit = calibrate(
        [r._replace(chip_energy_j=r.chip_energy_j + i) for i, r in enumerate(readings(path))]
    )
    assert fit.static_w.value == pytest.approx(STATIC_W, rel=0.05)
    assert fit.supply_efficiency.value == pytest.approx(EFFICIENCY, rel=0.02)


def test_each_phase_says_what_was_read(path):
    bench = Bench()
    take(bench, path)
    assert bench.said[1:3] == ["\nPhase 1 of 6: at rest", "  chips 20 W, wall 62.5 W"]
    assert bench.said[3] == "\nPhase 2 of 6: 2 of 6 CPU threads busy"


def test_a_recorded_run_serves_as_the_chips(path):
    # 60 W of CPU and half as much memory, for an hour: 90 W of chips.
    run = made_run(devices=(CPU, MEMORY), intervals=intervals(216_000_000_000, seconds=3600.0))
    bench = Bench()
    take(bench, path, meters=[ReplayMeter(run)])
    assert [r.chip_energy_j / r.duration_s for r in readings(path)] == pytest.approx([90] * 6)


def test_a_meter_that_shows_power_gives_the_mean_of_both_ends(path):
    bench = Bench(["80 W", "90w"])
    with pytest.raises(WattprintError, match="nobody answers"):
        take(bench, path)
    (first,) = readings(path)
    assert first.wall_energy_j == pytest.approx(85.0 * 60, rel=1e-9)


def test_who_leaves_goes_on_where_it_was_left(path):
    first = Bench([lambda b: f"{b.wall_j / 3.6e6:.6f}"] * 5)
    with pytest.raises(WattprintError, match="nobody answers"):
        take(first, path)
    assert (len(readings(path)), first.busy) == (2, 0)
    second = Bench()
    take(second, path)
    assert second.said[0] == "2 of 6 phases are in " + str(path) + ": going on from there."
    assert (second.loads, len(readings(path))) == ([4, 6, 4, 0], 6)


def test_a_whole_file_is_not_taken_again_unless_it_is_asked_for(path):
    take(Bench(), path)
    again = Bench()
    take(again, path)
    assert (again.loads, len(again.said)) == ([], 1)
    take(again, path, restart=True)
    assert (len(again.loads), len(readings(path))) == (6, 6)


def test_a_row_that_was_torn_is_taken_again(path):
    take(Bench(), path)
    path.write_text(path.read_text()[:-9])
    bench = Bench()
    take(bench, path)
    assert (bench.loads, len(readings(path))) == ([0], 6)


def test_readings_of_another_machine_are_refused(path):
    take(Bench(), path)
    with pytest.raises(InputError, match="another machine or kind; expected --restart"):
        take(Bench(), path, machine="Xeon")


def test_a_display_that_cannot_be_is_asked_for_again(path):
    answers = ["high", "-3", "1e400 kWh", "", "1.000", "85 W", "0.999", "1.001"]
    bench = Bench(answers)
    with pytest.raises(WattprintError, match="nobody answers"):
        take(bench, path)
    said = "\n".join(bench.said)
    assert said.count("is no display; expected 12.345 kWh, 345 Wh or 85 W.") == 4
    assert "The phase began in kWh; expected kWh again." in said
    assert "That is less than the 1 kWh before; expected as much or more." in said
    (first,) = readings(path)
    assert first.wall_energy_j == pytest.approx(3600.0, rel=1e-9)


def test_a_display_that_stands_still_makes_the_phase_longer(path):
    bench = Bench(["1.000", "1.000", "1.001"])
    with pytest.raises(WattprintError, match="nobody answers"):
        take(bench, path)
    (first,) = readings(path)
    assert first.duration_s == pytest.approx(120.0)
    assert "  The meter did not move: going on for as long again." in bench.said


def test_a_phase_whose_chips_could_not_be_read_is_taken_once_more(path):
    bench = Bench(["1.000", "1.002", "1.003", "1.004"], unread_at={2})
    with pytest.raises(WattprintError, match="nobody answers"):
        take(bench, path)
    (first,) = readings(path)
    assert first.wall_energy_j == pytest.approx(3600.0, rel=1e-9)  # of the second attempt
    assert bench.loads == [0, 0, 2]


@pytest.mark.parametrize(
    ("answer", "display"),
    [
        ("12.345", Display(12.345 * 3.6e6, False)),
        (" 12,345 kwh ", Display(12.345 * 3.6e6, False)),
        ("345 Wh", Display(345 * 3600.0, False)),
        ("85W", Display(85.0, True)),
        ("0", Display(0.0, False)),
        ("0 W", None),
        ("", None),
        ("12 kW", None),
        ("1e3", None),
        ("nan", None),
        ("-1", None),
        ("9" * 400, None),
    ],
)
def test_what_a_person_types_of_a_display(answer, display):
    assert parsed_display(answer) == display


def descendants(pid):
    found = []
    for listing in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in listing.read_text().split():
            found += [int(child), *descendants(child)]
    return found


def alive(pids):
    def state(pid):
        try:
            return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return "X"

    return [pid for pid in pids if state(pid) not in "XZ"]


def test_threads_are_busy_within_the_block_alone():
    with busy_threads(2, 60.0):
        spinning = descendants(os.getpid())
        assert len(alive(spinning)) == 2
    assert alive(spinning) == []


def test_a_load_ends_by_itself_where_nobody_ends_it():
    with busy_threads(1, 0.1):
        (spinning,) = descendants(os.getpid())
        wait_until(lambda: not alive([spinning]), "the load ends")


@contextmanager
def guide(home, *arguments):
    """A real guide, whose person has not answered yet."""
    command = [WATTPRINT, "calibrate", "--guide", "--name", "bench", *arguments]
    program = subprocess.Popen(
        command,
        env=environment(home),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    try:
        yield program
    finally:
        program.kill()
        program.wait(DEADLINE_S)
        program.stdin.close()
        program.stderr.close()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_whatever_ends_the_guide_no_load_is_left_behind(home, number):
    file = home / ".wattprint" / "profiles" / "bench.readings.csv"
    with guide(home):
        wait_until(lambda: file.exists() and file.stat().st_size > 40, "the file is begun")
    # One phase is in: the next has a load from its start.
    file.write_text(file.read_text() + "1,0,60,1200,3600\n")
    with guide(home) as program:
        wait_until(lambda: alive(descendants(program.pid)), "the load")
        spinning = descendants(program.pid)
        program.send_signal(number)
        program.wait(DEADLINE_S)
        wait_until(lambda: not alive(spinning), "the load ends")
    assert len(readings(file)) == 1, "what was read is kept"


def test_without_anybody_the_guide_is_refused(home):
    done = subprocess.run(
        [WATTPRINT, "calibrate", "--guide"],
        env=environment(home),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=DEADLINE_S,
    )
    assert_refused(done, "nobody is there to read the meter", "READINGS.csv")
    assert list(home.iterdir()) == []
