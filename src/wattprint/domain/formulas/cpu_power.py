"""Power of a processor package from how busy it is and how fast it is clocked."""

from math import pow  # noqa: A004 - of floats, and a float always
from typing import NamedTuple

from wattprint.domain.checks import number
from wattprint.domain.errors import InputError


class PackageShares(NamedTuple):
    """What the parts of a package draw, each as a share of its TDP.

    >>> PackageShares(idle=0.1, awake=0.1, busy=0.6, lowest_voltage=0.8, plateau=0.4).busy
    0.6
    """

    idle: float
    """Nothing runs. [ratio]"""
    awake: float
    """More as soon as anything runs: caches, fabric and memory controller wake up. [ratio]"""
    busy: float
    """More when all cores run at their highest clock. [ratio]"""
    lowest_voltage: float
    """Lowest core voltage over the one at the highest clock. [ratio]"""
    plateau: float
    """Share of the highest clock up to which the voltage stays at its lowest. [ratio]"""


def clock_power_ratio(clock_ratio: float, *, lowest_voltage: float, plateau: float) -> float:
    """Power of a busy core over what it draws at its highest clock: f x V(f)^2.

    Args:
        clock_ratio: Clock frequency over the highest. [ratio, 0 to 1]
        lowest_voltage: Lowest core voltage over the one at the highest clock. [ratio, 0 to 1]
        plateau: Clock ratio up to which the voltage stays at its lowest. [ratio, below 1]

    Returns:
        Dynamic power over that at the highest clock. [ratio]

    Raises:
        ValueError: A ratio outside its limits.

    Source:
        Dynamic power of CMOS logic, activity x C x V^2 x f: Chandrakasan, Sheng & Brodersen
        (1992), doi:10.1109/4.126534.

    >>> clock_power_ratio(0.4, lowest_voltage=0.5, plateau=0.4)
    0.1
    """
    number("clock_ratio", clock_ratio, at_most=1)
    number("lowest_voltage", lowest_voltage, at_most=1)
    number("plateau", plateau, at_most=0.99)
    above = max(0.0, clock_ratio - plateau) / (1 - plateau)
    voltage = lowest_voltage + (1 - lowest_voltage) * above
    return clock_ratio * voltage**2


def package_power_w(
    tdp_w: float,
    load: float,
    clock_ratio: float,
    *,
    threads: float,
    threads_per_core: float,
    shares: PackageShares,
) -> float:
    """Power of a package: idle, awake as soon as one thread runs, and each busy core by its clock.

    A core is busy while any of its threads runs: with two threads a core, half the threads keep
    three quarters of the cores busy where they are spread by chance.

    Args:
        tdp_w: Thermal design power. [W]
        load: Share of its hardware threads' time in which they run. [ratio, 0 to 1]
        clock_ratio: Mean clock frequency of its cores over the highest. [ratio, 0 to 1]
        threads: Hardware threads of the package. [1 or more]
        threads_per_core: Hardware threads of one core. [1 or more]
        shares: What its parts draw, as shares of the TDP.

    Returns:
        Power of the package. [W]

    Raises:
        ValueError: An input outside its limits.

    Source:
        Structure: idle, uncore and core power as in Hackenberg et al. (2015),
        doi:10.1109/IPDPSW.2015.70; f x V^2 as in Chandrakasan et al. (1992),
        doi:10.1109/4.126534. Shares: docs/formulas/cpu-power.md.

    >>> shares = PackageShares(idle=0.25, awake=0.25, busy=0.5, lowest_voltage=1.0, plateau=0.4)
    >>> package_power_w(100, 0.5, 0.5, threads=1, threads_per_core=1, shares=shares)
    50.0
    """
    number("tdp_w", tdp_w)
    number("load", load, at_most=1)
    number("threads", threads, at_least=1)
    number("threads_per_core", threads_per_core, at_least=1)
    per_core = clock_power_ratio(
        clock_ratio, lowest_voltage=shares.lowest_voltage, plateau=shares.plateau
    )
    awake = 1 - pow(1 - load, threads)
    busy_cores = 1 - pow(1 - load, threads_per_core)
    return tdp_w * (shares.idle + shares.awake * awake + shares.busy * busy_cores * per_core)


def set_aside_power_w(
    cpus: float, load: float, *, idle_w: float, busy_w: float, threads_per_core: int
) -> float:
    """Power of the CPUs of a machine that are set aside for a job, in a package that is awake.

    As `package_power_w`, for a share of a package: who else is on it is not known, and it is awake
    while the job runs.

    Args:
        cpus: CPUs set aside: hardware threads, or whole cores where `threads_per_core` is 1.
        load: Share of their time in which they work. [ratio, 0 to 1]
        idle_w: Power of one that is idle, the package's own share included. [W]
        busy_w: What full load adds to that. [W]
        threads_per_core: How many of them share a core.

    Returns:
        Power of all of them. [W]

    Raises:
        ValueError: An input outside its limits.

    Source:
        As `package_power_w`.

    >>> set_aside_power_w(4, 0.5, idle_w=1.0, busy_w=2.0, threads_per_core=2)
    10.0
    """
    number("cpus", cpus)
    number("load", load, at_most=1)
    number("idle_w", idle_w)
    number("busy_w", busy_w)
    number("threads_per_core", threads_per_core, at_least=1)
    busy_cores = 1 - pow(1 - load, threads_per_core)
    return cpus * (idle_w + busy_w * busy_cores)


def share_of_use_j(energy_j: float, *, used_s: float, all_used_s: float) -> float:
    """Part of a package's energy that is charged to one of its users, by CPU time.

    All that runs shares all that is drawn, idle power included: what every user is charged adds up
    to the whole.

    Args:
        energy_j: Energy of everything that is shared. [J]
        used_s: CPU time of this user. [s]
        all_used_s: CPU time of all users, this one included. [s]

    Returns:
        Energy charged to this user. [J]

    Raises:
        ValueError: A negative input; no CPU time at all, where nobody is to be charged; more of
            it for one than for all.

    Source:
        Shared equipment is charged by the share of it that is used: ISO/IEC 21031:2024 (SCI).

    >>> share_of_use_j(30.0, used_s=1.0, all_used_s=6.0)
    5.0
    """
    number("energy_j", energy_j)
    number("used_s", used_s)
    number("all_used_s", all_used_s, at_least=used_s, hint="no less than what one user used")
    if all_used_s == 0:
        raise InputError(
            "all_used_s is 0", "expected CPU time: where nothing runs nobody is charged"
        )
    return energy_j * (used_s / all_used_s)
