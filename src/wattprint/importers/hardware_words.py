"""Hardware in people's words: '8x NVIDIA A100', '384 A100 80GB GPUs', '12 CPU (i7-9750H)'."""

import re
from functools import lru_cache
from typing import NamedTuple

from wattprint.domain.errors import InputError
from wattprint.factors.accelerators import accelerators
from wattprint.factors.cpus import cpus

_LONGEST = 200
_MOST = 1_000_000
_COUNT_FIRST = re.compile(r"^\s*(\d{1,7})\s*(?:[x\u00d7*]\s*|of\s+|(?=[A-Za-z]))", re.IGNORECASE)
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


class Hardware(NamedTuple):
    """What words say of hardware."""

    accelerator: str | None = None
    """Name in our tables."""
    devices: int | None = None
    """None where it is not said."""
    cpu: str | None = None
    tdp_w: float | None = None
    """As the words state it. [W]"""


@lru_cache(maxsize=4096)
def hardware_in(words: str) -> Hardware:
    """Return what words say of hardware, as far as our tables know it."""
    text = words[:_LONGEST]
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
    inside = _IN_BRACKETS.search(text)
    cpu = _cpu(text) or (_cpu(inside[1]) if inside is not None else None)
    # Before a CPU people count its threads.
    return Hardware(None, None if cpu else count, cpu, tdp_w)


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
