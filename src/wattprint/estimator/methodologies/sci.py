"""Software Carbon Intensity (ISO/IEC 21031:2024), and SciEmbodied of the Impact Framework 1.1.0."""

from wattprint.domain.checks import number
from wattprint.domain.errors import InputError
from wattprint.estimator.methodologies.inputs import refuse_impossible

BASE_SERVER_G = 1_000_000.0
"""A server with one vCPU and 16 GB. [gCO2e]"""
BASE_VCPUS, BASE_MEMORY_GB = 1.0, 16.0
VCPU_G = 100_000.0
"""Each further vCPU; Cloud Carbon Footprint adds as much for a whole CPU. [gCO2e]"""
MEMORY_G_PER_GB = 533 / 384 * 1000
"""Each GB above 16. [gCO2e/GB]"""
GPU_G = 150_000.0
SSD_G, HDD_G = 50_000.0, 100_000.0
"""Each drive; Cloud Carbon Footprint has 100 kg for an SSD and 50 kg for an HDD. [gCO2e]"""
LIFESPAN_S = 126_144_000.0
"""Four years of 365 days. [s]"""


def sci_score(carbon_g: float, functional_units: float) -> float:
    """Emissions per functional unit: (E x I + M) / R with the sum given [gCO2e per unit].

    Source:
        ISO/IEC 21031:2024.

    >>> sci_score(5.02, 100)
    0.050199999999999995
    """
    refuse_impossible(carbon_g=carbon_g)
    if number("functional_units", functional_units) == 0:
        raise InputError("functional_units is 0", "expected a number above 0")
    return carbon_g / functional_units


def embodied_reserved(
    total: float,
    *,
    reserved_time: float,
    lifespan: float,
    reserved_resources: float = 1.0,
    total_resources: float = 1.0,
) -> float:
    """M of SCI: the share of making the hardware that is reserved for the software.

    Args:
        total: Making the hardware (TE). [gCO2e]
        reserved_time: Time reserved (TiR). [any unit of time]
        lifespan: Expected life of the hardware (EL). [the same unit]
        reserved_resources: Resources reserved (RR). [1]
        total_resources: All resources of the hardware (ToR). [1]

    Returns:
        Emissions of that share. [gCO2e]

    Source:
        ISO/IEC 21031:2024: M = TE x TiR / EL x RR / ToR.

    >>> round(embodied_reserved(1_000_000, reserved_time=1, lifespan=35_040), 2)
    28.54
    """
    refuse_impossible(
        total=total, reserved_time=reserved_time, reserved_resources=reserved_resources
    )
    if number("lifespan", lifespan) == 0 or number("total_resources", total_resources) == 0:
        raise InputError("lifespan or total_resources is 0", "expected numbers above 0")
    return total * (reserved_time / lifespan) * (reserved_resources / total_resources)


def if_embodied_g(
    *,
    duration_s: float,
    vcpus: float = BASE_VCPUS,
    memory_gb: float = BASE_MEMORY_GB,
    gpus: float = 0.0,
    ssds: float = 0.0,
    hdds: float = 0.0,
    usage_ratio: float = 1.0,
    lifespan_s: float = LIFESPAN_S,
) -> float:
    """Embodied emissions by SciEmbodied of the Impact Framework, with its defaults.

    Args:
        duration_s: Time of use. [s]
        vcpus: vCPUs. [1]
        memory_gb: Memory. [GB]
        gpus: GPUs. [1]
        ssds: Solid-state drives. [1]
        hdds: Hard disks. [1]
        usage_ratio: Share of the server that is used. [ratio]
        lifespan_s: Life of the server. [s]

    Returns:
        Emissions charged. [gCO2e]

    Source:
        Green Software Foundation, Impact Framework 1.1.0, builtin SciEmbodied.

    >>> round(if_embodied_g(duration_s=3600, vcpus=8, memory_gb=64, ssds=1, gpus=1), 3)
    56.125
    """
    refuse_impossible(
        duration_s=duration_s,
        vcpus=vcpus,
        memory_gb=memory_gb,
        gpus=gpus,
        ssds=ssds,
        hdds=hdds,
        usage_ratio=usage_ratio,
    )
    total_g = (
        BASE_SERVER_G
        + (vcpus - BASE_VCPUS) * VCPU_G
        + (memory_gb - BASE_MEMORY_GB) * MEMORY_G_PER_GB
        + gpus * GPU_G
        + ssds * SSD_G
        + hdds * HDD_G
    )
    share = embodied_reserved(total_g, reserved_time=duration_s, lifespan=lifespan_s)
    return share * usage_ratio
