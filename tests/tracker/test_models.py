"""Power of CPUs and memory: what a machine's own facts and sights add to the tables."""

import pytest

from wattprint.factors.conventions import convention, package_shares
from wattprint.meters.host import Glance
from wattprint.meters.procfs import HostFacts
from wattprint.tracker.models import cpu_model, memory_model

EPYC_7742 = "AMD EPYC 7742 64-Core Processor"  # 225 W, 64 cores, 128 threads
UNSEEN = Glance(None, None)
LOAD_SEEN = Glance(1.0, None)
ALL_SEEN = Glance(1.0, 0.5)


def host(threads, *, sockets=1, is_guest=False, cpu=EPYC_7742):
    return HostFacts(cpu, threads, sockets, 0, is_guest)


@pytest.mark.parametrize(
    ("machine", "threads"),
    [
        pytest.param(host(64), 64, id="one thread a core"),
        pytest.param(host(128, sockets=2), 64, id="one thread a core on two sockets"),
        pytest.param(host(64, is_guest=True), 128, id="a guest of half the part"),
        pytest.param(host(6), 128, id="a container that shows its own share"),
    ],
)
def test_a_parts_power_is_shared_among_the_threads_it_runs(machine, threads):
    load = convention("cpu_load_power").amount.value
    assert cpu_model(machine, UNSEEN).watts == pytest.approx(load * 225 / threads, rel=1e-12)


@pytest.mark.parametrize(
    ("machine", "tdp_w", "package_threads", "threads_per_core"),
    [
        pytest.param(host(128), 225, 128, 2, id="whole"),
        pytest.param(host(256, sockets=2), 450, 128, 2, id="two sockets"),
        pytest.param(host(128, sockets=2), 450, 64, 1, id="one thread a core"),
        # 16 of 128 threads: an eighth of 225 W.
        pytest.param(host(16, is_guest=True), 225 / 8, 128, 2, id="a guest's slice"),
        pytest.param(host(16), 225 / 8, 128, 2, id="a container that shows its own share"),
        # In no table: 4.2 W a thread, and two threads a core.
        pytest.param(host(8, cpu="AMD EPYC"), 4.2 * 8, 8, 2, id="unknown"),
    ],
)
def test_the_law_is_told_what_it_is_to_share(machine, tdp_w, package_threads, threads_per_core):
    law = cpu_model(machine, ALL_SEEN).law
    assert law.tdp_w == pytest.approx(tdp_w, rel=1e-12)
    assert law.threads == machine.threads
    assert (law.package_threads, law.threads_per_core) == (package_threads, threads_per_core)
    assert (law.shares, law.usual_clock_ratio) == (package_shares(), 0.7)


@pytest.mark.parametrize("seen", [UNSEEN, Glance(0.0, 0.5)], ids=["nothing", "never busy"])
def test_where_the_load_cannot_be_seen_there_is_no_law_and_the_note_says_so(seen):
    model = cpu_model(host(128), seen)
    assert model.law is None
    assert "the load of the machine cannot be read" in model.note


@pytest.mark.parametrize(
    ("machine", "seen", "bounds"),
    [
        pytest.param(host(128), ALL_SEEN, (0.62, 1.75), id="load and clock"),
        pytest.param(host(128), LOAD_SEEN, (0.54, 1.9), id="load alone"),
        # exp(-hypot(ln 0.54, ln 0.86)) and exp(hypot(ln 1.9, ln 1.34)).
        pytest.param(host(16, is_guest=True), LOAD_SEEN, (0.5303, 2.0247), id="a guest"),
        # exp(-hypot(ln 0.62, ln(2 / 4.2))) and exp(hypot(ln 1.75, ln(14.2 / 4.2))).
        pytest.param(host(8, cpu="AMD EPYC"), ALL_SEEN, (0.4137, 3.821), id="unknown"),
    ],
)
def test_the_less_is_known_the_wider_is_the_interval(machine, seen, bounds):
    model = cpu_model(machine, seen)
    assert (model.low_ratio, model.high_ratio) == pytest.approx(bounds, rel=1e-3)


def test_the_note_says_how_the_power_was_found():
    note = cpu_model(host(8, is_guest=True), LOAD_SEEN).note
    assert note.startswith("package power by load, its clock taken for 0.7 of the most, of TDP 225")
    assert "/ 128 hardware threads x 8 threads, in a guest of 8 vCPUs each taken for one" in note
    assert "shared by CPU time among all that runs" in note


@pytest.mark.parametrize(
    ("cpu", "seen", "watts", "word"),
    [
        pytest.param(EPYC_7742, "ddr5", 0.11, "as the firmware says", id="said"),
        # The EPYC 7742 is of 2019, the E5-2620 v2 of 2013, the EPYC 9965 of 2024.
        pytest.param(EPYC_7742, None, 0.14, "ddr4 assumed for a CPU of 2019", id="2019"),
        pytest.param("Intel Xeon E5-2620 v2", None, 0.18, "ddr3 assumed", id="2013"),
        pytest.param("AMD EPYC 9965", None, 0.11, "ddr5 assumed", id="2024"),
        # In 2014 desktops still had DDR3 where servers had DDR4.
        pytest.param("Intel Xeon E5-2620 v3", None, 0.3725, "of unknown type", id="2014"),
        pytest.param("AMD EPYC", None, 0.3725, "of unknown type", id="unknown"),
    ],
)
def test_memory_draws_what_its_type_does(cpu, seen, watts, word):
    model = memory_model(host(8, cpu=cpu), seen)
    assert model.watts == watts
    assert word in model.note
