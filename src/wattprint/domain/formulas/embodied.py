"""Emissions of making the hardware, and the share of them that falls to some work."""

from wattprint.domain.checks import number
from wattprint.domain.errors import InputError


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
    used_hours = _positive("lifetime_hours", lifetime_hours) * _positive_share(lifetime_use)
    return embodied_g * device_hours / used_hours


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


def _positive_share(lifetime_use: float) -> float:
    number("lifetime_use", lifetime_use, at_most=1)
    return _positive("lifetime_use", lifetime_use)
