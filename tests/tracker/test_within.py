"""A run says in its record which run measures it as well: real launchers, and trees of files."""

import os
import shlex
import sys

import pytest

import wattprint
from processes import python, wait_until
from processes import wattprint as command
from wattprint.ledger.runs import Ledger
from wattprint.meters.procfs import boot_id
from wattprint.tracker.track import PARENT_RUN
from wattprint.tracker.within import PARENT_PROCESS, is_below

TRIAL = """
import sys, wattprint
with wattprint.track(name="trial", parent=sys.argv[1] if sys.argv[1:] else None):
    pass
"""
ORPHAN = """
import os, sys, time
if os.fork():
    os._exit(0)
os.setsid()
above = os.getpid()  # it ends: whoever adopts the other is its parent then
if os.fork():
    os._exit(0)
while os.getppid() == above:
    time.sleep(0.005)
import wattprint
with wattprint.track(name="trial"):
    pass
open(sys.argv[1], "w").close()
"""
TRIAL_IN_SHELL = shlex.join([sys.executable, "-c", TRIAL])
BOOT = "7d3e7f0a"


@pytest.fixture
def proc(tmp_path):
    """A machine where 20 is a launcher, 10 runs below it, and 11 does not."""
    for pid, parent, name in ((1, 0, "init"), (20, 1, "a) S 11 (b"), (10, 20, "x"), (11, 1, "y")):
        (tmp_path / f"proc/{pid}").mkdir(parents=True)
        fields = " ".join(map(str, [parent, *range(30)]))
        (tmp_path / f"proc/{pid}/stat").write_text(f"{pid} ({name}) S {fields}\n")
    (tmp_path / "proc/sys/kernel/random").mkdir(parents=True)
    (tmp_path / "proc/sys/kernel/random/boot_id").write_text(f"{BOOT}\n")
    return tmp_path / "proc"


def runs_of(home):
    """The runs of a ledger by name; a launcher's is 'launcher'."""
    ledger = Ledger(home / ".wattprint")
    return {entry.run.name: entry.run for entry in ledger.entries()}


def launched(home, *what, **variables):
    done = command("track", "--quiet", "--name", "launcher", "--", *what, home=home, **variables)
    assert (done.returncode, done.stderr) == (0, "")
    return runs_of(home)


@pytest.mark.parametrize(
    "what",
    [
        [sys.executable, "-c", TRIAL],
        ["sh", "-c", f"{TRIAL_IN_SHELL}; exit 0"],
        ["setsid", "--wait", sys.executable, "-c", TRIAL],
    ],
    ids=["the command itself", "below a shell", "in a session of its own"],
)
def test_a_run_below_a_launcher_is_within_the_launchers_run(tmp_path, what):
    runs = launched(tmp_path, *what)
    launcher, trial = runs["launcher"], runs["trial"]
    assert trial.parent == trial.process["within"] == launcher.run_id
    assert "within" not in launcher.process


def test_an_orphan_that_the_launcher_adopts_is_within_its_run(tmp_path):
    orphan = shlex.join([sys.executable, "-c", ORPHAN, f"{tmp_path}/done"])
    waiting = f"{orphan}; until [ -e {tmp_path}/done ]; do sleep 0.02; done"
    runs = launched(tmp_path, "sh", "-c", waiting)
    assert runs["trial"].process["within"] == runs["launcher"].run_id


def test_an_orphan_that_nobody_of_the_launcher_adopts_is_not_within(tmp_path):
    # Its launcher is a process that has ended by the time the run begins: only names are left.
    ended = """
import os, subprocess, sys
from wattprint.tracker.within import this_process
told = os.environ | {"WATTPRINT_PARENT_RUN": "r", "WATTPRINT_PARENT_PROCESS": this_process()}
subprocess.run([sys.executable, "-c", *sys.argv[1:]], env=told, check=True)
"""
    assert python(ended, ORPHAN, tmp_path / "done", home=tmp_path).returncode == 0
    wait_until((tmp_path / "done").exists, "the orphan has run")
    trial = runs_of(tmp_path)["trial"]
    assert trial.parent == "r" and "within" not in trial.process


def test_a_launcher_below_a_launcher_is_within_it_and_its_command_within_the_nearest(tmp_path):
    inner = [sys.executable, "-m", "wattprint", "track", "--quiet", "--name", "inner", "--"]
    runs = launched(tmp_path, *inner, sys.executable, "-c", TRIAL)
    assert runs["trial"].process["within"] == runs["inner"].run_id
    assert runs["inner"].process["within"] == runs["launcher"].run_id


@pytest.mark.parametrize("parent", ["a-sweep", '"$WATTPRINT_PARENT_RUN"'])
def test_what_a_run_is_part_of_by_hand_changes_nothing_of_who_measures_it(tmp_path, parent):
    runs = launched(tmp_path, "sh", "-c", f"{TRIAL_IN_SHELL} {parent}")
    assert runs["trial"].parent in {"a-sweep", runs["launcher"].run_id}
    assert runs["trial"].process["within"] == runs["launcher"].run_id


@pytest.mark.parametrize(
    "told",
    [
        *("", "x", ":", "{pid}", "{pid}:", "{pid}:another-boot", "{pid}:{boot}:"),
        *(":{boot}", "1x:{boot}", "-1:{boot}", "0:{boot}", "\udcff:{boot}"),
        "9" * 5000 + ":{boot}",
    ],
    ids=lambda told: ascii(told)[1:20],
)
def test_what_names_no_process_above_on_this_boot_is_passed_over(tmp_path, monkeypatch, told):
    monkeypatch.setenv(PARENT_RUN, "r")
    monkeypatch.setenv(PARENT_PROCESS, told.format(pid=os.getppid(), boot=boot_id()))
    with wattprint.track(home=tmp_path) as run:
        pass
    assert run.record().parent == "r" and "within" not in run.record().process


def test_a_launcher_that_is_named_without_a_run_holds_none(tmp_path, monkeypatch):
    monkeypatch.delenv(PARENT_RUN, raising=False)
    monkeypatch.setenv(PARENT_PROCESS, f"{os.getppid()}:{boot_id()}")
    with wattprint.track(home=tmp_path, parent="r") as run:
        pass
    assert "within" not in run.record().process


@pytest.mark.parametrize(
    ("pid", "launcher", "is_within"),
    [
        (10, f"20:{BOOT}", True),
        (10, f"1:{BOOT}", True),
        (10, f"10:{BOOT}", False),
        (11, f"20:{BOOT}", False),
        (10, "20:another", False),
        (99, f"20:{BOOT}", False),
    ],
    ids=["parent", "its parent", "itself", "another's child", "another boot", "gone"],
)
def test_a_process_is_below_its_ancestors_and_nobody_else(proc, pid, launcher, is_within):
    assert is_below(launcher, pid, proc) is is_within


def test_without_a_proc_only_the_own_parent_is_looked_at(tmp_path):
    assert is_below(f"{os.getppid()}:", root=tmp_path)
    assert not is_below("1x:", root=tmp_path)
    assert not is_below(f"{os.getppid()}:{BOOT}", root=tmp_path)
