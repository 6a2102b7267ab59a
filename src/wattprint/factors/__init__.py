"""The reference tables and their typed look-ups."""

from wattprint.factors.accelerators import Accelerator, AcceleratorMatch, accelerators
from wattprint.factors.conventions import Convention, Equivalence, convention, equivalences
from wattprint.factors.cpus import Cpu, cpus, known_cpu
from wattprint.factors.regions import Pue, Region, RegionYear, regions
from wattprint.factors.tables import FactorSet, Source, shipped, sources
from wattprint.factors.zones import GenerationMix, YearlyIntensity, Zone, intensities, mixes, zones

__all__ = [
    "Accelerator",
    "AcceleratorMatch",
    "Convention",
    "Cpu",
    "Equivalence",
    "FactorSet",
    "GenerationMix",
    "Pue",
    "Region",
    "RegionYear",
    "Source",
    "YearlyIntensity",
    "Zone",
    "accelerators",
    "convention",
    "cpus",
    "equivalences",
    "intensities",
    "known_cpu",
    "mixes",
    "regions",
    "shipped",
    "sources",
    "zones",
]
