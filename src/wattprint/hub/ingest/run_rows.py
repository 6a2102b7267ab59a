"""From a run as it was sent to the row of its table: checked, and in whole numbers."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from functools import lru_cache
from hashlib import sha256
from math import floor, isclose
from typing import Any, NamedTuple

import msgspec

from wattprint.domain.errors import RecordError
from wattprint.domain.run import RunRecord
from wattprint.domain.units import JOULES_PER_KWH, MICROJOULES_PER_JOULE
from wattprint.hub.ingest import messages
from wattprint.hub.ingest.messages import DeviceRow, FootprintOfRun, Record, RowFault, RunRow
from wattprint.hub.ingest.quick import WholeDevice, WholeRecord, quick_record
from wattprint.hub.storage.schema import FIGURES, READINGS

MS_PER_DAY = 86_400_000
UG_PER_KG = 1e9
CPU = "CPU"
"""Hardware of a run without accelerators."""
RUNNING = "running"
"""Outcome of a run whose record has no end yet."""
_SAME_ENERGY = 1e-6
"""A footprint of other readings than the record's differs by more than this. [ratio]"""


_COUNT = slice(39, 45)
"""Where a rank says how often the hub has computed the footprint: behind whether the run ended (1),
its duration (14) and the version of the factors (24)."""


class ReadRun(NamedTuple):
    """A run of a batch that is in order."""

    row: dict[str, Any]
    """Of the table `runs`, without tenant and time of arrival."""
    footprint: dict[str, Any] | None
    """Of the table `footprints`, likewise."""

    @property
    def key(self) -> tuple[str, str]:
        """Project and id."""
        return self.row["project_id"], self.row["run_id"]


class FaultyRowError(Exception):
    """A row that is refused.

    Args:
        fault: Where, and why.
    """

    def __init__(self, fault: RowFault) -> None:
        super().__init__(fault.detail)
        self.fault = fault


def read_run(sent: RunRow, base: str) -> ReadRun:
    """Check a run and return its rows.

    Args:
        sent: The run as it was sent.
        base: JSON pointer of it within its batch.

    Raises:
        FaultyRowError: Something of it cannot be stored.
    """
    record_text, footprint_text = bytes(sent.record), bytes(sent.footprint)
    if max(len(record_text), len(footprint_text)) > messages.LARGEST_RECORD_BYTES:
        limit = messages.LARGEST_RECORD_BYTES
        raise _faulty(base, f"a record or footprint is longer than {limit:,} bytes")
    record = quick_record(record_text) or _record(record_text, f"{base}/record")
    footprint = _footprint(footprint_text, f"{base}/footprint")
    started_at_ms = _milliseconds(record.started_at, f"{base}/record/started_at")
    read_j = _readings_j(record, f"{base}/record/intervals")
    row = {
        "project_id": record.project,
        "run_id": record.id,
        "name": record.name,
        "stage": record.stage,
        "outcome": record.outcome or RUNNING,
        "parent_id": record.parent,
        "zone": record.place.zone,
        "region": record.place.region,
        "hardware": _hardware(record),
        "started_at_ms": started_at_ms,
        "day": started_at_ms // MS_PER_DAY,
        "duration_ms": _rounded(record.duration_s * 1000),
        **read_j,
        **_figures(footprint, f"{base}/footprint"),
        "factor_set_version": footprint and footprint.factor_set.version,
        "factor_set_sha256": footprint and footprint.factor_set.sha256,
        "record": _text(record_text, f"{base}/record"),
    }
    _same_energy(footprint, read_j, f"{base}/footprint/components_kwh")
    row["rank"] = _rank(row, record_text, footprint_text)
    if footprint is None:
        return ReadRun(row, None)
    document = _text(footprint_text, f"{base}/footprint")
    return ReadRun(row, {**{name: row[name] for name in _OF_FOOTPRINT}, "document": document})


_OF_FOOTPRINT = ("project_id", "run_id", "factor_set_sha256", "factor_set_version", "rank")


def _text(text: bytes, base: str) -> str:
    try:
        return text.decode()
    except UnicodeDecodeError:
        raise _faulty(base, "it is no UTF-8") from None


def _record(text: bytes, base: str) -> Record:
    try:
        record = messages.RECORD.decode(text)
        # The house's own reader: what it refuses nobody could ever account for.
        RunRecord.from_dict(messages.PLAIN.decode(text))
    except RecordError as error:
        raise _faulty(base, str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise FaultyRowError(messages.fault(error, base)) from None
    return record


def _footprint(text: bytes, base: str) -> FootprintOfRun | None:
    if text == b"null":
        return None
    try:
        return messages.FOOTPRINT.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise FaultyRowError(messages.fault(error, base)) from None


def _hardware(record: Record | WholeRecord) -> str | None:
    """Return the commonest accelerator, else CPU; None for a run of no devices."""
    names = [device.name for device in record.devices if device.component == "accelerator"]
    if names:
        return max(sorted(set(names)), key=names.count)
    return CPU if record.devices else None


def _milliseconds(text: str, base: str) -> int:
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        moment = None  # Python 3.10 reads fewer forms; RFC 3339 as the tracker writes it is one
    if moment is None or moment.tzinfo is None:
        raise _faulty(base, f"{text!r} is no moment; expected 2026-01-31T18:00:00.000Z")
    since_1970 = moment - datetime(1970, 1, 1, tzinfo=timezone.utc)
    milliseconds = since_1970.days * MS_PER_DAY + since_1970.seconds * 1000
    milliseconds += since_1970.microseconds // 1000
    if milliseconds < 0:
        raise _faulty(base, f"{text!r} is before 1970")
    return milliseconds


def _readings_j(record: Record | WholeRecord, base: str) -> dict[str, int | None]:
    """Return the energy of each component, rounded once; None where nothing was readable."""
    totals_uj: dict[str, int | None] = dict.fromkeys(READINGS)
    devices: Sequence[DeviceRow | WholeDevice] = record.devices
    for interval in record.intervals:
        for device, energy_uj in zip(devices, interval.energy_uj, strict=True):
            if energy_uj is not None:
                name = f"{device.component}_j"
                totals_uj[name] = (totals_uj[name] or 0) + energy_uj
    half = MICROJOULES_PER_JOULE // 2
    read = {
        name: None if total is None else (total + half) // MICROJOULES_PER_JOULE
        for name, total in totals_uj.items()
    }
    if max((joules or 0 for joules in read.values()), default=0) > messages.LARGEST_J:
        raise _faulty(base, f"the readings add up to more than {messages.LARGEST_J:,} J")
    return read


_OF_ENERGY = (("it", "it"), ("facility", "facility"))
_OF_EMISSIONS = (
    ("location", "location_based"),
    ("market", "market_based"),
    ("embodied", "embodied"),
)
_BLOCKS = tuple(
    (
        block,
        field,
        tuple(f"{name}{bound}_{unit}" for bound in ("", "_low", "_high")),
        per_unit,
        most,
    )
    for block, fields, unit, per_unit, most in (
        ("energy_kwh", _OF_ENERGY, "j", JOULES_PER_KWH, messages.LARGEST_J),
        ("emissions_kg", _OF_EMISSIONS, "ug", UG_PER_KG, messages.LARGEST_UG),
    )
    for name, field in fields
)
"""Where each figure of a run is in its footprint, and its columns."""


def _figures(footprint: FootprintOfRun | None, base: str) -> dict[str, int | None]:
    figures: dict[str, int | None] = dict.fromkeys(FIGURES)
    if footprint is None:
        return figures
    for block, field, (value, low, high), per_unit, most in _BLOCKS:
        figure = getattr(getattr(footprint, block), field)
        if figure is None:
            continue
        if not figure.low <= figure.value <= figure.high:
            raise _faulty(f"{base}/{block}/{field}", "expected numbers with low <= value <= high")
        if figure.high * per_unit > most:
            detail = f"{figure.high!r} is too large for one run"
            raise _faulty(f"{base}/{block}/{field}", detail)
        figures[value] = _rounded(figure.value * per_unit)
        figures[low] = _rounded(figure.low * per_unit)
        figures[high] = _rounded(figure.high * per_unit)
    return figures


def _same_energy(
    footprint: FootprintOfRun | None, read_j: Mapping[str, int | None], base: str
) -> None:
    """Refuse a footprint of other readings than those of the record beside it."""
    for name, joules in read_j.items():
        component = name.removesuffix("_j")
        figure = None if footprint is None else footprint.components_kwh.get(component)
        if figure is None or joules is None:
            continue
        if not isclose(figure.value * JOULES_PER_KWH, joules, rel_tol=_SAME_ENERGY, abs_tol=1.0):
            said = f"{figure.value!r} kWh, the record's readings {joules / JOULES_PER_KWH!r} kWh"
            raise _faulty(f"{base}/{component}", f"the footprint says {said}")


def _rank(row: Mapping[str, Any], record: bytes, footprint: bytes) -> str:
    """Return which of several records of a run holds: the greatest, so that order does not matter.

    One that has ended goes before one that goes on, then the longer, then the newer factors, then
    what the hub itself computed (see `recomputed`); what is left is settled by content. Digits
    alone: every database sorts those alike.
    """
    version = _comparable(row["factor_set_version"] or "0")
    content = sha256(record + b"\n" + footprint).hexdigest()
    return f"{int(row['outcome'] != RUNNING)}{row['duration_ms']:014d}{version}{0:06d}{content}"


def recomputed(run: ReadRun, held_rank: str) -> ReadRun:
    """Return a run as computed by the hub: it goes before what holds of the same factors.

    Counted, not timed: a clock that was set back changes nothing.

    Args:
        run: The record that is stored, with its new footprint.
        held_rank: The rank of what is stored now.
    """
    rank = run.row["rank"]
    is_same_version = held_rank[: _COUNT.start] == rank[: _COUNT.start]
    count = int(held_rank[_COUNT]) + 1 if is_same_version else 1
    rank = f"{rank[: _COUNT.start]}{count:06d}{rank[_COUNT.stop :]}"
    footprint = None if run.footprint is None else {**run.footprint, "rank": rank}
    return ReadRun({**run.row, "rank": rank}, footprint)


@lru_cache(maxsize=256)
def _comparable(version: str) -> str:
    """Return a version as digits that sort as it does."""
    parts = [int(part) for part in version.split(".")]
    return "".join(f"{part:08d}" for part in (*parts, 0, 0)[:3])


def _rounded(amount: float) -> int:
    """Round as the accounting text does: floor(x + 1/2)."""
    return floor(amount + 0.5)


def _faulty(pointer: str, detail: str) -> FaultyRowError:
    return FaultyRowError(RowFault(pointer, detail))
