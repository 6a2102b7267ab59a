"""A footprint as the metadata of a model card: the block that the Hugging Face Hub reads."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from wattprint.domain import units
from wattprint.domain.display import printable
from wattprint.domain.footprint import Footprint

_STAGES = {"pretrain": "pre-training", "finetune": "fine-tuning"}
"""Words of the Hub for stages of ours."""
_DIGITS = 4


def footprint_model_card(footprint: Footprint) -> str:
    """Return `co2_eq_emissions` in YAML; the Hub defines grams, and no interval: it is a comment.

    Args:
        footprint: The footprint; without a place it has no emissions, and the block says so.
    """
    emissions = footprint.emissions_kg.location_based
    if emissions is None:
        return "# co2_eq_emissions: unknown, because no place was given: energy alone.\n"
    value, low, high = (kg * units.GRAMS_PER_KILOGRAM for kg in emissions.as_tuple())
    interval = "" if emissions.is_exact else f", 90 % interval {_grams(low)} to {_grams(high)}"
    lines = [
        "co2_eq_emissions:",
        f"  emissions: {_grams(value)}  # gCO2e, location-based{interval}",
    ]
    lines += [f"  {key}: {_quoted(text)}" for key, text in _facts(footprint)]
    return "\n".join(lines) + "\n"


def _facts(footprint: Footprint) -> Iterator[tuple[str, str]]:
    work = footprint.work
    version, digest = footprint.factor_set["version"], footprint.factor_set["sha256"]
    yield "source", f"Wattprint, factor set {version} ({digest[:12]}); {footprint.summary()}"
    if (stage := _STAGES.get(str(work.get("stage")))) is not None:
        yield "training_type", stage
    for key, text in (("geographical_location", _place(work)), ("hardware_used", _hardware(work))):
        if text:
            yield key, text


def _place(work: Mapping[str, Any]) -> str:
    named = work.get("region") or work.get("zone")
    if named:
        return str(named)
    given = work.get("intensity")
    return "" if given is None else f"a grid of {given:g} gCO2e/kWh"


def _hardware(work: Mapping[str, Any]) -> str:
    parts = [
        f"{int(work.get(count) or 1)} x {work[name]}"
        for name, count in (("accelerator", "count"), ("cpu", "cpu_count"))
        if work.get(name)
    ]
    return ", ".join([*parts, *([str(work["instance"])] if work.get("instance") else [])])


def _grams(amount: float) -> str:
    """Write grams without an exponent and without commas: other programs read them."""
    rounded = units.round_significant(amount, _DIGITS)
    return f"{rounded:.12f}".rstrip("0").rstrip(".")


def _quoted(text: str) -> str:
    """Return a text as YAML's double-quoted scalar, which JSON's is."""
    return json.dumps(printable(text), ensure_ascii=True)
