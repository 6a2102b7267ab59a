"""Fill a running hub with the year of a made-up team: for its pictures, and for a first look.

`python tools/demo_hub.py http://127.0.0.1:8080 < token.txt`. Every run is invented and named so in
its project; hardware, places, powers and hours are such as real teams have. The seed makes the
same year each time, and a hub takes each run once.
"""

import json
import random
import sys
import urllib.request
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import make_registry_table
from wattprint.client.rows import interval_rows, run_row
from wattprint.client.transport import HubSender
from wattprint.domain.evidence import Method
from wattprint.domain.footprint import Footprint
from wattprint.domain.readings import Device, Interval
from wattprint.domain.run import RunRecord
from wattprint.estimator.by_hour import bounds_of_run
from wattprint.estimator.tracked import footprint_of_run
from wattprint.factors.tables import shipped
from wattprint.grid.profiles import typical_series
from wattprint.grid.providers.typical import series_of

SEED = 20261126
READINGS = 40
"""Readings of a run: enough to see its power go up and down."""
BATCH = 500


class Kind(NamedTuple):
    """What a team does again and again."""

    project: str
    stage: str
    accelerator: str | None
    count: int
    watts: float
    hours: float
    place: dict[str, Any]
    runs: int


FR = {"zone": "FR", "pue": 1.25}
DE = {"zone": "DE", "pue": 1.4}
KINDS = (
    Kind("demo/ranker", "finetune", "NVIDIA A100-SXM4-80GB", 4, 290, 6, FR, 90),
    Kind("demo/ranker", "evaluate", "NVIDIA A100-SXM4-80GB", 1, 180, 0.6, FR, 60),
    Kind("demo/speech", "pretrain", "NVIDIA H100 80GB HBM3", 8, 520, 30, {"zone": "SE"}, 14),
    Kind("demo/speech", "search", "NVIDIA A100-SXM4-80GB", 2, 240, 3, DE, 80),
    Kind("demo/forecast", "finetune", "NVIDIA L4", 1, 58, 9, DE, 70),
    Kind("demo/vision", "finetune", "NVIDIA GeForce RTX 4090", 1, 340, 5, {"zone": "PL"}, 45),
    Kind("demo/features", "data", None, 0, 0, 2.5, {"zone": "US-CA", "pue": 1.15}, 60),
)
TEAMS = {"search": ("demo/ranker", "demo/features"), "media": ("demo/speech", "demo/vision")}
TIMED = ("demo/ranker", "demo/forecast")
"""Projects that charge by the hour."""
_GPU_SOURCE, _CPU_SOURCE = "nvml_energy", "khan_2018"


def made_runs(seed: int = SEED, readings: int = READINGS) -> Iterator[RunRecord]:
    """Yield the year's runs."""
    chance = random.Random(seed)
    for kind in KINDS:
        for number in range(kind.runs):
            begun = datetime(2026, 1, 2, tzinfo=timezone.utc) + timedelta(
                seconds=chance.uniform(0, 327 * 86400)
            )
            yield _made_run(kind, number, begun, chance, readings)._replace(
                factor_set=shipped().identity
            )


def _made_run(
    kind: Kind, number: int, begun: datetime, chance: random.Random, readings: int
) -> RunRecord:
    outcome = chance.choices(("completed", "failed", "interrupted"), (88, 8, 4))[0]
    hours = kind.hours * chance.lognormvariate(0, 0.5) * (1 if outcome == "completed" else 0.4)
    step_s = round(hours * 3600 / readings, 3)
    devices = tuple(_devices(kind))
    intervals = tuple(
        Interval(
            i * step_s,
            (i + 1) * step_s,
            tuple(round(w * step_s * 1e6) for w in _powers_w(kind, i / readings, chance)),
            (None,) * len(devices),
        )
        for i in range(readings)
    )
    return RunRecord(
        run_id=f"{begun:%Y%m%d-%H%M%S}-{chance.getrandbits(24):06x}",
        project=kind.project,
        name=f"{kind.stage} {number + 1}",
        started_at=begun.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        stage=kind.stage,
        outcome=outcome,
        parent=f"speech-search-{1 + number // 20}" if kind.stage == "search" else None,
        place=kind.place,
        host={"cpu": "AMD EPYC 7543", "threads": 64, "memory_gb": 512},
        interval_s=step_s,
        duration_s=readings * step_s,
        exit_code={"completed": 0, "failed": 1}.get(outcome),
        devices=devices,
        intervals=intervals,
    )


def _devices(kind: Kind) -> Iterator[Device]:
    for i in range(kind.count):
        name = str(kind.accelerator)
        yield Device(f"nvml:GPU-{i}", "accelerator", name, Method.MEASURED, 0.95, 1.05, _GPU_SOURCE)
    yield Device("rapl:package-0", "cpu", "package-0", Method.MEASURED, 0.95, 1.05, _CPU_SOURCE)


def _powers_w(kind: Kind, done: float, chance: random.Random) -> Iterator[float]:
    is_loading = done < 0.06 or abs(done - 0.5) < 0.03  # data are read, then an evaluation
    for _ in range(kind.count):
        share = 0.35 if is_loading else chance.gauss(1.0, 0.05)
        yield max(0.2, share) * kind.watts
    yield chance.gauss(150 if is_loading or not kind.count else 95, 8)


def _footprint(run: RunRecord) -> Footprint:
    """Charge some projects by their own hours: typical ones, as no service is asked."""
    bounds = bounds_of_run(run) if run.project in TIMED else None
    if bounds is None:
        return footprint_of_run(run)
    start, end = (datetime.fromtimestamp(moment_s, timezone.utc) for moment_s in bounds)
    return footprint_of_run(run, series=series_of(typical_series(run.place["zone"], start, end)))


def fill(url: str, token: str, *, seed: int = SEED, readings: int = READINGS) -> int:
    """Send the year to a hub, and return how many runs it has."""
    sender = HubSender(url, token)
    runs = list(made_runs(seed, readings))
    rows = iter([run_row(run, _footprint(run).as_dict()) for run in runs])
    while piece := list(islice(rows, BATCH)):
        _sent(sender, "/api/v1/runs:batch", {"runs": piece})
    for project in sorted({run.project for run in runs}):
        readings_of = (row for run in runs if run.project == project for row in interval_rows(run))
        while piece := list(islice(readings_of, 10 * BATCH)):
            _sent(sender, "/api/v1/intervals:batch", {"project": project, "intervals": piece})
    for team, projects in TEAMS.items():
        _sent(sender, f"/api/v1/teams/{team}", {"name": f"{team.title()} (made up)"}, method="PUT")
        for project in projects:
            _sent(sender, f"/api/v1/projects/{project}", {"team": team}, method="PUT")
    return len(runs)


def fill_models(url: str, token: str, models: int = 1_400) -> None:
    """Send made-up models to a hub's registry, and accept those that were taken."""
    with TemporaryDirectory() as folder:
        table = make_registry_table.write(Path(folder), models).read_bytes()
    headers = {"Content-Type": "text/csv", "Authorization": f"Bearer {token}"}
    asked = urllib.request.Request(
        f"{url}/api/v1/registry/models:batch", table, headers, method="POST"
    )
    with urllib.request.urlopen(asked) as answer:
        taken = json.load(answer)
    ids = [row["id"] for row in make_registry_table.rows(models)]
    said = {"ids": ids, "decision": "accepted", "reason": "made up"}
    _sent(HubSender(url, token), "/api/v1/registry/models:review", said)
    print(taken["counts"])


def _sent(sender: HubSender, path: str, document: Any, *, method: str = "POST") -> None:
    answer = sender.send(method, path, document)
    if answer.status >= 300:
        sys.exit(f"{path}: {answer.detail()} {answer.document}")


if __name__ == "__main__":
    SECRET = sys.stdin.read().strip()
    print(f"{fill(sys.argv[1], SECRET):,} runs are there.")
    fill_models(sys.argv[1], SECRET)
