"""A tracked run goes to the hub by itself, and no hub ever costs the run anything."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

from hub.made import served
from processes import environment, python, wait_until, wattprint
from wattprint.client.credentials import Credentials, save_credentials
from wattprint.client.spool import Spool
from wattprint.tracker import pushing
from wattprint.tracker.pushing import EVERY_S, Pushing

TRACKED = """
import wattprint
with wattprint.track(project="ranker", interval_s=0.1, push=True) as run:
    sum(range(10**6))
print(run.run_id)
"""
KILLED = """
import os, signal, wattprint
run = wattprint.track(project="ranker", interval_s=0.1, push=True)
run.start()
print(run.run_id, flush=True)
signal.pause()
"""


def logged_in(home, url, token="wpt_default.0123456789abcdef." + "x" * 43):
    """A home of somebody who has logged in."""
    save_credentials(home / ".wattprint", Credentials(url, token))
    return home


def spool_of(home):
    return Spool(home / ".wattprint" / "spool")


def last_of(home):
    """What became of the last sending; None while there was none."""
    path = home / ".wattprint" / "spool" / "last.json"
    return json.loads(path.read_text()) if path.exists() else None


def outcomes(hub):
    rows = hub.request("GET", "/api/v1/runs")[1]["runs"]
    return {row["id"]: row["outcome"] for row in rows}


def test_a_tracked_run_is_in_the_hub_a_moment_after_its_end(tmp_path):
    with served(tmp_path / "hub") as hub:
        home = logged_in(tmp_path / "user", hub.url, hub.token)
        done = python(TRACKED, home=home)
        assert (done.returncode, done.stderr) == (0, "")
        run_id = done.stdout.strip()
        wait_until(lambda: last_of(home), "it was sent")
        assert outcomes(hub) == {run_id: "completed"}
        rows = hub.request("GET", f"/api/v1/runs/{run_id}/intervals")[1]["intervals"]
        assert rows and list(spool_of(home).waiting()) == []


def test_the_command_line_sends_what_it_tracked_and_counts_no_process_of_ours(tmp_path):
    with served(tmp_path / "hub") as hub:
        home = logged_in(tmp_path / "user", hub.url, hub.token)
        done = wattprint("track", "--push", "--zone", "FR", "--", "true", home=home)
        assert done.returncode == 0 and "unmeasured" not in done.stderr
        wait_until(lambda: last_of(home), "it was sent")
        assert list(outcomes(hub).values()) == ["completed"]


def test_while_the_hub_is_away_rows_wait_and_go_with_the_next_run(tmp_path):
    home = logged_in(tmp_path / "user", "http://127.0.0.1:9")
    assert wattprint("track", "--push", "--quiet", "--", "true", home=home).returncode == 0
    wait_until(lambda: last_of(home), "it was tried")
    assert "does not answer" in last_of(home)["error"]
    assert len(list(spool_of(home).waiting())) > 1
    with served(tmp_path / "hub") as hub:
        logged_in(home, hub.url, hub.token)
        wattprint("track", "--push", "--quiet", "--", "true", home=home)
        wait_until(lambda: last_of(home)["error"] is None, "both are sent")
        assert list(outcomes(hub).values()) == ["completed"] * 2


def test_a_hub_that_hangs_holds_up_nothing(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        home = logged_in(tmp_path, f"http://127.0.0.1:{silent.getsockname()[1]}")
        done = python(TRACKED, home=home)
        # It has ended, and only now is what sends it let in; it never gets an answer.
        assert (done.returncode, done.stderr) == (0, "")
        line, _ = silent.accept()
        assert last_of(home) is None and len(list(spool_of(home).waiting())) > 1
        line.close()
        wait_until(lambda: last_of(home), "it gave up")


class Broken(BaseHTTPRequestHandler):
    """A hub that fails."""

    def do_POST(self):
        self.send_error(500)

    def log_message(self, *said):
        pass


def test_what_a_hub_that_fails_did_not_take_waits(tmp_path):
    with HTTPServer(("127.0.0.1", 0), Broken) as broken:
        thread = threading.Thread(target=broken.serve_forever)
        thread.start()
        home = logged_in(tmp_path, f"http://127.0.0.1:{broken.server_port}")
        assert python(TRACKED, home=home).returncode == 0
        wait_until(lambda: last_of(home), "it was tried")
        broken.shutdown()
        thread.join()
    assert "HTTP 500" in last_of(home)["error"]
    assert {row.kind for row in spool_of(home).waiting()} == {"runs", "intervals"}


def test_a_run_that_was_killed_goes_with_the_next_one(tmp_path):
    with served(tmp_path / "hub") as hub:
        home = logged_in(tmp_path / "user", hub.url, hub.token)
        command = [sys.executable, "-c", KILLED]
        with subprocess.Popen(command, env=environment(home), stdout=subprocess.PIPE) as killed:
            run_id = killed.stdout.readline().decode().strip()
            arguments = ("push", "--background", "--home", home / ".wattprint", run_id)
            assert wattprint(*arguments, home=home).returncode == 0  # as a minute later
            assert outcomes(hub) == {run_id: "running"}
            killed.send_signal(signal.SIGKILL)
        wattprint("track", "--push", "--quiet", "--", "true", home=home)
        wait_until(lambda: len(outcomes(hub)) == 2, "both are there")
        assert outcomes(hub)[run_id] == "interrupted"
        # Each reading once: what was sent before the end was not sent again.
        rows = hub.request("GET", f"/api/v1/runs/{run_id}/intervals")[1]["intervals"]
        assert len({(row["device"], row["start_ms"]) for row in rows}) == len(rows) > 0


def test_one_process_a_minute_sends_and_only_if_the_last_has_ended(tmp_path):
    now_s, told = [0.0], tmp_path / "told"
    os.mkfifo(told)
    sends = Pushing(tmp_path, clock_s=lambda: now_s[0], command=["sh", "-c", f": > {told}"])
    sends.go_on("r")
    assert pushing.going_on() == set()
    now_s[0] = EVERY_S
    sends.go_on("r")
    first = pushing.going_on()  # it waits for somebody who reads
    now_s[0] = 2 * EVERY_S
    sends.go_on("r")
    assert (len(first), pushing.going_on()) == (1, first)
    told.read_bytes()
    wait_until(lambda: not pushing.going_on(), "it has ended")


def test_without_a_login_it_is_refused_before_anything_runs(tmp_path):
    done = wattprint("track", "--push", "--", "true", home=tmp_path)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "no hub is known; log in with `wattprint login URL`" in done.stderr


def test_what_cannot_be_started_is_a_fault_and_the_run_is_recorded(tmp_path):
    script = TRACKED.replace("import wattprint", "import sys, wattprint; sys.executable = '/no'")
    done = python(script + "print(run.unwritten)", home=logged_in(tmp_path, "http://127.0.0.1:9"))
    assert done.returncode == 0
    assert "the run is not sent now: [Errno 2]" in done.stdout


def test_by_default_nothing_is_started_and_no_network_is_loaded(tmp_path):
    home = logged_in(tmp_path, "http://127.0.0.1:9")
    script = TRACKED.replace(", push=True", "") + (
        "import sys\nprint({'wattprint.client', 'wattprint.tracker.pushing'} & set(sys.modules))"
    )
    done = python(script, home=home)
    assert done.stdout.splitlines()[-1] == "set()"
    assert not spool_of(home).folder.exists()
