"""A process tree's share of the packages' power, on a machine that is told what to show."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wattprint.domain.formulas.cpu_power import PackageShares, package_power_w
from wattprint.meters.host import Glance
from wattprint.meters.package_charge import SHORTEST_GLANCE_S, PackageCharge, PackageLaw

# A machine of 100 W with 4 threads on 4 cores; no awake share and no voltage to keep count of:
# 100 x (0.1 + 0.6 x load x clock ratio).
SHARES = PackageShares(idle=0.1, awake=0.0, busy=0.6, lowest_voltage=1.0, plateau=0.0)
LAW = PackageLaw(100.0, 4, 4, 1.0, SHARES, usual_clock_ratio=0.5)
LEAST_W = (10 + 60 * 0.5) / 4
"""What CPU time costs at full load and the usual clock: 10 W a thread."""


class FakeMachine:
    """Shows one glance after another, the last one for ever."""

    def __init__(self, *glances):
        self._glances = [Glance(*glance) for glance in glances]
        self.looks = 0

    def glance(self):
        self.looks += 1
        return self._glances.pop(0) if len(self._glances) > 1 else self._glances[0]


def charged(machine, *reads, cost_s=0.0):
    """Return what is charged at each (time, CPU time of the tree); every look costs the same."""
    timer = itertools.count(0.0, cost_s)
    charge = PackageCharge(LAW, machine, used_s=0.0, timer=lambda: next(timer))
    return [charge.energy_j(at_s, used_s) for at_s, used_s in reads]


def test_the_tree_is_charged_its_share_of_package_power():
    # 10 s, 20 of 40 thread-seconds busy: load 0.5 at full clock, 100 x (0.1 + 0.3) = 40 W, 400 J;
    # the tree used 5 of the 20 s: 100 J.
    machine = FakeMachine((50.0, 1.0), (70.0, 1.0))
    assert charged(machine, (0.0, 0.0), (10.0, 5.0)) == pytest.approx([0.0, 100.0], rel=1e-12)


def test_who_is_alone_is_charged_the_idle_power_too():
    # 1 of 40 thread-seconds busy, all the tree's: 100 x (0.1 + 0.6 x 0.025) = 11.5 W for 10 s.
    machine = FakeMachine((0.0, 1.0), (1.0, 1.0))
    assert charged(machine, (0.0, 0.0), (10.0, 1.0))[-1] == pytest.approx(115.0, rel=1e-12)


def test_a_slower_clock_costs_less():
    # Load 1 at half the clock: 10 + 60 x 0.5 = 40 W instead of 70.
    machine = FakeMachine((0.0, 0.5), (40.0, 0.5))
    assert charged(machine, (0.0, 0.0), (10.0, 40.0))[-1] == pytest.approx(400.0, rel=1e-12)


def test_without_a_clock_the_usual_one_stands_in():
    machine = FakeMachine((0.0, None), (40.0, None))
    assert charged(machine, (0.0, 0.0), (10.0, 40.0))[-1] == pytest.approx(400.0, rel=1e-12)


def test_a_clock_beyond_the_highest_is_the_highest():
    machine = FakeMachine((0.0, 1.3), (40.0, 1.3))
    assert charged(machine, (0.0, 0.0), (10.0, 40.0))[-1] == pytest.approx(700.0, rel=1e-12)


def test_a_container_that_sees_too_little_of_the_machine_is_alone_on_it():
    # The machine shows 1 s of use where the tree alone used 4: a load of 0.1, 16 W for 10 s.
    machine = FakeMachine((0.0, 1.0), (1.0, 1.0))
    assert charged(machine, (0.0, 0.0), (10.0, 4.0))[-1] == pytest.approx(160.0, rel=1e-12)


def test_between_two_glances_cpu_time_costs_the_least_it_can():
    machine = FakeMachine((0.0, 1.0), (0.2, 1.0))
    soon_s = SHORTEST_GLANCE_S / 2
    found = charged(machine, (0.0, 0.0), (soon_s, 0.1))
    assert (found[-1], machine.looks) == (pytest.approx(0.1 * LEAST_W, rel=1e-12), 1)


def test_a_machine_that_is_dear_to_look_at_is_looked_at_less_often():
    # A look of 1 ms may cost 0.05 % of a core: one in two seconds.
    machine = FakeMachine((0.0, 1.0), (1.0, 1.0))
    charged(machine, *((at_s, 0.0) for at_s in (0.0, 1.0, 1.9, 2.1, 3.0, 4.2)), cost_s=0.001)
    assert machine.looks == 3


def test_a_burst_after_a_quiet_time_is_not_charged_at_the_rate_of_the_quiet():
    # 10 s of quiet: 1 s of use costs 115 J. Then 0.1 s of use within 50 ms: 1 J, not 11.5 J.
    machine = FakeMachine((0.0, 1.0), (1.0, 1.0))
    found = charged(machine, (0.0, 0.0), (10.0, 1.0), (10.05, 1.1))
    assert found[-1] - found[-2] == pytest.approx(0.1 * LEAST_W, rel=1e-9)


def test_a_use_that_cannot_be_read_for_a_while_is_charged_later():
    # The second glance fails; the third spans 10 s: load 0.5, 40 W, 10 of 20 s: 200 J.
    machine = FakeMachine((0.0, 1.0), (None, 1.0), (20.0, 1.0))
    found = charged(machine, (0.0, 0.0), (5.0, 4.0), (10.0, 10.0))
    assert found == pytest.approx([0.0, 4.0 * LEAST_W, 200.0], rel=1e-12)


def test_a_machine_on_which_nothing_ran_charges_nothing():
    machine = FakeMachine((7.0, 1.0))
    assert charged(machine, (0.0, 0.0), (10.0, 0.0)) == [0.0, 0.0]


STEPS = st.lists(
    st.tuples(st.floats(0.01, 5), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1)), max_size=12
)


@given(STEPS)
def test_the_energy_never_falls_and_is_never_more_than_the_whole_machines(steps):
    at_s = used_s = busy_s = whole_j = 0.0
    glances, reads = [(0.0, 1.0)], [(0.0, 0.0)]
    for duration_s, load, share, clock in steps:
        # Half the clock at least: below it CPU time costs less than "the least".
        at_s += duration_s
        busy_s += load * 4 * duration_s
        used_s += share * load * 4 * duration_s
        reads.append((at_s, used_s))
        glances.append((busy_s, 0.5 + clock / 2))
        whole_j += 70.0 * duration_s
    machine = FakeMachine(*glances)
    found = charged(machine, *reads)
    assert found == sorted(found)
    assert found[-1] <= whole_j * (1 + 1e-9)


@given(st.floats(0.01, 1), st.floats(0, 1), st.floats(0.3, 60))
def test_two_trees_are_charged_the_whole_together(load, share, duration_s):
    busy_s = load * 4 * duration_s
    whole_j = duration_s * package_power_w(
        100.0, load, 1.0, threads=4, threads_per_core=1.0, shares=SHARES
    )
    both_j = sum(
        charged(FakeMachine((0.0, 1.0), (busy_s, 1.0)), (0.0, 0.0), (duration_s, used_s))[-1]
        for used_s in (share * busy_s, (1 - share) * busy_s)
    )
    assert both_j == pytest.approx(whole_j, rel=1e-9)
