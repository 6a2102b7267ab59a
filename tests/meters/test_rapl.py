"""RAPL on powercap folders made by hand."""

import pytest

from processes import folder_open_to_all, python_as_nobody
from wattprint.domain.evidence import Method
from wattprint.meters.rapl import RaplMeter, discover


def energies_uj(meter):
    return [reading.energy_uj for reading in meter.read(0.0)]


def labels(meter):
    return [device.name for device in meter.devices]


@pytest.fixture
def server(powercap):
    """Two sockets with all that a server's folder lists."""
    for socket in (0, 1):
        powercap.zone(f"intel-rapl:{socket}", f"package-{socket}", 1_000)
        powercap.zone(f"intel-rapl:{socket}:0", "core", 500)
        powercap.zone(f"intel-rapl:{socket}:1", "uncore", 100)
        powercap.zone(f"intel-rapl:{socket}:2", "dram", 2_000)
    powercap.zone("intel-rapl:2", "psys", 9_000)
    return powercap


def test_packages_and_their_dram_are_devices_and_parts_of_them_are_not(server):
    meter = RaplMeter(server.root)
    assert labels(meter) == ["package-0", "package-0-dram", "package-1", "package-1-dram"]
    assert [device.component for device in meter.devices] == ["cpu", "memory", "cpu", "memory"]
    assert {device.method for device in meter.devices} == {Method.MEASURED}


def test_energy_counts_from_the_opening(server):
    meter = RaplMeter(server.root)
    server.set("intel-rapl:0", 1_250)
    server.set("intel-rapl:1:2", 2_070)
    # Cores, uncore and psys moved too, and are in their packages already.
    server.set("intel-rapl:0:0", 700)
    server.set("intel-rapl:2", 9_900)
    assert energies_uj(meter) == [250, 0, 0, 70]


@pytest.mark.parametrize("mmio_uj", [1_300, 1_000], ids=["moving", "standing still"])
def test_a_package_behind_a_second_door_is_counted_once(powercap, mmio_uj):
    powercap.zone("intel-rapl:0", "package-0", 1_000)
    powercap.zone("intel-rapl-mmio:0", "package-0", 1_000)
    meter = RaplMeter(powercap.root)
    powercap.set("intel-rapl:0", 1_300)
    powercap.set("intel-rapl-mmio:0", mmio_uj)
    # Both doors show one package, and 'intel-rapl' is the one that counts.
    assert labels(meter) == ["package-0"]
    assert energies_uj(meter) == [300]


def test_dies_of_one_package_are_added(powercap):
    powercap.zone("intel-rapl:0", "package-0-die-0", 10)
    powercap.zone("intel-rapl:1", "package-0-die-1", 20)
    assert labels(RaplMeter(powercap.root)) == ["package-0-die-0", "package-0-die-1"]


def test_a_counter_that_wraps_goes_on(powercap):
    powercap.zone("intel-rapl:0", "package-0", 990, wraps_at_uj=999)
    meter = RaplMeter(powercap.root)
    powercap.set("intel-rapl:0", 20)
    # 990 to 999 is 9, one step to 0, and 20 more.
    assert energies_uj(meter) == [30]
    powercap.set("intel-rapl:0", 5)
    # 20 to 999 is 979, one step to 0, and 5 more: 30 + 985.
    assert energies_uj(meter) == [1_015]
    assert meter.take_faults() == []


def test_a_counter_without_a_range_that_goes_back_is_a_fault_and_adds_nothing(powercap):
    powercap.zone("intel-rapl:0", "package-0", 1_000, wraps_at_uj=None)
    meter = RaplMeter(powercap.root)
    powercap.set("intel-rapl:0", 1_100)
    assert energies_uj(meter) == [100]
    powercap.set("intel-rapl:0", 40)
    assert energies_uj(meter) == [100]
    assert "package-0 went back without a known range" in meter.take_faults()[0]
    powercap.set("intel-rapl:0", 65)
    # Counting goes on from where the reset left it: 100 + (65 - 40).
    assert energies_uj(meter) == [125]


@pytest.mark.parametrize("content", ["", "none\n", None], ids=["empty", "no number", "not there"])
def test_a_counter_that_cannot_be_read_once_loses_nothing(powercap, content):
    zone = powercap.zone("intel-rapl:0", "package-0", 1_000)
    meter = RaplMeter(powercap.root)
    if content is None:
        (zone / "energy_uj").unlink()
    else:
        (zone / "energy_uj").write_text(content)
    assert energies_uj(meter) == [None]
    assert "package-0 could not be read" in meter.take_faults()[0]
    powercap.set("intel-rapl:0", 1_500)
    assert energies_uj(meter) == [500]
    assert meter.take_faults() == []


def test_a_reading_beyond_the_range_is_a_fault(powercap):
    powercap.zone("intel-rapl:0", "package-0", 10, wraps_at_uj=999)
    meter = RaplMeter(powercap.root)
    powercap.set("intel-rapl:0", 1_000)
    assert energies_uj(meter) == [None]
    assert "current_uj is 1000" in meter.take_faults()[0]


def test_faults_are_handed_out_once(powercap):
    zone = powercap.zone("intel-rapl:0", "package-0", 10)
    meter = RaplMeter(powercap.root)
    (zone / "energy_uj").unlink()
    meter.read(0.0)
    assert (len(meter.take_faults()), meter.take_faults()) == (1, [])


def test_a_measured_figure_has_the_interval_and_the_source_of_its_kind(server):
    package, dram, *_ = RaplMeter(server.root).devices
    # Against external measurement: packages within 5 %, DRAM within 20 %.
    assert (package.low_ratio, package.high_ratio) == pytest.approx((0.95, 1.05), rel=1e-12)
    assert (dram.low_ratio, dram.high_ratio) == pytest.approx((0.8, 1.2), rel=1e-12)
    assert package.source and dram.source


def test_a_machine_without_powercap_is_told_so(tmp_path):
    found = discover(tmp_path / "powercap")
    assert found.meter is None
    assert found.reason.endswith("does not exist: no powercap on this machine")


def test_a_folder_without_packages_is_told_so(powercap):
    powercap.zone("intel-rapl:0", "psys", 10)
    found = discover(powercap.root)
    assert (found.meter, found.reason) == (None, f"{powercap.root} holds no package")


def test_what_is_used_is_told_by_name(server):
    found = discover(server.root)
    assert found.meter is not None
    assert found.reason == "counters of package-0, package-0-dram, package-1, package-1-dram"


@pytest.mark.parametrize("file_name", ["name", "energy_uj"])
def test_a_zone_that_cannot_be_read_is_a_reason(powercap, file_name):
    zone = powercap.zone("intel-rapl:0", "package-0", 10)
    (zone / file_name).unlink()
    found = discover(powercap.root)
    assert found.meter is None
    assert found.reason.startswith("a powercap zone could not be read:")
    assert str(zone / file_name) in found.reason


def test_a_counter_that_only_root_reads_is_a_reason():
    script = """
from pathlib import Path
from wattprint.meters.rapl import discover
found = discover(Path(sys.argv[1]))
print(found.meter, found.reason, sep="|")
"""
    with folder_open_to_all() as folder:
        zone = folder / "intel-rapl:0"
        zone.mkdir()
        (zone / "name").write_text("package-0\n")
        (zone / "energy_uj").write_text("10\n")
        (zone / "energy_uj").chmod(0o000)  # 0400 on a real machine, where another user owns it
        done = python_as_nobody(script, folder, home=folder)
    assert done.stdout == f"None|{zone}/energy_uj is readable by root only\n", done.stderr
