"""How far forecasts without a network were off, by horizon, on years and zones left out."""

from bisect import bisect_left
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from wattprint.factors.tables import shipped


class HorizonError(NamedTuple):
    """Error at one horizon, in standard deviations of ln(actual) around its daily pattern."""

    horizon_h: float
    low_sigmas: float
    """5 % of ln(actual / forecast) lie below; negative."""
    high_sigmas: float
    """5 % lie above."""
    mean_sigmas: float
    """Mean of |ln(actual / forecast)|."""


class ErrorTable:
    """Errors at some horizons, and between them by straight lines."""

    def __init__(self, errors: Sequence[HorizonError]) -> None:
        self.errors = tuple(sorted(errors))
        self._horizons = [error.horizon_h for error in self.errors]

    def at(self, horizon_h: float) -> HorizonError:
        """Return the error at a horizon; beyond the last one measured it stays the same."""
        after = bisect_left(self._horizons, horizon_h)
        if after == 0:
            return self.errors[0]
        if after == len(self.errors):
            return self.errors[-1]
        left, right = self.errors[after - 1], self.errors[after]
        share = (horizon_h - left.horizon_h) / (right.horizon_h - left.horizon_h)
        return HorizonError(*(a + share * (b - a) for a, b in zip(left, right, strict=True)))


@lru_cache(maxsize=1)
def forecast_errors() -> ErrorTable:
    """Return the errors of the shipped factor set."""
    return ErrorTable(
        [
            HorizonError(
                float(row["horizon_h"]),
                float(row["low_sigmas"]),
                float(row["high_sigmas"]),
                float(row["mean_sigmas"]),
            )
            for row in shipped().rows("forecast_errors")
        ]
    )
