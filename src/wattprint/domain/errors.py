"""Every error Wattprint raises on purpose.

WattprintError
├── InputError (ValueError)              what was given, what is allowed, nearest match
│   ├── UnknownNameError (LookupError)   no such accelerator, CPU, zone, region, run
│   ├── AmbiguousNameError (LookupError) a name that fits several entries
│   ├── ContradictionError               two inputs that cannot both be true
│   ├── UnknownKeywordError (TypeError)  a misspelt keyword argument
│   └── HomeError (OSError)              a home folder that cannot be used
└── RecordError (ValueError)             a record or table that is not what it claims to be
"""

from collections.abc import Iterable, Sequence


class WattprintError(Exception):
    """Base of all errors that Wattprint raises on purpose."""


class InputError(WattprintError, ValueError):
    """An input that is refused, with what would have been accepted.

    Args:
        given: What was given and why it is refused, e.g. "zone 'DEX' is unknown".
        allowed: What is allowed, e.g. "zones look like 'DE' or 'US-CAL-CISO'".
        nearest: Accepted inputs closest to what was given, best first.
    """

    def __init__(self, given: str, allowed: str, nearest: Sequence[str] = ()) -> None:
        self.given = given
        self.allowed = allowed
        self.nearest = tuple(nearest)
        super().__init__(_three_parts(given, allowed, self.nearest))

    def __reduce__(self) -> tuple[type["InputError"], tuple[str, str, tuple[str, ...]]]:
        """Rebuild it from its parts, so that a refusal can come back from a worker process."""
        return type(self), (self.given, self.allowed, self.nearest)


class UnknownNameError(InputError, LookupError):
    """A name that no entry carries."""


class AmbiguousNameError(InputError, LookupError):
    """A name that several entries carry; `nearest` holds the candidates."""


class ContradictionError(InputError):
    """Two inputs that cannot both be true."""


class UnknownKeywordError(InputError, TypeError):
    """A keyword argument that the function does not take."""


class HomeError(InputError, OSError):
    """A home folder that cannot be read or written."""


class RecordError(WattprintError, ValueError):
    """A record or table that cannot be read as what it claims to be."""


def _three_parts(given: str, allowed: str, nearest: Sequence[str]) -> str:
    message = f"{given}; {allowed}."
    if nearest:
        message += " Nearest: " + ", ".join(repr(name) for name in nearest) + "."
    return message


def nearest_names(name: str, known: Iterable[str], count: int = 3) -> tuple[str, ...]:
    """Return up to `count` known names closest in spelling to `name`, best first."""
    from difflib import get_close_matches  # only a refusal needs it

    by_folded = {candidate.casefold(): candidate for candidate in known}
    close = get_close_matches(name.casefold(), by_folded, n=count, cutoff=0.5)
    return tuple(by_folded[folded] for folded in close)
