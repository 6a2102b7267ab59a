"""The sampler on a clock that stands still: when it reads, what it writes, what it notices."""

import pytest

from doubles import CountingMeter, CurveMeter, FakeMeter, play
from made_runs import CPU, made_run
from wattprint.domain.errors import InputError
from wattprint.ledger.home import runs_folder
from wattprint.ledger.journal import JournalWriter, read_journal
from wattprint.meters.base import Reading
from wattprint.meters.replay import ReplayMeter
from wattprint.tracker.sampler import Opened, Sampler


@pytest.fixture
def sampling(tmp_path, clock):
    """Make a sampler of meters by family, on the clock of the test."""

    def make(interval_s=10.0, host_use=dict, **meters):
        devices = tuple(device for meter in meters.values() for device in meter.devices)
        header = made_run(devices=devices)
        journal = JournalWriter(runs_folder(tmp_path, create=True), header)
        opened = Opened(header, meters, journal, host_use)
        return Sampler(opened, interval_s=interval_s, clock=clock.clock())

    return make


def ended(sampler):
    sampler.end("completed", None)
    return read_journal(sampler._journal.path)


def messages(run):
    return [fault.message for fault in run.faults]


def test_intervals_keep_to_their_grid(sampling, clock):
    sampler = sampling(interval_s=10.0, cpu=CurveMeter(lambda t: 2.0 * t))
    play(sampler, clock, 1035.0)
    run = ended(sampler)
    assert [interval.end_s for interval in run.intervals] == [10.0, 20.0, 30.0, 35.0]
    assert run.device_energy_j() == (70.0,)


def test_a_long_pause_is_one_interval_and_the_grid_goes_on(sampling, clock):
    sampler = sampling(interval_s=10.0, cpu=CurveMeter(lambda t: 2.0 * t))
    clock.now_s += 47.0  # the work held the interpreter for so long
    sampler.tick()
    play(sampler, clock, 1058.0)
    run = ended(sampler)
    # One interval spans the pause; the missed ones are not made up for.
    assert [interval.end_s for interval in run.intervals] == [47.0, 50.0, 58.0]
    assert run.device_energy_j() == (116.0,)


class Often(FakeMeter):
    longest_pause_s = 0.1


def test_each_meter_is_read_as_often_as_it_asks_for(sampling, clock):
    often, seldom = Often(0), CountingMeter()
    sampler = sampling(interval_s=3600.0, often=often, seldom=seldom)
    play(sampler, clock, 1010.05)
    # Ten seconds: every 0.1 s and every 1 s, and the reading of the start.
    assert (often.readings, seldom.readings) == (101, 11)


def test_an_interval_that_is_short_reads_as_often_as_it_is_written(sampling, clock):
    meter = CountingMeter()
    sampler = sampling(interval_s=0.25, cpu=meter)
    play(sampler, clock, 1001.1)
    assert meter.readings == 5


def test_sleep_is_seen_and_is_no_use(sampling, clock):
    sampler = sampling(cpu=CurveMeter(lambda t: 5.0 * t))
    clock.now_s += 10.0
    clock.slept_s += 3600.0
    sampler.tick()
    clock.now_s += 10.0
    run = ended(sampler)
    assert [interval.suspended_s for interval in run.intervals] == [3600.0, 0.0]
    # The clock of the readings stood still: 20 s of use, not an hour.
    assert (run.duration_s, run.device_energy_j()) == (20.0, (100.0,))
    assert messages(run) == ["the machine slept for 3600.0 s: not counted as use"]


@pytest.mark.parametrize(
    ("set_by_s", "message"),
    [
        (7200.0, ["the wall clock was set forward by 7200.0 s"]),
        (-86400.0, ["the wall clock was set back by 86400.0 s"]),
        (0.4, []),
    ],
    ids=["forward", "back", "drift"],
)
def test_a_wall_clock_that_is_set_is_seen_and_changes_nothing(sampling, clock, set_by_s, message):
    sampler = sampling(cpu=CurveMeter(lambda t: 5.0 * t))
    clock.set_by_s = set_by_s
    clock.now_s += 10.0
    run = ended(sampler)
    assert (run.duration_s, run.device_energy_j(), messages(run)) == (10.0, (50.0,), message)


def test_use_of_the_machine_is_written_with_each_interval(sampling, clock):
    use = {"busy_s": 100.0, "tree_s": 10.0, "clock_ratio": 0.5}
    sampler = sampling(cpu=FakeMeter(0), host_use=lambda: dict(use))
    use.update(busy_s=130.0, tree_s=16.0, clock_ratio=0.75)
    clock.now_s += 10.0
    run = ended(sampler)
    assert run.intervals[0].host == {"busy_s": 30.0, "tree_s": 6.0, "clock_ratio": 0.75}


def test_use_of_the_machine_that_cannot_be_read_is_not_there(sampling):
    def refuse():
        raise OSError("no /proc")

    assert ended(sampling(cpu=FakeMeter(0), host_use=refuse)).intervals[0].host == {}


class Growing(FakeMeter):
    """Finds a second device after its first reading."""

    def read(self, at_s):
        super().read(at_s)
        if self.readings > 2:
            self.devices = (CPU, CPU._replace(device_id="rapl:package-1"))
        return tuple(Reading(5_000_000 * (self.readings - 1)) for _ in self.devices)


def test_a_device_that_is_found_later_comes_last_and_counts_from_then(sampling, clock):
    sampler = sampling(interval_s=1.0, growing=Growing(0), other=FakeMeter(0, 1_000_000))
    play(sampler, clock, 1003.0)
    run = ended(sampler)
    assert [device.device_id for device in run.devices][2:] == ["rapl:package-1"]
    assert run.intervals[0].energy_uj[2] is None
    # Found with the third reading, which already shows 10 J since it was found.
    assert run.intervals[1].energy_uj[2] == 10_000_000


def test_the_end_mark_repeats_the_energy_of_each_device(sampling, clock, tmp_path):
    sampler = sampling(cpu=CurveMeter(lambda t: 3.0 * t), gone=FakeMeter(None))
    play(sampler, clock, 1025.0)
    run = ended(sampler)
    last_line = sampler._journal.path.read_text().splitlines()[-1]
    assert '"energy_uj":[75000000,null]' in last_line
    assert run.device_energy_j() == (75.0, None)


def test_meters_are_closed_at_the_end(sampling):
    meter = FakeMeter(0)
    ended(sampling(cpu=meter))
    assert meter.is_closed


RECORDED = made_run(
    devices=(CPU,),
    intervals=(),
)


@pytest.fixture
def recorded(sampling, clock):
    """A run of 30 s: 2 W, then 8 W from 10 s on, unreadable between 20 and 30 s."""

    def curve_j(t):
        return 2.0 * t if t < 10 else 20.0 + 8.0 * (t - 10)

    sampler = sampling(cpu=CurveMeter(curve_j))
    play(sampler, clock, 1020.0)
    return ended(sampler)


@pytest.mark.parametrize("speed", [1.0, 4.0])
def test_a_run_played_back_uses_what_it_used(recorded, speed):
    meter = ReplayMeter(recorded, speed=speed)
    energies = [meter.read(500.0 + at_s / speed)[0].energy_uj for at_s in (0, 5, 10, 15, 20, 99)]
    # 2 W x 5 s, 2 W x 10 s, + 8 W x 5 s, + 8 W x 10 s, and nothing after the end.
    assert energies == [0, 10_000_000, 20_000_000, 60_000_000, 100_000_000, 100_000_000]
    assert meter.take_faults() == [
        f"the recording of run {recorded.run_id} is over: 0 W from here",
    ]
    assert meter.take_faults() == []


def test_a_gap_in_the_recording_is_a_gap_in_what_is_played(recorded):
    gap = recorded.intervals[0]._replace(energy_uj=(None,))
    meter = ReplayMeter(recorded._replace(intervals=(gap, recorded.intervals[1])))
    assert [meter.read(at_s)[0].energy_uj for at_s in (0, 5, 15)] == [None, None, 40_000_000]


def test_what_is_played_back_says_where_it_comes_from(recorded):
    (device,) = ReplayMeter(recorded).devices
    assert device.note.endswith(f"played back from run {recorded.run_id}")
    assert device.method == CPU.method


@pytest.mark.parametrize(
    ("given", "speed", "message"),
    [
        ("last", 1.0, "expected what wattprint.load"),
        (RECORDED, 1.0, "has no readings"),
        (RECORDED, 0.0, "has no readings"),
    ],
    ids=["no run", "empty", "empty too"],
)
def test_what_cannot_be_played_back_is_refused(given, speed, message):
    with pytest.raises(InputError, match=message):
        ReplayMeter(given, speed=speed)


def test_a_run_can_be_tracked_from_a_recording(recorded, tmp_path):
    import wattprint

    with wattprint.track(home=tmp_path / "home", meters=[ReplayMeter(recorded, speed=1e6)]) as run:
        pass
    assert run.record().device_energy_j() == (100.0,)
    assert run.record().meters == (
        {"family": "replay", "used": True, "reason": "given by the program"},
    )
