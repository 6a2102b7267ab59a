"""The command under `wattprint track` runs as if Wattprint were not there: signals and streams.

Real processes, and a pseudo-terminal where a person would press keys.
"""

import fcntl
import hashlib
import os
import pty
import select
import shlex
import signal
import struct
import subprocess
import sys
import termios
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from processes import DEADLINE_S, WATTPRINT, environment, python, run, wait_until
from wattprint.ledger.runs import Ledger

TRACK = [str(WATTPRINT), "track", "--quiet", "--"]
TRACK_IN_SHELL = shlex.join(TRACK)

COUNTING = """
import os, select, signal, sys
def handle(number, frame):
    print(f"<{number}>")
# A signal between a look and a wait ends the wait: without the pipe it would be slept over.
woken, wakes = os.pipe()
os.set_blocking(wakes, False)
signal.set_wakeup_fd(wakes, warn_on_full_buffer=False)
for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP, signal.SIGCHLD}:
    if number not in map(int, sys.argv[1:]):
        signal.signal(number, handle)
print("ready", os.getpid())
while True:
    ready, _, _ = select.select([0, woken], [], [])
    if woken in ready:
        os.read(woken, 100)
    if 0 in ready:
        line = os.read(0, 100).decode().strip()
        print("read", line)
        if line in ("end", ""):
            sys.exit(7)
"""
"""A command that prints each signal it gets, those given excepted, and each line it reads."""


def counting(*not_handled):
    return [sys.executable, "-u", "-c", COUNTING, *map(str, map(int, not_handled))]


def state(pid):
    """State letter of a process; '' when it is gone."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    return ""


def children(pid):
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def is_idle(pid):
    """Whether a process waits, and has taken all signals that it was sent."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    pending = next(line.split()[1] for line in lines if line.startswith("ShdPnd"))
    return state(pid) == "S" and int(pending, 16) == 0


def wait_until_idle(pid):
    wait_until(lambda: is_idle(pid), "all signals are taken")


@contextmanager
def started(home, command, **more):
    """A program, and the id of the process that has said 'ready' in it."""
    program = subprocess.Popen(
        list(map(str, command)),
        env=environment(home),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        **more,
    )
    word, child = program.stdout.readline().split()
    assert word == "ready"
    try:
        yield program, int(child)
    finally:
        program.kill()
        program.communicate()


# Signals that somebody sends

IN_C_LIBRARY = range(signal.SIGRTMIN + 1, signal.SIGRTMAX)
SENT = sorted(
    signal.valid_signals()
    - {signal.SIGKILL, signal.SIGSTOP, signal.SIGCHLD, signal.SIGPIPE, signal.SIGXFSZ}
    - set(IN_C_LIBRARY)
)


def test_every_signal_that_somebody_sends_reaches_the_command_once(home):
    with started(home, [*TRACK, *counting()]) as (program, _):
        for number in SENT:
            program.send_signal(number)
            assert program.stdout.readline() == f"<{number}>\n"
        wait_until_idle(program.pid)
        assert program.communicate("end\n")[0] == "read end\n"
    assert program.returncode == 7


LOOKING = "echo ready $$; while :; do sleep 0.02; done"  # a trap may come before a `read` begins
SHELL = "echo ready $$; read -r line; exit 5"


@pytest.mark.parametrize(
    ("script", "number", "status"),
    [
        (f"trap 'exit 7' TERM; {LOOKING}", signal.SIGTERM, 7),
        (f"trap '' TERM; {SHELL}", signal.SIGTERM, 5),
        (SHELL, signal.SIGTERM, 128 + signal.SIGTERM),
        (SHELL, signal.SIGHUP, 128 + signal.SIGHUP),
        (f"trap '' INT; {SHELL}", signal.SIGINT, 5),
    ],
    ids=["handled", "ignored", "not handled", "a hangup", "Ctrl-C ignored"],
)
def test_the_command_decides_what_a_signal_does(home, script, number, status):
    with started(home, [*TRACK, "sh", "-c", script]) as (program, _):
        program.send_signal(number)
        if status == 5:  # it goes on, until it is told to end
            wait_until_idle(program.pid)
            program.stdin.write("\n")
            program.stdin.flush()
        assert program.wait(DEADLINE_S) == status
    assert Ledger(home / ".wattprint").find("last").run.exit_code == status


def test_under_nohup_a_hangup_ends_nobody(home):
    with started(home, ["nohup", *TRACK, "sh", "-c", SHELL]) as (program, _):
        program.send_signal(signal.SIGHUP)
        wait_until_idle(program.pid)
        program.communicate("\n")
    assert program.returncode == 5


TO_ITS_GROUP = """
import os, signal
from pathlib import Path
from time import sleep
seen = []
signal.signal(signal.SIGUSR1, lambda *_: seen.append(1))
os.kill(0, signal.SIGUSR1)
pending = 1
while pending:
    lines = Path(f"/proc/{os.getppid()}/status").read_text().splitlines()
    pending = int(next(line for line in lines if line.startswith("ShdPnd")).split()[1], 16)
sleep(0.02)  # what would be sent back would be on its way: no condition says that nothing is
print(len(seen))
"""


def test_what_the_command_sends_to_its_group_does_not_come_back_to_it(home):
    done = run(["setsid", "--wait", *TRACK, sys.executable, "-c", TO_ITS_GROUP], home=home)
    assert (done.returncode, done.stdout) == (0, "1\n"), done.stderr


def test_a_signal_that_came_before_the_command_started_is_sent_to_it(home):
    script = """
import os, signal
from wattprint.cli.child import held_signals, run_child
with held_signals() as mask:
    for number in (signal.SIGCHLD, signal.SIGINT):
        os.kill(os.getpid(), number)
    print(run_child(("sleep", "60"), {}, mask, wait_for_all=False).status)
"""
    assert python(script, home=home).stdout == f"{128 + signal.SIGINT}\n"


def test_where_signals_cannot_be_taken_handlers_send_them_on(home):
    script = f"""
import os
from wattprint.cli.child import run_child
print(run_child({tuple(counting())!r}, os.environb, None, wait_for_all=False))
"""
    with started(home, [sys.executable, "-u", "-c", script]) as (program, _):
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2):
            program.send_signal(number)
            assert program.stdout.readline() == f"<{int(number)}>\n"
        program.send_signal(signal.SIGINT)  # left to the terminal, which sends it to both
        assert program.communicate("end\n")[0] == "read end\nEnded(status=7, going_on=0)\n"


# How the command ends

EVERY_END = """
from wattprint.cli.child import held_signals, run_child
def status(script):
    return run_child(("sh", "-c", script), {}, mask, wait_for_all=False).status
with held_signals() as mask:
    for code in range(256):
        assert status(f"exit {code}") == code
    for number in %s:
        assert status(f"ulimit -c 0; kill -{number} $$") == 128 + number
print("all")
"""
NOT_DEADLY = {signal.SIGCHLD, signal.SIGCONT, signal.SIGURG, signal.SIGWINCH}
STOPPING = {signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU}


def test_every_status_and_every_deadly_signal_is_passed_on(home):
    deadly = signal.valid_signals() - NOT_DEADLY - STOPPING - set(IN_C_LIBRARY)
    done = python(EVERY_END % sorted(map(int, deadly)), home=home)
    assert (done.stdout, done.stderr) == ("all\n", "")


def test_a_reader_that_has_enough_ends_the_command(home):
    script = f"{TRACK_IN_SHELL} yes | head -1; echo ${{PIPESTATUS[0]}}"
    assert run(["bash", "-c", script], home=home).stdout == f"y\n{128 + signal.SIGPIPE}\n"


def test_a_stopped_command_that_is_continued_by_its_id_goes_on(home):
    with started(home, [*TRACK, *counting()]) as (program, child):
        os.kill(child, signal.SIGSTOP)
        wait_until(lambda: state(child) == "T", "the command has stopped")
        wait_until_idle(program.pid)  # nobody asked us to stop
        os.kill(child, signal.SIGCONT)
        program.communicate("end\n")
    assert program.returncode == 7


def test_a_command_goes_on_when_we_are_killed_and_nothing_of_ours_is_left(home):
    with started(home, [*TRACK, *counting()]) as (program, child):
        assert children(program.pid) == [child]
        program.kill()
        program.wait(DEADLINE_S)
        assert program.communicate("end\n")[0] == "read end\n"
    assert Ledger(home / ".wattprint").find("last").state == "interrupted"
    assert run([*TRACK, "true"], home=home).returncode == 0


# What the command is started with

BELOW_32 = 2**31 - 1
"""glibc's posix_spawn ignores the two above, which are its own (nptl), until threads are used."""
STATES = ["grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status"]


def masks(done):
    """The signals that a command said were blocked, and ignored, as it began."""
    assert done.returncode == 0, done.stderr
    return [int(line.split()[1], 16) & BELOW_32 for line in done.stdout.splitlines()]


@pytest.mark.parametrize(
    "ignored",
    ["", "HUP", "INT QUIT TERM", "TSTP TTIN TTOU USR1 WINCH"],
    ids=["none", "as nohup", "as in the background of a script", "others"],
)
def test_signals_are_ignored_in_the_command_as_they_were_in_us(home, ignored):
    before = f"trap '' {ignored};" if ignored else ""
    plain, through = (
        run(["sh", "-c", f"{before} exec {shlex.join([*wrapped, *STATES])}"], home=home)
        for wrapped in ([], TRACK)
    )
    assert masks(through) == masks(plain)


def test_signals_are_held_from_the_command_as_they_were_from_us(home):
    blocked = """
import os, signal, sys
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP, signal.SIGTERM})
for number in (signal.SIGPIPE, signal.SIGXFSZ):
    signal.signal(number, signal.SIG_DFL)
os.execvp(sys.argv[1], sys.argv[1:])
"""
    plain, through = (python(blocked, *wrapped, *STATES, home=home) for wrapped in ([], TRACK))
    assert masks(through) == masks(plain) == [0x4001, 0]


def test_where_children_are_ignored_the_status_of_the_command_is_known(home):
    ignoring = """
import os, signal, sys
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
os.execvp(sys.argv[1], sys.argv[1:])
"""
    assert python(ignoring, *TRACK, "sh", "-c", "exit 3", home=home).returncode == 3


def test_the_environment_is_the_one_we_were_started_with_and_the_run(home):
    # Without a locale Python would add LC_CTYPE to it.
    given = {**environment(home), "ODD": "a\nb=\udcff", "EMPTY": ""}
    done = subprocess.run([*TRACK, "env", "-0"], env=given, capture_output=True, check=True)
    passed = dict(entry.split(b"=", 1) for entry in done.stdout.split(b"\0") if entry)
    run_id = passed.pop(b"WATTPRINT_PARENT_RUN").decode()
    launcher = passed.pop(b"WATTPRINT_PARENT_PROCESS").decode()
    assert passed == {os.fsencode(name): os.fsencode(text) for name, text in given.items()}
    recorded = Ledger(home / ".wattprint").find("last").run
    assert run_id == recorded.run_id
    assert launcher == "{pid}:{boot_id}".format_map(recorded.process)


def test_closed_streams_are_closed_in_the_command_and_not_taken_by_ours(home, tmp_path):
    look = "for i in 0 1 2; do [ -e /proc/$$/fd/$i ] || touch closed$i; done; exit 6"
    script = f"cd {tmp_path}; exec {TRACK_IN_SHELL} sh -c {shlex.quote(look)} <&- >&- 2>&-"
    assert run(["sh", "-c", script], home=home).returncode == 6
    assert sorted(path.name for path in tmp_path.glob("closed*")) == [
        "closed0",
        "closed1",
        "closed2",
    ]
    assert Ledger(home / ".wattprint").find("last").run.exit_code == 6


def test_further_descriptors_are_inherited(home, tmp_path):
    (tmp_path / "text").write_text("seven")
    script = f"{TRACK_IN_SHELL} sh -c 'cat <&7' 7<{tmp_path}/text"
    assert run(["sh", "-c", script], home=home).stdout == "seven"


MEGABYTES = """
import sys
for i in range(3000):
    sys.stdout.buffer.write(i.to_bytes(2, "big") * 5000)
"""


def test_thirty_megabytes_pass_unchanged(home):
    command = [*TRACK, sys.executable, "-c", MEGABYTES]
    passed = subprocess.run(command, env=environment(home), stdout=subprocess.PIPE, check=True)
    expected = hashlib.sha256()
    for i in range(3000):
        expected.update(i.to_bytes(2, "big") * 5000)
    assert hashlib.sha256(passed.stdout).hexdigest() == expected.hexdigest()


# A terminal

LEADING = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execvp(sys.argv[1], sys.argv[1:])
"""
"""Makes standard input the terminal of this session, as a terminal window does."""


class Terminal:
    """A pseudo-terminal, and the program that was started in it."""

    def __init__(self, home, command):
        self._master, slave = pty.openpty()
        self._text = ""
        self.program = subprocess.Popen(
            [sys.executable, "-c", LEADING, *map(str, command)],
            env=environment(home),
            stdin=slave, stdout=slave, stderr=slave,
            start_new_session=True,
        )  # fmt: skip
        os.close(slave)

    def press(self, keys):
        os.write(self._master, keys)

    def resize(self, rows, columns):
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("4H", rows, columns, 0, 0))

    def expect(self, text):
        """Read until a text appears, and return what came before and with it."""
        deadline_s = time.monotonic() + DEADLINE_S
        while text not in self._text:
            left_s = deadline_s - time.monotonic()
            assert left_s > 0, f"{text!r} is not in {self._text!r}"
            if select.select([self._master], [], [], left_s)[0]:
                try:
                    self._text += os.read(self._master, 4096).decode()
                except OSError:
                    pytest.fail(f"the program ended: {text!r} is not in {self._text!r}")
        before, found, self._text = self._text.partition(text)
        return before + found

    def ready(self):
        """Return the id of the process that says that it is ready."""
        self.expect("ready ")
        return int(self.expect("\r\n"))

    def hang_up(self):
        os.close(self._master)

    def close(self):
        with suppress(OSError):
            os.close(self._master)
        self.program.kill()
        self.program.wait(DEADLINE_S)


@pytest.fixture
def terminal(home):
    opened = []

    def open_terminal(*command):
        opened.append(Terminal(home, command))
        return opened[-1]

    yield open_terminal
    for one in opened:
        one.close()


@pytest.mark.parametrize(
    ("key", "number"),
    [(b"\x03", signal.SIGINT), (b"\x1c", signal.SIGQUIT), (b"\x1a", signal.SIGTSTP)],
    ids=["Ctrl-C", "Ctrl-\\", "Ctrl-Z"],
)
def test_a_key_reaches_the_command_once(terminal, key, number):
    window = terminal(*TRACK, *counting())
    window.ready()
    window.press(key)
    window.expect(f"<{int(number)}>")
    wait_until_idle(window.program.pid)
    window.press(b"end\n")
    assert "<" not in window.expect("read end")
    assert window.program.wait(DEADLINE_S) == 7


@pytest.mark.parametrize(("key", "number"), [(b"\x03", signal.SIGINT), (b"\x1c", signal.SIGQUIT)])
def test_a_key_that_ends_the_command_is_its_status(terminal, key, number):
    window = terminal(*TRACK, "sh", "-c", "ulimit -c 0; echo ready $$; exec sleep 60")
    window.ready()
    window.press(key)
    assert window.program.wait(DEADLINE_S) == 128 + number


def test_a_new_window_size_reaches_the_command_once(terminal):
    window = terminal(*TRACK, *counting())
    window.ready()
    window.resize(33, 99)
    window.expect(f"<{int(signal.SIGWINCH)}>")
    wait_until_idle(window.program.pid)
    window.press(b"end\n")
    assert "<" not in window.expect("read end")


def test_the_command_sees_the_terminal_and_its_size(terminal):
    window = terminal(*TRACK, "sh", "-c", "test -t 0 -a -t 1 -a -t 2 && stty size && read -r line")
    window.resize(33, 99)
    window.press(b"\n")
    assert window.program.wait(DEADLINE_S) == 0


HANGING = """
import os, pathlib, signal, sys, time
def hung_up(number, frame):
    pathlib.Path(sys.argv[1]).touch()
    os._exit(0)
signal.signal(signal.SIGHUP, hung_up)
print("ready", os.getpid(), flush=True)
while True:
    time.sleep(0.02)
"""


def test_a_terminal_that_is_closed_hangs_up_on_the_command(terminal, tmp_path):
    window = terminal(*TRACK, sys.executable, "-c", HANGING, tmp_path / "hung-up")
    window.ready()
    window.hang_up()
    assert window.program.wait(DEADLINE_S) == 0
    assert (tmp_path / "hung-up").exists()


JOB = "set -m; %s; echo first $?; read -r line; fg >/dev/null; echo then $?; exit 0"


def test_ctrl_z_stops_both_and_fg_continues_both(terminal):
    handled = shlex.join([*TRACK, *counting(signal.SIGTSTP)])
    window = terminal("bash", "-c", JOB % handled)
    child = window.ready()
    (ours,) = children(window.program.pid)
    window.press(b"\x1a")
    window.expect(f"first {128 + signal.SIGTSTP}")
    assert (state(ours), state(child)) == ("T", "T")
    window.press(b"\n")
    window.expect(f"<{int(signal.SIGCONT)}>")
    wait_until_idle(ours)
    window.press(b"end\n")
    assert "<" not in window.expect("read end")
    window.expect("then 7")


def test_a_stop_and_a_continuation_sent_to_us_reach_both(terminal):
    handled = shlex.join([*TRACK, *counting(signal.SIGTSTP)])
    window = terminal("bash", "-c", JOB % handled)
    child = window.ready()
    (ours,) = children(window.program.pid)
    os.kill(ours, signal.SIGTSTP)
    window.expect(f"first {128 + signal.SIGTSTP}")
    assert (state(ours), state(child)) == ("T", "T")
    os.kill(ours, signal.SIGCONT)
    window.expect(f"<{int(signal.SIGCONT)}>")
    wait_until_idle(ours)


def test_ctrl_z_twice(terminal):
    handled = shlex.join([*TRACK, *counting(signal.SIGTSTP)])
    again = JOB.replace("echo then", "echo second $?; fg >/dev/null; echo then")
    window = terminal("bash", "-c", again % handled)
    window.ready()
    window.press(b"\x1a")
    window.expect(f"first {128 + signal.SIGTSTP}")
    window.press(b"\n")
    window.expect(f"<{int(signal.SIGCONT)}>")
    window.press(b"\x1a")
    window.expect(f"second {128 + signal.SIGTSTP}")
    window.press(b"end\n")
    window.expect("then 7")


def test_a_command_that_stops_itself_on_ctrl_z_stops_us(terminal):
    # As programs do that tidy the screen first.
    script = "trap 'kill -STOP $$' TSTP; echo ready $$; while ! read -r line; do :; done; exit 7"
    window = terminal("bash", "-c", JOB % shlex.join([*TRACK, "bash", "-c", script]))
    window.ready()
    window.press(b"\x1a")
    window.expect(f"first {128 + signal.SIGTSTP}")
    window.press(b"\n")
    window.press(b"end\n")
    window.expect("then 7")


def test_in_the_background_a_command_that_reads_the_terminal_stops_both(terminal):
    # A group of its own, without the terminal, until `fg` gives it back.
    script = f"set -m; {TRACK_IN_SHELL} sh -c 'read -r line; exit 7' & echo job $!; "
    script += 'until [ -n "$(jobs -s)" ]; do sleep 0.02; done; echo stopped; '
    script += "read -r line; fg >/dev/null; echo then $?; exit 0"
    window = terminal("bash", "-c", script)
    window.expect("job ")
    ours = int(window.expect("\r\n"))
    window.expect("stopped")
    assert state(ours) == "T"
    window.press(b"\n")
    wait_until(lambda: state(ours) != "T", "it goes on")
    window.press(b"end\n")
    window.expect("then 7")
