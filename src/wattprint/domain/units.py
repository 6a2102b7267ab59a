"""Exact constants of conversion, and quantities as people read them."""

from math import floor, isfinite, log10

JOULES_PER_KWH = 3_600_000.0
MICROJOULES_PER_JOULE = 1_000_000
SECONDS_PER_HOUR = 3600.0
WATTS_PER_KILOWATT = 1000.0
GRAMS_PER_KILOGRAM = 1000.0
BITS_PER_BYTE = 8
HOURS_PER_DAY = 24.0
DAYS_PER_WEEK = 7.0
DAYS_PER_YEAR = 365.2425
"""Mean Gregorian year: 97 leap days in 400 years. [d]"""
DAYS_PER_MONTH = DAYS_PER_YEAR / 12
HOURS_PER_YEAR = HOURS_PER_DAY * DAYS_PER_YEAR
"""[h]"""
GRAMS_PER_POUND = 453.59237
"""International avoirdupois pound, exact since 1959. [g]"""
KILOMETRES_PER_MILE = 1.609344
"""International mile, exact since 1959. [km]"""

Bounds = tuple[float, float, float]
"""Value, low and high of a range."""
Ladder = tuple[tuple[float, str], ...]
"""Units by size, each with its scale, the smallest first."""

SMALLEST_PLAIN = 1e-6
"""Below a millionth, zeros are counted more easily as an exponent."""
EXACT_DIGITS = 6
"""Significant digits with which a figure of no width is written."""

_MASS_LADDER = (
    (1e-6, "µg"),
    (1e-3, "mg"),
    (1.0, "g"),
    (1e3, "kg"),
    (1e6, "t"),
    (1e9, "kt"),
    (1e12, "Mt"),
)
_ENERGY_LADDER = (
    (1e-9, "µWh"),
    (1e-6, "mWh"),
    (1e-3, "Wh"),
    (1.0, "kWh"),
    (1e3, "MWh"),
    (1e6, "GWh"),
    (1e9, "TWh"),
)


def round_significant(number: float, digits: int) -> float:
    """Round to a number of significant digits.

    >>> round_significant(0.0123456, 3)
    0.0123
    """
    if number == 0 or not isfinite(number):
        return number
    return round(number, digits - 1 - floor(log10(abs(number))))


def plain(number: float, digits: int = 3) -> str:
    """Write a number with at most `digits` significant digits, thousands apart.

    >>> plain(0.000123456), plain(1234567.0), plain(161.28, 6), plain(4e-9)
    ('0.000123', '1,230,000', '161.28', '4e-09')
    >>> plain(float("inf"))
    'inf'
    """
    rounded = round_significant(number, digits)
    if rounded == 0:
        return "0"
    if not isfinite(rounded):
        return str(rounded)
    if abs(rounded) < SMALLEST_PLAIN:
        return f"{rounded:.{digits}g}"
    decimals = max(0, digits - 1 - floor(log10(abs(rounded))))
    text = f"{rounded:,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def mass(grams: float, digits: int = 3) -> str:
    """Write a mass in the unit that leaves 1 to 999 before the point.

    Args:
        grams: Mass. [g]
        digits: Significant digits kept.

    >>> mass(999), mass(1_000), mass(999_000), mass(1e6), mass(1e12)
    ('999 g', '1 kg', '999 kg', '1 t', '1 Mt')
    """
    scale, unit = _rung(grams, _MASS_LADDER, digits)
    return f"{plain(grams / scale, digits)} {unit}"


def energy(kwh: float, digits: int = 3) -> str:
    """Write an energy in the unit that leaves 1 to 999 before the point.

    Args:
        kwh: Energy. [kWh]
        digits: Significant digits kept.

    >>> energy(0.42), energy(460.8, 6), energy(1287000), energy(2.5e6)
    ('420 Wh', '460.8 kWh', '1.29 GWh', '2.5 GWh')
    """
    scale, unit = _rung(kwh, _ENERGY_LADDER, digits)
    return f"{plain(kwh / scale, digits)} {unit}"


def mass_range(grams: Bounds, digits: int = 3) -> str:
    """Write a mass and its interval, (value, low, high) in g, in one unit: '24 g CO2e (18-31)'."""
    return _with_interval(grams, _MASS_LADDER, " CO2e", digits)


def energy_range(kwh: Bounds, digits: int = 3) -> str:
    """Write an energy and its interval, (value, low, high) in kWh, in one unit."""
    return _with_interval(kwh, _ENERGY_LADDER, "", digits)


def mass_unit(grams: float) -> tuple[float, str]:
    """Return the unit in which a mass is written, in g, and its name.

    >>> mass_unit(33_200_000.0)
    (1000000.0, 't')
    """
    return _rung(grams, _MASS_LADDER, 3)


def energy_unit(kwh: float) -> tuple[float, str]:
    """Return the unit in which an energy is written, in kWh, and its name.

    >>> energy_unit(239_000.0)
    (1000.0, 'MWh')
    """
    return _rung(kwh, _ENERGY_LADDER, 3)


def duration(seconds: float) -> str:
    """Write a duration as people say it.

    >>> duration(0.25), duration(75), duration(9000), duration(200_000)
    ('0.25 s', '1 min 15 s', '2 h 30 min', '2 d 7 h')
    """
    if round_significant(seconds, 3) < 60:
        return f"{plain(seconds)} s"
    minutes, whole_seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    steps = ((days, "d"), (hours, "h"), (minutes, "min"), (whole_seconds, "s"))
    first = next(i for i, (count, _) in enumerate(steps) if count)
    return " ".join(f"{count} {unit}" for count, unit in steps[first : first + 2] if count)


def _rung(amount: float, ladder: Ladder, digits: int) -> tuple[float, str]:
    """Choose the unit after rounding, so that 999.6 g at three digits is 1 kg and not 1000 g."""
    rounded = round_significant(amount, digits)
    fitting = [rung for rung in ladder if rung[0] <= rounded * (1 + 1e-12)]
    base = next(rung for rung in ladder if rung[1] in ("g", "Wh"))
    if amount == 0:
        return base
    return fitting[-1] if fitting else ladder[0]


def _with_interval(bounds: Bounds, ladder: Ladder, suffix: str, digits: int) -> str:
    value, low, high = bounds
    if low == high:
        digits = EXACT_DIGITS
    scale, unit = _rung(value, ladder, digits)
    text = f"{plain(value / scale, digits)} {unit}{suffix}"
    return text if low == high else f"{text} ({plain(low / scale)}-{plain(high / scale)})"
