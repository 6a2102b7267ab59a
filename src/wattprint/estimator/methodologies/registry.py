"""All methodologies by name."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

from wattprint.domain.checks import one_of
from wattprint.estimator.methodologies.applied import (
    boavizta,
    cloud_carbon_footprint,
    codecarbon,
    ecologits,
    green_algorithms,
    llmcarbon,
    ml_co2_impact,
    sci,
)
from wattprint.estimator.methodologies.applied.common import DEVICE_INPUTS
from wattprint.estimator.methodologies.figure import MethodFigure, Methodology
from wattprint.estimator.methodologies.job import Job
from wattprint.factors.tables import shipped

OURS = "wattprint"
_NO_HOST = ("static", "supply_losses")
_CPU_INPUTS = frozenset(("cpu", "cpu_count", "cpu_utilization", "memory_gb"))
_ENERGY_INPUTS = frozenset(("energy_kwh", "energy_at"))


class _Way(NamedTuple):
    figure: Callable[[Job], MethodFigure]
    counts: str
    leaves_out: tuple[str, ...]
    uses: frozenset[str]


_WAYS: Mapping[str, _Way] = {
    "ml-co2-impact": _Way(
        ml_co2_impact.figure,
        "accelerators at full power",
        (
            *("cpu", "memory", "static", "supply_losses", "storage", "network"),
            *("facility_overhead", "embodied", "water"),
        ),
        DEVICE_INPUTS,
    ),
    "green-algorithms": _Way(
        green_algorithms.figure,
        "cores, GPUs and memory, with a PUE in any case",
        (*_NO_HOST, "storage", "network", "embodied", "water"),
        DEVICE_INPUTS | _CPU_INPUTS | {"utilization", "pue"},
    ),
    "cloud-carbon-footprint": _Way(
        cloud_carbon_footprint.figure,
        "GPUs and vCPUs at half use, PUE, and the making of the server",
        ("supply_losses", "water"),
        DEVICE_INPUTS | {"utilization", "cpu_utilization", "memory_gb", "pue"},
    ),
    "sci": _Way(
        sci.figure,
        "our energy, and the making of the server by vCPU, GB, GPU and drive",
        ("water",),
        DEVICE_INPUTS
        | _CPU_INPUTS
        | _ENERGY_INPUTS
        | {
            *("utilization", "static_w", "supply_efficiency", "host", "pue"),
            *("year", "basis", "grid_source"),
        },
    ),
    "ecologits": _Way(
        ecologits.figure,
        "requests to a language model: GPUs, server, PUE, and making",
        ("cpu", "memory", "storage", "network", "water"),
        frozenset(ecologits.REQUEST_INPUTS),
    ),
    "llmcarbon": _Way(
        llmcarbon.figure,
        "accelerators' systems, and a PUE",
        ("cpu", "memory", *_NO_HOST, "storage", "network", "embodied", "water"),
        DEVICE_INPUTS | {"utilization", "pue", "year", "basis", "grid_source"},
    ),
    "codecarbon": _Way(
        codecarbon.figure,
        "GPUs by their sensor, half a CPU's TDP, 5 W a memory module",
        (*_NO_HOST, "storage", "network", "facility_overhead", "embodied", "water"),
        DEVICE_INPUTS | _CPU_INPUTS | _ENERGY_INPUTS | {"utilization", "pue"},
    ),
    "boavizta": _Way(
        boavizta.figure,
        "CPU, memory and drives of the server at half load; no power of a GPU",
        ("accelerator", "network", "facility_overhead", "embodied", "water"),
        (DEVICE_INPUTS - {"power_w"}) | _CPU_INPUTS,
    ),
}


@lru_cache(maxsize=1)
def methodologies() -> Mapping[str, Methodology]:
    """Return all methodologies but our own, by name."""
    rows = {row["name"]: row for row in shipped().rows("methodologies")}
    return MappingProxyType(
        {
            name: Methodology(
                name=name,
                version=rows[name]["version"],
                title=rows[name]["title"],
                citation=rows[name]["citation"],
                source=rows[name]["source"],
                year=int(rows[name]["year"]),
                counts=way.counts,
                leaves_out=way.leaves_out,
                uses=way.uses,
                figure=way.figure,
            )
            for name, way in _WAYS.items()
        }
    )


def known_methodology(name: str) -> str:
    """Return the name of a methodology, our own included.

    Raises:
        UnknownNameError: No such methodology; `nearest` holds the closest name.
    """
    return one_of("methodology", name, (OURS, *_WAYS))
