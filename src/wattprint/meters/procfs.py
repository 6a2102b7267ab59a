"""Facts and use of this machine from Linux /proc: hardware, and what a process tree uses."""

import os
import time
from collections.abc import Iterator
from math import inf
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from typing import NamedTuple

DEFAULT_ROOT = Path("/proc")
_KIB = 1024
_MOST_BYTES = 1024
_MOST_PASSES = 5
_LISTED_PER_THREAD = 12
"""Processes that are listed in the time that asking one thread for its children takes; measured
on Linux 6.18: 0.45 us against 5.6 us."""
LONGEST_MOMENT_S = 2.0
"""Memory and children of a process that has none are looked at again after this. [s]"""


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
    threads = 0
    sockets: set[str] = set()
    first: dict[str, str] = {}
    for name, fact in _facts(root / "cpuinfo"):
        if name == "processor":
            threads += 1
        elif name == "physical id":
            sockets.add(fact)
        elif name in {"model name", "flags"}:
            first.setdefault(name, fact)
    memory = next((fact for name, fact in _facts(root / "meminfo") if name == "MemTotal"), "0 kB")
    return HostFacts(
        cpu_model=first.get("model name", ""),
        threads=threads or os.cpu_count() or 1,
        sockets=len(sockets) or 1,
        memory_bytes=int(memory.split()[0]) * _KIB,
        is_guest="hypervisor" in first.get("flags", "").split(),
    )


def _facts(path: Path) -> Iterator[tuple[str, str]]:
    """Yield 'name : fact' lines one by one: a large machine's cpuinfo has half a megabyte."""
    try:
        with path.open(errors="replace") as lines:
            for line in lines:
                name, colon, fact = line.partition(":")
                if colon:
                    yield name.strip(), fact.strip()
    except OSError:
        return


class _Stat(NamedTuple):
    """What /proc/PID/stat says, as far as it is needed; fields are those of proc(5)."""

    parent: int
    ticks: int
    """CPU time of the process and of children it waited for: fields 14 to 17. [ticks]"""
    waited_ticks: int
    """Of these, that of the children: fields 16 and 17. [ticks]"""
    threads: int
    started: int
    """With the process id, tells it from any other of the same boot. [ticks]"""
    pages: int
    """Resident memory. [pages]"""


class _Member:
    """A process of the tree, as it was when it was last looked at."""

    __slots__ = ("parent", "path", "pid", "shared", "stat")

    def __init__(self, pid: int, parent: "_Member | None", path: str, stat: _Stat) -> None:
        self.pid = pid
        self.parent = parent
        """None where it is outside the tree."""
        self.path = path
        self.stat = stat
        self.shared = (0, 0)
        """Its resident pages when its shared ones were read, and how many those were."""


class ProcessTree:
    """Follows a process and its descendants; the CPU time it returns never falls.

    Once a descendant, always one: a daemon that was left to init counts as long as it lives. The
    CPU time of a process that ended is that of the parent who waited for it; where nobody did, it
    is kept here. Two things escape: a process that is born, and left by its parent to others,
    between two looks; and what a process used after the last look, if nobody waited for it.

    Args:
        pid: Process at the root of the tree.
        root: Where procfs is mounted.
        ticks_per_s: Clock ticks in which procfs counts CPU time. [1/s]
        page_bytes: Size of a memory page. [B]

    Raises:
        OSError: The process cannot be read.
        ValueError: Its stat file is not that of a process; IndexError likewise.
    """

    def __init__(
        self,
        pid: int,
        root: Path = DEFAULT_ROOT,
        *,
        ticks_per_s: int | None = None,
        page_bytes: int | None = None,
    ) -> None:
        self._root = os.fspath(root)
        self._ticks_per_s = ticks_per_s or os.sysconf("SC_CLK_TCK")
        self._page_bytes = page_bytes or os.sysconf("SC_PAGE_SIZE")
        path = f"{self._root}/{pid}"
        # Parents come before their children, which the reading below relies on.
        self._members = {pid: _Member(pid, None, path, _stat(path))}
        self._kept_ticks = 0
        self._newest: bytes | None = None
        self._listed: frozenset[str] = frozenset()
        self._has_children_files = os.path.exists(f"{path}/task/{pid}/children")  # noqa: PTH110
        self._opened_s = self._looked_s = time.monotonic()
        self._own_bytes: float | None = None
        """Memory of the process that looks, while it has no descendants."""
        self._own_statm = _KeptFile(f"{path}/statm") if self._is_own(pid) else None
        self.cpu_s = 0.0
        """CPU time as of the last look, that of the ended included. [s]"""

    def use(self) -> TreeUse:
        """Look at the tree, and return what it has used so far.

        Raises:
            OSError: procfs cannot be read now, as when a process has no file left to open;
                nothing is lost by it.
        """
        if self._own_statm is not None and (self._was_alone_lately() or self._is_alone()):
            return self._own_use(self._own_statm)
        self._own_bytes = None
        self._look_for_children()
        living = self._living()
        if len(living) < len(self._members):
            self._part_with_ended(living)
        for pid, stat in living.items():
            self._members[pid].stat = stat
        ticks = sum(stat.ticks for stat in living.values())
        self.cpu_s = max(self.cpu_s, (ticks + self._kept_ticks) / self._ticks_per_s)
        return TreeUse(self.cpu_s, self._resident_bytes())

    def close(self) -> None:
        """Let go of the file that is kept open."""
        if self._own_statm is not None:
            self._own_statm.close()

    def _is_own(self, pid: int) -> bool:
        """Tell whether the tree's root is the process that looks, on a system that can tell."""
        is_this = pid == os.getpid() and self._root == os.fspath(DEFAULT_ROOT)
        return is_this and hasattr(os, "waitid")

    def _is_alone(self) -> bool:
        """Tell whether the process that looks has no descendant: without a look at any file."""
        if len(self._members) > 1:
            return False
        try:
            os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)  # waits for nobody
        except ChildProcessError:
            return True
        return False

    def _was_alone_lately(self) -> bool:
        """Tell whether the process that looks had no descendant a moment ago.

        A moment is a tenth of the time it has been followed, two seconds at most: it spares two
        thirds of what a look costs, and what is born meanwhile is seen all the same unless it has
        ended, and nobody waited for it.
        """
        since_s = time.monotonic() - self._looked_s
        moment_s = min(LONGEST_MOMENT_S, (self._looked_s - self._opened_s) / 10)
        return self._own_bytes is not None and since_s < moment_s

    def _own_use(self, statm: "_KeptFile") -> TreeUse:
        """Return what the process that looks has used, from its own clocks."""
        waited = getrusage(RUSAGE_CHILDREN)
        own_s = time.process_time() + waited.ru_utime + waited.ru_stime
        self.cpu_s = max(self.cpu_s, own_s + self._kept_ticks / self._ticks_per_s)
        if self._own_bytes is None or not self._was_alone_lately():
            self._own_bytes = float(int(statm.read().split()[1]) * self._page_bytes)
            self._looked_s = time.monotonic()
        return TreeUse(self.cpu_s, self._own_bytes)

    def _look_for_children(self) -> None:
        """Take in new descendants, if any process was created since the last time."""
        newest = _newest_process(self._root)
        if newest is not None and newest == self._newest:
            return
        if self._has_children_files and self._is_walking_cheaper():
            self._listed = frozenset()
            self._walk()
        else:
            self._list()
        self._newest = newest

    def _is_walking_cheaper(self) -> bool:
        threads = sum(member.stat.threads for member in self._members.values())
        # procfs has a link for every process, as a folder has for those in it.
        return threads * _LISTED_PER_THREAD < os.stat(self._root).st_nlink  # noqa: PTH116

    def _walk(self) -> None:
        """Ask every thread for its children."""
        waiting = list(self._members.values())
        while waiting:
            for pid in _children(waiting.pop().path):
                stat = None if pid in self._members else _stat_or_none(f"{self._root}/{pid}")
                if stat is not None and stat.parent in self._members:
                    waiting.append(self._adopt(pid, stat))

    def _list(self) -> None:
        """Ask every process that was not there the last time for its parent."""
        names = frozenset(filter(str.isdigit, os.listdir(self._root)))  # noqa: PTH208
        children: dict[int, list[tuple[int, _Stat]]] = {}
        for name in names - self._listed:
            stat = _stat_or_none(f"{self._root}/{name}")
            if stat is not None and int(name) not in self._members:
                children.setdefault(stat.parent, []).append((int(name), stat))
        waiting = [child for pid in self._members for child in children.pop(pid, ())]
        while waiting:
            pid, stat = waiting.pop()
            self._adopt(pid, stat)
            waiting += children.pop(pid, ())
        self._listed = names

    def _adopt(self, pid: int, stat: _Stat) -> _Member:
        path = f"{self._root}/{pid}"
        self._members[pid] = member = _Member(pid, self._members[stat.parent], path, stat)
        return member

    def _living(self) -> dict[int, _Stat]:
        """Read all members, parents first, and return those that are alive.

        A child that is alive after its parent was read is not yet in its parent's time. One that
        ends meanwhile may be: then the others are read once more.
        """
        candidates = list(self._members.values())
        for _ in range(_MOST_PASSES):
            read = [(member, _stat_or_none(member.path)) for member in candidates]
            living = {
                member.pid: stat
                for member, stat in read
                if stat is not None and stat.started == member.stat.started
            }
            if len(living) == len(candidates):
                break
            candidates = [member for member in candidates if member.pid in living]
        return living

    def _part_with_ended(self, living: dict[int, _Stat]) -> None:
        """Drop the ended, and keep what did not arrive in the time of a living one's children."""
        ended_ticks: dict[int | None, int] = {}
        ended = self._members.keys() - living.keys()
        for pid in ended:
            heir: _Member | None = self._members[pid]
            while heir is not None and heir.pid not in living:
                heir = heir.parent
            heir_pid = None if heir is None else heir.pid
            ended_ticks[heir_pid] = ended_ticks.get(heir_pid, 0) + self._members[pid].stat.ticks
        for heir_pid, ticks in ended_ticks.items():
            arrived_ticks = 0
            if heir_pid is not None:
                before = self._members[heir_pid].stat
                arrived_ticks = living[heir_pid].waited_ticks - before.waited_ticks
            self._kept_ticks += max(0, ticks - arrived_ticks)
        self._members = {pid: self._members[pid] for pid in living}
        for pid, stat in living.items():
            # Whom its parent left is init's, or that of a member that takes in orphans.
            self._members[pid].parent = self._members.get(stat.parent)
        # The ended may have left children that nobody saw, and their ids are free again.
        self._newest, self._listed = None, self._listed.difference(map(str, ended))

    def _resident_bytes(self) -> float:
        """Memory the tree holds: pages that are each process's own, and the shared ones once.

        Workers forked from one process map the same libraries and buffers, so of shared pages the
        largest holder's count, once for all. What they still share of their parent's own pages
        shows only in smaps, which takes milliseconds to read: the machine's use is the limit.
        """
        pages = [member.stat.pages for member in self._members.values()]
        if len(pages) < 2:
            return float(sum(pages) * self._page_bytes)
        shared = list(map(_shared_pages, self._members.values()))
        held_pages = sum(pages) - sum(shared) + max(shared)
        return min(float(held_pages * self._page_bytes), _used_bytes(self._root))


def small_file(path: str) -> bytes:
    """Return what a small file holds; a tenth of what pathlib's way costs."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(descriptor, _MOST_BYTES)
    finally:
        os.close(descriptor)


class _KeptFile:
    """A file of procfs that is kept open: to open it takes five times as long as to read it.

    Work that closes all files, as daemons do, closes it as well, and may open its own in its place:
    then it is opened again.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._descriptor = -1
        self._identity = (0, 0)

    def read(self) -> bytes:
        """Return what it holds now."""
        if not self._is_ours():
            self._descriptor = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
            self._identity = self._identity_now()
        return os.pread(self._descriptor, _MOST_BYTES, 0)

    def close(self) -> None:
        """Close it, unless somebody has done so."""
        if self._is_ours():
            os.close(self._descriptor)
            self._descriptor = -1

    def _is_ours(self) -> bool:
        try:
            return self._descriptor >= 0 and self._identity_now() == self._identity
        except OSError:
            return False

    def _identity_now(self) -> tuple[int, int]:
        status = os.fstat(self._descriptor)
        return status.st_dev, status.st_ino


def _stat(path: str) -> _Stat:
    # The command's name may itself hold spaces and brackets: fields count from behind it.
    fields = small_file(f"{path}/stat").rpartition(b")")[2].split()
    waited_ticks = int(fields[13]) + int(fields[14])
    return _Stat(
        parent=int(fields[1]),
        ticks=int(fields[11]) + int(fields[12]) + waited_ticks,
        waited_ticks=waited_ticks,
        threads=int(fields[17]),
        started=int(fields[19]),
        pages=int(fields[21]),
    )


def _stat_or_none(path: str) -> _Stat | None:
    """Return a process's stat; None if it has ended, or is another user's and hidden."""
    try:
        return _stat(path)
    except (FileNotFoundError, ProcessLookupError, PermissionError, ValueError, IndexError):
        return None


def _children(path: str) -> list[int]:
    """Return the children of a process, all threads' together; none if it has ended."""
    found: list[int] = []
    for _ in range(_MOST_PASSES):
        try:
            for thread in os.listdir(f"{path}/task"):  # noqa: PTH208
                children = f"{path}/task/{thread}/children"
                with open(children, "rb", buffering=0) as stream:  # noqa: PTH123
                    found += map(int, stream.read().split())
            break
        except (FileNotFoundError, ProcessLookupError):
            continue  # a thread has ended, and left its children to another
    return found


def _newest_process(root: str) -> bytes | None:
    """Return the id of the newest process or thread; None where the kernel does not say."""
    try:
        return small_file(f"{root}/loadavg").split()[4]
    except (OSError, IndexError):
        return None


def _shared_pages(member: _Member) -> int:
    """Return the resident pages that map files or shared memory; 0 if the process has ended.

    They are read again when it holds more or less memory than before.
    """
    pages = member.stat.pages
    if member.shared[0] != pages:
        try:
            shared = int(small_file(f"{member.path}/statm").split()[2])
        except (OSError, ValueError, IndexError):
            shared = 0
        member.shared = (pages, min(shared, pages))
    return member.shared[1]


def _used_bytes(root: str) -> float:
    """Memory in use on the whole machine; without limit where /proc does not say."""
    try:
        lines = small_file(f"{root}/meminfo").split(b"\n", 3)[:3]
        kib = {name: int(amount.split()[0]) for name, _, amount in map(_halves, lines)}
        return (kib[b"MemTotal"] - kib[b"MemAvailable"]) * _KIB
    except (OSError, ValueError, IndexError, KeyError):
        return inf


def _halves(line: bytes) -> tuple[bytes, bytes, bytes]:
    return line.partition(b":")


def boot_id(root: Path = DEFAULT_ROOT) -> str:
    """Return the id of this boot of this machine; empty where there is none."""
    try:
        return (root / "sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


def ancestors(pid: int, root: Path = DEFAULT_ROOT) -> Iterator[int]:
    """Yield the parent of a process, its parent and so on, as far as they can be seen."""
    while (stat := _stat_or_none(f"{os.fspath(root)}/{pid}")) is not None and stat.parent:
        pid = stat.parent
        yield pid


def start_ticks(pid: int, root: Path = DEFAULT_ROOT) -> int | None:
    """Return when a process started, to tell it from a later one of the same id."""
    try:
        return _stat(f"{os.fspath(root)}/{pid}").started
    except (OSError, ValueError, IndexError):
        return None
