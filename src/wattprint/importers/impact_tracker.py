"""experiment-impact-tracker's `impacttracker/data.json`: one JSON object a reading.

The tool's own totals are nowhere in its folder: they are worked out from these readings here, as
its makers do, each power standing for the time since the reading before, without their PUE of 1.58.
`info.pkl` beside it is never opened: a pickle runs what it likes. Its region came from an IP
address anyway.
"""

import json
from collections.abc import Mapping
from math import fsum, isfinite
from typing import Any, TextIO

from wattprint.domain import units
from wattprint.domain.errors import InputError
from wattprint.domain.imported import (
    LARGEST_KWH,
    LARGEST_S,
    Doubt,
    ImportedRecord,
    RejectedRow,
    Reported,
)
from wattprint.importers.cells import epoch_time
from wattprint.importers.reading import Reading, Rows
from wattprint.importers.source import lines_of

_POWERS = (
    ("rapl_estimated_attributable_power_draw", "rapl_power_draw_absolute"),
    ("nvidia_estimated_attributable_power_draw", "nvidia_draw_absolute"),
)
"""What the process drew, and where it is missing what all drew, of CPU and GPU. [W]"""
_INTENSITY = "realtime_carbon_intensity"
_LARGEST_W = 1e7
_LONGEST_PAUSE_S = 7 * 24 * 3600.0
"""Beyond this between two readings nobody was reading. [s]"""
_WORKED_OUT = "worked out from the power readings, without the tool's PUE of 1.58"


def is_impact_tracker(name: str, head: str) -> bool:  # noqa: ARG001 - one shape for all kinds
    """Tell the readings by the keys of the first of them."""
    first = head.lstrip()[:20_000]
    return first.startswith("{") and any(f'"{key}"' in first for pair in _POWERS for key in pair)


def parse_impact_tracker(stream: TextIO, reading: Reading) -> Rows:  # noqa: ARG001 - one shape
    """Yield the run of a file of readings.

    Args:
        stream: The file.
        reading: Not used: the readings name no place.
    """
    sums = _Sums()
    for line in lines_of(stream):
        if line.text is None:
            yield RejectedRow(line.number, "the line is longer than a megabyte")
        elif line.text.strip():
            try:
                sums.take(_parsed(line.text))
            except InputError as error:
                yield RejectedRow(line.number, f"{error.given}; {error.allowed}")
    if sums.readings:
        yield sums.record()


def _parsed(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"it is no JSON: {str(error)[:80]}", "expected an object") from None
    if not isinstance(found, dict):
        raise InputError("it is no JSON object", "expected one reading a line")
    return found


class _Sums:
    """Energy and emissions up to the last reading."""

    def __init__(self) -> None:
        self.readings = 0
        self._first_s = 0.0
        self._last_s = 0.0
        self._joules = 0.0
        self._intensities: list[float] = []

    def take(self, reading: Mapping[str, Any]) -> None:
        """Add a reading.

        Raises:
            InputError: It has no time or no power, or time goes back.
        """
        at_s = _number(reading.get("timestamp"), 1e11)
        powers_w = [_first(reading, names) for names in _POWERS]
        known_w = [power_w for power_w in powers_w if power_w is not None]
        if at_s is None or not known_w:
            raise InputError("its time or its power is missing", "expected both")
        span_s = at_s - self._last_s if self.readings else 0.0
        if not 0 <= span_s <= _LONGEST_PAUSE_S:
            raise InputError(
                f"it is {span_s:g} s after the reading before", "expected a time later"
            )
        if not self.readings:
            self._first_s = at_s
        self.readings += 1
        self._last_s = at_s
        self._joules += fsum(known_w) * span_s
        if (intensity := _number(reading.get(_INTENSITY), 5000.0)) is not None:
            self._intensities = [*self._intensities[-1:], intensity]

    def record(self) -> ImportedRecord:
        """Return the run that the readings add up to."""
        said: tuple[Reported, ...] = (Reported("readings", str(self.readings), ""),)
        if self._intensities:
            said += (Reported("intensity", f"{self._intensities[-1]:g}", "g/kWh"),)
        return ImportedRecord(
            at_line=1,
            recorded_at=epoch_time(self._first_s),
            duration_s=min(self._last_s - self._first_s, LARGEST_S),
            energy_kwh=min(self._joules / units.JOULES_PER_KWH, LARGEST_KWH),
            energy_at="chips",
            reported=said,
            doubts=(Doubt("worked-out", _WORKED_OUT),),
        )


def _first(reading: Mapping[str, Any], names: tuple[str, ...]) -> float | None:
    found = (_number(reading.get(name), _LARGEST_W) for name in names)
    return next((power_w for power_w in found if power_w is not None), None)


def _number(given: Any, at_most: float) -> float | None:
    if isinstance(given, bool) or not isinstance(given, int | float):
        return None
    return float(given) if 0 <= given <= at_most and isfinite(given) else None
