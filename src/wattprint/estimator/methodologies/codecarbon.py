"""CodeCarbon 3 where there are no sensors: its cubic law of CPU load, and its rule for memory."""

from math import ceil

from wattprint.domain.checks import number
from wattprint.estimator.methodologies.inputs import refuse_impossible

UNKNOWN_CPU_TDP_W = 85.0
"""TDP of a CPU that it does not know. [W]"""
CONSTANT_SHARE = 0.5
"""Share of TDP in its constant mode, where the load is not read. [ratio]"""
IDLE_SHARE = 0.1
"""Share of TDP at no load in its load mode. [ratio]"""
PUE = 1.0
"""Its default: cooling is not counted unless the user says so."""
_DIMM_W = {"x86": 5.0, "arm": 1.5}
_LEAST_W = {"x86": 10.0, "arm": 3.0}
_DIMM_GB = (128, 64, 32, 16, 8, 4)
_MOST_DIMMS, _LEAST_DIMMS_OF_A_SERVER = 32, 8
_DIMMS_UP_TO_GB = ((2, 1), (16, 2), (32, 4), (64, 4), (128, 8))
"""Modules of a machine by its memory; beyond, they are counted."""
_MARGINAL_SHARES = ((4, 1.0), (8, 0.9), (16, 0.8), (_MOST_DIMMS, 0.7))
"""Each module up to that number draws this share of the first one's power."""


def cpu_load_power_w(tdp_w: float, load: float) -> float:
    """Power of a CPU at some load: a tenth of TDP at rest, the rest with the load's cube.

    Args:
        tdp_w: Thermal design power. [W]
        load: Mean load of all cores. [ratio, 0 to 1]

    Source:
        CodeCarbon 3 (2025), mode `cpu_load`, whole machine.

    >>> cpu_load_power_w(100, 0.0), round(cpu_load_power_w(100, 0.5), 6)
    (10.0, 21.25)
    """
    refuse_impossible(tdp_w=tdp_w)
    number("load", load, at_most=1)
    return tdp_w * (IDLE_SHARE + (1 - IDLE_SHARE) * load**3)


def cpu_constant_power_w(tdp_w: float = UNKNOWN_CPU_TDP_W) -> float:
    """Power of a CPU whose load is not read: half its TDP, or of 85 W [W].

    >>> cpu_constant_power_w()
    42.5
    """
    refuse_impossible(tdp_w=tdp_w)
    return tdp_w * CONSTANT_SHARE


def memory_modules(memory_gb: float) -> int:
    """Modules that a machine's memory is taken to consist of.

    Source:
        CodeCarbon 3 (2025), RAM power estimation.

    >>> memory_modules(32), memory_modules(1152)
    (4, 9)
    """
    refuse_impossible(memory_gb=memory_gb)
    for most_gb, modules in _DIMMS_UP_TO_GB:
        if memory_gb <= most_gb:
            return modules
    size = next(size for size in _DIMM_GB if size <= memory_gb / _LEAST_DIMMS_OF_A_SERVER)
    return min(ceil(memory_gb / size), _MOST_DIMMS)


def memory_power_w(memory_gb: float, *, architecture: str = "x86") -> float:
    """Power of a machine's memory: 5 W a module, less for each of many.

    Args:
        memory_gb: Memory of the machine. [GB]
        architecture: `x86` or `arm`.

    Source:
        CodeCarbon 3 (2025), RAM power estimation.

    >>> memory_power_w(16), memory_power_w(128), memory_power_w(1152)
    (10.0, 38.0, 42.0)
    """
    modules, counted, power_w = memory_modules(memory_gb), 0, 0.0
    for up_to, share in _MARGINAL_SHARES:
        of_step = max(0, min(modules, up_to) - counted)
        power_w += of_step * share * _DIMM_W[architecture]
        counted += of_step
    return max(_LEAST_W[architecture], power_w)
