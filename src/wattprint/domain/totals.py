"""Sums of many amounts, rounded once in a thousand, in a few kilobytes."""

from math import fsum

_HELD = 1000


class Total:
    """A sum that grows; amounts that are not known add nothing.

    >>> total = Total()
    >>> for amount in (0.1, None, 0.2):
    ...     total.add(amount)
    >>> round(total.value, 12), total.count
    (0.3, 2)
    """

    def __init__(self) -> None:
        self._parts: list[float] = []
        self.count = 0
        """Amounts that were known."""

    def add(self, amount: float | None) -> None:
        """Add an amount."""
        if amount is None:
            return
        self.count += 1
        self._parts.append(amount)
        if len(self._parts) > _HELD:
            self._parts = [fsum(self._parts)]

    @property
    def value(self) -> float:
        """The sum."""
        return fsum(self._parts)
