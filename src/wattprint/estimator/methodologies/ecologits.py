"""EcoLogits: impacts of a request to a language model, from its parameters and output tokens.

Releases 0.11.3 and 0.9.1: the same call gives another number, because the GPU's making went from
164 to 273 kg, the time to a token from a regression to what providers show, and water no longer
counts PUE twice. Prompt tokens do not enter.
"""

from collections.abc import Iterator
from math import ceil, exp, inf, log2
from typing import NamedTuple

from wattprint.domain.checks import number, one_of
from wattprint.domain.errors import InputError
from wattprint.domain.units import SECONDS_PER_HOUR
from wattprint.estimator.methodologies.inputs import refuse_impossible

ENERGY_SCALE, ENERGY_DECAY, ENERGY_OFFSET = (
    1.1665273170451914e-06,
    -0.011205921025579175,
    4.052928146734005e-05,
)
"""Regression of a GPU's energy per token over parameters and batch. [Wh per 1e9, 1, Wh]"""
LATENCY_PER_PARAMETER, LATENCY_PER_BATCH, LATENCY_OFFSET = (
    0.0006785088094353663,
    0.0003119310311688259,
    0.019473717579473387,
)
"""Regression of the time per token. [s per 1e9, s, s]"""
BATCH = 64
BITS = 16
MEMORY_OVERHEAD = 1.2
GPU_MEMORY_GB, SERVER_GPUS, SERVER_KW = 80.0, 8, 1.2
"""A server of eight H100 without its GPUs' power. [GB, 1, kW]"""
LIFESPAN_S = 3 * 365 * 24 * 3600
"""Three years. [s]"""


class Making(NamedTuple):
    """Impacts of making a piece of hardware."""

    gwp_kg: float
    adpe_kg_sb: float
    pe_mj: float


SERVER_MAKING = Making(5700.0, 0.37, 70_000.0)
GPU_MAKING = {"0.11.3": Making(273.0, 0.00895, 3721.0), "0.9.1": Making(164.0, 0.0051, 1828.0)}
"""By release: EcoLogits changed its source for an H100 in between."""
RELEASES = tuple(GPU_MAKING)


class Span(NamedTuple):
    """A lower and an upper bound, as EcoLogits gives them; equal where a figure is single."""

    low: float
    high: float

    @classmethod
    def of(cls, figure: float) -> "Span":
        """Return the span of a single figure."""
        return cls(figure, figure)


class Mix(NamedTuple):
    """Impacts of a kWh in some country."""

    gwp_kg_per_kwh: float
    adpe_kg_sb_per_kwh: float
    pe_mj_per_kwh: float
    water_l_per_kwh: float


class Site(NamedTuple):
    """The provider's data centres."""

    pue: Span
    wue_l_per_kwh: Span


class Model(NamedTuple):
    """A language model as EcoLogits knows it."""

    active_b: Span
    """Parameters in use for a token [1e9]."""
    total_b: Span
    tokens_per_s: float | None = None
    """Speed at which providers are seen to answer; 0.9.1 does not use it [1/s]."""
    first_token_s: float | None = None


class Steps(NamedTuple):
    """The steps on the way to a request's impacts, for one bound of the parameters."""

    gpu_energy_kwh: float
    generation_latency_s: float
    required_memory_gb: float
    gpus: int
    server_energy_kwh: float
    it_energy_kwh: float


class Impacts(NamedTuple):
    """Impacts of a request, use and making."""

    energy_kwh: Span
    use: tuple[Span, Span, Span]
    """GWP [kgCO2e], ADPe [kgSbe] and primary energy [MJ] of the electricity."""
    water_l: Span
    making: tuple[Span, Span, Span]
    """The same of the hardware."""

    @property
    def total(self) -> tuple[Span, ...]:
        """Both added."""
        pairs = zip(self.use, self.making, strict=True)
        return tuple(Span(a.low + b.low, a.high + b.high) for a, b in pairs)


def gpu_energy_kwh(active_b: float, output_tokens: float, *, batch: float = BATCH) -> float:
    """Energy of one GPU for the tokens of a request.

    Args:
        active_b: Parameters in use. [1e9]
        output_tokens: Tokens generated. [1]
        batch: Requests served at once. [1]

    Source:
        EcoLogits 0.11.3, methodology of LLM inference: regression to ML.ENERGY measurements.

    >>> f"{gpu_energy_kwh(7.3, 200):.5e}"
    '8.93720e-06'
    """
    refuse_impossible(active_b=active_b, output_tokens=output_tokens, batch=batch)
    per_token_wh = ENERGY_SCALE * exp(ENERGY_DECAY * batch) * active_b + ENERGY_OFFSET
    return output_tokens * per_token_wh / 1000


def generation_latency_s(
    active_b: float,
    output_tokens: float,
    *,
    request_s: float = inf,
    batch: float = BATCH,
    tokens_per_s: float | None = None,
    first_token_s: float | None = None,
) -> float:
    """Time that the tokens of a request take, at most the time that the request was seen to take.

    >>> round(generation_latency_s(1, 1), 7)
    0.0401158
    """
    refuse_impossible(active_b=active_b, output_tokens=output_tokens, batch=batch)
    if not request_s >= 0:
        raise InputError(f"request_s is {request_s!r}", "expected a number, 0 or more")
    per_token_s = LATENCY_PER_PARAMETER * active_b + LATENCY_PER_BATCH * batch + LATENCY_OFFSET
    if tokens_per_s is not None:
        per_token_s = 1 / number("tokens_per_s", tokens_per_s, at_least=1e-9)
    return min(request_s, output_tokens * per_token_s + (first_token_s or 0.0))


def required_memory_gb(total_b: float, *, bits: float = BITS) -> float:
    """Memory that a model takes: its weights and a fifth [GB].

    >>> required_memory_gb(405)
    972.0
    """
    refuse_impossible(total_b=total_b, bits=bits)
    return MEMORY_OVERHEAD * total_b * bits / 8


def required_gpus(memory_gb: float, *, gpu_memory_gb: float = GPU_MEMORY_GB) -> int:
    """GPUs that hold it: a power of two [1].

    >>> required_gpus(972.0), required_gpus(2.4)
    (16, 1)
    """
    number("gpu_memory_gb", gpu_memory_gb, at_least=1)
    if number("memory_gb", memory_gb) == 0:
        raise InputError("memory_gb is 0", "expected a model of some parameters")
    return int(2 ** ceil(log2(ceil(memory_gb / gpu_memory_gb))))


def server_energy_kwh(latency_s: float, gpus: float, *, batch: float = BATCH) -> float:
    """A request's share of a server without its GPUs [kWh].

    >>> f"{server_energy_kwh(5.0, 1):.5e}"
    '3.25521e-06'
    """
    refuse_impossible(latency_s=latency_s, gpus=gpus)
    number("batch", batch, at_least=1)
    return latency_s / SECONDS_PER_HOUR * SERVER_KW * (gpus / SERVER_GPUS) / batch


def making_share(latency_s: float, gpus: float, *, release: str, batch: float = BATCH) -> Making:
    """A request's share of making its GPUs and their part of the server.

    >>> round(making_share(5.0, 1, release="0.11.3").gwp_kg * 1e7, 4)
    8.138
    """
    share = latency_s / (LIFESPAN_S * batch)
    pairs = zip(SERVER_MAKING, GPU_MAKING[one_of("release", release, RELEASES)], strict=True)
    return Making(
        *(share * (gpus / SERVER_GPUS * of_server + gpus * gpu) for of_server, gpu in pairs)
    )


def request_steps(
    active_b: float,
    total_b: float,
    output_tokens: float,
    *,
    request_s: float = inf,
    model: Model | None = None,
    batch: float = BATCH,
    bits: float = BITS,
) -> Steps:
    """Return the steps from a model's parameters to the IT energy of a request."""
    gpus = required_gpus(required_memory_gb(total_b, bits=bits))
    latency_s = generation_latency_s(
        active_b,
        output_tokens,
        request_s=request_s,
        batch=batch,
        tokens_per_s=model.tokens_per_s if model else None,
        first_token_s=model.first_token_s if model else None,
    )
    gpu = gpu_energy_kwh(active_b, output_tokens, batch=batch)
    server = server_energy_kwh(latency_s, gpus, batch=batch)
    memory = required_memory_gb(total_b, bits=bits)
    return Steps(gpu, latency_s, memory, gpus, server, server + gpus * gpu)


def request_impacts(
    model: Model,
    output_tokens: float,
    *,
    mix: Mix,
    site: Site,
    request_s: float = inf,
    release: str = "0.11.3",
    batch: float = BATCH,
    bits: float = BITS,
) -> Impacts:
    """Impacts of a request to a language model.

    Args:
        model: The model.
        output_tokens: Tokens generated. [1]
        mix: Electricity of the data centre's country.
        site: PUE and WUE of the provider.
        request_s: Time that the request took. [s]
        release: '0.11.3' or '0.9.1'.
        batch: Requests served at once. [1]
        bits: Bits of a weight. [bit]

    Source:
        EcoLogits 0.11.3 and 0.9.1, methodology of LLM inference; doi:10.21105/joss.07471.
    """
    one_of("release", release, RELEASES)
    model = model if release != "0.9.1" else model._replace(tokens_per_s=None, first_token_s=None)
    bounds = [
        request_steps(
            active_b,
            total_b,
            output_tokens,
            request_s=request_s,
            model=model,
            batch=batch,
            bits=bits,
        )
        for active_b, total_b in zip(model.active_b, model.total_b, strict=True)
    ]
    energy = _spread(step.it_energy_kwh * pue for step, pue in zip(bounds, site.pue, strict=True))
    makings = [
        making_share(step.generation_latency_s, step.gpus, release=release, batch=batch)
        for step in bounds
    ]
    return Impacts(
        energy,
        (
            _times(energy, mix.gwp_kg_per_kwh),
            _times(energy, mix.adpe_kg_sb_per_kwh),
            _times(energy, mix.pe_mj_per_kwh),
        ),
        _spread(_water_l(step, at, mix, site, release) for at, step in enumerate(bounds)),
        (
            _spread(making.gwp_kg for making in makings),
            _spread(making.adpe_kg_sb for making in makings),
            _spread(making.pe_mj for making in makings),
        ),
    )


def _water_l(step: Steps, bound: int, mix: Mix, site: Site, release: str) -> float:
    pue, wue = site.pue[bound], site.wue_l_per_kwh[bound]
    # 0.9.1 charged the site's water and the grid's per kWh of the facility: PUE entered twice.
    charged = step.it_energy_kwh * (pue if release == "0.9.1" else 1.0)
    return charged * (wue + pue * mix.water_l_per_kwh)


def _spread(figures: Iterator[float]) -> Span:
    low, high = figures
    return Span(low, high)


def _times(span: Span, factor: float) -> Span:
    return Span(span.low * factor, span.high * factor)
