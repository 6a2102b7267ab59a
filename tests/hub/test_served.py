"""The hub as a user starts it: killed, full, cut off, with several workers."""

import json
import os
import random
import signal
import socket
import threading
from http.client import HTTPException
from urllib.parse import urlsplit

import pytest
from sqlalchemy import func, select

from hub.made import kill_group, reading, sent_run, served
from made_runs import intervals, made_run, write_journal
from processes import DEADLINE_S, WHOLE_PROOF, wait_until, wattprint
from wattprint.hub.storage.database import Database
from wattprint.hub.storage.schema import footprints, runs
from wattprint.hub.storage.schema import intervals as interval_rows

KILLS = 50 if WHOLE_PROOF else 4


def batch_of(number, count=50):
    """A batch that no other has a row of."""
    rows = [reading(f"run-{number}", f"gpu-{i % 4}", 10 * i, i + 1) for i in range(count)]
    return {"project": "ranker", "intervals": rows}


def sums_of(hub):
    """How many intervals there are, and their energy."""
    rows = hub.request("GET", "/api/v1/sums/intervals")[1]["rows"]
    return sum(row["intervals"] for row in rows), sum(row["energy_uj"] for row in rows)


def rows_of(database_url):
    """What the tables themselves hold: runs, footprints, intervals and the energy of these."""
    database = Database(database_url)
    try:
        with database.reading() as connection:
            counts = [
                connection.scalar(select(func.count()).select_from(table))
                for table in (runs, footprints, interval_rows)
            ]
            energy_uj = connection.scalar(select(func.sum(interval_rows.c.energy_uj)))
        return (*counts, int(energy_uj or 0))
    finally:
        database.close()


def send(hub, number):
    """Send a batch of readings and one of runs that no other number has; whether both are there."""
    sent = {"runs": [sent_run(f"run-{number}-{i}") for i in range(5)]}
    answers = (
        hub.request("POST", "/api/v1/intervals:batch", batch_of(number)),
        hub.request("POST", "/api/v1/runs:batch", sent),
    )
    return all(status == 200 for status, _ in answers)


def assert_all_is_there_once(hub, database_url, count):
    """50 readings a batch, of 1 + 2 + ... + 50 = 1275 uJ; 5 runs of 1 J of CPU."""
    assert sums_of(hub) == (50 * count, 1275 * count)
    (row,) = hub.request("GET", "/api/v1/sums/runs?by=outcome")[1]["rows"]
    assert (row["runs"], row["cpu_j"]) == (5 * count, 5 * count)
    assert rows_of(database_url) == (5 * count, 5 * count, 50 * count, 1275 * count)


@pytest.mark.parametrize("workers", [1, 4])
def test_what_was_acknowledged_outlives_kill_9_and_is_there_once(tmp_path, database_url, workers):
    taken, sent, token = set(), 0, ""
    chance = random.Random(7)
    options = ("--database", database_url, "--workers", workers)
    for _ in range(KILLS if workers == 1 else max(2, KILLS // 5)):
        with served(tmp_path, *options, token=token) as hub:
            token = hub.token
            killer = threading.Timer(chance.uniform(0.05, 0.4), kill_group, [hub.process])
            killer.start()
            try:
                # The last batch before the kill may or may not be there: it goes first again.
                for number in [*range(max(0, sent - 1), sent), *range(sent, sent + 10_000)]:
                    sent = max(sent, number + 1)
                    if send(hub, number):
                        taken.add(number)
            except (OSError, ValueError, HTTPException):
                pass
            killer.join()
    with served(tmp_path, *options, token=token) as hub:
        for number in set(range(sent)) - taken:
            assert send(hub, number)
        assert_all_is_there_once(hub, database_url, sent)
        again = hub.request("POST", "/api/v1/intervals:batch", batch_of(0))[1]
        assert again["counts"] == {"duplicate": 50}


def test_four_workers_take_the_same_rows_once(tmp_path, database_url):
    with served(tmp_path, "--database", database_url, "--workers", 4) as hub:
        statuses = []

        def send_all():
            for number in range(6):
                body = {"runs": [sent_run(f"r{number}-{i}") for i in range(20)]}
                statuses.append(hub.request("POST", "/api/v1/runs:batch", body)[0])

        senders = [threading.Thread(target=send_all) for _ in range(3)]
        [sender.start() for sender in senders]
        [sender.join() for sender in senders]
        (row,) = hub.request("GET", "/api/v1/sums/runs")[1]["rows"]
    # 3 senders of the same 6 x 20 runs, of 1 J of CPU each.
    assert statuses == [200] * 18
    assert (row["runs"], row["cpu_j"]) == (120, 120)
    assert rows_of(database_url)[:2] == (120, 120)


@pytest.mark.parametrize("part", [0.0, 0.3, 0.99], ids=lambda part: f"{part:.0%} of the body")
def test_a_network_that_is_cut_and_comes_again_doubles_nothing(tmp_path, database_url, part):
    with served(tmp_path, "--database", database_url) as hub:
        for number in range(3):
            cut_off(hub, batch_of(number), part)
            assert send(hub, number)
        assert_all_is_there_once(hub, database_url, 3)


def test_a_log_that_cannot_be_written_keeps_nobody_from_sending(tmp_path):
    full = ["bash", "-c", 'exec "$@" 2>/dev/full', "hub"]
    with served(tmp_path) as hub:
        token = hub.token
    with served(tmp_path, token=token, prefix=full) as hub:
        assert send(hub, 0) and sums_of(hub) == (50, 1275)


FULL = ["bash", "-c", 'ulimit -f "$0"; exec "$@"', "1500"]


def test_a_full_disk_is_507_and_loses_nothing(tmp_path):
    with served(tmp_path, "--database", f"sqlite:///{tmp_path}/hub.db", prefix=FULL) as hub:
        taken, status, answer = 0, 200, {}
        while status == 200:
            status, answer = hub.request("POST", "/api/v1/intervals:batch", batch_of(taken, 1000))
            taken += status == 200
        assert (status, answer["title"]) == (507, "No room is left")
        assert taken and sums_of(hub)[0] == 1000 * taken
        token = hub.token
    with served(tmp_path, "--database", f"sqlite:///{tmp_path}/hub.db", token=token) as hub:
        assert hub.request("POST", "/api/v1/intervals:batch", batch_of(taken, 1000))[0] == 200
        assert sums_of(hub)[0] == 1000 * (taken + 1)


def cut_off(hub, document, part):
    """Send a part of a body, and hang up."""
    body = json.dumps(document).encode()
    head = (
        f"POST /api/v1/intervals:batch HTTP/1.1\r\nHost: hub\r\nContent-Type: application/json"
        f"\r\nAuthorization: Bearer {hub.token}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", urlsplit(hub.url).port)) as line:
        line.sendall(head.encode() + body[: int(len(body) * part)])


def test_a_body_that_is_cut_off_stores_nothing_and_the_hub_goes_on(tmp_path):
    with served(tmp_path) as hub:
        cut_off(hub, batch_of(0), 0.5)
        wait_until(lambda: "intervals:batch" in hub.log.read_text(), "the hub noticed")
        assert sums_of(hub) == (0, 0)


def test_sigterm_answers_what_goes_on_and_the_log_holds_no_secret(tmp_path):
    with served(tmp_path) as hub:
        secret = hub.token.split(".")[2]
        hub.request("GET", "/api/v1/runs?project=hidden-name")
        started = hub.log.read_text().count(secret)
        os.kill(hub.process.pid, signal.SIGTERM)
        assert hub.process.wait(DEADLINE_S) in (0, -signal.SIGTERM)
        text = hub.log.read_text()
    assert (started, text.count(secret), "hidden-name" in text) == (1, 1, False)
    (line,) = [row for row in text.splitlines() if '"/api/v1/runs"' in row]
    assert json.loads(line)["status"] == 200


def test_local_runs_appear_as_they_go_on(tmp_path):
    home = tmp_path / ".wattprint"
    write_journal(home, made_run(intervals=intervals(1_000_000, 2_000_000)), "completed", 0)
    with served(tmp_path, "--local") as hub:
        wait_until(lambda: sums_of(hub)[0] == 4, "the run is there")
        (run,) = hub.request("GET", "/api/v1/runs")[1]["runs"]
    assert (run["project"], run["outcome"], run["cpu_j"]) == ("ranker", "completed", 3)


def test_a_run_is_pushed_once_and_waits_while_the_hub_is_away(tmp_path):
    user = tmp_path / "user"
    user.mkdir()
    write_journal(user / ".wattprint", made_run(intervals=intervals(1_000_000)), "completed", 0)
    with served(tmp_path / "hub") as hub:
        done = wattprint("login", hub.url, home=user, stdin=hub.token + "\n")
        assert done.stdout.startswith(f"Logged in to {hub.url} as admin of default, admin.")
        assert (user / ".wattprint" / "hub.json").stat().st_mode & 0o777 == 0o600
        first, second = (wattprint("push", "--all", home=user) for _ in range(2))
        assert first.stdout == "3 rows sent, 0 were there already.\n"
        assert second.stdout == "0 rows sent, 0 were there already.\n"
        (run,) = hub.request("GET", "/api/v1/runs")[1]["runs"]
        assert run["cpu_j"] == 1
    away = made_run("20260102-120000-bbbbbb", intervals=intervals(5))
    write_journal(user / ".wattprint", away, "completed", 0)
    done = wattprint("push", home=user)
    assert (done.returncode, "does not answer" in done.stderr) == (1, True)
    assert hub.token not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["push"], "no hub is known; log in with `wattprint login URL`"),
        (["login", "http://hub.example.org"], "would get the token in the clear; expected https"),
        (["login", "hub"], "hub 'hub' is no address; expected https://HOST"),
        (["serve", "--database", "mysql://h/x"], "is of another kind; expected sqlite:///PATH"),
        (["serve", "--local", "--workers", "2"], "expected --local with one worker"),
        (
            ["push", "--all", "--since", "2026-01-01"],
            "more than one of RUN, --all, --since and --account",
        ),
    ],
    ids=lambda given: " ".join(given) if isinstance(given, list) else "",
)
def test_what_cannot_be_is_refused_in_one_line(tmp_path, arguments, words):
    done = wattprint(*arguments, home=tmp_path, stdin="wpt_x\n")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert words in done.stderr
