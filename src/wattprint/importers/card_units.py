"""In which unit a model card's emissions may be: the Hub means grams, CodeCarbon prints kilograms.

Nothing is converted. A unit that the card writes is taken; else energy, or hardware and hours, tell
whether the grams can be; else the time that they stand for on the hardware that is named; else, for
less than a gram, nothing does, and both readings are said.
"""

from collections.abc import Sequence
from typing import NamedTuple

from wattprint.domain import units
from wattprint.domain.errors import InputError
from wattprint.domain.imported import Doubt
from wattprint.factors.accelerators import accelerators
from wattprint.factors.cpus import cpus
from wattprint.factors.regions import regions
from wattprint.factors.zones import intensities

_PLAUSIBLE_G_PER_KWH = (1.0, 2000.0)
"""Grids emit from 5 to 1,200; a site's own supply may be below. [gCO2e/kWh]"""
_AGREES_WITHIN = 30.0
"""Hardware times hours and the figure agree within this factor: between a wrong unit and none
lies a thousand, and utilization, cooling and hosts explain ten. [ratio]"""
_SHORTEST_S = {"pretrain": 240.0}
_SHORTEST_OF_ALL_S = 60.0
"""No training that a card is about is over sooner at full power. [s]"""
_LONG_S = 3 * units.SECONDS_PER_HOUR
"""Where the kilograms make a training of hours, and the grams none, kilograms were meant. [s]"""
_LONGEST_S = 60 * 24 * units.SECONDS_PER_HOUR
"""Beyond two months a lone device is rarely what trained: more of them, or a wrong power. [s]"""
_LONGEST_COUNTED_S = 365 * 24 * units.SECONDS_PER_HOUR
"""With as many devices as the card says: BLOOM's 384 took 118 days. [s]"""
_TINY_G = 1.0
_USUAL_G_PER_KWH = 400.0
"""Stands for a place that is not said, in a check of magnitudes only. [gCO2e/kWh]"""
_THOUSAND = 1000.0


class Context(NamedTuple):
    """What a card says beside the figure."""

    energy_kwh: float | None = None
    device_hours: float | None = None
    power_w: float | None = None
    """Full power of all devices. [W]"""
    is_counted: bool = False
    """Whether the number of devices is said."""
    g_per_kwh: float | None = None
    stage: str | None = None
    hardware: str = ""


class Reading(NamedTuple):
    """What a figure may mean."""

    meant_g: tuple[float, ...] = ()
    """Empty where grams are beyond doubt; one value where another is plain."""
    doubt: Doubt | None = None


def read_unit(figure_g: float, context: Context) -> Reading:
    """Return what a bare figure in a field of grams may mean.

    Args:
        figure_g: The figure, read as the Hub defines it. [gCO2e]
        context: What the card says beside it.
    """
    for check in (_by_energy, _by_hours, _by_time):
        if (found := check(figure_g, context)) is not None:
            return found
    if figure_g < _TINY_G:
        text = "less than a gram, and nothing in the card tells grams from kilograms"
        return _thousand(figure_g, text, is_plain=False)
    return Reading()


def _by_energy(figure_g: float, context: Context) -> Reading | None:
    """The card's own energy: grams per kWh are those of a grid, or a thousandth of them."""
    if not context.energy_kwh:
        return None
    low, high = _PLAUSIBLE_G_PER_KWH
    per_kwh = figure_g / context.energy_kwh
    if low <= per_kwh <= high:
        return Reading()
    words = f"{units.plain(per_kwh)} g/kWh by the card's own energy is no grid's"
    if low <= per_kwh * _THOUSAND <= high:
        return _thousand(figure_g, words + "; kilograms would fit", is_plain=True)
    return Reading((), Doubt("intensity", words))


def _by_hours(figure_g: float, context: Context) -> Reading | None:
    """Hardware times hours: of the same magnitude, or a thousand times as much."""
    if not context.device_hours or not context.power_w:
        return None
    per_kwh = context.g_per_kwh or _USUAL_G_PER_KWH
    expected_g = context.power_w * context.device_hours / units.WATTS_PER_KILOWATT * per_kwh
    ratio = figure_g / expected_g
    if 1 / _AGREES_WITHIN <= ratio <= _AGREES_WITHIN:
        return Reading()
    words = f"hardware times hours make {units.mass(expected_g)}"
    if 1 / _AGREES_WITHIN <= ratio * _THOUSAND <= _AGREES_WITHIN:
        return _thousand(figure_g, words + ": kilograms were meant", is_plain=True)
    return Reading((), Doubt("hardware", f"{words}, {units.plain(ratio)} of which are reported"))


def _by_time(figure_g: float, context: Context) -> Reading | None:
    """The time that the figure stands for, on the hardware that is named at full power."""
    if not context.power_w or not figure_g:
        return None
    per_kwh = context.g_per_kwh or _USUAL_G_PER_KWH
    of_a_gram_s = units.JOULES_PER_KWH / per_kwh / context.power_w
    spent_s = figure_g * of_a_gram_s
    longest_s = _LONGEST_COUNTED_S if context.is_counted else _LONGEST_S
    words = f"{units.mass(figure_g)} are {units.duration(spent_s)} of {context.hardware}"
    if spent_s > longest_s:
        tens = [figure_g / 10, figure_g / _THOUSAND]
        meant_g = (figure_g, *(g for g in tens if g * of_a_gram_s <= longest_s))
        text = f"{words}: more devices worked, or a power of ten is wrong"
        return Reading(meant_g, Doubt("unit", text))
    shortest_s = _SHORTEST_S.get(context.stage or "", _SHORTEST_OF_ALL_S)
    if spent_s < shortest_s:
        kilograms_s = spent_s * _THOUSAND
        text = f"{words}; as kilograms {units.duration(kilograms_s)}"
        return _thousand(figure_g, text, is_plain=_LONG_S <= kilograms_s <= longest_s)
    return Reading()


def _thousand(figure_g: float, text: str, *, is_plain: bool) -> Reading:
    kilograms_g = units.round_significant(figure_g * _THOUSAND, 15)
    meant_g = (kilograms_g,) if is_plain else (figure_g, kilograms_g)
    return Reading(meant_g, Doubt("unit", f"a factor of 1,000 is in doubt: {text}"))


def full_power_w(accelerator: str | None, cpu: str | None, count: int | None) -> float | None:
    """Return the full power of hardware that our tables know [W]."""
    try:
        if accelerator is not None:
            tdp_w = accelerators().find(accelerator).accelerator.tdp_w
            return None if tdp_w is None else tdp_w * (count or 1)
        return None if cpu is None else cpus().find(cpu).tdp_w
    except InputError:
        return None


def usual_intensity(zone: str | None, region: str | None = None) -> float | None:
    """Return the newest yearly intensity of a place; None where none is known [gCO2e/kWh]."""
    try:
        places: Sequence[str] = (zone,) if zone else regions().find(region or "").zones
        return intensities(*places).find(places).carbon_intensity_g_per_kwh
    except InputError:
        return None
