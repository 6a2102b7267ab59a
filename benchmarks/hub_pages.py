"""How long the pages of a full hub take, with 20 readers at once and ingest going on.

A reader asks for the next page as soon as it has the last one (a person would look at it first), so
20 of them are what the hub has to do all the time. The pages are asked for one kind after another:
each kind's figure is that of 20 readers of this kind. On a busy machine the last column says more:
CPU time of the hub and of its database within SQLite, ingest included; 20 readers of one worker
are answered within 150 ms as long as it stays below 7.5 ms. The last row is of readers who are all
at different pages, of projects and runs of their own, so that hardly an answer is shared, and who
look at each for a second, as people do.
"""

import functools
import http.client
import json
import os
import random
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

READERS = 20
LIMIT_MS = 150
INGEST_ROWS_PER_S = 1_000
INGEST_BATCH = 500
ASKED_PER_READER = 25
LOOKED_AT_S = 1.0

PAGES = (
    "/api/v1/runs",
    "/api/v1/runs?project=project-7&outcome=failed",
    "/api/v1/runs?zone=FR&hardware=" + quote("NVIDIA L4"),
    "/api/v1/runs/run-00000007",
    "/api/v1/runs/run-00000000/intervals",
    "/api/v1/sums/runs?by=project",
    "/api/v1/sums/runs?by=hardware,zone,outcome",
    "/api/v1/sums/runs?by=day&project=project-7",
    "/dashboard",
    "/dashboard?project=project-7",
    "/dashboard/charts/over-time.json",
    "/runs",
    "/runs?project=project-7&outcome=failed",
    "/runs/run-00000007",
    "/compare?run=project-7/run-00000007&run=project-8/run-00000008",
    "/models",
    "/calculator",
    "/zones",
    "/methods",
    "/account",
    "/admin",
)
"""What is asked for; the API by the token, pages in a session."""


def signed_in(hub):
    """The cookie of a session, opened by the token."""
    line = connection(hub)
    line.request("GET", "/sign-in", headers={"Accept": "text/html"})
    answer = line.getresponse()
    text, cookies = answer.read().decode(), _cookies(answer)
    key = re.search(r'name="form_key" value="([^"]+)"', text)[1]
    fields = urlencode({"form_key": key, "token": hub.token, "next": "/account"})
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
        "Origin": hub.url,
    }
    line.request("POST", "/sign-in", fields, headers)
    answer = line.getresponse()
    answer.read()
    assert answer.status == 303, answer.status
    cookies |= _cookies(answer)
    return "; ".join(f"{name}={value}" for name, value in cookies.items())


def _cookies(answer):
    said = [text.partition(";")[0] for text in answer.headers.get_all("Set-Cookie") or ()]
    return dict(text.split("=", 1) for text in said)


def connection(hub):
    """A line to the hub."""
    address = urlsplit(hub.url)
    return http.client.HTTPConnection(address.hostname, address.port)


def of_reader(reader):
    """The pages in the order of one reader, of a project and a run of its own."""
    first = reader * len(PAGES) // READERS
    own = (
        ("project-7", f"project-{reader + 20}"),
        ("run-00000007", f"run-{reader + 20:08d}"),
        ("run-00000000", f"run-{reader + 20:08d}"),
    )
    for path in (*PAGES[first:], *PAGES[:first]):
        yield functools.reduce(lambda text, pair: text.replace(*pair), own, path)


def read_pages(hub, cookie, paths, looked_at_s=0.0):
    """Ask for pages one after another on one line; return statuses and times."""
    line, found = connection(hub), []
    for path in paths:
        time.sleep(looked_at_s * random.uniform(0.5, 1.5))
        is_api = path.startswith("/api/")
        headers = {"Authorization": f"Bearer {hub.token}"} if is_api else {"Cookie": cookie}
        begun_s = time.perf_counter()
        line.request("GET", path, headers={"Accept": "*/*", **headers})
        answer = line.getresponse()
        answer.read()
        found.append((answer.status, (time.perf_counter() - begun_s) * 1000))
    line.close()
    return found


def ingest(hub, until, sent):
    """Send a thousand readings a second until told to stop; count those that were taken."""
    line, number = connection(hub), 0
    headers = {"Authorization": f"Bearer {hub.token}", "Content-Type": "application/json"}
    due_s = time.monotonic()
    while not until.is_set():
        start_ms = 1_800_000_000_000 + number * 1000
        rows = [
            {
                "run": f"live-{i % 10}",
                "device": "nvml:0",
                "start_ms": start_ms + i,
                "end_ms": start_ms + i + 1,
                "energy_uj": 1_000_000,
            }
            for i in range(INGEST_BATCH)
        ]
        body = json.dumps({"project": "project-7", "intervals": rows})
        line.request("POST", "/api/v1/intervals:batch", body, headers)
        answer = line.getresponse()
        answer.read()
        sent.append(INGEST_BATCH if answer.status == 200 else 0)
        number += 1
        due_s += INGEST_BATCH / INGEST_ROWS_PER_S
        until.wait(max(0.0, due_s - time.monotonic()))


def cpu_s(pid):
    """CPU seconds of a process and of those that it started (workers)."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    its = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return its + sum(cpu_s(int(child)) for child in children)


def measure_row(hub, cookie, readers, words, lists, *, looked_at_s=0.0):
    """Let each reader ask for a list of pages, and print a row of the table."""
    before_s = cpu_s(hub.process.pid)
    jobs = [readers.submit(read_pages, hub, cookie, paths, looked_at_s) for paths in lists]
    found = [answer for job in jobs for answer in job.result()]
    spent_ms = (cpu_s(hub.process.pid) - before_s) * 1000 / len(found)
    times = sorted(ms for _, ms in found)
    p50, p95 = times[len(times) // 2], times[int(len(times) * 0.95)]
    statuses = ",".join(str(status) for status in sorted({s for s, _ in found}))
    beyond = "  beyond" if p95 > LIMIT_MS else ""
    print(f"{words:58} {statuses:>6} {p50:8.1f} {p95:8.1f} {spent_ms:8.1f}{beyond}", flush=True)


def measure(hub):
    """Print a table of pages: the median, the 95th percentile, and who is beyond the limit."""
    cookie, until, sent = signed_in(hub), threading.Event(), []
    feeder = threading.Thread(target=ingest, args=(hub, until, sent))
    begun_s = time.monotonic()
    feeder.start()
    try:
        print(f"{'page':58} {'status':>6} {'p50 ms':>8} {'p95 ms':>8} {'CPU ms':>8}")
        with ThreadPoolExecutor(READERS) as readers:
            for path in PAGES:
                measure_row(hub, cookie, readers, path, [[path] * ASKED_PER_READER] * READERS)
            own = [list(of_reader(reader)) for reader in range(READERS)]
            words = "each at another page of its own, a second each"
            measure_row(hub, cookie, readers, words, own, looked_at_s=LOOKED_AT_S)
            words = "each at another page of its own, without a pause"
            measure_row(hub, cookie, readers, words, own)
    finally:
        until.set()
        feeder.join()
    rate = sum(sent) / (time.monotonic() - begun_s)
    print(f"meanwhile {rate:,.0f} rows/s were taken of {INGEST_ROWS_PER_S:,} that were meant")
