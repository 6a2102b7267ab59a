"""A run and its footprint in one pass, for the thousands that are in order.

What is accepted here becomes the same rows as `run_rows.read_closely` makes of it (a test holds
that); what is not is read by that one, which accepts it after all or says why not.
"""

from functools import lru_cache
from math import isclose
from typing import Any

import msgspec
from msgspec import Raw, Struct

from wattprint.domain.units import JOULES_PER_KWH, MICROJOULES_PER_JOULE
from wattprint.hub.ingest import messages
from wattprint.hub.ingest.messages import (
    EmissionFigures,
    EnergyFigures,
    FactorSet,
    Figure,
    Hours,
    RunRow,
)
from wattprint.hub.ingest.quick import Devices, WholeInterval, WholeRecord, quick_record
from wattprint.hub.ingest.run_facts import (
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

_Amounts = tuple[int | None, ...]
_HALF_J = MICROJOULES_PER_JOULE // 2


class _Components(Struct, forbid_unknown_fields=True, frozen=True, gc=False):
    """Energy of each component [kWh]; what else there is has to be looked at closely."""

    accelerator: Figure | None = None
    cpu: Figure | None = None
    memory: Figure | None = None
    static: Figure | None = None
    losses: Figure | None = None
    storage: Figure | None = None
    network: Figure | None = None


_NO_COMPONENTS = _Components()


class _Footprint(Struct, gc=False):
    """A `FootprintOfRun` whose factors are not looked at yet: thousands have the same ones."""

    schema: messages.FootprintSchema
    factor_set: Raw
    energy_kwh: EnergyFigures
    emissions_kg: EmissionFigures
    components_kwh: _Components = _NO_COMPONENTS
    hours: Hours | None = None


_FOOTPRINT = msgspec.json.Decoder(_Footprint)
_FACTOR_SET = msgspec.json.Decoder(FactorSet)
_UNKNOWN: _Amounts = (None, None, None)
_NO_HOURS: dict[str, int | None] = dict.fromkeys(TIMED)
_NO_FIGURES: dict[str, int | None] = dict.fromkeys((*FIGURES, *TIMED))


class _NotSureError(Exception):
    """Something has to be looked at closely."""


def quick_run(sent: RunRow) -> ReadRun | None:
    """Return a run that is surely in order; None for one that has to be looked at closely."""
    if max(len(sent.record), len(sent.footprint)) > messages.LARGEST_RECORD_BYTES:
        return None
    read = quick_record(sent.record)
    if read is None:
        return None
    try:
        return _read(sent, *read)
    except (_NotSureError, msgspec.DecodeError, ValueError, TypeError, OverflowError):
        return None


def _read(sent: RunRow, record: WholeRecord, devices: Devices) -> ReadRun:
    row = _row(record, devices, str(sent.record, "utf-8"))
    tags = tags_of_record(record.tags) if record.tags else ()
    readings = _readings_j(devices, record.intervals)
    row.update(zip(READINGS, readings, strict=True))
    if sent.footprint == _NOTHING:
        row.update(_NO_FIGURES)
        row["factor_set_version"] = row["factor_set_sha256"] = None
        row["rank"] = rank_of(row["outcome"], row["duration_ms"], None, sent.record, b"null")
        return ReadRun(row, None, tags)
    footprint = _FOOTPRINT.decode(sent.footprint)
    factor_set = _factor_set(bytes(footprint.factor_set))
    _same_energy(footprint.components_kwh, readings)
    row.update(zip(FIGURES, _figures(footprint), strict=True))
    hours = footprint.hours
    row.update(_NO_HOURS if hours is None else _hours(hours, row))
    version, sha256 = factor_set.version, factor_set.sha256
    ended = row["outcome"], row["duration_ms"]
    rank = rank_of(*ended, version, sent.record, sent.footprint, hours=hours)
    row["factor_set_version"], row["factor_set_sha256"], row["rank"] = version, sha256, rank
    return ReadRun(
        row,
        {
            "project_id": record.project,
            "run_id": record.id,
            "factor_set_sha256": sha256,
            "factor_set_version": version,
            "rank": rank,
            "document": str(sent.footprint, "utf-8"),
        },
        tags,
    )


_NOTHING = Raw(b"null")


def _row(record: WholeRecord, devices: Devices, text: str) -> dict[str, Any]:
    started_at_ms = milliseconds(record.started_at)
    if not 0 <= started_at_ms <= messages.LARGEST_MS:
        raise _NotSureError
    return {
        "project_id": record.project,
        "run_id": record.id,
        "name": record.name,
        "stage": record.stage,
        "outcome": record.outcome or RUNNING,
        "parent_id": record.parent,
        "within_id": record.process.within or None,
        "zone": record.place.zone,
        "region": record.place.region,
        "hardware": devices.hardware or hardware_said(record.host),
        "started_at_ms": started_at_ms,
        "day": started_at_ms // MS_PER_DAY,
        "duration_ms": rounded(record.duration_s * 1000),
        "record": text,
    }


def _readings_j(devices: Devices, intervals: list[WholeInterval]) -> _Amounts:
    """Return the energy of each component, rounded once; None where nothing was readable."""
    totals_uj: dict[str, int] = {}
    by_device = zip(*(interval.energy_uj for interval in intervals), strict=True)
    for column, energies_uj in zip(devices.columns, by_device, strict=False):
        known = [energy_uj for energy_uj in energies_uj if energy_uj is not None]
        if known:
            totals_uj[column] = totals_uj.get(column, 0) + sum(known)
    if totals_uj and max(totals_uj.values()) > messages.LARGEST_J * MICROJOULES_PER_JOULE:
        raise _NotSureError
    totals_j = {name: (uj + _HALF_J) // MICROJOULES_PER_JOULE for name, uj in totals_uj.items()}
    return tuple(map(totals_j.get, READINGS))


@lru_cache(maxsize=256)
def _factor_set(text: bytes) -> FactorSet:
    return _FACTOR_SET.decode(text)


def _figures(footprint: _Footprint) -> _Amounts:
    """Return the figures in the order of `FIGURES`."""
    energy, emissions = footprint.energy_kwh, footprint.emissions_kg
    return (
        *_whole(energy.it, JOULES_PER_KWH, messages.LARGEST_J),
        *_whole(energy.facility, JOULES_PER_KWH, messages.LARGEST_J),
        *_whole(emissions.location_based, UG_PER_KG, messages.LARGEST_UG),
        *_whole(emissions.market_based, UG_PER_KG, messages.LARGEST_UG),
        *_whole(emissions.embodied, UG_PER_KG, messages.LARGEST_UG),
    )


def _hours(hours: Hours, row: dict[str, Any]) -> dict[str, int | None]:
    return dict(zip(TIMED, timed(hours, row["it_j"], row["location_ug"]), strict=True))


def _whole(figure: Figure | None, per_unit: float, most: int) -> _Amounts:
    if figure is None:
        return _UNKNOWN
    value, low, high = figure.value, figure.low, figure.high
    if not low <= value <= high or high * per_unit > most:
        raise _NotSureError
    # `rounded`, without three calls: this runs for five figures of every run.
    return int(value * per_unit + 0.5), int(low * per_unit + 0.5), int(high * per_unit + 0.5)


def _same_energy(said: _Components, readings_j: _Amounts) -> None:
    figures = said.accelerator, said.cpu, said.memory
    for figure, read_j in zip(figures, readings_j, strict=True):
        if figure is not None and read_j is not None:
            said_j = figure.value * JOULES_PER_KWH
            if not isclose(said_j, read_j, rel_tol=SAME_ENERGY, abs_tol=1.0):
                raise _NotSureError
