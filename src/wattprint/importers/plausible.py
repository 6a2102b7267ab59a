"""What can be doubted of the figures of a tool that watches one machine."""

from wattprint.domain import units
from wattprint.domain.imported import Doubt

MOST_POWER_W = 50_000.0
"""No machine draws as much: one with eight of the largest accelerators of 2025 takes 15 kW (NVIDIA,
DGX B300 data sheet, 2025). [W]"""


def power_doubts(energy_kwh: float | None, duration_s: float | None) -> tuple[Doubt, ...]:
    """Doubt energy that no machine takes in that time: its column holds another unit, or a total.

    Args:
        energy_kwh: Energy of a run on one machine. [kWh]
        duration_s: Its duration. [s]
    """
    if not energy_kwh or not duration_s:
        return ()
    power_w = energy_kwh * units.JOULES_PER_KWH / duration_s
    if power_w <= MOST_POWER_W:
        return ()
    kilowatts = units.plain(power_w / units.WATTS_PER_KILOWATT)
    return (Doubt("power", f"energy over time is {kilowatts} kW: no machine draws as much"),)
