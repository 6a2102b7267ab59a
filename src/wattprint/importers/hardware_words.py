"""Hardware in people's words: '8x NVIDIA A100', '384 A100 80GB GPUs', '12 CPU (i7-9750H)'."""

import re
from functools import lru_cache
from typing import NamedTuple

from wattprint.domain import units
from wattprint.domain.errors import InputError
from wattprint.domain.imported import LARGEST_S
from wattprint.factors.accelerators import accelerators
from wattprint.factors.cpus import cpus
from wattprint.importers.cells import amount, plain_digits

_LONGEST = 200
_MOST = 1_000_000
_COUNT_FIRST = re.compile(
    r"^\s*(\d{1,7})\s*(?:[x\u00d7*]\s*|of\s+|-\s+|(?=[A-Za-z]))", re.IGNORECASE
)
_COUNT_LAST = re.compile(
    r"(?<![A-Za-z])[(\[]?\s*[x\u00d7*]\s*(\d{1,7})\s*[)\]]?\s*$", re.IGNORECASE
)
_TIMES = re.compile(r"[x\u00d7*]|of", re.IGNORECASE)
_NO_COUNT = re.compile(r"th\b|ti\b|super\b", re.IGNORECASE)
_TDP = re.compile(r"\(\s*TDP of\s*(\d{1,5}(?:\.\d+)?)\s*W\s*\)", re.IGNORECASE)
_TPU_CORES = re.compile(r"\bTPU[\s-]*v(\d)([a-z]*)-(\d{1,5})\b", re.IGNORECASE)
_CORES_PER_CHIP = {"2": 2, "3": 2, "4": 2, "5p": 2}
"""A slice 'v3-8' has eight cores, two a chip; slices of v5e and later are named by chips."""
_EITHER_SIZE = re.compile(r"\b(\d{1,3})/\d{1,3} ?GB\b", re.IGNORECASE)
"""'A100 PCIe 40/80GB', as the ML CO2 Impact calculator lists it: both draw the same."""
_IN_BRACKETS = re.compile(r"\(([^()]{3,150})\)")
_BETWEEN = re.compile(r"[,;+&](?![^()]*\))|\band\b")
"""What stands between several things; not within brackets."""
_LABEL = re.compile(r"^(?:CPU|GPU|TPU)(?: model| name)?\s*:\s*", re.IGNORECASE)
_FOR_TIME = re.compile(
    r"[\s,]+(?:for|during|in)?\s*(?:about|around|roughly|approx\w*\.?|~)?\s*"
    r"(?:(?<![\d.,_])|(?<=[a-z)],))(\d[\d.,_]*)\s*(hours?|hrs?|h|days?)\b.*$",
    re.IGNORECASE,
)
"""The whole number: a comma or point within it is no separator before it."""
_HOURS_PER_DAY = 24.0


class Hardware(NamedTuple):
    """What words say of hardware."""

    accelerator: str | None = None
    """Name in our tables."""
    devices: int | None = None
    """None where it is not said."""
    cpu: str | None = None
    tdp_w: float | None = None
    """As the words state it. [W]"""
    hours: float | None = None
    """By the clock, where the words say for how long it worked. [h]"""


@lru_cache(maxsize=4096)
def hardware_in(words: str) -> Hardware:
    """Return what words say of hardware, as far as our tables know it."""
    text = words[:_LONGEST]
    if (time := _FOR_TIME.search(text)) is not None and time.start():
        return hardware_in(text[: time.start()])._replace(hours=_hours(time[1], time[2]))
    tdp_w = float(stated[1]) if (stated := _TDP.search(text)) is not None else None
    text = _TDP.sub(" ", text).strip(" .,;")
    count, text = _counted(_EITHER_SIZE.sub(r"\1GB", text))
    slice_of = _TPU_CORES.search(text)
    if slice_of is not None:
        version = slice_of[1] + slice_of[2].casefold()
        chips = max(1, int(slice_of[3]) // _CORES_PER_CHIP.get(version, 1))
        count, text = chips * (count or 1), f"TPU v{version}"
    accelerator = _accelerator(text)
    if accelerator is not None:
        return Hardware(accelerator, count, None, tdp_w)
    if (several := _several(words[:_LONGEST])) is not None:
        return several._replace(tdp_w=tdp_w)
    inside = _IN_BRACKETS.search(text)
    if inside is not None and (accelerator := _accelerator(inside[1])) is not None:
        return Hardware(accelerator, count, None, tdp_w)
    cpu = _cpu(text) or (_cpu(inside[1]) if inside is not None else None)
    # Before a CPU people count its threads.
    return Hardware(None, None if cpu else count, cpu, tdp_w)


def _hours(digits: str, unit: str) -> float | None:
    """Return a time as hours; None where its number can be read in no way: '1.500,5'."""
    scale = _HOURS_PER_DAY if unit.casefold().startswith("d") else 1.0
    at_most = LARGEST_S / units.SECONDS_PER_HOUR / scale
    try:
        number = amount("hours", plain_digits(digits), at_most=at_most)
    except InputError:
        return None
    return None if number is None else number * scale


def _several(text: str) -> Hardware | None:
    """Return what stands beside something else: '12 x i7 (CPU), 1 x T4 (GPU)'."""
    parts = [_LABEL.sub("", part.strip()) for part in _BETWEEN.split(text)]
    if len(parts) < 2:
        return None
    found = [hardware_in(part) for part in parts if part]
    cards = [each for each in found if each.accelerator is not None]
    cpu = next((each.cpu for each in found if each.cpu), None)
    if len(cards) == 1:
        return cards[0]._replace(cpu=cpu)
    return Hardware(cpu=cpu) if cpu and not cards else None


def _counted(text: str) -> tuple[int | None, str]:
    """Return a count that is said first or last, and the rest."""
    for pattern in (_COUNT_FIRST, _COUNT_LAST):
        match = pattern.search(text)
        if match is None or not 0 < int(match[1]) <= _MOST:
            continue
        rest = (text[: match.start()] + text[match.end() :]).strip()
        # '2080 Ti' and '13th Gen' begin with a number that counts nothing.
        is_bare = pattern is _COUNT_FIRST and not _TIMES.search(match[0])
        if is_bare and (_NO_COUNT.match(rest) or _accelerator(text)):
            continue
        return int(match[1]), rest
    return None, text


@lru_cache(maxsize=4096)
def _accelerator(text: str) -> str | None:
    for spelling in (text, re.sub(r"\([^()]*\)", " ", text).strip()):
        try:
            return accelerators().find(spelling).accelerator.name
        except InputError:
            continue
    return None


@lru_cache(maxsize=4096)
def _cpu(text: str) -> str | None:
    try:
        return cpus().find(text).name
    except InputError:
        return None
