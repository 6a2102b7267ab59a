"""Where work was done: its grid's intensity, its PUE, its water, and the reasons for them."""

from collections.abc import Sequence
from typing import NamedTuple

from wattprint.domain.checks import number, one_of, text, whole_number
from wattprint.domain.errors import ContradictionError, InputError
from wattprint.domain.evidence import Evidence, Method
from wattprint.domain.formulas.energy import pue_at_least_1
from wattprint.domain.hours import ChargedHours
from wattprint.domain.interval import Range, exact, product
from wattprint.domain.series import BASES, LARGEST_G_PER_KWH
from wattprint.estimator.market import (
    INTENSITY_UNIT,
    MARKET_INPUTS,
    Supply,
    carbon_free_shares,
    find_supply,
)
from wattprint.estimator.water import WATER_INPUTS, WaterFactors, find_water
from wattprint.factors.conventions import convention, years_apart
from wattprint.factors.regions import Region, regions
from wattprint.factors.tables import UNVERIFIED, shipped
from wattprint.factors.zones import YearlyIntensity, Zone, intensities, zones

FIRST_YEAR, LAST_YEAR = 1990, 2050
LARGEST_PUE = 10.0
"""No survey found a mean above 2.5: beyond this a percentage was taken for a ratio."""
PROVIDER_PUE = "provider"
NO_PUE = "none"


PLACE_INPUTS = (
    "zone",
    "region",
    "intensity",
    "pue",
    "year",
    "basis",
    "grid_source",
    *MARKET_INPUTS,
    *WATER_INPUTS,
)
"""What can be said of a place, by the names that every front door takes."""


class Place(NamedTuple):
    """What the place of some work says about its electricity and water."""

    intensity: Evidence
    supply: Supply
    pue: Evidence
    water: WaterFactors
    carbon_free: tuple[Evidence, ...]
    """Shares of carbon-free energy that the region's provider publishes."""
    hours: ChargedHours | None = None
    """What the intensity is the mean of, if it is that of the hours of the work."""
    basis: str | None = None
    """`lifecycle` or `direct`, of the year's mean; None for an intensity that was given."""

    @property
    def market(self) -> Evidence | None:
        """The one market-based intensity of all energy, if there is one."""
        return self.supply.whole

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The figures of the place, in the order in which they enter the footprint."""
        return (
            self.pue,
            self.intensity,
            *self.supply.evidence,
            *self.carbon_free,
            *self.water.evidence,
        )


def find_place(
    *,
    zone: str | None = None,
    region: str | None = None,
    intensity: float | None = None,
    market_intensity: float | None = None,
    contract: Sequence[str] | str | None = None,
    residual_mix: float | None = None,
    pue: float | str | None = None,
    wue: float | str | None = None,
    grid_water: float | None = None,
    water_kind: str | None = None,
    year: int | None = None,
    basis: str | None = None,
    grid_source: str | None = None,
) -> Place:
    """Resolve what the user said of a place; nothing said means nothing assumed.

    Args:
        zone: Country, state or grid zone.
        region: Cloud region, 'provider/name'.
        intensity: Grid intensity that overrides the tables. [gCO2e/kWh]
        market_intensity: Market-based intensity of all energy. [gCO2e/kWh]
        contract: Contracts for parts of the energy, 'KWH@G' or 'SHARE%@G' (see `find_supply`).
        residual_mix: Market-based intensity of what no contract covers. [gCO2e/kWh]
        pue: A number, 'provider' for what the region's provider publishes, or None.
        wue: Water at the site (see `find_water`): a number, 'provider', or None. [L/kWh]
        grid_water: Water of electricity, instead of that of the grid's mix. [L/kWh]
        water_kind: `consumption` or `withdrawal`; None is consumption.
        year: Year of the work; the nearest one in the tables is used and said.
        basis: `lifecycle` or `direct`; None prefers life cycle.
        grid_source: Key of a source, to choose among vintages; refused where the place has none
            of it.

    Raises:
        InputError: An unknown name, a figure outside its limits, a PUE nobody publishes.
        ContradictionError: A zone and a region that do not lie together.
    """
    if year is not None:
        year = whole_number("year", year, at_least=FIRST_YEAR, at_most=LAST_YEAR)
    if basis is not None:
        one_of("basis", basis, BASES)
    if grid_source is not None:
        text("grid_source", grid_source)
    _refuse_choice_of_nothing(zone or region, intensity, basis=basis, grid_source=grid_source)
    found_zone = None if zone is None else zones().find(text("zone", zone))
    found_region = None if region is None else regions().find(text("region", region))
    if found_zone is not None and found_region is not None:
        _refuse_apart(found_zone, found_region)
    grid, grid_basis = (
        _grid_intensity(found_zone, found_region, year, basis, grid_source)
        if intensity is None
        else (_given_intensity(intensity), None)
    )
    return Place(
        intensity=grid,
        supply=find_supply(
            found_region,
            grid,
            market_intensity=market_intensity,
            contract=contract,
            residual_mix=residual_mix,
            year=year,
        ),
        pue=_pue(pue, found_region, year),
        water=find_water(
            found_zone,
            found_region,
            wue=wue,
            grid_water=grid_water,
            water_kind=water_kind,
            year=year,
        ),
        carbon_free=carbon_free_shares(found_region, year),
        basis=grid_basis,
    )


def _refuse_choice_of_nothing(
    place: str | None, intensity: float | None, **choices: str | None
) -> None:
    """Refuse a choice among intensities where none is looked up: it would change nothing."""
    for name, given in choices.items():
        if given is not None and (place is None or intensity is not None):
            raise InputError(
                f"{name} is {given!r}, but no intensity is looked up",
                "expected a zone or region beside it, and no intensity",
            )


def _refuse_apart(zone: Zone, region: Region) -> None:
    if zone.zone not in (region.country, *region.zones):
        raise ContradictionError(
            f"zone {zone.zone!r} ({zone.name}) and region {region.region!r} "
            f"({region.city}, {region.zone}) are different places",
            "give one of the two; this region lies in "
            + ", ".join(dict.fromkeys((region.country, *region.zones))),
        )


def _given_intensity(given: float) -> Evidence:
    amount = exact(number("carbon_intensity", given, at_most=LARGEST_G_PER_KWH))
    return Evidence.given("carbon_intensity", amount, INTENSITY_UNIT)


def _grid_intensity(
    zone: Zone | None,
    region: Region | None,
    year: int | None,
    basis: str | None,
    grid_source: str | None,
) -> tuple[Evidence, str | None]:
    """Return a year's mean and its basis."""
    if zone is None and region is None:
        nothing = Evidence(
            "carbon_intensity",
            None,
            INTENSITY_UNIT,
            Method.MISSING,
            "",
            None,
            "no place was given: energy only. Give a zone, a region or an intensity",
        )
        return nothing, None
    stands_for = (zone.zone,) if zone is not None else region.zones if region is not None else ()
    figure = intensities(*stands_for).find(stands_for, year=year, basis=basis, source=grid_source)
    mean = Evidence(
        "carbon_intensity",
        _yearly_range(figure, year),
        INTENSITY_UNIT,
        Method.MODELLED,
        figure.source,
        figure.year,
        _intensity_note(figure, year, region if zone is None else None),
    )
    return mean, figure.basis


def _yearly_range(figure: YearlyIntensity, year: int | None) -> Range:
    """A year's mean stands for the hours of the work: the spread of days, sources and years."""
    # Without a year the work is taken to be as recent as the tables.
    distance = abs(figure.year - (shipped().year if year is None else year))
    return product(
        convention("intensity_hours").amount,
        convention("intensity_source").amount,
        years_apart(distance),
        value=figure.carbon_intensity_g_per_kwh,
    )


def _intensity_note(figure: YearlyIntensity, year: int | None, region: Region | None) -> str:
    place = figure.zone if region is None else f"{figure.zone}, grid of {region.region}"
    notes = [f"{place}: mean of {figure.year}, {figure.basis}, {figure.scope}"]
    if year is None:
        notes.append("no year was given, this is the newest")
    elif year != figure.year:
        notes.append(f"nearest year to {year}")
    if not figure.verified:
        notes.append(UNVERIFIED)
    return "; ".join(notes)


def _pue(given: float | str | None, region: Region | None, year: int | None) -> Evidence:
    if given is None or given == NO_PUE:
        note = "cooling and distribution are not counted; emissions use IT energy"
        return Evidence("pue", None, "ratio", Method.MISSING, "", None, note)
    if given == PROVIDER_PUE:
        return _provider_pue(region, year)
    if isinstance(given, str):
        raise InputError(f"pue is {given!r}", "expected a number, 1 or more, 'provider' or 'none'")
    if pue_at_least_1(given) > LARGEST_PUE:
        raise InputError(
            f"pue is {given!r}", f"expected a ratio of 1 or more, at most {LARGEST_PUE:g}"
        )
    return Evidence.given("pue", exact(given), "ratio")


def _provider_pue(region: Region | None, year: int | None) -> Evidence:
    if region is None:
        raise InputError(
            "pue is 'provider' without a region", "expected a region such as 'gcp/europe-west1'"
        )
    found = regions().pue(region, year)
    amount = exact(found.pue)
    if found.scope != "this region":
        spread = convention("pue_fleet").amount
        amount = Range(found.pue, max(1.0, found.pue * spread.low), found.pue * spread.high)
    nearest = "" if year in (None, found.year) else f", nearest year to {year}"
    note = f"{found.scope}, {found.year}{nearest}"
    return Evidence("pue", amount, "ratio", Method.MODELLED, found.source, found.year, note)
