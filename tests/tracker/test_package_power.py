"""A run on a machine made of files: no sensor, but its load and clocks can be read."""

import os

import pytest

from doubles import play
from made_runs import made_run
from wattprint.domain.formulas.cpu_power import package_power_w, share_of_use_j
from wattprint.ledger.home import runs_folder
from wattprint.ledger.journal import JournalWriter, read_journal
from wattprint.meters.host import HostUse
from wattprint.meters.procfs import host_facts
from wattprint.tracker.discovery import Places, discover_meters
from wattprint.tracker.models import cpu_model
from wattprint.tracker.sampler import Opened, Sampler

TICKS_PER_S = os.sysconf("SC_CLK_TCK")
PID, THREADS = 10, 16


class Machine:
    """An EPYC 8024P (90 W, 8 cores with two threads each), on which one process is tracked."""

    def __init__(self, folder, *, flags="fpu", clocks=True, stat=True):
        self.places = Places(folder / "proc", folder / "sys", folder / "powercap", "/nowhere.so")
        self._has_stat = stat
        name = "AMD EPYC 8024P 8-Core Processor"
        one = f"model name\t: {name}\nphysical id\t: 0\nflags\t\t: {flags}\n"
        cpus = "".join(f"processor\t: {number}\n{one}\n" for number in range(THREADS))
        self._write("proc/cpuinfo", cpus)
        self._write("proc/meminfo", "MemTotal: 65536000 kB\n")
        self._clocks = range(THREADS if clocks else 0)
        for number in self._clocks:
            self._write(f"{self._cpufreq(number)}/cpuinfo_max_freq", "3000000\n")
        self.show(busy_s=1000.0, own_s=50.0, clock_ratio=1.0)

    def show(self, *, busy_s, own_s, clock_ratio):
        """Show CPU time of all and of the tracked process, and the clock."""
        if self._has_stat:
            self._write("proc/stat", f"cpu  {round(busy_s * TICKS_PER_S)} 0 0 9 9 0 0 0 0 0\n")
        fields = [1, PID, PID, 0, -1, 0, 0, 0, 0, 0, round(own_s * TICKS_PER_S), 0, 0, 0]
        stat = " ".join(map(str, [*fields, 20, 0, 1, 0, 7, 0, 0, 0]))
        self._write(f"proc/{PID}/stat", f"{PID} (python) S {stat}\n")
        for number in self._clocks:
            khz = f"{round(3_000_000 * clock_ratio)}\n"
            self._write(f"{self._cpufreq(number)}/scaling_cur_freq", khz)

    def meter(self):
        return discover_meters(PID, self.places)[-1].meter

    def _cpufreq(self, number):
        return f"sys/devices/system/cpu/cpu{number}/cpufreq"

    def _write(self, name, text):
        path = self.places.proc.parent / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def cpu_j(meter, at_s):
    return meter.read(at_s)[0].energy_uj / 1e6


def test_the_run_is_charged_its_share_of_the_package(tmp_path):
    machine = Machine(tmp_path)
    meter = machine.meter()
    assert cpu_j(meter, 0.0) == 0.0
    # 80 of 160 thread-seconds at 0.7 of the clock: 90 x (0.12 + 0.07 + 0.5 x 0.75 x 0.567) =
    # 36.236 W, 362.36 J in 10 s; the run's 20 of 80 s: a quarter.
    machine.show(busy_s=1080.0, own_s=70.0, clock_ratio=0.7)
    assert cpu_j(meter, 10.0) == pytest.approx(362.36 / 4, rel=1e-4)


@pytest.mark.parametrize(
    ("machine", "bounds"),
    [
        pytest.param({}, (0.62, 1.75), id="load and clock"),
        pytest.param({"clocks": False}, (0.54, 1.9), id="load alone"),
        pytest.param({"clocks": False, "flags": "hypervisor"}, (0.530, 2.025), id="a guest"),
        pytest.param({"stat": False}, (0.51 / 0.77, 2.24 / 0.77), id="nothing but its own use"),
    ],
)
def test_the_interval_says_what_could_be_seen(tmp_path, machine, bounds):
    cpu = Machine(tmp_path, **machine).meter().devices[0]
    assert (cpu.low_ratio, cpu.high_ratio) == pytest.approx(bounds, rel=1e-3)


def test_where_the_load_cannot_be_seen_cpu_time_is_charged_flat(tmp_path):
    machine = Machine(tmp_path, stat=False)
    meter = machine.meter()
    machine.show(busy_s=0.0, own_s=60.0, clock_ratio=1.0)
    # 10 s x 0.77 x 90 W / 16 threads.
    assert cpu_j(meter, 10.0) == pytest.approx(10 * 0.77 * 90 / 16, rel=1e-6)
    assert "the load of the machine cannot be read" in meter.devices[0].note


def test_the_record_holds_what_the_charge_can_be_computed_again_from(tmp_path, clock):
    machine = Machine(tmp_path)
    meter, machine_use = machine.meter(), HostUse(machine.places.proc, machine.places.sys)
    header = made_run(devices=tuple(meter.devices))
    journal = JournalWriter(runs_folder(tmp_path, create=True), header)
    use = lambda: {**machine_use.read(), "tree_s": meter.tree.cpu_s}  # noqa: E731
    opened = Opened(header, {"modelled": meter}, journal, use)
    sampler = Sampler(opened, interval_s=10.0, clock=clock.clock())

    def goes_on(now_s):
        # A load that changes from one interval to the next: 0.2, 0.4 and 0.6, half of it the run's.
        ran_s = now_s - 1000.0
        step, into_s = divmod(ran_s, 10.0)
        busy_s = THREADS * sum(0.2 * (i + 1) * 10 for i in range(int(step)))
        busy_s += THREADS * 0.2 * (step + 1) * into_s
        clock_ratio = (0.5, 0.7, 0.9, 0.9)[int(max(0.0, ran_s - 1e-6) // 10)]
        machine.show(busy_s=1000 + busy_s, own_s=50 + busy_s / 2, clock_ratio=clock_ratio)

    play(sampler, clock, 1030.0, before=goes_on)
    sampler.end("completed", 0)
    run = read_journal(journal.path)
    law = cpu_model(host_facts(machine.places.proc), machine_use.glance()).law
    for interval in run.intervals[:3]:
        duration_s = interval.end_s - interval.start_s
        load = interval.host["busy_s"] / (law.threads * duration_s)
        whole_w = package_power_w(
            law.tdp_w,
            load,
            interval.host["clock_ratio"],
            threads=law.package_threads,
            threads_per_core=law.threads_per_core,
            shares=law.shares,
        )
        again_j = share_of_use_j(
            whole_w * duration_s,
            used_s=interval.host["tree_s"],
            all_used_s=interval.host["busy_s"],
        )
        # Charged every second, with CPU time in steps of 10 ms; computed again once in 10 s.
        assert again_j == pytest.approx(interval.energy_uj[0] / 1e6, rel=0.01)
        assert interval.activity[0] == pytest.approx(interval.host["tree_s"], rel=1e-9)
