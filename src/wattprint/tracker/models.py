"""Which power models stand in for the sensors that this machine does not have."""

from wattprint.domain.interval import product
from wattprint.factors.conventions import convention
from wattprint.factors.cpus import Cpu, known_cpu
from wattprint.meters.modelled import PowerModel
from wattprint.meters.procfs import HostFacts


def cpu_model(host: HostFacts) -> PowerModel:
    """Power of one hardware thread in use: the part's TDP over its threads, else a convention."""
    cpu = known_cpu(host.cpu_model)
    return _unknown_cpu(host) if cpu is None else _known_cpu(cpu, host)


def _known_cpu(cpu: Cpu, host: HostFacts) -> PowerModel:
    load, threads = convention("cpu_load_power"), _threads_of_one(cpu, host)
    return PowerModel(
        cpu.name,
        load.amount.value * cpu.tdp_w / threads,
        load.amount.low / load.amount.value,
        load.amount.high / load.amount.value,
        load.source,
        load.year,
        f"{load.amount.value:g} x TDP {cpu.tdp_w:g} W / {threads:g} hardware threads x CPU time of "
        f"the process tree{_share_of(host)}; {load.note}",
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
    # Two threads a core is what every part in a cloud has had since 2012, Arm servers excepted.
    return cpu.cores * 2 if cpu.cores is not None else host.threads


def _unknown_cpu(host: HostFacts) -> PowerModel:
    load, per_thread = convention("cpu_load_power"), convention("cpu_power_w_per_thread")
    watts = product(load.amount, per_thread.amount)
    named = host.cpu_model or "unnamed CPU"
    return PowerModel(
        named,
        watts.value,
        watts.low / watts.value,
        watts.high / watts.value,
        per_thread.source,
        per_thread.year,
        f"{named!r} is no single part in the tables; {per_thread.note}",
    )


def memory_model() -> PowerModel:
    """Power of one GB of memory that the process tree keeps resident."""
    per_gb = convention("dram_power_w_per_gb")
    watts = per_gb.amount
    return PowerModel(
        "main memory",
        watts.value,
        watts.low / watts.value,
        watts.high / watts.value,
        per_gb.source,
        per_gb.year,
        f"{watts.value:g} W per GB resident; {per_gb.note}",
    )
