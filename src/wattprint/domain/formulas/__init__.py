"""The formulas: pure functions of plain floats, one page of docs/formulas/ each."""

from wattprint.domain.formulas.embodied import embodied_share_g, software_carbon_intensity_g
from wattprint.domain.formulas.emissions import location_based_emissions_g, market_based_emissions_g
from wattprint.domain.formulas.energy import (
    counter_energy_uj,
    described_energy_kwh,
    facility_energy_kwh,
    it_energy_kwh,
    mean_power_w,
    pue_at_least_1,
    supply_efficiency_above_0,
)
from wattprint.domain.formulas.life import break_even_requests, life_energy_kwh, repeated_kwh
from wattprint.domain.formulas.water import water_l

__all__ = [
    "break_even_requests",
    "counter_energy_uj",
    "described_energy_kwh",
    "embodied_share_g",
    "facility_energy_kwh",
    "it_energy_kwh",
    "life_energy_kwh",
    "location_based_emissions_g",
    "market_based_emissions_g",
    "mean_power_w",
    "pue_at_least_1",
    "repeated_kwh",
    "software_carbon_intensity_g",
    "supply_efficiency_above_0",
    "water_l",
]
