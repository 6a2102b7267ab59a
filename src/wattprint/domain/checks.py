"""Checks of single inputs: each returns the value it was given, or refuses it by name."""

from collections.abc import Collection
from math import isfinite
from numbers import Integral, Real  # numpy's scalars are Real and Integral, not float and int
from typing import Any

from wattprint.domain.errors import InputError, UnknownKeywordError, UnknownNameError, nearest_names


def number(
    name: str, given: Any, *, at_least: float = 0.0, at_most: float = float("inf"), hint: str = ""
) -> float:
    """Return `given` as a finite float within its limits.

    Raises:
        InputError: Not a number, not finite, or outside the limits.
    """
    is_number = isinstance(given, Real) and not isinstance(given, bool)
    if is_number and isfinite(given) and at_least <= given <= at_most:
        return float(given)
    upper = "" if at_most == float("inf") else f" to {at_most:g}"
    allowed = f"expected a finite number, {at_least:g}{upper or ' or more'}"
    raise InputError(f"{name} is {given!r}", allowed + (f" ({hint})" if hint else ""))


def whole_number(name: str, given: Any, *, at_least: int, at_most: int | None = None) -> int:
    """Return `given` as an int within its limits; 8.0 is accepted, 1.5 and True are not.

    Raises:
        InputError: Not a whole number, or outside the limits.
    """
    is_whole = (isinstance(given, Integral) and not isinstance(given, bool)) or (
        isinstance(given, float) and given.is_integer()
    )
    if is_whole and given >= at_least and (at_most is None or given <= at_most):
        return int(given)
    limits = f"{at_least} or more" if at_most is None else f"from {at_least} to {at_most}"
    raise InputError(f"{name} is {given!r}", f"expected a whole number, {limits}")


def one_of(name: str, given: Any, allowed: Collection[str]) -> str:
    """Return `given` if it is one of the allowed words.

    Raises:
        UnknownNameError: Any other value.
    """
    if isinstance(given, str) and given in allowed:
        return given
    raise UnknownNameError(
        f"{name} is {given!r}",
        "expected one of " + ", ".join(sorted(allowed)),
        nearest_names(str(given), allowed, count=1),
    )


def no_unknown_keywords(function: str, unknown: Collection[str], known: Collection[str]) -> None:
    """Refuse keyword arguments that a front-door function does not take.

    Raises:
        UnknownKeywordError: At least one unknown keyword.
    """
    for keyword in unknown:
        raise UnknownKeywordError(
            f"{function}() has no keyword {keyword!r}",
            "it takes " + ", ".join(known),
            nearest_names(keyword, known, count=1),
        )
