"""The portable text: what is asked of an engine, whichever it is.

No dialect's feature is used. Tables that it reads: `jobs` (domain.jobs.JOB_COLUMNS), `factors`
(factor_columns.py) and, hour by hour, `hours`.
"""

from importlib import resources

from wattprint.accounting.factor_columns import FactorColumns

FOOTPRINTS = "footprints"
"""The table of what the text gives."""
INTENSITIES = ("yearly", "hourly", "hourly_with_gaps")
"""How jobs are charged: at the means of years; at their own hours, all of which are known; or at
those that are known, and at the year's mean for the others."""


_PLACED = """\
-- Every job beside the factors of its kind and year.
placed AS (
  SELECT j.*, {factors}
  FROM jobs j
  JOIN factors f ON f.factor_key = j.kind * 10000 + j.year
)"""


def footprints(columns: FactorColumns, intensity: str = "yearly") -> str:
    """Return the query that gives every job its figures.

    Args:
        columns: Where each factor is.
        intensity: One of `INTENSITIES`.
    """
    named = [f"f.{name}" for name in columns.differing]
    named += [f"{value} AS {name}" for name, value in columns.alike.items()]
    placed = _PLACED.format(factors=", ".join(named))
    return "WITH " + ",\n".join([placed, _text("energy"), _text(intensity), _text("figures")])


def _text(name: str) -> str:
    file = resources.files("wattprint.accounting") / "sql" / f"{name}.sql"
    return file.read_text(encoding="utf-8").strip()


DIMENSIONS = (
    "cluster",
    "user_name",
    "account",
    "project",
    "team",
    "partition_name",
    "accelerator",
    "instance",
    "region",
    "state",
    "method",
    "day",
    "month",
    "quarter",
    "year",
)
"""What jobs can be rolled up by; a quarter is made of its month."""

SUMS = (
    "elapsed_s",
    "accelerator_s",
    "cpu_set_aside_s",
    "accelerator_j",
    "cpu_j",
    "memory_j",
    "static_j",
    "metered_j",
    "it_j",
    "it_low_j",
    "it_high_j",
    "facility_j",
    "facility_low_j",
    "facility_high_j",
    "location_ug",
    "location_low_ug",
    "location_high_ug",
    "location_at_year_mean_ug",
    "market_ug",
    "market_low_ug",
    "market_high_ug",
    "embodied_ug",
    "embodied_low_ug",
    "embodied_high_ug",
    "site_water_ul",
    "site_water_low_ul",
    "site_water_high_ul",
    "grid_water_ul",
    "grid_water_low_ul",
    "grid_water_high_ul",
    "unused_memory_j",
    "unused_memory_ug",
    "unused_cpu_j",
    "unused_cpu_ug",
    "idle_accelerator_s",
    "idle_accelerator_j",
    "idle_accelerator_ug",
)
"""Whole numbers of every job that add up: bounds too, for jobs share their causes of error."""

QUARTER = (
    "CASE WHEN month = 0 THEN 0 ELSE CAST(floor(month / 100) AS BIGINT) * 10 "
    "+ CAST(floor((month % 100 + 2) / 3) AS BIGINT) END"
)
"""20241 is the first quarter of 2024; 0 where no time is known."""
