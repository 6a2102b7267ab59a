"""Jobs, factors and accounts that the tests of accounting are made of."""

import random
from pathlib import Path
from typing import Any

import duckdb

from wattprint.accounting.account import Accounted, Asked, account
from wattprint.accounting.coefficients import Coefficients
from wattprint.accounting.engines.duckdb import DuckDB
from wattprint.accounting.reference import Job, JobFootprint, job_footprint
from wattprint.domain.interval import Range, exact
from wattprint.domain.jobs import JOB_COLUMNS, Kind
from wattprint.domain.series import IntensityInterval, IntensitySeries

JAN_2024 = 1_704_067_200
"""2024-01-01T00:00Z."""
JAN_2025 = 1_735_689_600
HOUR, DAY = 3600, 86_400


def made_coefficients(**changed: Any) -> Coefficients:
    """Round numbers without any width, so that hands can follow them."""
    plain: dict[str, Any] = {
        "kind": 1,
        "year": 2024,
        "accelerator_w": exact(400.0),
        "accelerator_idle_w": exact(80.0),
        "accelerator_load_w": exact(320.0),
        "cpu_w": exact(4.0),
        "cpu_idle_w": 1.0,
        "cpu_busy_w": 2.0,
        "threads_per_core": 1,
        "memory_w_per_gb": exact(0.5),
        "memory_gb_per_cpu": 2.0,
        "memory_gb_per_accelerator": 100.0,
        "static_w_per_cpu": 1.0,
        "static_w_per_accelerator": 100.0,
        "supply_efficiency": exact(1.0),
        "pue": exact(1.0),
    }
    return Coefficients(**{**plain, **changed})


def bare(**changed: Any) -> Coefficients:
    """Coefficients of which all but what is named draws and makes nothing."""
    nothing: dict[str, Any] = {
        "accelerator_w": exact(0.0),
        "accelerator_idle_w": exact(0.0),
        "accelerator_load_w": exact(0.0),
        "cpu_w": exact(0.0),
        "cpu_idle_w": 0.0,
        "cpu_busy_w": 0.0,
        "memory_w_per_gb": exact(0.0),
        "static_w_per_cpu": 0.0,
        "static_w_per_accelerator": 0.0,
    }
    return made_coefficients(**{**nothing, **changed})


def made_series(
    intensities: list[float | None], start_s: int = JAN_2024, step_s: int = HOUR, **said: Any
) -> IntensitySeries:
    """A series of equal steps; None leaves a gap."""
    intervals = [
        IntensityInterval(start_s + i * step_s, start_s + (i + 1) * step_s, float(g))
        for i, g in enumerate(intensities)
        if g is not None
    ]
    return IntensitySeries("DE", intervals, kind="average", basis="lifecycle", **said)


def made_row(i: int, **said: Any) -> dict[str, Any]:
    """A row of the table of jobs: an hour on one CPU, unless something else is said."""
    row: dict[str, Any] = dict.fromkeys((column.name for column in JOB_COLUMNS), None)
    texts = [column.name for column in JOB_COLUMNS if column.sql_type == "VARCHAR"]
    start_s = said.get("start_s", JAN_2024)
    elapsed_s = said.get("elapsed_s", HOUR)
    year = 0 if start_s is None else 2024 + (start_s >= JAN_2025)
    return {
        **row,
        **dict.fromkeys(texts, ""),
        "job_id": str(i),
        "state": "completed",
        "start_s": start_s,
        "end_s": None if start_s is None else start_s + elapsed_s,
        "elapsed_s": elapsed_s,
        "nodes": 1.0,
        "cpus": 1.0,
        "gpus": 0.0,
        "notes": 0,
        "line": i,
        "file": 1,
        "kind": 1,
        "year": year,
        "month": year * 100 + bool(year),
        "day": year * 10_000 + 101 * bool(year),
        **said,
    }


def seeded_rows(count: int, seed: int, kinds: int = 3) -> list[dict[str, Any]]:
    """Jobs of every dress, the same for a seed."""
    rng = random.Random(seed)

    def perhaps(amount: float, share: float = 0.5) -> float | None:
        return amount if rng.random() < share else None

    def one(i: int) -> dict[str, Any]:
        elapsed_s = rng.choice((0, 1, 60, HOUR, 3 * DAY, rng.randrange(1, 10**6)))
        start_s = JAN_2024 + rng.randrange(0, 500 * DAY)
        cpus = float(rng.randrange(1, 129))
        gpus = rng.choice((0.0, 0.0, 1.0, 4.0, 0.25))
        busy_s = rng.random() * cpus * elapsed_s
        return made_row(
            i,
            start_s=None if rng.random() < 0.05 else start_s,
            elapsed_s=elapsed_s,
            # Some were suspended for a while.
            end_s=start_s + elapsed_s + rng.choice((0, 0, 0, 7000)),
            cpus=cpus,
            cpu_s=perhaps(busy_s, 0.7),
            gpus=perhaps(gpus, 0.95),
            gpu_load=perhaps(rng.choice((0.0, rng.random())), 0.4),
            memory_gb=perhaps(rng.random() * 500, 0.7),
            memory_used_gb=perhaps(rng.random() * 500, 0.4),
            node_energy_j=perhaps(float(rng.randrange(10**9)), 0.2),
            accelerator_energy_j=perhaps(float(rng.randrange(10**9)), 0.2),
            kind=rng.randrange(1, kinds + 1),
            account=rng.choice(("ai", "bio", "chem")),
            user_name=rng.choice(("u1", "u2")),
        )

    rows = [one(i) for i in range(1, count + 1)]
    return [row | {"end_s": None} if row["start_s"] is None else row for row in rows]


def written(rows: list[dict[str, Any]], path: Path) -> Path:
    """Write rows as a part of the table of jobs."""
    with duckdb.connect() as connection:
        typed = ", ".join(f"{column.name} {column.sql_type}" for column in JOB_COLUMNS)
        connection.execute(f"CREATE TABLE j ({typed})")
        unnested = ", ".join(f"unnest(?::{column.sql_type}[])" for column in JOB_COLUMNS)
        by_column = [[row[column.name] for row in rows] for column in JOB_COLUMNS]
        connection.execute(f"INSERT INTO j SELECT {unnested}", by_column)
        connection.execute(f"COPY j TO '{path}' (FORMAT parquet)")
    return path


def kinds_of(rows: list[dict[str, Any]], **said: Any) -> list[Kind]:
    """Return the kinds of rows, with the span of their time."""
    starts = [row["start_s"] for row in rows if row["start_s"] is not None]
    ends = [row["end_s"] for row in rows if row["end_s"] is not None]
    span = {"first_s": min(starts, default=None), "last_s": max(ends, default=None)}
    numbers = sorted({row["kind"] for row in rows})
    return [
        Kind(number, partition_name=f"p{number}", **{"most_gpus_per_node": 4.0, **span, **said})
        for number in numbers
    ]


def accounted(
    rows: list[dict[str, Any]],
    folder: Path,
    site: Any,
    *,
    parts: int = 1,
    threads: int | None = 2,
    find_series: Any = None,
    kinds: list[Kind] | None = None,
) -> tuple[Accounted, dict[str, dict[str, Any]]]:
    """Account for rows on DuckDB; return the account, and every job's figures by its id."""
    folder.mkdir(exist_ok=True)
    paths = [written(rows[i::parts], folder / f"jobs{i}.parquet") for i in range(parts)]
    engine = DuckDB(folder / "overflow", threads=threads)
    asked = Asked(paths, kinds_of(rows) if kinds is None else kinds, site, find_series)
    found = account(asked, engine, folder / "footprints.parquet")
    by_id = {row["job_id"]: row for row in engine.rows("SELECT * FROM footprints")}
    return found, by_id


def by_reference(
    row: dict[str, Any], account: Accounted, series: IntensitySeries | None = None
) -> JobFootprint:
    """Return what the scalar reference says of a row."""
    key = row["kind"] * 10_000 + row["year"]
    of = next(f.coefficients for f in account.factors if f.coefficients.key == key)
    return job_footprint(Job(**{name: row[name] for name in Job._fields}), of, series)


FIGURES = {
    "it_j": ("it_kwh", 3.6e6),
    "facility_j": ("facility_kwh", 3.6e6),
    "location_ug": ("location_g", 1e6),
    "market_ug": ("market_g", 1e6),
    "embodied_ug": ("embodied_g", 1e6),
    "site_water_ul": ("site_water_l", 1e6),
    "grid_water_ul": ("grid_water_l", 1e6),
}
"""Column of the text: field of the reference, and how many of the one make one of the other."""


def of_text(row: dict[str, Any], column: str) -> tuple[int, int, int] | None:
    """Return value, low and high of a figure of the text."""
    stem, unit = column.rsplit("_", 1)
    found = tuple(row[name] for name in (column, f"{stem}_low_{unit}", f"{stem}_high_{unit}"))
    return None if found == (None, None, None) else found  # type: ignore[return-value]


def assert_same(row: dict[str, Any], reference: JobFootprint) -> None:
    """Values to the rounding of an integer, bounds to that and 1e-9 of them."""
    for column, (field, scale) in FIGURES.items():
        expected: Range | None = getattr(reference, field)
        found = of_text(row, column)
        assert (found is None) == (expected is None), f"{column} of {row}"
        if found is None or expected is None:
            continue
        for got, want in zip(found, expected.as_tuple(), strict=True):
            assert abs(got - want * scale) <= 0.5 + 1e-9 * want * scale, f"{column} of {row}"
