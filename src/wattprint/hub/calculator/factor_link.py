"""The factor set that a link names, and whether this hub has it."""

from typing import NamedTuple

from wattprint.factors.tables import shipped

_SHORTEST = 7
"""Letters of a digest that name it."""
_SHOWN = 12


class Vintage(NamedTuple):
    """What a link says of the factor set that its figures were made with."""

    named: str
    """As the link names it; empty where it does not."""
    here: str
    """Ours."""
    is_here: bool
    """Whether ours is the one that it names, or it names none."""


def label() -> str:
    """Return how a link names the factor set of this hub: version and the digest's beginning."""
    return f"{shipped().version}-{shipped().sha256[:_SHOWN]}"


def vintage(named: str) -> Vintage:
    """Return whether the factor set that a link names is ours.

    Args:
        named: A version, the beginning of a digest, or both as `label` writes them.
    """
    asked = named.strip().casefold()
    version, digest = shipped().version, shipped().sha256
    of_digest = asked.removeprefix(f"{version}-")
    is_digest = len(of_digest) >= _SHORTEST and digest.startswith(of_digest)
    return Vintage(named.strip(), label(), not asked or asked == version or is_digest)
