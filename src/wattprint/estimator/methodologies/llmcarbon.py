"""LLMCarbon (Faiz et al. 2024): training of a language model from its parameters and tokens."""

from collections.abc import Sequence
from typing import NamedTuple

from wattprint.domain.checks import number
from wattprint.domain.errors import InputError
from wattprint.domain.formulas.energy import pue_at_least_1
from wattprint.domain.units import GRAMS_PER_KILOGRAM, SECONDS_PER_HOUR, WATTS_PER_KILOWATT
from wattprint.estimator.methodologies.inputs import refuse_impossible

FLOPS_PER_PARAMETER_AND_TOKEN = 6.0
"""Forward and backward pass: Hoffmann et al. (2022), arXiv:2203.15556."""
LIFESPAN_DAYS = 5 * 365
"""Life of the hardware, LLMCarbon. [days]"""
_KWH_PER_MWH = 1000.0


class Chip(NamedTuple):
    """A part of the hardware by its area or capacity."""

    amount: float
    """Area or capacity of one [cm2 or GB]."""
    kg_per_amount: float
    """Carbon per area or capacity (CPA) [kgCO2e/cm2 or kgCO2e/GB]."""
    pieces: float


def training_flops(parameters_b: float, tokens_b: float) -> float:
    """Floating-point operations of a training: 6 x parameters x tokens.

    Args:
        parameters_b: Parameters; of a mixture of experts, those of its dense base model. [1e9]
        tokens_b: Tokens. [1e9]

    Source:
        Faiz et al. (2024), arXiv:2309.14393, eq. 2.

    >>> training_flops(175, 300)
    3.15e+23
    """
    refuse_impossible(parameters_b=parameters_b, tokens_b=tokens_b)
    return FLOPS_PER_PARAMETER_AND_TOKEN * parameters_b * tokens_b * 1e18


def device_hours(flops: float, *, peak_tflops: float, efficiency: float) -> float:
    """Device-hours of a training: operations over what one device achieves.

    Args:
        flops: Operations. [FLOP]
        peak_tflops: Peak of one device. [1e12 FLOP/s]
        efficiency: Achieved over peak. [ratio, above 0 to 1]

    Source:
        Faiz et al. (2024), arXiv:2309.14393, eq. 3.

    >>> round(device_hours(3.15e23, peak_tflops=125, efficiency=0.197))
    3553299
    """
    refuse_impossible(flops=flops)
    number("efficiency", efficiency, at_most=1)
    if number("peak_tflops", peak_tflops) * efficiency == 0:
        raise InputError("peak_tflops or efficiency is 0", "expected numbers above 0")
    return flops / (peak_tflops * efficiency * 1e12) / SECONDS_PER_HOUR


def energy_mwh(hours: float, *, power_w: float, pue: float) -> float:
    """Facility energy of device-hours at the mean power of a device's system [MWh].

    Source:
        Faiz et al. (2024), arXiv:2309.14393, eq. 5 and 6.

    >>> round(energy_mwh(3553299, power_w=330, pue=1.1), 1)
    1289.8
    """
    refuse_impossible(hours=hours, power_w=power_w)
    return hours * power_w * pue_at_least_1(pue) / WATTS_PER_KILOWATT / _KWH_PER_MWH


def emissions_t(energy_mwh: float, intensity_kg_per_kwh: float) -> float:
    """Operational emissions: MWh x kg/kWh is tonnes [tCO2e].

    >>> emissions_t(1000.0, 0.429)
    429.0
    """
    refuse_impossible(energy_mwh=energy_mwh, intensity_kg_per_kwh=intensity_kg_per_kwh)
    return energy_mwh * intensity_kg_per_kwh


def embodied_t(chips: Sequence[Chip], days: float) -> float:
    """Embodied emissions of hardware used for some days: area x CPA x days over its life.

    Args:
        chips: The parts.
        days: Days of use. [days]

    Returns:
        Emissions charged. [tCO2e]

    Source:
        Faiz et al. (2024), arXiv:2309.14393, eq. 7 to 9.

    >>> round(embodied_t([Chip(8.15, 1.2, 512)], 20.4), 4)
    0.056
    """
    refuse_impossible(days=days)
    made_kg = sum(chip.amount * chip.kg_per_amount * chip.pieces for chip in chips)
    return made_kg * days / LIFESPAN_DAYS / GRAMS_PER_KILOGRAM
