"""What every methodology answers about a job: its terms side by side."""

from collections.abc import Callable
from math import fsum
from typing import NamedTuple

from wattprint.domain.evidence import Equation, Evidence
from wattprint.domain.units import GRAMS_PER_KILOGRAM
from wattprint.estimator.methodologies.job import Job


class Terms(NamedTuple):
    """What a methodology counts; None where it counts nothing or knows nothing."""

    device_kwh: float | None = None
    """Accelerators."""
    cpu_kwh: float | None = None
    memory_kwh: float | None = None
    other_kwh: float | None = None
    """All else inside the machine: drives, fans, losses."""
    pue: float | None = None
    """Facility over IT energy."""
    intensity_g_per_kwh: float | None = None
    embodied_kg: float | None = None
    rounding_kg: float = 0.0
    """What its own rounding adds to the operational emissions. [kgCO2e]"""

    @property
    def host_kwh(self) -> float:
        """Everything inside the machine but the accelerators [kWh]."""
        return fsum(kwh or 0.0 for kwh in (self.cpu_kwh, self.memory_kwh, self.other_kwh))

    @property
    def it_kwh(self) -> float:
        """Energy of the machine [kWh]."""
        return (self.device_kwh or 0.0) + self.host_kwh

    @property
    def facility_kwh(self) -> float:
        """Energy with what the method counts of the facility [kWh]."""
        return self.it_kwh * (self.pue or 1.0)

    @property
    def operational_kg(self) -> float | None:
        """Emissions of the electricity [kgCO2e]; None without a place."""
        if self.intensity_g_per_kwh is None:
            return None
        exact_kg = self.facility_kwh * self.intensity_g_per_kwh / GRAMS_PER_KILOGRAM
        return exact_kg + self.rounding_kg

    @property
    def total_kg(self) -> float | None:
        """Emissions of electricity and making [kgCO2e]; None without a place."""
        operational_kg = self.operational_kg
        return None if operational_kg is None else operational_kg + (self.embodied_kg or 0.0)


class MethodFigure(NamedTuple):
    """A job's figure under one methodology."""

    terms: Terms
    evidence: tuple[Evidence, ...] = ()
    equations: tuple[Equation, ...] = ()
    notes: tuple[str, ...] = ()
    """What a reader must know of this figure."""
    unused: tuple[str, ...] = ()
    """Inputs that were given and that the method has no use for."""


class Methodology(NamedTuple):
    """A published way to a footprint, by its name."""

    name: str
    version: str
    title: str
    citation: str
    source: str
    """Key of the source in the factor set."""
    year: int
    counts: str
    """What it counts, in words."""
    leaves_out: tuple[str, ...]
    """What it counts nothing of, by the names of a footprint's coverage."""
    uses: frozenset[str]
    """Inputs of `estimate` that it takes."""
    figure: Callable[[Job], MethodFigure]

    def apply(self, job: Job) -> MethodFigure:
        """Return the job's figure under this methodology.

        Raises:
            InputError: A job that the method cannot account for; it says what is missing.
        """
        figure = self.figure(job)
        unused = tuple(sorted(name for name in job.given if name not in self.uses))
        return figure._replace(unused=unused)
