"""Hubs for tests: in this process by httpx, or as a user starts them, in one of their own."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import httpx
from argon2 import PasswordHasher

from made_runs import intervals, made_run
from processes import DEADLINE_S, WATTPRINT, environment, wait_until
from wattprint.estimator.tracked import footprint_of_run
from wattprint.hub.answers import Answers
from wattprint.hub.api.app import application
from wattprint.hub.api.asked import Hub
from wattprint.hub.api.limits import RateLimit
from wattprint.hub.api.watch import Counters
from wattprint.hub.auth.accounts import accounts_of
from wattprint.hub.auth.sessions import Sessions
from wattprint.hub.auth.tokens import Tokens
from wattprint.hub.organisations import create_organisation
from wattprint.hub.settings import Settings

KEY = bytes(range(32))
NOW_S = 1_780_000_000.0
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""Hashes a password in microseconds: these tests' passwords guard nothing."""


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self, now_s=NOW_S):
        self.now_s = now_s

    def __call__(self):
        return self.now_s


def hub_of(database, provider=None, **settings):
    """The parts of a hub on a database, with clocks of its own."""
    chosen = Settings("unused", "unused", **{"requests_per_s": 1e9, **settings})
    clock, wall_clock = Clock(), Clock()
    tokens = Tokens(database, KEY, clock_s=clock, wall_clock_s=wall_clock)
    limit = RateLimit(chosen.requests_per_s, clock_s=clock)
    sessions = Sessions(database, KEY, clock_s=clock, wall_clock_s=wall_clock)
    answers = Answers(database, clock_s=clock)
    accounts = accounts_of(database, KEY, wall_clock_s=wall_clock, hasher=QUICK, provider=provider)
    counters = Counters()
    return Hub(chosen, database, tokens, sessions, limit, counters, accounts, answers, wall_clock)


def admin_of(hub, org_id="acme"):
    """A token that may do everything in a new organisation."""
    create_organisation(hub.database, org_id, org_id, "root", 0)
    return hub.tokens.create(org_id, "root", "test", ["admin"])


class Client:
    """A client of a hub within this process; a fault of the hub is a 500, as outside."""

    def __init__(self, hub, token=None):
        self.app = application(hub)
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass

    def request(self, method, path, headers=None, **what):
        """Make a request."""

        async def asked():
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://hub") as client:
                sent = self.headers | (headers or {})
                return await client.request(method, path, headers=sent, **what)

        return asyncio.run(asked())

    def get(self, path, **what):
        """Read."""
        return self.request("GET", path, **what)

    def post(self, path, **what):
        """Send."""
        return self.request("POST", path, **what)

    def put(self, path, **what):
        """Set."""
        return self.request("PUT", path, **what)

    def delete(self, path, **what):
        """Delete."""
        return self.request("DELETE", path, **what)


client_of = Client


def sent_run(run_id="r1", *, project="ranker", joules=1.0, with_footprint=True, **changes):
    """A run as it is sent: `joules` of CPU, half as much in memory."""
    made = made_run(
        run_id,
        project=project,
        intervals=intervals(round(joules * 1e6)),
        duration_s=10.0,
        outcome="completed",
        place={"zone": "FR", "pue": 1.2},
    )
    made = made._replace(**changes)
    footprint = footprint_of_run(made).as_dict() if with_footprint else None
    return {"record": made.as_dict(), "footprint": footprint}


def reading(run="r1", device="cpu", start_s=0, energy_uj=1_000_000):
    """A reading of ten seconds on the first day of 2026, as it is sent."""
    start_ms = 1_767_225_600_000 + round(start_s * 1000)
    return {
        "run": run,
        "device": device,
        "start_ms": start_ms,
        "end_ms": start_ms + 10_000,
        "energy_uj": energy_uj,
    }


class Served(NamedTuple):
    """A hub in a process of its own."""

    url: str
    token: str
    process: "subprocess.Popen[bytes]"
    log: Path

    def request(self, method, path, document=None):
        """Make a request and return status and document."""
        body = None if document is None else json.dumps(document).encode()
        asked = urllib.request.Request(self.url + path, body, method=method)
        asked.add_header("Authorization", f"Bearer {self.token}")
        asked.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(asked, timeout=DEADLINE_S) as answer:
                return answer.status, json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.loads(error.read() or b"null")


def free_port():
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def is_ready(url):
    """Whether a hub answers."""
    with suppress(OSError), urllib.request.urlopen(f"{url}/readyz", timeout=5) as answer:
        return answer.status == 200
    return False


@contextmanager
def served(
    home: Path, *options: object, token: str = "", prefix=(), **variables
) -> Iterator[Served]:
    """Run `wattprint serve` until the block ends; the first start says the token."""
    home.mkdir(exist_ok=True)
    log, port = home / "hub.log", free_port()
    command = [*prefix, WATTPRINT, "serve", "--port", port, "--requests-per-s", 1e6, *options]
    with log.open("ab") as file:
        process = subprocess.Popen(
            list(map(str, command)),
            env=environment(home, **variables),
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            start_new_session=True,
        )
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: is_ready(url) or process.poll() is not None, "the hub is ready")
        assert process.poll() is None, log.read_text()
        words = log.read_text().split()
        said = [word for word in words if word.startswith("wpt_")]
        yield Served(url, token or said[0], process, log)
    finally:
        kill_group(process)


def kill_group(process):
    """Kill a process and all that it started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(DEADLINE_S)
