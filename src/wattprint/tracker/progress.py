"""What the work says of its progress: samples add up, of everything else the last value counts."""

from collections.abc import Mapping
from math import isfinite

from wattprint.domain.readings import Logged

MOST_NAMES = 200
"""Different names of one interval that are kept."""
LONGEST_SAID = 60
"""Letters of a wrong value that are repeated in a message."""


def checked(name: str, given: object) -> float:
    """Return a value to be logged as a finite float.

    It is read now, in the thread that works: kept until the next reading, a tensor would hold on to
    its memory.

    Raises:
        TypeError: It is no number.
        ValueError: It is not finite, or less than no samples.
        Exception: Whatever its own conversion raises.
    """
    if isinstance(given, str):
        raise TypeError(f"{name} is {given[:LONGEST_SAID]!r}; expected a number")
    if isinstance(given, bytes) or not hasattr(given, "__float__"):
        kind = "None" if given is None else f"a {type(given).__name__}"
        raise TypeError(f"{name} is {kind}; expected a number")
    value = float(given)
    if not isfinite(value):
        raise ValueError(f"{name} is {value}; expected a finite number")
    if name == "samples" and value < 0:
        raise ValueError(f"samples is {value:g}; expected 0 or more, those since the last call")
    return value


class Progress:
    """Gathers what was logged between two intervals."""

    def __init__(self) -> None:
        self._at_s = 0.0
        self._calls = 0
        self._samples = 0.0
        self._values: dict[str, float] = {}

    def log(self, at_s: float, values: Mapping[str, float]) -> None:
        """Take what one call said."""
        self._at_s = max(self._at_s, at_s)
        self._calls += 1
        for name, value in values.items():
            if name == "samples":
                self._samples += value
            elif name in self._values or len(self._values) < MOST_NAMES:
                self._values[name] = value

    def logged(self, started_s: float) -> Logged | None:
        """Return what was said since the last `forget`; None if nothing was.

        Args:
            started_s: When the run started. [s]
        """
        if not self._calls:
            return None
        at_s = max(0.0, self._at_s - started_s)
        return Logged(at_s, self._calls, self._samples, dict(self._values))

    def forget(self) -> None:
        """Begin a new interval."""
        self._calls, self._samples, self._values = 0, 0.0, {}
