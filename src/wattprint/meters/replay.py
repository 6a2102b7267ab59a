"""A recorded run played back: its devices use again what they used then.

For demonstrations, dashboards and tests on machines without meters. What it reads is as measured
or modelled as it was, and says which run it comes from.
"""

from bisect import bisect_right
from collections.abc import Sequence

from wattprint.domain.checks import number
from wattprint.domain.errors import InputError
from wattprint.domain.readings import Device
from wattprint.domain.run import RunRecord
from wattprint.meters.base import Reading


class ReplayMeter:
    """Plays a run's readings back, from its start, which is the first reading.

    Within an interval power is constant. Where the recorded device could not be read, it cannot be
    read now; after the recording's end nothing more is used.

    Args:
        run: The recorded run, as `wattprint.load` returns it.
        speed: Seconds of the recording per second. [ratio, above 0]

    Raises:
        InputError: No run, a run without readings, or an impossible speed.
    """

    family = "replay"
    longest_pause_s = 1.0

    def __init__(self, run: RunRecord, *, speed: float = 1.0) -> None:
        if not isinstance(run, RunRecord):
            raise InputError(f"run is {run!r}", "expected what wattprint.load('last') returns")
        if not run.intervals:
            raise InputError(f"run {run.run_id} has no readings", "expected a run with intervals")
        self._run = run
        self._speed = number("speed", speed, at_least=1e-6, at_most=1e6)
        note = f"played back from run {run.run_id}"
        self.devices: Sequence[Device] = tuple(
            device._replace(note="; ".join(filter(None, (device.note, note))))
            for device in run.devices
        )
        self._ends_s = [interval.end_s for interval in run.intervals]
        self._before = _cumulative(run)
        self._started_s: float | None = None
        self._faults: list[str] = []
        self._is_over = False

    def read(self, at_s: float) -> Sequence[Reading]:
        """Return what each device had used after as long as has passed since the first reading."""
        if self._started_s is None:
            self._started_s = at_s
        played_s = (at_s - self._started_s) * self._speed
        i = bisect_right(self._ends_s, played_s)
        if i == len(self._ends_s):
            self._end()
            return self._before[i]
        interval = self._run.intervals[i]
        length_s = interval.end_s - interval.start_s
        share = max(0.0, played_s - interval.start_s) / length_s if length_s else 0.0
        return tuple(
            _part(before, energy_uj, activity, share)
            for before, energy_uj, activity in zip(
                self._before[i], interval.energy_uj, interval.activity, strict=True
            )
        )

    def _end(self) -> None:
        if not self._is_over:
            self._is_over = True
            self._faults.append(f"the recording of run {self._run.run_id} is over: 0 W from here")

    def take_faults(self) -> Sequence[str]:
        """Return that the recording is over, once it is."""
        faults, self._faults = self._faults, []
        return faults

    def close(self) -> None:
        """Hold nothing, let go of nothing."""


def _cumulative(run: RunRecord) -> list[tuple[Reading, ...]]:
    """Return what each device had used before each interval, and after the last."""
    totals = tuple(Reading(0, 0.0 if device.activity_unit else None) for device in run.devices)
    found = [totals]
    for interval in run.intervals:
        totals = tuple(
            Reading(
                (total.energy_uj or 0) + (energy_uj or 0),
                None if total.activity is None else total.activity + (activity or 0.0),
            )
            for total, energy_uj, activity in zip(
                totals, interval.energy_uj, interval.activity, strict=True
            )
        )
        found.append(totals)
    return found


def _part(before: Reading, energy_uj: int | None, activity: float | None, share: float) -> Reading:
    """Return what was used up to a moment within an interval."""
    if energy_uj is None:
        return Reading(None)
    used = None if before.activity is None else before.activity + (activity or 0.0) * share
    return Reading((before.energy_uj or 0) + round(energy_uj * share), used)
