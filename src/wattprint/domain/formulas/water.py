"""Water of computing: at the site and at the power plant."""

from wattprint.domain.checks import number


def water_l(
    it_energy_kwh: float,
    facility_energy_kwh: float,
    *,
    site_wue_l_per_kwh: float,
    grid_water_l_per_kwh: float,
) -> float:
    """Water of a site's cooling plus that of making its electricity.

    Consumption and withdrawal are different quantities: both factors must be of one kind.

    Args:
        it_energy_kwh: Energy of the IT equipment. [kWh]
        facility_energy_kwh: Energy of the facility. [kWh]
        site_wue_l_per_kwh: Water usage effectiveness of the site. [L per kWh of IT energy]
        grid_water_l_per_kwh: Water factor of the grid. [L per kWh of electricity]

    Returns:
        Water. [L]

    Raises:
        ValueError: A negative or non-finite input.

    Source:
        ISO/IEC 30134-9:2022; Li et al. (2023), arXiv:2304.03271, eq. 1-3.

    >>> water_l(100.0, 120.0, site_wue_l_per_kwh=0.5, grid_water_l_per_kwh=2.0)
    290.0
    """
    number("it_energy_kwh", it_energy_kwh)
    number("facility_energy_kwh", facility_energy_kwh)
    number("site_wue_l_per_kwh", site_wue_l_per_kwh)
    number("grid_water_l_per_kwh", grid_water_l_per_kwh)
    return it_energy_kwh * site_wue_l_per_kwh + facility_energy_kwh * grid_water_l_per_kwh
