"""The model of CPU and memory on a fake process tree, its arithmetic done by hand."""

import pytest

from wattprint.domain.evidence import Method
from wattprint.domain.formulas.cpu_power import PackageShares
from wattprint.meters.host import Glance
from wattprint.meters.modelled import ModelledMeter, PowerModel, discover
from wattprint.meters.package_charge import PackageLaw
from wattprint.meters.procfs import TreeUse

CPU = PowerModel("Xeon", 4.0, 0.5, 2.0, "a_source", 2026, "4 W a thread")
MEMORY = PowerModel("main memory", 0.5, 0.25, 1.0, "another_source", 2021, "0.5 W a GB")
GB = 10**9


class FakeTree:
    """Uses what it is told to, one use after another; an exception is raised instead."""

    def __init__(self, *uses):
        self._uses = list(uses)

    def use(self):
        use = self._uses.pop(0)
        if isinstance(use, Exception):
            raise use
        return use

    def close(self):
        self.is_closed = True


class BusyMachine:
    """Is twice as busy as the tree, 10 s of CPU time at each look, at full clock."""

    def __init__(self):
        self._busy_s = 0.0

    def glance(self):
        self._busy_s += 10.0
        return Glance(self._busy_s, 1.0)


def meter_of(*uses, cpu=CPU, memory=MEMORY, machine=None):
    return ModelledMeter(FakeTree(*uses), cpu=cpu, memory=memory, machine=machine)


def test_cpu_energy_is_cpu_time_times_power_per_thread():
    meter = meter_of(TreeUse(100.0, 0), TreeUse(100.0, 0), TreeUse(107.5, 0), memory=None)
    assert meter.read(0.0) == ((0, 0.0),)
    # 7.5 s of CPU time x 4 W = 30 J; the 100 s before the run are not the run's.
    assert meter.read(10.0) == ((30_000_000, 7.5),)


def test_where_the_load_is_seen_the_tree_is_charged_its_share_of_package_power():
    shares = PackageShares(idle=0.1, awake=0.0, busy=0.6, lowest_voltage=1.0, plateau=0.0)
    by_load = CPU._replace(law=PackageLaw(100.0, 2, 2, 1.0, shares, 0.5))
    uses = (TreeUse(0.0, 0), TreeUse(0.0, 0), TreeUse(5.0, 0))
    meter = meter_of(*uses, cpu=by_load, memory=None, machine=BusyMachine())
    assert meter.read(0.0) == ((0, 0.0),)
    # 10 of 20 thread-seconds are busy: 100 W x (0.1 + 0.3) x 10 s = 400 J, half of it the tree's.
    assert meter.read(10.0) == ((200_000_000, 5.0),)


def test_cpu_time_between_opening_and_the_first_reading_counts():
    meter = meter_of(TreeUse(100.0, 0), TreeUse(102.0, 0), memory=None)
    assert meter.read(5.0) == ((8_000_000, 2.0),)


def test_memory_energy_is_mean_gigabytes_times_time_times_power():
    meter = meter_of(*(TreeUse(0.0, size * GB) for size in (1, 2, 4, 4)), cpu=None)
    assert meter.read(0.0) == ((0, 0.0),)
    # Mean of 2 and 4 GB over 10 s = 30 GB s, x 0.5 W = 15 J.
    assert meter.read(10.0) == ((15_000_000, 30.0),)
    # And 4 GB over 5 s = 20 GB s more: 50 GB s, 25 J.
    assert meter.read(15.0) == ((25_000_000, 50.0),)


@pytest.mark.parametrize(
    "error", [FileNotFoundError(2, "gone"), ValueError("no number"), IndexError("short")]
)
def test_a_tree_that_cannot_be_read_for_a_while_is_said_once_and_loses_nothing(error):
    meter = meter_of(TreeUse(0.0, GB), TreeUse(0.0, GB), error, error, TreeUse(3.0, 3 * GB))
    meter.read(0.0)
    assert [meter.read(at_s) for at_s in (5.0, 10.0)] == [((None, None), (None, None))] * 2
    (fault,) = meter.take_faults()
    assert "the process tree could not be read" in fault
    # 3 s x 4 W = 12 J; mean of 1 and 3 GB over the whole 20 s = 40 GB s = 20 J.
    assert meter.read(20.0) == ((12_000_000, 3.0), (20_000_000, 40.0))
    assert meter.take_faults() == []


@pytest.mark.parametrize(("memory", "pause_s"), [(MEMORY, 1.0), (None, 10.0)])
def test_memory_must_be_looked_at_often_and_cpu_time_need_not(memory, pause_s):
    meter = meter_of(TreeUse(0.0, 0), memory=memory)
    assert meter.longest_pause_s == pause_s
    meter.close()


def test_devices_say_that_they_are_modelled_from_what_and_by_whom():
    cpu, memory = meter_of(TreeUse(0.0, 0)).devices
    assert (cpu.device_id, cpu.component, cpu.activity_unit) == ("modelled:cpu", "cpu", "cpu_s")
    assert (memory.device_id, memory.activity_unit) == ("modelled:memory", "GB_s")
    assert (cpu.method, memory.method) == (Method.MODELLED, Method.MODELLED)
    assert (cpu.low_ratio, cpu.high_ratio) == (0.5, 2.0)
    assert (cpu.source, cpu.source_year, memory.source_year) == ("a_source", 2026, 2021)


@pytest.mark.parametrize(
    ("cpu", "memory", "components"),
    [(CPU, None, ["cpu"]), (None, MEMORY, ["memory"]), (CPU, MEMORY, ["cpu", "memory"])],
)
def test_only_what_no_sensor_reads_is_modelled(proc, cpu, memory, components):
    proc.process(10, 1)
    found = discover(10, cpu=cpu, memory=memory, root=proc.root)
    assert [device.component for device in found.meter.devices] == components
    assert len(found.meter.read(0.0)) == len(components)
    assert found.reason.startswith(" and ".join(components))


def test_nothing_is_modelled_where_all_is_metered(proc):
    found = discover(10, cpu=None, memory=None, root=proc.root)
    assert (found.meter, found.reason) == (None, "CPU and memory are metered")


def test_a_machine_without_proc_is_told_so(tmp_path):
    found = discover(10, cpu=CPU, memory=MEMORY, root=tmp_path / "proc")
    assert found.meter is None
    assert found.reason.startswith(f"process 10 cannot be read in {tmp_path / 'proc'}")
