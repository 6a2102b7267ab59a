"""The summary as JSON, `wattprint.accounting/1`: see domain/schemas/accounting-1.schema.json."""

from collections.abc import Mapping
from typing import Any

from wattprint.accounting.summary import (
    SCHEMA,
    AccountReport,
    Amount,
    Cleaner,
    Reading,
    RollUp,
    Sums,
    UsedFactors,
)

AMOUNTS = (
    "it_kwh",
    "facility_kwh",
    "location_kg",
    "market_kg",
    "embodied_kg",
    "site_water_l",
    "grid_water_l",
)
UNUSED = ("unused_memory", "unused_cpu", "idle_accelerator")


def report_dict(report: AccountReport) -> dict[str, Any]:
    """Return the JSON form of a report."""
    return {
        "schema": SCHEMA,
        "factor_set": dict(report.factor_set),
        "headline": report.headline,
        "charged": "by_hour" if report.is_by_hour else "by_year",
        "place_source": report.place_source,
        "missing": list(report.missing),
        "total": sums_dict(report.total),
        "methods": {name: sums_dict(sums) for name, sums in report.methods.items()},
        "asked": [list(by) for by in report.asked],
        "roll_ups": [_roll_up(one) for one in report.roll_ups],
        "waste": _waste(report),
        "cleaner": None if report.cleaner is None else _cleaner(report.cleaner),
        "reading": _reading(report.reading),
        "hardware": [_listed(one._asdict()) for one in report.hardware],
        "factors": [_factors(one) for one in report.factors],
    }


def sums_dict(sums: Sums) -> dict[str, Any]:
    """Return the JSON form of sums."""
    given = sums._asdict()
    return {
        name: figure._asdict()
        if name in UNUSED
        else _amount(figure)
        if name in AMOUNTS
        else dict(figure)
        if isinstance(figure, Mapping)
        else figure
        for name, figure in given.items()
    }


def sums_row(sums: Sums) -> dict[str, float | int | None]:
    """Return sums as one flat row, for tables of files and data frames."""
    row: dict[str, float | int | None] = {
        "jobs": sums.jobs,
        "located_jobs": sums.located_jobs,
        "elapsed_h": sums.elapsed_h,
        "accelerator_h": sums.accelerator_h,
        "cpu_h": sums.cpu_h,
        **{f"{name}_kwh": kwh for name, kwh in sums.parts_kwh.items()},
    }
    for name in AMOUNTS:
        amount: Amount | None = getattr(sums, name)
        stem, _, unit = name.rpartition("_")
        value, low, high = (None, None, None) if amount is None else amount
        row |= {name: value, f"{stem}_low_{unit}": low, f"{stem}_high_{unit}": high}
    row["location_at_year_mean_kg"] = sums.location_at_year_mean_kg
    for name in UNUSED:
        unused = getattr(sums, name)
        row |= {f"{name}_kwh": unused.facility_kwh, f"{name}_kg": unused.location_kg}
    row["idle_accelerator_h"] = sums.idle_accelerator.hours
    return row


def _amount(amount: Amount | None) -> dict[str, float] | None:
    return None if amount is None else amount.as_dict()


def _roll_up(one: RollUp) -> dict[str, Any]:
    rows = [{"labels": list(row.labels), **sums_dict(row.sums)} for row in one.rows]
    return {"by": list(one.by), "rows": rows}


def _waste(report: AccountReport) -> dict[str, Any]:
    return {
        "states": [
            {
                "state": one.state,
                "is_waste": one.is_waste,
                "energy_share": one.energy_share,
                **sums_dict(one.sums),
            }
            for one in report.states
        ],
        "wasted": None if report.wasted is None else sums_dict(report.wasted),
        "wasted_share": report.wasted_share,
    }


def _cleaner(cleaner: Cleaner) -> dict[str, Any]:
    return {
        "basis_kg": cleaner.basis_kg,
        "chosen": cleaner.chosen,
        "places": [place._asdict() for place in cleaner.places],
    }


def _reading(reading: Reading) -> dict[str, Any]:
    return {
        **reading._asdict(),
        "files": [one._asdict() for one in reading.files],
        "skipped": [{"what": what, "rows": rows} for what, rows in reading.skipped],
        "reasons": [one._asdict() for one in reading.reasons],
        "notes": [one._asdict() for one in reading.notes],
    }


def _listed(given: dict[str, Any]) -> dict[str, Any]:
    return {name: list(one) if isinstance(one, tuple) else one for name, one in given.items()}


def _factors(used: UsedFactors) -> dict[str, Any]:
    return {**used._asdict(), "evidence": [figure.as_dict() for figure in used.evidence]}
