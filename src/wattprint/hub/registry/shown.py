"""Models as the API, the downloads and the pages show them: figures in kWh and kg, with ranges."""

import json
from collections.abc import Mapping
from typing import Any

from wattprint.domain.units import JOULES_PER_KWH
from wattprint.hub.registry.messages import FootprintSaid

_UG_PER_KG = 1e9
EVIDENCE = ("measured", "estimated", "reported")
"""What a badge says: measured with meters, worked out from hardware and hours, or as told."""


def evidence(origin: str, method: str) -> str:
    """Return in a word what a figure rests on."""
    if method == "measured":
        return "measured"
    return "reported" if origin == "reported" and method == "given" else "estimated"


def kg(micrograms: int | None) -> float | None:
    """Return a mass in kg."""
    return None if micrograms is None or micrograms < 0 else micrograms / _UG_PER_KG


def kwh(joules: int | None) -> float | None:
    """Return an energy in kWh."""
    return None if joules is None else joules / JOULES_PER_KWH


def _range(row: Mapping[str, Any], name: str, unit: str, prefix: str = "") -> Any:
    turn = kwh if unit == "j" else kg
    value = turn(row[f"{prefix}{name}_{unit}"])
    if value is None:
        return None
    bounds = {bound: turn(row[f"{prefix}{name}_{bound}_{unit}"]) for bound in ("low", "high")}
    return {"value": value, **bounds}


def listed(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a model as in a list."""
    return {
        "id": row["model_id"],
        **{name: row[name] for name in ("name", "version", "task", "dataset", "licence")},
        "publisher": row["publisher"],
        "year": row["year"],
        "zones": row["zones"].split(),
        "state": row["state"],
        "evidence": evidence(row["origin"], row["method"]),
        "origin": row["origin"],
        "method": row["method"],
        "energy_kwh": _range(row, "energy", "j"),
        "emissions_kg": _range(row, "location", "ug"),
        "computed_emissions_kg": kg(row["computed_ug"]),
        "warnings": row["warnings"],
        "submitted_at_ms": row["submitted_at_ms"],
        "changed_at_ms": row["changed_at_ms"],
    }


def whole(model: Mapping[str, Any], *, is_member: bool) -> dict[str, Any]:
    """Return a model with its pieces of work, scores and history.

    Args:
        model: As `find_model` returns it.
        is_member: Whether names of members are shown.
    """
    return {
        **listed(model),
        "links": json.loads(model["links"]),
        "note": model["note"],
        "footprints": [_piece(row) for row in model["footprints"]],
        "scores": [
            {
                "metric": row["metric"],
                "dataset": row["dataset"],
                "value": float(row["said"]),
                "higher_is_better": bool(row["higher_is_better"]),
            }
            for row in model["scores"]
        ],
        "findings": json.loads(model["findings"]),
        "history": [
            {
                "at_ms": row["at_ms"],
                "state": row["state"],
                "reason": row["reason"],
                **({"user": row["user_id"]} if is_member else {}),
            }
            for row in model["history"]
        ],
        "raw": json.loads(model["raw"]),
    }


def _piece(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "stage": row["stage"],
        "zone": row["zone"],
        "method": row["method"],
        "said": json.loads(row["said"]),
        "reported_kwh": kwh(row["reported_j"]),
        "reported_kg": kg(row["reported_ug"]),
        "computed_kwh": _range(row, "energy", "j", "computed_"),
        "computed_kg": _range(row, "location", "ug", "computed_"),
        "computed_how": row["computed_how"],
        "factor_set_version": row["factor_set_version"],
        "computed_over_reported": ratio(row["computed_location_ug"], row["reported_ug"]),
    }


def ratio(ours: int | None, theirs: int | None) -> float | None:
    """Return our figure over the reported one; None where one is missing or nothing."""
    return ours / theirs if ours is not None and theirs else None


def said_of(row: Mapping[str, Any]) -> FootprintSaid:
    """Return what was said of a piece of work."""
    return FootprintSaid.model_validate_json(row["said"])
