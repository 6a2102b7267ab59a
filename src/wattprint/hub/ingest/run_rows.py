"""From a run as it was sent to the row of its table: checked, and in whole numbers."""

from collections.abc import Mapping
from math import isclose

import msgspec

from wattprint.domain.errors import RecordError
from wattprint.domain.run import RunRecord
from wattprint.domain.units import JOULES_PER_KWH, MICROJOULES_PER_JOULE
from wattprint.hub.ingest import messages
from wattprint.hub.ingest.messages import FootprintOfRun, Hours, Record, RowFault, RunRow
from wattprint.hub.ingest.quick_run import quick_run
from wattprint.hub.ingest.run_facts import (
    CPU,
    MS_PER_DAY,
    RUNNING,
    SAME_ENERGY,
    UG_PER_KG,
    ReadRun,
    hardware_said,
    milliseconds,
    rank_of,
    rounded,
    tags_of_record,
    timed,
)
from wattprint.hub.storage.schema import FIGURES, READINGS, TIMED


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
    return quick_run(sent) or read_closely(sent, base)


def read_closely(sent: RunRow, base: str) -> ReadRun:
    """Check a run field by field and return its rows, as `read_run`, or say what is wrong."""
    record_text, footprint_text = bytes(sent.record), bytes(sent.footprint)
    if max(len(record_text), len(footprint_text)) > messages.LARGEST_RECORD_BYTES:
        limit = messages.LARGEST_RECORD_BYTES
        raise _faulty(base, f"a record or footprint is longer than {limit:,} bytes")
    record = _record(record_text, f"{base}/record")
    footprint = _footprint(footprint_text, f"{base}/footprint")
    if record.process.within == record.id:
        raise _faulty(f"{base}/record/process/within", "it is the run's own id")
    started_at_ms = _milliseconds(record.started_at, f"{base}/record/started_at")
    read_j = _readings_j(record, f"{base}/record/intervals")
    outcome, duration_ms = record.outcome or RUNNING, rounded(record.duration_s * 1000)
    version = None if footprint is None else footprint.factor_set.version
    hours = None if footprint is None else footprint.hours
    figures = _figures(footprint, f"{base}/footprint")
    row = {
        "project_id": record.project,
        "run_id": record.id,
        "name": record.name,
        "stage": record.stage,
        "outcome": outcome,
        "parent_id": record.parent,
        "within_id": record.process.within or None,
        "zone": record.place.zone,
        "region": record.place.region,
        "hardware": _hardware(record),
        "started_at_ms": started_at_ms,
        "day": started_at_ms // MS_PER_DAY,
        "duration_ms": duration_ms,
        **read_j,
        **figures,
        **_timed(hours, figures, f"{base}/footprint/hours"),
        "factor_set_version": version,
        "factor_set_sha256": footprint and footprint.factor_set.sha256,
        "record": _text(record_text, f"{base}/record"),
    }
    _same_energy(footprint, read_j, f"{base}/footprint/components_kwh")
    row["rank"] = rank_of(outcome, duration_ms, version, record_text, footprint_text, hours=hours)
    tags = tags_of_record(record.tags)
    if footprint is None:
        return ReadRun(row, None, tags)
    document = _text(footprint_text, f"{base}/footprint")
    return ReadRun(row, {**{name: row[name] for name in _OF_FOOTPRINT}, "document": document}, tags)


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


def _hardware(record: Record) -> str | None:
    """Return the commonest accelerator, else CPU; of a run of no devices what its host says."""
    names = [device.name for device in record.devices if device.component == "accelerator"]
    if names:
        return max(sorted(set(names)), key=names.count)
    return CPU if record.devices else hardware_said(record.host)


def _milliseconds(text: str, base: str) -> int:
    try:
        since_1970_ms = milliseconds(text)
    except (ValueError, TypeError, OverflowError):
        # Python 3.10 reads fewer forms; RFC 3339 as the tracker writes it is one.
        raise _faulty(base, f"{text!r} is no moment; expected 2026-01-31T18:00:00.000Z") from None
    if since_1970_ms < 0:
        raise _faulty(base, f"{text!r} is before 1970")
    if since_1970_ms > messages.LARGEST_MS:
        raise _faulty(base, f"{text!r} is after the year 2200")
    return since_1970_ms


def _readings_j(record: Record, base: str) -> dict[str, int | None]:
    """Return the energy of each component, rounded once; None where nothing was readable."""
    totals_uj: dict[str, int | None] = dict.fromkeys(READINGS)
    for interval in record.intervals:
        for device, energy_uj in zip(record.devices, interval.energy_uj, strict=True):
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
        figures[value] = rounded(figure.value * per_unit)
        figures[low] = rounded(figure.low * per_unit)
        figures[high] = rounded(figure.high * per_unit)
    return figures


def _timed(
    hours: Hours | None, figures: Mapping[str, int | None], base: str
) -> dict[str, int | None]:
    try:
        found = timed(hours, figures["it_j"], figures["location_ug"])
    except ValueError as error:
        raise _faulty(base, str(error)) from None
    return dict(zip(TIMED, found, strict=True))


def _same_energy(
    footprint: FootprintOfRun | None, read_j: Mapping[str, int | None], base: str
) -> None:
    """Refuse a footprint of other readings than those of the record beside it."""
    for name, joules in read_j.items():
        component = name.removesuffix("_j")
        figure = None if footprint is None else footprint.components_kwh.get(component)
        if figure is None or joules is None:
            continue
        if not isclose(figure.value * JOULES_PER_KWH, joules, rel_tol=SAME_ENERGY, abs_tol=1.0):
            said = f"{figure.value!r} kWh, the record's readings {joules / JOULES_PER_KWH!r} kWh"
            raise _faulty(f"{base}/{component}", f"the footprint says {said}")


def _faulty(pointer: str, detail: str) -> FaultyRowError:
    return FaultyRowError(RowFault(pointer, detail))
