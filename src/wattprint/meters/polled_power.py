"""Energy of a device that shows its power alone, polled and integrated."""

from wattprint.domain.units import MICROJOULES_PER_JOULE

LONGEST_GAP_S = 1.0
"""Polls further apart than this leave out what the power did in between. [s]"""


class PolledPower:
    """Adds up the energy of a device from its power: a trapezoid between two polls.

    A pause between polls, as when the work holds the interpreter's lock, is spanned by one too. A
    device that was away for longer is charged until it went: what it used then nobody knows.

    Args:
        name: Name for messages.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._previous: tuple[float, float] | None = None
        self._total_j = 0.0
        self._unreadable_since_s: float | None = None
        self._gaps = 0
        self._faults: list[str] = []

    def follow(self, at_s: float, power_w: float) -> int:
        """Take a poll, and return the energy since the first one [uJ].

        Args:
            at_s: Time of the poll on a clock that does not jump. [s]
            power_w: What the sensor shows. [W]
        """
        previous_s, previous_w = self._previous or (at_s, power_w)
        away_since_s, self._unreadable_since_s = self._unreadable_since_s, None
        if at_s - previous_s <= LONGEST_GAP_S:
            self._total_j += (previous_w + power_w) / 2 * (at_s - previous_s)
        elif away_since_s is None:
            self._total_j += (previous_w + power_w) / 2 * (at_s - previous_s)
            self._note_gap(at_s - previous_s)
        else:
            self._total_j += previous_w * (away_since_s - previous_s)
        if away_since_s is not None:
            lasted_s = at_s - away_since_s
            self._faults.append(f"{self._name} could be read again after {lasted_s:.1f} s")
        self._previous = (at_s, power_w)
        return round(self._total_j * MICROJOULES_PER_JOULE)

    def miss(self, at_s: float, reason: object) -> None:
        """Note that the power could not be read."""
        if self._unreadable_since_s is None:
            self._unreadable_since_s = at_s
            self._faults.append(f"{self._name} could not be read: {reason}")

    def take_faults(self) -> list[str]:
        """Return what went wrong since this was last asked."""
        faults, self._faults = self._faults, []
        return faults

    def _note_gap(self, gap_s: float) -> None:
        """Say that nobody polled; one that comes again and again the 1st, 2nd, 4th, 8th time."""
        self._gaps += 1
        if self._gaps & (self._gaps - 1) == 0:
            self._faults.append(
                f"{self._name} was not polled for {gap_s:.1f} s (time {self._gaps}): the mean of "
                "its powers before and after stands"
            )
