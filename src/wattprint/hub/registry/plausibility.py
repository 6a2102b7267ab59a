"""Whether a reported footprint can be: arithmetic on what is said beside it, and nothing else.

Nothing is converted. A finding says what was found, with its numbers, and what would make it fit;
an error keeps a submission out, a warning asks whoever reviews it.
"""

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from wattprint.domain import units

_THOUSAND = 1000.0
_AGREES_WITHIN = 30.0
"""Power times hours and a reported figure agree within this factor: utilization, hosts and cooling
explain ten, a wrong unit is a thousand. [ratio]"""
_SAME = 0.02
"""Two ways to write one figure differ by rounding alone. [ratio]"""
_OF_GRID = 1.15
"""How far beyond the years that a table knows an intensity may lie. [ratio]"""
_HOST_SHARE = 2.5
"""Energy of a whole machine over that of its accelerators, at most. [ratio]"""
_OVER_TDP = 1.1
"""Boards draw a little more than their TDP. [ratio]"""
_HOURS_PER_YEAR = 8766.0


class Claim(NamedTuple):
    """What is said of one piece of work, and what tables know of it. None: nothing."""

    emissions_g: float | None = None
    energy_kwh: float | None = None
    energy_at: str | None = None
    hardware: str | None = None
    """As it is said; empty where nothing is."""
    known_hardware: str | None = None
    """Its name in our tables."""
    nearest_hardware: tuple[str, ...] = ()
    """Accelerators whose names are like it."""
    is_cpu: bool = False
    """Whether the hardware is a CPU of our tables, and so no accelerator."""
    tdp_w: float | None = None
    idle_share: float = 0.1
    """Least power of a device that waits, over its full one. [ratio]"""
    released: int | None = None
    """Year in which the hardware was released."""
    devices: int | None = None
    hours: float | None = None
    device_hours: float | None = None
    power_w: float | None = None
    pue: float | None = None
    intensity_g_per_kwh: float | None = None
    """As it is said."""
    place: str | None = None
    grid_low_g_per_kwh: float | None = None
    """Lowest yearly intensity of the place, of all years that are known."""
    grid_g_per_kwh: float | None = None
    """That of the year."""
    grid_high_g_per_kwh: float | None = None
    year: int | None = None
    this_year: int | None = None
    like_it: tuple[str, ...] = ()
    """Ids of models in the registry of the same name and version."""

    @property
    def all_device_hours(self) -> float | None:
        """Device-hours: as said, else hours times count."""
        if self.device_hours is not None:
            return self.device_hours
        return None if self.hours is None else self.hours * (self.devices or 1)

    @property
    def expected_kwh(self) -> float | None:
        """Full power times device-hours, at the facility [kWh]."""
        watts, hours = self.power_w or self.tdp_w, self.all_device_hours
        if watts is None or hours is None:
            return None
        return watts * hours / units.WATTS_PER_KILOWATT * (self.pue or 1.0)


class Finding(NamedTuple):
    """What is odd about a submission."""

    level: Literal["error", "warning"]
    code: str
    field: str
    text: str
    equation: str = ""
    remedy: str = ""
    """What would make it fit."""


def findings(claim: Claim) -> tuple[Finding, ...]:
    """Return all that is odd about a claim, errors first."""
    checks = (_units, _place, _stated_intensity, _hours, _power, _years, _hardware, _twice)
    found = [finding for check in checks for finding in check(claim)]
    return tuple(sorted(found, key=lambda finding: finding.level != "error"))


def has_error(found: Sequence[Finding]) -> bool:
    """Whether a submission is refused."""
    return any(finding.level == "error" for finding in found)


def _n(number: float) -> str:
    return units.plain(number)


def _units(claim: Claim) -> Iterator[Finding]:
    """Grams written as kilograms or the other way: a factor of a thousand, told by two ways."""
    if not claim.emissions_g:
        return
    expected, words = _expected_g(claim)
    if not expected:
        return
    ratio = claim.emissions_g / expected
    equation = f"{words} = {units.mass(expected)}; reported: {units.mass(claim.emissions_g)}"
    if _is_near(ratio):
        return
    for factor, text, remedy in (
        (_THOUSAND, "smaller", "kilograms (or a thousand times the figure)"),
        (1 / _THOUSAND, "larger", "grams (or a thousandth of the figure)"),
    ):
        if _is_near(ratio * factor):
            yield Finding(
                "error",
                "unit",
                "emissions",
                f"the emissions are about 1,000 times {text} than what is said beside them makes",
                equation,
                f"{remedy} would fit: {units.mass(claim.emissions_g * factor)}",
            )
            return
    yield Finding(
        "warning",
        "magnitude",
        "emissions",
        f"the emissions are {_n(ratio)} times what is said beside them makes",
        equation,
        "check unit, hours, count and place",
    )


def _expected_g(claim: Claim) -> tuple[float | None, str]:
    """Return what emissions may be expected, by energy or else by power and hours."""
    per_kwh = claim.intensity_g_per_kwh or claim.grid_g_per_kwh
    if not per_kwh:
        return None, ""
    if claim.energy_kwh:
        return claim.energy_kwh * per_kwh, f"{_n(claim.energy_kwh)} kWh x {_n(per_kwh)} g/kWh"
    expected_kwh = claim.expected_kwh
    if expected_kwh is None:
        return None, ""
    return expected_kwh * per_kwh, f"{_power_words(claim)} x {_n(per_kwh)} g/kWh"


def _power_words(claim: Claim) -> str:
    watts, hours = claim.power_w or claim.tdp_w or 0.0, claim.all_device_hours or 0.0
    pue = "" if claim.pue is None else f" x PUE {_n(claim.pue)}"
    return f"{_n(watts)} W x {_n(hours)} device-hours{pue}"


def _is_near(ratio: float) -> bool:
    return 1 / _AGREES_WITHIN <= ratio <= _AGREES_WITHIN


def _place(claim: Claim) -> Iterator[Finding]:
    """Emissions per kWh are those of the place's grid in some year that is known."""
    low, high = claim.grid_low_g_per_kwh, claim.grid_high_g_per_kwh
    if not claim.emissions_g or not claim.energy_kwh or low is None or high is None:
        return
    per_kwh = claim.emissions_g / claim.energy_kwh
    most = high * _OF_GRID * (1.0 if claim.energy_at == "facility" else claim.pue or 1.0)
    if low / _OF_GRID <= per_kwh <= most:
        return
    nearest = low if per_kwh < low else high
    if not _is_near(per_kwh / nearest) and (
        _is_near(per_kwh * _THOUSAND / nearest) or _is_near(per_kwh / _THOUSAND / nearest)
    ):
        return  # the unit, which has its own finding
    yield Finding(
        "warning",
        "place",
        "zone",
        f"{_n(per_kwh)} g/kWh is no year of {claim.place}",
        f"{units.mass(claim.emissions_g)} / {_n(claim.energy_kwh)} kWh = {_n(per_kwh)} g/kWh; "
        f"{claim.place}: {_n(low)} to {_n(high)} g/kWh",
        f"{units.mass(claim.energy_kwh * nearest)} would fit this place; or another place, "
        "or a contract for electricity that is said in the note",
    )


def _stated_intensity(claim: Claim) -> Iterator[Finding]:
    """Energy times the intensity that is said makes the emissions that are said."""
    per_kwh = claim.intensity_g_per_kwh
    if claim.emissions_g is None or not claim.energy_kwh or per_kwh is None:
        return
    expected_g = claim.energy_kwh * per_kwh
    with_pue_g = expected_g * (claim.pue or 1.0)
    if any(_is_same(claim.emissions_g, g) for g in (expected_g, with_pue_g)):
        return
    ratio = claim.emissions_g / expected_g if expected_g else float("inf")
    if expected_g and not _is_near(ratio):
        return  # the unit or the magnitude, which have their own findings
    yield Finding(
        "warning",
        "product",
        "emissions",
        "energy times the intensity that is said makes other emissions",
        f"{_n(claim.energy_kwh)} kWh x {_n(per_kwh)} g/kWh = {units.mass(expected_g)}; "
        f"reported: {units.mass(claim.emissions_g)}",
        f"{units.mass(expected_g)}, or an intensity of "
        f"{_n(claim.emissions_g / claim.energy_kwh)} g/kWh, would fit",
    )


def _is_same(one: float, other: float) -> bool:
    return abs(one - other) <= _SAME * max(one, other)


def _hours(claim: Claim) -> Iterator[Finding]:
    """Device-hours are count times hours by the clock."""
    hours, all_hours = claim.hours, claim.device_hours
    if hours is not None and hours > _HOURS_PER_YEAR:
        yield Finding(
            "warning",
            "long",
            "hours",
            "it took more than a year by the clock",
            f"{_n(hours)} h / 8,766 h = {_n(hours / _HOURS_PER_YEAR)} years",
            "device-hours have a field of their own",
        )
    if hours is None or all_hours is None:
        return
    count = claim.devices or 1
    product = count * hours
    if _is_same(product, all_hours):
        return
    is_wall = count > 1 and _is_same(hours, all_hours)
    text = "the device-hours are hours by the clock" if is_wall else "device-hours contradict hours"
    yield Finding(
        "error",
        "hours",
        "device_hours",
        text,
        f"{count:,} devices x {_n(hours)} h = {_n(product)} device-hours; "
        f"reported: {_n(all_hours)} device-hours",
        f"{_n(product)} device-hours, or {_n(all_hours / count)} h by the clock, would fit",
    )


def _power(claim: Claim) -> Iterator[Finding]:
    """Energy over device-hours is a power that the device can draw."""
    hours, tdp_w = claim.all_device_hours, claim.tdp_w
    if claim.power_w is not None and tdp_w is not None and claim.power_w > tdp_w * _OVER_TDP:
        yield Finding(
            "warning",
            "power",
            "power_w",
            f"{claim.known_hardware} does not draw so much",
            f"{_n(claim.power_w)} W > {_n(tdp_w)} W x {_OVER_TDP}",
            f"{_n(tdp_w)} W or less would fit",
        )
    if not claim.energy_kwh or not hours or tdp_w is None:
        return
    watts = claim.energy_kwh * units.WATTS_PER_KILOWATT / hours
    most_w = tdp_w * _OVER_TDP * _around(claim)
    least_w = tdp_w * claim.idle_share
    if least_w <= watts <= most_w:
        return
    equation = f"{_n(claim.energy_kwh)} kWh / {_n(hours)} device-hours = {_n(watts)} W a device"
    if watts > most_w:
        yield Finding(
            "error" if watts > most_w * 10 else "warning",
            "power",
            "energy",
            f"more than {claim.known_hardware} and a machine around it draw",
            f"{equation} > {_n(most_w)} W (TDP {_n(tdp_w)} W)",
            f"{_n(most_w * hours / 1000)} kWh or less, or "
            f"{_n(claim.energy_kwh * 1000 / tdp_w)} device-hours, would fit",
        )
        return
    yield Finding(
        "warning",
        "idle",
        "energy",
        f"less than {claim.known_hardware} draws while it waits",
        f"{equation} < {_n(least_w)} W (TDP {_n(tdp_w)} W x {_n(claim.idle_share)})",
        f"{_n(least_w * hours / 1000)} kWh or more would fit",
    )


def _around(claim: Claim) -> float:
    """Return what may come on top of the accelerators, by where energy was read [ratio]."""
    host = 1.0 if claim.energy_at == "accelerator" else _HOST_SHARE
    is_facility = claim.energy_at in (None, "facility")
    return host * (claim.pue or 1.6 if is_facility else 1.0)


def _years(claim: Claim) -> Iterator[Finding]:
    """Nothing is trained on hardware of a later year, nor in a year to come."""
    if claim.year is None:
        return
    if claim.this_year is not None and claim.year > claim.this_year:
        yield Finding(
            "error",
            "year",
            "year",
            f"{claim.year} has not come yet",
            f"{claim.year} > {claim.this_year}",
            f"{claim.this_year} or earlier would fit",
        )
    if claim.released is not None and claim.year < claim.released:
        yield Finding(
            "error",
            "year",
            "year",
            f"{claim.known_hardware} was released in {claim.released}",
            f"{claim.year} < {claim.released}",
            f"{claim.released} or later, or other hardware, would fit",
        )


def _hardware(claim: Claim) -> Iterator[Finding]:
    """The hardware is one that our tables know."""
    if not claim.hardware or claim.known_hardware is not None:
        return
    nearest = ", ".join(claim.nearest_hardware)
    remedy = f"nearest: {nearest}" if nearest else "a name such as 'A100 SXM4 80GB' would fit"
    text = f"hardware {claim.hardware!r} is no accelerator of our tables"
    if claim.is_cpu:
        text = f"hardware {claim.hardware!r} is a CPU"
        remedy = "the accelerator, if there was one, would fit"
    yield Finding("warning", "hardware", "hardware", f"{text}: {_without_it(claim)}", "", remedy)


def _without_it(claim: Claim) -> str:
    """Say what our estimate is of where its hardware is not known."""
    if claim.energy_kwh:
        return "our estimate is of the energy that is said"
    if claim.power_w is not None and claim.all_device_hours is not None:
        return "our estimate is of the power that is said"
    return "no estimate of ours stands beside the figures"


def _twice(claim: Claim) -> Iterator[Finding]:
    """No other submission tells of the same model."""
    if claim.like_it:
        yield Finding(
            "warning",
            "twice",
            "name",
            "a model of this name and version is in the registry",
            "",
            "a version of its own would fit; there: " + ", ".join(claim.like_it[:3]),
        )
