"""Accelerators by any common spelling."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from wattprint.domain.errors import AmbiguousNameError, UnknownNameError, nearest_names
from wattprint.factors.names import accelerator_words, squeezed
from wattprint.factors.tables import Row, optional_float, optional_int, shipped


class Accelerator(NamedTuple):
    """A GPU, TPU or NPU as its vendor describes it."""

    name: str
    family: str
    is_family_default: bool
    aliases: tuple[str, ...]
    vendor: str
    kind: str
    tdp_w: float | None
    """Thermal design power; None where the vendor publishes none. [W]"""
    tdp_note: str
    memory_gb: float | None
    memory_type: str
    source: str
    year: int | None
    verified: bool
    segment: str = ""
    """`datacentre`, `workstation`, `consumer`, `laptop` or `embedded`."""
    process_nm: float | None = None
    """Process node of its main die. [nm]"""
    die_mm2: float | None = None
    """Area of its dies; None where it is not published. [mm2]"""

    @property
    def label(self) -> str:
        """Name and watts, as listed among candidates."""
        watts = "power not published" if self.tdp_w is None else f"{self.tdp_w:g} W"
        return f"{self.name} ({watts})"


class AcceleratorMatch(NamedTuple):
    """The accelerator a name stands for, and how sure that is."""

    accelerator: Accelerator
    candidates: tuple[Accelerator, ...] = ()
    """Other parts the name fits; empty when it fits this one alone."""

    @property
    def is_assumed(self) -> bool:
        """Whether another part the name fits draws another power, as far as is published."""
        return any(other.tdp_w not in (None, self.accelerator.tdp_w) for other in self.candidates)


class AcceleratorTable:
    """Look-up over rows of the accelerator table."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.entries = tuple(_accelerator(row) for row in rows)
        self._by_spelling = self._unshared_spellings()
        self._by_name = {entry.name.casefold(): entry for entry in self.entries}
        self._words = {entry.name: _describing_words(entry) for entry in self.entries}

    def _unshared_spellings(self) -> dict[str, Accelerator]:
        """Return what each spelling stands for; one that two parts share stands for neither."""
        spelt: dict[str, dict[str, Accelerator]] = {}
        for entry in self.entries:
            for spelling in (entry.name, *entry.aliases):
                same = spelt.setdefault(squeezed(accelerator_words(spelling)), {})
                same[entry.name] = entry
        return {
            spelling: next(iter(same.values()))
            for spelling, same in spelt.items()
            if len(same) == 1
        }

    def find(self, text: str) -> AcceleratorMatch:
        """Return the accelerator that `text` stands for.

        A full name, vendor included, or an alias is certain. A family name ("A100") or a part of a
        name takes the family's default variant among those it fits, and lists the others.

        Raises:
            UnknownNameError: No such accelerator; `nearest` holds the closest names.
            AmbiguousNameError: The name fits several families.
        """
        if (named := self._by_name.get(text.strip().casefold())) is not None:
            return AcceleratorMatch(named)
        for keep_line in (True, False):
            words = accelerator_words(text, keep_line=keep_line)
            if words and (match := self._match(words, keep_line)):
                return match
        raise UnknownNameError(
            f"accelerator {text!r} is unknown",
            "expected a name such as 'A100 SXM4 80GB' or 'RTX 3090' "
            "(`wattprint factors list accelerator`), or --power-w instead",
            nearest_names(text, self._spellings()),
        )

    def _match(self, words: tuple[str, ...], keep_line: bool) -> AcceleratorMatch | None:
        certain = self._by_spelling.get(squeezed(words)) if keep_line else None
        if certain is not None and not self._is_family_name(words, certain):
            return AcceleratorMatch(certain)
        families = self._families(words, keep_line)
        if len(families) > 1:
            raise AmbiguousNameError(
                f"accelerator {' '.join(words)!r} fits several families",
                "expected the name of one part",
                [entry.label for entry in self.entries if entry.family in families],
            )
        return self._within_family(families[0], words, keep_line) if families else None

    def _families(self, words: tuple[str, ...], keep_line: bool) -> list[str]:
        """Return the families all of whose words are in `words`; only the longest-named."""
        fitting: dict[str, int] = {}
        for entry in self.entries:
            family = accelerator_words(entry.family, keep_line=keep_line)
            rest = _without(words, family)
            if rest is not None and family and self._fits(entry, rest):
                fitting[entry.family] = len(squeezed(family))
        longest = max(fitting.values(), default=0)
        return [family for family, length in fitting.items() if length == longest]

    def _within_family(
        self, family: str, words: tuple[str, ...], keep_line: bool
    ) -> AcceleratorMatch:
        named = accelerator_words(family, keep_line=keep_line)
        rest = _without(words, named) or ()
        fitting = [e for e in self.entries if e.family == family and self._fits(e, rest)]
        default = next(e for e in self.entries if e.family == family and e.is_family_default)
        chosen = min(fitting, key=lambda entry: self._distance(entry, default))
        return AcceleratorMatch(chosen, tuple(e for e in fitting if e is not chosen))

    def _fits(self, entry: Accelerator, words: Sequence[str]) -> bool:
        """Return whether every further word describes the entry ('sxm' fits 'sxm4')."""
        described = self._words[entry.name]
        return all(any(_describes(known, word) for known in described) for word in words)

    def _distance(self, entry: Accelerator, default: Accelerator) -> tuple[bool, int]:
        """Order variants: the default itself, then those that differ least from it."""
        differing = self._words[entry.name] ^ self._words[default.name]
        return entry is not default, len(differing)

    def _is_family_name(self, words: tuple[str, ...], entry: Accelerator) -> bool:
        siblings = sum(other.family == entry.family for other in self.entries)
        return siblings > 1 and words == accelerator_words(entry.family)

    def _spellings(self) -> list[str]:
        return [s for e in self.entries for s in (e.name, e.family, *e.aliases)]


def _describing_words(entry: Accelerator) -> frozenset[str]:
    words = {word for name in (entry.name, *entry.aliases) for word in accelerator_words(name)}
    if entry.memory_gb is not None:
        words.add(f"{entry.memory_gb:g}gb")
    return frozenset(words | {entry.memory_type.casefold(), entry.vendor, entry.kind})


def _describes(known: str, word: str) -> bool:
    is_form_factor = word in ("sxm", "hbm") and known.startswith(word)
    is_bare_size = word.isdigit() and known == f"{word}gb"
    return known == word or is_form_factor or is_bare_size


def _without(words: Sequence[str], taken: Sequence[str]) -> tuple[str, ...] | None:
    """Return `words` less those taken, or None when one of these is not among them."""
    rest = list(words)
    for word in taken:
        if word not in rest:
            return None
        rest.remove(word)
    return tuple(rest)


def _accelerator(row: Row) -> Accelerator:
    return Accelerator(
        name=row["name"],
        family=row["family"],
        is_family_default=row["family_default"] == "1",
        aliases=tuple(alias for alias in row["aliases"].split("|") if alias),
        vendor=row["vendor"],
        kind=row["kind"],
        tdp_w=optional_float(row["tdp_w"]),
        tdp_note=row["tdp_note"],
        memory_gb=optional_float(row["memory_gb"]),
        memory_type=row["memory_type"],
        source=row["source"],
        year=optional_int(row["year"]),
        verified=row["verified"] == "yes",
        segment=row["segment"],
        process_nm=optional_float(row["process_nm"]),
        die_mm2=optional_float(row["die_mm2"]),
    )


@lru_cache(maxsize=1)
def accelerators() -> AcceleratorTable:
    """Return the accelerators of the shipped factor set."""
    return AcceleratorTable(shipped().rows("accelerators"))
