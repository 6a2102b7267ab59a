"""A thousand real jobs of NREL's Eagle, beside a recomputation by hand-written Python.

The recomputation shares the numbers of the factors with Wattprint, and no other line: it reads the
file with `csv`, takes its local times with `zoneinfo` and adds up job by job.
"""

import csv
import gzip
from collections import defaultdict
from datetime import datetime
from math import exp, floor, log, sqrt
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from wattprint.accounting.front import Wanted, accounting
from wattprint.accounting.site import site_of

LOG = Path(__file__).parents[3] / "shared/cases/job_logs/sample_eagle_data.csv.gz"
SITE = {"zone": "US-CO", "pue": 1.04, "timezone": "America/Denver"}
MOUNTAIN = ZoneInfo("America/Denver")

pytestmark = pytest.mark.skipif(not LOG.exists(), reason="../shared/cases is not there")


@pytest.fixture(scope="module")
def working(tmp_path_factory):
    folder = tmp_path_factory.mktemp("eagle")
    with accounting(Wanted([LOG], site_of(SITE)), folder, folder / "jobs.parquet") as found:
        yield found


def eagle_jobs():
    with gzip.open(LOG, "rt", encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)


def whole(amount):
    return floor(amount + 0.5)


def recomputed(job, factors):
    """Energy of a job [J] and its emissions with bounds [ug], from a row and its factors."""
    f, seconds = factors, float(job["run_time"])
    cpu_s = float(job["processors_req"]) * seconds
    device_s = float(job["gpus_req"]) * seconds
    # The table does not say in which unit its `mem_req` is: a share of the machine's stands in.
    gigabytes = f["memory_gb_per_cpu"] * float(job["processors_req"])
    if device_s:
        gigabytes = f["memory_gb_per_accelerator"] * float(job["gpus_req"])
    static = f["static_w_per_accelerator"] * device_s if device_s else f["static_w_per_cpu"] * cpu_s
    parts = {
        "accelerator": f["accelerator_w"] * device_s,
        "cpu": f["cpu_w"] * cpu_s,
        "memory": f["memory_w_per_gb"] * gigabytes * seconds,
        "static": static,
    }
    delivered = sum(parts.values())
    up, down = (
        sqrt(sum(joules**2 * f[f"{name}_{side}_sq"] for name, joules in parts.items()))
        for side in ("up", "down")
    )
    it = delivered * f["supply_inverse"]
    ug = it * f["pue"] * f["location_ug_per_j"]
    up_sq, down_sq = (
        sum(f[f"{name}_{side}_sq"] for name in ("supply", "pue", "location"))
        for side in ("up", "down")
    )
    low = ug * exp(-sqrt(log(1 - down / delivered) ** 2 + down_sq))
    high = ug * exp(sqrt(log(1 + up / delivered) ** 2 + up_sq))
    return tuple(map(whole, (it, ug, low, high)))


def test_every_job_is_accounted_for(working):
    counts = working.logs.counts
    assert (counts.rows, counts.jobs, counts.rejected) == (1000, 1000, 0)
    assert working.accounted.total()["jobs"] == 1000


def test_sums_are_those_of_a_recomputation_job_by_job(working):
    kinds = {kind.partition_name: kind.kind for kind in working.kinds}
    factors = {one.coefficients.key: one.coefficients.row() for one in working.accounted.factors}
    sums = defaultdict(lambda: [0, 0, 0, 0])
    for job in eagle_jobs():
        factor = factors[kinds[job["partition"]] * 10_000 + 2019]
        for i, amount in enumerate(recomputed(job, factor)):
            sums[job["account"]][i] += amount
    names = ("it_j", "location_ug", "location_low_ug", "location_high_ug")
    rows = working.accounted.by(["account"])
    assert {row["account"]: [row[name] for name in names] for row in rows} == sums


def test_times_are_those_of_the_mountains(working):
    # The first row starts at 08:55:56 on new year's day in Colorado, seven hours behind UTC.
    first = next(eagle_jobs())
    started = datetime.fromisoformat(first["start_time"]).replace(tzinfo=MOUNTAIN)
    row = working.engine.rows(f"SELECT * FROM footprints WHERE job_id = '{first['job_id']}'")[0]
    assert row["start_s"] == started.timestamp() == 1_546_358_156
    assert row["elapsed_s"] == float(first["run_time"])
