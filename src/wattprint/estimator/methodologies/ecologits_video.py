"""EcoLogits: impacts of a generated video, from its size, length and model (release 0.11.3)."""

from collections.abc import Iterable
from functools import lru_cache
from math import inf
from typing import NamedTuple

from wattprint.domain.checks import number
from wattprint.domain.errors import InputError, UnknownNameError, nearest_names
from wattprint.domain.units import SECONDS_PER_HOUR, WATTS_PER_KILOWATT
from wattprint.estimator.methodologies.ecologits import LIFESPAN_S, Impacts, Making, Mix, Site, Span
from wattprint.estimator.methodologies.inputs import refuse_impossible
from wattprint.factors.tables import shipped

FRAMES_PER_S = 24
RESOLUTIONS = {"720p": (1280, 720), "1080p": (1920, 1080), "4k": (3840, 2160)}
"""Width and height. [px]"""


class VideoModel(NamedTuple):
    """A video model as EcoLogits lists it: its latency regression and its server."""

    provider: str
    n: float
    m: float
    n1: float
    m1: float
    n2: float
    m2: float
    g: float
    non_audio_weight: float
    """Share of the time that a video without sound takes [ratio]."""
    server_w: Span
    making: Making
    """Of the server and its accelerators."""


@lru_cache(maxsize=1)
def _models() -> dict[str, VideoModel]:
    return {row["model"]: _model(row) for row in shipped().rows("ecologits_video")}


def _model(row: dict[str, str]) -> VideoModel:
    figures = {name: float(row[name]) for name in VideoModel._fields[1:9]}
    count = float(row["accelerators"])
    making = Making(
        *(
            float(row[f"server_{impact}"]) + count * float(row[f"accelerator_{impact}"])
            for impact in Making._fields
        )
    )
    server_w = Span(float(row["server_low_w"]), float(row["server_high_w"]))
    return VideoModel(row["provider"], **figures, server_w=server_w, making=making)


def video_model(name: str) -> VideoModel:
    """Return a video model by its name, 'alibaba/wan2.1'.

    Raises:
        UnknownNameError: No such model.
    """
    if (found := _models().get(name)) is not None:
        return found
    raise UnknownNameError(
        f"video model {name!r} is unknown to EcoLogits",
        "expected one of " + ", ".join(_models()),
        nearest_names(name, _models()),
    )


def pixels(resolution: str) -> tuple[int, int]:
    """Return width and height of '720p', '1080p', '4k' or '854x480'.

    Raises:
        InputError: Anything else.
    """
    named = RESOLUTIONS.get(resolution.strip().lower())
    if named is not None:
        return named
    width, _, height = resolution.strip().lower().partition("x")
    if width.isdigit() and height.isdigit():
        return int(width), int(height)
    allowed = f"expected {', '.join(RESOLUTIONS)} or a size such as 854x480"
    raise InputError(f"resolution is {resolution!r}", allowed)


def video_latency_s(
    model: VideoModel,
    *,
    resolution: str,
    duration_s: float,
    with_audio: bool = True,
    request_s: float = inf,
) -> float:
    """Time that a video takes on its server.

    Args:
        model: The model.
        resolution: '720p' or a size.
        duration_s: Length of the video. [s]
        with_audio: Whether it has sound.
        request_s: Time that the request took. [s]

    Source:
        EcoLogits 0.11.3, methodology of video generation.
    """
    width, height = pixels(resolution)
    refuse_impossible(duration_s=duration_s)
    frames = int(duration_s * FRAMES_PER_S + 1)
    area = width * height
    volume = area * frames / 1000
    estimated_s = (
        model.n * frames * area**2
        + model.m * volume
        + model.m1 * frames
        + model.m2 * area**2
        + model.n1 * frames**2
        + model.n2 * volume**2
        + model.g
    ) * (1.0 if with_audio else model.non_audio_weight)
    return min(request_s, estimated_s)


def video_impacts(model: VideoModel, latency_s: float, *, mix: Mix, site: Site) -> Impacts:
    """Impacts of a video that took a server some time.

    Args:
        model: The model, with its server.
        latency_s: Time on the server. [s]
        mix: Electricity of the data centre's country.
        site: PUE and WUE of the provider.

    Source:
        EcoLogits 0.11.3, methodology of video generation.
    """
    hours = number("latency_s", latency_s) / SECONDS_PER_HOUR
    it = Span(*(hours * watts / WATTS_PER_KILOWATT for watts in model.server_w))
    energy = Span(*(kwh * pue for kwh, pue in zip(it, site.pue, strict=True)))
    factors = (mix.gwp_kg_per_kwh, mix.adpe_kg_sb_per_kwh, mix.pe_mj_per_kwh)
    share = latency_s / LIFESPAN_S
    return Impacts(
        energy,
        _three(Span(energy.low * factor, energy.high * factor) for factor in factors),
        Span(
            *(
                kwh * (wue + pue * mix.water_l_per_kwh)
                for kwh, pue, wue in zip(it, site.pue, site.wue_l_per_kwh, strict=True)
            )
        ),
        _three(Span.of(share * made) for made in model.making),
    )


def _three(spans: Iterable[Span]) -> tuple[Span, Span, Span]:
    gwp, adpe, primary_energy = spans
    return gwp, adpe, primary_energy
