"""A hub's database filled with a year of a company: the hub's own ingest, without HTTP.

The bodies are those of `benchmarks/hub.py`; they are decoded, checked and stored by the functions
that a request calls (`read_run`, `store_runs`, `quick_intervals`, `store_intervals`), so the tables
are the same as if they had been sent. Only the network, the token and the answer are left out.
"""

import json
import time

BATCH = 5_000
ORGANISATION = "default"
PROJECTS = 200
YEAR_S = 31_536_000
BEGIN_S = 1_767_225_600
ZONES = ("FR", "DE", "US-CA", "IE", None)
HARDWARE = (None, "NVIDIA H100 80GB HBM3", "NVIDIA A100-SXM4-80GB", "NVIDIA L4")
READINGS_OF_RUN = 4_000
READ_EVERY_S = 5
DURATION_S = READINGS_OF_RUN // 2 * READ_EVERY_S
"""Of a run: two devices, read every five seconds."""


def templates():
    """Runs as they are sent, of each hardware, zone and outcome; a mark where they differ."""
    from hub.made import sent_run
    from made_runs import CPU, MEMORY, intervals

    made = {}
    for hardware in HARDWARE:
        gpu = CPU._replace(device_id="nvml:0", component="accelerator", name=hardware or "")
        devices = (gpu, MEMORY) if hardware else (CPU, MEMORY)
        for zone in ZONES:
            for outcome in ("completed", "failed"):
                row = sent_run(
                    "@ID@",
                    project="@PROJECT@",
                    devices=devices,
                    intervals=intervals(7_200_000_000_000),
                    duration_s=float(DURATION_S),
                    place={"zone": zone, "pue": 1.2} if zone else {},
                    outcome=outcome,
                )
                text = json.dumps(row, separators=(",", ":"))
                made[hardware, zone, outcome] = text.replace("2026-01-01T12:00:00.000Z", "@START@")
    return made


def run_bodies(count, batch=BATCH):
    """Yield bodies of runs of 200 projects, spread over a year; each tenth failed."""
    made = templates()
    for start in range(0, count, batch):
        rows = []
        for i in range(start, min(start + batch, count)):
            project = i % PROJECTS
            kind = (
                HARDWARE[project % 4],
                ZONES[project % 5],
                "failed" if i % 10 == 7 else "completed",
            )
            row = made[kind].replace("@ID@", f"run-{i:08d}")
            row = row.replace("@PROJECT@", f"project-{project}")
            began = time.gmtime(began_s(i, count))
            rows.append(row.replace("@START@", time.strftime("%Y-%m-%dT%H:%M:%SZ", began)))
        yield f'{{"runs":[{",".join(rows)}]}}'.encode()


def began_s(run, runs):
    """When a run began: they are spread over the year."""
    return BEGIN_S + run * YEAR_S // runs


def interval_bodies(first, count, batch, runs=YEAR_S):
    """Yield bodies of readings: of one run after another, from its begin to its end."""
    for start in range(first, first + count, batch):
        rows = []
        for i in range(start, min(start + batch, first + count)):
            run, place = divmod(i, READINGS_OF_RUN)
            start_ms = (began_s(run, runs) + place // 2 * READ_EVERY_S) * 1000
            chip = "nvml:0" if HARDWARE[run % PROJECTS % 4] else "rapl:package-0"
            rows.append(
                {
                    "run": f"run-{run:08d}",
                    "device": "modelled:memory" if i % 2 else chip,
                    "start_ms": start_ms,
                    "end_ms": start_ms + READ_EVERY_S * 1000,
                    "energy_uj": (100_000_000 if i % 2 else 1_500_000_000) + i,
                }
            )
        document = {"project": f"project-{start // READINGS_OF_RUN % PROJECTS}", "intervals": rows}
        yield "/api/v1/intervals:batch", json.dumps(document, separators=(",", ":")).encode()


def fill(url, runs, intervals):
    """Bring a database to today's tables and fill it; print how long it took."""
    from sqlalchemy import text

    from wattprint.hub.ingest.messages import RUNS
    from wattprint.hub.ingest.quick import quick_intervals
    from wattprint.hub.ingest.run_rows import read_run
    from wattprint.hub.ingest.store_intervals import store_intervals
    from wattprint.hub.ingest.store_runs import store_runs
    from wattprint.hub.storage.database import Database
    from wattprint.hub.storage.migrate import migrate

    database, now_ms = Database(url), BEGIN_S * 1000
    migrate(database)
    begun_s = time.perf_counter()
    for body in run_bodies(runs):
        read = [read_run(run, f"/{i}") for i, run in enumerate(RUNS.decode(body).runs)]
        store_runs(database, ORGANISATION, read, now_ms)
    between_s = time.perf_counter()
    for _, body in interval_bodies(0, intervals, READINGS_OF_RUN, runs):
        batch = quick_intervals(body)
        store_intervals(database, ORGANISATION, batch.project, batch.intervals, now_ms)
    ended_s = time.perf_counter()
    # What a server's autovacuum does by itself; that of the tests has none.
    database.write(lambda connection: connection.execute(text("ANALYZE")))
    database.close()
    print(
        f"filled with {runs:,} runs in {between_s - begun_s:,.0f} s and {intervals:,} intervals "
        f"in {ended_s - between_s:,.0f} s",
        flush=True,
    )
