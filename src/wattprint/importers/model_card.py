"""Model cards of the Hugging Face Hub: `co2_eq_emissions` in all the shapes that people write.

A bare number, a mapping with `emissions`, or a list of mappings; numbers with underscores, commas
or a unit. The Hub defines grams. What is doubtful about the unit is said beside the figure, which
is kept as it was reported.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, TextIO

from wattprint.domain import units
from wattprint.domain.errors import InputError
from wattprint.domain.imported import (
    LARGEST_G,
    LARGEST_KWH,
    LARGEST_S,
    Doubt,
    ImportedRecord,
    RejectedRow,
    Reported,
)
from wattprint.importers.card_units import (
    Context,
    full_power_w,
    read_unit,
    usual_intensity,
)
from wattprint.importers.card_units import (
    Reading as UnitReading,
)
from wattprint.importers.card_yaml import KEY, Block, block_of
from wattprint.importers.cells import (
    EMPTY,
    amount,
    clean,
    number_in,
    one_clause,
    plain_digits,
    shown,
    stated,
)
from wattprint.importers.hardware_words import Hardware, hardware_in
from wattprint.importers.places import zone_in
from wattprint.importers.reading import Reading, Rows
from wattprint.importers.source import whole_text

_LARGEST_CARD = 16 << 20
_FIGURE_KEYS = ("emissions", "emission", KEY, "total_emissions", "value", "amount")
_ENERGY_KEYS = (
    "energy_consumed",
    "energy",
    "energy_kwh",
    "power_consumption",
    "energy_consumption",
)
_HOURS_KEYS = ("hours_used", "training_hours", "hours", "duration_hours", "compute_hours")
_PLACE_KEYS = (
    "geographical_location",
    "geographic_location",
    "geo_location",
    "location",
    "region",
    "compute_region",
    "country",
)
_HARDWARE_KEYS = ("hardware_used", "hardware", "hardware_type", "gpu", "gpu_model")
_STAGES = {
    "pretrain": "pretrain",
    "fromscratch": "pretrain",
    "finetun": "finetune",
}
_SCALES_G = {
    "": 1.0,
    "mg": 1e-3,
    "g": 1.0,
    "gram": 1.0,
    "grams": 1.0,
    "gr": 1.0,
    "kg": 1e3,
    "kgs": 1e3,
    "kilo": 1e3,
    "kilogram": 1e3,
    "kilograms": 1e3,
    "t": 1e6,
    "ton": 1e6,
    "tons": 1e6,
    "tonne": 1e6,
    "tonnes": 1e6,
    "tco": 1e6,
    "kgco": 1e3,
    "gco": 1.0,
}
"""Units as people write them before 'CO2', without case. [g]"""
_UNIT = re.compile(r"^[\s~(]*(?:in\s+)?([A-Za-z]+)")
_UNIT_IN_WORDS = re.compile(r"\b(mg|g|grams?|kgs?|kilograms?|t|tonnes?)(?:\s*of)?\s*CO", re.I)
_BODY_HOURS = re.compile(
    r"^\W{0,6}Hours used\W{1,6}(\d[\d,]{0,9}(?:\.\d{1,6})?)\s*(?:h|hours?)?\W*$", re.I | re.M
)
_BODY_HARDWARE = re.compile(r"^\W{0,6}Hardware Type\W{1,6}(.{2,120})$", re.I | re.M)
_SOURCES = {"codecarbon": "codecarbon", "mlco2": "mlco2", "ml co2": "mlco2"}


def is_model_card(name: str, head: str) -> bool:  # noqa: ARG001 - one shape for all kinds
    """Tell a card by its key."""
    return re.search(rf"""^(["']?){KEY}\1\s*:""", head, re.MULTILINE) is not None


def looks_like_card(name: str, head: str) -> bool:  # noqa: ARG001 - one shape for all kinds
    """Tell a card that may say its emissions further below, or not at all."""
    return name.casefold().removesuffix(".gz").endswith((".md", ".markdown"))


def parse_model_card(stream: TextIO, reading: Reading) -> Rows:
    """Yield the trainings of a card: one as a rule, several where it is a list of them.

    Args:
        stream: The card, or its metadata alone.
        reading: Its name is the card's.
    """
    text, is_whole = whole_text(stream, _LARGEST_CARD)
    if not is_whole:
        yield RejectedRow(1, f"a card of more than {_LARGEST_CARD >> 20} MB")
        return
    try:
        block = block_of(text)
    except InputError as error:
        yield RejectedRow(1, one_clause(error))
        return
    for said in _trainings(block.value):
        try:
            yield _Card(block, said, text, reading).record()
        except InputError as error:
            yield RejectedRow(block.at_line, one_clause(error))


def _trainings(value: Any) -> Iterator[dict[str, str]]:
    """Yield what is said of each training: keys in small letters, values as texts."""
    parts = value if isinstance(value, list) else [value]
    said: dict[str, str] = {}
    for part in parts[:200]:
        if not isinstance(part, Mapping):
            said = said or {"emissions": part if isinstance(part, str) else ""}
            continue
        found = {
            re.sub(r"[\s-]+", "_", str(key).strip()).casefold(): text
            for key, text in part.items()
            if isinstance(text, str)
        }
        if _figure(said) is not None and _figure(found) is not None:
            yield said
            said = {}
        said |= found
    yield said


def _figure(said: Mapping[str, str]) -> str | None:
    return next((said[key] for key in _FIGURE_KEYS if key in said), None)


def _first(said: Mapping[str, str], keys: tuple[str, ...]) -> str | None:
    return next((text for key in keys if (text := stated(said.get(key, "")))), None)


class _Card:
    """One training of a card."""

    def __init__(self, block: Block, said: dict[str, str], text: str, reading: Reading) -> None:
        self._block = block
        self._said = said
        self._text = text
        self._name = reading.name
        self._doubts: list[Doubt] = []
        if block.fault:
            self._doubts.append(
                Doubt("yaml", f"YAML refuses the block, it was read by lines: {block.fault}")
            )

    def record(self) -> ImportedRecord:
        """Return the training.

        Raises:
            InputError: Its emissions are no number, or larger than can be.
        """
        raw = _figure(self._said)
        if raw is None:
            raise InputError(f"{KEY} has no emissions", "expected 'emissions: 12.3'")
        words, hardware = self._hardware()
        place = self._place()
        energy_kwh = self._number(_ENERGY_KEYS, LARGEST_KWH)
        hours = self._hours(hardware)
        unit, grams = self._grams(raw)
        read = self._meaning(unit, grams, self._context(hardware, place, energy_kwh, hours))
        if read.doubt is not None:
            self._doubts.append(read.doubt)
        return ImportedRecord(
            at_line=self._block.at_line,
            name=stated(self._name),
            stage=self._stage(),
            duration_s=None if hours is None else min(hours * units.SECONDS_PER_HOUR, LARGEST_S),
            energy_kwh=energy_kwh,
            energy_at=None if energy_kwh is None else "chips",
            emissions_g=grams,
            meant_g=read.meant_g,
            place=place,
            hardware=self._hardware_dict(words, hardware),
            software=self._software(),
            reported=self._reported(raw, unit),
            doubts=tuple(self._doubts),
        )

    def _grams(self, raw: str) -> tuple[str, float | None]:
        """Return the unit that is written, and the figure in grams; None where it is unknown."""
        text = raw.strip()
        if text.casefold() in EMPTY | {"not specified", "not measured", "tbd", "?"}:
            self._doubts.append(Doubt("zero", f"the card says {shown(text)}: not measured"))
            return "", None
        found = number_in(text)
        if found is None or text.startswith("-"):
            raise InputError(f"emissions are {shown(text)}", "expected a number of grams")
        digits, rest = found
        number = amount("emissions", plain_digits(digits), at_most=LARGEST_G)
        unit = self._written_unit(rest)
        if not number:
            self._doubts.append(Doubt("zero", "0 is how cards say that nothing was measured"))
            return unit, None
        return unit, min(number * _SCALES_G[unit], LARGEST_G)

    def _written_unit(self, rest: str) -> str:
        """Return the unit behind the number, or that of a key of its own."""
        match = _UNIT.match(rest)
        unit = "" if match is None else match[1].casefold()
        unit = "" if unit.startswith(("co", "eq")) else unit
        unit = (
            unit or (stated(self._said.get("unit", self._said.get("units", ""))) or "").casefold()
        )
        unit = re.sub(r"[^a-z].*$|co$|coe?q?$", "", unit)
        if unit not in _SCALES_G:
            raise InputError(f"the unit of emissions is {shown(unit)}", "expected g, kg or t")
        return unit

    def _meaning(self, unit: str, grams: float | None, context: Context) -> UnitReading:
        if grams is None or unit:
            return UnitReading()
        comment = next(
            (text for key, text in self._block.comments.items() if key.casefold() in _FIGURE_KEYS),
            "",
        )
        in_words = _UNIT_IN_WORDS.search(comment)
        if in_words is None or _SCALES_G[in_words[1].casefold()] == 1.0:
            return read_unit(grams, context)
        meant_g = units.round_significant(grams * _SCALES_G[in_words[1].casefold()], 15)
        text = f"a factor of 1,000 is in doubt: the comment beside it says {in_words[1]}"
        return UnitReading((meant_g,), Doubt("unit", text))

    def _context(
        self,
        hardware: Hardware,
        place: Mapping[str, Any],
        energy_kwh: float | None,
        hours: float | None,
    ) -> Context:
        power_w = full_power_w(hardware.accelerator, hardware.cpu, hardware.devices)
        name = hardware.accelerator or hardware.cpu or ""
        return Context(
            energy_kwh=energy_kwh,
            device_hours=hours,
            power_w=power_w,
            is_counted=hardware.devices is not None,
            g_per_kwh=usual_intensity(place.get("zone")),
            stage=self._stage(),
            hardware=f"{hardware.devices or 1} {name}",
        )

    def _hours(self, hardware: Hardware) -> float | None:
        """Return hours by the clock: of the metadata, else of the words, else of the text."""
        hours = self._number(_HOURS_KEYS, LARGEST_S / units.SECONDS_PER_HOUR)
        if hours is not None or (hours := hardware.hours) is not None:
            return hours
        found = _BODY_HOURS.search(self._text)
        if found is None:
            return None
        try:
            return amount(
                "hours", plain_digits(found[1]), at_most=LARGEST_S / units.SECONDS_PER_HOUR
            )
        except InputError:
            return None

    def _number(self, keys: tuple[str, ...], at_most: float) -> float | None:
        """Return a figure beside the emissions; None where it is none, as it is not asked for."""
        found = number_in(_first(self._said, keys) or "")
        if found is None:
            return None
        try:
            return amount(keys[0], plain_digits(found[0]), at_most=at_most)
        except InputError:
            return None

    def _hardware(self) -> tuple[str | None, Hardware]:
        words = _first(self._said, _HARDWARE_KEYS)
        if words is None and (found := _BODY_HARDWARE.search(self._text)) is not None:
            words = stated(found[1].strip("* \t"))
        if words is None or words.startswith("["):  # the template's '[More Information Needed]'
            return None, Hardware()
        return words, hardware_in(words)

    def _hardware_dict(self, words: str | None, found: Hardware) -> dict[str, object]:
        said = {
            "words": words,
            "accelerator": found.accelerator,
            "accelerator_count": found.devices if found.accelerator else None,
            "cpu": found.cpu or stated(self._said.get("cpu_model", "")),
        }
        return {name: value for name, value in said.items() if value is not None}

    def _place(self) -> dict[str, object]:
        words = _first(self._said, _PLACE_KEYS)
        if words is None:
            return {}
        zone = zone_in(words)
        return {"location": words} if zone is None else {"location": words, "zone": zone}

    def _stage(self) -> str | None:
        words = re.sub(r"[^a-z]", "", self._said.get("training_type", "").casefold())
        return next((stage for part, stage in _STAGES.items() if part in words), None)

    def _software(self) -> dict[str, str]:
        source = (stated(self._said.get("source", "")) or "").casefold()
        squeezed = source.replace(" ", "") + " " + source
        return next(({"source": tool} for part, tool in _SOURCES.items() if part in squeezed), {})

    def _reported(self, raw: str, unit: str) -> tuple[Reported, ...]:
        beside = ("source", "training_type", *_ENERGY_KEYS, *_HOURS_KEYS, "training_time")
        rest = ((key, stated(self._said.get(key, ""))) for key in beside)
        named = {**dict.fromkeys(_ENERGY_KEYS, "kWh"), **dict.fromkeys(_HOURS_KEYS, "h")}
        return (
            Reported("emissions", clean(raw.strip()[:200]), unit),
            *(Reported(key, text, named.get(key, "")) for key, text in rest if text is not None),
        )
