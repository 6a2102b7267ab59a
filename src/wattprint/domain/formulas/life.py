"""The life of a model: preparation, training, and every request it answers."""

from wattprint.domain.checks import number
from wattprint.domain.errors import InputError


def repeated_kwh(energy_kwh: float, repeats: float) -> float:
    """Energy of work that was done more than once.

    Args:
        energy_kwh: Energy of one run. [kWh]
        repeats: Runs really made, or a declared multiplier for an estimate. [1 or more]

    Returns:
        Energy of all runs. [kWh]

    Raises:
        ValueError: A negative or non-finite energy, fewer than one run.

    Source:
        Lannelongue, Grealey & Inouye (2021), Green Algorithms, doi:10.1002/advs.202100707
        (pragmatic scaling factor).

    >>> repeated_kwh(2.0, 10)
    20.0
    """
    number("energy_kwh", energy_kwh)
    return energy_kwh * number("repeats", repeats, at_least=1)


def life_energy_kwh(
    preparation_kwh: float, training_kwh: float, *, requests: float, kwh_per_request: float
) -> float:
    """Energy of a model's life: preparation, training, and its requests.

    Args:
        preparation_kwh: Data, search, failed and abandoned runs. [kWh]
        training_kwh: The training that made the model. [kWh]
        requests: Requests answered over its life.
        kwh_per_request: Energy of one request. [kWh]

    Returns:
        Energy of the whole life. [kWh]

    Raises:
        ValueError: A negative or non-finite input.

    Source:
        Luccioni, Jernite & Strubell (2024), Power Hungry Processing, arXiv:2311.16863, sec. 4.4.

    >>> life_energy_kwh(100.0, 400.0, requests=1000, kwh_per_request=0.5)
    1000.0
    """
    for name, given in (
        ("preparation_kwh", preparation_kwh),
        ("training_kwh", training_kwh),
        ("requests", requests),
        ("kwh_per_request", kwh_per_request),
    ):
        number(name, given)
    return preparation_kwh + training_kwh + requests * kwh_per_request


def break_even_requests(training_kwh: float, kwh_per_request: float) -> float:
    """Requests after which answering has used as much energy as training did.

    Args:
        training_kwh: Energy of the training. [kWh]
        kwh_per_request: Energy of one request. [kWh]

    Returns:
        Number of requests; not rounded.

    Raises:
        ValueError: A negative or non-finite input, requests that cost nothing.

    Source:
        Luccioni, Jernite & Strubell (2024), Power Hungry Processing, arXiv:2311.16863, table 5.

    >>> break_even_requests(500.0, 0.25)
    2000.0
    """
    number("training_kwh", training_kwh)
    if number("kwh_per_request", kwh_per_request) == 0:
        raise InputError("kwh_per_request is 0", "expected a finite number above 0")
    return training_kwh / kwh_per_request


def full_runs(finished: float, failed: float, *, failed_share: float) -> float:
    """Runs of full length that a sweep amounts to: those finished, and parts of those failed.

    Args:
        finished: Runs that came to their end, the one that was kept among them. [1 or more]
        failed: Runs that failed or were abandoned.
        failed_share: Mean share of a full run that these took. [ratio, 0 to 1]

    Returns:
        Full runs.

    Raises:
        ValueError: A negative or non-finite input, fewer than one finished run, a share above 1.

    Source:
        Strubell, Ganesh & McCallum (2019), arXiv:1906.02243, sec. 4 (a result costs all the runs
        that led to it).

    >>> full_runs(20, 10, failed_share=0.5)
    25.0
    """
    number("finished", finished, at_least=1)
    number("failed", failed)
    return finished + failed * number("failed_share", failed_share, at_most=1)
