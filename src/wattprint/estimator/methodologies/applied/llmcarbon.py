"""A job under LLMCarbon: its device-hours are known, so parameters and tokens do not enter."""

from wattprint.estimator.methodologies.applied.common import (
    constant,
    device_evidence,
    drawn,
    figure_of,
    use_of,
)
from wattprint.estimator.methodologies.figure import MethodFigure, Terms
from wattprint.estimator.methodologies.job import Job
from wattprint.estimator.methodologies.places import default_pue, value_of

SOURCE, YEAR = "llmcarbon_2024", 2024
PUE = 1.1
"""Of four of the five trainings in its own validation (1.09 to 1.12). [ratio]"""


def figure(job: Job) -> MethodFigure:
    """Return device-hours x power x PUE x intensity."""
    full_w = job.device_power_w("llmcarbon")
    power_w = full_w * use_of(job.work.utilization)
    devices = drawn("accelerator", job.device_hours, power_w, device_evidence(job, full_w))
    pue = default_pue(job, SOURCE) or constant("pue", PUE, "ratio", SOURCE, YEAR, "its validation")
    intensity = job.our("carbon_intensity")
    terms = Terms(
        device_kwh=devices.kwh, pue=value_of(pue), intensity_g_per_kwh=value_of(intensity)
    )
    note = "its power is the mean of a whole system, measured for five trainings; TDP stands in"
    return figure_of(terms, parts=(devices,), evidence=(pue, intensity), notes=(note,))
