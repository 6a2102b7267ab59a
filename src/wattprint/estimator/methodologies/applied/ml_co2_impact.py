"""A job under ML CO2 Impact: TDP x hours x the intensity of the place, rounded."""

from wattprint.domain.units import GRAMS_PER_KILOGRAM, WATTS_PER_KILOWATT
from wattprint.estimator.methodologies.applied.common import (
    device_evidence,
    energy_equation,
    figure_of,
    plain,
)
from wattprint.estimator.methodologies.figure import MethodFigure, Terms
from wattprint.estimator.methodologies.job import Job
from wattprint.estimator.methodologies.ml_co2_impact import form_result
from wattprint.estimator.methodologies.places import value_of, vintage

YEAR = 2019
_SOURCES = ("codecarbon_egrid2016", "owid_ember_2022")
"""eGRID for the United States, as in its own table; that table's licence lets it not ship."""


def figure(job: Job) -> MethodFigure:
    """Return the figure of the form for all devices: it takes one, and their hours added."""
    power_w = job.device_power_w("ml-co2-impact")
    intensity = vintage(job, job.places, _SOURCES, YEAR)
    grams = value_of(intensity)
    terms = Terms(
        device_kwh=job.device_hours * power_w / WATTS_PER_KILOWATT,
        intensity_g_per_kwh=grams,
        rounding_kg=0.0 if grams is None else _rounding_kg(job, power_w, grams),
    )
    return figure_of(
        terms,
        evidence=(device_evidence(job, power_w), intensity),
        equations=(
            energy_equation(
                "accelerator",
                "TDP x device-hours",
                f"{plain(power_w)} W x {plain(job.device_hours)} h",
                terms.device_kwh or 0.0,
            ),
        ),
        notes=("full power all the time; energy, intensity of a region and kg rounded to 0.01",),
    )


def _rounding_kg(job: Job, power_w: float, grams: float) -> float:
    rounded = form_result(
        power_w=power_w,
        hours=job.device_hours,
        intensity_g_per_kwh=grams,
        is_region=job.region is not None and "intensity" not in job.given,
    )
    exact_g = power_w * job.device_hours / WATTS_PER_KILOWATT * grams
    return rounded.emitted_kg - exact_g / GRAMS_PER_KILOGRAM
