"""Runs made by hand for the report: a busy server, nothing at all, very long, very short."""

from math import sin

from wattprint.domain.evidence import Method
from wattprint.domain.readings import Device, Fault, Interval, Logged, SectionUse
from wattprint.domain.run import RunRecord

NASTY = "<script>alert('x')</script>&\"\x00\x1b[31m\u202egpj.\ud800 {{ 7*7 }}"
"""What nobody should be able to put into a page: markup, controls, a turn of direction."""

GPU = Device(
    "nvml:0",
    "accelerator",
    "NVIDIA A100-SXM4-80GB",
    Method.MEASURED,
    0.95,
    1.05,
    "nvml_reference",
    "energy counter of the whole board",
    None,
    2025,
)
CPU = Device(
    "rapl:package-0",
    "cpu",
    "package-0",
    Method.MEASURED,
    0.95,
    1.05,
    "khan_2018",
    "RAPL counter of the whole package, all processes included",
    None,
    2018,
)
MEMORY = Device(
    "modelled:memory",
    "memory",
    "main memory",
    Method.MODELLED,
    0.21,
    1.05,
    "green_algorithms_v3",
    "0.3725 W per GB resident",
    "GB_s",
    2021,
)
METERS = (
    {"family": "nvml", "used": True, "reason": "energy counters of 8 GPUs"},
    {"family": "rapl", "used": True, "reason": "counters of 2 packages"},
    {"family": "rocm", "used": False, "reason": "librocm_smi64.so is not installed"},
    {"family": "modelled", "used": True, "reason": "memory, which no sensor reads"},
)
HOST = {
    "cpu_model": "AMD EPYC 7763 64-Core Processor",
    "threads": 256,
    "sockets": 2,
    "memory_bytes": 1_099_511_627_776,
    "is_guest": False,
    "system": "linux",
}


def numbered(device, count):
    """Return like devices, each with an id of its own."""
    stem, _, kind = device.device_id.rpartition(":")
    kind = kind.rstrip("0123456789").rstrip("-")
    names = [f"{kind}-{i}" if kind else str(i) for i in range(count)]
    return tuple(
        device._replace(
            device_id=f"{stem}:{name}", name=name if device.name == "package-0" else device.name
        )
        for name in names
    )


def run_of(devices, watts, *, seconds=10.0, **changes):
    """Return a run of given powers: a row an interval, a column a device, None where unread."""
    intervals = tuple(
        Interval(
            i * seconds,
            (i + 1) * seconds,
            tuple(None if w is None else round(w * seconds * 1e6) for w in row),
            (None,) * len(row),
        )
        for i, row in enumerate(watts)
    )
    begun = RunRecord(
        "20260316-080000-0005eed01",
        "ranker",
        "baseline, 3 epochs",
        "2026-03-16T08:00:00.000Z",
        stage="pretrain",
        outcome="completed",
        exit_code=0,
        host=HOST,
        meters=METERS,
        software={"wattprint": "0.2.0", "python": "3.11.7"},
        factor_set={"version": "2026.11.0", "sha256": "c9a2f6db138f" + "0" * 52},
        interval_s=seconds,
        devices=tuple(devices),
        intervals=intervals,
        duration_s=len(watts) * seconds,
    )
    return begun._replace(**changes)


def section(path, interval, share):
    """Return the use of a section that was open for a share of an interval."""
    seconds = (interval.end_s - interval.start_s) * share
    energy = tuple(None if uj is None else round(uj * share) for uj in interval.energy_uj)
    activity = (None,) * len(energy)
    return SectionUse(path, interval.start_s, interval.end_s, 1, seconds, energy, activity)


def _phase(i):
    return "load" if i < 12 else "evaluate" if i % 60 >= 50 else "train"


def _gpu_w(i, gpu):
    busy = {"load": 62.0, "evaluate": 215.0, "train": 372.0}[_phase(i)]
    wobble = 18 * sin(i * 1.7 + gpu) + 9 * sin(i * 0.31 + 2 * gpu)
    return max(55.0, busy + (wobble if _phase(i) != "load" else wobble / 9))


def busy_server(**changes):
    """Eight GPUs and two sockets for half an hour: bursts, sections, a gap, a loss, a suspend."""
    devices = (*numbered(GPU, 8), *numbered(CPU, 2), MEMORY)
    watts = []
    for i in range(192):
        gpus = [_gpu_w(i, gpu) for gpu in range(8)]
        missed = sum(_gpu_w(j, 3) for j in range(60, 72))
        gpus[3] = None if 60 <= i < 72 else gpus[3] + (missed if i == 72 else 0)
        gpus[6] = None if i >= 150 else gpus[6]
        cpu = 190.0 if _phase(i) == "load" else 118.0
        watts.append([*gpus, cpu + 8 * sin(i), cpu - 12 + 6 * sin(i * 1.3), 41.0 + i / 20])
    run = run_of(devices, watts)
    host = {"busy_s": 640.0, "tree_s": 512.0, "clock_ratio": 0.86}
    intervals = [interval._replace(host=host) for interval in run.intervals]
    intervals[100] = intervals[100]._replace(suspended_s=11_520.0)
    sections = []
    for i, interval in enumerate(intervals):
        if _phase(i) == "load":
            sections.append(section(("load data",), interval, 0.97))
            continue
        sections.append(section(("epoch",), interval, 0.99))
        sections.append(section(("epoch", _phase(i)), interval, 0.95))
        if i % 30 == 29:
            sections.append(section(("checkpoint",), interval, 0.01))
    logged = tuple(
        Logged(interval.end_s - 0.5, 20, 5120.0, {"step": 20.0 * (i + 1), "loss": 2.0 / (i + 1)})
        for i, interval in enumerate(intervals)
        if i >= 12
    )
    faults = (
        Fault(610.0, "nvml", "GPU 3 could not be read: NVML_ERROR_UNKNOWN"),
        Fault(1500.2, "nvml", "GPU 6 is lost: it has fallen off the bus"),
    )
    scored = logged[-1]._replace(values={**logged[-1].values, "score": 0.914})
    run = run._replace(
        intervals=tuple(intervals),
        sections=tuple(sections),
        logged=(*logged[:-1], scored),
        faults=faults,
    )
    return run._replace(**changes)


def empty(**changes):
    """A run that ended before its first reading, on a machine without a meter."""
    meters = ({"family": "rapl", "used": False, "reason": "/sys/class/powercap is not there"},)
    return run_of((), [], meters=meters, **changes)


def unreadable():
    """A run whose only device could never be read."""
    return run_of((GPU,), [(None,)] * 5, faults=(Fault(0.0, "nvml", "no permission"),))


def shortest():
    """A run of 0.2 s."""
    return run_of((CPU, MEMORY), [(65.0, 3.0)], seconds=0.2)


def ten_days():
    """A run of ten days with a reading every ten seconds: 86,400 intervals of 4 devices."""
    devices = (*numbered(GPU, 2), CPU, MEMORY)
    watts = [
        (300 + 80 * sin(i / 700), 290 + 80 * sin(i / 650), 90 + 10 * sin(i / 90), 20.0)
        for i in range(86_400)
    ]
    return run_of(devices, watts)


def sixteen_devices():
    """Sixteen GPUs, two sockets and memory: more than get a row of their own."""
    devices = (*numbered(GPU, 16), *numbered(CPU, 2), MEMORY)
    row = (*(300.0 + 5 * i for i in range(16)), 120.0, 110.0, 40.0)
    return run_of(devices, [row] * 60)


def many_sections(count=200):
    """A run with many sections, one after the other, each larger than the one before."""
    run = run_of((CPU, MEMORY), [(50.0 + i, 4.0) for i in range(count)])
    sections = [
        section((f"fold {i:03d}",), interval, 0.9) for i, interval in enumerate(run.intervals)
    ]
    return run._replace(sections=tuple(sections))


def nasty():
    """A run in which every text is a trap."""
    gpu = GPU._replace(device_id=f"nvml:{NASTY}", name=NASTY, source=NASTY, note=NASTY)
    run = run_of((gpu, CPU), [(300.0, 90.0)] * 30)
    return run._replace(
        run_id=f"2026{NASTY}",
        project=NASTY,
        name=NASTY,
        tags={NASTY: NASTY},
        parent=NASTY,
        host={"cpu_model": NASTY, NASTY: NASTY, "threads": NASTY},
        software={NASTY: NASTY},
        meters=({"family": NASTY, "used": True, "reason": NASTY},),
        factor_set={"version": NASTY, "sha256": NASTY},
        sections=(
            *(section((NASTY, NASTY[:i]), run.intervals[i], 0.5) for i in range(1, 5)),
            section((NASTY,), run.intervals[0], 0.9),
        ),
        logged=(Logged(5.0, 1, 10.0, {NASTY: 1.0, "score": 0.5}),),
        faults=(Fault(20.0, NASTY, NASTY),),
    )
