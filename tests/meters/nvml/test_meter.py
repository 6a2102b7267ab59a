"""Readings of GPUs that are lost, whose driver is restarted, that are cut into parts."""

import pytest

from fake_nvml import DRIVER_NOT_LOADED, FOR_EVER_S, GPU_IS_LOST, FakeGpu, FakeMig, steady


def read_j(fake, meter, at_s):
    """Readings at a time, in J."""
    fake.set_time(at_s)
    return [
        None if reading.energy_uj is None else reading.energy_uj / 1e6
        for reading in meter.read(at_s)
    ]


def played(fake, meter, *, until_s, step_s=1.0):
    """Readings at each step, and the faults with the time at which they were said."""
    readings, faults = [], []
    for i in range(round(until_s / step_s) + 1):
        readings.append(read_j(fake, meter, i * step_s))
        faults += [(i * step_s, text) for text in meter.take_faults()]
    return readings, faults


def lost(uuid, from_s, to_s=FOR_EVER_S, code=GPU_IS_LOST, **options):
    return FakeGpu(uuid, steady(100.0), fails=((from_s, to_s, code),), **options)


def test_several_gpus_are_read_side_by_side(fake, opened):
    machine = fake(FakeGpu("GPU-1", steady(100.0)), FakeGpu("GPU-2", steady(300.0)))
    meter = opened(machine)
    assert read_j(machine, meter, 0.0) == [0.0, 0.0]
    assert read_j(machine, meter, 15.0) == [1500.0, 4500.0]
    assert meter.take_faults() == []


@pytest.mark.parametrize(
    ("has_counter", "named", "pause_s"),
    [
        pytest.param((True, True), "0,1", 0.25, id="counters"),
        pytest.param((True, False), "0,1", 0.1, id="one to poll"),
        pytest.param((True, False), "0", 0.25, id="the one to poll is hidden"),
    ],
)
def test_only_a_visible_gpu_without_counter_must_be_polled(
    fake, opened, has_counter, named, pause_s
):
    gpus = [FakeGpu(f"GPU-{i}", steady(1.0), has_counter=has) for i, has in enumerate(has_counter)]
    meter = opened(fake(*gpus), CUDA_VISIBLE_DEVICES=named)
    assert meter.longest_pause_s == pytest.approx(pause_s, rel=1e-12)


@pytest.mark.parametrize("has_counter", [True, False], ids=["counter", "polled"])
def test_a_gpu_that_vanishes_is_said_once_and_leaves_the_others_alone(fake, opened, has_counter):
    machine = fake(lost("GPU-1", 20.0, has_counter=has_counter), FakeGpu("GPU-2", steady(300.0)))
    readings, faults = played(machine, opened(machine), until_s=60.0, step_s=0.5)
    # At 19.5 s it was last read: 1,950 J; it went half a second later or before, as a counter is
    # taken to have gone on for half of that: 25 J.
    assert readings[39] == [1950.0, 5850.0]
    assert readings[40][0] == (1975.0 if has_counter else None)
    assert {first for first, _ in readings[41:]} == {None}
    assert readings[-1][1] == 18_000.0
    ((at_s, text),) = faults
    assert at_s == 20.0
    assert text.startswith("GPU-1 could not be read: nvmlDeviceGet")
    assert text.endswith("answered GPU_IS_LOST (GPU is lost)")


def test_a_counter_that_comes_back_has_lost_nothing(fake, opened):
    machine = fake(lost("GPU-1", 20.0, 25.0))
    readings, faults = played(machine, opened(machine), until_s=30.0)
    # Until 19.5 s, if it had gone for good; what it counted meanwhile goes before that.
    assert [reading for (reading,) in readings[20:25]] == [1950.0, None, None, None, None]
    assert readings[25:27] == [[2500.0], [2600.0]]
    assert [at_s for at_s, _ in faults] == [20.0, 25.0]
    assert "GPU-1 could be read again after 5.0 s" in faults[1][1]


def test_a_polled_gpu_that_comes_back_is_charged_until_it_went(fake, opened):
    machine = fake(lost("GPU-1", 20.0, 25.0, has_counter=False))
    readings, faults = played(machine, opened(machine), until_s=30.0, step_s=0.5)
    # 100 W for 20 s, nothing that is known of the 5 s away, and 5 s more.
    assert readings[-1] == [2500.0]
    assert [at_s for at_s, _ in faults] == [20.0, 25.0]


@pytest.mark.parametrize("has_counter", [True, False], ids=["counter", "polled"])
def test_a_short_trouble_loses_nothing(fake, opened, has_counter):
    machine = fake(lost("GPU-1", 20.0, 20.5, code=10, has_counter=has_counter))
    readings, faults = played(machine, opened(machine), until_s=30.0, step_s=0.5)
    assert readings[40:42] == [[1975.0 if has_counter else None], [2050.0]]
    assert readings[-1] == [3000.0]
    assert [at_s for at_s, _ in faults] == [20.0, 20.5]


def test_a_driver_restarted_between_two_readings_is_started_again_at_once(fake, opened):
    machine = fake(
        FakeGpu("GPU-1", steady(100.0)),
        FakeGpu("GPU-2", steady(200.0), has_counter=False),
        restarts=[(20.1, 20.4, DRIVER_NOT_LOADED)],
    )
    readings, faults = played(machine, opened(machine), until_s=60.0)
    assert all(None not in reading for reading in readings)
    # The counter began again at 0: its second around the restart is bridged at 100 W.
    assert readings[-1] == [pytest.approx(6000.0, rel=1e-9), pytest.approx(12_000.0, rel=1e-9)]
    assert [at_s for at_s, _ in faults] == [21.0, 21.0]
    assert faults[0][1].startswith("NVML was started again after nvmlDeviceGet")
    assert "UNINITIALIZED" in faults[0][1]
    assert "reset" in faults[1][1]


def test_a_driver_that_is_away_is_waited_for(fake, opened):
    machine = fake(
        FakeGpu("GPU-1", steady(100.0)),
        FakeGpu("GPU-2", steady(100.0)),
        restarts=[(20.0, 30.0, DRIVER_NOT_LOADED)],
    )
    readings, faults = played(machine, opened(machine), until_s=60.0)
    assert readings[20] == [1950.0, 1950.0]  # as if they had gone half a second before
    assert {reading for both in readings[21:30] for reading in both} == {None}
    # Nobody knows the 10 s without driver; of the other 50 s nothing is lost.
    assert readings[-1] == [pytest.approx(5000.0, rel=1e-9)] * 2
    said = [(at_s, text.split(":")[0]) for at_s, text in faults if at_s < 30.0]
    assert said == [(20.0, "GPU-1 could not be read"), (20.0, "GPU-2 could not be read")]
    assert sum("NVML was started again" in text for at_s, text in faults if at_s == 30.0) == 1


class CountedStarts:
    """Passes everything on to a library, and counts how often it is started."""

    def __init__(self, library):
        self._library = library
        self.starts = 0

    def __getattr__(self, name):
        return getattr(self._library, name)

    def init(self):
        self.starts += 1
        self._library.init()


def test_a_driver_that_is_away_is_asked_for_once_a_second(fake, opened):
    machine = fake(
        FakeGpu("GPU-1", steady(1.0), has_counter=False),
        FakeGpu("GPU-2", steady(1.0), has_counter=False),
        restarts=[(0.05, 10.05, DRIVER_NOT_LOADED)],
    )
    meter = opened(machine)
    meter._library = counted = CountedStarts(meter._library)
    played(machine, meter, until_s=9.0, step_s=0.1)
    # From 0.1 s on, at most one a second: 0.1, 1.1, ... 8.1.
    assert counted.starts == 9


def test_a_gpu_that_starting_again_does_not_help_is_not_helped_for_ever(fake, opened):
    machine = fake(lost("GPU-1", 5.0, code=999))
    meter = opened(machine)
    meter._library = counted = CountedStarts(meter._library)
    readings, faults = played(machine, meter, until_s=60.0)
    # At 5, 15, 25, 35, 45 and 55 s.
    assert counted.starts == 6
    assert readings[-1] == [None]
    assert len(faults) == 1


def test_closing_while_the_driver_is_away_is_quiet(fake, opened):
    machine = fake(FakeGpu("GPU-1", steady(1.0)), restarts=[(5.0, FOR_EVER_S, DRIVER_NOT_LOADED)])
    meter = opened(machine)
    played(machine, meter, until_s=10.0)
    meter.close()
    meter.close()


CUT = FakeGpu(
    "GPU-cut",
    steady(350.0),
    slices=7,
    migs=(FakeMig("MIG-3g", 3), FakeMig("MIG-1c", 3, 1), FakeMig("MIG-2c", 3, 2)),
)


@pytest.mark.parametrize("has_counter", [True, False], ids=["counter", "polled"])
def test_a_mig_device_is_charged_its_slices_of_the_gpu(fake, opened, has_counter):
    machine = fake(CUT._replace(has_counter=has_counter))
    meter = opened(machine, CUDA_VISIBLE_DEVICES="MIG-3g")
    played(machine, meter, until_s=20.0)
    (reading,) = meter.read(20.0)
    # 350 W x 20 s = 7,000 J of the GPU; 3 of 7 slices: 3,000 J.
    assert reading == (3_000_000_000, pytest.approx(7000.0, rel=1e-12))


def test_compute_instances_that_share_a_gpu_instance_share_its_energy(fake, opened):
    machine = fake(CUT)
    meter = opened(machine, CUDA_VISIBLE_DEVICES="MIG-1c,MIG-2c")
    played(machine, meter, until_s=20.0)
    # 1 and 2 of 7 slices of 7,000 J, together the GPU instance's 3,000 J.
    assert read_j(machine, meter, 20.0) == [1000.0, 2000.0]


def test_a_mig_device_of_a_lost_gpu_reads_nothing(fake, opened):
    machine = fake(CUT._replace(fails=((5.0, FOR_EVER_S, GPU_IS_LOST),)))
    meter = opened(machine, CUDA_VISIBLE_DEVICES="MIG-3g")
    readings, faults = played(machine, meter, until_s=10.0)
    assert readings[-1] == [None]
    assert len(faults) == 1


@pytest.mark.parametrize("code", [1, 2, 3, 4, 6, 9, 10, 12, 13, 15, 16, 18, 27, 999, 12345])
@pytest.mark.parametrize("has_counter", [True, False], ids=["counter", "polled"])
def test_whatever_a_gpu_answers_reading_goes_on(fake, opened, code, has_counter):
    machine = fake(lost("GPU-1", 5.0, 15.0, code=code, has_counter=has_counter))
    readings, faults = played(machine, opened(machine), until_s=20.0)
    assert readings[5:15] == [[450.0 if has_counter else None], *[[None]] * 9]
    assert readings[20] == [2000.0 if has_counter else 1000.0]
    assert "GPU-1 could not be read" in faults[0][1]
    assert "could be read again" in faults[-1][1]
