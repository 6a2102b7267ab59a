"""`wattprint.run/1`: one tracked or imported execution, as raw readings for ever."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from wattprint.domain.checks import number, one_of, whole_number
from wattprint.domain.errors import RecordError
from wattprint.domain.evidence import Method
from wattprint.domain.interval import relative
from wattprint.domain.units import MICROJOULES_PER_JOULE

SCHEMA = "wattprint.run/1"
STAGES = ("data", "search", "pretrain", "finetune", "evaluate", "inference")
OUTCOMES = ("completed", "failed", "interrupted")
LARGEST_UJ = 2**63 - 1
"""What a BIGINT holds: 2.56 GWh. [uJ]"""
METERED_COMPONENTS = ("accelerator", "cpu", "memory")


class Device(NamedTuple):
    """A metered device of a run, with what is needed to account for it without the machine."""

    device_id: str
    """Unique within the run: 'rapl:package-0', 'modelled:cpu'."""
    component: str
    """`accelerator`, `cpu` or `memory`."""
    name: str
    method: Method
    """`measured` where a counter was read, `modelled` where its energy was computed."""
    low_ratio: float
    """Lower bound of the 90 % interval of its energy over the energy recorded. [ratio]"""
    high_ratio: float
    source: str
    note: str = ""
    activity_unit: str | None = None
    """Unit of what a modelled device was computed from, e.g. 'cpu_s'; None when metered."""
    source_year: int | None = None
    """Year of the source."""


class Interval(NamedTuple):
    """Readings of all devices over [start_s, end_s) of a run."""

    start_s: float
    """Seconds since the run started, on a clock that does not jump. [s]"""
    end_s: float
    energy_uj: tuple[int | None, ...]
    """Energy of each device, in the order of the run's devices; None when unreadable. [uJ]"""
    activity: tuple[float | None, ...]
    """What each modelled device was computed from, in its `activity_unit`."""


class Fault(NamedTuple):
    """Something that went wrong while metering, kept instead of raised."""

    at_s: float
    meter: str
    message: str


class RunRecord(NamedTuple):
    """One execution: who and what it was, its devices and its readings."""

    run_id: str
    project: str
    name: str
    started_at: str
    """Start, RFC 3339 in UTC."""
    stage: str | None = None
    """Life stage, one of `STAGES`; None when not said."""
    outcome: str | None = None
    """One of `OUTCOMES`; None while it runs."""
    parent: str | None = None
    """Id of the run that this one is part of."""
    tags: Mapping[str, str] = {}
    place: Mapping[str, Any] = {}
    """What was said of the place: zone, region, pue, intensity."""
    host: Mapping[str, Any] = {}
    """Hardware facts: CPU model, threads, memory, system."""
    process: Mapping[str, Any] = {}
    """Process id and boot id, to tell a running run from an interrupted one."""
    meters: tuple[Mapping[str, Any], ...] = ()
    """Each family of meters: whether it was used, and why."""
    factor_set: Mapping[str, str] = {}
    """Factor set installed when the run was recorded."""
    software: Mapping[str, str] = {}
    interval_s: float = 10.0
    """Time between readings that was asked for. [s]"""
    duration_s: float = 0.0
    """Time covered by the readings. [s]"""
    exit_code: int | None = None
    devices: tuple[Device, ...] = ()
    intervals: tuple[Interval, ...] = ()
    faults: tuple[Fault, ...] = ()

    def device_energy_j(self) -> tuple[float | None, ...]:
        """Energy of each device over the whole run; None where it was never readable [J]."""
        totals: list[float | None] = []
        for i in range(len(self.devices)):
            readings = [interval.energy_uj[i] for interval in self.intervals]
            readable = [reading for reading in readings if reading is not None]
            totals.append(sum(readable) / MICROJOULES_PER_JOULE if readable else None)
        return tuple(totals)

    def observed_share(self) -> tuple[float, ...]:
        """Share of the run that each device's readings cover [0 to 1].

        A counter that could not be read for a while loses nothing, because the next reading spans
        the gap; what is lost is the time after its last reading.
        """
        ends = [
            [interval.end_s for interval in self.intervals if interval.energy_uj[i] is not None]
            for i in range(len(self.devices))
        ]
        if not self.duration_s:
            return (1.0,) * len(self.devices)
        return tuple(min(1.0, max(end, default=0.0) / self.duration_s) for end in ends)

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form, `wattprint.run/1`."""
        record: dict[str, Any] = {"schema": SCHEMA, "id": self.run_id}
        record.update((name, _plain(value)) for name, value in self._asdict().items())
        del record["run_id"]
        record["devices"] = [device_dict(device) for device in self.devices]
        record["intervals"] = [interval_dict(interval) for interval in self.intervals]
        record["faults"] = [fault._asdict() for fault in self.faults]
        return record

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> "RunRecord":
        """Read the JSON form back.

        Raises:
            RecordError: Not a `wattprint.run/1`, or a part of it is missing or malformed.
        """
        schema = record.get("schema") if isinstance(record, Mapping) else None
        if schema != SCHEMA:
            raise RecordError(f"schema is {schema!r}; expected {SCHEMA!r}.")
        parsed = {name: record[name] for name in cls._fields if name in record}
        try:
            parsed["run_id"] = record["id"]
            parsed["devices"] = tuple(device_from_dict(row) for row in record.get("devices", ()))
            parsed["intervals"] = tuple(
                interval_from_dict(row, len(parsed["devices"]))
                for row in record.get("intervals", ())
            )
            parsed["meters"] = tuple(record.get("meters", ()))
            parsed["faults"] = tuple(Fault(**row) for row in record.get("faults", ()))
            run = cls(**parsed)
            _check(run)
        except (AttributeError, KeyError, TypeError, ValueError, OverflowError) as error:
            raise RecordError(f"{SCHEMA} record is malformed: {error!r}.") from error
        return run


def _check(run: RunRecord) -> None:
    """Refuse a field of another kind than its own: a TypeError or ValueError names it."""
    for name in ("run_id", "project", "name", "started_at"):
        _text(name, getattr(run, name))
    int(run.started_at[:4])  # the year that chooses the factors
    for name, known in (("stage", STAGES), ("outcome", OUTCOMES)):
        if getattr(run, name) is not None:
            one_of(name, getattr(run, name), known)
    for name in ("tags", "place", "host", "process", "factor_set", "software"):
        if not isinstance(getattr(run, name), Mapping):
            raise TypeError(f"{name} is {getattr(run, name)!r}; expected a mapping")
    number("interval_s", run.interval_s)
    number("duration_s", run.duration_s)
    for fault in run.faults:
        number("at_s", fault.at_s)
        _text("message", fault.message)


def _text(name: str, given: Any) -> None:
    if not isinstance(given, str):
        raise TypeError(f"{name} is {given!r}; expected a text")


def device_dict(device: Device) -> dict[str, Any]:
    """Return the JSON form of a device."""
    return {**device._asdict(), "method": device.method.value}


def device_from_dict(row: Mapping[str, Any]) -> Device:
    """Read a device back; KeyError, TypeError or ValueError when it is malformed."""
    device = Device(**{**row, "method": Method(row["method"])})
    for name in ("device_id", "name", "source"):
        _text(name, getattr(device, name))
    one_of("component", device.component, METERED_COMPONENTS)
    relative(1.0, device.low_ratio, device.high_ratio)
    return device


def interval_dict(interval: Interval) -> dict[str, Any]:
    """Return the JSON form of an interval."""
    return {name: _plain(value) for name, value in interval._asdict().items()}


def interval_from_dict(row: Mapping[str, Any], device_count: int) -> Interval:
    """Read an interval back; KeyError, TypeError or ValueError when it is malformed."""
    energy_uj, activity = tuple(map(_energy_uj, row["energy_uj"])), tuple(row["activity"])
    for amount in activity:
        if amount is not None:
            number("activity", amount)
    if not len(energy_uj) == len(activity) == device_count:
        raise ValueError(f"interval has {len(energy_uj)} readings for {device_count} devices")
    start_s = number("start_s", row["start_s"])
    return Interval(start_s, number("end_s", row["end_s"], at_least=start_s), energy_uj, activity)


def _energy_uj(reading: Any) -> int | None:
    return (
        None
        if reading is None
        else whole_number("energy_uj", reading, at_least=0, at_most=LARGEST_UJ)
    )


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return dict(value) if isinstance(value, Mapping) else value
