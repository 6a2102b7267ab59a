"""Emissions of making the hardware, and the share of them that falls to some work."""

from wattprint.domain.checks import number
from wattprint.domain.errors import InputError
from wattprint.domain.units import GRAMS_PER_KILOGRAM


def embodied_share_g(
    embodied_g: float, device_hours: float, *, lifetime_hours: float, lifetime_use: float
) -> float:
    """Share of a device's embodied emissions, by its hours of use over those of its life.

    Args:
        embodied_g: Emissions of making one device. [gCO2e]
        device_hours: Hours of use charged. [device-h]
        lifetime_hours: Hours from installation to retirement. [h]
        lifetime_use: Share of these in which the device is in use. [ratio, above 0 to 1]

    Returns:
        Emissions charged to the work. [gCO2e]

    Raises:
        ValueError: A negative or non-finite input, a lifetime of 0, a use outside (0, 1].

    Source:
        Luccioni, Viguier & Ligozat (2022), BLOOM, arXiv:2211.02001, sec. 4.1; Boavizta, server
        impact methodology. With lifetime_use 1 it is M of SCI, ISO/IEC 21031:2024.

    >>> embodied_share_g(150_000.0, 960.0, lifetime_hours=40_000.0, lifetime_use=0.8)
    4500.0
    """
    number("embodied_g", embodied_g)
    number("device_hours", device_hours)
    used_hours = _positive("lifetime_hours", lifetime_hours) * _positive_share(
        "lifetime_use", lifetime_use
    )
    return embodied_g * device_hours / used_hours


def logic_die_kg(
    area_cm2: float,
    *,
    fab_kwh_per_cm2: float,
    fab_g_per_kwh: float,
    gases_kg_per_cm2: float,
    materials_kg_per_cm2: float,
    die_yield: float,
) -> float:
    """Emissions of making a logic die: electricity, gases and materials of its wafer area.

    Args:
        area_cm2: Area of the die. [cm2]
        fab_kwh_per_cm2: Electricity of the fab. [kWh per cm2 of wafer]
        fab_g_per_kwh: Carbon intensity of the fab's electricity. [gCO2e/kWh]
        gases_kg_per_cm2: Gases that the fab lets out. [kgCO2e per cm2]
        materials_kg_per_cm2: Raw materials. [kgCO2e per cm2]
        die_yield: Good dies over all dies of a wafer. [ratio, above 0 to 1]

    Returns:
        Emissions of one good die. [kgCO2e]

    Raises:
        ValueError: A negative or non-finite input, a yield outside (0, 1].

    Source:
        Gupta et al. (2022), ACT, doi:10.1145/3470496.3527408, eq. 4-5.

    >>> logic_die_kg(8.0, fab_kwh_per_cm2=2.0, fab_g_per_kwh=500.0, gases_kg_per_cm2=0.25,
    ...              materials_kg_per_cm2=0.5, die_yield=0.875)
    16.0
    """
    given = {
        "area_cm2": area_cm2,
        "fab_kwh_per_cm2": fab_kwh_per_cm2,
        "fab_g_per_kwh": fab_g_per_kwh,
        "gases_kg_per_cm2": gases_kg_per_cm2,
        "materials_kg_per_cm2": materials_kg_per_cm2,
    }
    for name, amount in given.items():
        number(name, amount)
    electricity_kg_per_cm2 = fab_kwh_per_cm2 * fab_g_per_kwh / GRAMS_PER_KILOGRAM
    wafer_kg_per_cm2 = electricity_kg_per_cm2 + gases_kg_per_cm2 + materials_kg_per_cm2
    return area_cm2 * wafer_kg_per_cm2 / _positive_share("die_yield", die_yield)


def software_carbon_intensity_g(
    operational_g: float, embodied_g: float, *, functional_units: float
) -> float:
    """Software carbon intensity: emissions per functional unit.

    Args:
        operational_g: Location-based emissions of the electricity (O = E x I). [gCO2e]
        embodied_g: Embodied emissions reserved for the software (M). [gCO2e]
        functional_units: How many of what the software scales by: requests, users, tokens (R).

    Returns:
        SCI score. [gCO2e per functional unit]

    Raises:
        ValueError: A negative or non-finite input, no functional unit.

    Source:
        ISO/IEC 21031:2024.

    >>> software_carbon_intensity_g(150.0, 56.125, functional_units=100)
    2.06125
    """
    number("operational_g", operational_g)
    number("embodied_g", embodied_g)
    return (operational_g + embodied_g) / _positive("functional_units", functional_units)


def _positive(name: str, given: float) -> float:
    if number(name, given) == 0:
        raise InputError(f"{name} is {given!r}", "expected a finite number above 0")
    return given


def _positive_share(name: str, given: float) -> float:
    number(name, given, at_most=1)
    return _positive(name, given)
