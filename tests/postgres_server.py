"""A real PostgreSQL, started by the tests in a folder of its own and gone with them.

It listens on a Unix socket alone. initdb refuses root, so the server then belongs to nobody.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import psycopg
import pytest

from processes import DEADLINE_S, wait_until

NOBODY = 65534
SETTINGS = (
    "listen_addresses=",
    "max_connections=60",
    "shared_buffers=128MB",
    "log_min_messages=fatal",
    "autovacuum=off",
)


class PostgresServer(NamedTuple):
    """A running server."""

    folder: Path
    binaries: Path
    process: "subprocess.Popen[bytes]"

    def url(self, database: str = "postgres") -> str:
        """The address of one of its databases, for psycopg."""
        return f"postgresql://wattprint@/{database}?host={self.folder}"

    def create(self, database: str, template: str = "template1") -> str:
        """Make a database, empty or a copy of another, and return its address."""
        self._tell(f'CREATE DATABASE "{database}" TEMPLATE "{template}"')
        return self.url(database)

    def drop(self, database: str) -> None:
        """Drop a database, whoever still uses it."""
        self._tell(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')

    def _tell(self, statement: str) -> None:
        """Run a statement on a connection: psql would be a process for each test, twice."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(statement)

    def sql(self, statement: str, database: str = "postgres") -> str:
        """Run a statement by psql and return what it prints."""
        command = [self.binaries / "psql", "-qAtX", "-v", "ON_ERROR_STOP=1"]
        command += ["-h", self.folder, "-U", "wattprint", "-d", database, "-c", statement]
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=DEADLINE_S, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def is_ready(self) -> bool:
        """Whether it takes connections."""
        command = [self.binaries / "pg_isready", "-q", "-h", self.folder]
        return subprocess.run(command, timeout=DEADLINE_S, check=False).returncode == 0

    def kill(self) -> None:
        """Kill the server and all its processes, as a crash of the machine would."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(DEADLINE_S)
        (self.folder / "data" / "postmaster.pid").unlink(missing_ok=True)

    def stop(self) -> None:
        """Stop it at once; its processes end with it."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(DEADLINE_S)

    def started_again(self) -> "PostgresServer":
        """Start it on the same data."""
        return _started(self.folder, self.binaries)


def binaries() -> Path | None:
    """Return the folder of the newest PostgreSQL of this machine."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return None if on_path is None else Path(on_path).resolve().parent


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """Run a server; skip the test by name where PostgreSQL is not installed."""
    programs = binaries()
    if programs is None or not sys.platform.startswith("linux"):
        pytest.skip("needs PostgreSQL's initdb and postgres (Debian: postgresql)")
    with tempfile.TemporaryDirectory(prefix="wattprint-pg-") as name:
        folder = Path(name)
        if os.getuid() == 0:
            os.chown(folder, NOBODY, NOBODY)
        command = [programs / "initdb", "-D", folder / "data", "-U", "wattprint"]
        command += ["-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, **_unprivileged())
        server = _started(folder, programs)
        try:
            yield server
        finally:
            server.stop()


def _started(folder: Path, programs: Path) -> PostgresServer:
    command = [programs / "postgres", "-D", folder / "data", "-k", folder]
    for setting in SETTINGS:
        command += ["-c", setting]
    process = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        cwd=folder,
        **_unprivileged(),
    )
    server = PostgresServer(folder, programs, process)
    try:
        wait_until(server.is_ready, "PostgreSQL takes connections")
    except AssertionError:
        server.stop()
        raise
    return server


def _unprivileged() -> dict[str, object]:
    if os.getuid() != 0:
        return {}
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []}
