"""A record and its readings in one pass, for the thousands that are in order.

msgspec checks numbers and kinds while it decodes; what is left are comparisons between fields, and
names, of which a batch has few. Whatever is accepted here the house's own reader accepts too (a
test holds that); what is not is read by that one, which accepts it after all or says why not.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Annotated, Any, NamedTuple

import msgspec
from msgspec import UNSET, Meta, Raw, Struct, UnsetType

from wattprint.domain.evidence import Method
from wattprint.domain.readings import LARGEST_RATIO, LAST_YEAR
from wattprint.hub.ingest import messages
from wattprint.hub.ingest.messages import (
    LONGEST_INTERVAL_MS,
    Component,
    IntervalMicrojoules,
    Microjoules,
    Moment,
    Outcome,
    Stage,
)
from wattprint.hub.ingest.run_facts import CPU

_Amount = Annotated[float, Meta(ge=0)]
_Readings = list[Microjoules | None]
_Activities = list[_Amount | None]
_NAME = re.compile(messages.NO_CONTROLS)
_PROJECT = re.compile(messages.PROJECT)
_RUN_ID = re.compile(messages.RUN_ID)
_LONGEST_NAME = 200


class WholeDevice(Struct, forbid_unknown_fields=True, gc=False):
    """A device with all its fields."""

    device_id: str
    component: Component
    name: str
    method: Method
    low_ratio: Annotated[float, Meta(gt=0, le=1)]
    high_ratio: Annotated[float, Meta(ge=1, le=LARGEST_RATIO)]
    source: str
    note: str = ""
    activity_unit: str | None = None
    source_year: Annotated[int, Meta(ge=0, le=LAST_YEAR)] | None = None
    found_s: _Amount = 0.0


class WholeInterval(Struct, gc=False):
    """Readings of all devices."""

    start_s: _Amount
    end_s: _Amount
    energy_uj: _Readings
    activity: _Activities
    suspended_s: _Amount = 0.0
    host: dict[str, float] = {}


class WholeSection(Struct, gc=False):
    """What a section used."""

    path: Annotated[list[str], Meta(min_length=1)]
    start_s: _Amount
    end_s: _Amount
    entered: Annotated[int, Meta(ge=0)]
    duration_s: _Amount
    energy_uj: _Readings
    activity: _Activities


class WholeLogged(Struct, gc=False):
    """Progress."""

    at_s: _Amount
    calls: Annotated[int, Meta(ge=1)]
    samples: _Amount
    values: dict[str, float]


class WholeFault(Struct, forbid_unknown_fields=True, gc=False):
    """What went wrong."""

    at_s: _Amount
    meter: str
    message: str


class WholePlace(Struct, frozen=True, gc=False):
    """What was said of the place."""

    zone: str | None = None
    region: str | None = None


class WholeProcess(Struct, frozen=True, gc=False):
    """Which process it was, and the run that it is measured within; the rest is not looked at."""

    within: str | UnsetType = UNSET


class Devices(NamedTuple):
    """What a run's readings need of its devices."""

    columns: tuple[str, ...]
    """Of each device, the column in which its energy is added up."""
    hardware: str | None
    """The commonest accelerator, else CPU; None for a run of no devices."""


_NOWHERE, _NO_PROCESS = WholePlace(), WholeProcess()
_NO_DEVICES = Raw(b"[]")


class WholeRecord(Struct, gc=False):
    """A `wattprint.run/1` with everything that its reader looks at."""

    schema: messages.RunSchema
    id: str
    project: str
    name: str
    started_at: Annotated[str, Meta(max_length=40)]
    stage: Stage | None = None
    outcome: Outcome | None = None
    parent: str | None = None
    duration_s: messages.Seconds = 0.0
    place: WholePlace = _NOWHERE
    devices: Raw = _NO_DEVICES
    intervals: list[WholeInterval] = []
    tags: dict[str, Any] = {}
    host: dict[str, Any] = {}
    process: WholeProcess = _NO_PROCESS
    factor_set: dict[str, Any] = {}
    software: dict[str, Any] = {}
    meters: list[dict[str, Any]] = []
    interval_s: _Amount = 10.0
    exit_code: Annotated[int, Meta(ge=-(2**31))] | None = None
    sections: list[WholeSection] = []
    logged: list[WholeLogged] = []
    faults: list[WholeFault] = []


class QuickInterval(Struct, forbid_unknown_fields=True, frozen=True, gc=False):
    """An `IntervalRow` whose names are not looked at yet."""

    run: str
    device: str
    start_ms: Moment
    end_ms: Moment
    energy_uj: IntervalMicrojoules


class QuickIntervals(Struct, forbid_unknown_fields=True):
    """The body of `POST /api/v1/intervals:batch`."""

    project: str
    intervals: list[QuickInterval]


_RECORD = msgspec.json.Decoder(WholeRecord)
_DEVICES = msgspec.json.Decoder(
    Annotated[list[WholeDevice], Meta(max_length=messages.MOST_DEVICES)]
)
_FEW_BYTES = 4096
"""Devices whose text is no longer are remembered: thousands of runs have the same ones."""
_INTERVALS = msgspec.json.Decoder(QuickIntervals)


@lru_cache(maxsize=8192)
def is_name(text: str) -> bool:
    """Whether a text is a `messages.Name`."""
    return 0 < len(text) <= _LONGEST_NAME and _NAME.search(text) is not None


@lru_cache(maxsize=8192)
def is_project(text: str) -> bool:
    """Whether a text is a `messages.Project`."""
    return 0 < len(text) <= _LONGEST_NAME and _PROJECT.search(text) is not None


def is_run_id(text: str) -> bool:
    """Whether a text is a `messages.RunId`."""
    return len(text) <= messages.LONGEST_RUN_ID and _RUN_ID.search(text) is not None


def quick_record(text: bytes | Raw) -> "tuple[WholeRecord, Devices] | None":
    """Return a record that is surely in order; None for one that has to be looked at closely."""
    try:
        record = _RECORD.decode(text)
        said = bytes(record.devices)
        devices = _known(said) if len(said) <= _FEW_BYTES else _devices(said)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    if devices is None or not _are_names(record):
        return None
    count = len(devices.columns)
    is_ours = _are_whole(record.intervals, count) and _are_whole(record.sections, count)
    return (record, devices) if is_ours else None


def _are_names(record: WholeRecord) -> bool:
    place = record.place
    return (
        is_run_id(record.id)
        and is_project(record.project)
        and is_name(record.name)
        and (place.zone is None or is_name(place.zone))
        and (place.region is None or is_name(place.region))
        and (record.parent is None or is_run_id(record.parent))
        and (record.process.within is UNSET or _is_other(record.process.within, record.id))
    )


def _is_other(run_id: str, than: str) -> bool:
    return run_id != than and is_run_id(run_id)


def _devices(text: bytes) -> Devices | None:
    """Return devices that are in order."""
    devices = _DEVICES.decode(text)
    if not all(is_name(device.device_id) and is_name(device.name) for device in devices):
        return None
    names = [device.name for device in devices if device.component == "accelerator"]
    hardware = max(sorted(set(names)), key=names.count) if names else None
    columns = tuple(f"{device.component}_j" for device in devices)
    return Devices(columns, hardware or (CPU if devices else None))


_known = lru_cache(maxsize=2048)(_devices)


def _are_whole(rows: Sequence[WholeInterval | WholeSection], count: int) -> bool:
    """Whether each has a reading of each device, and ends no earlier than it begins."""
    for row in rows:
        if not (row.start_s <= row.end_s and len(row.energy_uj) == len(row.activity) == count):
            return False
    return True


def quick_intervals(body: bytes) -> QuickIntervals | None:
    """Return a batch that is surely in order; None for one that has to be looked at closely."""
    try:
        batch = _INTERVALS.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    rows = batch.intervals
    is_ours = is_project(batch.project) and all(map(is_run_id, {row.run for row in rows}))
    is_ours = is_ours and all(map(is_name, {row.device for row in rows}))
    is_ours = is_ours and all(0 <= row.end_ms - row.start_ms <= LONGEST_INTERVAL_MS for row in rows)
    return batch if is_ours else None
