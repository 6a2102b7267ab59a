"""RAPL on powercap folders made by hand."""

from pathlib import Path

import pytest

from processes import folder_open_to_all, python_as_nobody
from wattprint.domain.evidence import Method
from wattprint.meters.rapl import LOOK_AGAIN_S, RaplMeter, discover

J = 1_000_000


def energies_uj(meter, at_s=0.0):
    return [reading.energy_uj for reading in meter.read(at_s)]


def labels(meter):
    return [device.name for device in meter.devices]


def opened(powercap):
    """A meter that has taken its first reading, from which energy counts."""
    meter = RaplMeter(powercap.root)
    meter.read(0.0)
    return meter


@pytest.fixture
def server(powercap):
    """Two sockets with all that a server's folder lists."""
    for socket in (0, 1):
        powercap.zone(f"intel-rapl:{socket}", f"package-{socket}", 1_000)
        powercap.zone(f"intel-rapl:{socket}:0", "core", 500)
        powercap.zone(f"intel-rapl:{socket}:1", "uncore", 100)
        powercap.zone(f"intel-rapl:{socket}:2", "dram", 2_000)
    powercap.zone("intel-rapl:2", "psys", 9_000)
    (powercap.root / "intel-rapl").mkdir()  # the control type itself
    return powercap


def test_packages_and_their_dram_are_devices_and_parts_of_them_are_not(server):
    meter = RaplMeter(server.root)
    assert labels(meter) == ["package-0", "package-0-dram", "package-1", "package-1-dram"]
    assert [device.component for device in meter.devices] == ["cpu", "memory", "cpu", "memory"]
    assert {device.method for device in meter.devices} == {Method.MEASURED}


def test_energy_counts_from_the_first_reading(server):
    meter = RaplMeter(server.root)
    assert energies_uj(meter) == [0, 0, 0, 0]
    server.set("intel-rapl:0", 1_250)
    server.set("intel-rapl:1:2", 2_070)
    # Cores, uncore and psys moved too, and are in their packages already.
    server.set("intel-rapl:0:0", 700)
    server.set("intel-rapl:2", 9_900)
    assert energies_uj(meter, 1.0) == [250, 0, 0, 70]


@pytest.mark.parametrize("mmio_uj", [1_300, 1_000], ids=["moving", "standing still"])
def test_a_package_behind_a_second_door_is_counted_once(powercap, mmio_uj):
    powercap.zone("intel-rapl:0", "package-0", 1_000)
    powercap.zone("intel-rapl-mmio:0", "package-0", 1_000)
    meter = opened(powercap)
    powercap.set("intel-rapl:0", 1_300)
    powercap.set("intel-rapl-mmio:0", mmio_uj)
    # Both doors show one package, and 'intel-rapl' is the one that counts.
    assert labels(meter) == ["package-0"]
    assert energies_uj(meter, 1.0) == [300]


@pytest.mark.parametrize("first_door", [None, "closed"], ids=["the only one", "the one that opens"])
def test_the_second_door_is_used_where_it_is(powercap, first_door):
    if first_door:
        (powercap.zone("intel-rapl:0", "package-0", 1_000) / "energy_uj").unlink()
    powercap.zone("intel-rapl-mmio:0", "package-0", 1_000)
    meter = opened(powercap)
    powercap.set("intel-rapl-mmio:0", 1_400)
    assert energies_uj(meter, 1.0) == [400]


def test_dies_of_one_package_are_added(powercap):
    powercap.zone("intel-rapl:0", "package-0-die-0", 10)
    powercap.zone("intel-rapl:1", "package-0-die-1", 20)
    assert labels(RaplMeter(powercap.root)) == ["package-0-die-0", "package-0-die-1"]


def test_a_counter_that_wraps_goes_on(powercap):
    powercap.zone("intel-rapl:0", "package-0", 990, wraps_at_uj=999)
    meter = opened(powercap)
    powercap.set("intel-rapl:0", 20)
    # 990 to 999 is 9, one step to 0, and 20 more.
    assert energies_uj(meter, 1.0) == [30]
    assert meter.take_faults() == []


@pytest.mark.parametrize("wraps_at_uj", [262_143 * J, None, "none\n"], ids=str)
def test_a_counter_that_goes_back_is_bridged_at_the_recent_power(powercap, wraps_at_uj):
    zone = powercap.zone("intel-rapl:0", "package-0", 5_000 * J, wraps_at_uj=wraps_at_uj)
    meter = opened(powercap)
    powercap.set("intel-rapl:0", 5_100 * J)
    assert energies_uj(meter, 1.0) == [100 * J]
    powercap.set("intel-rapl:0", 40 * J)
    # 100 W before: 100 J stand in for the second in which it was reset. A range would have made
    # it a wrap of 257 kJ, which no package uses in a second.
    assert energies_uj(meter, 2.0) == [200 * J]
    assert f"package-0 went from {5_100 * J} to {40 * J} uJ" in meter.take_faults()[0]
    powercap.set("intel-rapl:0", 65 * J)
    assert energies_uj(meter, 3.0) == [225 * J]
    assert zone.exists()


def test_a_range_that_is_not_told_is_the_usual_one(powercap):
    powercap.zone("intel-rapl:0", "package-0", 262_143_328_800, wraps_at_uj=None)
    meter = opened(powercap)
    powercap.set("intel-rapl:0", 49)
    # 50 to the top, one step to 0, and 49 more.
    assert energies_uj(meter, 1.0) == [100]
    assert meter.take_faults() == [
        "package-0 is taken to have wrapped at the usual 262143328850 uJ"
    ]


@pytest.mark.parametrize(
    "content", ["", "none\n", "-5\n", None], ids=["empty", "no number", "negative", "not there"]
)
def test_a_counter_that_cannot_be_read_for_a_while_loses_nothing_and_says_so_once(
    powercap, content
):
    zone = powercap.zone("intel-rapl:0", "package-0", 1_000)
    meter = opened(powercap)
    if content is None:
        (zone / "energy_uj").unlink()
    else:
        (zone / "energy_uj").write_text(content)
    assert [energies_uj(meter, at_s) for at_s in (1.0, 2.0)] == [[None], [None]]
    (fault,) = meter.take_faults()
    assert "package-0 could not be read" in fault
    powercap.set("intel-rapl:0", 1_500)
    assert energies_uj(meter, 3.0) == [500]
    assert meter.take_faults() == ["package-0 could be read again after 2.0 s"]


def test_a_zone_that_does_not_answer_at_first_is_a_device_and_counts_once_it_does(server):
    (server.root / "intel-rapl:1" / "energy_uj").write_text("")
    found = discover(server.root)
    assert labels(found.meter) == ["package-0", "package-0-dram", "package-1", "package-1-dram"]
    assert energies_uj(found.meter) == [0, 0, None, 0]
    server.set("intel-rapl:1", 4_000)
    assert energies_uj(found.meter, 1.0) == [0, 0, 0, 0]
    server.set("intel-rapl:1", 4_300)
    assert energies_uj(found.meter, 2.0) == [0, 0, 300, 0]


def test_a_zone_that_is_closed_leaves_the_others_of_its_kind_alone(server):
    (server.root / "intel-rapl:1" / "energy_uj").unlink()
    meter = opened(server)
    server.set("intel-rapl:0", 1_100)
    # Package 1 stays a device: what it uses is missing, and that is seen.
    assert energies_uj(meter, 1.0) == [100, 0, None, 0]


@pytest.mark.parametrize(
    ("closed", "used"),
    [
        ("dram", ["package-0", "package-1"]),
        ("package", ["package-0-dram", "package-1-dram"]),
    ],
)
def test_one_component_that_is_closed_leaves_the_other_in_use_and_is_named(server, closed, used):
    for name in server.root.glob("*/name"):
        if name.read_text().startswith(closed):
            (name.parent / "energy_uj").unlink()
    found = discover(server.root)
    assert labels(found.meter) == used
    refused = {"dram": "package-0-dram", "package": "package-0"}[closed]
    assert f"; not used: {refused} in {server.root}: not readable" in found.reason


def test_a_package_that_comes_is_a_device_from_then_on(powercap):
    powercap.zone("intel-rapl:0", "package-0", 1_000)
    meter = opened(powercap)
    powercap.zone("intel-rapl-mmio:0", "package-0", 1_000)  # nothing new
    powercap.zone("intel-rapl:1", "package-1", 7_000)
    assert energies_uj(meter, LOOK_AGAIN_S - 1) == [0]
    assert energies_uj(meter, LOOK_AGAIN_S) == [0, 0]
    assert meter.take_faults() == ["package-1 was found: its energy counts from here on"]
    powercap.set("intel-rapl:1", 7_500)
    assert energies_uj(meter, LOOK_AGAIN_S + 1) == [0, 500]
    assert labels(meter) == ["package-0", "package-1"]


def test_dram_that_comes_where_a_model_stands_in_for_memory_stays_out(powercap):
    powercap.zone("intel-rapl:0", "package-0", 1_000)
    meter = opened(powercap)
    powercap.zone("intel-rapl:0:0", "dram", 1_000)
    assert energies_uj(meter, LOOK_AGAIN_S) == [0]
    assert meter.take_faults() == []


@pytest.mark.parametrize("folder", ["intel-rapl:1", "intel-rapl:4"])
def test_a_package_that_went_is_said_once_and_goes_on_when_it_is_back(server, folder):
    meter = opened(server)
    server.remove("intel-rapl:1")
    found = [energies_uj(meter, at_s)[2] for at_s in (1.0, LOOK_AGAIN_S, LOOK_AGAIN_S + 1)]
    assert found == [None, None, None]
    assert len(meter.take_faults()) == 1
    server.zone(folder, "package-1", 1_700)
    # Wherever it comes back, its counter went on by 700.
    assert energies_uj(meter, 2 * LOOK_AGAIN_S)[2] == 700
    assert meter.take_faults() == [f"package-1 could be read again after {2 * LOOK_AGAIN_S - 1} s"]


def test_a_root_that_goes_is_said_once_for_each_zone(powercap):
    powercap.zone("intel-rapl:0", "package-0", 1_000)
    meter = opened(powercap)
    powercap.remove(".")
    assert energies_uj(meter, LOOK_AGAIN_S) == [None]
    assert energies_uj(meter, LOOK_AGAIN_S + 1) == [None]
    assert len(meter.take_faults()) == 1


def test_no_file_stays_open_between_readings(powercap):
    powercap.zone("intel-rapl:0", "package-0", 1_000)
    before = sorted(Path("/proc/self/fd").iterdir())
    meter = opened(powercap)
    assert sorted(Path("/proc/self/fd").iterdir()) == before
    meter.close()


def test_a_measured_figure_has_the_interval_and_the_source_of_its_kind(server):
    package, dram, *_ = RaplMeter(server.root).devices
    # Against external measurement: packages within 5 %, DRAM within 20 %.
    assert (package.low_ratio, package.high_ratio) == pytest.approx((0.95, 1.05), rel=1e-12)
    assert (dram.low_ratio, dram.high_ratio) == pytest.approx((0.8, 1.2), rel=1e-12)
    assert package.source and dram.source


@pytest.mark.parametrize("is_guest", [False, True])
def test_a_machine_without_powercap_is_told_so(tmp_path, is_guest):
    found = discover(tmp_path / "powercap", is_guest=is_guest)
    assert found.meter is None
    assert "does not exist: no powercap on this machine" in found.reason
    # A machine of its own may lack the driver; a guest can do nothing.
    assert found.reason.endswith("guest of a hypervisor") is is_guest
    assert ("modprobe intel_rapl_msr" in found.remedy) is not is_guest


def test_a_folder_without_packages_is_told_so(powercap):
    powercap.zone("intel-rapl:0", "psys", 10)
    found = discover(powercap.root)
    assert (found.meter, found.reason) == (None, f"{powercap.root} holds no package")
    assert "modprobe" in found.remedy


def test_zones_that_a_container_hides_are_told_apart(powercap):
    (powercap.root / "intel-rapl:0").symlink_to("../devices/virtual/powercap/intel-rapl:0")
    found = discover(powercap.root)
    assert (found.meter, found.reason) == (None, f"the zones in {powercap.root} lead nowhere")
    assert "-v /sys:/host/sys:ro -e WATTPRINT_POWERCAP=/host/sys/class/powercap" in found.remedy


def test_what_is_used_is_told_by_name(server):
    found = discover(server.root)
    assert found.meter is not None
    assert found.reason == "counters of package-0, package-0-dram, package-1, package-1-dram"
    assert found.remedy == ""


def test_a_zone_without_a_counter_is_a_reason(powercap):
    zone = powercap.zone("intel-rapl:0", "package-0", 10)
    (zone / "energy_uj").unlink()
    found = discover(powercap.root)
    assert found.meter is None
    assert found.reason.startswith(f"package-0 in {powercap.root}: not readable")
    assert str(zone / "energy_uj") in found.reason


def test_a_zone_without_a_name_is_passed_over(server):
    (server.root / "intel-rapl:1" / "name").unlink()
    assert labels(RaplMeter(server.root)) == ["package-0", "package-0-dram"]


def test_a_counter_that_only_root_reads_comes_with_the_commands_that_open_it():
    script = """
from pathlib import Path
from wattprint.meters.rapl import discover
found = discover(Path(sys.argv[1]))
print(found.meter, found.reason, found.remedy, sep="|")
"""
    with folder_open_to_all() as folder:
        zone = folder / "intel-rapl:0"
        zone.mkdir()
        (zone / "name").write_text("package-0\n")
        (zone / "energy_uj").write_text("10\n")
        (zone / "energy_uj").chmod(0o000)  # 0400 on a real machine, where another user owns it
        done = python_as_nobody(script, folder, home=folder)
    meter, reason, remedy = done.stdout.split("|", 2)
    assert (meter, reason) == ("None", f"package-0 in {folder}: readable by root only"), done.stderr
    assert f"sudo chmod a+r {folder}/intel-rapl*:*/energy_uj" in remedy
    for command in ("CVE-2020-8694", "udev/rules.d", "usermod", "setcap cap_dac_read_search"):
        assert command in remedy
