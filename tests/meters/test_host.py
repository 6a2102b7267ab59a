"""Use of a machine made of files, and once of this one."""

import os

import pytest

from wattprint.meters.host import LONGEST_LOOK_S, MOST_CLOCKS, HostUse
from wattprint.meters.procfs import ProcessTree

STAT = "cpu  100 20 30 4000 500 6 7 80 90 10\ncpu0 100 20 30 4000 500 6 7 80 90 10\nintr 1 2 3\n"


@pytest.fixture
def machine(proc, tmp_path):
    """Read a machine whose CPUs have the clocks given, (now, highest) in kHz; None is offline."""

    def use(*clocks, **more):
        for number, clock in enumerate(clocks):
            folder = tmp_path / f"sys/devices/system/cpu/cpu{number}/cpufreq"
            folder.mkdir(parents=True)
            if clock is not None:
                (folder / "scaling_cur_freq").write_text(f"{clock[0]}\n")
                (folder / "cpuinfo_max_freq").write_text(f"{clock[1]}\n")
        return HostUse(proc.root, tmp_path / "sys", ticks_per_s=100, **more)

    return use


def test_busy_is_what_processes_and_interrupts_used(proc, machine):
    proc.file("stat", STAT)
    # user 100 (guests' 90 are in it) + nice 20 + system 30 + irq 6 + softirq 7 = 163 ticks; idle,
    # waiting for disks and stolen by the hypervisor are no use of ours.
    assert machine().read() == {"busy_s": 1.63}


@pytest.mark.parametrize(
    "text", ["", "cpu 1 2 x\n", "cpu  1 2\n", "intr 1 2 3 4 5 6 7\n"], ids=repr
)
def test_a_stat_file_of_another_kind_says_nothing(proc, machine, text):
    proc.file("stat", text)
    assert machine().read() == {}


def test_a_machine_without_proc_and_sys_says_nothing(tmp_path):
    assert HostUse(tmp_path / "proc", tmp_path / "sys").read() == {}


def test_the_clock_is_the_mean_over_the_highest(machine):
    # (1.2 / 2.4 + 3.0 / 3.0) / 2; a CPU without a clock is left out.
    use = machine((1_200_000, 2_400_000), (3_000_000, 3_000_000), None)
    assert use.read()["clock_ratio"] == pytest.approx(0.75, rel=1e-12)


def test_of_many_cpus_some_are_looked_at_spread_evenly(machine):
    # 64 CPUs, the first half at 1/4 of their clock and the others at 3/4.
    clocks = [(1, 4) if number < 32 else (3, 4) for number in range(64)]
    use = machine(*clocks)
    assert use.read()["clock_ratio"] == pytest.approx(0.5, rel=1e-12)
    assert len(use._clocks) == MOST_CLOCKS


def test_a_cpu_that_goes_offline_is_left_out(machine, tmp_path):
    use = machine((1, 4), (3, 4))
    (tmp_path / "sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq").unlink()
    assert use.read()["clock_ratio"] == pytest.approx(0.75, rel=1e-12)
    (tmp_path / "sys/devices/system/cpu/cpu1/cpufreq/scaling_cur_freq").unlink()
    assert use.read() == {}


def test_clocks_that_are_slow_to_tell_are_asked_once(machine):
    times_s = iter([0.0, LONGEST_LOOK_S * 2])
    use = machine((1, 4), (3, 4), timer=lambda: next(times_s))
    assert (use.read(), use.read()) == ({}, {})


def test_this_machine_has_been_busy_as_long_as_this_process_at_least():
    own_s = ProcessTree(os.getpid()).use().cpu_s
    assert HostUse().read()["busy_s"] >= own_s


def test_a_glance_looks_at_two_clocks_by_turns(proc, machine):
    proc.file("stat", STAT)
    use = machine((1, 4), (1, 4), (3, 4), (3, 4))
    glances = [use.glance() for _ in range(3)]
    # CPUs 0 and 1 at a quarter, 2 and 3 at three quarters, then 0 and 1 again.
    assert glances == [(1.63, 0.25), (1.63, 0.75), (1.63, 0.25)]


def test_a_glance_at_one_clock_does_not_count_it_twice(proc, machine):
    use = machine((3, 4))
    assert use.glance() == use.glance() == (None, 0.75)


def test_a_machine_without_proc_and_sys_shows_nothing(tmp_path):
    assert HostUse(tmp_path / "proc", tmp_path / "sys").glance() == (None, None)
