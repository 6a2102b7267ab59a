"""`wattprint track -- COMMAND`: the command runs as it would have, and is measured."""

import json
import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from processes import (
    WATTPRINT,
    environment,
    folder_open_to_all,
    python_as_nobody,
    run,
    wait_until,
)
from wattprint.ledger.runs import Ledger


@pytest.fixture
def last(home):
    return lambda: Ledger(home / ".wattprint").find("last")


@pytest.fixture
def track(wattprint):
    return lambda *command, **more: wattprint("track", "--", *command, **more)


@pytest.mark.parametrize(
    ("command", "status", "state"),
    [
        (["true"], 0, "completed"),
        (["sh", "-c", "exit 3"], 3, "failed"),
        (["sh", "-c", "kill -9 $$"], 128 + 9, "failed"),
        (["sh", "-c", "kill -15 $$"], 128 + 15, "failed"),
        (["sh", "-c", "kill -2 $$"], 128 + 2, "interrupted"),
        (["sh", "-c", "exit 4 | exit 5"], 5, "failed"),
        (["bash", "-o", "pipefail", "-c", "exit 4 | true"], 4, "failed"),
    ],
    ids=["done", "exit 3", "killed", "terminated", "Ctrl-C", "a pipeline", "pipefail"],
)
def test_the_status_of_the_command_is_passed_on_and_recorded(track, last, command, status, state):
    assert track(*command).returncode == status
    assert (last().state, last().run.exit_code) == (state, status)


@pytest.mark.parametrize(
    ("command", "status", "message"),
    [
        ("no-such-command", 127, "wattprint: command 'no-such-command' was not found"),
        (
            "/etc/passwd",
            126,
            "wattprint: command '/etc/passwd' could not be run: Permission denied",
        ),
        ("/etc", 126, "wattprint: command '/etc' could not be run: Is a directory"),
        ("", 127, "wattprint: command '' was not found"),
    ],
)
def test_a_command_that_cannot_be_run_is_said_in_one_line_and_is_no_run(
    wattprint, home, command, status, message
):
    done = wattprint("track", "--", command)
    assert (done.returncode, done.stdout, done.stderr) == (status, "", message + "\n")
    assert Ledger(home / ".wattprint").run_ids() == []


def test_a_command_is_not_found_beside_folders_that_may_not_be_entered():
    # The system says "permission denied" of such a folder; a shell says "not found", and so do we.
    script = "wattprint.cli.main.main(['track', '--quiet', '--', 'no-such-command'])"
    with folder_open_to_all() as folder:
        for name, mode in (("ledger", 0o777), ("closed", 0o000)):
            (folder / name).mkdir()
            (folder / name).chmod(mode)
        closed, ledger = str(folder / "closed"), str(folder / "ledger")
        done = python_as_nobody(script, home=folder, PATH=closed, WATTPRINT_HOME=ledger)
    assert done.stderr == "wattprint: command 'no-such-command' was not found\n"
    assert done.returncode == 127


def test_input_and_output_of_the_command_are_untouched(wattprint):
    echo = "cat; printf '\\0\\377' | od -An -c; echo oops >&2"
    done = wattprint("track", "--quiet", "--", "sh", "-c", echo, stdin="a\n\nb")
    assert done.stdout == "a\n\nb  \\0 377\n"
    assert done.stderr == "oops\n"


def test_the_summary_is_one_line_on_standard_error_with_the_run(track, last):
    done = track("echo", "hello")
    (line,) = done.stderr.splitlines()
    assert done.stdout == "hello\n"
    assert line.startswith("wattprint: ")
    assert f"; run {last().run.run_id}; for emissions: wattprint show " in line


def test_with_a_place_the_summary_has_emissions(wattprint):
    done = wattprint("track", "--zone", "FR", "--", sys.executable, "-c", "sum(range(10**6))")
    assert "CO2e" in done.stderr
    assert "for emissions" not in done.stderr


@pytest.mark.parametrize("elsewhere", [False, True], ids=["default home", "a home given"])
def test_the_command_that_the_summary_shows_adds_emissions(wattprint, home, elsewhere):
    given = ["--home", home / "my ledger"] if elsewhere else []
    done = wattprint("track", *given, "--", sys.executable, "-c", "sum(range(10**6))")
    shown = done.stderr.strip().partition("for emissions: ")[2]
    shown_run = wattprint(*shlex.split(shown)[1:])
    assert shown_run.returncode == 0, shown_run.stderr
    assert "CO2e" in shown_run.stdout


def test_quiet_prints_nothing(wattprint):
    done = wattprint("track", "--quiet", "--", "true")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


ARGUMENTS = ["--project", "theirs", "--zone", "FR", "--help", "-q", "--", "--json", "", "a b", "*"]


@pytest.mark.parametrize("dashes", [["--"], []], ids=["after --", "without --"])
def test_arguments_of_the_command_that_look_like_ours_are_left_alone(wattprint, last, dashes):
    say = "import json, sys; print(json.dumps(sys.argv[1:]))"
    command = [sys.executable, "-c", say, *ARGUMENTS]
    done = wattprint("track", "--quiet", "--project", "ours", *dashes, *command)
    assert json.loads(done.stdout) == ARGUMENTS
    assert (last().run.project, last().run.place) == ("ours", {})


def test_options_are_kept_in_the_record(wattprint, last):
    wattprint(
        "track", "--quiet", "--project", "ranker", "--name", "a b", "--stage", "search",
        "--region", "gcp/europe-west1", "--pue", "provider", "--parent", "20260101-120000-aaaaaa",
        "--tag", "seed=1", "--tag", "note=a=b", "--interval", "0.5", "--", "true",
    )  # fmt: skip
    run = last().run
    assert (run.project, run.name, run.stage) == ("ranker", "a b", "search")
    assert run.place == {"region": "gcp/europe-west1", "pue": "provider"}
    assert (run.tags, run.interval_s) == ({"seed": "1", "note": "a=b"}, 0.5)
    assert run.parent == "20260101-120000-aaaaaa"


def test_the_command_finds_its_folder_its_environment_and_no_file_of_ours(track, home):
    say = """
import os
files = sorted(os.listdir("/proc/self/fd"))
print(os.getcwd(), os.environ["MINE"], *files)
"""
    done = track(sys.executable, "-c", say, MINE="yes")
    # 3 is the folder of files itself, while it is listed.
    assert done.stdout == f"{Path.cwd()} yes 0 1 2 3\n", done.stderr


BURN = """
import time
while time.process_time() < 0.6:
    pass
"""
DAEMON = f"""
import os, sys
if os.fork():
    os._exit(0)  # the parent of what follows is gone
os.setsid()
if os.fork():
    os._exit(0)
for descriptor in range(3):  # nobody waits for what it could still say
    os.dup2(os.open(os.devnull, os.O_RDWR), descriptor)
open(sys.argv[1], "w").write(str(os.getpid()))
{BURN}
open(sys.argv[1] + ".done", "w").close()
"""
DEEPER = (
    'if [ $1 -gt 1 ]; then sh -c "$0" "$0" $(($1 - 1)) "$2" "$3"; else "$2" -c "$3"; fi; exit 0'
)


def recorded_cpu_s(run):
    cpu = [device.activity_unit for device in run.devices].index("cpu_s")
    return sum(interval.activity[cpu] for interval in run.intervals)


# What the 0.6 s of burning come to: with the start of a few programs, and little else.
ABOUT_BURNED_S = (0.58, 1.5)


def test_work_of_the_command_and_its_children_is_measured(track, last):
    track("sh", "-c", f"{shlex.join([sys.executable, '-c', BURN])}; exit 0")
    low_s, high_s = ABOUT_BURNED_S
    assert low_s <= recorded_cpu_s(last().run) <= high_s


def test_work_ten_levels_down_is_measured(track, last):
    done = track("sh", "-c", DEEPER, DEEPER, "10", sys.executable, BURN)
    low_s, high_s = ABOUT_BURNED_S
    assert done.returncode == 0, done.stderr
    assert low_s <= recorded_cpu_s(last().run) <= high_s


def test_work_in_a_pipeline_is_measured(track, last):
    burn = shlex.join([sys.executable, "-c", BURN])
    track("sh", "-c", f"{burn} | {burn} | cat")
    low_s, high_s = ABOUT_BURNED_S
    assert 2 * low_s <= recorded_cpu_s(last().run) <= 2 * high_s


def test_a_daemon_is_measured_while_the_command_runs(track, last, tmp_path):
    daemon = shlex.join([sys.executable, "-c", DAEMON, f"{tmp_path}/pid"])
    track("sh", "-c", f"{daemon}; until [ -e {tmp_path}/pid.done ]; do sleep 0.02; done")
    low_s, high_s = ABOUT_BURNED_S
    assert low_s <= recorded_cpu_s(last().run) <= high_s


def test_with_wait_a_daemon_is_measured_to_its_end(wattprint, last, tmp_path):
    done = wattprint("track", "--wait", "--", sys.executable, "-c", DAEMON, f"{tmp_path}/pid")
    low_s, high_s = ABOUT_BURNED_S
    assert (done.returncode, (tmp_path / "pid.done").exists()) == (0, True)
    assert low_s <= recorded_cpu_s(last().run) <= high_s
    assert "unmeasured" not in done.stderr


def background(count):
    """Processes that go on without our streams, and their ids on standard output."""
    return "; ".join(["sleep 60 < /dev/null > /dev/null 2>&1 & echo $!"] * count)


@pytest.mark.parametrize(
    ("count", "said"), [(1, "1 process of it goes on"), (3, "3 processes of it go on")]
)
def test_a_run_ends_with_its_command_and_says_what_goes_on(track, last, count, said):
    done = track("sh", "-c", f"{background(count)}; exit 3")
    left = list(map(int, done.stdout.split()))
    assert len(left) == count
    for pid in left:
        os.kill(pid, signal.SIGKILL)  # they are there: we end nobody
    assert (done.returncode, last().run.exit_code) == (3, 3)
    assert f"; {said} unmeasured (--wait measures them too)" in done.stderr


def test_a_signal_ends_the_waiting_and_not_those_that_go_on(home, last):
    command = [
        WATTPRINT,
        "track",
        "--quiet",
        "--wait",
        "--",
        "sh",
        "-c",
        f"{background(1)}; exit 3",
    ]
    program = subprocess.Popen(command, env=environment(home), stdout=subprocess.PIPE, text=True)
    sleeping = program.stdout.readline().strip()
    listing = Path(f"/proc/{program.pid}/task/{program.pid}/children")
    wait_until(lambda: listing.read_text().split() == [sleeping], "the shell has ended")
    program.terminate()
    program.communicate()
    os.kill(int(sleeping), signal.SIGKILL)
    assert (program.returncode, last().run.exit_code) == (3, 3)


def test_processes_of_a_shell_that_became_us_are_none_of_the_command(home):
    script = f"sleep 60 > /dev/null 2>&1 & echo $!; exec {WATTPRINT} track -- true"
    done = run(["sh", "-c", script], home=home)
    os.kill(int(done.stdout), signal.SIGKILL)
    assert "unmeasured" not in done.stderr


def start(home, child, **more):
    """Start tracking a Python child, and return once it has said that it is ready."""
    command = [WATTPRINT, "track", "--quiet", "--", sys.executable, "-u", "-c", child]
    program = subprocess.Popen(
        command, env=environment(home), stdout=subprocess.PIPE, text=True, **more
    )
    assert program.stdout.readline() == "ready\n"
    return program


HANDLING = """
import signal, sys, time
def handle(number, frame):
    signal.signal(number, signal.SIG_IGN)  # who signals a whole group reaches us twice
    print("got", number)
    sys.exit(4)
signal.signal({number}, handle)
print("ready")
while True:
    time.sleep(0.02)  # a signal before a pause() begins would be slept over
"""


@pytest.mark.parametrize(
    "number",
    [signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2],
    ids=lambda number: number.name,
)
def test_a_signal_reaches_the_command_and_the_run_is_recorded(home, last, number):
    program = start(home, HANDLING.format(number=int(number)))
    program.send_signal(number)
    assert program.communicate() == (f"got {int(number)}\n", None)
    assert program.returncode == 4
    assert (last().state, last().run.exit_code) == ("failed", 4)


def test_a_signal_that_the_command_does_not_handle_ends_it(home, last):
    program = start(home, "import signal; print('ready'); signal.pause()")
    program.terminate()
    program.communicate()
    assert program.returncode == 128 + signal.SIGTERM
    assert last().run.exit_code == 128 + signal.SIGTERM


def test_ctrl_c_is_left_to_the_command(home, last):
    # A terminal sends it to the whole group.
    program = start(home, HANDLING.format(number=int(signal.SIGINT)), start_new_session=True)
    os.killpg(program.pid, signal.SIGINT)
    assert program.communicate() == (f"got {int(signal.SIGINT)}\n", None)
    assert (program.returncode, last().state) == (4, "failed")


def test_a_tracker_that_is_killed_leaves_an_interrupted_run(home, last):
    program = start(home, "import sys; print('ready'); sys.stdin.read()", stdin=subprocess.PIPE)
    program.kill()
    program.communicate()
    assert last().state == "interrupted"


def test_a_run_is_running_while_its_command_is(home, wattprint):
    child = "import sys; print('ready'); sys.stdin.read()"
    program = start(home, child, stdin=subprocess.PIPE)
    (listed,) = json.loads(wattprint("runs", "--json").stdout)["runs"]
    program.communicate()
    assert (listed["state"], program.returncode) == ("running", 0)


@pytest.mark.parametrize(
    "harm",
    ['rm -r "$HOME/.wattprint"', 'echo nonsense > "$HOME"/.wattprint/runs/*.jsonl'],
    ids=["the ledger is removed", "the journal is overwritten"],
)
def test_what_the_command_does_to_the_ledger_does_not_change_its_status(track, harm):
    done = track("sh", "-c", f"{harm}; exit 3")
    assert done.returncode == 3
    (line,) = done.stderr.splitlines()
    assert line.startswith("wattprint: ")


def test_a_full_disk_does_not_keep_the_command_from_running(home):
    script = f"ulimit -f 0; exec {WATTPRINT} track -- echo hello"
    done = run(["bash", "-c", script], home=home)
    assert (done.returncode, done.stdout) == (0, "hello\n")
    (line,) = done.stderr.splitlines()
    assert line.startswith("wattprint: the run was not recorded: ")
    assert "File too large" in line


@pytest.mark.parametrize(
    ("variables", "reason"),
    [
        (
            {"WATTPRINT_HOME": "/etc/passwd"},
            "home folder '/etc/passwd' cannot be used: it is a file",
        ),
        ({"HOME": "/dev/null/nobody"}, "home folder '/dev/null/nobody/.wattprint' cannot be used"),
    ],
    ids=["a file", "no home"],
)
def test_without_a_ledger_the_command_runs_all_the_same(track, variables, reason):
    done = track("sh", "-c", "echo hello; exit 3", **variables)
    assert (done.returncode, done.stdout) == (3, "hello\n")
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"wattprint: the run was not recorded: {reason}")


def test_a_home_that_was_asked_for_and_cannot_be_used_is_refused(wattprint, home):
    done = wattprint("track", "--home", "/etc/passwd", "--", "touch", home / "ran")
    assert (done.returncode, (home / "ran").exists()) == (2, False)


def test_the_run_is_there_before_the_command_ends(home, last):
    program = start(home, "import sys; print('ready'); sys.stdin.read()", stdin=subprocess.PIPE)
    wait_until(lambda: list(Ledger(home / ".wattprint").entries()), "the run is listed")
    assert last().run.outcome is None
    program.communicate()
    assert last().run.outcome == "completed"


def test_a_script_that_names_no_interpreter_cannot_be_run(wattprint, tmp_path):
    script = tmp_path / "train"
    script.write_text("no shebang\n")
    script.chmod(0o755)
    done = wattprint("track", "--quiet", "--", str(script))
    assert done.returncode == 126
    assert (
        done.stderr == f"wattprint: command {str(script)!r} could not be run: Exec format error\n"
    )
