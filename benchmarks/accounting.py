"""How fast a cluster's log is accounted for, beside pandas and Polars doing the same arithmetic.

    python benchmarks/accounting.py [--rows N] [--jobs N] [--large] [--only text|parquet] [--json]

From text: `wattprint account` over a synthetic sacct dump of a million rows (`gen_sacct.py` of the
shared cases), to figures of every job, sums and a report. From Parquet: ten million jobs, at the
means of years and hour by hour. Each runs in a process of its own, whose time and memory are read
from the kernel; all engines must give the same sums. `--large` adds a dump of twenty million rows,
of which only the memory and the time are of interest.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from math import sin
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
GENERATOR = ROOT.parent / "shared" / "cases" / "job_logs" / "gen_sacct.py"
FIRST_S, LAST_S = 1_704_067_200, 1_704_067_200 + 310 * 86_400  # 2024
SITE = {
    "zone": "DE",
    "pue": 1.3,
    "partitions": {
        "gpu": {
            "accelerator": "A100 SXM4 80GB",
            "accelerators_per_node": 4,
            "cpu": "AMD EPYC 7742",
            "cpus_per_node": 256,
        }
    },
}
SITE_TOML = """\
zone = "DE"
pue = 1.3
[partitions.gpu]
accelerator = "A100 SXM4 80GB"
accelerators_per_node = 4
cpu = "AMD EPYC 7742"
cpus_per_node = 256
"""
ROWS = 1_000_000
FIGURES = ("jobs", "it_j", "location_ug", "location_low_ug", "location_high_ug")
BOUND = 1e-9
"""How far bounds may differ: whole micrograms are summed, and exp and ln differ in the last bit."""
GA4HPC = (1301.0, 768.0, 3000.0)
"""Wall [s], CPU [s] and memory [MB] of GreenAlgorithms4HPC for a million rows, as the issue has it;
it is in no package registry, so that it cannot be run beside."""


class Spent(NamedTuple):
    """What a process took."""

    what: str
    wall_s: float
    cpu_s: float
    memory_mb: float
    wall_limit_s: float | None = None
    cpu_limit_s: float | None = None
    memory_limit_mb: float | None = None

    @property
    def is_within(self) -> bool:
        """Whether it keeps to the limits of the issue."""
        pairs = (
            (self.wall_s, self.wall_limit_s),
            (self.cpu_s, self.cpu_limit_s),
            (self.memory_mb, self.memory_limit_mb),
        )
        return all(limit is None or spent <= limit for spent, limit in pairs)


def spent(what: str, command: Sequence[str], **limits: float) -> Spent:
    """Run a command and read from the kernel what it took."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall_s = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"{what} failed with {process.returncode}: {' '.join(command)}")
    return Spent(what, wall_s, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, **limits)


def child(name: str, *arguments: Path | str) -> list[str]:
    """The command that runs one of `CHILDREN` in a process of its own."""
    return [sys.executable, __file__, "--child", name, *map(str, arguments)]


def made_jobs(path: str, count: str) -> None:
    """Write jobs as a reader of logs does, drawn from fixed seeds."""
    import duckdb

    from wattprint.domain.jobs import JOB_COLUMNS

    base = {
        "is_gpu": "hash(i + 2) % 10 < 4",
        "began_s": f"{FIRST_S} + (hash(i + 3) % (300 * 86400))::BIGINT",
        "seconds": "1 + (hash(i + 4) % 1000 * (hash(i + 5) % 600))::BIGINT",
        "threads": "1 + hash(i + 8) % 64",
        "gb": "4 * (1 + hash(i + 9) % 64)",
        "busy": "0.05 + (hash(i + 10) % 93) / 100.0",
    }
    drawn = {
        "job_id": "i::VARCHAR",
        "user_name": "'user' || hash(i) % 40",
        "account": "'account' || hash(i + 1) % 20",
        "partition_name": "CASE WHEN is_gpu THEN 'gpu' ELSE 'cpu' END",
        "state": "CASE WHEN hash(i + 11) % 10 < 8 THEN 'completed' ELSE 'failed' END",
        "start_s": "began_s",
        "end_s": "began_s + seconds",
        "elapsed_s": "seconds",
        "nodes": "1",
        "cpus": "threads",
        "cpu_s": "threads * seconds * busy",
        "gpus": "CASE WHEN is_gpu THEN 1 + hash(i + 7) % 8 ELSE 0 END",
        "memory_gb": "gb",
        "memory_used_gb": "gb * (hash(i + 12) % 100) / 100.0",
        "notes": "0",
        "line": "i",
        "file": "1",
        "kind": "CASE WHEN is_gpu THEN 1 ELSE 2 END",
        "year": "2024",
        "month": "202401",
        "day": "20240101",
    }
    texts = ("cluster", "project", "team", "accelerator", "instance", "region")
    columns = ", ".join(
        f"({drawn.get(c.name, repr('') if c.name in texts else 'NULL')})::{c.sql_type} AS {c.name}"
        for c in JOB_COLUMNS
    )
    named = ", ".join(f"{expression} AS {name}" for name, expression in base.items())
    rows = f"SELECT i, {named} FROM range({int(count)}) t(i)"
    connection = duckdb.connect()
    connection.execute("SET preserve_insertion_order = false")
    connection.execute(f"COPY (SELECT {columns} FROM ({rows})) TO '{path}' (FORMAT parquet)")


def made_factors(by_hour: bool) -> tuple[list[dict[str, Any]], list[tuple[Any, ...]]]:
    """Factors of both partitions, and a year of hours that differ."""
    from wattprint.accounting.factors_table import factored
    from wattprint.accounting.hours import PlaceHours, hour_rows
    from wattprint.accounting.site import site_of
    from wattprint.domain.interval import relative
    from wattprint.domain.jobs import Kind
    from wattprint.domain.series import IntensityInterval, IntensitySeries

    site = site_of(SITE)
    kinds = (
        Kind(1, partition_name="gpu", most_cpus_per_node=64, most_gpus_per_node=4),
        Kind(2, partition_name="cpu", most_cpus_per_node=64),
    )
    factors = [factored(kind, 2024, site, series=1).coefficients.row() for kind in kinds]
    if not by_hour:
        return factors, []
    intervals = [
        IntensityInterval(FIRST_S + 3600.0 * i, FIRST_S + 3600.0 * (i + 1), 300 + 100 * sin(i / 4))
        for i in range(24 * 366)
    ]
    series = IntensitySeries("DE", intervals, kind="average", basis="lifecycle")
    places = {1: PlaceHours(series, {}, relative(1.0, 0.67, 1.27))}
    return factors, list(hour_rows(places, FIRST_S, LAST_S))


def by_wattprint(jobs: str, out: str, by_hour: str) -> None:
    """Sum jobs by account with the portable text on DuckDB."""
    from wattprint.accounting import statements
    from wattprint.accounting.engines.duckdb import DuckDB
    from wattprint.accounting.factor_columns import hold_factors
    from wattprint.accounting.hours import COLUMNS

    factors, hours = made_factors(bool(by_hour))
    with tempfile.TemporaryDirectory() as overflow:
        engine = DuckDB(Path(overflow), threads=2)
        engine.jobs([Path(jobs)])
        columns = hold_factors(engine, factors)
        engine.table("hours", COLUMNS, hours)
        text = statements.footprints(columns, "hourly" if by_hour else "yearly")
        names = ("it_j", "location_ug", "location_low_ug", "location_high_ug")
        sums = ", ".join(f"SUM({name}) AS {name}" for name in names)
        rows = engine.rows(
            f"SELECT account, COUNT(*) AS jobs, {sums} FROM ({text}) GROUP BY account ORDER BY 1"
        )
        Path(out).write_text(json.dumps(rows))


def by_polars(jobs: str, out: str, by_hour: str) -> None:
    """The same in Polars."""
    import polars as pl
    from accounting_peers import polars_sums

    factors, hours = made_factors(bool(by_hour))
    rows = polars_sums(pl.scan_parquet(jobs), factors, hours or None)
    Path(out).write_text(json.dumps(rows.to_dicts()))


def by_pandas(jobs: str, out: str, by_hour: str) -> None:
    """The same in pandas, at the means of years."""
    import pandas as pd
    from accounting_peers import pandas_sums

    assert not by_hour
    names = ["account", "kind", "year", "elapsed_s", "gpus", "cpus", "cpu_s", "memory_gb"]
    rows = pandas_sums(pd.read_parquet(jobs, columns=names), made_factors(False)[0])
    Path(out).write_text(rows.reset_index().to_json(orient="records"))


def from_parquet(folder: Path, count: int) -> list[Spent]:
    """Account for jobs in Parquet, yearly and hour by hour."""
    jobs = folder / "jobs.parquet"
    subprocess.run(child("made_jobs", jobs, str(count)), check=True)
    results = []
    for by_hour, cpu_limit_s, memory_limit_mb in (("", 2.0, 300.0), ("hours", 4.0, 400.0)):
        words = "hour by hour" if by_hour else "yearly"
        of = {}
        for engine in ("wattprint", "polars", *(() if by_hour else ("pandas",))):
            out = folder / f"{engine}.json"
            limits = (
                {"cpu_limit_s": cpu_limit_s, "memory_limit_mb": memory_limit_mb}
                if engine == "wattprint"
                else {}
            )
            what = f"{count:,} jobs of Parquet, {words}: {engine}"
            results.append(spent(what, child(engine, jobs, out, by_hour), **limits))
            of[engine] = json.loads(out.read_text())
        for peer in set(of) - {"wattprint"}:
            require_same(of["wattprint"], of[peer], f"{peer}, {words}")
    return results


def by_reading(log: str, out: str) -> None:
    """Read and account for a log, and say its sums by account, its kinds and its factors."""
    from wattprint.accounting.front import Wanted, accounting
    from wattprint.accounting.site import site_of

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        wanted = Wanted([Path(log)], site_of(SITE))
        with accounting(wanted, folder, folder / "jobs.parquet") as working:
            rows = working.accounted.by(["account"])
            said = {
                "sums": [{n: row[n] for n in ("account", *FIGURES)} for row in rows],
                "kinds": {kind.partition_name: kind.kind for kind in working.kinds},
                "factors": [one.coefficients.row() for one in working.accounted.factors],
            }
            Path(out).write_text(json.dumps(said))


def text_by_polars(log: str, said: str, out: str) -> None:
    """The same in Polars, from the text on."""
    import polars as pl
    from accounting_peers import polars_jobs, polars_sums

    known = json.loads(Path(said).read_text())
    kinds = pl.LazyFrame(
        {"partition_name": list(known["kinds"]), "kind": list(known["kinds"].values())}
    )
    jobs = polars_jobs(Path(log)).join(kinds, on="partition_name")
    Path(out).write_text(json.dumps(polars_sums(jobs, known["factors"]).to_dicts()))


def text_by_pandas(log: str, said: str, out: str) -> None:
    """The same in pandas, from the text on."""
    from accounting_peers import pandas_jobs, pandas_sums

    known = json.loads(Path(said).read_text())
    jobs = pandas_jobs(Path(log))
    jobs["kind"] = jobs["partition_name"].map(known["kinds"])
    rows = pandas_sums(jobs, known["factors"])
    Path(out).write_text(rows.reset_index().to_json(orient="records"))


def from_text(folder: Path, count: int, *, peers: bool) -> list[Spent]:
    """Account for a synthetic dump of sacct, by the command that a user types."""
    if not GENERATOR.exists():
        print(f"skipped: {GENERATOR} is not there", file=sys.stderr)
        return []
    log, site = folder / "sacct.txt", folder / "site.toml"
    subprocess.run([sys.executable, str(GENERATOR), str(count), str(log)], check=True)
    site.write_text(SITE_TOML)
    command = [sys.executable, "-m", "wattprint", "account", str(log), "--site", str(site)]
    limits = {"memory_limit_mb": 500.0, **({"wall_limit_s": 6.0} if count == ROWS else {})}
    what = f"{count:,} rows of sacct"
    results = [spent(f"{what}: wattprint", [*command, "--out", str(folder / "out")], **limits)]
    if not peers:
        return results
    said = folder / "said.json"
    subprocess.run(child("reading", log, said), check=True)
    sums = json.loads(said.read_text())["sums"]
    for name in ("polars", "pandas"):
        out = folder / f"text_{name}.json"
        results.append(spent(f"{what}: {name}", child(f"text_{name}", log, said, out)))
        require_same(sums, json.loads(out.read_text()), f"{name}, from text")
    return results


def require_same(ours: list[dict[str, Any]], theirs: list[dict[str, Any]], peer: str) -> None:
    """Refuse sums that differ: figures by a unit a job at most, bounds by as much as their digits.

    A job's figure is rounded to whole joules and micrograms; where arithmetic of another order
    gives the last bit otherwise, one in 10^9 of them is rounded the other way.
    """
    assert [row["account"] for row in ours] == [row["account"] for row in theirs], peer
    for mine, other in zip(ours, theirs, strict=True):
        for name, amount in mine.items():
            if name != "account" and abs(amount - other[name]) > BOUND * amount:
                raise SystemExit(
                    f"{peer}: {name} of {mine['account']}: {other[name]}, not {amount}"
                )


CHILDREN: dict[str, Callable[..., None]] = {
    "made_jobs": made_jobs,
    "wattprint": by_wattprint,
    "polars": by_polars,
    "pandas": by_pandas,
    "reading": by_reading,
    "text_polars": text_by_polars,
    "text_pandas": text_by_pandas,
}


def main() -> None:
    """Run what is asked for, and print the table."""
    if sys.argv[1:2] == ["--child"]:
        CHILDREN[sys.argv[2]](*sys.argv[3:])
        return
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=ROWS, help="rows of the dump")
    parser.add_argument("--jobs", type=int, default=10_000_000, help="jobs in Parquet")
    parser.add_argument("--large", action="store_true", help="20,000,000 rows too")
    parser.add_argument("--only", choices=("text", "parquet"))
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    results: list[Spent] = []
    if asked.only != "parquet":
        with tempfile.TemporaryDirectory() as name:
            results += from_text(Path(name), asked.rows, peers=True)
        if asked.large:
            with tempfile.TemporaryDirectory() as name:
                results += from_text(Path(name), 20 * ROWS, peers=False)
    if asked.only != "text":
        with tempfile.TemporaryDirectory() as name:
            results += from_parquet(Path(name), asked.jobs)
    if asked.json:
        print(json.dumps([row._asdict() for row in results], indent=2))
        return
    print_table(results)


def print_table(results: Sequence[Spent]) -> None:
    """Print what each took, beside the limits and beside ours of the same work."""
    print(f"{'':58}{'wall s':>9}{'CPU s':>9}{'MB':>8}   ratio of wall")
    ours = 1.0
    for row in results:
        is_ours = row.what.endswith("wattprint")
        ours = row.wall_s if is_ours else ours
        kept = (
            ("  within its limits" if row.is_within else "  BEYOND its limits") if is_ours else ""
        )
        ratio = f"{row.wall_s / ours:9.1f}"
        print(f"{row.what:58}{row.wall_s:9.2f}{row.cpu_s:9.2f}{row.memory_mb:8.0f}{ratio}{kept}")
        if is_ours and f"{ROWS:,} rows" in row.what:
            wall_s, cpu_s, memory_mb = GA4HPC
            name = "  GreenAlgorithms4HPC, as published in the issue"
            print(f"{name:58}{wall_s:9.2f}{cpu_s:9.2f}{memory_mb:8.0f}{wall_s / ours:9.1f}")


if __name__ == "__main__":
    main()
