"""From whole joules, micrograms and microlitres to the figures that people read."""

from collections.abc import Mapping
from typing import Any

from wattprint.accounting.summary import Amount, RollUp, Row, Sums, Unused
from wattprint.domain.units import JOULES_PER_KWH, SECONDS_PER_HOUR

UG_PER_KG = 1e9
UL_PER_L = 1e6
TIMES = ("day", "month", "quarter", "year")
"""What rolled-up rows are put in the order of, the coarsest not first."""
PARTS = ("accelerator", "cpu", "memory", "static", "metered")


def sums_of(row: Mapping[str, Any]) -> Sums:
    """Return the figures of a row of `rollups.roll_ups`."""
    parts = {name: _kwh(row[f"{name}_j"]) for name in PARTS}
    it_kwh = _known(_amount(row, "it", "_j", JOULES_PER_KWH))
    return Sums(
        jobs=row["jobs"],
        located_jobs=row["located_jobs"],
        elapsed_h=_over(row["elapsed_s"], SECONDS_PER_HOUR) or 0.0,
        accelerator_h=_over(row["accelerator_s"], SECONDS_PER_HOUR) or 0.0,
        cpu_h=_over(row["cpu_set_aside_s"], SECONDS_PER_HOUR) or 0.0,
        # Joules are rounded job by job: what is left may be a joule below nothing.
        parts_kwh={**parts, "losses": max(0.0, it_kwh.value - sum(parts.values()))},
        it_kwh=it_kwh,
        facility_kwh=_known(_amount(row, "facility", "_j", JOULES_PER_KWH)),
        location_kg=_amount(row, "location", "_ug", UG_PER_KG),
        location_at_year_mean_kg=_over(row["location_at_year_mean_ug"], UG_PER_KG),
        market_kg=_amount(row, "market", "_ug", UG_PER_KG),
        embodied_kg=_known(_amount(row, "embodied", "_ug", UG_PER_KG)),
        site_water_l=_amount(row, "site_water", "_ul", UL_PER_L),
        grid_water_l=_amount(row, "grid_water", "_ul", UL_PER_L),
        unused_memory=_unused(row, "memory", "unused_memory"),
        unused_cpu=_unused(row, "cpu", "unused_cpu"),
        idle_accelerator=_unused(row, "load", "idle_accelerator")._replace(
            hours=_over(row["idle_accelerator_s"], SECONDS_PER_HOUR)
        ),
    )


def rolled_up(keys: tuple[str, ...], rows: list[dict[str, Any]]) -> RollUp:
    """Return rows as people read them, in the order in which they look for them."""
    shown = [Row(tuple(_label(key, row[key]) for key in keys), sums_of(row)) for row in rows]
    times = [i for i, key in enumerate(keys) if key in TIMES]
    are_placed = all(row.sums.located_jobs == row.sums.jobs for row in shown)

    def place_in_order(row: Row) -> tuple[tuple[str, ...], float, tuple[str, ...]]:
        ranked = row.sums.location_kg if are_placed else row.sums.facility_kwh
        weight = 0.0 if ranked is None else ranked.value
        return tuple(row.labels[i] for i in times), -weight, row.labels

    shown.sort(key=place_in_order)
    return RollUp(tuple(key.removesuffix("_name") for key in keys), tuple(shown))


def _label(key: str, given: Any) -> str:
    if given is None or (key in TIMES and not given):
        return ""
    if key == "quarter":
        return f"{given // 10:04d}-Q{given % 10}"
    if key == "month":
        return f"{given // 100:04d}-{given % 100:02d}"
    if key == "day":
        return f"{given // 10000:04d}-{given // 100 % 100:02d}-{given % 100:02d}"
    return str(given)


def _unused(row: Mapping[str, Any], known: str, name: str) -> Unused:
    return Unused(
        row[f"{known}_known_jobs"],
        _over(row[f"{name}_j"], JOULES_PER_KWH),
        _over(row[f"{name}_ug"], UG_PER_KG),
    )


def _amount(row: Mapping[str, Any], name: str, unit: str, scale: float) -> Amount | None:
    value = row[f"{name}{unit}"]
    if value is None:
        return None
    return Amount(
        value / scale, row[f"{name}_low{unit}"] / scale, row[f"{name}_high{unit}"] / scale
    )


def _known(amount: Amount | None) -> Amount:
    return Amount(0.0, 0.0, 0.0) if amount is None else amount


def _kwh(joules: int | None) -> float:
    return (joules or 0) / JOULES_PER_KWH


def _over(amount: int | None, scale: float) -> float | None:
    return None if amount is None else amount / scale
