"""A job under LLMCarbon: its device-hours are known, so parameters and tokens do not enter."""

from wattprint.domain.errors import InputError
from wattprint.domain.units import WATTS_PER_KILOWATT
from wattprint.estimator.methodologies.applied.common import (
    constant,
    device_evidence,
    energy_equation,
    figure_of,
    plain,
)
from wattprint.estimator.methodologies.figure import MethodFigure, Terms
from wattprint.estimator.methodologies.job import Job
from wattprint.estimator.methodologies.places import default_pue, value_of

SOURCE, YEAR = "llmcarbon_2024", 2024
PUE = 1.1
"""Of four of the five trainings in its own validation (1.09 to 1.12). [ratio]"""


def figure(job: Job) -> MethodFigure:
    """Return device-hours x power x PUE x intensity."""
    power_w = job.device_power_w("llmcarbon")
    if job.accelerator is None and job.work.power_w is None:
        raise InputError("llmcarbon needs accelerators", "expected an accelerator and hours")
    pue = default_pue(job, SOURCE) or constant("pue", PUE, "ratio", SOURCE, YEAR, "its validation")
    intensity = job.our("carbon_intensity")
    use = 1.0 if job.work.utilization is None else job.work.utilization
    device_kwh = job.device_hours * power_w * use / WATTS_PER_KILOWATT
    terms = Terms(device_kwh=device_kwh, pue=value_of(pue), intensity_g_per_kwh=value_of(intensity))
    return figure_of(
        terms,
        evidence=(device_evidence(job, power_w), pue, intensity),
        equations=(
            energy_equation(
                "accelerator",
                "device-hours x power x utilization",
                f"{plain(job.device_hours)} h x {plain(power_w)} W x {plain(use)}",
                device_kwh,
            ),
        ),
        notes=(
            "its power is the mean of a whole system, measured for five trainings; TDP stands in",
        ),
    )
