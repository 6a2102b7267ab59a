"""Cloud Carbon Footprint: watts per vCPU and GPU, memory, storage, network, and making servers.

Constants are those of the application at commit b7a049c and of its coefficients at b0032d9; they
are tables of the factor set (`ccf_power`, `ccf_regions`).
"""

from functools import lru_cache
from typing import NamedTuple

from wattprint.domain.checks import number
from wattprint.domain.errors import UnknownNameError, nearest_names
from wattprint.domain.formulas.energy import pue_at_least_1
from wattprint.domain.units import WATTS_PER_KILOWATT
from wattprint.estimator.methodologies.inputs import refuse_impossible
from wattprint.factors.tables import optional_float, shipped

MEMORY_KWH_PER_GB_HOUR = 0.000392
"""Crucial and Micron, mean of 0.38 and 0.42 W/GB, as CCF takes it (2021). [kWh/GB-h]"""
NETWORK_KWH_PER_GB = 0.001
"""Within the provider's network, CCF (2021). [kWh/GB]"""
SSD_W_PER_TB, HDD_W_PER_TB = 1.2, 0.65
"""CCF (2021), after the US Data Center Energy Usage Report (2016). [W/TB]"""
UTILIZATION = 0.5
"""Mean use of servers where none is known, CCF after the same report. [ratio]"""
LIFESPAN_HOURS = 35_040.0
"""Four years, CCF. [h]"""
BASE_SERVER_KG, BASE_SERVER_GB = 1000.0, 16.0
"""Making a rack server with one CPU and 16 GB: Teads (2021), after the Dell R740's. [kgCO2e]"""
MEMORY_KG_PER_GB = 533 / 384
"""Making memory: Teads (2021), 533 kg for 12 modules of 32 GB. [kgCO2e/GB]"""
CPU_KG, GPU_KG, SSD_KG, HDD_KG = 100.0, 150.0, 100.0, 50.0
"""Making each further CPU, GPU, SSD and HDD: Teads (2021). [kgCO2e]"""


class Processor(NamedTuple):
    """Power of one vCPU or one GPU at rest and at full use."""

    processor: str
    kind: str
    """`cpu`, of which the watts are a vCPU's, or `accelerator`."""
    min_w: float
    max_w: float
    gb_per_chip: float | None
    """Memory that the measured servers had a chip; its power is inside the watts [GB]."""


class Adders(NamedTuple):
    """Making a server: the base and what is added to it [kgCO2e]."""

    base_kg: float
    memory_kg: float
    cpus_kg: float
    gpus_kg: float
    storage_kg: float

    @property
    def total_kg(self) -> float:
        """All of it."""
        return sum(self)


@lru_cache(maxsize=1)
def _processors() -> dict[tuple[str, str, str], Processor]:
    return {
        (row["edition"], row["provider"], row["processor"]): Processor(
            row["processor"],
            row["kind"],
            float(row["min_w"]),
            float(row["max_w"]),
            optional_float(row["gb_per_chip"]),
        )
        for row in shipped().rows("ccf_power")
    }


def processor(
    name: str, *, kind: str = "cpu", edition: str = "app", provider: str = "any"
) -> Processor:
    """Return the power of a processor as CCF lists it.

    Args:
        name: 'Cascade Lake', 'EPYC 2nd Gen', 'A100'.
        kind: `cpu` or `accelerator`.
        edition: `app` for the application's constants, `coefficients` for the newer coefficients,
            which are by provider.
        provider: `aws` or `gcp` for coefficients, `any` for the application's.

    Raises:
        UnknownNameError: No such processor in that edition.
    """
    found = _processors().get((edition, provider, name))
    if found is None or found.kind != kind:
        known = [
            of.processor
            for (e, p, _), of in _processors().items()
            if (e, p, of.kind) == (edition, provider, kind)
        ]
        raise UnknownNameError(
            f"{kind} {name!r} is unknown to Cloud Carbon Footprint",
            "expected one of " + ", ".join(known),
            nearest_names(name, known),
        )
    return found


def compute_kwh(
    *,
    min_w: float,
    max_w: float,
    utilization: float,
    unit_hours: float,
    pue: float,
    replication: float = 1.0,
) -> float:
    """Energy of vCPUs or GPUs: a straight line from rest to full use.

    Args:
        min_w: Power of one at rest. [W]
        max_w: Power of one at full use. [W]
        utilization: Mean use. [ratio, 0 to 1]
        unit_hours: vCPU-hours or GPU-hours. [h]
        pue: The provider's. [ratio, 1 or more]
        replication: Copies of the service. [1]

    Source:
        Cloud Carbon Footprint, methodology; application, commit b7a049c.

    >>> round(compute_kwh(min_w=46, max_w=407, utilization=0.5, unit_hours=192, pue=1.135), 5)
    49.35888
    """
    refuse_impossible(min_w=min_w, max_w=max_w, unit_hours=unit_hours, replication=replication)
    number("utilization", utilization, at_most=1)
    mean_w = min_w + utilization * (max_w - min_w)
    return mean_w * unit_hours * pue_at_least_1(pue) * replication / WATTS_PER_KILOWATT


def memory_kwh(
    gb_hours: float,
    *,
    pue: float,
    replication: float = 1.0,
    kwh_per_gb_hour: float = MEMORY_KWH_PER_GB_HOUR,
) -> float:
    """Energy of memory beyond what the measured servers had [kWh].

    >>> round(memory_kwh(100, pue=1.135), 6)
    0.044492
    """
    refuse_impossible(gb_hours=gb_hours, replication=replication, kwh_per_gb_hour=kwh_per_gb_hour)
    return gb_hours * kwh_per_gb_hour * pue_at_least_1(pue) * replication


def storage_kwh(tb_hours: float, *, w_per_tb: float, pue: float, replication: float = 1.0) -> float:
    """Energy of storage [kWh].

    >>> round(storage_kwh(7200, w_per_tb=SSD_W_PER_TB, pue=1.135, replication=2), 4)
    19.6128
    """
    refuse_impossible(tb_hours=tb_hours, w_per_tb=w_per_tb, replication=replication)
    return tb_hours * w_per_tb * pue_at_least_1(pue) * replication / WATTS_PER_KILOWATT


def network_kwh(gb: float, *, pue: float, kwh_per_gb: float = NETWORK_KWH_PER_GB) -> float:
    """Energy of data moved within the provider's network [kWh].

    >>> round(network_kwh(500, pue=1.135), 4)
    0.5675
    """
    refuse_impossible(gb=gb, kwh_per_gb=kwh_per_gb)
    return gb * kwh_per_gb * pue_at_least_1(pue)


def embodied_share_kg(
    *,
    total_kg: float,
    hours: float,
    vcpus: float,
    largest_vcpus: float,
    lifespan_hours: float = LIFESPAN_HOURS,
) -> float:
    """Share of a server's making that falls to an instance for some hours.

    Args:
        total_kg: Making the server. [kgCO2e]
        hours: Hours of use. [h]
        vcpus: vCPUs of the instance. [1]
        largest_vcpus: vCPUs of the largest instance of its series: the whole server. [1]
        lifespan_hours: Life of the server. [h]

    Source:
        Cloud Carbon Footprint, embodied emissions; Teads (2021); SCI, ISO/IEC 21031:2024.

    >>> round(embodied_share_kg(total_kg=4676.79, hours=1, vcpus=96, largest_vcpus=96), 5)
    0.13347
    """
    refuse_impossible(total_kg=total_kg, hours=hours, vcpus=vcpus)
    number("largest_vcpus", largest_vcpus, at_least=1)
    number("lifespan_hours", lifespan_hours, at_least=1)
    return total_kg * hours / lifespan_hours * vcpus / largest_vcpus


def server_adders(
    *, memory_gb: float, cpus: int, gpus: int = 0, ssds: int = 0, hdds: int = 0
) -> Adders:
    """Making a server from its parts.

    Args:
        memory_gb: Memory of the whole server. [GB]
        cpus: CPU packages. [1]
        gpus: GPUs. [1]
        ssds: Solid-state drives. [1]
        hdds: Hard disks. [1]

    Source:
        Teads (2021); Cloud Carbon Footprint coefficients, commit b0032d9.

    >>> server = server_adders(memory_gb=1152, cpus=2, gpus=8, ssds=8)
    >>> [round(kg, 2) for kg in server], round(server.total_kg, 2)
    ([1000.0, 1576.79, 100.0, 1200.0, 800.0], 4676.79)
    """
    refuse_impossible(memory_gb=memory_gb, cpus=cpus, gpus=gpus, ssds=ssds, hdds=hdds)
    return Adders(
        BASE_SERVER_KG,
        max(0.0, memory_gb - BASE_SERVER_GB) * MEMORY_KG_PER_GB,
        max(0, cpus - 1) * CPU_KG,
        gpus * GPU_KG,
        ssds * SSD_KG + hdds * HDD_KG,
    )
