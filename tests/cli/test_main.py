"""The command as a whole: what it says on its own, its help, and how it speaks to pipes."""

import os
import pty
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from importers.sources import CODECARBON
from processes import WATTPRINT, environment, run

EXAMPLES = Path(__file__).parents[2] / "examples"

COMMANDS = [
    "estimate",
    "explain",
    "track",
    "import",
    "runs",
    "show",
    "report",
    "grid",
    "factors",
    "doctor",
    "account",
    "serve",
    "hub",
    "login",
    "push",
    "pull",
    "registry",
    "calibrate",
]
NESTED = ["factors search", "factors show", "factors list", "runs prune", "runs export"]
NESTED += ["grid now", "grid history", "grid forecast", "grid compare"]
NESTED += ["grid sources", "grid doctor", "grid where"]
NESTED += [f"hub {name}" for name in ("invite", "backup", "restore", "export", "import", "prune")]
WITH_EXAMPLE = [*COMMANDS, *NESTED]


def test_the_command_alone_prints_commands_ready_to_copy(wattprint):
    done = wattprint()
    assert (done.returncode, done.stderr) == (0, "")
    shown = [line.split()[1] for line in done.stdout.splitlines() if line.startswith("  wattprint")]
    assert shown == ["estimate", "track", "show"]


def test_the_first_command_that_is_shown_works(wattprint):
    line = next(line for line in wattprint().stdout.splitlines() if "wattprint estimate" in line)
    done = wattprint(*shlex.split(line)[1:])
    assert (done.returncode, done.stderr) == (0, "")
    assert "CO2e" in done.stdout


def test_help_lists_every_command(wattprint):
    done = wattprint("--help")
    listed = re.findall(r"^  (\w+)  ", done.stdout.partition("Commands:")[2], re.MULTILINE)
    assert (done.returncode, listed) == (0, COMMANDS)


def test_the_version_is_that_of_the_package(wattprint):
    from wattprint import __version__

    assert wattprint("--version").stdout == f"wattprint, version {__version__}\n"


def example_of(wattprint, command):
    """The example at the end of a command's help, as arguments."""
    done = wattprint(*command.split(), "--help")
    assert (done.returncode, done.stderr) == (0, "")
    _, found, example = done.stdout.partition("Example: wattprint ")
    assert found, f"`wattprint {command} --help` shows no example"
    return shlex.split(example)


@pytest.mark.parametrize("command", WITH_EXAMPLE)
def test_every_command_has_an_example_in_its_help(wattprint, command):
    assert example_of(wattprint, command)[: len(command.split())] == command.split()


OF_HUBS = ("serve", "login", "push", "pull", "hub", "registry")
OF_HUBS += tuple(name for name in NESTED if name.startswith("hub "))
"""Their examples need another machine, or a hub's database: see tests/hub."""


@pytest.mark.parametrize(
    "command", [name for name in WITH_EXAMPLE if name not in ("track", *OF_HUBS)]
)
def test_every_example_works(wattprint, recorded, command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "emissions.csv").write_text(CODECARBON)
    shutil.copy(EXAMPLES / "sacct.txt", tmp_path)
    example = example_of(wattprint, command)
    done = wattprint(*example)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout or (tmp_path / example[-1]).stat().st_size


@pytest.mark.parametrize(
    "arguments",
    ["factors list cpu", "factors list accelerator --json", "factors show zone FR"],
)
def test_a_reader_that_goes_early_leaves_no_trace(home, arguments):
    done = run(["bash", "-c", f"{WATTPRINT} {arguments} | head -1"], home=home)
    assert done.stderr == ""
    assert done.stdout.count("\n") == 1


def test_a_full_disk_is_one_line_and_status_1(home):
    command = f"{WATTPRINT} estimate --power-w 300 --hours 1 > /dev/full"
    done = run(["bash", "-c", command], home=home)
    assert done.returncode == 1
    assert done.stderr.splitlines() == ["wattprint: [Errno 28] No space left on device"]


@pytest.mark.parametrize(
    "arguments",
    ["--help", "estimate --power-w 300 --hours 1 --zone FR", "runs", "factors list zone"],
)
def test_a_pipe_gets_no_escape_codes(wattprint, recorded, arguments):
    done = wattprint(*arguments.split(), TERM="xterm-256color", FORCE_COLOR="")
    assert done.returncode == 0
    assert "\x1b" not in done.stdout + done.stderr


def on_terminal(arguments, home, **variables):
    """What a terminal of 80 columns would get."""
    ours, theirs = pty.openpty()
    env = environment(home, TERM="xterm-256color", COLUMNS="80", **variables)
    with subprocess.Popen([WATTPRINT, *arguments.split()], stdout=theirs, env=env) as program:
        os.close(theirs)
        written = b""
        try:
            while part := os.read(ours, 65536):
                written += part
        except OSError:  # how Linux says that the other end is closed
            pass
        assert program.wait() == 0
    os.close(ours)
    return written.decode()


COLOUR = re.compile(r"\x1b\[[0-9;]*(3[0-8]|4[0-8]|9[0-7])[0-9;]*m")


@pytest.mark.parametrize("arguments", ["runs", "factors search v100", "factors list"])
def test_no_color_is_heeded_on_a_terminal(home, recorded, arguments):
    written = on_terminal(arguments, home, NO_COLOR="1")
    assert not COLOUR.search(written)
    assert max(len(line) for line in re.sub(r"\x1b\[[0-9;]*m", "", written).splitlines()) <= 80
