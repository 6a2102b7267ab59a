"""/proc on trees made by hand, and once on this machine."""

import os
import resource

import pytest

from wattprint.meters.procfs import HostFacts, ProcessTree, boot_id, host_facts, start_ticks


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


def test_a_root_process_that_is_gone_raises(proc):
    with pytest.raises(FileNotFoundError):
        tree_of(proc, 10).use()


def test_files_beside_the_processes_are_passed_over(proc):
    proc.process(10, 1, ticks=(100, 0, 0, 0))
    for name in ("meminfo", "self", "1a", "sys/kernel"):
        proc.file(name, "nothing\n")
    assert tree_of(proc, 10).use().cpu_s == 1.0


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


def test_a_process_is_told_from_a_later_one_by_its_start(proc):
    proc.process(10, 1, name="a) b", started=4321)
    assert start_ticks(10, proc.root) == 4321
    assert start_ticks(11, proc.root) is None
    (proc.root / "10" / "stat").write_text("10 (torn")
    assert start_ticks(10, proc.root) is None
