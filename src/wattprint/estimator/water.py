"""Water of some work: of its site's cooling and of making its electricity."""

from typing import NamedTuple

from wattprint.domain import units
from wattprint.domain.checks import number, one_of
from wattprint.domain.errors import InputError
from wattprint.domain.evidence import Equation, Evidence, Method, weakest
from wattprint.domain.footprint import WATER_KINDS, Water
from wattprint.domain.formulas.water import water_l
from wattprint.domain.interval import Range, exact, product, sum_shared
from wattprint.factors.regions import Region, regions
from wattprint.factors.water import WaterFactor, water_factors
from wattprint.factors.zones import Zone, mixes

WATER_INPUTS = ("wue", "grid_water", "water_kind")
"""What can be said of water, by the names that every front door takes."""
CONSUMPTION = WATER_KINDS[0]
PUBLISHED_WUE = "provider"
LARGEST_L_PER_KWH = 1000.0
"""Ten times what reservoirs of the tropics lose: beyond it gallons a MWh were taken for L/kWh."""
LITRES_PER_KWH = "L/kWh"
LEAST_SHARE = 1e-3
"""Lower bound of a grid whose plants may take no water at all, over its mean: a range has none
at 0."""


class WaterFactors(NamedTuple):
    """What the place of some work says about water."""

    kind: str
    site: Evidence
    """Water usage effectiveness of the site, over IT energy."""
    grid: Evidence
    """Water of a kWh of electricity."""

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """Both figures, or none where nothing of water is known."""
        known = [figure for figure in (self.site, self.grid) if figure.amount is not None]
        return (self.site, self.grid) if known else ()


class WaterUse(NamedTuple):
    """Water of some work, how it came about, and its equations."""

    water_l: Water
    method: Method
    equations: tuple[Equation, ...]


def find_water(
    zone: Zone | None,
    region: Region | None,
    *,
    wue: float | str | None = None,
    grid_water: float | None = None,
    water_kind: str | None = None,
    year: int | None = None,
) -> WaterFactors:
    """Resolve what was said of water; nothing said of the site means nothing assumed.

    Args:
        zone: Zone of the grid, if one was given.
        region: Cloud region, if one was given.
        wue: Litres at the site for a kWh of IT energy, or 'provider' for what is published for the
            region. [L/kWh]
        grid_water: Litres for a kWh of electricity, instead of the grid's mix. [L/kWh]
        water_kind: `consumption` or `withdrawal`: of both figures; None is consumption.
        year: Year of the work; the nearest one in the tables is used and said.

    Raises:
        InputError: A figure outside its limits, a WUE nobody publishes.
    """
    kind = CONSUMPTION if water_kind is None else one_of("water_kind", water_kind, WATER_KINDS)
    return WaterFactors(
        kind,
        _site(wue, region, kind, year),
        _given("grid_water", grid_water, kind) or _grid(zone, region, kind, year),
    )


def _given(quantity: str, given: object, kind: str, *, name: str = "") -> Evidence | None:
    if given is None:
        return None
    amount = exact(number(name or quantity, given, at_most=LARGEST_L_PER_KWH))
    return Evidence.given(quantity, amount, LITRES_PER_KWH, kind)


def _site(
    given: float | str | None, region: Region | None, kind: str, year: int | None
) -> Evidence:
    if given == PUBLISHED_WUE:
        return _published(region, kind, year)
    if isinstance(given, str):
        raise InputError(f"wue is {given!r}", "expected a number, 0 or more, or 'provider'")
    missing = Evidence(
        "site_wue",
        None,
        LITRES_PER_KWH,
        Method.MISSING,
        "",
        None,
        "water of the site is not counted: give its WUE",
    )
    return _given("site_wue", given, kind, name="wue") or missing


def _published(region: Region | None, kind: str, year: int | None) -> Evidence:
    if region is None:
        raise InputError(
            "wue is 'provider' without a region", "expected a region such as 'aws/us-east-1'"
        )
    if kind != CONSUMPTION:
        raise InputError(
            "wue is 'provider' and water_kind is 'withdrawal'",
            "providers publish what is consumed: expected consumption, or the WUE as a number",
        )
    row = regions().wue(region, year)
    if row is None or row.wue_l_per_kwh is None:
        raise InputError(
            f"no WUE is published for {region.region}", "give --wue as a number, or leave it out"
        )
    nearest = "" if year in (None, row.year) else f", nearest year to {year}"
    note = f"as published for {region.region}, {row.year}{nearest}; taken as consumption"
    amount = exact(row.wue_l_per_kwh)
    return Evidence("site_wue", amount, LITRES_PER_KWH, Method.MODELLED, row.source, row.year, note)


def _grid(zone: Zone | None, region: Region | None, kind: str, year: int | None) -> Evidence:
    """Return the water of a zone's mix; a part of a country without one takes the country's."""
    own, country = _zones(zone, region)
    for stands_for, method in ((own, Method.MODELLED), (country, Method.ASSUMED)):
        for code in stands_for:
            mix = mixes(code).find(code, year)
            if mix is None:
                continue
            table = water_factors()
            note = f"{kind} of {code}: mix of {mix.year} ({mix.source}), {_main(kind, mix.share)}"
            if method is Method.ASSUMED:
                note += f"; no mix is known for {own[0]}, this is its country's"
            amount = _range(table.of_mix(kind, mix))
            return Evidence(
                "grid_water", amount, LITRES_PER_KWH, method, table.source, mix.year, note
            )
    note = f"no generation mix is known for {own[0]}" if own else "no place was given"
    return Evidence("grid_water", None, LITRES_PER_KWH, Method.MISSING, "", None, note)


def _zones(zone: Zone | None, region: Region | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the codes that stand for the place, and those of its country."""
    if zone is not None:
        return (zone.zone,), (zone.country,)
    return ((), ()) if region is None else (region.zones, (region.country,))


def _main(kind: str, share: dict[str, float]) -> str:
    """Say which source most of the water is of: of hydropower it is disputed how much."""
    parts = {
        source: water_factors().of_source(kind, source).value * of for source, of in share.items()
    }
    total, most = sum(parts.values()), max(parts, key=lambda source: parts[source])
    if not total:
        return "none of its plants takes water"
    said = f"{parts[most] / total:.0%} of the water from {most.replace('_', ' ')}".replace(
        "%", " %"
    )
    if most == "hydro":
        said += (
            ": evaporation of reservoirs, of which it is disputed how much belongs to the power; "
            "the interval holds both readings"
        )
    return said


def _range(factor: WaterFactor) -> Range:
    low = min(factor.value, max(factor.low, factor.value * LEAST_SHARE))
    return Range(factor.value, low, max(factor.high, factor.value)) if factor.value else exact(0.0)


def used_water(factors: WaterFactors, it: Range | None, facility: Range | None) -> WaterUse:
    """Return the water of some energy: IT energy at the site, the widest known at the plant."""
    site, grid = factors.site.amount, factors.grid.amount
    charged, name = (it, "IT energy") if facility is None else (facility, "facility energy")
    at_site = at_grid = None
    equations = []
    if site is not None and it is not None:
        litres = water_l(it.value, 0.0, site_wue_l_per_kwh=site.value, grid_water_l_per_kwh=0.0)
        at_site = product(it, site, value=litres)
        equations.append(_equation("site", "IT energy x WUE", it, site, at_site))
    if grid is not None and charged is not None:
        litres = water_l(
            0.0, charged.value, site_wue_l_per_kwh=0.0, grid_water_l_per_kwh=grid.value
        )
        at_grid = product(charged, grid, value=litres)
        equations.append(_equation("grid", f"{name} x grid water", charged, grid, at_grid))
    if at_site is None and at_grid is None:
        return WaterUse(Water(), Method.MISSING, ())
    if at_site is None or at_grid is None:
        return WaterUse(Water(factors.kind, at_site, at_grid), Method.MISSING, tuple(equations))
    # The energy is the same in both: what is not known of it does not average out.
    total = sum_shared((at_site, at_grid))
    method = weakest((factors.site.method, factors.grid.method))
    return WaterUse(Water(factors.kind, at_site, at_grid, total), method, tuple(equations))


def _equation(where: str, formula: str, energy: Range, factor: Range, water: Range) -> Equation:
    kwh = units.energy(energy.value, units.EXACT_DIGITS)
    per_kwh = f"{units.plain(factor.value, units.EXACT_DIGITS)} {LITRES_PER_KWH}"
    litres = f"{units.plain(water.value, units.EXACT_DIGITS)} L"
    return Equation(f"water of the {where}", formula, f"{kwh} x {per_kwh}", litres)
