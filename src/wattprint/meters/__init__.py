"""Meters: one file per device family, and discovery that explains itself."""

from wattprint.meters import modelled, rapl
from wattprint.meters.base import Discovered, Meter, Reading
from wattprint.meters.modelled import ModelledMeter, PowerModel
from wattprint.meters.procfs import HostFacts, ProcessTree, boot_id, host_facts, start_ticks
from wattprint.meters.rapl import RaplMeter

__all__ = [
    "Discovered",
    "HostFacts",
    "Meter",
    "ModelledMeter",
    "PowerModel",
    "ProcessTree",
    "RaplMeter",
    "Reading",
    "boot_id",
    "host_facts",
    "modelled",
    "rapl",
    "start_ticks",
]
