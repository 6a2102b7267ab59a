"""What our tables know of the hardware and the place that a submission names."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from wattprint.domain.errors import InputError
from wattprint.factors.accelerators import accelerators
from wattprint.factors.conventions import convention
from wattprint.factors.cpus import cpus
from wattprint.factors.regions import regions
from wattprint.factors.tables import shipped
from wattprint.factors.zones import intensities, zones
from wattprint.hub.registry.messages import FootprintSaid
from wattprint.hub.registry.plausibility import Claim, Finding

_WORLD = "WORLD"
"""Stands for a place that is not said, in a check of magnitudes only."""


class KnownHardware(NamedTuple):
    """Hardware as our tables have it; without a name where they do not."""

    name: str | None = None
    tdp_w: float | None = None
    released: int | None = None
    nearest: tuple[str, ...] = ()
    is_cpu: bool = False
    """Whether it is a CPU of our tables."""


class KnownPlace(NamedTuple):
    """A zone, and its yearly intensities over all years that are known [g/kWh]."""

    zone: str | None = None
    words: str | None = None
    low_g_per_kwh: float | None = None
    g_per_kwh: float | None = None
    high_g_per_kwh: float | None = None


@lru_cache(maxsize=2048)
def hardware_of(text: str) -> KnownHardware:
    """Return what is known of hardware by any spelling."""
    try:
        found = accelerators().find(text).accelerator
    except InputError as error:
        is_cpu = not text.isdecimal() and bool(cpus().fitting(text))
        return KnownHardware(nearest=() if is_cpu else error.nearest[:3], is_cpu=is_cpu)
    return KnownHardware(found.name, found.tdp_w, _release_years().get(found.name))


@lru_cache(maxsize=1)
def _release_years() -> dict[str, int]:
    rows = shipped().rows("accelerators")
    return {row["name"]: int(row["release_date"][:4]) for row in rows if row["release_date"]}


@lru_cache(maxsize=4096)
def place_of(zone: str | None, region: str | None, year: int | None) -> KnownPlace:
    """Return what is known of a place.

    Raises:
        InputError: No such zone or region.
    """
    if region:
        known = regions().find(region)
        codes: Sequence[str] = known.zones
        words = known.region
        if zone and zones().find(zone).zone not in codes:
            raise InputError(
                f"zone {zone!r} is not that of {known.region}",
                f"expected {codes[0]}, or one of two",
            )
    elif zone:
        codes = (zones().find(zone).zone,)
        words = codes[0]
    else:
        return KnownPlace(g_per_kwh=_of_year(_WORLD, year))
    table = intensities(*codes)
    figures = [one.carbon_intensity_g_per_kwh for code in codes for one in table.of(code)]
    if not figures:
        return KnownPlace(codes[0], words)
    of_year = table.find(codes, year=year).carbon_intensity_g_per_kwh
    return KnownPlace(codes[0], words, min(figures), of_year, max(figures))


@lru_cache(maxsize=128)
def _of_year(zone: str, year: int | None) -> float:
    return intensities(zone).find((zone,), year=year).carbon_intensity_g_per_kwh


@lru_cache(maxsize=1)
def _idle_share() -> float:
    return convention("idle_power_share").amount.low


def claim_of(
    said: FootprintSaid, *, like_it: tuple[str, ...], this_year: int
) -> tuple[Claim, tuple[Finding, ...]]:
    """Return what is claimed beside what is known; and the names of places that are unknown.

    Args:
        said: What is said of a piece of work.
        like_it: Ids of models of the same name.
        this_year: The year that it is.
    """
    wrong: tuple[Finding, ...] = ()
    try:
        place = place_of(said.zone or None, said.region or None, said.year)
    except InputError as error:
        field = "region" if said.region else "zone"
        remedy = "nearest: " + ", ".join(error.nearest) if error.nearest else error.allowed
        wrong = (Finding("error", "place", field, error.given, "", remedy),)
        place = KnownPlace()
    hardware = hardware_of(said.hardware) if said.hardware else KnownHardware()
    return Claim(
        emissions_g=said.reported_g,
        energy_kwh=said.reported_kwh,
        energy_at=said.energy_at,
        hardware=said.hardware,
        known_hardware=hardware.name,
        nearest_hardware=hardware.nearest,
        is_cpu=hardware.is_cpu,
        tdp_w=hardware.tdp_w,
        idle_share=_idle_share(),
        released=hardware.released,
        devices=said.count,
        hours=said.hours,
        device_hours=said.device_hours,
        power_w=said.power_w,
        pue=said.pue,
        intensity_g_per_kwh=said.intensity_g_per_kwh,
        place=place.words,
        grid_low_g_per_kwh=place.low_g_per_kwh,
        grid_g_per_kwh=place.g_per_kwh,
        grid_high_g_per_kwh=place.high_g_per_kwh,
        year=said.year,
        this_year=this_year,
        like_it=like_it,
    ), wrong
