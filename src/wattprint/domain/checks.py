"""Checks of single inputs: each returns the value it was given, or refuses it by name."""

from collections.abc import Collection
from math import isfinite

from wattprint.domain.errors import InputError, UnknownKeywordError, UnknownNameError, nearest_names


def number(
    name: str,
    given: object,
    *,
    at_least: float = 0.0,
    at_most: float = float("inf"),
    hint: str = "",
) -> float:
    """Return `given` as a finite float within its limits.

    Raises:
        InputError: Not a number, not finite, or outside the limits.
    """
    value = _as_float(given)
    if value is not None and isfinite(value) and at_least <= value <= at_most:
        return value
    upper = "" if at_most == float("inf") else f" to {at_most:g}"
    allowed = f"expected a finite number, {at_least:g}{upper or ' or more'}"
    raise InputError(f"{name} is {given!r}", allowed + (f" ({hint})" if hint else ""))


def _as_float(given: object) -> float | None:
    """Return any kind of number, numpy's scalars included, as a float; None for what is none."""
    if isinstance(given, (bool, str, bytes)) or not hasattr(given, "__float__"):
        return None
    try:
        return float(given)
    except (TypeError, ValueError, OverflowError):
        return None


def whole_number(name: str, given: object, *, at_least: int, at_most: int | None = None) -> int:
    """Return `given` as an int within its limits; 8.0 is accepted, 1.5 and True are not.

    Raises:
        InputError: Not a whole number, or outside the limits.
    """
    value = _as_float(given)
    if value is not None and value.is_integer():
        # An integer is left as it is: a counter may be beyond what a float can tell apart.
        whole = given if isinstance(given, int) else int(value)
        if whole >= at_least and (at_most is None or whole <= at_most):
            return whole
    limits = f"{at_least} or more" if at_most is None else f"from {at_least} to {at_most}"
    raise InputError(f"{name} is {given!r}", f"expected a whole number, {limits}")


def text(name: str, given: object) -> str:
    """Return `given` if it is a text that is not blank.

    Raises:
        InputError: Anything else.
    """
    if isinstance(given, str) and given.strip():
        return given
    raise InputError(f"{name} is {given!r}", "expected its name as text")


def one_of(name: str, given: object, allowed: Collection[str]) -> str:
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
