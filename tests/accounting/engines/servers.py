"""A real Spark cluster and a real PostgreSQL server here, for as long as a block runs."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path

from processes import folder_open_to_all, wait_until

DEPLOY = Path(__file__).resolve().parents[3] / "deploy" / "spark"
LOOPBACK = "127.0.0.1"
INITDB = ("-U", "wattprint", "-A", "trust", "-N", "-E", "UTF8", "--locale", "C.UTF-8")
POSTGRES = ("-c", "listen_addresses=", "-c", "fsync=off")
SHORT_LIVED = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
"""A Java that compiles little: what it compiles well, it would not live to run."""
SETTINGS = f"""
spark.executor.memory 512m
spark.driver.memory 512m
spark.driver.extraJavaOptions {SHORT_LIVED}
spark.executor.extraJavaOptions {SHORT_LIVED}
spark.sql.shuffle.partitions 4
"""
# A test that is killed takes its servers along.
WITH_US = ["setpriv", "--pdeathsig", "TERM"] if shutil.which("setpriv") else []


def spark_missing() -> str | None:
    """Why there can be no cluster; None if there can."""
    if find_spec("pyspark") is None:
        return "pyspark is not installed"
    has_java = shutil.which("java") or os.environ.get("JAVA_HOME")
    return None if has_java else "Java is not installed"


def postgres_folder() -> Path | None:
    """Where the newest server's programs are."""
    on_path = shutil.which("postgres")
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=_version)
    found = [*debian, *([Path(on_path)] if on_path else [])]
    return found[-1].parent if found else None


def _version(program: Path) -> int:
    return int(program.parts[-3]) if program.parts[-3].isdigit() else 0


def postgres_missing() -> str | None:
    """Why there can be no server; None if there can."""
    if find_spec("psycopg") is None:
        return "psycopg is not installed"
    return None if postgres_folder() else "PostgreSQL's server is not installed"


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server((LOOPBACK, 0)) as held:
        return int(held.getsockname()[1])


@contextmanager
def spark_cluster(folder: Path) -> Iterator[str]:
    """A master and two workers, started by the scripts of deploy/spark; yields its address."""
    (folder / "spark-defaults.conf").write_text(SETTINGS, "utf-8")
    environment = {
        **os.environ,
        "PYTHON": sys.executable,
        "SPARK_CONF_DIR": str(folder),
        "SPARK_LOCAL_IP": LOOPBACK,
        "SPARK_DAEMON_MEMORY": "256m",
        "SPARK_DAEMON_JAVA_OPTS": SHORT_LIVED,
        "CORES": "1",
        "MEMORY": "512m",
        "WORK_DIR": str(folder / "work"),
    }
    address = f"spark://{LOOPBACK}:{(port := free_port())}"
    started: list[subprocess.Popen[bytes]] = []
    try:
        log = _started(started, ["master.sh", LOOPBACK, str(port)], folder, environment)
        wait_until(lambda: b"elected leader" in log.read_bytes(), "Spark's master")
        for _ in range(2):
            _started(started, ["worker.sh", address, LOOPBACK], folder, environment)
        wait_until(lambda: log.read_bytes().count(b"Registering worker") == 2, "two workers")
        yield address
    finally:
        for process in reversed(started):
            _ended(process)


def _started(
    started: list[subprocess.Popen[bytes]],
    script: list[str],
    folder: Path,
    environment: dict[str, str],
) -> Path:
    log = folder / f"{len(started)}.log"
    with log.open("wb") as outlet:
        process = subprocess.Popen(
            [*WITH_US, str(DEPLOY / script[0]), *script[1:]],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=outlet,
            stderr=outlet,
            start_new_session=True,
        )
    started.append(process)
    return log


def _ended(process: subprocess.Popen[bytes]) -> None:
    """End a process and all that it started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(20)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@contextmanager
def postgres_server() -> Iterator[str]:
    """A server of a user without privileges, at a socket in a folder; yields its address."""
    programs = postgres_folder()
    assert programs is not None
    nobody = pwd.getpwnam("nobody")
    user = (
        {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        if os.getuid() == 0
        else {}
    )
    with folder_open_to_all() as folder:
        if user:
            os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        data = folder / "data"
        subprocess.run(
            [programs / "initdb", "-D", data, *INITDB],
            **user,
            cwd=folder,
            check=True,
            capture_output=True,
        )
        log = folder / "log"
        with log.open("wb") as outlet:
            process = subprocess.Popen(
                [*WITH_US, programs / "postgres", "-D", data, "-k", folder, *POSTGRES],
                **user,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=outlet,
                stderr=outlet,
            )
        try:
            wait_until(lambda: b"ready to accept" in log.read_bytes(), "PostgreSQL")
            yield f"postgresql://wattprint@/postgres?host={folder}"
        finally:
            # An interrupt ends its sessions and then itself.
            process.send_signal(signal.SIGINT)
            process.wait(20)
