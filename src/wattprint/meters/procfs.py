"""Facts and use of this machine from Linux /proc: hardware, and what a process tree uses."""

import os
from math import inf
from pathlib import Path
from typing import NamedTuple

DEFAULT_ROOT = Path("/proc")
_KIB = 1024


class HostFacts(NamedTuple):
    """What /proc says of the machine; empty or 0 where it says nothing."""

    cpu_model: str
    threads: int
    """Hardware threads, or vCPUs of a guest."""
    sockets: int
    memory_bytes: int
    is_guest: bool
    """Whether a hypervisor runs below."""


class TreeUse(NamedTuple):
    """What a process and its descendants have used."""

    cpu_s: float
    """CPU time, user and system, of the living and of the ended that were waited for. [s]"""
    resident_bytes: float


def host_facts(root: Path = DEFAULT_ROOT) -> HostFacts:
    """Read the machine's facts; a file that cannot be read leaves its facts empty."""
    cpuinfo = _fields(root / "cpuinfo")
    memory_kib = _fields(root / "meminfo").get("MemTotal", ["0"])[0].split()[0]
    return HostFacts(
        cpu_model=cpuinfo.get("model name", [""])[0],
        threads=len(cpuinfo.get("processor", [])) or os.cpu_count() or 1,
        sockets=len(set(cpuinfo.get("physical id", []))) or 1,
        memory_bytes=int(memory_kib) * _KIB,
        is_guest="hypervisor" in cpuinfo.get("flags", [""])[0].split(),
    )


def _fields(path: Path) -> dict[str, list[str]]:
    """Return 'name : value' lines as name -> values."""
    found: dict[str, list[str]] = {}
    try:
        lines = path.read_text(errors="replace").splitlines()
    except OSError:
        return found
    for line in lines:
        name, colon, value = line.partition(":")
        if colon:
            found.setdefault(name.strip(), []).append(value.strip())
    return found


class ProcessTree:
    """Follows a process and its descendants.

    Args:
        pid: Process at the root of the tree.
        root: Where procfs is mounted.
        ticks_per_s: Clock ticks in which procfs counts CPU time. [1/s]
        page_bytes: Size of a memory page. [B]
    """

    def __init__(
        self,
        pid: int,
        root: Path = DEFAULT_ROOT,
        *,
        ticks_per_s: int | None = None,
        page_bytes: int | None = None,
    ) -> None:
        self._pid = pid
        self._root = root
        self._ticks_per_s = ticks_per_s or os.sysconf("SC_CLK_TCK")
        self._page_bytes = page_bytes or os.sysconf("SC_PAGE_SIZE")

    def use(self) -> TreeUse:
        """Return what the tree has used so far.

        Raises:
            OSError: The root process cannot be read.
        """
        total = self._of(self._pid)
        for pid in self._descendants():
            try:
                part = self._of(pid)
            except (OSError, ValueError):
                continue  # it ended between the listing and the reading
            total = TreeUse(total.cpu_s + part.cpu_s, total.resident_bytes + part.resident_bytes)
        # Forked processes share pages, and each counts them as its own: together they cannot
        # hold more than the whole machine does.
        return total._replace(resident_bytes=min(total.resident_bytes, self._used_bytes()))

    def _used_bytes(self) -> float:
        """Memory in use on the whole machine; without limit where /proc does not say."""
        meminfo = _fields(self._root / "meminfo")
        if not {"MemTotal", "MemAvailable"} <= meminfo.keys():
            return inf
        total, available = (
            int(meminfo[name][0].split()[0]) * _KIB for name in ("MemTotal", "MemAvailable")
        )
        return total - available

    def _of(self, pid: int) -> TreeUse:
        fields = _stat_fields(self._root / str(pid) / "stat")
        # Fields 14-17 of proc(5): utime, stime, and those of children that were waited for.
        ticks = sum(int(field) for field in fields[11:15])
        return TreeUse(ticks / self._ticks_per_s, int(fields[21]) * self._page_bytes)

    def _descendants(self) -> list[int]:
        children: dict[int, list[int]] = {}
        for entry in os.listdir(self._root):  # noqa: PTH208 - a tenth of iterdir's cost
            if entry.isdigit():
                try:
                    parent = int(_stat_fields(self._root / entry / "stat")[1])
                except (OSError, ValueError, IndexError):
                    continue
                children.setdefault(parent, []).append(int(entry))
        found, waiting = [], list(children.get(self._pid, ()))
        while waiting:
            pid = waiting.pop()
            found.append(pid)
            waiting += children.get(pid, ())
        return found


def _stat_fields(path: Path) -> list[str]:
    """Return the fields after the command name, which may itself hold spaces and brackets."""
    with open(path, "rb", buffering=0) as stream:  # noqa: PTH123 - a third of read_text's cost
        content = stream.read().decode(errors="replace")
    return content.rpartition(")")[2].split()


def boot_id(root: Path = DEFAULT_ROOT) -> str:
    """Return the id of this boot of this machine; empty where there is none."""
    try:
        return (root / "sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


def start_ticks(pid: int, root: Path = DEFAULT_ROOT) -> int | None:
    """Return when a process started, to tell it from a later one of the same id."""
    try:
        return int(_stat_fields(root / str(pid) / "stat")[19])
    except (OSError, ValueError, IndexError):
        return None
