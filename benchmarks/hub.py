"""How fast a hub takes runs and intervals over HTTP, on SQLite and on PostgreSQL.

    python benchmarks/hub.py [--runs 5000] [--intervals 50000] [--batch 1000] [--database sqlite]
    python benchmarks/hub.py --fill --pages --runs 1000000 --intervals 10000000
    python benchmarks/hub.py --fill --url sqlite:////tmp/full/hub.db      # fill and keep

`--fill` fills a database by the hub's own functions instead (`hub_fill.py`), and `--pages` then
reads every page of it with 20 readers at once and ingest going on (`hub_pages.py`).

The hub is `wattprint serve` in a process of its own, the load generator another one: both share
the machine. Bodies are made before the clock starts; every answer is checked, and at the end the
sums of the hub are compared with what was sent.
"""

import argparse
import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))
CONNECTIONS = 2
PIECE = 20
"""Batches that are made at a time, while the clock stands: the whole filling fits no memory."""
DAY_MS = 86_400_000
BEGIN_MS = 1_767_225_600_000


def run_bodies(first, count, batch):
    """Yield bodies of runs as `wattprint push` makes them, of 200 projects over a year."""
    from hub.made import sent_run

    sample = json.dumps(sent_run("@ID@", project="@PROJECT@", joules=7.2e6), separators=(",", ":"))
    sample = sample.replace("2026-01-01T12:00:00.000Z", "@START@")
    for start in range(first, first + count, batch):
        rows = []
        for i in range(start, min(start + batch, first + count)):
            moment = time.strftime(
                "%Y-%m-%dT%H:%M:%SZ", time.gmtime(BEGIN_MS / 1000 + i % 31_536_000)
            )
            row = sample.replace("@ID@", f"run-{i:08d}").replace("@PROJECT@", f"project-{i % 200}")
            rows.append(row.replace("@START@", moment))
        yield "/api/v1/runs:batch", f'{{"runs":[{",".join(rows)}]}}'.encode()


def load(url, token, kind, count, batch):
    """Send so many rows; print the rate and the latencies as JSON."""
    from hub_fill import interval_bodies

    make = run_bodies if kind == "runs" else interval_bodies
    address = urlsplit(url)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    lines = [http.client.HTTPConnection(address.hostname, address.port) for _ in range(CONNECTIONS)]

    def send(job):
        line, (path, body) = job
        begun_s = time.perf_counter()
        line.request("POST", path, body, headers)
        answer = line.getresponse()
        counts = json.loads(answer.read())
        assert answer.status == 200 and set(counts["counts"]) == {"created"}, counts
        return time.perf_counter() - begun_s

    def send_share(share):
        line, bodies = share
        return [send((line, body)) for body in bodies]

    spent_s, latencies_s = 0.0, []
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        for first in range(0, count, PIECE * batch):
            bodies = list(make(first, min(PIECE * batch, count - first), batch))
            shares = [(line, bodies[i::CONNECTIONS]) for i, line in enumerate(lines)]
            begun_s = time.perf_counter()
            latencies_s += [s for part in pool.map(send_share, shares) for s in part]
            spent_s += time.perf_counter() - begun_s
    cuts = statistics.quantiles(latencies_s, n=20) if len(latencies_s) > 1 else latencies_s * 19
    print(json.dumps({"rows_per_s": count / spent_s, "p50_s": cuts[9], "p95_s": cuts[18]}))


def measured(url, token, kind, count, batch):
    """Run the load generator in a process of its own."""
    command = [sys.executable, __file__, "--load", kind, "--url", url, "--batch", str(batch)]
    command += ["--runs", str(count), "--intervals", str(count)]
    environment = {**os.environ, "WATTPRINT_HUB_TOKEN": token}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def cpu_s(pid):
    """CPU seconds that a process has taken: they say more than the clock on a busy machine."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def bench(database, runs, intervals, batch, workers):
    """Fill a new hub and print what it took."""
    from hub.made import served
    from postgres_server import postgres_server

    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = f"sqlite:///{folder}/hub.db"
        if database == "postgresql":
            url = stack.enter_context(postgres_server()).create("hub")
        hub = stack.enter_context(served(folder / "home", "--database", url, "--workers", workers))
        for kind, count in (("runs", runs), ("intervals", intervals)):
            before_s = cpu_s(hub.process.pid)
            found = measured(hub.url, hub.token, kind, count, batch)
            spent_ms = (cpu_s(hub.process.pid) - before_s) / count * 1e6
            print(
                f"{database:10} {kind:9} {count:>10,} rows by {batch:,}, {workers} worker(s): "
                f"{found['rows_per_s']:8,.0f} rows/s, p50 {found['p50_s'] * 1000:6.1f} ms, "
                f"p95 {found['p95_s'] * 1000:6.1f} ms"
                + (f", {spent_ms:.0f} ms of the hub's CPU per 1,000" if workers == 1 else "")
            )
        stored = hub.request("GET", "/api/v1/sums/runs?by=outcome")[1]["rows"]
        assert sum(row["runs"] for row in stored) == runs
        stored = hub.request("GET", "/api/v1/sums/intervals")[1]["rows"]
        assert sum(row["intervals"] for row in stored) == intervals


def full(database, said):
    """Fill a new database, and read the pages of a hub of it."""
    from hub_fill import fill
    from hub_pages import measure

    from hub.made import served
    from postgres_server import postgres_server

    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = said.url or f"sqlite:///{folder}/hub.db"
        if database == "postgresql" and not said.url:
            url = stack.enter_context(postgres_server()).create("hub")
        print(f"{database}: ", end="")
        if said.fill:
            fill(url, said.runs, said.intervals)
        if said.pages:
            options = ("--database", url, "--workers", said.workers)
            measure(stack.enter_context(served(folder / "home", *options)))


def main():
    """Read the arguments and measure."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=5_000)
    parser.add_argument("--intervals", type=int, default=50_000)
    parser.add_argument("--batch", type=int, default=1_000)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], action="append")
    parser.add_argument("--load", choices=["runs", "intervals"], help=argparse.SUPPRESS)
    parser.add_argument("--url", help="with --fill and --pages, a database of your own")
    parser.add_argument("--fill", action="store_true", help="fill without HTTP")
    parser.add_argument("--pages", action="store_true", help="read every page of it")
    said = parser.parse_args()
    if said.load:
        token = os.environ["WATTPRINT_HUB_TOKEN"]
        load(said.url, token, said.load, getattr(said, said.load), said.batch)
        return
    print(f"{os.cpu_count()} CPUs, load average {os.getloadavg()[0]:.1f} before the start")
    for database in said.database or ["sqlite", "postgresql"]:
        if said.fill or said.pages:
            full(database, said)
            continue
        bench(database, said.runs, said.intervals, said.batch, said.workers)


if __name__ == "__main__":
    main()
