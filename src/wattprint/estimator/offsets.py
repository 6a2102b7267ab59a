"""Offsets: recorded as stated, and subtracted from nothing."""

from typing import NamedTuple

from wattprint.domain.checks import number, text
from wattprint.domain.errors import InputError
from wattprint.domain.evidence import Evidence
from wattprint.domain.interval import Range, exact

OFFSET_INPUTS = ("offsets_kg", "offsets_note")
"""What can be said of offsets, by the names that every front door takes."""
LARGEST_KG = 1e12


class Offsets(NamedTuple):
    """Offsets as stated: they are recorded and lower nothing."""

    offsets_kg: Range
    evidence: Evidence


def find_offsets(
    *, offsets_kg: float | None = None, offsets_note: str | None = None
) -> Offsets | None:
    """Return offsets as they were stated, to be recorded and subtracted from nothing.

    Args:
        offsets_kg: Offsets or removals bought. [kgCO2e]
        offsets_note: Which they are.

    Raises:
        InputError: An amount outside its limits, or a note on nothing.
    """
    note = "" if offsets_note is None else text("offsets_note", offsets_note)
    if offsets_kg is None:
        if note:
            raise InputError(
                f"offsets_note is {note!r} of nothing", "expected offsets_kg beside it"
            )
        return None
    amount = exact(number("offsets_kg", offsets_kg, at_most=LARGEST_KG))
    said = "recorded, and subtracted from nothing"
    evidence = Evidence.given("offsets", amount, "kgCO2e", f"{note}; {said}" if note else said)
    return Offsets(amount, evidence)
