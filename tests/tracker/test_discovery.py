"""Which meters a machine's files lead to, and which power models stand in for the rest."""

import os
from pathlib import Path

import pytest

from doubles import FakeMeter
from processes import folder_open_to_all, python_as_nobody
from wattprint.factors.conventions import convention
from wattprint.meters.host import Glance
from wattprint.meters.procfs import HostFacts
from wattprint.tracker.discovery import Places, discover_meters, given_meters, own_pid
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
    places = Places(powercap=powercap(*zones), nvml_library="/nowhere/libnvidia-ml.so.1")
    accelerators, counters, models = discover_meters(os.getpid(), places)
    found = [
        [device.component for device in family.meter.devices] if family.meter else []
        for family in (counters, models)
    ]
    assert found == [measured, modelled]
    assert (accelerators.meter, bool(accelerators.reason)) == (None, True)
    assert counters.reason and models.reason


def test_a_machine_of_which_nothing_can_be_read_says_why(tmp_path):
    places = Places(tmp_path / "proc", tmp_path / "sys", tmp_path / "powercap", "/nowhere.so")
    found = discover_meters(1, places)
    assert [family.meter for family in found] == [None, None, None]
    assert "no powercap" in found[1].reason
    assert "cannot be read" in found[2].reason


def test_the_environment_says_where_a_container_sees_its_hosts_sensors():
    named = {"WATTPRINT_POWERCAP": "/host/powercap", "WATTPRINT_NVML_LIBRARY": "/host/nvml.so"}
    places = Places.from_environment(named)
    assert (str(places.powercap), places.nvml_library) == ("/host/powercap", "/host/nvml.so")
    assert (places.proc, places.sys) == (Places().proc, Places().sys)


def test_meters_of_the_same_kind_are_families_of_their_own():
    found = given_meters([FakeMeter(0), FakeMeter(0)])
    assert [family.family for family in found] == ["given", "given-2"]


UNSEEN = Glance(None, None)


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
    model, load = cpu_model(machine, UNSEEN), convention("cpu_load_power").amount
    assert model.watts == pytest.approx(load.value * watts, rel=1e-12)
    assert model.low_ratio == pytest.approx(load.low / load.value, rel=1e-12)
    assert model.high_ratio == pytest.approx(load.high / load.value, rel=1e-12)


def test_a_cpu_that_cannot_be_identified_draws_the_convention_with_a_wide_interval():
    model = cpu_model(host("AMD EPYC"), UNSEEN)
    # 0.77 x 4.2 W = 3.234 W; low: exp(-hypot(ln(0.77 / 0.51), ln(4.2 / 2))) = 0.428,
    # high: exp(hypot(ln(2.24 / 0.77), ln(14.2 / 4.2))) = 5.053.
    assert model.watts == pytest.approx(3.234, rel=1e-12)
    assert (model.low_ratio, model.high_ratio) == pytest.approx((0.428, 5.053), rel=1e-3)
    assert "'AMD EPYC' is no single part in the tables" in model.note


def test_a_machine_that_does_not_name_its_cpu_says_so():
    assert cpu_model(host(""), UNSEEN).name == "unnamed CPU"


def test_memory_of_unknown_type_draws_the_convention_per_gigabyte():
    model, per_gb = memory_model(host(""), None), convention("dram_power_w_per_gb").amount
    assert model.watts == per_gb.value
    assert model.watts * model.high_ratio == pytest.approx(per_gb.high, rel=1e-12)


def test_a_family_that_fails_in_an_unthought_of_way_leaves_the_others(powercap, monkeypatch):
    def broken(*_, **__):
        raise RuntimeError("no such symbol")

    monkeypatch.setattr("wattprint.meters.nvml.discover", broken)
    found = discover_meters(os.getpid(), Places(powercap=powercap("package-0")))
    assert found[0].reason == "looking for it failed: RuntimeError: no such symbol"
    assert [family.meter is not None for family in found] == [False, True, True]


def test_a_folder_of_libraries_that_is_closed_hides_nothing_else(tmp_path):
    script = """
import sys, wattprint
with wattprint.track(home=sys.argv[1]) as run:
    pass
print(run.failure, run.record().meters[0]["reason"])
"""
    with folder_open_to_all() as folder:
        folder.chmod(0o777)
        (folder / "closed").mkdir(mode=0o000)
        closed = str(folder / "closed")
        done = python_as_nobody(script, folder / "home", home=folder, LD_LIBRARY_PATH=closed)
    assert done.stdout.startswith("None libnvidia-ml.so.1 is not there"), done.stderr


def test_a_process_is_who_procfs_says_it_is(tmp_path):
    (tmp_path / "self").symlink_to("4711")
    assert own_pid(tmp_path) == 4711
    assert own_pid(tmp_path / "nowhere") == own_pid(Path("/proc")) == os.getpid()
