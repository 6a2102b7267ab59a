"""Emissions of electricity: location-based and market-based, never netted by offsets."""

from collections.abc import Sequence
from math import fsum
from operator import mul

from wattprint.domain.checks import number
from wattprint.domain.errors import InputError
from wattprint.domain.formulas.energy import pue_at_least_1


def location_based_emissions_g(
    energy_kwh: Sequence[float], carbon_intensity_g_per_kwh: Sequence[float], *, pue: float
) -> float:
    """Charge each interval's energy at the intensity of the grid that served it.

    Args:
        energy_kwh: IT energy per interval, facility overhead excluded. [kWh]
        carbon_intensity_g_per_kwh: Mean intensity over the same intervals. [gCO2e/kWh]
        pue: Facility energy over IT energy. [ratio, 1 or more]

    Returns:
        Location-based emissions of the whole run. [gCO2e]

    Raises:
        ValueError: Series of unequal length, a negative or non-finite value, pue below 1.

    Source:
        GHG Protocol Scope 2 Guidance (2015), ch. 6; PUE as defined in ISO/IEC 30134-2.

    >>> location_based_emissions_g([1.0, 3.0], [400.0, 100.0], pue=1.5)
    1050.0
    """
    _same_length(energy_kwh=energy_kwh, carbon_intensity_g_per_kwh=carbon_intensity_g_per_kwh)
    pue_at_least_1(pue)
    # fsum, because engines return rows in any order and the total must not depend on it.
    return pue * fsum(map(mul, energy_kwh, carbon_intensity_g_per_kwh))


def market_based_emissions_g(
    facility_energy_kwh: float,
    contracted_kwh: Sequence[float],
    contract_g_per_kwh: Sequence[float],
    *,
    residual_g_per_kwh: float,
) -> float:
    """Charge contracted energy at its contract's factor, and the rest at the residual mix.

    Args:
        facility_energy_kwh: Energy of the facility. [kWh]
        contracted_kwh: Energy covered by each contract or certificate. [kWh]
        contract_g_per_kwh: Emission factor of each. [gCO2e/kWh]
        residual_g_per_kwh: Residual mix, or the grid's average where none is published.
            [gCO2e/kWh]

    Returns:
        Market-based emissions. [gCO2e]

    Raises:
        ValueError: Series of unequal length, a negative or non-finite value, contracts for more
            than was used (a surplus lowers nobody's emissions).

    Source:
        GHG Protocol Scope 2 Guidance (2015), ch. 6, table 6.3.

    >>> market_based_emissions_g(100.0, [60.0], [0.0], residual_g_per_kwh=500.0)
    20000.0
    """
    number("facility_energy_kwh", facility_energy_kwh)
    number("residual_g_per_kwh", residual_g_per_kwh)
    _same_length(contracted_kwh=contracted_kwh, contract_g_per_kwh=contract_g_per_kwh)
    covered_kwh = fsum(contracted_kwh)
    if covered_kwh > facility_energy_kwh:
        raise InputError(
            f"contracted_kwh adds up to {covered_kwh!r}",
            f"expected at most the energy used, {facility_energy_kwh!r} kWh",
        )
    uncovered_kwh = facility_energy_kwh - covered_kwh
    return fsum([*map(mul, contracted_kwh, contract_g_per_kwh), uncovered_kwh * residual_g_per_kwh])


def _same_length(**series: Sequence[float]) -> None:
    """Refuse paired series of unequal length, and any negative or non-finite member."""
    if len({len(values) for values in series.values()}) > 1:
        lengths = ", ".join(f"{name} has {len(values)}" for name, values in series.items())
        raise InputError(lengths, "expected one of each per interval or contract")
    for name, values in series.items():
        for i, value in enumerate(values):
            number(f"{name}[{i}]", value)
