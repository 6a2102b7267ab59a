"""Programs that tests run as a user would: this interpreter, and the command beside it."""

import fcntl
import functools
import os
import pty
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

WATTPRINT = Path(sys.executable).with_name("wattprint")
DEADLINE_S = 60
APART = "WATTPRINT_TEST_APART"

# Modules are imported before the privileges go: the interpreter's own folder may be root's.
DROP_TO_NOBODY = """
import difflib, encodings.idna, os, sys, tempfile
import wattprint.cli.estimate, wattprint.cli.main, wattprint.cli.report, wattprint.cli.runs
import wattprint.cli.show, wattprint.cli.track, wattprint.ledger.runs, wattprint.meters.rapl
import wattprint.tracker.opening, wattprint.tracker.track
if os.getuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
"""

WHOLE_PROOF = os.environ.get("WATTPRINT_PROOF") == "whole"


def environment(home: Path, **more: str) -> dict[str, str]:
    """The little that a program needs, with `home` as the user's home folder."""
    return {"HOME": str(home), "PATH": os.environ["PATH"]} | more


def run(
    command: list[str | Path], *, home: Path, stdin: str = "", **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        list(map(str, command)),
        env=environment(home, **variables),
        input=stdin,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=DEADLINE_S,
        check=False,
    )


def python(
    script: str, *arguments: object, home: Path, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run a Python script to its end; warnings are errors in it too."""
    command = [sys.executable, "-W", "error", "-c", script, *map(str, arguments)]
    return run(command, home=home, **variables)


def python_as_nobody(
    script: str, *arguments: object, home: Path, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run a Python script as a user without privileges: root reads and writes everything."""
    return python(DROP_TO_NOBODY + script, *arguments, home=home, **variables)


def wattprint(
    *arguments: object, home: Path, stdin: str = "", **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run the command line to its end."""
    return run([WATTPRINT, *map(str, arguments)], home=home, stdin=stdin, **variables)


def in_terminal(
    command: list[str | Path], *, home: Path, columns: int = 80, **variables: str
) -> tuple[int, str]:
    """Run a command in a terminal of its own; return its status and all that it showed."""
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    shown = environment(home, TERM="xterm", **variables)
    with subprocess.Popen(
        list(map(str, command)), env=shown, stdin=its, stdout=its, stderr=its
    ) as program:
        os.close(its)
        parts = []
        with suppress(OSError):  # a terminal whose program has ended cannot be read
            while part := os.read(ours, 65536):
                parts.append(part)
        os.close(ours)
        status = program.wait(DEADLINE_S)
    return status, b"".join(parts).decode()


def without_other_children(test: Callable[..., None]) -> Callable[..., None]:
    """Run a test of this process in a pytest of its own: the session's has servers as children."""

    @functools.wraps(test)
    def apart(*arguments: object, **fixtures: object) -> None:
        if os.environ.get(APART) == test.__name__:
            test(*arguments, **fixtures)
            return
        file = sys.modules[test.__module__].__file__
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        done = subprocess.run(
            [*command, f"{file}::{test.__name__}"],
            env=os.environ | {APART: test.__name__, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
            capture_output=True,
            text=True,
            timeout=DEADLINE_S,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert "1 passed" in done.stdout

    return apart


@contextmanager
def folder_open_to_all() -> Iterator[Path]:
    """A folder that other users can enter, which pytest's tmp_path is not."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


def wait_until(condition: Callable[[], object], what: str) -> None:
    """Return as soon as the condition holds; fail at the deadline."""
    deadline_s = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline_s, f"{what}: not within {DEADLINE_S} s"
        time.sleep(0.005)
