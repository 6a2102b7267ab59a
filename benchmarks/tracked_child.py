"""One tracker in a fresh interpreter, watched from inside; benchmarks/tracker.py starts it.

    python tracked_child.py TRACKER IDLE_SECONDS FOLDER [--sockets]

Writes FOLDER/found.json. It runs under the interpreters of the peers too, and imports next to
nothing before the tracker: what stands here already would be missing from the tracker's own bill.
"""

import os
import resource
import sys
import time

TYPE_CHECKING = False  # type checkers read it as true; `typing` is part of a tracker's bill
if TYPE_CHECKING:
    from collections.abc import Callable

    Watch = Callable[[], None]
    Told = Callable[[], str]

SETTLE_S = 2.5
"""Between the start and the idle time: every tracker has read at least twice by then. [s]"""

INTERVAL_S = 1.0
"""Time between readings, for every tracker that has such a setting. [s]"""

PROCESS_CPU_CLOCK = 2
"""CPUCLOCK_SCHED of Linux's posix-timers.h: user and system time of all threads, in ns."""

NETWORK_EVENTS = ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname")


def around_nothing(_folder: str, watch: "Watch") -> "Told":
    """The bare interpreter: what the others are compared with."""
    watch()
    return lambda: "nothing"


def around_wattprint(folder: str, watch: "Watch") -> "Told":
    import wattprint

    run = wattprint.track(interval_s=INTERVAL_S, home=folder)
    run.start()
    watch()
    run.stop()
    return lambda: ", ".join(meter["family"] for meter in run.record().meters if meter["used"])


def around_codecarbon(folder: str, watch: "Watch") -> "Told":
    from codecarbon import OfflineEmissionsTracker

    tracker = OfflineEmissionsTracker(
        country_iso_code="DEU",
        measure_power_secs=INTERVAL_S,
        save_to_file=True,
        output_dir=folder,
        log_level="error",
    )
    tracker.start()
    watch()
    tracker.stop()
    return lambda: ", ".join(map(str, tracker._hardware))


def around_carbontracker(folder: str, watch: "Watch") -> "Told":
    from carbontracker.tracker import CarbonTracker

    tracker = CarbonTracker(
        epochs=1, epochs_before_pred=0, update_interval=INTERVAL_S, verbose=0, log_dir=folder
    )
    thread = tracker.tracker
    tracker.epoch_start()
    watch()
    tracker.epoch_end()  # its only epoch: this stops it
    return lambda: ", ".join(component.name for component in thread.components)


def around_zeus(_folder: str, watch: "Watch") -> "Told":
    from zeus.monitor import ZeusMonitor

    monitor = ZeusMonitor()
    monitor.begin_window("run")
    watch()
    monitor.end_window("run")
    return lambda: f"{len(monitor.gpu_indices)} GPUs, {len(monitor.cpu_indices)} CPUs"


def around_perun(folder: str, watch: "Watch") -> "Told":
    from perun import perun
    from perun.core import Perun

    perun(sampling_period=INTERVAL_S, data_out=folder)(watch)()
    return lambda: ", ".join(Perun.getInstance().backends)


TRACKERS = {
    "bare interpreter": ("pass", around_nothing),
    "wattprint": ("import wattprint", around_wattprint),
    "codecarbon": ("from codecarbon import OfflineEmissionsTracker", around_codecarbon),
    "carbontracker": ("from carbontracker.tracker import CarbonTracker", around_carbontracker),
    "zeus": ("from zeus.monitor import ZeusMonitor", around_zeus),
    "perun": ("from perun import perun", around_perun),
}
"""How a user imports each tracker, and how each is started and stopped around a watched body."""


def main() -> None:
    name, idle_s, folder, *options = sys.argv[1:]
    found: dict[str, float | list[str] | str] = {}
    if "--sockets" in options:
        asked: list[str] = []
        found["asked"] = asked
        sys.addaudithook(lambda event, details: note_network(asked, event, details))
    statement, around = TRACKERS[name]
    bare_bytes = memory_bytes([os.getpid()])
    wall_s, cpu_s = time.perf_counter(), time.process_time()
    exec(statement, {})
    imported_s = time.perf_counter()
    found["import_ms"] = (imported_s - wall_s) * 1e3
    found["import_cpu_ms"] = (time.process_time() - cpu_s) * 1e3
    ended_s: list[float] = []

    def watch() -> None:
        started_s = time.perf_counter()
        found["start_ms"] = (started_s - imported_s) * 1e3
        found["ready_ms"] = (started_s - wall_s) * 1e3
        found["ready_cpu_ms"] = (time.process_time() - cpu_s) * 1e3
        found.update(watched(float(idle_s), bare_bytes))
        ended_s.append(time.perf_counter())

    reads = around(folder, watch)
    found["stop_ms"] = (time.perf_counter() - ended_s[0]) * 1e3
    found["reads"] = reads()
    write(found, os.path.join(folder, "found.json"))  # noqa: PTH118 - pathlib would be on the bill


def note_network(asked: list[str], event: str, details: tuple[object, ...]) -> None:
    """Keep an audit event that reaches for the network, and for whom."""
    if event in NETWORK_EVENTS:
        whom = details[1] if event == "socket.connect" else details[0]
        asked.append(f"{event.partition('.')[2]} {whom}")


def watched(idle_s: float, bare_bytes: dict[str, int]) -> dict[str, float]:
    """Sleep, and return what the tracker used meanwhile, its helper processes included.

    Args:
        idle_s: How long to sleep once it has settled. [s]
        bare_bytes: Memory of this process before the tracker was imported. [B]
    """
    time.sleep(SETTLE_S)
    began_s, used_s = time.perf_counter(), cpu_time_s()
    time.sleep(idle_s)
    used_s = cpu_time_s() - used_s
    core_percent = 100 * used_s / (time.perf_counter() - began_s)
    helpers = descendants(os.getpid())
    held_bytes = memory_bytes([os.getpid(), *helpers])
    return {
        "core_percent": core_percent if idle_s else 0.0,
        "pss_mb": (held_bytes["Pss"] - bare_bytes["Pss"]) / 1e6,
        "rss_mb": (held_bytes["Rss"] - bare_bytes["Rss"]) / 1e6,
        "threads": len(os.listdir("/proc/self/task")) - 1,  # noqa: PTH208 - as above
        "helpers": len(helpers),
    }


def cpu_time_s() -> float:
    """CPU time so far of this process, of its ended children and of its living descendants [s]."""
    living_s = sum(map(cpu_clock_s, descendants(os.getpid())))
    usages = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return living_s + sum(usage.ru_utime + usage.ru_stime for usage in usages)


def cpu_clock_s(pid: int) -> float:
    """CPU time of another process, in nanoseconds where /proc/PID/stat has ticks of 10 ms [s]."""
    try:
        return time.clock_gettime((~pid << 3) | PROCESS_CPU_CLOCK)
    except OSError:  # it ended meanwhile
        return 0.0


def descendants(ancestor: int) -> list[int]:
    """Return the living processes that this one started, and those that they started."""
    parents = {int(entry): parent(entry) for entry in os.listdir("/proc") if entry.isdigit()}  # noqa: PTH208
    found = [ancestor]
    for pid in found:
        found += [child for child, its_parent in parents.items() if its_parent == pid]
    return found[1:]


def parent(pid: str) -> int | None:
    """Return the parent of a process; None once the process has ended."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as stream:  # noqa: PTH123 - as above
            state, its_parent = stream.read().rpartition(b") ")[2].split()[:2]
    except OSError:
        return None
    return None if state == b"Z" else int(its_parent)


def memory_bytes(pids: list[int]) -> dict[str, int]:
    """Return the resident memory of processes together [B].

    `Rss` counts a page once for each of them that has it, `Pss` divides it among all that do.
    """
    total = {"Rss": 0, "Pss": 0}
    for pid in pids:
        for line in smaps_rollup(pid):
            key = line.partition(":")[0]
            if key in total:
                total[key] += int(line.split()[1]) * 1024
    return total


def smaps_rollup(pid: int) -> list[str]:
    try:
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as stream:  # noqa: PTH123
            return stream.readlines()
    except OSError:  # it ended meanwhile
        return []


def write(found: dict[str, float | list[str] | str], path: str) -> None:
    import json  # only now, after everything has been measured

    with open(path, "w", encoding="utf-8") as stream:  # noqa: PTH123
        json.dump(found, stream)


if __name__ == "__main__":  # a tracker may start its helper process by importing this file again
    main()
