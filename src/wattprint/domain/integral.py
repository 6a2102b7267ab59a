"""The integral of a step function over any window, by sums that lose nothing on the way."""

from bisect import bisect_right
from collections.abc import Iterable


class Integral:
    """C(t): the integral of a step function from its beginning up to t.

    The running sum is kept as two doubles, the second holding what the first rounded off
    (Knuth's two-sum): an hour at the end of a year is then as exact as one at its beginning, and
    windows that adjoin add up to the window that they make.

    Args:
        steps: Start, end and height of each step, in order and without overlap. Between steps the
            function is 0.

    Source:
        Knuth, The Art of Computer Programming 2 (1997), 4.2.2, theorem B.

    >>> Integral([(0.0, 2.0, 10.0), (3.0, 4.0, 100.0)]).between(1.0, 3.5)
    60.0
    """

    __slots__ = ("_ends", "_heights", "_lost", "_starts", "_sums")

    def __init__(self, steps: Iterable[tuple[float, float, float]]) -> None:
        self._starts: list[float] = []
        self._ends: list[float] = []
        self._heights: list[float] = []
        self._sums: list[float] = []
        self._lost: list[float] = []
        total = lost = 0.0
        for start, end, height in steps:
            self._starts.append(start)
            self._ends.append(end)
            self._heights.append(height)
            self._sums.append(total)
            self._lost.append(lost)
            area = height * (end - start)
            grown = total + area
            added = grown - total
            lost += (total - (grown - added)) + (area - added)
            total = grown

    def between(self, start: float, end: float) -> float:
        """Return the integral over [start, end)."""
        upper, upper_lost = self._up_to(end)
        lower, lower_lost = self._up_to(start)
        return (upper - lower) + (upper_lost - lower_lost)

    def _up_to(self, moment: float) -> tuple[float, float]:
        i = bisect_right(self._starts, moment) - 1
        if i < 0:
            return 0.0, 0.0
        end = self._ends[i]
        area = self._heights[i] * ((moment if moment < end else end) - self._starts[i])
        total = self._sums[i]
        grown = total + area
        added = grown - total
        return grown, self._lost[i] + ((total - (grown - added)) + (area - added))
