"""A job under EcoLogits: it accounts for requests to a model, not for hardware and hours."""

from typing import NoReturn

from wattprint.domain.errors import InputError
from wattprint.estimator.methodologies.job import Job


def figure(job: Job) -> NoReturn:  # noqa: ARG001 - the signature of every methodology
    """Refuse: hours of hardware say nothing of tokens.

    Raises:
        InputError: Always.
    """
    raise InputError(
        "ecologits accounts for requests to a language model, not for hours of hardware",
        "expected parameters and output tokens: "
        "wattprint.estimator.methodologies.ecologits.request_impacts",
    )
