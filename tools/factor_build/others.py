"""The tables that keep their columns, and the table of sources."""

from __future__ import annotations

import re
from collections.abc import Iterable

from factor_build.tables import Inputs, Table, as_in_reference, read_rows


def energy_sources(inputs: Inputs) -> Table:
    key = "source_type technology basis source"
    return as_in_reference(inputs, "energy_source_factors", key=key, path="energy_sources.csv")


def pue(inputs: Inputs) -> Table:
    key = "provider scope year source"
    return as_in_reference(inputs, "provider_pue", key=key, path="pue.csv")


def equivalents(inputs: Inputs) -> Table:
    key = "quantity year source"
    return as_in_reference(inputs, "equivalences", key=key, path="equivalents.csv")


def power_constants(inputs: Inputs) -> Table:
    key = "constant applies_to source year"
    return as_in_reference(inputs, "memory_power", key=key, path="power_constants.csv")


# HP's sheets end a model name in the number of a footnote: "HP ProLiant DL380 Gen10 server4".
FOOTNOTE = re.compile(r"(?<=[a-z])4$")


def embodied(inputs: Inputs) -> Table:
    table = as_in_reference(inputs, "embodied", key="component model phase unit source")
    for row in table.rows:
        if row["source"] == "boavizta_pcf" and row["model"].startswith("HP "):
            row["model"] = FOOTNOTE.sub("", row["model"])
    return table


def conventions(inputs: Inputs) -> Table:
    """Our stated defaults and their intervals; `verified` is their own, not their source's."""
    rows = read_rows(inputs.hand_entered / "conventions.csv")
    return Table("conventions.csv", tuple(rows[0]), rows, ("name",))


def entsoe_areas(inputs: Inputs) -> Table:
    """Area codes under which the Transparency Platform knows our zones."""
    return as_entered(inputs, "entsoe_areas", "zone")


def entsoe_types(inputs: Inputs) -> Table:
    """Types of generation, and the row of energy_sources.csv whose factor each takes."""
    return as_entered(inputs, "entsoe_types", "psr_type")


def grid_services(inputs: Inputs) -> Table:
    """What each grid service gives, in which unit, at which cost."""
    return as_entered(inputs, "grid_services", "service")


def as_entered(inputs: Inputs, name: str, key: str) -> Table:
    """A list of our own as it is, `year` and `verified` after its own columns."""
    rows = list(inputs.entered(name))
    return Table(f"{name}.csv", tuple(rows[0]), rows, (key,))


def machine_classes(inputs: Inputs) -> Table:
    """What machines draw beside their chips, a constant a row; `verified` is the row's own."""
    rows = read_rows(inputs.hand_entered / "machine_classes.csv")
    return Table("machine_classes.csv", tuple(rows[0]), rows, ("machine", "quantity"))


def memory_bandwidth(inputs: Inputs) -> Table:
    """Bandwidth of the memory of accelerators that serve models."""
    rows = read_rows(inputs.hand_entered / "memory_bandwidth.csv")
    return Table("memory_bandwidth.csv", tuple(rows[0]), rows, ("name",))


def forecast_errors(inputs: Inputs) -> Table:
    """Errors of our own forecasts by horizon, as benchmarks/profiles.py prints them."""
    rows = list(inputs.entered("forecast_errors"))
    return Table("forecast_errors.csv", tuple(rows[0]), rows, ("horizon_h",))


def sources(inputs: Inputs, tables: Iterable[Table]) -> Table:
    """A row for each source that a table names, and for no other."""
    used = {row["source"] for table in tables for row in table.rows}
    columns = ("key", "title", "publisher", "licence", "locator", "verified")
    rows = [vars(inputs.sources[key]) for key in sorted(used & inputs.sources.keys())]
    return Table("sources.csv", columns, rows, ("key",))
