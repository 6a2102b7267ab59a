"""Ranges: a figure with the bounds of its 90 % interval, and the three ways to carry them.

Formulas take and return plain floats. What they are fed with is uncertain, and these functions
carry that uncertainty along: `product` for independent factors, `sum_independent` for components
whose errors have nothing to do with each other, `sum_shared` for parts that share one cause of
error (an intensity, a PUE, a power model), where it does not average out.
"""

from collections.abc import Iterable
from math import exp, fsum, hypot, isfinite, log, prod, ulp
from typing import Any

from wattprint.domain.errors import InputError
from wattprint.domain.units import round_significant

SIGNIFICANT_DIGITS = 15
"""As many as a double always holds; what is beyond them is error of binary arithmetic."""


class Range:
    """A figure and its 90 % interval: 0 <= low <= value <= high, or 0..0 for a value of 0.

    Raises:
        InputError: Bounds out of order, negative or not finite, or a lower bound of 0 below a
            positive value (a factor of that kind has no relative width).

    >>> Range(400.0, 120.0, 420.0)
    Range(400.0, 120.0, 420.0)
    >>> exact(8.0)
    Range(8.0, 8.0, 8.0)
    """

    __slots__ = ("high", "low", "value")

    value: float
    low: float
    high: float

    def __init__(self, value: float, low: float, high: float) -> None:
        ordered = 0 < low <= value <= high or value == low == high == 0
        if not (ordered and isfinite(high)):
            raise InputError(
                f"range {value!r} ({low!r} to {high!r}) is not one",
                "expected finite numbers with 0 < low <= value <= high, or 0, 0, 0",
            )
        set_once = object.__setattr__
        set_once(self, "value", _kept(value))
        set_once(self, "low", _kept(low))
        set_once(self, "high", _kept(high))

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"a Range is immutable; {name} cannot be set.")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Range) and self.as_tuple() == other.as_tuple()

    def __hash__(self) -> int:
        return hash(self.as_tuple())

    def __repr__(self) -> str:
        return f"Range({self.value!r}, {self.low!r}, {self.high!r})"

    def __reduce__(self) -> tuple[type["Range"], tuple[float, float, float]]:
        return Range, self.as_tuple()

    @property
    def is_exact(self) -> bool:
        """Whether the interval has no width."""
        return self.low == self.high

    def as_tuple(self) -> tuple[float, float, float]:
        """Return (value, low, high)."""
        return self.value, self.low, self.high

    def as_dict(self) -> dict[str, float]:
        """Return the JSON form: value, low, high."""
        return {"value": self.value, "low": self.low, "high": self.high}


def _kept(figure: float) -> float:
    """Keep 15 significant digits: 384 x 1.2 is 460.8, and not 460.79999999999995."""
    return float(round_significant(figure, SIGNIFICANT_DIGITS))


def exact(value: float) -> Range:
    """Return a range of no width around `value`."""
    return Range(value, value, value)


def relative(value: float, low_ratio: float, high_ratio: float) -> Range:
    """Return `value` with bounds at `low_ratio` and `high_ratio` times it."""
    return Range(value, value * low_ratio, value * high_ratio)


def bounds_dict(amount: Range | None) -> dict[str, float | None]:
    """Return the JSON form of a figure that may be missing: value, low, high, or three nulls."""
    if amount is None:
        return {"value": None, "low": None, "high": None}
    return {"value": amount.value, "low": amount.low, "high": amount.high}


def inverse(factor: Range) -> Range:
    """Return one over a positive factor: its bounds change places.

    >>> inverse(Range(0.5, 0.4, 0.8))
    Range(2.0, 1.25, 2.5)
    """
    return Range(1 / factor.value, 1 / factor.high, 1 / factor.low)


def product(*factors: Range, value: float | None = None) -> Range:
    """Multiply independent positive factors: quadrature of the log-ratios, each side on its own.

    Args:
        factors: The uncertain factors. Exact numbers may be among them; they add no width.
        value: The result of the formula that the factors enter, when exact numbers enter it too.
            Default: the product of the factors.

    Returns:
        The value, with ln(high/value) = sqrt(sum of ln(high_i/value_i)^2), and low alike.

    >>> product(Range(10.0, 5.0, 20.0), exact(3.0))
    Range(30.0, 15.0, 60.0)
    """
    result = prod(factor.value for factor in factors) if value is None else value
    if result == 0 or any(factor.value == 0 for factor in factors):
        return exact(0.0)
    up = _quadrature(log(factor.high / factor.value) for factor in factors)
    down = _quadrature(log(factor.value / factor.low) for factor in factors)
    return _bounded(result, result * exp(-down), result * exp(up))


def sum_independent(*parts: Range) -> Range:
    """Add parts with unrelated errors: quadrature of the half-widths, each side on its own.

    >>> sum_independent(Range(10.0, 7.0, 13.0), Range(20.0, 16.0, 24.0))
    Range(30.0, 25.0, 35.0)
    """
    total = fsum(part.value for part in parts)
    up = _quadrature(part.high - part.value for part in parts)
    down = _quadrature(part.value - part.low for part in parts)
    # Never wider than shared errors: 1e12 less its width of 1e12 - 1e-12 would be rounded to 0.
    shared = sum_shared(parts)
    return _bounded(total, max(total - down, shared.low), min(total + up, shared.high))


def sum_shared(parts: Iterable[Range]) -> Range:
    """Add parts that share a cause of error: the half-widths add, nothing averages out.

    >>> sum_shared([Range(10.0, 7.0, 13.0), Range(20.0, 16.0, 24.0)])
    Range(30.0, 23.0, 37.0)
    """
    parts = tuple(parts)
    total = fsum(part.value for part in parts)
    low = fsum(part.low for part in parts)
    high = fsum(part.high for part in parts)
    return _bounded(total, low, high)


def _quadrature(widths: Iterable[float]) -> float:
    return hypot(*sorted(widths))  # sorted, so that the order of the parts cannot show


def _bounded(value: float, low: float, high: float) -> Range:
    """Build a range whose bounds may have been rounded past the value, or down to 0."""
    least = ulp(0.0) if value else 0.0
    return Range(value, min(max(low, least), value), max(high, value))
