"""Boavizta's cloud instances: CPU, memory and drives in use; GPUs only in the making.

Facts and formulas of BoaviztAPI 2.5.0 as documented; nothing of its program or data is here. Its
power law of a CPU is a logarithm fitted to four published shares of TDP; the fit below is our own
to the same four points.
"""

from math import log

from wattprint.domain.checks import number
from wattprint.estimator.methodologies.inputs import refuse_impossible

LOAD = 0.5
"""Load of a cloud instance where none is given. [ratio]"""
OTHER_CONSUMPTION_RATIO = 0.33
"""What else a server draws, over CPU and memory. [ratio]"""
DIMM_W, DIMM_W_PER_GB, MEMORY_IDLE_SHARE = 3.0, 0.055, 0.7
"""One module at full load, and its share at rest. [W, W/GB, ratio]"""
DIMM_GB = 32.0
"""Typical module of DDR4. [GB]"""
SSD_W = 8.0
"""One drive, whatever the load. [W]"""
CLOUD_LIFETIME_HOURS = 52_560.0
"""Six years. [h]"""
US_G_PER_KWH = 370.0
"""United States, Ember 2020, as it has it. [gCO2e/kWh]"""
_CPU_SCALE, _CPU_SHIFT, _CPU_OFFSET = 0.508467, 20.45, -1.415292
"""Least squares of scale x ln(load in % + shift) + offset through 0.12 at rest, 0.32 at 10 %, 0.75
at 50 % and 1.02 at full load: shares of TDP measured on AWS hosts (Teads 2021)."""


def cpu_power_w(tdp_w: float, load: float = LOAD) -> float:
    """Power of a CPU: a logarithm of its load.

    Args:
        tdp_w: Thermal design power. [W]
        load: Mean load. [ratio, 0 to 1]

    Source:
        Boavizta, consumption profile of CPUs; Teads (2021).

    >>> round(cpu_power_w(240), 2)
    179.56
    """
    refuse_impossible(tdp_w=tdp_w)
    number("load", load, at_most=1)
    return tdp_w * (_CPU_SCALE * log(100 * load + _CPU_SHIFT) + _CPU_OFFSET)


def memory_power_w(memory_gb: float, load: float = LOAD, *, module_gb: float = DIMM_GB) -> float:
    """Power of memory by its modules.

    Args:
        memory_gb: All memory. [GB]
        load: Mean load. [ratio, 0 to 1]
        module_gb: Capacity of one module. [GB]

    Source:
        BoaviztAPI 2.5.0, consumption profile of RAM.

    >>> round(memory_power_w(1152), 3)
    145.656
    """
    refuse_impossible(memory_gb=memory_gb)
    number("load", load, at_most=1)
    number("module_gb", module_gb, at_least=1)
    full_w = DIMM_W + DIMM_W_PER_GB * module_gb
    share = MEMORY_IDLE_SHARE + (1 - MEMORY_IDLE_SHARE) * load
    return memory_gb / module_gb * full_w * share


def instance_power_w(*, cpu_w: float, memory_w: float, ssds: float = 0.0) -> float:
    """Power of a server in use, its GPUs left out: the method knows no power of a GPU [W].

    >>> round(instance_power_w(cpu_w=359.12, memory_w=145.656, ssds=8), 2)
    735.35
    """
    refuse_impossible(cpu_w=cpu_w, memory_w=memory_w, ssds=ssds)
    return (cpu_w + memory_w) * (1 + OTHER_CONSUMPTION_RATIO) + ssds * SSD_W
