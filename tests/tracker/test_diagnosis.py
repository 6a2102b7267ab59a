"""What the doctor says of machines made of files."""

import pytest

from doubles import FakeMeter
from wattprint.meters.base import Discovered
from wattprint.tracker.diagnosis import Bounds, diagnose, read_twice
from wattprint.tracker.discovery import Places

NO_NVML = "/nowhere/libnvidia-ml.so.1"


class Machine:
    """A powercap folder and no GPU; its clock goes on while somebody waits."""

    def __init__(self, folder):
        self.folder = folder
        self.now_s = 100.0
        self.places = Places(sys=folder / "sys", powercap=folder / "powercap", nvml_library=NO_NVML)
        (folder / "powercap").mkdir()

    def zone(self, number, name, energy_uj):
        zone = self.folder / "powercap" / f"intel-rapl:{number}"
        zone.mkdir(exist_ok=True)
        (zone / "name").write_text(f"{name}\n")
        (zone / "energy_uj").write_text(f"{energy_uj}\n")
        (zone / "max_energy_range_uj").write_text("262143328850\n")

    def diagnose(self, meanwhile=lambda: None, **more):
        def pause(seconds):
            self.now_s += seconds
            meanwhile()

        home = str(self.folder / "home")
        places = more.pop("places", self.places)
        return diagnose(home, places, clock_s=lambda: self.now_s, pause=pause)


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path)


def of(diagnosis, family):
    return next(one for one in diagnosis.families if one.found.family == family)


@pytest.mark.parametrize(
    ("bounds", "words"),
    [
        (Bounds(0.95, 1.05), "within 5 %"),
        (Bounds(0.8, 1.2), "within 20 %"),
        (Bounds(0.985, 1.005), "within 1.5 %"),
        (Bounds(0.428, 5.0528), "0.43 to 5.1 times"),
        (Bounds(0.209, 1.0523), "0.21 to 1.05 times"),
    ],
)
def test_an_interval_is_said_in_words(bounds, words):
    assert str(bounds) == words


def test_the_power_of_now_is_the_energy_between_two_readings(machine):
    machine.zone(0, "package-0", 1_000_000)
    # 60 J in half a second.
    diagnosis = machine.diagnose(lambda: machine.zone(0, "package-0", 61_000_000))
    (package,) = of(diagnosis, "rapl").devices
    assert package.power_w == pytest.approx(120.0, rel=1e-12)
    assert str(package.bounds) == "within 5 %"


def test_the_power_of_a_model_is_that_of_the_doctor_alone_and_not_said(machine):
    assert [now.power_w for now in of(machine.diagnose(), "modelled").devices] == [None, None]


@pytest.mark.parametrize(
    ("zones", "begin"),
    [
        ([], "CPU and memory are modelled: a factor of 8;"),
        (["package-0"], "CPU is measured within 5 %; memory is modelled: a factor of 8;"),
        (["package-0", "dram"], "CPU and memory are measured within 20 %;"),
    ],
    ids=["nothing", "a package", "a package and its memory"],
)
def test_the_verdict_says_how_each_component_is_known(machine, zones, begin):
    for number, name in zip(("0", "0:0"), zones, strict=False):
        machine.zone(number, name, 5)
    unnamed = machine.folder / "proc"  # of a CPU that no table knows
    unnamed.mkdir()
    assert machine.diagnose().verdict == f"{begin} no accelerator found."


def test_what_the_choice_costs_is_said_beside_it(machine):
    for i in range(2):
        (machine.folder / f"proc{i}").mkdir()
    flags = machine.folder / "proc0" / "cpuinfo"
    flags.write_text("processor : 0\nmodel name : Some CPU\nflags : fpu hypervisor\n")
    (machine.folder / "proc1" / "cpuinfo").write_text("processor : 0\nflags : fpu\n")
    guest, owner = (
        machine.diagnose(places=machine.places._replace(proc=machine.folder / f"proc{i}"))
        for i in range(2)
    )
    assert [part.could_be for part in owner.components] == [
        "",
        "with RAPL readable: within 5 %",
        "with RAPL's DRAM zone readable: within 20 %",
    ]
    assert guest.components[1].could_be == "none in a guest: measure on its host"


def test_a_counter_that_fails_between_the_readings_is_a_fault(machine):
    machine.zone(0, "package-0", 5)
    broken = machine.folder / "powercap" / "intel-rapl:0" / "energy_uj"
    (package,) = of(machine.diagnose(broken.unlink), "rapl").devices
    assert package.power_w is None
    assert "package-0 could not be read" in package.fault


@pytest.mark.parametrize("readings", [[ValueError("odd")], [5_000_000, ValueError("odd")]])
def test_a_meter_that_raises_is_a_fault_and_is_closed(readings):
    meter = FakeMeter(*readings)
    (family,) = read_twice([Discovered("fake", meter, "")], lambda: 0.0, lambda _: None)
    (now,) = family.devices
    assert (now.power_w, meter.is_closed) == (None, True)
    assert "ValueError: odd" in now.fault


def test_a_machine_that_says_nothing_has_a_diagnosis_all_the_same(machine):
    nowhere = machine.folder / "nowhere"
    diagnosis = machine.diagnose(places=Places(nowhere, nowhere, nowhere, NO_NVML))
    assert diagnosis.verdict == "CPU and memory are missing; no accelerator found."
    assert diagnosis.machine["cpu"] == ""


def test_files_that_say_nonsense_are_explained(machine):
    (machine.folder / "proc").mkdir()
    (machine.folder / "proc" / "meminfo").write_text("MemTotal: lots\n")
    diagnosis = machine.diagnose(places=machine.places._replace(proc=machine.folder / "proc"))
    assert diagnosis.verdict.startswith("CPU and memory are missing")
    assert all(family.found.reason for family in diagnosis.families)


def pci(machine, number, vendor, kind):
    folder = machine.folder / "sys" / "bus" / "pci" / "devices" / f"0000:0{number}:00.0"
    folder.mkdir(parents=True)
    (folder / "vendor").write_text(f"{vendor}\n")
    (folder / "class").write_text(f"{kind}\n")


def test_an_accelerator_that_nothing_reads_is_seen_on_the_bus(machine):
    pci(machine, 1, "0x10de", "0x030200")
    pci(machine, 2, "0x1a03", "0x030000")  # a server's own screen
    diagnosis = machine.diagnose()
    assert diagnosis.accelerators["on_pci_bus"] == ["NVIDIA"]
    assert diagnosis.verdict.endswith("; 1 accelerator is there and not read.")
    assert diagnosis.components[0].could_be == "with NVML: within 5 %"


def test_a_ledger_that_cannot_be_written_comes_first(machine):
    (machine.folder / "home").write_text("a file\n")
    diagnosis = machine.diagnose()
    assert "it is a file" in diagnosis.ledger["reason"]
    assert diagnosis.verdict.endswith("; runs cannot be recorded.")
    assert "WATTPRINT_HOME" in diagnosis.next_step


def test_nothing_is_made_where_the_ledger_would_be(machine):
    diagnosis = machine.diagnose()
    assert (diagnosis.ledger["is_writable"], diagnosis.ledger["runs"]) == (True, 0)
    assert not (machine.folder / "home").exists()
