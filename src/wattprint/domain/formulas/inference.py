"""Answering requests: how long devices are busy, and what generating tokens uses."""

from math import exp

from wattprint.domain.checks import number
from wattprint.domain.errors import InputError
from wattprint.domain.units import DAYS_PER_MONTH, DAYS_PER_WEEK, DAYS_PER_YEAR, SECONDS_PER_HOUR


def days_of_period(
    *, days: float = 0.0, weeks: float = 0.0, months: float = 0.0, years: float = 0.0
) -> float:
    """Days of a period in the mean Gregorian calendar.

    Args:
        days: Days. [d]
        weeks: Weeks of 7 days.
        months: Months, each a twelfth of a year: 30.436875 days.
        years: Years of 365.2425 days (8765.82 h).

    Returns:
        All of them together. [d]

    Raises:
        ValueError: A negative or non-finite input.

    Source:
        Gregorian calendar: 97 leap days in 400 years (ISO 8601-1:2019).

    >>> days_of_period(months=12)
    365.2425
    """
    for name, given in (("days", days), ("weeks", weeks), ("months", months), ("years", years)):
        number(name, given)
    return days + weeks * DAYS_PER_WEEK + months * DAYS_PER_MONTH + years * DAYS_PER_YEAR


def busy_hours(requests: float, requests_per_s: float) -> float:
    """Hours by the clock that answering requests takes.

    Args:
        requests: Requests answered.
        requests_per_s: Throughput of the devices together, while they are busy. [1/s]

    Returns:
        Hours in which they are busy. [h]

    Raises:
        ValueError: A negative or non-finite input, no throughput.

    Source:
        Definition of throughput.

    >>> busy_hours(7200, 2)
    1.0
    """
    number("requests", requests)
    if number("requests_per_s", requests_per_s) == 0:
        raise InputError(f"requests_per_s is {requests_per_s!r}", "expected a number above 0")
    return requests / requests_per_s / SECONDS_PER_HOUR


def read_energy_j(read_bytes: float, joules_per_byte: float) -> float:
    """Energy of an accelerator while it waits for its memory.

    Args:
        read_bytes: Bytes read. [B]
        joules_per_byte: Power of the accelerator over the bandwidth of its memory. [J/B]

    Returns:
        Energy of the accelerator. [J]

    Raises:
        ValueError: A negative or non-finite input.

    Source:
        Roofline of Williams, Waterman & Patterson (2009), doi:10.1145/1498765.1498785: bytes over
        bandwidth is the time.

    >>> read_energy_j(1e9, 200e-12)
    0.2
    """
    return number("read_bytes", read_bytes) * number("joules_per_byte", joules_per_byte)


def ecologits_accelerator_wh_per_token(
    active_parameters_b: float, batch: float, *, alpha: float, decay: float, gamma: float
) -> float:
    """Energy of one accelerator per output token, as EcoLogits' regression has it.

    Args:
        active_parameters_b: Active parameters, in billions.
        batch: Requests served together. [1 or more]
        alpha: Slope per billion active parameters at batch 0. [Wh/token]
        decay: How fast the slope falls with the batch. [per request]
        gamma: What every token costs. [Wh/token]

    Returns:
        Energy of each of the accelerators that the model is split over. [Wh/token]

    Raises:
        ValueError: A negative or non-finite input, a batch below 1.

    Source:
        EcoLogits 0.11.3 (2026), GenAI Impact: fitted to the ML.ENERGY measurements on H100;
        output tokens only, prompts do not enter.

    >>> round(ecologits_accelerator_wh_per_token(
    ...     8, 64, alpha=1.17e-6, decay=0.0112, gamma=4.05e-5) * 1e6, 1)
    45.1
    """
    number("active_parameters_b", active_parameters_b)
    number("batch", batch, at_least=1)
    for name, given in (("alpha", alpha), ("decay", decay), ("gamma", gamma)):
        number(name, given)
    return alpha * exp(-decay * batch) * active_parameters_b + gamma
