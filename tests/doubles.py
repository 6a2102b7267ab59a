"""Doubles for what a run reads: its clock and its meters."""

import threading

from made_runs import CPU
from processes import DEADLINE_S
from wattprint.meters.base import Reading
from wattprint.tracker.clock import Clock


class FakeClock:
    """Stands still until it is told to go on."""

    def __init__(self, now_s=1000.0):
        self.now_s = now_s
        self.slept_s = 0.0
        self.set_by_s = 0.0

    def clock(self):
        return Clock(
            monotonic_s=lambda: self.now_s,
            epoch_s=lambda: 1.7e9 + self.now_s + self.slept_s + self.set_by_s,
            boot_s=lambda: self.now_s + self.slept_s,
        )


class FakeMeter:
    """Reads one CPU: what it is told to read, one after another, the last one for ever.

    An exception among the readings is raised instead.
    """

    devices = (CPU,)
    longest_pause_s = 1.0

    def __init__(self, *energies_uj):
        self._energies_uj = list(energies_uj)
        self.faults = []
        self.readings = 0
        self.is_closed = False
        self._read_again = threading.Condition()

    def read(self, at_s):
        energy_uj = self._energies_uj[0]
        if len(self._energies_uj) > 1:
            del self._energies_uj[0]
        with self._read_again:
            self.readings += 1
            self._read_again.notify_all()
        if isinstance(energy_uj, Exception):
            raise energy_uj
        return (Reading(energy_uj, None if energy_uj is None else energy_uj / 1e6),)

    def take_faults(self):
        faults, self.faults = self.faults, []
        return faults

    def close(self):
        self.is_closed = True

    def wait_for(self, readings):
        with self._read_again:
            assert self._read_again.wait_for(lambda: self.readings >= readings, DEADLINE_S)


class CountingMeter(FakeMeter):
    """Its counter grows by 1 J with every reading."""

    def __init__(self):
        super().__init__(0)

    def read(self, at_s):
        super().read(at_s)
        return (Reading(self.readings * 1_000_000),)


class CurveMeter:
    """One device whose true energy is a function of time, read without error."""

    longest_pause_s = 1.0
    devices = (CPU,)

    def __init__(self, energy_j, started_s=1000.0):
        self._energy_j = energy_j
        self._started_s = started_s

    def read(self, at_s):
        return (Reading(round(self._energy_j(at_s - self._started_s) * 1e6)),)

    def take_faults(self):
        return []

    def close(self):
        pass


def play(sampler, clock, until_s, before=lambda at_s: None):
    """Let a sampler's thread live until a time of its fake clock, without waiting.

    `before` is told each time at which it wakes: there a machine moves its counters.
    """
    while (wakes_s := clock.now_s + sampler.pause_s()) <= until_s:
        clock.now_s = wakes_s
        before(wakes_s)
        sampler.tick()
    clock.now_s = until_s
    before(until_s)
