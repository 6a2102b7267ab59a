"""Programs that track and are killed at any moment, and what must be left of them.

The meter of a program writes each of its readings into a file of its own, so that what the journal
has can be compared with what was read, whatever the machine was doing meanwhile.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

from processes import DEADLINE_S, WATTPRINT, environment, wait_until
from wattprint.ledger.runs import Ledger

INTERVAL_S = 0.1

TRAINER = """
import os, sys, time
import wattprint
from made_runs import CPU
from wattprint.meters.base import Reading

class Witnessed:
    devices, longest_pause_s = (CPU,), 1.0
    def __init__(self):
        self.file = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    def read(self, at_s):
        os.write(self.file, b"%r\\n" % at_s)
        return (Reading(round(at_s * 10e6)),)
    def take_faults(self):
        return ()
    def close(self):
        pass

with wattprint.track(interval_s=float(sys.argv[2]), meters=[Witnessed()]) as run:
    while True:
        with run.section("step"):
            sum(range(20_000))
        run.log(samples=1)
"""
COMMAND = "import time\nwhile True: sum(range(20_000))"


class Left(NamedTuple):
    """What is left of a program that was killed."""

    state: str
    exit_code: int | None
    lost_s: float
    """Time that was read or lived, and is not in the journal. [s]"""
    still_there: list[int]
    """Processes that were started and have not ended."""


def kill_trainer(home: Path, delay_s: float) -> Left:
    """Kill a program that tracks itself."""
    witness = home / "readings"
    program = _started([sys.executable, "-c", TRAINER, witness, INTERVAL_S], home)
    wait_until(lambda: witness.exists() and witness.stat().st_size, "the first reading")
    time.sleep(delay_s)
    _kill(program)
    read_s = [
        float(line) for line in witness.read_text().splitlines(keepends=True) if line[-1:] == "\n"
    ]
    entry = Ledger(home / ".wattprint").find("last")
    lost_s = read_s[-1] - read_s[0] - entry.run.duration_s
    return Left(entry.state, entry.run.exit_code, lost_s, _alive([program.pid]))


def kill_command(home: Path, delay_s: float) -> Left:
    """Kill the command that `wattprint track` runs."""
    program, child = _tracked_command(home)
    try:
        time.sleep(delay_s)
    finally:
        os.kill(child, signal.SIGKILL)
        program.wait(DEADLINE_S)
    entry = Ledger(home / ".wattprint").find("last")
    return Left(entry.state, entry.run.exit_code, 0.0, _alive([program.pid, child]))


def kill_parent(home: Path, delay_s: float) -> Left:
    """Kill `wattprint track`; its command is the user's, and goes on."""
    program, child = _tracked_command(home)
    try:
        begun_s = time.monotonic()
        time.sleep(delay_s)
        lived_s = time.monotonic() - begun_s
        _kill(program)
        entry = Ledger(home / ".wattprint").find("last")
        went_on = _alive([child]) == [child]
    finally:
        os.kill(child, signal.SIGKILL)
    wait_until(lambda: not _alive([child]), "the command ends")
    assert went_on, "the command was ended with its tracker"
    lost_s = max(0.0, lived_s - entry.run.duration_s)
    return Left(entry.state, entry.run.exit_code, lost_s, _alive([program.pid]))


def _started(command: list[object], home: Path) -> subprocess.Popen[bytes]:
    home.mkdir()
    tests = str(Path(__file__).parent)
    return subprocess.Popen(
        list(map(str, command)),
        env=environment(home, PYTHONPATH=tests),
        start_new_session=True,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _tracked_command(home: Path) -> tuple[subprocess.Popen[bytes], int]:
    """Start `wattprint track` and return it with its command, once both are there."""
    pid_file = home / "pid"
    script = f"import os\nopen({str(pid_file)!r}, 'w').write(str(os.getpid()) + ' ')\n{COMMAND}"
    command = [WATTPRINT, "track", "--interval", INTERVAL_S, "--", sys.executable, "-c", script]
    program = _started(command, home)
    wait_until(lambda: pid_file.exists() and pid_file.read_text().endswith(" "), "the command")
    return program, int(pid_file.read_text())


def _kill(program: subprocess.Popen[bytes]) -> None:
    program.kill()
    program.wait(DEADLINE_S)


def _alive(pids: list[int]) -> list[int]:
    return [pid for pid in pids if Path(f"/proc/{pid}").exists() and not _is_zombie(pid)]


def _is_zombie(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return True
    return stat.rpartition(")")[2].split()[0] == "Z"
