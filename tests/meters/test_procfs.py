"""/proc on trees made by hand, and once on this machine."""

import os
import resource
import subprocess
import sys
import time

import pytest

from processes import without_other_children
from wattprint.meters.procfs import (
    HostFacts,
    ProcessTree,
    ancestors,
    boot_id,
    host_facts,
    start_ticks,
)


def tree_of(proc, pid):
    """100 ticks a second and pages of 1000 bytes, so that sums can be done in the head."""
    return ProcessTree(pid, proc.root, ticks_per_s=100, page_bytes=1_000)


def test_a_process_is_charged_user_and_system_time_with_that_of_its_waited_children(proc):
    proc.process(10, 1, ticks=(150, 50, 30, 20), pages=4)
    # (150 + 50 + 30 + 20) / 100 = 2.5 s; 4 pages of 1000 bytes.
    assert tree_of(proc, 10).use() == (2.5, 4_000)


def test_descendants_of_all_generations_are_added_and_strangers_are_not(proc):
    proc.process(10, 1, ticks=(100, 0, 0, 0), pages=1)
    proc.process(11, 10, ticks=(200, 0, 0, 0), pages=2)
    proc.process(12, 11, ticks=(300, 0, 0, 0), pages=3)
    proc.process(9, 1, ticks=(9_000, 0, 0, 0), pages=900)
    proc.process(1, 0, ticks=(7_000, 0, 0, 0), pages=700)
    # 1 + 2 + 3 s; 1 + 2 + 3 pages.
    assert tree_of(proc, 10).use() == (6.0, 6_000)


def test_a_deep_tree_is_followed_to_its_end(proc):
    for pid in range(10, 1_510):
        proc.process(pid, pid - 1, ticks=(1, 0, 0, 0), pages=1)
    # 1500 generations of one tick each: 15 s, and no limit of recursion.
    use = tree_of(proc, 10).use()
    assert use.cpu_s == pytest.approx(15.0, rel=1e-9)
    assert use.resident_bytes == 1_500_000


@pytest.mark.parametrize(
    "name", ["a b", "a) b", "(sd-pam)", ") R 1 1", "tmux: server", "line\nbreak"]
)
def test_a_name_may_hold_spaces_brackets_and_line_breaks(proc, name):
    proc.process(10, 1, ticks=(100, 0, 0, 0), pages=1, name=name)
    proc.process(11, 10, ticks=(50, 0, 0, 0), pages=1, name=name)
    assert tree_of(proc, 10).use() == (1.5, 2_000)


def test_a_name_that_is_no_text_is_read_too(proc):
    proc.process(10, 1, ticks=(100, 0, 0, 0))
    stat = proc.root / "10" / "stat"
    stat.write_bytes(stat.read_bytes().replace(b"python", b"\xff\xfe"))
    assert tree_of(proc, 10).use() == (1.0, 0)


def test_a_child_that_has_vanished_is_left_out(proc):
    proc.process(10, 1, ticks=(100, 0, 0, 0))
    (proc.root / "11").mkdir()  # its folder is listed, and its stat is gone
    (proc.root / "12").mkdir()
    (proc.root / "12" / "stat").write_text("")
    assert tree_of(proc, 10).use() == (1.0, 0)


def test_a_root_process_that_is_not_there_raises(proc):
    with pytest.raises(FileNotFoundError):
        tree_of(proc, 10)


def cpu_s_after(tree, *changes):
    """CPU time of a tree at first and after each change of its processes."""
    found = [tree.use().cpu_s]
    for change in changes:
        change()
        found.append(tree.use().cpu_s)
    return found


@pytest.fixture
def pair(proc):
    """A parent that used 10 s and its child, which used 4 s; 1 second is 100 ticks."""
    proc.process(10, 1, ticks=(1_000, 0, 0, 0))
    proc.process(11, 10, ticks=(400, 0, 0, 0))
    return proc


def test_a_child_that_was_waited_for_is_counted_in_its_parent(pair):
    def waited():
        pair.end(11)
        pair.process(10, 1, ticks=(1_000, 0, 450, 0))

    # 10 + 4; then the child's 4.5 s are its parent's.
    assert cpu_s_after(tree_of(pair, 10), waited) == [14.0, 14.5]


def test_a_child_that_nobody_waited_for_leaves_its_time_here(pair):
    def unwaited():
        pair.end(11)
        pair.process(10, 1, ticks=(1_000, 0, 0, 0))

    def goes_on():
        pair.process(10, 1, ticks=(1_200, 0, 0, 0))

    # 10 + 4 stay, and what the parent uses from then on counts: + 2.
    assert cpu_s_after(tree_of(pair, 10), unwaited, goes_on) == [14.0, 14.0, 16.0]


def test_of_two_children_that_ended_the_one_that_was_waited_for_is_not_counted_twice(pair):
    pair.process(12, 10, ticks=(300, 0, 0, 0))

    def one_is_waited_for():
        pair.end(11)
        pair.end(12)
        pair.process(10, 1, ticks=(1_000, 0, 400, 0))

    # 10 + 4 + 3; 4 s have arrived in the parent, 3 s are kept.
    assert cpu_s_after(tree_of(pair, 10), one_is_waited_for) == [17.0, 17.0]


def test_the_time_of_a_grandchild_arrives_with_its_parents(pair):
    pair.process(12, 11, ticks=(200, 0, 0, 0))

    def both_waited():
        pair.end(12)
        pair.end(11)
        pair.process(10, 1, ticks=(1_000, 0, 600, 0))

    # 10 + 4 + 2, all of it with the first in the end.
    assert cpu_s_after(tree_of(pair, 10), both_waited) == [16.0, 16.0]


def test_the_root_may_end_and_the_others_still_count(pair):
    def root_ends():
        pair.end(10)
        pair.process(11, 1, ticks=(500, 0, 0, 0))

    def orphan_goes_on():
        pair.process(11, 1, ticks=(700, 0, 0, 0))

    def orphan_ends():
        pair.end(11)

    # 10 s are kept; the child goes on to 5 and 7 s, which init then waits for.
    found = cpu_s_after(tree_of(pair, 10), root_ends, orphan_goes_on, orphan_ends)
    assert found == [14.0, 15.0, 17.0, 17.0]


def test_a_daemon_that_was_left_to_init_counts_as_long_as_it_lives(pair):
    pair.process(12, 11)

    def parent_ends():
        pair.end(11)
        pair.process(10, 1, ticks=(1_000, 0, 400, 0))
        pair.process(12, 1, ticks=(100, 0, 0, 0))

    def daemon_ends_while_another_child_is_waited_for():
        pair.end(12)
        pair.process(10, 1, ticks=(1_000, 0, 900, 0))

    # 10 + 4 + 1 = 15; then init has the daemon's 1 s, and the 5 s more are of somebody else.
    tree = tree_of(pair, 10)
    found = cpu_s_after(tree, parent_ends, daemon_ends_while_another_child_is_waited_for)
    assert found == [14.0, 15.0, 20.0]


def test_an_orphan_is_its_subreapers_child(pair):
    pair.process(12, 11, ticks=(200, 0, 0, 0))

    def middle_ends():
        pair.end(11)
        pair.process(10, 1, ticks=(1_000, 0, 400, 0))
        pair.process(12, 10, ticks=(200, 0, 0, 0))

    def orphan_is_waited_for():
        pair.end(12)
        pair.process(10, 1, ticks=(1_000, 0, 600, 0))

    assert cpu_s_after(tree_of(pair, 10), middle_ends, orphan_is_waited_for) == [16.0] * 3


def test_a_stranger_with_an_ended_members_id_brings_nothing(pair):
    def another_has_its_id():
        pair.process(11, 1, ticks=(90_000, 0, 0, 0), started=4_000)

    def it_becomes_a_childs():
        pair.process(11, 10, ticks=(100, 0, 0, 0), started=5_000)

    # The child's 4 s stay; a later child of the same id counts anew: + 1.
    found = cpu_s_after(tree_of(pair, 10), another_has_its_id, it_becomes_a_childs)
    assert found == [14.0, 14.0, 15.0]


def test_who_is_new_is_asked_for_only_when_a_process_was_created(pair):
    pair.newest(11)
    tree = tree_of(pair, 10)

    def unannounced():
        pair.process(12, 10, ticks=(100, 0, 0, 0))

    assert cpu_s_after(tree, unannounced, lambda: pair.newest(12)) == [14.0, 14.0, 15.0]


def test_where_the_kernel_names_children_the_tree_is_walked(pair):
    pair.children(10, 11)
    pair.children(11)
    pair.children(11, 12, 13, thread=111)
    pair.process(12, 11, ticks=(100, 0, 0, 0))
    pair.process(13, 11, ticks=(100, 0, 0, 0))
    for pid in range(100, 150):  # a machine on which listing all costs more than that
        pair.process(pid, 1, ticks=(9_000, 0, 0, 0))
    unnamed = 14
    pair.process(unnamed, 10, ticks=(5_000, 0, 0, 0))
    # 10 + 4 + 1 + 1: the one of which no thread says that it is its child was not looked for.
    assert tree_of(pair, 10).use().cpu_s == 16.0


def test_a_tree_of_many_threads_is_found_by_listing(pair):
    pair.process(10, 1, ticks=(1_000, 0, 0, 0), threads=500)
    pair.children(10)
    assert tree_of(pair, 10).use().cpu_s == 14.0


def test_a_tree_that_cannot_be_read_now_loses_nothing(pair):
    tree = tree_of(pair, 10)
    assert tree.use().cpu_s == 14.0
    pair.process(10, 1, ticks=(1_100, 0, 400, 0))
    pair.end(11)
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, limits[1]))
    try:
        with pytest.raises(OSError, match="Too many open files"):
            tree.use()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert (tree.use().cpu_s, tree.cpu_s) == (15.0, 15.0)


def test_shared_pages_count_once_however_many_map_them(proc):
    for pid, pages, shared in ((10, 50, 20), (11, 40, 30), (12, 25, 25)):
        proc.process(pid, 1 if pid == 10 else 10, pages=pages)
        proc.shared(pid, shared)
    # Their own: 30 + 10 + 0; shared: 30, the most that one of them has. 70 pages of 1000 bytes.
    assert tree_of(proc, 10).use().resident_bytes == 70_000


def test_a_tree_holds_no_more_than_the_machine_has_in_use(pair):
    pair.process(10, 1, pages=60)
    pair.process(11, 10, pages=60)
    pair.file("meminfo", "MemTotal: 200 kB\nMemFree: 50 kB\nMemAvailable: 100 kB\nCached: 9\n")
    # 120 pages of 1000 bytes, of which 100 KiB at most can be in memory.
    assert tree_of(pair, 10).use().resident_bytes == 102_400


@without_other_children
def test_processes_that_come_and_go_on_this_machine_are_charged_to_the_tree():
    spin = "import time\nend = time.process_time() + 0.2\nwhile time.process_time() < end: pass"
    nested = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {spin!r}])"
    tree = ProcessTree(os.getpid())
    before_s = tree.use().cpu_s
    child = subprocess.Popen([sys.executable, "-c", nested])
    seen_s = []
    while child.poll() is None:
        seen_s.append(tree.use().cpu_s)
    after_s = tree.use().cpu_s
    assert sorted(seen_s) == seen_s
    # 0.2 s of the grandchild, two interpreters, and this loop; no more than the kernel counts.
    assert after_s - before_s >= 0.2
    assert after_s <= sum(os.times()[:4]) + 0.05


def test_files_beside_the_processes_are_passed_over(proc):
    proc.process(10, 1, ticks=(100, 0, 0, 0))
    for name in ("meminfo", "self", "1a", "sys/kernel"):
        proc.file(name, "nothing\n")
    assert tree_of(proc, 10).use().cpu_s == 1.0


@without_other_children
def test_this_process_is_charged_what_the_kernel_says_it_used():
    def kernel_cpu_s():
        return sum(os.times()[:4])

    before_s = kernel_cpu_s()
    use = ProcessTree(os.getpid()).use()
    # Both count in ticks; each of the four counters may differ by one.
    tick_s = 1 / os.sysconf("SC_CLK_TCK")
    assert before_s - 4 * tick_s <= use.cpu_s <= kernel_cpu_s() + 4 * tick_s
    peak_bytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    assert 0 < use.resident_bytes <= peak_bytes * 1.05  # the kernel counts pages in batches


CPUINFO = """processor\t: {processor}
vendor_id\t: GenuineIntel
model name\t: Intel(R) Xeon(R) Gold 6248 CPU @ 2.50GHz
physical id\t: {socket}
flags\t\t: fpu vme {flag} sse2

"""


def cpuinfo(sockets, threads_each, flag=""):
    return "".join(
        CPUINFO.format(processor=socket * threads_each + thread, socket=socket, flag=flag)
        for socket in range(sockets)
        for thread in range(threads_each)
    )


def test_the_machine_says_its_cpu_threads_sockets_and_memory(proc):
    proc.file("cpuinfo", cpuinfo(2, 4))
    proc.file("meminfo", "MemTotal:       16384 kB\nMemFree:         1024 kB\n")
    # 2 x 4 threads; 16384 KiB = 16 MiB = 16777216 bytes.
    name = "Intel(R) Xeon(R) Gold 6248 CPU @ 2.50GHz"
    assert host_facts(proc.root) == HostFacts(name, 8, 2, 16_777_216, is_guest=False)


def test_a_hypervisor_makes_a_guest(proc):
    proc.file("cpuinfo", cpuinfo(1, 2, flag="hypervisor"))
    assert host_facts(proc.root).is_guest
    proc.file("cpuinfo", cpuinfo(1, 2, flag="hypervisors"))
    assert not host_facts(proc.root).is_guest


def test_an_arm_machine_without_a_model_name_still_has_threads(proc):
    proc.file("cpuinfo", "processor\t: 0\nFeatures\t: fp asimd\n\nprocessor\t: 1\n")
    assert host_facts(proc.root) == ("", 2, 1, 0, False)


def test_a_machine_without_proc_has_empty_facts(tmp_path):
    facts = host_facts(tmp_path / "proc")
    assert (facts.cpu_model, facts.memory_bytes, facts.is_guest) == ("", 0, False)
    assert facts.threads >= 1


def test_a_boot_has_an_id_and_none_is_empty(proc):
    assert boot_id(proc.root) == ""
    proc.file("sys/kernel/random/boot_id", "7d3e7f0a\n")
    assert boot_id(proc.root) == "7d3e7f0a"


def test_ancestors_are_named_up_to_the_first_process_whatever_they_are_called(proc):
    proc.process(1, 0, name="init")
    proc.process(20, 1, name="a) S 7 (b")
    proc.process(10, 20, name="tmux: server")
    assert list(ancestors(10, proc.root)) == [20, 1]


def test_ancestors_that_are_hidden_or_torn_end_the_line(proc):
    proc.process(10, 20)
    assert list(ancestors(10, proc.root)) == [20]
    proc.file("20/stat", "20 (torn")
    assert list(ancestors(10, proc.root)) == [20]
    assert list(ancestors(11, proc.root)) == []


def test_a_process_is_told_from_a_later_one_by_its_start(proc):
    proc.process(10, 1, name="a) b", started=4321)
    assert start_ticks(10, proc.root) == 4321
    assert start_ticks(11, proc.root) is None
    (proc.root / "10" / "stat").write_text("10 (torn")
    assert start_ticks(10, proc.root) is None


@without_other_children
def test_a_process_that_looks_at_itself_counts_to_the_microsecond():
    tree = ProcessTree(os.getpid())
    before = tree.use()
    begun_s = time.process_time()
    while time.process_time() - begun_s < 0.003:  # a third of a tick of /proc
        pass
    after = tree.use()
    tree.close()
    assert 0.003 <= after.cpu_s - before.cpu_s < 0.3
    assert after.resident_bytes > 1e6


@without_other_children
def test_a_file_that_the_work_closed_and_replaced_is_opened_again(tmp_path):
    tree = ProcessTree(os.getpid())
    tree.use()
    descriptor = tree._own_statm._descriptor
    own = os.open(tmp_path / "checkpoint", os.O_RDWR | os.O_CREAT)
    os.dup2(own, descriptor)  # the work's file stands where ours was
    os.write(own, b"1 2 3")
    assert tree.use().resident_bytes > 1e6
    tree.close()
    assert os.fstat(descriptor).st_size == 5  # it is still open, and untouched
    os.close(descriptor)
    os.close(own)


@without_other_children
def test_a_child_ends_being_alone():
    tree = ProcessTree(os.getpid())
    tree.use()
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    tree.use()
    child.communicate(b"\n")
    tree.close()
    assert list(tree._members) == [os.getpid(), child.pid]
