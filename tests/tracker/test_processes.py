"""Tracked programs as the system sees them: how they end, fork, print and what they open."""

import json
import random
import signal
import subprocess
import sys
import time

import pytest

from fake_nvml import NoCompilerError, build
from processes import WHOLE_PROOF, environment, python, wait_until
from processes import run as run_program
from true_machines import MACHINES, Machine
from wattprint.ledger.runs import Ledger


def last(home):
    return Ledger(home / ".wattprint").find("last")


@pytest.mark.parametrize(
    ("end", "status", "state", "exit_code"),
    [
        ("", 0, "completed", None),
        ("sys.exit(0)", 0, "completed", 0),
        ("sys.exit(3)", 3, "failed", 3),
        ("sys.exit('no data')", 1, "failed", 1),
        ("raise ValueError('nan')", 1, "failed", None),
    ],
    ids=["end", "exit 0", "exit 3", "exit with words", "an error"],
)
def test_a_program_ends_as_it_would_have_and_its_run_says_how(
    tmp_path, end, status, state, exit_code
):
    done = python(f"import sys, wattprint\nwith wattprint.track():\n    {end or 1}", home=tmp_path)
    assert (done.returncode, done.stdout) == (status, "")
    assert (last(tmp_path).state, last(tmp_path).run.exit_code) == (state, exit_code)


@pytest.mark.parametrize(
    ("end", "state"),
    [("", "completed"), ("raise ValueError('nan')", "failed"), ("os._exit(0)", "interrupted")],
    ids=["end", "an error", "an exit without farewell"],
)
def test_a_run_that_nobody_stopped_ends_with_its_program(tmp_path, end, state):
    python(f"import os, wattprint\nwattprint.track().start()\n{end}", home=tmp_path)
    assert last(tmp_path).state == state
    assert len(last(tmp_path).run.intervals) == (0 if state == "interrupted" else 1)


NO_SOCKETS = """
import ctypes, platform, struct
class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]
def forbid_sockets():
    socket = {"x86_64": 41, "aarch64": 198}[platform.machine()]
    load, equal, answer, kill, allow = 0x20, 0x15, 0x06, 0x80000000, 0x7FFF0000
    steps = [(load, 0, 0, 0), (equal, 0, 1, socket), (answer, 0, 0, kill), (answer, 0, 0, allow)]
    code = b"".join(struct.pack("HBBI", *step) for step in steps)
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.prctl(38, 1, 0, 0, 0) == 0  # no new privileges
    assert libc.prctl(22, 2, ctypes.byref(Program(len(steps), code)), 0, 0) == 0
"""
"""A seccomp filter: the system call socket() ends the process, whoever makes it."""

TRACKED = """
import sys, time
heard = []
LOUD = ("socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "urllib.", "ftplib.")
sys.addaudithook(lambda event, _: heard.append(event) if event.startswith(LOUD) else None)
import wattprint
with wattprint.track(zone="FR", interval_s=0.1) as run:
    for step in range(3):
        with run.section("step"):
            sum(range(10**6))
        run.log(step=step, samples=32, loss=float("nan"))
run.footprint()
assert heard == [], heard
"""


def every_meter(tmp_path):
    """A machine with RAPL and two GPUs, one of which goes; without a compiler without GPUs."""
    try:
        library = build(tmp_path)
    except NoCompilerError:
        library = None
    script = Machine(MACHINES["two sockets, DRAM, psys"].zones, MACHINES["4 GPUs"].gpus)
    machine = script.built(tmp_path / "machine", library, starts_at_s=time.monotonic())
    return {
        "WATTPRINT_POWERCAP": str(machine.powercap),
        "WATTPRINT_NVML_LIBRARY": machine.nvml_library,
    }


@pytest.mark.parametrize("sensors", [lambda _: {}, every_meter], ids=["no sensor", "every meter"])
def test_a_program_that_tracks_prints_nothing_and_opens_no_socket(tmp_path, sensors):
    done = python(f"{NO_SOCKETS}\nforbid_sockets()\n{TRACKED}", home=tmp_path, **sensors(tmp_path))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert last(tmp_path).state == "completed"


@pytest.mark.parametrize(
    ("script", "status"),
    [
        (f"{NO_SOCKETS}\nforbid_sockets()\nimport socket; socket.socket()", -signal.SIGSYS),
        (
            TRACKED.replace(
                "with run.section", "import socket; socket.socket()\n        with run.section"
            ),
            1,
        ),
    ],
    ids=["the filter", "the hook"],
)
def test_the_guards_against_sockets_hear_one(tmp_path, script, status):
    assert python(script, home=tmp_path).returncode == status


def test_a_program_that_tracks_writes_its_journal_and_no_other_file(tmp_path):
    script = """
import os, sys
written = []
def hear(event, arguments):
    if event == "open" and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
        written.append(str(arguments[0]))
sys.addaudithook(hear)
import wattprint
with wattprint.track(zone="FR") as run:
    pass
run.footprint()
print(*(path for path in written if not path.partition(".pyc")[1]))
"""
    done = python(script, home=tmp_path)
    (journal,) = (tmp_path / ".wattprint" / "runs").iterdir()
    assert done.stdout.split() == [str(journal)], done.stderr


def test_a_forked_copy_is_inert(tmp_path):
    script = """
import os, sys, wattprint
run = wattprint.track()
with run:
    if os.fork() == 0:
        run.start()
        run.stop("failed")
        sys.exit(5)  # leaves the with statement, and runs the exit handlers
    child_status = os.wait()[1]
    assert run.record().outcome is None, "the copy has ended the run"
print(os.waitstatus_to_exitcode(child_status))
"""
    done = python(script, home=tmp_path)
    assert (done.stdout, done.stderr) == ("5\n", "")
    assert (last(tmp_path).state, len(list(Ledger(tmp_path / ".wattprint").entries()))) == (
        "completed",
        1,
    )


def test_a_fork_may_track_a_run_of_its_own(tmp_path):
    script = """
import os, wattprint
with wattprint.track(name="parent"):
    if os.fork() == 0:
        with wattprint.track(name="child"):
            pass
        os._exit(0)
    os.wait()
"""
    assert python(script, home=tmp_path).stderr == ""
    entries = Ledger(tmp_path / ".wattprint").entries()
    assert {entry.run.name: entry.state for entry in entries} == {
        "parent": "completed",
        "child": "completed",
    }


def test_forks_beside_a_run_are_no_forks_beside_a_thread(tmp_path):
    script = """
import os, threading, wattprint  # warnings are errors: Python 3.12 warns of a fork beside a thread
with wattprint.track(interval_s=0.1) as run:
    for _ in range(50):
        if (child := os.fork()) == 0:
            os._exit(threading.active_count())
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 1
    print([thread.name for thread in threading.enumerate()])
"""
    done = python(script, home=tmp_path)
    assert (done.stdout, done.stderr) == ("['MainThread', 'wattprint']\n", "")
    run = last(tmp_path).run
    assert (run.outcome, run.faults) == ("completed", ())


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_workers_of_a_pool_are_part_of_the_tree_and_may_be_ended(tmp_path, method):
    script = tmp_path / "work.py"
    script.write_text(f"""
import multiprocessing, os, time, wattprint
def work(_):
    end = time.process_time() + 0.2
    while time.process_time() < end:
        pass
    return time.process_time()
if __name__ == "__main__":
    context = multiprocessing.get_context({method!r})
    with wattprint.track(interval_s=0.1) as run:
        with context.Pool(2) as pool:
            print(sum(pool.map(work, range(4), chunksize=2)))
""")
    done = run_program([sys.executable, "-W", "error", script], home=tmp_path)
    assert done.stderr == ""
    run = last(tmp_path).run
    cpu = [device.activity_unit for device in run.devices].index("cpu_s")
    recorded_s = sum(interval.activity[cpu] or 0.0 for interval in run.intervals)
    # Four times 0.2 s in two workers; the rest is the interpreters' own start.
    assert recorded_s >= 0.8 - 0.05


def test_cpu_time_of_the_program_and_its_children_is_what_the_model_is_fed(tmp_path):
    script = """
import json, os, subprocess, sys, time, wattprint
def burn(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass
burn(0.3)  # before the run, not of the run
with wattprint.track() as run:
    before = os.times()
    burn(0.5)
    subprocess.run([sys.executable, "-c", "sum(range(10**7))"], check=True)
    after = os.times()
print(sum(after[:4]) - sum(before[:4]))
"""
    used_s = float(python(script, home=tmp_path).stdout)
    run = last(tmp_path).run
    cpu = [device.activity_unit for device in run.devices].index("cpu_s")
    recorded_s = sum(interval.activity[cpu] for interval in run.intervals)
    # /proc counts in hundredths of a second; the run's own start and end are its as well.
    assert used_s - 0.05 <= recorded_s <= used_s + 0.15


def start_tracking(home, interval_s=0.1):
    """Start a program that tracks until its standard input is closed."""
    script = (
        f"import sys, wattprint\nwith wattprint.track(interval_s={interval_s}): sys.stdin.read()"
    )
    return subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, env=environment(home)
    )


def journal_bytes(home):
    return b"".join(path.read_bytes() for path in home.glob(".wattprint/runs/*.jsonl"))


def kill_after(home, lines, number):
    """End a tracked program by a signal once its journal has so many lines."""
    program = start_tracking(home)
    try:
        wait_until(lambda: journal_bytes(home).count(b"\n") >= lines, "the journal grows")
        program.send_signal(number)
        assert program.wait() == -number
    finally:
        program.kill()
        program.stdin.close()
        program.wait()


def test_a_run_goes_on_until_its_program_is_killed_and_was_interrupted_then(tmp_path):
    program = start_tracking(tmp_path)
    try:
        wait_until(lambda: journal_bytes(tmp_path).count(b"\n") >= 3, "the journal grows")
        assert last(tmp_path).state == "running"
    finally:
        program.kill()
        program.stdin.close()
        program.wait()
    assert last(tmp_path).state == "interrupted"


@pytest.mark.proof
def test_a_program_that_is_killed_leaves_its_readings(tmp_path):
    chosen = random.Random(7)
    for i in range(50 if WHOLE_PROOF else 3):
        home, lines = tmp_path / str(i), chosen.randint(1, 6)
        kill_after(home, lines, signal.SIGKILL)
        entry = last(home)
        # A header and then intervals; all that were written are there, whole.
        assert entry.state == "interrupted"
        assert len(entry.run.intervals) >= lines - 1
        kept = [json.loads(line) for line in journal_bytes(home).splitlines()]
        assert [line["line"] for line in kept] == ["header", *["interval"] * (len(kept) - 1)]


def test_ctrl_c_is_an_interruption(tmp_path):
    program = start_tracking(tmp_path)
    wait_until(lambda: journal_bytes(tmp_path).count(b"\n") >= 2, "the journal grows")
    program.send_signal(signal.SIGINT)
    program.stdin.close()
    assert program.wait() == -signal.SIGINT
    assert last(tmp_path).run.outcome == "interrupted"


def test_a_disk_that_is_full_from_the_start_leaves_the_work_alone(tmp_path):
    script = """
import resource, wattprint
resource.setrlimit(resource.RLIMIT_FSIZE, (64, resource.RLIM_INFINITY))
with wattprint.track() as run:
    print("the work")
print(run.run_id, run.failure.strerror)
"""
    done = python(script, home=tmp_path)
    assert (done.stdout, done.stderr) == ("the work\nNone File too large\n", "")
    assert list(Ledger(tmp_path / ".wattprint").entries()) == []


@pytest.mark.parametrize("is_mended", [True, False], ids=["for a while", "to the end"])
def test_a_disk_that_fills_up_leaves_the_work_alone(tmp_path, is_mended):
    script = f"""
import os, resource, time, wattprint
def limit(size):
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
with wattprint.track(interval_s=0.1) as run:
    path = os.path.join(os.environ["HOME"], ".wattprint", "runs", run.run_id + ".jsonl")
    limit(os.path.getsize(path) + 7)
    while not run.unwritten:  # until an interval was cut short
        time.sleep(0.01)
    if {is_mended}:
        limit(resource.RLIM_INFINITY)
    print("the work")
"""
    done = python(script, home=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "the work\n", "")
    entry = last(tmp_path)
    assert entry.state == ("completed" if is_mended else "interrupted")
    if is_mended:
        assert "File too large" in entry.run.faults[0].message
        assert entry.run.intervals[0].start_s == 0.0, "what could not be written was read again"
