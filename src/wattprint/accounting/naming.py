"""What the accelerators of a partition are, by the site and by what the log calls them."""

import re
from functools import lru_cache
from typing import NamedTuple

from wattprint.domain.errors import AmbiguousNameError, UnknownNameError
from wattprint.domain.evidence import Evidence, Method
from wattprint.factors.accelerators import Accelerator, accelerators

UNKNOWN_ACCELERATOR = Accelerator(
    name="unknown accelerator",
    family="",
    is_family_default=False,
    aliases=(),
    vendor="",
    kind="gpu",
    tdp_w=None,
    tdp_note="",
    memory_gb=None,
    memory_type="",
    source="wattprint_analysis",
    year=None,
    verified=True,
    segment="datacentre",
)
"""What stands in for one that nobody named."""
_PART = re.compile(r"(?:mig[_-])?\d+[cg]\.\d+g", re.IGNORECASE)
"""Where the name of a part of an accelerator begins: slices, and memory."""


class Naming(NamedTuple):
    """What is said of the name of accelerators.

    The site mostly says more than the log ('A100 SXM4 80GB' of an `a100`). Where the log names
    another family, the log is right: it is written by the machines themselves.
    """

    said: str | None
    """By the site."""
    logged: str
    """By the log; empty where it says nothing."""
    spelled: str | None = None
    """What the site says that the log's word means."""
    of_instance: str | None = None
    """Those of a cloud instance."""

    @property
    def name(self) -> str | None:
        """Name by which the tables know them; None where nothing says it."""
        if self.of_instance is not None or self.spelled is not None:
            return self.of_instance or self.spelled
        logged = known_name(self.logged)
        if self.said is None:
            return logged
        return logged if logged is not None and _are_apart(logged, self.said) else self.said

    def part(self) -> Accelerator:
        """Return them as the tables have them, or what stands in for unknown ones."""
        return (
            UNKNOWN_ACCELERATOR if self.name is None else accelerators().find(self.name).accelerator
        )

    def evidence(self) -> tuple[Evidence, ...]:
        """Return how they came to their name, where that needs words."""
        name, words = self.name, ""
        if name is None:
            words = "nothing names it"
            words = f"the log calls it {self.logged!r}: no such name" if self.logged else words
        elif self.said not in (None, name) and self.spelled is None:
            words = f"the site says {self.said!r}, the log {self.logged!r}: the log's"
        elif self.logged and name not in (self.logged, self.said):
            words = f"what the log calls {self.logged!r}"
        if not words:
            return ()
        method = Method.MISSING if name is None else Method.MODELLED
        part = self.part()
        words = f"{part.name}: {words}"
        return (Evidence("accelerator", None, "", method, part.source, part.year, words),)


@lru_cache(maxsize=1024)
def known_name(logged: str) -> str | None:
    """Return the name by which the tables know what a log calls an accelerator; None for none.

    A part of one (MIG, `a100_3g.20gb`) has the name of the whole: how much of it a job had is in
    the number that the reader of the log gives.

    >>> known_name("a100_3g.20gb")
    'a100'
    """
    whole = _PART.split(logged, maxsplit=1)[0].rstrip("_-.: ")
    for name in (whole, logged):
        if not name:
            continue
        try:
            accelerators().find(name)
        except (AmbiguousNameError, UnknownNameError):
            continue
        return name
    return None


def _are_apart(one: str, other: str) -> bool:
    """Tell whether two names are of different families."""
    families = [accelerators().find(name).accelerator.family for name in (one, other)]
    return families[0] != families[1]
