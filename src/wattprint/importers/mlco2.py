r"""The sentences that the ML CO2 Impact calculator writes, as LaTeX, HTML, Markdown or plain text.

    Experiments were conducted using <provider> in region <region>, which has a carbon efficiency
    of <n> kgCO$_2$eq/kWh. A cumulative of <n> hours of computation was performed on hardware of
    type <name> (TDP of <n>W). Total emissions are estimated to be <n> kgCO$_2$eq of which <n>
    percents were directly offset by the cloud provider.

The calculator multiplies hours, TDP and intensity: its hours are those of all accelerators added
up. The share that is offset is kept beside the figure and never subtracted.
"""

import html
import re
from collections import deque
from collections.abc import Iterator
from typing import NamedTuple, TextIO

from wattprint.domain import units
from wattprint.domain.errors import InputError
from wattprint.domain.imported import (
    LARGEST_G,
    LARGEST_S,
    Doubt,
    ImportedRecord,
    RejectedRow,
    Reported,
)
from wattprint.importers.cells import amount, one_clause, plain_digits, stated
from wattprint.importers.hardware_words import hardware_in
from wattprint.importers.places import region_of, zone_in
from wattprint.importers.reading import Reading, Rows
from wattprint.importers.source import whole_text

_LARGEST_TEXT = 16 << 20
"""Characters of the longest text; a book has a million."""
_LONGEST_PASSAGE = 2000
"""Characters before and after 'A cumulative of' in which the other sentences stand."""
_ANCHOR = re.compile(r"\bcumulative\s+of\b", re.IGNORECASE)
_NUMBER = r"(\d[\d,_]{0,15}(?:\.\d{1,12})?)"
_OF_COMPUTATION = rf"{_NUMBER} ?(?:GPU[- ]?)?hours,? of computation"
_HOURS = re.compile(rf"cumulative of (?:[^.]{{1,40}}? or )?{_OF_COMPUTATION}")
_FURTHER_HOURS = re.compile(rf"and {_OF_COMPUTATION}")
_HARDWARE = tuple(
    re.compile(begin + r" (.{1,150}?)(?:\.\s|\.$|, | and )")
    for begin in ("on (?:the )?hardware of type", "computation was (?:mainly )?performed on")
)
_EFFICIENCY = re.compile(rf"carbon efficiency of {_NUMBER} ?(kg|g) ?CO ?2? ?eq?\.? ?/ ?kWh")
_WHERE = re.compile(
    r"(?:conducted using|[Ww]e used) (.{1,80}?)(?: in (?:the )?(?:region )?(.{1,60}?))?"
    r"(?:, which has|\. ?A? ?$)"
)
_EMISSIONS = re.compile(
    rf"(?:emissions (?:are|were) estimated to be|emitted a total of approximately)"
    rf" {_NUMBER} ?(kg|g|t)? ?(?:of )?CO ?2? ?(?:eq)?"
)
_OFFSET = re.compile(rf"of which {_NUMBER} ?(percents?|%|kg)")
_PROVIDERS = {
    "google cloud platform": "gcp",
    "amazon web services": "aws",
    "microsoft azure": "azure",
    "azure": "azure",
    "ovhcloud": "ovh",
}
_SCALES_G = {"g": 1.0, "kg": units.GRAMS_PER_KILOGRAM, "t": 1e6, "": units.GRAMS_PER_KILOGRAM}
_MARKUP = (
    (re.compile(r"<[^<>]{1,200}>"), ""),
    (re.compile(r"(?m)^\s*%.*$"), " "),
    (
        re.compile(r"\\(?:text|textbf|emph|mathrm|mathit|href\{[^{}]{0,200}\})\{([^{}]{0,200})\}"),
        r"\1",
    ),
    (re.compile(r"\\[,;: ]|\$|[{}]|_(?=2)|\*{1,2}|`"), ""),
    (re.compile(r"\s+"), " "),
)


def is_mlco2(name: str, head: str) -> bool:  # noqa: ARG001 - one shape for all kinds
    """Tell the sentences by the one that no other tool writes."""
    return any(_HOURS.search(passage.after) for passage in _passages(head))


def parse_mlco2(stream: TextIO, reading: Reading) -> Rows:  # noqa: ARG001 - one shape for all
    """Yield one record a set of sentences.

    Args:
        stream: A paper, a page or a snippet.
        reading: Not used: the place was chosen by hand.
    """
    text, is_whole = whole_text(stream, _LARGEST_TEXT)
    if not is_whole:
        yield RejectedRow(1, f"a text of more than {_LARGEST_TEXT >> 20} MB")
        return
    for passage in _passages(text):
        if _HOURS.search(passage.after) is None:
            continue
        try:
            yield _record(passage)
        except InputError as error:
            yield RejectedRow(passage.at_line, one_clause(error))


def plain_text(text: str) -> str:
    """Return text without the marks of HTML, LaTeX and Markdown, and without line ends."""
    text = html.unescape(text)
    for pattern, replacement in _MARKUP:
        text = pattern.sub(replacement, text)
    return text


class _Passage(NamedTuple):
    """What stands around one 'A cumulative of'."""

    at_line: int
    before: str
    after: str
    """From 'A cumulative of' on."""


def _passages(text: str) -> Iterator[_Passage]:
    starts = [match.start() for match in _ANCHOR.finditer(text)]
    bounds = [0, *starts, len(text)]
    at_line = 1
    for i, start in enumerate(starts, 1):
        at_line += text.count("\n", bounds[i - 1], start)
        begin = max(bounds[i - 1], start - _LONGEST_PASSAGE)
        end = min(bounds[i + 1], start + _LONGEST_PASSAGE)
        yield _Passage(
            at_line,
            plain_text(text[begin:start]),
            plain_text(text[start:end]),
        )


def _record(passage: _Passage) -> ImportedRecord:
    """Return what a set of sentences says.

    Raises:
        InputError: A figure is none, or the emissions are missing.
    """
    hours_text = _found(_HOURS, passage.after)
    emitted = _EMISSIONS.search(passage.after)
    if emitted is None:
        raise InputError("no emissions are said", "expected 'Total emissions are estimated to be'")
    unit = emitted[2] or ""
    grams = _amount("emissions", emitted[1], LARGEST_G / _SCALES_G[unit]) * _SCALES_G[unit]
    hours = _amount("hours", hours_text, LARGEST_S / units.SECONDS_PER_HOUR)
    reported = [
        Reported("emissions", emitted[1], unit or "kg"),
        Reported("hours", hours_text, "device-h"),
    ]
    efficiency = _last(_EFFICIENCY, passage.before)
    if efficiency is not None:
        reported.append(Reported("intensity", efficiency[1], f"{efficiency[2]}/kWh"))
    if (offset := _OFFSET.search(passage.after)) is not None:
        reported.append(Reported("offset", offset[1], "kg" if offset[2] == "kg" else "%"))
    matches = (pattern.search(passage.after) for pattern in _HARDWARE)
    hardware = next(filter(None, matches), None)
    doubts = [] if unit else [Doubt("unit", "the sentence names no unit; the calculator means kg")]
    if (further := _FURTHER_HOURS.search(passage.after, 0, emitted.start())) is not None:
        doubts.append(Doubt("hours", f"{further[1]} hours more are said, of other hardware"))
    return ImportedRecord(
        at_line=passage.at_line,
        emissions_g=grams,
        place=_place(passage.before),
        hardware=_hardware(None if hardware is None else hardware[1], hours),
        reported=tuple(reported),
        doubts=tuple(doubts),
    )


def _found(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return "" if match is None else match[1]


def _last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    return next(iter(deque(pattern.finditer(text), maxlen=1)), None)


def _amount(name: str, text: str, at_most: float) -> float:
    value = amount(name, plain_digits(text), at_most=at_most)
    if value is None:
        raise InputError(f"{name} is {text!r}", "expected a number")
    return value


def _place(before: str) -> dict[str, object]:
    where = _last(_WHERE, before)
    if where is None:
        return {}
    provider, region = stated(where[1]), stated(where[2] or "")
    said: dict[str, object] = {
        name: text for name, text in (("provider", provider), ("cloud", region)) if text
    }
    known = _PROVIDERS.get((provider or "").partition(" (")[0].casefold())
    if (found := region_of(known, region)) is not None:
        said["region"] = found
    elif (zone := zone_in(region)) is not None:
        said["zone"] = zone
    return said


def _hardware(words: str | None, hours: float) -> dict[str, object]:
    said: dict[str, object] = {"device_hours": hours}
    if words is None:
        return said
    found = hardware_in(words)
    # Hours are those of all devices together, whatever their number.
    names = {"accelerator": found.accelerator, "cpu": found.cpu, "tdp_w": found.tdp_w}
    return {**said, "words": words, **{n: v for n, v in names.items() if v is not None}}
