"""The arithmetic of accounting, written again for pandas and for Polars by hand.

Independent cross-checks: they share the numbers of the factors with Wattprint, and no line of its
text. They know one dress of one log alone, the one that `gen_sacct.py` writes.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl

GROUP = "account"
PARTS = 1 << 24
"""Parts of the whole numbers in which sums over hours are kept."""
FIGURES = ("jobs", "it_j", "location_ug", "location_low_ug", "location_high_ug")


def pandas_sums(jobs: pd.DataFrame, factors: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Sum energy [J] and emissions [ug] with their bounds by account, in pandas."""
    table = pd.DataFrame(factors).set_index("factor_key")
    f = table.loc[jobs["kind"] * 10_000 + jobs["year"]].reset_index(drop=True)
    seconds, gpus, cpus = (jobs[name].to_numpy(float) for name in ("elapsed_s", "gpus", "cpus"))
    gpu_s, cpu_set_s, busy_s = seconds * gpus, seconds * cpus, jobs["cpu_s"].to_numpy(float)
    load = np.divide(busy_s, cpu_set_s, out=np.zeros_like(busy_s), where=cpu_set_s > 0)
    busy_w = f.cpu_alone_w - f.cpu_shared_w * load
    parts = {
        "accelerator": f.accelerator_w * gpu_s,
        "cpu_law": f.cpu_idle_w * cpu_set_s + busy_w * busy_s,
        "memory": f.memory_w_per_gb * jobs["memory_gb"].to_numpy(float) * seconds,
        "static": np.where(
            gpus > 0, f.static_w_per_accelerator * gpu_s, f.static_w_per_cpu * cpu_set_s
        ),
    }
    delivered = sum(parts.values())
    up = np.sqrt(sum(joules**2 * f[f"{name}_up_sq"] for name, joules in parts.items()))
    down = np.sqrt(sum(joules**2 * f[f"{name}_down_sq"] for name, joules in parts.items()))
    it = delivered * f.supply_inverse
    grams = it * f.pue * f.location_ug_per_j
    up_sq = np.log1p(up / delivered) ** 2 + f.supply_up_sq + f.pue_up_sq + f.location_up_sq
    down_sq = np.log1p(-down / delivered) ** 2 + f.supply_down_sq + f.pue_down_sq
    down_sq += f.location_down_sq
    figures = pd.DataFrame(
        {
            GROUP: jobs[GROUP].to_numpy(),
            "jobs": 1,
            "it_j": _whole(it),
            "location_ug": _whole(grams),
            "location_low_ug": _whole(grams * np.exp(-np.sqrt(down_sq))),
            "location_high_ug": _whole(grams * np.exp(np.sqrt(up_sq))),
        }
    )
    return figures.groupby(GROUP, sort=True).sum()


def _whole(amount: "pd.Series[float]") -> "np.ndarray[Any, np.dtype[np.int64]]":
    return np.floor(np.asarray(amount) + 0.5).astype(np.int64)


def polars_sums(
    jobs: pl.LazyFrame,
    factors: Sequence[Mapping[str, Any]],
    hours: Sequence[Sequence[float]] | None = None,
) -> pl.DataFrame:
    """Sum energy [J] and emissions [ug] with their bounds by account, in Polars."""
    c = pl.col
    rows = jobs.with_columns((c("kind") * 10_000 + c("year")).alias("factor_key")).join(
        pl.LazyFrame(list(factors)), on="factor_key"
    )
    rows = rows.with_columns(
        accelerator_e=c("accelerator_w") * c("gpus") * c("elapsed_s"),
        cpu_e=c("cpu_idle_w") * c("cpus") * c("elapsed_s")
        + c("cpu_s")
        * (c("cpu_alone_w") - c("cpu_shared_w") * (c("cpu_s") / (c("cpus") * c("elapsed_s")))),
        memory_e=c("memory_w_per_gb") * c("memory_gb") * c("elapsed_s"),
        static_e=pl.when(c("gpus") > 0)
        .then(c("static_w_per_accelerator") * c("gpus"))
        .otherwise(c("static_w_per_cpu") * c("cpus"))
        * c("elapsed_s"),
    )
    names = {"accelerator": "accelerator", "cpu": "cpu_law", "memory": "memory", "static": "static"}
    rows = rows.with_columns(
        delivered=sum((c(f"{part}_e") for part in names), pl.lit(0.0)),
        **{
            side: sum(
                (c(f"{part}_e") ** 2 * c(f"{width}_{side}_sq") for part, width in names.items()),
                pl.lit(0.0),
            ).sqrt()
            for side in ("up", "down")
        },
        ug_per_j=c("location_ug_per_j"),
        ug_up_sq=c("location_up_sq"),
        ug_down_sq=c("location_down_sq"),
    )
    if hours is not None:
        rows = _by_hour(rows, hours)
    grams = c("delivered") * c("supply_inverse") * c("pue") * c("ug_per_j")
    up_sq = (1 + c("up") / c("delivered")).log() ** 2 + c("supply_up_sq") + c("pue_up_sq")
    down_sq = (1 - c("down") / c("delivered")).log() ** 2 + c("supply_down_sq") + c("pue_down_sq")
    figures = {
        "it_j": c("delivered") * c("supply_inverse"),
        "location_ug": grams,
        "location_low_ug": grams * (-(down_sq + c("ug_down_sq")).sqrt()).exp(),
        "location_high_ug": grams * (up_sq + c("ug_up_sq")).sqrt().exp(),
    }
    return (
        rows.group_by(GROUP)
        .agg(
            pl.len().cast(pl.Int64).alias("jobs"),
            *((of + 0.5).floor().cast(pl.Int64).sum().alias(name) for name, of in figures.items()),
        )
        .sort(GROUP)
        .collect(engine="streaming")
    )


def _by_hour(rows: pl.LazyFrame, hours: Sequence[Sequence[float]]) -> pl.LazyFrame:
    """Replace the year's mean by the mean of a job's own hours, all of which are known."""
    c = pl.col
    table = pl.LazyFrame(
        [(row[0], row[1] / PARTS, row[2]) for row in hours],
        schema=["hour", "sum", "rate"],
        orient="row",
    )
    for edge in ("start", "end"):
        rows = rows.with_columns(
            (c("series_key") + c(f"{edge}_s") - c(f"{edge}_s") % 3600).alias(f"{edge}_hour")
        ).join(table.rename(lambda name, edge=edge: f"{edge}_{name}"), on=f"{edge}_hour")
    up_to = {
        edge: c(f"{edge}_sum") + c(f"{edge}_rate") * (c(f"{edge}_s") % 3600)
        for edge in ("start", "end")
    }
    return rows.with_columns(
        ug_per_j=pl.when(c("start_hour") == c("end_hour"))
        .then(c("start_rate"))
        .otherwise((up_to["end"] - up_to["start"]) / (c("end_s") - c("start_s"))),
        ug_up_sq=c("hour_up_sq"),
        ug_down_sq=c("hour_down_sq"),
    )


def polars_jobs(log: Path) -> pl.LazyFrame:
    """Read the jobs of a synthetic `sacct -P` dump in Polars."""
    c = pl.col
    rows = pl.scan_csv(log, separator="|", infer_schema=False, quote_char=None)
    jobs = rows.filter(~c("JobID").str.contains(".", literal=True))
    gpus = c("AllocTRES").str.extract(r"gres/gpu=(\d+)").cast(pl.Float64).fill_null(0.0)
    return jobs.select(
        c("Account").alias(GROUP),
        c("Partition").alias("partition_name"),
        c("Submit").str.to_datetime("%Y-%m-%dT%H:%M:%S").alias("started"),
        _polars_seconds("Elapsed").cast(pl.Int64).alias("elapsed_s"),
        _polars_seconds("TotalCPU").alias("cpu_s"),
        c("NCPUS").cast(pl.Float64).alias("cpus"),
        gpus.alias("gpus"),
        c("ReqMem").str.strip_chars_end("G").cast(pl.Float64).alias("memory_gb"),
    ).with_columns(
        year=c("started").dt.year().cast(pl.Int64),
        start_s=c("started").dt.epoch("s"),
        cpu_s=pl.min_horizontal(c("cpu_s"), c("cpus") * c("elapsed_s")),
    )


def _polars_seconds(column: str) -> pl.Expr:
    """Seconds of '[d-]hh:mm:ss'."""
    text = pl.col(column)
    part = text.str.extract
    days = part(r"^(\d+)-").cast(pl.Float64).fill_null(0.0)
    clock = [part(r"(\d+):\d+:\d+$"), part(r"(\d+):\d+$"), part(r"(\d+)$")]
    hours, minutes, seconds = (piece.cast(pl.Float64) for piece in clock)
    return days * 86_400 + hours * 3600 + minutes * 60 + seconds


def pandas_jobs(log: Path) -> pd.DataFrame:
    """Read the jobs of a synthetic `sacct -P` dump in pandas."""
    rows = pd.read_csv(log, sep="|", dtype=str, quoting=3)
    jobs = rows[~rows["JobID"].str.contains(".", regex=False)]
    started = pd.to_datetime(jobs["Submit"], format="%Y-%m-%dT%H:%M:%S")
    elapsed_s, cpus = _pandas_seconds(jobs["Elapsed"]), jobs["NCPUS"].astype(float)
    gpus = jobs["AllocTRES"].str.extract(r"gres/gpu=(\d+)")[0].astype(float).fillna(0.0)
    return pd.DataFrame(
        {
            GROUP: jobs["Account"],
            "partition_name": jobs["Partition"],
            "year": started.dt.year,
            "elapsed_s": elapsed_s.astype("int64"),
            "cpus": cpus,
            "cpu_s": np.minimum(_pandas_seconds(jobs["TotalCPU"]), cpus * elapsed_s),
            "gpus": gpus,
            "memory_gb": jobs["ReqMem"].str.rstrip("G").astype(float),
        }
    ).reset_index(drop=True)


def _pandas_seconds(texts: "pd.Series[str]") -> "pd.Series[float]":
    parts = texts.str.extract(r"^(?:(\d+)-)?(\d+):(\d+):(\d+)$").astype(float).fillna(0.0)
    return parts[0] * 86_400 + parts[1] * 3600 + parts[2] * 60 + parts[3]
