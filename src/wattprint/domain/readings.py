"""What a run's meters said: devices, and their readings interval by interval."""

from collections.abc import Mapping
from math import inf, isfinite, ulp
from typing import Any, NamedTuple

from wattprint.domain.checks import number, one_of, whole_number
from wattprint.domain.evidence import Method

LARGEST_UJ = 2**63 - 1
"""What a BIGINT holds: 2.56 GWh. [uJ]"""
LARGEST_RATIO = 1e9
"""A bound above the largest reading times this is still a number. [ratio]"""
LAST_YEAR = 9999
METERED_COMPONENTS = ("accelerator", "cpu", "memory")


class Device(NamedTuple):
    """A metered device of a run, with what is needed to account for it without the machine."""

    device_id: str
    """Unique within the run: 'rapl:package-0', 'nvml:GPU-5a...', 'modelled:cpu'."""
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
    found_s: float = 0.0
    """When it was found, since the run started: 0 if it was there from the start. [s]"""


class Interval(NamedTuple):
    """Readings of all devices over [start_s, end_s) of a run."""

    start_s: float
    """Seconds since the run started, on a clock that stands still while the machine sleeps. [s]"""
    end_s: float
    energy_uj: tuple[int | None, ...]
    """Energy of each device, in the order of the run's devices; None when unreadable. [uJ]"""
    activity: tuple[float | None, ...]
    """What each modelled device was computed from, in its `activity_unit`."""
    suspended_s: float = 0.0
    """Time the machine was found to have slept: no part of its length; looked at every 10 s. [s]"""
    host: Mapping[str, float] = {}
    """Use of the machine since the last interval that says it, where it can be read: `busy_s` and
    `tree_s` are CPU seconds of all processes and of those tracked; `clock_ratio` is the mean clock
    frequency over the largest, at the interval's end."""


class SectionUse(NamedTuple):
    """What a section used within one interval of a run.

    A section's energy is what the devices used while it was open. Where several threads have
    sections open, each moment counts in equal parts for every such thread.
    """

    path: tuple[str, ...]
    """Names of the section and of those around it, the outermost first."""
    start_s: float
    """The interval's bounds, not the section's. [s]"""
    end_s: float
    entered: int
    """How often it was entered in this interval."""
    duration_s: float
    """How long it was open in this interval, all threads together. [s]"""
    energy_uj: tuple[int | None, ...]
    """Energy of each device, in the order of the run's devices. [uJ]"""
    activity: tuple[float | None, ...]


class Logged(NamedTuple):
    """What the work said of its progress within one interval of a run."""

    at_s: float
    """When it last said something. [s]"""
    calls: int
    """How often it did."""
    samples: float
    """Samples processed, added up over those calls."""
    values: Mapping[str, float]
    """The last value of everything else: step, loss, score."""


class Fault(NamedTuple):
    """Something that went wrong while metering, kept instead of raised."""

    at_s: float
    meter: str
    message: str


def device_dict(device: Device) -> dict[str, Any]:
    """Return the JSON form of a device; the time it was found only if that was later."""
    row = {**device._asdict(), "method": device.method.value}
    if not device.found_s:
        del row["found_s"]
    return row


def device_from_dict(row: Mapping[str, Any]) -> Device:
    """Read a device back; KeyError, TypeError or ValueError when it is malformed."""
    device = Device(**{**row, "method": Method(row["method"])})
    for name in ("device_id", "name", "source"):
        text(name, getattr(device, name))
    one_of("component", device.component, METERED_COMPONENTS)
    number("low_ratio", device.low_ratio, at_least=ulp(0.0), at_most=1.0)
    number("high_ratio", device.high_ratio, at_least=1.0, at_most=LARGEST_RATIO)
    text("note", device.note)
    if device.activity_unit is not None:
        text("activity_unit", device.activity_unit)
    if device.source_year is not None:
        whole_number("source_year", device.source_year, at_least=0, at_most=LAST_YEAR)
    number("found_s", device.found_s)
    return device


def interval_dict(interval: Interval) -> dict[str, Any]:
    """Return the JSON form of an interval; what is not there is left out."""
    row: dict[str, Any] = {
        "start_s": interval.start_s,
        "end_s": interval.end_s,
        "energy_uj": interval.energy_uj,
        "activity": interval.activity,
    }
    if interval.suspended_s:
        row["suspended_s"] = interval.suspended_s
    if interval.host:
        row["host"] = dict(interval.host)
    return row


def interval_from_dict(row: Mapping[str, Any], device_count: int) -> Interval:
    """Read an interval back; KeyError, TypeError or ValueError when it is malformed."""
    start_s = number("start_s", row["start_s"])
    return Interval(
        start_s,
        number("end_s", row["end_s"], at_least=start_s),
        *_readings(row, device_count),
        number("suspended_s", row.get("suspended_s", 0.0)),
        _numbers("host", row.get("host", {})),
    )


def section_dict(section: SectionUse) -> dict[str, Any]:
    """Return the JSON form of what a section used."""
    return section._asdict()


def section_from_dict(row: Mapping[str, Any], device_count: int) -> SectionUse:
    """Read a section's use back; KeyError, TypeError or ValueError when it is malformed."""
    path = row["path"]
    if not (isinstance(path, (list, tuple)) and path):
        raise ValueError(f"path is {path!r}; expected the names of a section")
    start_s = number("start_s", row["start_s"])
    return SectionUse(
        tuple(text("path", name) for name in path),
        start_s,
        number("end_s", row["end_s"], at_least=start_s),
        whole_number("entered", row["entered"], at_least=0),
        number("duration_s", row["duration_s"]),
        *_readings(row, device_count),
    )


def logged_dict(logged: Logged) -> dict[str, Any]:
    """Return the JSON form of progress; a loss that is no finite number has none."""
    values = {name: value for name, value in logged.values.items() if isfinite(value)}
    return {**logged._asdict(), "values": values}


def logged_from_dict(row: Mapping[str, Any]) -> Logged:
    """Read progress back; KeyError, TypeError or ValueError when it is malformed."""
    return Logged(
        number("at_s", row["at_s"]),
        whole_number("calls", row["calls"], at_least=1),
        number("samples", row["samples"]),
        _numbers("values", row["values"]),
    )


def fault_from_dict(row: Mapping[str, Any]) -> Fault:
    """Read a fault back; KeyError, TypeError or ValueError when it is malformed."""
    fault = Fault(**row)
    number("at_s", fault.at_s)
    text("meter", fault.meter)
    text("message", fault.message)
    return fault


def energy_uj_from_list(readings: Any) -> tuple[int | None, ...]:
    """Read energies back, one of each device; TypeError or ValueError when they are malformed."""
    return tuple(
        # Nearly all are None or such a number: a long run has millions of them.
        reading
        if reading is None or (type(reading) is int and 0 <= reading <= LARGEST_UJ)
        else whole_number("energy_uj", reading, at_least=0, at_most=LARGEST_UJ)
        for reading in readings
    )


def text(name: str, given: Any) -> str:
    """Return a text, or refuse what is none with a TypeError."""
    if not isinstance(given, str):
        raise TypeError(f"{name} is {given!r}; expected a text")
    return given


def _readings(
    row: Mapping[str, Any], device_count: int
) -> tuple[tuple[int | None, ...], tuple[float | None, ...]]:
    energy_uj, activity = energy_uj_from_list(row["energy_uj"]), tuple(row["activity"])
    for amount in activity:
        if amount is not None:
            number("activity", amount)
    if not len(energy_uj) == len(activity) == device_count:
        raise ValueError(f"{len(energy_uj)} readings for {device_count} devices")
    return energy_uj, activity


def _numbers(name: str, given: Any) -> dict[str, float]:
    """Return finite numbers by name: any sign, for a loss may be below 0."""
    if not isinstance(given, Mapping):
        raise TypeError(f"{name} is {given!r}; expected a mapping")
    return {text(name, key): number(key, amount, at_least=-inf) for key, amount in given.items()}
