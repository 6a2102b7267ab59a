"""ML CO2 Impact (Lacoste et al. 2019): one device, its TDP, hours and region, rounded as it rounds.

The form rounds energy, the intensity of a region and the emissions to two decimals each; a custom
intensity it takes as typed. Constants and roundings are those of the form at commit d0d3ee5.
"""

from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from wattprint.domain.units import (
    GRAMS_PER_KILOGRAM,
    KILOMETRES_PER_MILE,
    WATTS_PER_KILOWATT,
    plain,
)
from wattprint.estimator.methodologies.inputs import refuse_impossible

KG_PER_MILE = 3.98 * 1e-4 * 1e3
"""EPA, average passenger vehicle, as the form has it. [kgCO2e/mile]"""
KG_PER_KG_COAL = 9.05 * 1e-4 * 1e3 * 2.204623
"""EPA, 9.05e-4 t per pound of coal, as the form has it. [kgCO2e/kg]"""
KG_PER_SEEDLING = 0.06 * 1e3
"""EPA, urban tree seedling grown for ten years, as the form has it. [kgCO2e]"""
SHOWN_DECIMALS = 2
_PLAIN_POWERS = {0: 1.0, 1: 10.0, 2: 100.0, -1: 0.1, -2: 0.01}
"""Powers of ten that the form writes out; all others it writes with an exponent."""


class FormResult(NamedTuple):
    """What the form shows."""

    energy_kwh: float
    intensity_kg_per_kwh: float
    emitted_kg: float
    offset_kg: float
    km_driven: float | str | None
    coal_burned_kg: float | str | None
    seedlings_10y: float | str | None

    @property
    def crash(self) -> str | None:
        """'TypeError' where the form's number format fails on a number of one digit, 0 included."""
        shown = (self.km_driven, self.coal_burned_kg, self.seedlings_10y)
        return "TypeError" if None in shown else None


def two_digits(amount: float) -> float:
    """Round to two decimals, halves of the exact binary number up, as a browser's toFixed does.

    >>> two_digits(1.005), two_digits(2.675), two_digits(1.225)
    (1.0, 2.67, 1.23)
    """
    exact = Decimal(amount)
    return float(exact.quantize(Decimal("0.01"), ROUND_HALF_UP)) if abs(amount) < 1e21 else amount


def form_result(
    *,
    power_w: float,
    hours: float,
    intensity_g_per_kwh: float,
    is_region: bool,
    offset_percent: float = 0.0,
) -> FormResult:
    """Emissions of one device as the form of ML CO2 Impact computes and rounds them.

    Args:
        power_w: Thermal design power of the device. [W]
        hours: Hours of use. [h]
        intensity_g_per_kwh: Carbon intensity. [gCO2e/kWh]
        is_region: Whether it is that of a provider's region, which the form rounds to two decimals
            of kg/kWh, or a custom one, which it does not round.
        offset_percent: Share that the provider says it offsets. [%]

    Raises:
        InputError: A negative or non-finite input.

    Source:
        Lacoste et al. (2019), arXiv:1910.09700; mlco2/impact, commit d0d3ee5.

    >>> form_result(power_w=300, hours=100, intensity_g_per_kwh=297, is_region=True).emitted_kg
    9.0
    """
    refuse_impossible(
        power_w=power_w,
        hours=hours,
        intensity_g_per_kwh=intensity_g_per_kwh,
        offset_percent=offset_percent,
    )
    energy_kwh = two_digits(power_w * hours / WATTS_PER_KILOWATT)
    intensity = intensity_g_per_kwh / GRAMS_PER_KILOGRAM
    intensity = two_digits(intensity) if is_region else intensity
    emitted_kg = two_digits(energy_kwh * intensity)
    return FormResult(
        energy_kwh,
        intensity,
        emitted_kg,
        two_digits(emitted_kg * offset_percent / 100),
        shown_number(emitted_kg / (KG_PER_MILE / KILOMETRES_PER_MILE)),
        shown_number(emitted_kg / KG_PER_KG_COAL),
        shown_number(emitted_kg / KG_PER_SEEDLING),
    )


def shown_number(amount: float) -> float | str | None:
    """A number as the form shows it: two digits after the first, the others cut off.

    Args:
        amount: The number.

    Returns:
        The number from 0.01 to 999, HTML with a power of ten beyond, and None where the form
        fails: it looks for a decimal point, and a number of one significant digit has none.

    >>> shown_number(36.39), shown_number(0.00383333), shown_number(0.0)
    (36.3, '3.83 <small>x</small>10<sup>-3</sup>', None)
    """
    shortest = Decimal(repr(amount)).normalize()
    digits = "".join(map(str, shortest.as_tuple().digits))
    if len(digits) == 1:
        return None
    power = shortest.adjusted()
    mantissa = float(f"{digits[0]}.{digits[1 : 1 + SHOWN_DECIMALS]}")
    if power in _PLAIN_POWERS:
        return two_digits(mantissa * _PLAIN_POWERS[power])
    return f"{plain(mantissa)} <small>x</small>10<sup>{power}</sup>"
