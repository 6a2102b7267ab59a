"""Energy at the three boundaries: device, IT equipment at the wall, facility."""

from math import fsum

from wattprint.domain.checks import number, whole_number
from wattprint.domain.units import WATTS_PER_KILOWATT


def described_energy_kwh(device_hours: float, power_w: float) -> float:
    """Energy of devices that nobody metered: device-hours times mean power.

    Args:
        device_hours: Number of devices times the hours each was in use. [device-h]
        power_w: Mean power of one device; by convention its TDP times its utilization. [W]

    Returns:
        Energy of all devices. [kWh]

    Raises:
        ValueError: A negative or non-finite input.

    Source:
        Luccioni & Hernandez-Garcia (2023), Counting Carbon, arXiv:2302.08476, sec. 3.2;
        Lacoste et al. (2019), arXiv:1910.09700.

    >>> described_energy_kwh(8 * 120, 400)
    384.0
    """
    number("device_hours", device_hours)
    number("power_w", power_w)
    return device_hours * power_w / WATTS_PER_KILOWATT


def moved_energy_kwh(gigabytes: float, kwh_per_gb: float) -> float:
    """Energy of the network that moved some data.

    Args:
        gigabytes: Data moved. [GB]
        kwh_per_gb: Energy of the network. [kWh/GB]

    Returns:
        Energy of the network. [kWh]

    Raises:
        ValueError: A negative or non-finite input.

    Source:
        Aslan, Mayers, Koomey & France (2018), doi:10.1111/jiec.12630; Cloud Carbon Footprint,
        methodology (2021).

    >>> moved_energy_kwh(500.0, 0.001)
    0.5
    """
    number("gigabytes", gigabytes)
    number("kwh_per_gb", kwh_per_gb)
    return gigabytes * kwh_per_gb


def mean_power_w(tdp_w: float, utilization: float) -> float:
    """Mean power of a device as a share of its thermal design power.

    Args:
        tdp_w: Thermal design power. [W]
        utilization: Mean power over TDP. [ratio, 0 to 1]

    Returns:
        Mean power. [W]

    Raises:
        ValueError: A negative or non-finite power, a utilization outside 0 to 1.

    Source:
        Lacoste et al. (2019), arXiv:1910.09700 (utilization 1).

    >>> mean_power_w(300, 0.5)
    150.0
    """
    number("tdp_w", tdp_w)
    number("utilization", utilization, at_most=1)
    return tdp_w * utilization


def counter_energy_uj(previous_uj: int, current_uj: int, *, wraps_at_uj: int | None) -> int | None:
    """Energy between two readings of a cumulative counter that may have wrapped once.

    Args:
        previous_uj: Earlier reading. [uJ]
        current_uj: Later reading. [uJ]
        wraps_at_uj: Largest value the counter shows before it starts again at 0. [uJ]
            None when the counter does not say.

    Returns:
        Energy between the readings [uJ], or None when the counter went back and cannot have
        wrapped: it was reset, and what was used in between is unknown.

    Raises:
        ValueError: A negative reading, or one beyond the counter's range.

    Source:
        Linux kernel, Documentation/power/powercap/powercap.rst (energy_uj, max_energy_range_uj).

    >>> counter_energy_uj(90, 10, wraps_at_uj=99)
    20
    """
    ceiling = wraps_at_uj
    whole_number("previous_uj", previous_uj, at_least=0, at_most=ceiling)
    whole_number("current_uj", current_uj, at_least=0, at_most=ceiling)
    if current_uj >= previous_uj:
        return current_uj - previous_uj
    if wraps_at_uj is None:
        return None
    # From the last reading to the top, one step over it to 0, and on to this reading.
    return wraps_at_uj - previous_uj + 1 + current_uj


def it_energy_kwh(
    *,
    chips_kwh: float = 0.0,
    accelerator_kwh: float = 0.0,
    cpu_kwh: float = 0.0,
    memory_kwh: float = 0.0,
    static_kwh: float = 0.0,
    supply_efficiency: float = 1.0,
) -> float:
    """Energy of the IT equipment at the wall: its parts, over its power supply's efficiency.

    Args:
        chips_kwh: Accelerators, CPUs and memory where they are known only together. [kWh]
        accelerator_kwh: Accelerators. [kWh]
        cpu_kwh: Processors of the host. [kWh]
        memory_kwh: Main memory. [kWh]
        static_kwh: Board, fans, disks, idle parts: static power times time. [kWh]
        supply_efficiency: Output over input of the power supply. [ratio, above 0 to 1]

    Returns:
        Energy at the wall. [kWh]

    Raises:
        ValueError: A negative or non-finite energy, an efficiency outside (0, 1].

    Source:
        Node model of docs/formulas/it-energy.md; efficiency as in the 80 PLUS test protocol.

    >>> it_energy_kwh(accelerator_kwh=9.0, cpu_kwh=1.0, static_kwh=8.0, supply_efficiency=0.9)
    20.0
    """
    parts = {
        "chips_kwh": chips_kwh,
        "accelerator_kwh": accelerator_kwh,
        "cpu_kwh": cpu_kwh,
        "memory_kwh": memory_kwh,
        "static_kwh": static_kwh,
    }
    for name, kwh in parts.items():
        number(name, kwh)
    supply_efficiency_above_0(supply_efficiency)
    return fsum(parts.values()) / supply_efficiency


def supply_efficiency_above_0(supply_efficiency: float) -> float:
    """Return the efficiency of a power supply, or refuse it.

    Raises:
        ValueError: Outside 0.01 to 1 (a supply that wastes 99 % is a typing error).
    """
    hint = "0.9 means 10 % lost"
    return number("supply_efficiency", supply_efficiency, at_least=0.01, at_most=1, hint=hint)


def facility_energy_kwh(it_energy_kwh: float, pue: float) -> float:
    """Energy of the facility: IT energy times its power usage effectiveness.

    Args:
        it_energy_kwh: Energy of the IT equipment. [kWh]
        pue: Facility energy over IT energy, yearly mean. [ratio, 1 or more]

    Returns:
        Energy of the facility, cooling and distribution included. [kWh]

    Raises:
        ValueError: A negative or non-finite energy, a PUE below 1.

    Source:
        ISO/IEC 30134-2:2016.

    >>> facility_energy_kwh(384.0, 1.2)
    460.79999999999995
    """
    number("it_energy_kwh", it_energy_kwh)
    return it_energy_kwh * pue_at_least_1(pue)


def pue_at_least_1(pue: float) -> float:
    """Return the PUE, or refuse it.

    Raises:
        ValueError: Below 1 or not finite.
    """
    return number("pue", pue, at_least=1, hint="1.2 means 20 % overhead")
