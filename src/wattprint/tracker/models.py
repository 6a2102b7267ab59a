"""Which power models stand in for the sensors that this machine does not have."""

from typing import NamedTuple

from wattprint.domain.interval import Range, exact, product
from wattprint.factors.conventions import convention, package_shares
from wattprint.factors.cpus import USUAL_THREADS_PER_CORE, Cpu, known_cpu
from wattprint.meters.host import Glance
from wattprint.meters.modelled import PowerModel
from wattprint.meters.package_charge import PackageLaw
from wattprint.meters.procfs import HostFacts

MEMORY_YEARS = {
    "ddr3": range(2010, 2014),
    "ddr4": range(2015, 2022),
    "ddr5": range(2024, 2027),
}
"""Years whose server CPUs use one type alone. Servers changed to DDR3 in 2009 (Xeon 5500), to DDR4
in 2014 (Xeon E5 v3), to DDR5 in 2022 and 2023 (EPYC 9004, Xeon Scalable 4): data sheets."""


class _Part(NamedTuple):
    """The processor of a machine, as far as its power depends on it."""

    name: str
    thread_w: Range
    """TDP of a package over its hardware threads. [W]"""
    threads: float
    """Hardware threads of one package."""
    threads_per_core: float
    tdp: str
    """Where its power comes from, in words."""
    source: str
    year: int


def cpu_model(host: HostFacts, seen: Glance) -> PowerModel:
    """Power of the CPUs: of their packages by load and clock, else of one hardware thread in use.

    Args:
        host: What /proc says of the machine.
        seen: What can be seen of its use; where the load cannot, a flat power per thread is used.
    """
    cpu = known_cpu(host.cpu_model)
    part = _unknown(host) if cpu is None else _known(cpu, host)
    flat = convention("cpu_load_power")
    watts = product(flat.amount, part.thread_w)
    if seen.busy_s:  # a sandbox may show a machine that was never busy
        return _by_load(part, host, seen, watts.value)
    return PowerModel(
        part.name,
        watts.value,
        watts.low / watts.value,
        watts.high / watts.value,
        part.source,
        part.year,
        f"{flat.amount.value:g} x {part.tdp} x CPU time of the process tree{_share_of(host)}: the "
        f"load of the machine cannot be read; {flat.note}",
    )


def _by_load(part: _Part, host: HostFacts, seen: Glance, flat_w: float) -> PowerModel:
    has_clock = seen.clock_ratio is not None
    law = convention("cpu_law" if has_clock else "cpu_law_without_clock")
    guest = convention("cpu_guest_share").amount if host.is_guest else exact(1.0)
    error = product(part.thread_w, law.amount, guest)
    usual_clock = convention("cpu_clock_ratio").amount.value
    by = "load and clock" if has_clock else f"load, its clock taken for {usual_clock:g} of the most"
    return PowerModel(
        part.name,
        flat_w,
        error.low / error.value,
        error.high / error.value,
        part.source,
        part.year,
        f"package power by {by}, of {part.tdp} x {host.threads} threads{_share_of(host)}, shared "
        f"by CPU time among all that runs; {law.note}",
        PackageLaw(
            tdp_w=part.thread_w.value * host.threads,
            threads=host.threads,
            package_threads=part.threads,
            threads_per_core=part.threads_per_core,
            shares=package_shares(),
            usual_clock_ratio=usual_clock,
        ),
    )


def _known(cpu: Cpu, host: HostFacts) -> _Part:
    law, threads = convention("cpu_load_power"), _threads_of_one(cpu, host)
    return _Part(
        cpu.name,
        exact(cpu.tdp_w / threads),
        threads,
        _threads_per_core(cpu, host),
        f"TDP {cpu.tdp_w:g} W / {threads:g} hardware threads",
        law.source,
        law.year,
    )


def _unknown(host: HostFacts) -> _Part:
    per_thread = convention("cpu_power_w_per_thread")
    named = host.cpu_model or "unnamed CPU"
    return _Part(
        named,
        per_thread.amount,
        host.threads / host.sockets,
        USUAL_THREADS_PER_CORE,
        f"{per_thread.amount.value:g} W a hardware thread, for {named!r} is no single part in the "
        f"tables ({per_thread.note})",
        per_thread.source,
        per_thread.year,
    )


def _share_of(host: HostFacts) -> str:
    return f", in a guest of {host.threads} vCPUs each taken for one of them" * host.is_guest


def _threads_of_one(cpu: Cpu, host: HostFacts) -> float:
    """Hardware threads of one package, among which its power is shared.

    A guest cannot count those of the part it has a share of, nor can a container whose cpuinfo
    shows its own share only; a whole machine that shows as many threads as the part has cores
    runs one thread a core.
    """
    shown = host.threads / host.sockets
    if not host.is_guest and shown == cpu.cores:
        return shown
    if cpu.threads is not None:
        return cpu.threads
    if not host.is_guest:
        return shown
    return cpu.cores * USUAL_THREADS_PER_CORE if cpu.cores is not None else host.threads


def _threads_per_core(cpu: Cpu, host: HostFacts) -> float:
    if cpu.cores is None:
        return USUAL_THREADS_PER_CORE
    return max(1.0, _threads_of_one(cpu, host) / cpu.cores)


def memory_model(host: HostFacts, seen: str | None) -> PowerModel:
    """Power of one GB of memory that the process tree keeps resident.

    Args:
        host: What /proc says of the machine: the CPU's year tells the type where nothing else does.
        seen: Type of the memory, where the firmware could be asked.
    """
    kind, why = (seen, "as the firmware says") if seen else _memory_of(known_cpu(host.cpu_model))
    per_gb = convention(f"{kind}_power_w_per_gb" if kind else "dram_power_w_per_gb")
    watts = per_gb.amount
    return PowerModel(
        f"main memory, {kind}" if kind else "main memory",
        watts.value,
        watts.low / watts.value,
        watts.high / watts.value,
        per_gb.source,
        per_gb.year,
        f"{watts.value:g} W per GB resident, {why}; {per_gb.note}",
    )


def _memory_of(cpu: Cpu | None) -> tuple[str, str]:
    """Return the type that servers with CPUs of that year have; none in years of change."""
    if cpu is not None and cpu.release_year is not None:
        for kind, years in MEMORY_YEARS.items():
            if cpu.release_year in years:
                return kind, f"{kind} assumed for a CPU of {cpu.release_year}"
    return "", "of unknown type"
