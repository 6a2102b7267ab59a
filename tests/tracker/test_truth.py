"""The truth table: whole trackers on machines whose true energy is known.

The same machines run in real time in benchmarks/truth.py.
"""

import itertools

import pytest

from doubles import FakeClock, play
from fake_nvml import NoCompilerError, build
from made_runs import made_run
from true_machines import LASTS_S, MACHINES
from wattprint.ledger.home import runs_folder
from wattprint.ledger.journal import JournalWriter, read_journal
from wattprint.meters import nvml, rapl
from wattprint.tracker.sampler import Opened, Sampler


@pytest.fixture(scope="module")
def nvml_build(tmp_path_factory):
    try:
        return build(tmp_path_factory.mktemp("nvml"))
    except NoCompilerError as error:
        pytest.skip(str(error))


@pytest.fixture
def machine_of(tmp_path, request):
    numbers = itertools.count()

    def make(name):
        script = MACHINES[name]
        built = request.getfixturevalue("nvml_build") if script.gpus else None
        return script.built(tmp_path / f"machine{next(numbers)}", built)

    return make


def tracked(machine, tmp_path, interval_s):
    """Track a machine for `LASTS_S` of its own time, and return the record."""
    clock = FakeClock(now_s=5000.0)
    found = (nvml.discover({}, library=machine.nvml_library), rapl.discover(machine.powercap))
    meters = {family.family: family.meter for family in found if family.meter}
    devices = tuple(device for meter in meters.values() for device in meter.devices)
    header = made_run(devices=devices)
    journal = JournalWriter(runs_folder(tmp_path, create=True), header)
    sampler = Sampler(Opened(header, meters, journal), interval_s=interval_s, clock=clock.clock())
    play(sampler, clock, 5000.0 + LASTS_S, before=lambda at_s: machine.move(at_s - 5000.0))
    sampler.end("completed", None)
    return read_journal(journal.path)


@pytest.mark.parametrize("interval_s", [1.0, 15.0])
@pytest.mark.parametrize("name", MACHINES)
def test_a_run_finds_the_energy_that_was_truly_used(machine_of, tmp_path, name, interval_s):
    machine = machine_of(name)
    run = tracked(machine, tmp_path, interval_s)
    found_j = sum(joules for joules in run.device_energy_j() if joules is not None)
    assert found_j == pytest.approx(machine.true_j(0.0, LASTS_S), rel=machine.script.tolerance)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("steady", []),
        ("wrap", []),
        ("wrap, range unreadable", ["wrapped at the usual"]),
        ("unreadable for 1.5 s", ["could not be read", "could be read again"]),
        ("counter reset", ["no use of energy but a reset"]),
        ("GPU lost", ["lost"]),
    ],
)
def test_what_went_wrong_is_in_the_record_and_nothing_else(machine_of, tmp_path, name, words):
    run = tracked(machine_of(name), tmp_path, 15.0)
    assert len(run.faults) == len(words)
    for fault, word in zip(run.faults, words, strict=True):
        assert word in fault.message


def test_a_gpu_that_was_lost_is_seen_for_its_part_of_the_run(machine_of, tmp_path):
    run = tracked(machine_of("GPU lost"), tmp_path, 1.0)
    # Lost after 52.6 of 95 s, noticed at 52.75 s, in the interval that ends at 53 s.
    assert run.observed_share()[0] == pytest.approx(53 / 95, rel=1e-9)


def test_the_longer_interval_writes_less_and_finds_the_same(machine_of, tmp_path):
    often = tracked(machine_of("two sockets, DRAM, psys"), tmp_path / "a", 1.0)
    seldom = tracked(machine_of("two sockets, DRAM, psys"), tmp_path / "b", 15.0)
    assert (len(often.intervals), len(seldom.intervals)) == (95 + 1, 7)
    assert often.device_energy_j() == pytest.approx(seldom.device_energy_j(), rel=1e-9)
