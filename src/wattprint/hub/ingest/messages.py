"""What a client may send: the shapes that a batch is decoded into, field by field.

msgspec checks types and limits while it decodes and names the place of what it refuses. Fields that
are not listed are kept with the raw record, as later versions of the format may add some.
"""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, Raw, Struct, UnsetType

from wattprint.domain.hours import MOST_VALUES
from wattprint.domain.readings import LARGEST_UJ
from wattprint.domain.series import LARGEST_G_PER_KWH

LARGEST_J = 10**15
"""277 GWh: more than any run, and sums of 9,000 such runs still fit a BIGINT. [J]"""
LARGEST_UG = 10**15
"""1,000 t of one run would be 10^15 ug; sums of 9,000 such runs still fit a BIGINT. [ug]"""
LARGEST_MS = 7_289_654_399_999
"""The end of the year 2200: a clock that is further ahead is set wrongly. [ms]"""
LONGEST_INTERVAL_MS = 366 * 86_400_000
"""A reading of a year: sums of 280 million such still fit a BIGINT. [ms]"""
LARGEST_INTERVAL_UJ = 10**17
"""28 GWh between two readings: sums of 90 million such still fit a BIGINT of joules. [uJ]"""
LARGEST_RECORD_BYTES = 256 * 1024

MOST_DEVICES = 4096
LONGEST_RUN_ID = 128

NO_CONTROLS = r"^[^\x00-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x1f\x7f]*\Z"
Name = Annotated[str, Meta(min_length=1, max_length=200, pattern=NO_CONTROLS)]
PROJECT = r"^[^\x00-\x1f\x7f\s](?:[^\x00-\x1f\x7f]*[^\x00-\x1f\x7f\s])?\Z"
"""A name with no blank at an end: pages and their forms could not ask for it."""
Project = Annotated[str, Meta(min_length=1, max_length=200, pattern=PROJECT)]
RUN_ID = r"^[A-Za-z0-9][A-Za-z0-9._:-]*\Z"
RunId = Annotated[str, Meta(min_length=1, max_length=LONGEST_RUN_ID, pattern=RUN_ID)]
Moment = Annotated[int, Meta(ge=0, le=LARGEST_MS)]
Microjoules = Annotated[int, Meta(ge=0, le=LARGEST_UJ)]
IntervalMicrojoules = Annotated[int, Meta(ge=0, le=LARGEST_INTERVAL_UJ)]
RunSchema = Literal["wattprint.run/1"]
FootprintSchema = Literal["wattprint.footprint/1"]
Component = Literal["accelerator", "cpu", "memory"]
Stage = Literal["data", "search", "pretrain", "finetune", "evaluate", "inference"]
Outcome = Literal["completed", "failed", "interrupted"]
Seconds = Annotated[float, Meta(ge=0, le=1e10)]


class DeviceRow(Struct, gc=False):
    """A device of a run."""

    device_id: Name
    component: Component
    name: Name


class IntervalOfRecord(Struct):
    """Readings within a record."""

    energy_uj: list[Microjoules | None]


class Place(Struct, frozen=True):
    """What a run said of its place."""

    zone: Name | None = None
    region: Name | None = None


class Process(Struct, frozen=True):
    """What a run said of its process."""

    within: RunId | UnsetType = UNSET


class Record(Struct):
    """A `wattprint.run/1`, as far as the hub looks into it."""

    schema: RunSchema
    id: RunId
    project: Project
    name: Name
    started_at: Annotated[str, Meta(max_length=40)]
    stage: Stage | None = None
    outcome: Outcome | None = None
    parent: RunId | None = None
    duration_s: Seconds = 0.0
    place: Place = Place()
    process: Process = Process()
    host: dict[str, Any] = {}
    devices: Annotated[list[DeviceRow], Meta(max_length=MOST_DEVICES)] = []
    intervals: list[IntervalOfRecord] = []
    tags: dict[str, Any] = {}


class Figure(Struct, gc=False):
    """A value with its 90 % interval."""

    value: Annotated[float, Meta(ge=0)]
    low: Annotated[float, Meta(ge=0)]
    high: Annotated[float, Meta(ge=0)]


class EnergyFigures(Struct, gc=False):
    """Energy of a footprint [kWh]."""

    it: Figure | None = None
    facility: Figure | None = None


class EmissionFigures(Struct, gc=False):
    """Emissions of a footprint [kgCO2e]."""

    location_based: Figure | None = None
    market_based: Figure | None = None
    embodied: Figure | None = None


class HourSteps(Struct, gc=False):
    """Intensities one after another."""

    start: Annotated[str, Meta(max_length=40)]
    step_s: Annotated[float, Meta(gt=0)]
    state: Literal["actual", "estimated", "forecast", "typical", "filled"]
    g_per_kwh: Annotated[
        list[Annotated[float, Meta(ge=0, le=LARGEST_G_PER_KWH)]],
        Meta(min_length=1, max_length=MOST_VALUES),
    ]


class Hours(Struct, gc=False):
    """What a footprint was charged at, where that were the intensities of its own hours."""

    coverage: Annotated[float, Meta(gt=0, le=1)]
    steps: Annotated[list[HourSteps], Meta(min_length=1, max_length=MOST_VALUES)]
    emissions_at_year_mean_kg: Annotated[float, Meta(ge=0)] | None = None


class FactorSet(Struct, frozen=True, gc=False):
    """Which tables a footprint was computed with."""

    version: Annotated[str, Meta(pattern=r"^[0-9]{1,8}(\.[0-9]{1,8}){0,2}\Z")]
    sha256: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]


class FootprintOfRun(Struct):
    """A `wattprint.footprint/1`, as far as the hub looks into it."""

    schema: FootprintSchema
    factor_set: FactorSet
    energy_kwh: EnergyFigures
    emissions_kg: EmissionFigures
    components_kwh: dict[str, Figure | None] = {}
    hours: Hours | None = None


class RunRow(Struct, forbid_unknown_fields=True, gc=False):
    """A run in a batch: its raw record, and the footprint that its sender computed."""

    record: Raw
    footprint: Raw = Raw(b"null")


class RunsBatch(Struct, forbid_unknown_fields=True):
    """The body of `POST /api/v1/runs:batch`."""

    runs: list[RunRow]


class IntervalRow(Struct, forbid_unknown_fields=True, frozen=True):
    """The reading of one device over [start_ms, end_ms)."""

    run: RunId
    device: Name
    start_ms: Moment
    end_ms: Moment
    energy_uj: IntervalMicrojoules


class IntervalsBatch(Struct, forbid_unknown_fields=True):
    """The body of `POST /api/v1/intervals:batch`; rows are decoded one by one, to name each fault.

    All are of one project, because an interval may come before the run that would say so.
    """

    project: Project
    intervals: list[Raw]


class RowFault(Struct, frozen=True):
    """What is wrong with a batch, and where: `pointer` is a JSON pointer (RFC 6901)."""

    pointer: str
    detail: str


RUNS = msgspec.json.Decoder(RunsBatch)
RECORD = msgspec.json.Decoder(Record)
FOOTPRINT = msgspec.json.Decoder(FootprintOfRun)
INTERVALS = msgspec.json.Decoder(IntervalsBatch)
INTERVAL_ROW = msgspec.json.Decoder(IntervalRow)
PLAIN: "msgspec.json.Decoder[Any]" = msgspec.json.Decoder()


def fault(error: Exception, base: str) -> RowFault:
    """Return a decoder's complaint as a fault below a JSON pointer.

    >>> fault(ValueError("Expected `int`, got `str` - at `$.runs[0].name`"), "/x")
    RowFault(pointer='/x/runs/0/name', detail='Expected `int`, got `str`')
    """
    detail, _, path = str(error).partition(" - at `$")
    steps = path.rstrip("`").replace("[", ".").replace("]", "")
    return RowFault(base + steps.replace(".", "/"), detail)
