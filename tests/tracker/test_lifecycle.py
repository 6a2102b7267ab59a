"""Programs told to go while they track: their runs end, and they die as they would have."""

import signal
import subprocess
import sys

import pytest

from doubles import FakeMeter
from processes import environment, python, wait_until
from wattprint.ledger.runs import Ledger

SLEEPER = """
import signal, sys, threading, time
import wattprint
{before}
run = wattprint.track()
run.start()
{after}
print("ready", flush=True)
{wait}
"""


def started(home, *, before="", after="", wait="threading.Event().wait(60)"):
    """A program that tracks, and has said that it does."""
    script = SLEEPER.format(before=before, after=after, wait=wait)
    program = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", script],
        env=environment(home),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert program.stdout.readline() == "ready\n"
    return program


def rest_of(program):
    """All that a program still says, until it has ended.

    `communicate` would pass over what came in one piece with the first line.
    """
    with program:  # closes both, and waits
        return program.stdout.read(), program.stderr.read()


def last(home):
    return Ledger(home / ".wattprint").find("last")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_program_told_to_go_ends_its_run_and_dies_of_the_signal(tmp_path, number):
    program = started(tmp_path)
    program.send_signal(number)
    assert rest_of(program) == ("", "")
    assert program.returncode == -number
    entry = last(tmp_path)
    assert (entry.state, entry.run.exit_code) == ("interrupted", 128 + number)
    assert entry.run.outcome == "interrupted"  # an end mark, not the lack of one


def test_all_runs_of_a_program_end(tmp_path):
    program = started(tmp_path, after="wattprint.track().start()")
    program.terminate()
    rest_of(program)
    outcomes = [entry.run.outcome for entry in Ledger(tmp_path / ".wattprint").entries()]
    assert outcomes == ["interrupted", "interrupted"]


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_program_that_has_a_handler_of_its_own_keeps_it(tmp_path, when):
    handler = "signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))"
    program = started(tmp_path, **{when: handler})
    program.terminate()
    assert rest_of(program) == ("", "")
    assert program.returncode == 7
    assert last(tmp_path).run.outcome == "completed"  # it went as it wanted to


def test_a_program_that_ignores_the_signal_goes_on_doing_so(tmp_path):
    program = started(
        tmp_path,
        before="signal.signal(signal.SIGHUP, signal.SIG_IGN)",
        wait="signal.raise_signal(signal.SIGHUP)\nprint('still here')",
    )
    assert rest_of(program) == ("still here\n", "")
    assert (program.returncode, last(tmp_path).state) == (0, "completed")


def test_ctrl_c_ends_a_run_outside_a_with_statement(tmp_path):
    program = started(tmp_path)
    program.send_signal(signal.SIGINT)
    rest_of(program)
    assert last(tmp_path).run.outcome == "interrupted"


def test_after_the_run_the_signals_are_as_they_were(tmp_path):
    program = started(
        tmp_path,
        wait="run.stop()\nprint(signal.getsignal(signal.SIGTERM) is signal.SIG_DFL)",
    )
    assert rest_of(program) == ("True\n", "")


def test_a_forked_child_dies_as_it_would_have_and_leaves_the_run_alone(tmp_path):
    work = """
import os, warnings
warnings.simplefilter("ignore")
child = os.fork()
if child == 0:
    threading.Event().wait(60)
    os._exit(9)
os.kill(child, signal.SIGTERM)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), run.record().outcome)
"""
    program = started(tmp_path, wait=work)
    assert rest_of(program) == ("-15 None\n", "")
    assert last(tmp_path).state == "completed"


def test_children_told_to_go_as_soon_as_they_are_born_all_do(tmp_path):
    work = """
import os
for _ in range(200):
    if (child := os.fork()) == 0:
        threading.Event().wait(5)
        os._exit(9)
    os.kill(child, signal.SIGTERM)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -15
"""
    program = started(tmp_path, wait=work)
    assert rest_of(program) == ("", "")
    assert (program.returncode, last(tmp_path).state) == (0, "completed")


def test_a_run_that_is_told_to_go_while_it_stops_ends_once(tmp_path):
    program = started(tmp_path, wait="run.stop(); signal.pause()")
    wait_until(lambda: last(tmp_path).run.outcome, "the end of the run")
    program.terminate()
    rest_of(program)
    assert program.returncode == -signal.SIGTERM
    assert last(tmp_path).run.outcome == "completed"


IN_A_THREAD = """
import signal, threading, wattprint
run = wattprint.track()
thread = threading.Thread(target=run.start)
thread.start()
thread.join()
print(signal.getsignal(signal.SIGTERM) is signal.SIG_DFL)
run.stop()
"""


def test_a_tracker_started_in_a_thread_leaves_the_signals_alone(tmp_path):
    done = python(IN_A_THREAD, home=tmp_path)
    assert (done.stdout, done.stderr, last(tmp_path).run.outcome) == ("True\n", "", "completed")


CHAINED = """
mine = []
ours = signal.getsignal(signal.SIGTERM)
def both(number, frame):  # as Lightning does: its own, then what was there
    mine.append(number)
    ours(number, frame)
signal.signal(signal.SIGTERM, both)
"""


def test_a_handler_that_calls_ours_decides_itself(tmp_path):
    work = "signal.raise_signal(signal.SIGTERM)\nprint('checkpoint saved', mine)"
    program = started(tmp_path, after=CHAINED, wait=work)
    assert rest_of(program) == ("checkpoint saved [15]\n", "")
    assert (program.returncode, last(tmp_path).run.outcome) == (0, "completed")


NATIVE = """
import ctypes
HANDLER = ctypes.CFUNCTYPE(None, ctypes.c_int)
def caught(number):
    print("the library's handler", flush=True)
keep = HANDLER(caught)
libc = ctypes.CDLL(None)
libc.signal.argtypes = [ctypes.c_int, HANDLER]
libc.signal.restype = ctypes.c_void_p
libc.signal(signal.SIGTERM, keep)
"""


def test_a_handler_that_python_does_not_know_of_is_left_alone(tmp_path):
    work = "run.stop()\nsignal.raise_signal(signal.SIGTERM)\nprint('still here')"
    program = started(tmp_path, before=NATIVE, wait=work)
    assert rest_of(program) == ("the library's handler\nstill here\n", "")


FORKS = """
import os, sys, threading, wattprint
sys.setswitchinterval(1e-5)
def forks():
    for _ in range(8):
        if (child := os.fork()) == 0:
            os._exit(0)
        os.waitpid(child, 0)
with wattprint.track(interval_s=0.1) as run:
    workers = [threading.Thread(target=forks) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    names = [thread.name for thread in threading.enumerate()]
print(names.count("wattprint"), run.record().outcome)
"""


def test_threads_that_fork_at_once_leave_one_follower(tmp_path):
    # These threads are the program's own: Python's warning of them is its own affair.
    done = python("import warnings\nwarnings.simplefilter('ignore')" + FORKS, home=tmp_path)
    assert (done.stdout, done.stderr) == ("1 completed\n", "")


STOPPED_IN_A_FORK = """
import os, wattprint
run = wattprint.track()
os.register_at_fork({when}=lambda: run.stop())
run.start()
if os.fork() == 0:
    os._exit(0)
os.wait()
print(run.record().outcome, len(run.record().intervals))
"""


@pytest.mark.parametrize("when", ["before", "after_in_parent"])
def test_a_run_that_is_stopped_while_its_process_forks_has_its_end(tmp_path, when):
    done = python(STOPPED_IN_A_FORK.format(when=when), home=tmp_path)
    assert (done.stdout, done.stderr) == ("completed 1\n", "")


def test_ctrl_c_while_it_starts_ends_the_run(tracking, monkeypatch):
    run = tracking(FakeMeter(0))

    def interrupted(timeout_s):
        raise KeyboardInterrupt

    monkeypatch.setattr(run._ready, "wait", interrupted)
    with pytest.raises(KeyboardInterrupt), run:
        pass
    assert run.record().outcome == "interrupted"


def test_an_error_of_long_ago_is_not_the_end_of_this_run(tmp_path):
    script = """
import sys, wattprint
sys.last_type, sys.last_value = ValueError, ValueError("an hour ago, in this session")
wattprint.track().start()
"""
    python(script, home=tmp_path)
    assert last(tmp_path).run.outcome == "completed"
