"""What went wrong in a run, on its way into the journal: said, but never again and again."""

from wattprint.domain.readings import Fault

MOST_KINDS = 500
"""Different messages that are told apart; what comes on top is one kind."""
LONGEST_MESSAGE = 500
_NO_DIGITS = {ord(digit): None for digit in "0123456789.-"}


class Faults:
    """Keeps faults until they are written; one that comes again is said the 2nd, 4th, 8th time.

    Messages that differ in their numbers alone are the same: a sensor that fails every other second
    would fill gigabytes in a month.
    """

    def __init__(self) -> None:
        self._waiting: list[Fault] = []
        self._times: dict[tuple[str, str], int] = {}

    @property
    def waiting(self) -> tuple[Fault, ...]:
        """Those that are not written yet, the oldest first."""
        return tuple(self._waiting)

    def note(self, fault: Fault) -> None:
        """Keep a fault, if it is news."""
        kind = (fault.meter, fault.message[:LONGEST_MESSAGE].translate(_NO_DIGITS))
        if kind not in self._times and len(self._times) >= MOST_KINDS:
            kind = (fault.meter, "")
        self._times[kind] = times = self._times.get(kind, 0) + 1
        if times & (times - 1):
            return
        again = f" (time {times})" if times > 1 and "(time " not in fault.message else ""
        self._waiting.append(fault._replace(message=fault.message[:LONGEST_MESSAGE] + again))

    def is_written(self) -> None:
        """Forget the oldest of those that wait."""
        del self._waiting[0]
