"""The sampler: reads a run's meters when they are due, and writes its journal.

It is used by one thread at a time, the run's own, and takes its times from the clock it is given:
with a clock that stands still a whole run can be played in a test.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from time import thread_time
from typing import NamedTuple

from wattprint.domain.readings import Device, Fault, Interval, SectionUse
from wattprint.domain.run import RunRecord
from wattprint.ledger.journal import JournalWriter
from wattprint.meters.base import Meter, Reading
from wattprint.tracker.clock import Clock, ClockWatch
from wattprint.tracker.faults import Faults
from wattprint.tracker.fence import fenced
from wattprint.tracker.marks import Mark, Marks
from wattprint.tracker.progress import Progress
from wattprint.tracker.sections import MOST_OPEN, Sections

SHORTEST_LOOK_S = 0.02
"""Meters are not read again sooner than this because a section began or ended. [s]"""
LARGEST_LOOK_SHARE = 0.001
"""Share of a core that reading at the bounds of sections may cost. [ratio]"""
LOOK_AROUND_S = 9.5
"""Clocks and the use of the machine are looked at again with the first interval after this. [s]"""
USUAL_PAUSE_S = 1.0
"""Pause between readings of a meter that does not say which it wants. [s]"""


class Opened(NamedTuple):
    """What a run needs once it starts."""

    header: RunRecord
    meters: Mapping[str, Meter]
    """By family."""
    journal: JournalWriter
    host_use: Callable[[], Mapping[str, float]] = dict
    """Use of the machine: `busy_s` and `tree_s` since any moment, `clock_ratio` now."""


class _Family:
    """The devices of one meter, and when it is to be read."""

    def __init__(self, name: str, meter: Meter) -> None:
        self.name = name
        self.meter = meter
        self.positions: list[int] = []
        """Where its devices stand among those of the run."""
        asked = fenced(lambda: float(meter.longest_pause_s))
        self.pause_s = asked if isinstance(asked, float) and asked > 0 else USUAL_PAUSE_S
        self.due_s = 0.0
        self.read_s = 0.0
        """When something of it could last be read. [s]"""
        self.reads = partial(_reading_of, meter)


class Sampler:
    """Follows the meters of one run. A meter or a journal that fails is a fault in the record.

    Args:
        opened: Meters and journal; the header is written already.
        interval_s: Time between lines of the journal. [s]
        clock: The run's clocks.
        marks: What the work leaves on its way.
    """

    def __init__(
        self, opened: Opened, *, interval_s: float, clock: Clock, marks: Marks | None = None
    ) -> None:
        self._opened = opened
        self._journal = opened.journal
        self._interval_s = interval_s
        self._clock = clock
        self._marks = Marks() if marks is None else marks
        self._watch = ClockWatch(clock)
        self._faults = Faults()
        self._progress = Progress()
        self.started_s = self._written_s = clock.monotonic_s()
        self._sections: Sections | None = None
        """None until the work enters its first section: most never do."""
        self._due_s = self.started_s + interval_s
        self._devices: list[Device] = []
        self._latest: list[Reading] = []
        """The last reading of each device that could be read."""
        self._first: list[Reading] = []
        self._written: list[Reading] = []
        """What the journal has of each device."""
        self._seen_s: list[float] = []
        """End of the last written interval in which each device could be read. [s]"""
        self._is_fresh: list[bool] = []
        """Whether a device has been read since the journal was last written."""
        self._unwritten_devices: list[Device] = []
        self._slept_s = 0.0
        self._looked_around_s = self.started_s
        self._is_last = False
        self._families = [_Family(name, meter) for name, meter in opened.meters.items()]
        for family in self._families:
            self._add_devices(family, family.meter.devices, is_new=False)
            self._read(family)
        self._first, self._written = list(self._latest), list(self._latest)
        self._is_fresh = [False] * len(self._devices)
        self._host = self._host_use()
        self._look_cost_s = 0.0
        """CPU time that one reading of all meters takes, of late. [s]"""

    @property
    def duration_s(self) -> float:
        """Time that the journal covers [s]."""
        return self._written_s - self.started_s

    @property
    def unwritten(self) -> tuple[Fault, ...]:
        """What went wrong and is not in the journal yet."""
        return self._faults.waiting

    def pause_s(self) -> float:
        """Return the time until something is to be done [s]."""
        due_s = min([self._due_s, *(family.due_s for family in self._families)])
        return max(0.0, due_s - self._clock.monotonic_s())

    def look_pause_s(self) -> float:
        """Return the time that passes before a section's bounds cause another reading [s]."""
        return max(SHORTEST_LOOK_S, self._look_cost_s / LARGEST_LOOK_SHARE)

    def tick(self) -> None:
        """Read the meters that are due, and write an interval if one is."""
        now_s = self._clock.monotonic_s()
        self.take_marks(now_s)
        if now_s >= self._due_s:
            self.write_interval()
            # Keep to the grid of intervals; those that a long pause missed are not made up for.
            missed = (now_s - self._due_s) // self._interval_s
            self._due_s += (missed + 1) * self._interval_s
            return
        for family in self._families:
            if now_s >= family.due_s:
                self._read(family)

    def look(self) -> None:
        """Read all meters, because a section began or ended."""
        begun_s = thread_time()
        self._read_all()
        self._look_cost_s = max(thread_time() - begun_s, self._look_cost_s / 2)

    def _read_all(self) -> None:
        for family in self._families:
            self._read(family)

    def take_marks(self, until_s: float) -> None:
        """Take what the work left up to a time, and let the time pass for its sections."""
        for mark in self._marks.take_until(until_s):
            if mark.complaint:
                self.note("tracker", mark.complaint)
            elif mark.section is None:
                self._progress.log(mark.at_s, mark.values)
            else:
                self._bound(mark)
        if self._marks.dropped:
            self.note("tracker", "marks of sections were dropped: the tracker was held up")
            self._marks.dropped = 0
        if self._sections is not None:
            self._sections.advance(until_s)

    def _bound(self, mark: Mark) -> None:
        assert mark.section is not None
        if self._sections is None:
            self._sections = Sections(mark.at_s)
            for family in self._families:
                self._sections.follow(family.name, family.read_s)
        if not self._sections.mark(mark.at_s, mark.section, is_entered=mark.is_entered):
            self.note("tracker", f"more than {MOST_OPEN} sections are open: not all are followed")

    def write_interval(self) -> None:
        """Read all meters and append an interval; one that cannot be written is spanned later."""
        self._read_all()
        at_s = self._clock.monotonic_s()
        if self._marks:
            self.take_marks(at_s)
        host = self._looked_around(at_s)
        bounds_s = (self._written_s - self.started_s, at_s - self.started_s)
        interval = Interval(
            *bounds_s,
            *self._used(),
            self._slept_s,
            {} if host is None else _since(self._host, host),
        )
        rows: Sequence[SectionUse] = ()
        if self._sections is not None:
            self._sections.advance(at_s)
            rows = self._sections.rows(*bounds_s, [bool(d.activity_unit) for d in self._devices])
        logged = self._progress.logged(self.started_s)
        if not self._write(lambda: self._journal.interval(interval, rows, logged)):
            return
        self._seen_s = [
            interval.end_s if used is not None else seen_s
            for seen_s, used in zip(self._seen_s, interval.energy_uj, strict=True)
        ]
        self._written_s = at_s
        self._written = list(self._latest)
        self._is_fresh = [False] * len(self._devices)
        self._slept_s = 0.0
        if host is not None:
            self._host = host
        if self._sections is not None:
            self._sections.forget()
        if logged is not None:
            self._progress.forget()

    def end(self, outcome: str, exit_code: int | None) -> None:
        """Write the last interval and the end mark, and let go of meters and journal."""
        self._is_last = True
        self.write_interval()
        totals = [self._total_uj(i) for i in range(len(self._devices))]
        self._write(lambda: self._journal.end(outcome, self.duration_s, exit_code, totals))
        for family in self._families:
            fenced(family.meter.close)
        # A network file system may say only now that the disk is full.
        closed = fenced(self._journal.close)
        if isinstance(closed, Exception):
            self.note("journal", f"it could not be closed: {closed}")

    def totals(self) -> RunRecord:
        """Return the run in as few intervals as say what each device used and until when.

        What is written so far, and nothing of sections, progress and faults: enough for a footprint
        without reading a journal of weeks.
        """
        ends_s = sorted({*self._seen_s, self.duration_s} - {0.0})
        devices = range(len(self._devices))
        intervals = tuple(
            Interval(
                start_s,
                end_s,
                tuple(self._total_uj(i) if self._seen_s[i] == end_s else None for i in devices),
                tuple(self._total(i) if self._seen_s[i] == end_s else None for i in devices),
            )
            for start_s, end_s in zip([0.0, *ends_s], ends_s, strict=False)
        )
        return self._opened.header._replace(
            devices=tuple(self._devices), intervals=intervals, duration_s=self.duration_s
        )

    def note(self, meter: str, message: str) -> None:
        """Keep something that went wrong; it is written with the next line."""
        at_s = max(0.0, self._clock.monotonic_s() - self.started_s)
        self._faults.note(Fault(at_s, meter, message))

    def _read(self, family: _Family) -> None:
        at_s = self._clock.monotonic_s()
        if self._marks or self._sections is not None:
            self.take_marks(at_s)
        family.due_s = at_s + family.pause_s
        found = fenced(partial(family.reads, at_s))
        if isinstance(found, Exception):
            self.note(family.name, f"{type(found).__name__}: {found}")
            return
        devices, readings, faults = found
        for text in faults:
            self.note(family.name, text)
        if len(devices) > len(family.positions):
            self._add_devices(family, devices, is_new=True)
        self._take(family, readings, at_s)

    def _take(self, family: _Family, readings: Sequence[Reading], at_s: float) -> None:
        used: list[tuple[int, float, float]] = []
        late: list[int] = []
        for i, new in zip(family.positions, readings, strict=False):
            old = self._latest[i]
            if new.energy_uj is None:
                late.append(i)
            elif new.energy_uj < (old.energy_uj or 0):
                late.append(i)
                self.note(family.name, f"{self._devices[i].device_id} went back: not counted")
            else:
                step_uj = new.energy_uj - (old.energy_uj or 0)
                used.append((i, step_uj, (new.activity or 0.0) - (old.activity or 0.0)))
                self._latest[i] = new
                self._is_fresh[i] = True
        if used:
            family.read_s = at_s
        if self._sections is not None:
            self._charge(self._sections, family, used, late)

    def _charge(
        self,
        sections: Sections,
        family: _Family,
        used: Sequence[tuple[int, float, float]],
        late: Sequence[int],
    ) -> None:
        """Split what a family used among the sections; who could not be read is charged later."""
        for i in late:
            sections.fall_behind(self._devices[i].device_id, family.name)
        on_time = [
            step for step in used if not sections.catch_up(self._devices[step[0]].device_id, step)
        ]
        sections.charge(family.name, on_time)

    def _add_devices(self, family: _Family, devices: Sequence[Device], *, is_new: bool) -> None:
        """Take up the devices of a family that are not known yet."""
        for device in devices[len(family.positions) :]:
            family.positions.append(len(self._devices))
            self._devices.append(device)
            for readings in (self._latest, self._first, self._written):
                readings.append(Reading(0 if is_new else None))
            self._seen_s.append(0.0)
            self._is_fresh.append(False)
            if is_new:
                self._unwritten_devices.append(device)

    def _used(self) -> tuple[tuple[int | None, ...], tuple[float | None, ...]]:
        """Return energy and activity of each device since the journal was last written."""
        energies_uj: list[int | None] = []
        activities: list[float | None] = []
        for old, new, is_fresh in zip(self._written, self._latest, self._is_fresh, strict=True):
            is_read = is_fresh and new.energy_uj is not None
            energies_uj.append((new.energy_uj or 0) - (old.energy_uj or 0) if is_read else None)
            has_activity = is_read and new.activity is not None
            activities.append(
                (new.activity or 0.0) - (old.activity or 0.0) if has_activity else None
            )
        return tuple(energies_uj), tuple(activities)

    def _total_uj(self, i: int) -> int | None:
        written_uj = self._written[i].energy_uj
        return None if written_uj is None else written_uj - (self._first[i].energy_uj or 0)

    def _total(self, i: int) -> float | None:
        written = self._written[i].activity
        return None if written is None else written - (self._first[i].activity or 0.0)

    def _looked_around(self, at_s: float) -> Mapping[str, float] | None:
        """Look at the clocks and at the use of the machine, unless that was a moment ago."""
        if at_s - self._looked_around_s < LOOK_AROUND_S and not self._is_last:
            return None
        self._looked_around_s = at_s
        self._notice_jumps()
        return self._host_use()

    def _notice_jumps(self) -> None:
        jump = self._watch.look()
        if jump.slept_s:
            self._slept_s += jump.slept_s
            self.note("clock", f"the machine slept for {jump.slept_s:.1f} s: not counted as use")
        if jump.set_by_s:
            way = "forward" if jump.set_by_s > 0 else "back"
            self.note("clock", f"the wall clock was set {way} by {abs(jump.set_by_s):.1f} s")

    def _host_use(self) -> Mapping[str, float]:
        found = fenced(self._opened.host_use)
        return {} if isinstance(found, Exception) else found

    def _write(self, action: Callable[[], None]) -> bool:
        """Write devices and faults, then the line; what cannot be written is written later.

        Returns:
            Whether the line was written.
        """
        written = fenced(partial(self._write_all, action))
        if isinstance(written, Exception):
            self.note("journal", f"a line could not be written: {written}")
        return written is None

    def _write_all(self, action: Callable[[], None]) -> None:
        while self._unwritten_devices:
            self._journal.device(self._unwritten_devices[0])
            del self._unwritten_devices[0]
        while self._faults.waiting:
            self._journal.fault(self._faults.waiting[0])
            self._faults.is_written()
        action()


def _reading_of(
    meter: Meter, at_s: float
) -> tuple[Sequence[Device], Sequence[Reading], Sequence[str]]:
    """Read a meter: its devices, one reading for each, and what went wrong."""
    found, devices = meter.read(at_s), meter.devices
    if len(found) != len(devices):
        raise ValueError(f"{len(found)} readings of {len(devices)} devices")
    if not all(type(reading.energy_uj) in _PLAIN for reading in found):
        found = tuple(map(_plain, found))
    return devices, found, meter.take_faults()


_PLAIN = (int, type(None))


def _plain(reading: Reading) -> Reading:
    """Return a reading in Python's own numbers: numpy's are no JSON."""
    energy_uj, activity = reading
    return Reading(
        None if energy_uj is None else int(energy_uj),
        None if activity is None else float(activity),
    )


def _since(before: Mapping[str, float], now: Mapping[str, float]) -> dict[str, float]:
    """Return the use between two looks: seconds as differences, a ratio as it is now."""
    use = {
        name: max(0.0, now[name] - before[name])
        for name in ("busy_s", "tree_s")
        if name in now and name in before
    }
    return {**use, **({"clock_ratio": now["clock_ratio"]} if "clock_ratio" in now else {})}
