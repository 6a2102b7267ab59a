"""Power of one hardware thread: what a machine's own facts add to the tables."""

import pytest

from wattprint.factors.conventions import convention
from wattprint.meters.procfs import HostFacts
from wattprint.tracker.models import cpu_model

EPYC_7742 = "AMD EPYC 7742 64-Core Processor"  # 225 W, 64 cores, 128 threads


def host(threads, *, sockets=1, is_guest=False):
    return HostFacts(EPYC_7742, threads, sockets, 0, is_guest)


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
    assert cpu_model(machine).watts == pytest.approx(load * 225 / threads, rel=1e-12)


def test_the_note_says_how_the_power_was_found():
    model = cpu_model(host(8, is_guest=True))
    assert model.note.startswith("0.77 x TDP 225 W / 128 hardware threads x CPU time of the")
    assert "in a guest of 8 vCPUs each taken for one of them" in model.note
