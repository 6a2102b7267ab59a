"""Work under EcoLogits: requests to a language model, and not hours of hardware."""

from collections.abc import Mapping
from typing import Any, NamedTuple, NoReturn

from wattprint.domain.checks import number
from wattprint.domain.errors import InputError
from wattprint.domain.evidence import Evidence, Method
from wattprint.domain.interval import exact
from wattprint.domain.units import GRAMS_PER_KILOGRAM
from wattprint.estimator.market import INTENSITY_UNIT
from wattprint.estimator.methodologies.applied.common import (
    Part,
    constant,
    energy_equation,
    figure_of,
)
from wattprint.estimator.methodologies.ecologits import (
    BATCH,
    BITS,
    GPU_MAKING,
    Steps,
    making_share,
    request_steps,
)
from wattprint.estimator.methodologies.ecologits_tables import known_mix
from wattprint.estimator.methodologies.figure import MethodFigure, Terms
from wattprint.estimator.methodologies.job import Job
from wattprint.estimator.methodologies.places import value_of
from wattprint.factors.regions import regions
from wattprint.factors.zones import zones

SOURCE, YEAR, RELEASE = "ecologits", 2026, "0.11.3"
REQUEST_INPUTS = (
    *("parameters_b", "active_parameters_b", "output_tokens", "requests", "batch"),
    *("precision_bits", "zone", "region", "intensity", "pue", "inference"),
)
"""What it takes of a description of requests."""


class Requests(NamedTuple):
    """Requests to a language model."""

    requests: float
    parameters_b: float
    active_parameters_b: float
    output_tokens: float
    batch: float
    bits: float


def figure(job: Job) -> NoReturn:  # noqa: ARG001 - the signature of every methodology
    """Refuse: hours of hardware say nothing of tokens.

    Raises:
        InputError: Always.
    """
    raise InputError(
        "ecologits accounts for requests to a language model, not for hours of hardware",
        "expected parameters and output tokens of requests",
    )


def asks_for_requests(inputs: Mapping[str, Any]) -> bool:
    """Return whether a description is one of requests to a language model."""
    return inputs.get("parameters_b") is not None and inputs.get("output_tokens") is not None


def request_figure(inputs: Mapping[str, Any]) -> MethodFigure:
    """Return the figure of requests: GPUs, their share of a server, PUE, and the making.

    Raises:
        InputError: An impossible input, no PUE, or a country that it does not know.
    """
    asked = _requests(inputs)
    steps = request_steps(
        asked.active_parameters_b,
        asked.parameters_b,
        asked.output_tokens,
        batch=asked.batch,
        bits=asked.bits,
    )
    made = making_share(steps.generation_latency_s, steps.gpus, release=RELEASE, batch=asked.batch)
    pue, intensity = _pue(inputs), _intensity(inputs)
    terms = Terms(
        device_kwh=asked.requests * steps.gpus * steps.gpu_energy_kwh,
        other_kwh=asked.requests * steps.server_energy_kwh,
        pue=value_of(pue),
        intensity_g_per_kwh=value_of(intensity),
        embodied_kg=asked.requests * made.gwp_kg,
    )
    gpu_kg = GPU_MAKING[RELEASE].gwp_kg
    making = constant("gpu_making", gpu_kg, "kgCO2e", SOURCE, YEAR, "an H100, over three years")
    return figure_of(
        terms,
        parts=(Part(evidence=_said(asked.requests)), _request(steps)),
        evidence=(pue, intensity, making),
        notes=("prompt tokens do not enter",),
    )


def _said(requests: float) -> Evidence:
    return Evidence.given("requests", exact(requests), "requests")


def _request(steps: Steps) -> Part:
    """Return the energy of one request, and how it comes about."""
    note = f"{steps.gpus} GPUs of 80 GB, {steps.generation_latency_s:.3g} s a request"
    gpu_wh = steps.gpu_energy_kwh * 1000
    numbers = f"{steps.gpus} x {steps.gpu_energy_kwh:.4g} + {steps.server_energy_kwh:.4g} kWh"
    words = "GPUs x energy of one + share of the server"
    return Part(
        steps.it_energy_kwh,
        constant("gpu_energy", gpu_wh, "Wh", SOURCE, YEAR, note),
        energy_equation("request", words, numbers, steps.it_energy_kwh),
    )


def _requests(inputs: Mapping[str, Any]) -> Requests:
    def said(name: str, otherwise: float, *, at_least: float = 0.0) -> float:
        given = inputs.get(name)
        return otherwise if given is None else number(name, given, at_least=at_least)

    parameters_b = number("parameters_b", inputs["parameters_b"], at_least=1e-9)
    return Requests(
        requests=said("requests", 1.0),
        parameters_b=parameters_b,
        active_parameters_b=said("active_parameters_b", parameters_b),
        output_tokens=number("output_tokens", inputs["output_tokens"]),
        batch=said("batch", BATCH, at_least=1),
        bits=said("precision_bits", BITS, at_least=1),
    )


def _pue(inputs: Mapping[str, Any]) -> Evidence:
    pue = inputs.get("pue")
    if pue is None or isinstance(pue, str):
        raise InputError(
            "ecologits needs the PUE of the model's provider",
            "expected a pue (it takes 1.2 for OpenAI, 1.09 for Google, 1.16 for Mistral)",
        )
    return Evidence.given("pue", exact(number("pue", pue, at_least=1)), "ratio")


def _intensity(inputs: Mapping[str, Any]) -> Evidence | None:
    """Return the intensity as stated, else that of its own table for the country."""
    if inputs.get("intensity") is not None:
        grams = exact(number("intensity", inputs["intensity"]))
        return Evidence.given("carbon_intensity", grams, INTENSITY_UNIT)
    code = _country(inputs)
    if code is None:
        return None
    grams = exact(known_mix(code).gwp_kg_per_kwh * GRAMS_PER_KILOGRAM)
    note = f"{code}, as EcoLogits {RELEASE} has it"
    return Evidence("carbon_intensity", grams, INTENSITY_UNIT, Method.MODELLED, SOURCE, YEAR, note)


def _country(inputs: Mapping[str, Any]) -> str | None:
    if inputs.get("region") is not None:
        return zones().find(regions().find(inputs["region"]).country).iso3
    if inputs.get("zone") is None:
        return None
    found = zones().find(inputs["zone"])
    return found.iso3 or zones().find(found.zone.partition("-")[0]).iso3
