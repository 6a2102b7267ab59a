"""One job under every methodology, and what makes each differ from ours."""

from inspect import signature
from typing import Any, NamedTuple

from wattprint.domain.checks import no_unknown_keywords
from wattprint.domain.errors import InputError
from wattprint.domain.footprint import Footprint
from wattprint.domain.interval import Range
from wattprint.estimator.describe import estimate
from wattprint.estimator.methodologies.figure import MethodFigure, Methodology, Terms
from wattprint.estimator.methodologies.front import job_of
from wattprint.estimator.methodologies.job import Job
from wattprint.estimator.methodologies.ours import our_terms
from wattprint.estimator.methodologies.registry import methodologies

SCHEMA = "wattprint.explanation/1"


class Causes(NamedTuple):
    """What makes a methodology differ from ours, cause by cause [kgCO2e].

    Each is what changes when that term is exchanged for the method's own after those before it, so
    that they add up to the whole difference.
    """

    power: float
    """Energy of the accelerators."""
    host: float
    """CPU, memory and all else inside the machine."""
    pue: float
    intensity: float
    embodied: float
    rounding: float


class Compared(NamedTuple):
    """A methodology's figure beside ours."""

    methodology: Methodology
    figure: MethodFigure
    causes: Causes
    is_within_ours: bool
    """Whether our interval holds its operational emissions."""

    @property
    def operational_kg(self) -> float:
        """Emissions of its electricity [kgCO2e]."""
        return self.figure.terms.operational_kg or 0.0

    @property
    def difference_kg(self) -> float:
        """Its total less ours [kgCO2e]."""
        return sum(self.causes)


class Refused(NamedTuple):
    """A methodology that cannot account for the job."""

    methodology: Methodology
    reason: str


class Explanation(NamedTuple):
    """A job under all methodologies."""

    job: Job
    terms: Terms
    """Ours."""
    compared: tuple[Compared, ...]
    """The others, the smallest operational emissions first."""
    refused: tuple[Refused, ...]

    @property
    def ours(self) -> Footprint:
        """The job's footprint by Wattprint's own method."""
        return self.job.ours

    @property
    def interval_kg(self) -> Range:
        """Our location-based emissions with their interval [kgCO2e]."""
        located = self.ours.emissions_kg.location_based
        assert located is not None  # `explain` refuses a job without a place
        return located

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form, `wattprint.explanation/1`."""
        return {
            "schema": SCHEMA,
            "factor_set": dict(self.ours.factor_set),
            "work": dict(self.ours.work),
            "wattprint": {
                "terms": _terms_dict(self.terms),
                "operational_kg": self.interval_kg.as_dict(),
                "total_kg": self.terms.total_kg,
            },
            "methodologies": [_compared_dict(compared) for compared in self.compared],
            "not_applicable": [
                {"methodology": r.methodology.name, "reason": r.reason} for r in self.refused
            ],
        }


def explain(**inputs: Any) -> Explanation:
    """Account for one job under all methodologies, and take their differences apart.

    Args:
        **inputs: Those of `estimate`, but `methodology`.

    Raises:
        InputError: Inputs that `estimate` refuses, no place, or no energy of the machine.
    """
    known = [name for name in signature(estimate).parameters if name not in _NOT_HERE]
    no_unknown_keywords("explain", [name for name in inputs if name not in known], known)
    job = job_of(inputs)
    terms = _comparable_terms(job)
    compared, refused = [], []
    for methodology in methodologies().values():
        try:
            figure = methodology.apply(job)
        except InputError as error:
            refused.append(Refused(methodology, str(error)))
            continue
        compared.append(_compared(methodology, figure, terms, job))
    compared.sort(key=lambda one: one.operational_kg)
    return Explanation(job, terms, tuple(compared), tuple(refused))


_NOT_HERE = ("methodology", "unknown")


def _comparable_terms(job: Job) -> Terms:
    """Return our terms, or refuse a job without a place or without energy."""
    if job.ours.emissions_kg.location_based is None:
        raise InputError(
            "explain compares emissions, and no place is given",
            "expected a zone, a region or an intensity",
        )
    energy = job.ours.energy_kwh.it
    if energy is None or energy.value == 0:
        raise InputError(
            "explain compares the energy of machines, and there is none",
            "expected hardware and hours, or energy_kwh at 'accelerator' or 'it'",
        )
    return our_terms(job)


def _compared(methodology: Methodology, figure: MethodFigure, ours: Terms, job: Job) -> Compared:
    interval = job.ours.emissions_kg.location_based
    operational_kg = figure.terms.operational_kg or 0.0
    is_within = interval is not None and interval.low <= operational_kg <= interval.high
    return Compared(methodology, figure, causes(ours, figure.terms), is_within)


def causes(ours: Terms, theirs: Terms) -> Causes:
    """Take the difference of two figures apart, by exchanging one term after the other.

    Args:
        ours: The figure to begin with.
        theirs: The figure to arrive at.

    Returns:
        The change that each exchange makes; together the whole difference.

    >>> ours = Terms(device_kwh=100.0, intensity_g_per_kwh=500.0)
    >>> theirs = Terms(device_kwh=80.0, cpu_kwh=10.0, pue=1.5, intensity_g_per_kwh=400.0)
    >>> causes(ours, theirs)
    Causes(power=-10.0, host=5.0, pue=22.5, intensity=-13.5, embodied=0.0, rounding=0.0)
    """
    exchanged = ours._replace(rounding_kg=0.0)
    steps = []
    for names in _EXCHANGES:
        before_kg = exchanged.total_kg or 0.0
        exchanged = exchanged._replace(**{name: getattr(theirs, name) for name in names})
        steps.append((exchanged.total_kg or 0.0) - before_kg)
    return Causes(*steps)


_EXCHANGES = (
    ("device_kwh",),
    ("cpu_kwh", "memory_kwh", "other_kwh"),
    ("pue",),
    ("intensity_g_per_kwh",),
    ("embodied_kg",),
    ("rounding_kg",),
)
"""Terms exchanged at each step, in the order of `Causes`."""


def _terms_dict(terms: Terms) -> dict[str, float | None]:
    return {**terms._asdict(), "it_kwh": terms.it_kwh, "facility_kwh": terms.facility_kwh}


def _compared_dict(compared: Compared) -> dict[str, Any]:
    method, figure = compared.methodology, compared.figure
    return {
        "methodology": method.name,
        "version": method.version,
        "title": method.title,
        "citation": method.citation,
        "counts": method.counts,
        "leaves_out": list(method.leaves_out),
        "terms": _terms_dict(figure.terms),
        "operational_kg": compared.operational_kg,
        "embodied_kg": figure.terms.embodied_kg,
        "total_kg": figure.terms.total_kg,
        "difference_kg": compared.difference_kg,
        "causes_kg": compared.causes._asdict(),
        "is_within_our_interval": compared.is_within_ours,
        "notes": list(figure.notes),
        "unused": list(figure.unused),
        "equations": [equation._asdict() for equation in figure.equations],
        "evidence": [evidence.as_dict() for evidence in figure.evidence],
    }
