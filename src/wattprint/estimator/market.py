"""The market-based side of a place: how the electricity of some work was bought."""

from collections.abc import Sequence
from typing import NamedTuple

from wattprint.domain import units
from wattprint.domain.checks import number
from wattprint.domain.errors import ContradictionError, InputError
from wattprint.domain.evidence import Equation, Evidence, Method
from wattprint.domain.footprint import co2e
from wattprint.domain.interval import Range, exact
from wattprint.domain.series import LARGEST_G_PER_KWH
from wattprint.estimator.contracts import (
    Contract,
    contracted_g,
    contracted_kwh,
    parsed_contracts,
)
from wattprint.factors.regions import Region, regions

MARKET_INPUTS = ("market_intensity", "contract", "residual_mix")
"""What can be said of contracts, by the names that every front door takes."""
INTENSITY_UNIT = "gCO2e/kWh"
LEAST_SHARE = 1e-3
"""Lower bound of emissions that contracts may cover whole, over their value: a range has none
at 0."""


class Supply(NamedTuple):
    """How the electricity of some work was bought."""

    whole: Evidence | None
    """One intensity for all of it: as said, or as the region's provider publishes."""
    contracts: tuple[Contract, ...]
    residual: Evidence | None
    """Of what no contract covers; None where nobody bought anything."""

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The figures of the supply, in the order in which they enter."""
        contracted = tuple(
            Evidence.given(
                "contract_intensity", exact(contract.g_per_kwh), INTENSITY_UNIT, contract.words
            )
            for contract in self.contracts
        )
        stated = (self.whole, *contracted, self.residual)
        return tuple(figure for figure in stated if figure is not None)


def find_supply(
    region: Region | None,
    grid: Evidence,
    *,
    market_intensity: float | None = None,
    contract: Sequence[str] | str | None = None,
    residual_mix: float | None = None,
    year: int | None = None,
) -> Supply:
    """Resolve what was said of contracts; nothing said means no market-based figure.

    Args:
        region: Cloud region, if one was given.
        grid: Intensity of the grid, which stands in for a residual mix that is not given.
        market_intensity: One intensity for all energy. [gCO2e/kWh]
        contract: One or more of 'KWH@G' or 'SHARE%@G'.
        residual_mix: Intensity of what no contract covers. [gCO2e/kWh]
        year: Year of the work.

    Raises:
        InputError: A contract that is none, shares of more than everything, a rest of which
            nothing is known.
        ContradictionError: One intensity for all, and contracts for parts.
    """
    contracts = parsed_contracts(contract)
    for name, given in (("contract", contract), ("residual_mix", residual_mix)):
        if market_intensity is not None and given:
            raise ContradictionError(
                f"market_intensity is {market_intensity!r} and {name} is {given!r}",
                "market_intensity is that of all energy: give one of the two",
            )
    if not contracts and residual_mix is None:
        return Supply(_whole(market_intensity, region, year), (), None)
    return Supply(None, contracts, _residual(residual_mix, grid, contracts))


def _whole(given: float | None, region: Region | None, year: int | None) -> Evidence | None:
    if given is not None:
        amount = number("market_intensity", given, at_most=LARGEST_G_PER_KWH)
        return Evidence.given("market_intensity", exact(amount), INTENSITY_UNIT)
    row = None if region is None else regions().market(region, year)
    if region is None or row is None or row.market_g_per_kwh is None:
        return None
    return Evidence(
        "market_intensity",
        exact(row.market_g_per_kwh),
        INTENSITY_UNIT,
        Method.MODELLED,
        row.source,
        row.year,
        f"as published by the provider of {region.region}",
    )


def _residual(
    given: float | None, grid: Evidence, contracts: Sequence[Contract]
) -> Evidence | None:
    if given is not None:
        amount = number("residual_mix", given, at_most=LARGEST_G_PER_KWH)
        return Evidence.given("residual_mix", exact(amount), INTENSITY_UNIT)
    if sum(contract.share or 0.0 for contract in contracts) >= 1:
        return None  # nothing is left for it
    if grid.amount is None:
        said = ", ".join(contract.words for contract in contracts)
        raise InputError(
            f"contracts cover {said}, and nothing is known of the rest",
            "expected residual_mix, or a zone, region or intensity",
        )
    note = "of what no contract covers: no residual mix was given, this is the grid's average"
    return grid._replace(quantity="residual_mix", method=Method.ASSUMED, note=note)


def market_based(
    supply: Supply, charged: Range, boundary: str
) -> tuple[Range, tuple[Equation, ...]] | None:
    """Return the market-based emissions of some energy [kgCO2e]; None without any contract.

    Args:
        supply: How the electricity was bought.
        charged: Energy of the facility, or of the IT equipment while that is not known. [kWh]
        boundary: Which of the two it is, in words.

    Raises:
        InputError: Contracts for more than was used.
    """
    if not supply.contracts and supply.residual is None:
        return None
    residual = _residual_amount(supply)
    value = contracted_g(supply.contracts, charged.value, charged.value, residual.value)
    # Energy and residual mix at their bounds at once; contracts for kWh cover no more than is used.
    low = contracted_g(supply.contracts, charged.low, charged.value, residual.low)
    high = contracted_g(supply.contracts, charged.high, charged.value, residual.high)
    emissions = exact(0.0)
    if value:
        bounds = (value, min(value, max(low, value * LEAST_SHARE)), max(value, high))
        emissions = Range(*(grams / units.GRAMS_PER_KILOGRAM for grams in bounds))
    return emissions, (_equation(supply, charged.value, boundary, emissions),)


def _residual_amount(supply: Supply) -> Range:
    """Return the intensity of the rest; of no rest, where shares are all of the energy."""
    if supply.residual is None or supply.residual.amount is None:
        return exact(0.0)
    return supply.residual.amount


def _equation(supply: Supply, used_kwh: float, boundary: str, emissions: Range) -> Equation:
    covered_kwh = contracted_kwh(supply.contracts, used_kwh)
    parts = [
        f"{units.energy(kwh, units.EXACT_DIGITS)} x {units.plain(c.g_per_kwh, units.EXACT_DIGITS)}"
        for kwh, c in zip(covered_kwh, supply.contracts, strict=True)
    ]
    rest = units.energy(max(0.0, used_kwh - sum(covered_kwh)), units.EXACT_DIGITS)
    residual = _residual_amount(supply).value
    parts.append(f"{rest} x {units.plain(residual, units.EXACT_DIGITS)} gCO2e/kWh")
    words = "all of it x residual mix"
    if supply.contracts:
        words = "contracts x their intensities + rest x residual mix"
    return Equation(
        "market-based emissions",
        f"{words}, of {boundary}",
        " + ".join(parts),
        co2e(emissions, units.EXACT_DIGITS),
    )


def carbon_free_shares(region: Region | None, year: int | None) -> tuple[Evidence, ...]:
    """Return a region's carbon-free shares, hourly and annual apart: shown, never converted."""
    if region is None:
        return ()
    hourly = regions().carbon_free_hourly(region, year)
    annual = regions().carbon_free_annual(region, year)
    stated = (
        ("hourly", "hour by hour", hourly, None if hourly is None else hourly.cfe_share_hourly),
        ("annual", "over the year", annual, None if annual is None else annual.cfe_share_annual),
    )
    return tuple(
        Evidence(
            f"carbon_free_share_{kind}",
            exact(share),
            "ratio",
            Method.MODELLED,
            row.source,
            row.year,
            f"{region.region}, matched {matched}; shown, never turned into emissions",
        )
        for kind, matched, row, share in stated
        if row is not None and share is not None
    )
