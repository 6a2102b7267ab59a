"""Inference: requests to answer, from throughput, a measured energy, or the model itself."""

from typing import Any, NamedTuple

from wattprint.domain import units
from wattprint.domain.checks import number, whole_number
from wattprint.domain.derived import Derived
from wattprint.domain.errors import ContradictionError, InputError
from wattprint.domain.evidence import Equation, Evidence, Method
from wattprint.domain.formulas.inference import busy_hours, days_of_period
from wattprint.domain.interval import exact
from wattprint.estimator.language_model import served_model
from wattprint.estimator.model_accelerators import ModelAccelerators
from wattprint.estimator.model_request import TOKEN_INPUTS
from wattprint.estimator.reckoning import Reckoning
from wattprint.estimator.service import Service, always_on
from wattprint.estimator.task import Task, refuse_beside

PERIODS = ("days", "weeks", "months", "years")
INFERENCE_INPUTS = (
    "inference",
    "requests",
    "requests_per_day",
    *PERIODS,
    "requests_per_s",
    "tokens_per_s",
    "energy_per_request_wh",
    *TOKEN_INPUTS,
    "replicas",
    "hours_per_day",
    "idle_share",
)
"""What can be said of inference alone, by the names that every front door takes."""

INSTEAD = ("hours", "device_hours", "energy_kwh")
"""What follows from requests, so that it cannot be given beside them."""
WATT_HOURS_PER_KWH = 1000.0
MOST_REQUESTS = 1e18
LEAST_THROUGHPUT, MOST_THROUGHPUT = 1e-9, 1e12
MOST_WATT_HOURS = 1e9
MOST_PERIODS = 1e6


class Demand(NamedTuple):
    """How many requests come, and in which time."""

    requests: float | None
    days: float | None

    @property
    def per_day(self) -> float | None:
        """Requests a day, if it is known in which time they come."""
        if self.requests is None or not self.days:
            return None
        return self.requests / self.days


def inference(inputs: dict[str, Any], said: dict[str, Any]) -> Task:
    """Work out what answering requests takes.

    Args:
        inputs: What describes hardware and time, as `described_work` takes it.
        said: What describes the inference: `INFERENCE_INPUTS` and `MODEL_INPUTS`.

    Raises:
        InputError: A value outside its limits, or too little to work from.
        ContradictionError: Inputs that cannot all be true.
    """
    refuse_beside("inference", inputs, INSTEAD, "they follow from the requests")
    demand = _demand(said)
    ways = [name for name in _WAYS if said[name] is not None]
    if len(ways) > 1:
        raise ContradictionError(
            f"{ways[0]} and {ways[1]} are both given",
            "each says what a request takes: give one of them",
        )
    _refuse_of_no_model(said)
    service = _service(said, demand)
    if not ways and (service is None or demand.requests):
        raise InputError(
            "nothing says what a request takes",
            "expected requests_per_s or tokens_per_s, energy_per_request_wh, "
            "or parameters_b with output_tokens",
        )
    if demand.requests is None and ways:
        raise InputError(
            "no number of requests is given",
            "expected requests, or requests_per_day with days, weeks, months or years",
        )
    task = _worked_out(inputs, said, demand, service)
    return task._replace(requests=demand.requests, requests_per_day=demand.per_day)


_WAYS = ("requests_per_s", "tokens_per_s", "energy_per_request_wh", "parameters_b")


def _worked_out(
    inputs: dict[str, Any], said: dict[str, Any], demand: Demand, service: Service | None
) -> Task:
    requests = demand.requests or 0.0
    if said["energy_per_request_wh"] is not None:
        return _measured(inputs, said, requests, service)
    if said["parameters_b"] is not None:
        task = served_model(inputs, said, requests)
    else:
        task = _throughput(inputs, said, requests)
    return task if service is None else always_on(task, service)


def _demand(said: dict[str, Any]) -> Demand:
    given = {
        name: number(name, said[name], at_most=MOST_PERIODS)
        for name in PERIODS
        if said[name] is not None
    }
    days = days_of_period(**given) if given else None
    requests, per_day = said["requests"], said["requests_per_day"]
    if requests is not None and per_day is not None:
        raise ContradictionError(
            f"requests is {requests!r} and requests_per_day is {per_day!r}", "give one of the two"
        )
    if requests is not None:
        return Demand(number("requests", requests, at_most=MOST_REQUESTS), days)
    if per_day is None:
        return Demand(None, days)
    per_day = number("requests_per_day", per_day, at_most=MOST_REQUESTS)
    if days is None:
        raise InputError(
            f"requests_per_day is {per_day!r} without a period",
            "expected days, weeks, months or years beside it",
        )
    return Demand(per_day * days, days)


def _refuse_of_no_model(said: dict[str, Any]) -> None:
    """Tokens of a request say something of a model, and output tokens of a throughput."""
    if said["parameters_b"] is not None:
        return
    of_model = ("active_parameters_b", "precision_bits", "prompt_tokens", "cached_tokens", "batch")
    of_tokens = () if said["tokens_per_s"] is not None else ("output_tokens",)
    for name in (*of_model, *of_tokens):
        if said[name] is not None:
            raise InputError(
                f"{name} is {said[name]!r} of no model", "expected parameters_b beside it"
            )


def _service(said: dict[str, Any], demand: Demand) -> Service | None:
    if said["replicas"] is None:
        for name in ("hours_per_day", "idle_share"):
            if said[name] is not None:
                raise InputError(
                    f"{name} is {said[name]!r} of no service", "expected replicas beside it"
                )
        return None
    replicas = whole_number("replicas", said["replicas"], at_least=1, at_most=10**9)
    if not demand.days:
        raise InputError(
            f"replicas is {replicas} without a period",
            "expected days, weeks, months or years: how long they are kept on",
        )
    hours = 24.0 if said["hours_per_day"] is None else said["hours_per_day"]
    hours = number("hours_per_day", hours, at_most=units.HOURS_PER_DAY)
    return Service(replicas, demand.days * hours, said["idle_share"])


def _measured(
    inputs: dict[str, Any], said: dict[str, Any], requests: float, service: Service | None
) -> Task:
    """Requests times the energy that one was measured to take."""
    if service is not None:
        raise ContradictionError(
            f"replicas is {service.replicas} beside energy_per_request_wh",
            "how long they were busy is not known: give requests_per_s and an accelerator instead",
        )
    each = number("energy_per_request_wh", said["energy_per_request_wh"], at_most=MOST_WATT_HOURS)
    if inputs["energy_at"] is None:
        raise InputError(
            f"energy_per_request_wh is {each!r}, but not where it was measured",
            "expected energy_at: accelerator (devices alone), it (at the wall) "
            "or facility (cooling included)",
        )
    for name in ("cpu", "memory_gb", "static_w"):
        if inputs["energy_at"] == "accelerator" and inputs[name] is not None:
            raise InputError(
                f"{name} is {inputs[name]!r} beside energy_per_request_wh",
                "how long the host was in use is not known: expected the energy at the wall, "
                "energy_at it, or requests_per_s instead",
            )
    kwh = requests * each / WATT_HOURS_PER_KWH
    equation = Equation(
        "energy",
        "requests x energy per request",
        f"{units.plain(requests, units.EXACT_DIGITS)} x {units.plain(each, units.EXACT_DIGITS)} Wh",
        units.energy(kwh, units.EXACT_DIGITS),
    )
    evidence = (
        _requests(requests),
        Evidence.given(
            "energy_per_request", exact(each), "Wh", f"measured at {inputs['energy_at']}"
        ),
    )
    return Task({**inputs, "energy_kwh": kwh}, Reckoning(evidence, (equation,)))


def _throughput(inputs: dict[str, Any], said: dict[str, Any], requests: float) -> Task:
    """Requests over what the accelerators answer in a second."""
    if all(inputs[name] is None for name in ("accelerator", "power_w", "cpu")):
        raise InputError(
            "nothing is given that answers the requests",
            "expected an accelerator or power_w, with count if it is more than one, or a cpu",
        )
    if said["requests_per_s"] is None and said["tokens_per_s"] is None:
        return Task({**inputs, "hours": 0.0})  # replicas that wait
    per_s, evidence = _requests_per_s(said)
    hours = busy_hours(requests, per_s)
    equation = Equation(
        "busy hours",
        "requests / requests per second",
        f"{units.plain(requests, units.EXACT_DIGITS)} / {units.plain(per_s, units.EXACT_DIGITS)} "
        "per s / 3600 s/h",
        f"{units.plain(hours, units.EXACT_DIGITS)} h",
    )
    count = ModelAccelerators.of(None, inputs["count"]).number_of or 1
    reckoned = Reckoning((_requests(requests), *evidence), (equation,), True)
    derived = [Derived("busy_hours", exact(hours), "h", Method.GIVEN)]
    if inputs["accelerator"] is not None or inputs["power_w"] is not None:
        derived.append(Derived("device_hours", exact(count * hours), "h", Method.GIVEN))
    return Task({**inputs, "count": count, "hours": hours}, reckoned, tuple(derived))


def _requests_per_s(said: dict[str, Any]) -> tuple[float, tuple[Evidence, ...]]:
    def rate(name: str) -> float:
        return number(name, said[name], at_least=LEAST_THROUGHPUT, at_most=MOST_THROUGHPUT)

    if said["requests_per_s"] is not None:
        per_s = rate("requests_per_s")
        return per_s, (Evidence.given("requests_per_s", exact(per_s), "1/s"),)
    tokens_per_s = rate("tokens_per_s")
    if said["output_tokens"] is None:
        raise InputError(
            f"tokens_per_s is {tokens_per_s!r} without the tokens of a request",
            "expected output_tokens beside it",
        )
    tokens = number("output_tokens", said["output_tokens"], at_least=1, at_most=MOST_REQUESTS)
    evidence = (
        Evidence.given("tokens_per_s", exact(tokens_per_s), "tokens/s"),
        Evidence.given("output_tokens", exact(tokens), "tokens"),
    )
    return tokens_per_s / tokens, evidence


def _requests(requests: float) -> Evidence:
    return Evidence.given("requests", exact(requests), "requests")
