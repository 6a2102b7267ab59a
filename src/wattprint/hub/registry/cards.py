"""A model card as a submission: its metadata read, its figures kept as they stand.

The text is pasted or uploaded; no address is fetched (docs/decisions/0018).
"""

import io
from typing import Any

from wattprint.domain.errors import InputError
from wattprint.domain.imported import ImportedRecord
from wattprint.domain.units import SECONDS_PER_HOUR
from wattprint.hub.registry.messages import LONGEST_DOUBT, MOST_DOUBTS
from wattprint.hub.registry.table import with_id
from wattprint.importers.card_about import about_card
from wattprint.importers.model_card import parse_model_card
from wattprint.importers.reading import Reading

LARGEST_CARD = 1_000_000
"""Letters of a card."""
_LONGEST_NOTE = 2000


def read_card(text: str, name: str = "") -> dict[str, Any]:
    """Return the submission that a card makes, as JSON has it.

    What is odd about a figure, such as a factor of 1,000 that is in doubt, goes with it.

    Args:
        text: The card, or its metadata alone.
        name: Name of the model, where the card says none.

    Raises:
        InputError: It is too large, says no emissions, or names no model.
    """
    if len(text) > LARGEST_CARD:
        raise InputError(
            f"the card has {len(text):,} letters", f"expected {LARGEST_CARD:,} or fewer"
        )
    records, reasons = [], []
    for row in parse_model_card(io.StringIO(text), Reading(name)):
        if isinstance(row, ImportedRecord):
            records.append(row)
        else:
            reasons.append(f"line {row.at_line}: {row.reason}")
    if not records:
        reason = reasons[0] if reasons else "it says no emissions"
        raise InputError(f"the card cannot be taken: {reason}", "expected co2_eq_emissions")
    about = about_card(text)
    name = name or about.name
    if not name:
        raise InputError("the card names no model", "expected the name beside it")
    said: dict[str, Any] = {
        "name": name,
        "task": about.task,
        "licence": about.licence,
        "dataset": about.dataset,
        "note": _note(records),
        "scores": [score._asdict() for score in about.scores],
        "footprints": [_footprint(record) for record in records[:10]],
    }
    return with_id({k: v for k, v in said.items() if v not in ("", [])})


def _note(records: list[ImportedRecord]) -> str:
    raw = [
        f"{one.quantity} {one.raw} {one.unit}".strip()
        for record in records
        for one in record.reported
    ]
    return _printable("As the card says: " + "; ".join(raw), _LONGEST_NOTE)


def _printable(text: str, most: int) -> str:
    return "".join(c if c.isprintable() else " " for c in text[:most])


def _footprint(record: ImportedRecord) -> dict[str, Any]:
    hardware = record.hardware
    name = hardware.get("accelerator") or hardware.get("cpu") or hardware.get("words")
    said = {
        "stage": record.stage,
        "method": "measured" if record.energy_kwh is not None else "given",
        "emissions": record.emissions_g,
        "emissions_unit": None if record.emissions_g is None else "g",
        "energy": record.energy_kwh,
        "energy_unit": None if record.energy_kwh is None else "kWh",
        "energy_at": record.energy_at,
        "hardware": name,
        "count": hardware.get("accelerator_count"),
        "hours": None if record.duration_s is None else record.duration_s / SECONDS_PER_HOUR,
        "zone": record.place.get("zone"),
        "doubts": [_printable(doubt.text, LONGEST_DOUBT) for doubt in record.doubts[:MOST_DOUBTS]],
    }
    return {name: value for name, value in said.items() if value not in (None, [])}
