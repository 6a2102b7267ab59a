"""Texts of an address read as a description of work; what is wrong with each is said beside it."""

import math
import shlex
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any, NamedTuple
from urllib.parse import urlencode

from wattprint.domain.checks import number, one_of, whole_number
from wattprint.domain.errors import InputError
from wattprint.domain.footprint import Footprint
from wattprint.estimator.describe import estimate
from wattprint.estimator.work import LARGEST
from wattprint.factors.accelerators import accelerators
from wattprint.factors.cpus import cpus
from wattprint.factors.instances import instances
from wattprint.factors.machines import machine_class
from wattprint.factors.regions import regions
from wattprint.factors.zones import zones
from wattprint.hub.calculator.factor_link import label
from wattprint.hub.calculator.fields import (
    BY_NAME,
    FACTORS,
    FIELDS,
    LONGEST,
    NEUTRAL,
    NUMBER_OR_WORD,
    TEXT,
    WHOLE,
    Field,
)

_GENERAL = ""
"""Field of a fault that belongs to none."""
_NAMES: Mapping[str, Callable[[str], object]] = {
    "accelerator": lambda text: accelerators().find(text),
    "cpu": lambda text: cpus().find(text),
    "host": machine_class,
    "instance": lambda text: instances().find(text),
    "region": lambda text: regions().find(text),
    "zone": lambda text: zones().find(text),
}
_EXPECTED = {
    "accelerator": "expected a name such as 'H100' or 'A100 SXM4 80GB'",
    "cpu": "expected a model name such as 'AMD EPYC 7742'",
    "hours": "expected how many hours it took by the clock",
}
"""Where the reason of the library speaks of its other front doors."""


class Fault(NamedTuple):
    """What is wrong with a field."""

    text: str
    nearest: tuple[str, ...] = ()
    """What may have been meant; a click takes it."""

    @property
    def sentence(self) -> str:
        """Both as one text."""
        near = ", ".join(map(repr, self.nearest))
        return f"{self.text} Nearest: {near}." if near else self.text


class Asked(NamedTuple):
    """A description of work as an address has it."""

    texts: Mapping[str, str]
    """What each field says, as it was written; empty ones are not in it."""
    footprint: Footprint | None
    faults: Mapping[str, Fault]
    """By field; '' for one of the whole."""
    unread: tuple[str, ...] = ()
    """Names in the address that mean nothing here."""

    @property
    def is_blank(self) -> bool:
        """Whether nothing was asked yet."""
        return not self.texts and not self.faults

    @property
    def query(self) -> str:
        """The query of an address that asks the same, with the factor set that answers it."""
        return urlencode({**self.texts, FACTORS: label()})

    @property
    def command(self) -> str:
        """The same for a terminal."""
        words = [w for name, text in self.texts.items() for w in (BY_NAME[name].option, text)]
        return shlex.join(["wattprint", "estimate", *words])


def asked(query: Mapping[str, str]) -> Asked:
    """Read a query and estimate what it describes; nothing that it may hold raises.

    Args:
        query: Names and texts; blank ones count as left out.
    """
    texts = {
        field.name: query[field.name].strip()
        for field in FIELDS
        if query.get(field.name, "").strip()
    }
    unread = tuple(name for name in query if name not in BY_NAME and name != FACTORS)
    said = {name: text for name, text in texts.items() if NEUTRAL.get(name) != text}
    inputs, faults = _read(said)
    if faults or not said:
        return Asked(texts, None, faults, unread)
    try:
        return Asked(texts, estimate(**inputs), {}, unread)
    except InputError as error:
        name = field_of(error)
        return Asked(texts, None, {name: fault_of(error, name)}, unread)


def unread_words(name: str) -> str:
    """Say that a name in an address means nothing here, and which one may be meant."""
    near = get_close_matches(name, BY_NAME, n=1)
    words = f"parameter {name!r} is unknown"
    return f"{words}; nearest: {near[0]!r}." if near else f"{words}."


def _read(texts: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, Fault]]:
    inputs: dict[str, Any] = {}
    faults: dict[str, Fault] = {}
    for name, text in texts.items():
        try:
            inputs[name] = _value(BY_NAME[name], text)
        except InputError as error:
            faults[name] = fault_of(error, name)
    return inputs, faults


def _value(field: Field, text: str) -> Any:
    """Return what a field says.

    Raises:
        InputError: No number, one outside its limits, or a name that no table knows.
    """
    if len(text) > LONGEST or not text.isprintable():
        raise InputError(f"{field.name} is no name", f"expected at most {LONGEST} letters")
    if field.kind == TEXT:
        if field.words:
            return one_of(field.name, text, field.words)
        if field.name in _NAMES:
            _NAMES[field.name](text)
        return text
    if field.kind == NUMBER_OR_WORD and text in field.words:
        return text
    amount = _number(text)
    if amount is None:
        also = "".join(f" or {word!r}" for word in field.words)
        raise InputError(f"{field.name} is {text!r}", f"expected a number such as 8 or 1.5{also}")
    # A limit that only a mistaken unit passes is said to those who passed it alone.
    most = field.at_most if field.at_most < LARGEST or amount > LARGEST else math.inf
    if field.kind == WHOLE:
        whole_most = None if math.isinf(most) else int(most)
        return whole_number(field.name, amount, at_least=int(field.at_least), at_most=whole_most)
    return number(field.name, amount, at_least=field.at_least, at_most=most)


def _number(text: str) -> float | None:
    """Return a finite number in digits; '1,5' and '1_000' are read in more than one way."""
    if not text.isascii() or "_" in text:
        return None
    try:
        amount = float(text)
    except ValueError:
        return None
    return amount if math.isfinite(amount) else None


def field_of(error: InputError) -> str:
    """Return the field that a refusal speaks of, '' for none: its text begins with the name."""
    if "expected energy_at" in error.allowed:
        return "energy_at"
    if "expected hosts" in error.allowed:
        return "hosts"
    for beginning, name in _BEGINNINGS.items():
        if error.given.startswith(beginning):
            return name
    word = error.given.partition(" ")[0].casefold()
    return word if word in BY_NAME else _GENERAL


_BEGINNINGS = {
    "no duration": "hours",
    "nothing is given that draws power": "accelerator",
    "no PUE": "pue",
    "no WUE": "wue",
    "carbon_intensity": "intensity",
}


def fault_of(error: InputError, name: str) -> Fault:
    """Return a refusal of the library for people on a page, who have no command line.

    Args:
        error: The refusal.
        name: The field that it is of.
    """
    is_of_library = bool(error.nearest) or "device_hours" in error.allowed
    allowed = _EXPECTED.get(name, error.allowed) if is_of_library else error.allowed
    allowed = allowed.partition(" (`wattprint")[0]
    words = f"{error.given}; {allowed}.".replace("--power-w", "the power of one")
    return Fault(words.replace("--", ""), error.nearest)
