"""`wattprint.run/1`: one tracked or imported execution, as raw readings for ever."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from wattprint.domain.checks import number, one_of, whole_number
from wattprint.domain.errors import RecordError
from wattprint.domain.readings import (
    Device,
    Fault,
    Interval,
    Logged,
    SectionUse,
    device_dict,
    device_from_dict,
    fault_from_dict,
    interval_dict,
    interval_from_dict,
    logged_dict,
    logged_from_dict,
    section_dict,
    section_from_dict,
    text,
)
from wattprint.domain.units import MICROJOULES_PER_JOULE

SCHEMA = "wattprint.run/1"
STAGES = ("data", "search", "pretrain", "finetune", "evaluate", "inference")
OUTCOMES = ("completed", "failed", "interrupted")
HARDWARE = "hardware"
"""Fact of a host: what the run ran on, where no device says it, such as a job of a scheduler."""


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
    """Process id and boot id, to tell a running run from an interrupted one.

    `within` is the id of the run whose measurement holds this one; absent where none is known.
    """
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
    sections: tuple[SectionUse, ...] = ()
    """What named parts of the work used, interval by interval."""
    logged: tuple[Logged, ...] = ()
    """What the work said of its progress, interval by interval."""
    faults: tuple[Fault, ...] = ()

    def device_energy_uj(self) -> tuple[int | None, ...]:
        """Energy of each device over the whole run; None where it was never readable [uJ]."""
        totals: list[int | None] = []
        for i in range(len(self.devices)):
            readings = [interval.energy_uj[i] for interval in self.intervals]
            readable = [reading for reading in readings if reading is not None]
            totals.append(sum(readable) if readable else None)
        return tuple(totals)

    def _repr_html_(self) -> str | None:
        from wattprint.domain.display import fenced, run_html  # only notebooks ask

        return fenced(lambda: run_html(self))

    def device_energy_j(self) -> tuple[float | None, ...]:
        """Energy of each device over the whole run; None where it was never readable [J]."""
        return tuple(
            None if total_uj is None else total_uj / MICROJOULES_PER_JOULE
            for total_uj in self.device_energy_uj()
        )

    def observed_share(self) -> tuple[float, ...]:
        """Share of the run that each device's readings cover [0 to 1].

        A counter that could not be read for a while loses nothing, because the next reading spans
        the gap; what is lost is the time after its last reading, and before it was found.
        """
        if not self.duration_s:
            return (1.0,) * len(self.devices)
        return tuple(self._observed_s(i) / self.duration_s for i in range(len(self.devices)))

    def _observed_s(self, i: int) -> float:
        ends_s = [
            interval.end_s for interval in self.intervals if interval.energy_uj[i] is not None
        ]
        last_s = min(max(ends_s, default=0.0), self.duration_s)
        return max(0.0, last_s - self.devices[i].found_s)

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form, `wattprint.run/1`."""
        record: dict[str, Any] = {"schema": SCHEMA, "id": self.run_id}
        record.update((name, _plain(value)) for name, value in self._asdict().items())
        del record["run_id"]
        record["devices"] = [device_dict(device) for device in self.devices]
        record["intervals"] = [interval_dict(interval) for interval in self.intervals]
        record["sections"] = [section_dict(section) for section in self.sections]
        record["logged"] = [logged_dict(logged) for logged in self.logged]
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
            count = len(parsed["devices"])
            parsed["intervals"] = tuple(
                interval_from_dict(row, count) for row in record.get("intervals", ())
            )
            parsed["sections"] = tuple(
                section_from_dict(row, count) for row in record.get("sections", ())
            )
            parsed["logged"] = tuple(logged_from_dict(row) for row in record.get("logged", ()))
            parsed["faults"] = tuple(fault_from_dict(row) for row in record.get("faults", ()))
            parsed["meters"] = tuple(record.get("meters", ()))
            run = cls(**parsed)
            _check(run)
        except (AttributeError, KeyError, TypeError, ValueError, OverflowError) as error:
            raise RecordError(f"{SCHEMA} record is malformed: {error!r}.") from error
        return run


def _check(run: RunRecord) -> None:
    """Refuse a field of another kind than its own: a TypeError or ValueError names it."""
    for name in ("run_id", "project", "name", "started_at"):
        text(name, getattr(run, name))
    if run.parent is not None:
        text("parent", run.parent)
    if run.exit_code is not None:
        whole_number("exit_code", run.exit_code, at_least=-(2**31))
    int(run.started_at[:4])  # the year that chooses the factors
    for name, known in (("stage", STAGES), ("outcome", OUTCOMES)):
        if getattr(run, name) is not None:
            one_of(name, getattr(run, name), known)
    for name in ("tags", "place", "host", "process", "factor_set", "software"):
        if not isinstance(getattr(run, name), Mapping):
            raise TypeError(f"{name} is {getattr(run, name)!r}; expected a mapping")
    if "within" in run.process:
        text("process.within", run.process["within"])
    number("interval_s", run.interval_s)
    number("duration_s", run.duration_s)


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return dict(value) if isinstance(value, Mapping) else value
