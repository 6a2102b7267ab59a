"""A job under ML CO2 Impact: TDP x hours x the intensity of the place, rounded."""

from wattprint.domain.units import GRAMS_PER_KILOGRAM
from wattprint.estimator.methodologies.applied.common import device_evidence, drawn, figure_of
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
    devices = drawn("accelerator", job.device_hours, power_w, device_evidence(job, power_w))
    intensity = vintage(job, job.places, _SOURCES, YEAR)
    grams = value_of(intensity)
    terms = Terms(
        device_kwh=devices.kwh,
        intensity_g_per_kwh=grams,
        rounding_kg=0.0 if grams is None else _rounding_kg(job, power_w, grams),
    )
    note = "full power all the time; energy, intensity of a region and kg rounded to 0.01"
    return figure_of(terms, parts=(devices,), evidence=(intensity,), notes=(note,))


def _rounding_kg(job: Job, power_w: float, grams: float) -> float:
    rounded = form_result(
        power_w=power_w,
        hours=job.device_hours,
        intensity_g_per_kwh=grams,
        is_region=job.region is not None and "intensity" not in job.given,
    )
    unrounded = Terms(device_kwh=power_w * job.device_hours / 1000, intensity_g_per_kwh=grams)
    return rounded.emitted_kg - unrounded.facility_kwh * grams / GRAMS_PER_KILOGRAM
