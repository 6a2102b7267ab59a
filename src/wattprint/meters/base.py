"""What every meter is: devices, and cumulative energy since it was opened.

A meter is given its root, its library and its process id by whoever opens it, so that captured
files in a folder are as good as a machine. It never raises while reading: what could not be read
is None in the reading and a fault beside it.
"""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from wattprint.domain.readings import Device


class Reading(NamedTuple):
    """What one device has used since its meter was opened."""

    energy_uj: int | None
    """Cumulative energy; None when it could not be read this time. [uJ]"""
    activity: float | None = None
    """Cumulative activity that a model computed it from, in the device's `activity_unit`."""


class Meter(Protocol):
    """Reads the devices of one family."""

    @property
    def devices(self) -> Sequence[Device]:
        """The devices, in the order in which they are read; one found later comes last."""

    @property
    def longest_pause_s(self) -> float:
        """Time [s] after which it is to be read again, whatever the run's interval; asked once."""

    def read(self, at_s: float) -> Sequence[Reading]:
        """Read all devices.

        Args:
            at_s: Time of the reading on a clock that does not jump. [s]
        """

    def take_faults(self) -> Sequence[str]:
        """Return what went wrong since this was last asked: a change of state, said once."""

    def close(self) -> None:
        """Let go of what it holds; it is not read again."""


class Discovered(NamedTuple):
    """One family of meters, and why it is or is not used."""

    family: str
    meter: Meter | None
    reason: str
    remedy: str = ""
    """What would make it usable, as a command where there is one; empty when there is nothing."""
