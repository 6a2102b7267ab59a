"""Which meters a machine's files lead to, and which power models stand in for the rest."""

import os

import pytest

from wattprint.factors.conventions import convention
from wattprint.meters.procfs import HostFacts
from wattprint.tracker.discovery import discover_meters
from wattprint.tracker.models import cpu_model, memory_model


@pytest.fixture
def powercap(tmp_path):
    """A folder in which zones are made by name."""

    def make(*names):
        for i, name in enumerate(names):
            zone = tmp_path / "powercap" / ("intel-rapl:0" if i == 0 else f"intel-rapl:0:{i}")
            zone.mkdir(parents=True)
            (zone / "name").write_text(f"{name}\n")
            (zone / "energy_uj").write_text("10\n")
        return tmp_path / "powercap"

    return make


@pytest.mark.parametrize(
    ("zones", "measured", "modelled"),
    [
        ([], [], ["cpu", "memory"]),
        (["package-0"], ["cpu"], ["memory"]),
        (["package-0", "dram"], ["cpu", "memory"], []),
    ],
    ids=["no sensor", "a package", "a package and its memory"],
)
def test_a_model_stands_in_for_what_no_sensor_reads(powercap, zones, measured, modelled):
    counters, models = discover_meters(os.getpid(), powercap=powercap(*zones))
    found = [
        [device.component for device in family.meter.devices] if family.meter else []
        for family in (counters, models)
    ]
    assert found == [measured, modelled]
    assert counters.reason and models.reason


def test_a_machine_of_which_nothing_can_be_read_says_why(tmp_path):
    found = discover_meters(1, proc=tmp_path / "proc", powercap=tmp_path / "powercap")
    assert [family.meter for family in found] == [None, None]
    assert ["no powercap" in found[0].reason, "cannot be read" in found[1].reason] == [True, True]


def host(cpu, threads=8, sockets=1, is_guest=False):
    return HostFacts(cpu, threads, sockets, 0, is_guest)


@pytest.mark.parametrize(
    ("machine", "watts"),
    [
        # AMD EPYC 7742: 225 W over 128 threads, however many of them the machine has.
        (host("AMD EPYC 7742 64-Core Processor", threads=128), 225 / 128),
        (host("AMD EPYC 7742 64-Core Processor", threads=4, is_guest=True), 225 / 128),
        (host("AMD EPYC 7742 64-Core Processor", threads=256, sockets=2), 225 / 128),
        # AMD FX-8350: 125 W, threads not in the tables: as many as the machine's own sockets show.
        (host("AMD FX-8350", threads=8), 125 / 8),
        (host("AMD FX-8350", threads=16, sockets=2), 125 / 8),
    ],
    ids=["whole", "guest", "two sockets", "threads counted", "threads counted on two sockets"],
)
def test_a_known_cpu_draws_a_measured_share_of_its_tdp_over_its_threads(machine, watts):
    model, load = cpu_model(machine), convention("cpu_load_power").amount
    assert model.watts == pytest.approx(load.value * watts, rel=1e-12)
    assert model.low_ratio == pytest.approx(load.low / load.value, rel=1e-12)
    assert model.high_ratio == pytest.approx(load.high / load.value, rel=1e-12)


def test_a_cpu_that_cannot_be_identified_draws_the_convention_with_a_wide_interval():
    model = cpu_model(host("AMD EPYC"))
    # 0.77 x 4.2 W = 3.234 W; low: exp(-hypot(ln(0.77 / 0.51), ln(4.2 / 2))) = 0.428,
    # high: exp(hypot(ln(2.24 / 0.77), ln(14.2 / 4.2))) = 5.053.
    assert model.watts == pytest.approx(3.234, rel=1e-12)
    assert (model.low_ratio, model.high_ratio) == pytest.approx((0.428, 5.053), rel=1e-3)
    assert "'AMD EPYC' is no single part in the tables" in model.note


def test_a_machine_that_does_not_name_its_cpu_says_so():
    assert cpu_model(host("")).name == "unnamed CPU"


def test_memory_draws_the_convention_per_gigabyte():
    model, per_gb = memory_model(), convention("dram_power_w_per_gb").amount
    assert model.watts == per_gb.value
    assert model.watts * model.high_ratio == pytest.approx(per_gb.high, rel=1e-12)
