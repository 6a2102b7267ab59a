"""Options of `estimate` beyond hardware and hours: plans, requests, sweeps, lives, units."""

import json
from pathlib import Path
from typing import Any

import click

from wattprint.cli.options import Command, with_options
from wattprint.domain.errors import InputError, RecordError
from wattprint.domain.footprint import Footprint


def _number(name: str, metavar: str, text: str) -> Any:
    return click.option(name, type=float, metavar=metavar, help=text)


_PLANNED = (
    _number(
        "--train-parameters-b",
        "B",
        "Planned training: parameters of the model, in billions; instead of hours.",
    ),
    _number("--train-tokens-b", "B", "Planned training: tokens trained on, in billions."),
    _number(
        "--mfu",
        "U",
        "Model FLOPs utilization over all hours billed, 0 to 1. [default: 0.34, with the range of "
        "published trainings]",
    ),
    _number("--context", "TOKENS", "Length of the training's sequences, to count attention."),
    _number(
        "--recompute",
        "R",
        "Share of the forward pass computed twice, 0 to 1; --mfu is then that of the hardware.",
    ),
    _number("--peak-tflops", "TFLOPS", "Dense peak of one accelerator. [default: the table's]"),
)
_MODEL = (
    _number(
        "--active-parameters-b",
        "B",
        "Parameters that a token passes through, in billions. [default: all]",
    ),
    click.option(
        "--precision-bits", type=float, metavar="4|8|16|32", help="Bits of a weight. [default: 16]"
    ),
)
_INFERENCE = (
    click.option(
        "--inference",
        is_flag=True,
        help="The work is answering requests; the options below say how many and what they take.",
    ),
    _number("--requests", "N", "Requests answered."),
    _number("--requests-per-day", "N", "Requests a day, over the period given."),
    _number("--days", "N", "Period; days, weeks, months and years add up."),
    _number("--weeks", "N", "Weeks of 7 days."),
    _number("--months", "N", "Months, each a twelfth of a year."),
    _number("--years", "N", "Years of 365.2425 days."),
    _number("--requests-per-s", "N", "Requests that the accelerators answer in a second."),
    _number("--tokens-per-s", "N", "Output tokens that they generate in a second."),
    _number("--energy-per-request-wh", "WH", "Measured energy of a request, at --energy-at. [Wh]"),
    _number("--parameters-b", "B", "Language model that answers: its parameters, in billions."),
    _number("--prompt-tokens", "N", "Tokens of a mean prompt, the cached ones included."),
    _number("--cached-tokens", "N", "Tokens of it that are cached: they are read, not computed."),
    _number("--output-tokens", "N", "Tokens of a mean answer."),
    _number("--batch", "N", "Requests served together. [default: 64, from 16 to 256]"),
    _number("--replicas", "N", "Copies that are kept on for the whole period, used or not."),
    _number("--hours-per-day", "H", "Hours a day that they are on. [default: 24]"),
    _number("--idle-share", "U", "Power of an idle accelerator over its full one. [default: 0.2]"),
)
_SWEEP = (
    _number("--sweep", "N", "Runs that finished, the one that was kept among them."),
    _number("--failed", "M", "Runs that failed or were abandoned, beside --sweep."),
    _number("--failed-share", "U", "Share of a full run that these took. [default: 0.5]"),
)
_LIFE = (
    click.option(
        "--training",
        metavar="FILE|RUN",
        help="Training to set the requests beside: a footprint as JSON, a run's id, or 'last'.",
    ),
    _number("--training-kwh", "KWH", "Energy of that training, instead. [kWh]"),
    click.option(
        "--training-at",
        metavar="accelerator|it|facility",
        help="Where that energy was measured.",
    ),
    _number("--preparation-kwh", "KWH", "Energy of data, search and failed runs. [kWh]"),
    click.option(
        "--functional-unit",
        metavar="NAME",
        help="What the software scales by, for its SCI score: requests.",
    ),
    _number("--units", "N", "How many of these were served. [default: the requests]"),
)


def asked_options(command: Command) -> Command:
    """Add the options that say what work is for, and what is to be said of it."""
    return with_options(command, (*_PLANNED, *_MODEL, *_INFERENCE, *_SWEEP, *_LIFE))


def read_training(given: str | None) -> Footprint | None:
    """Return the footprint of a training: from a file, or of a run of the ledger.

    Args:
        given: Path of a footprint as `wattprint estimate --json` prints it, or a run.

    Raises:
        InputError: A file that is no footprint, a run that there is none of.
    """
    if given is None:
        return None
    if not Path(given).is_file():
        if given.endswith(".json") or "/" in given:
            raise InputError(
                f"training {given!r} is no file",
                "expected a file that `wattprint estimate --json` or `show --json` wrote, or a run",
            )
        from wattprint.estimator.tracked import footprint_of_run
        from wattprint.ledger.runs import Ledger

        return footprint_of_run(Ledger(None).find(given).run)
    try:
        return Footprint.from_dict(json.loads(Path(given).read_text(encoding="utf-8")))
    except (ValueError, RecordError) as error:
        raise InputError(
            f"training {given!r} is not a footprint: {error}",
            "expected a file that `wattprint estimate --json` or `show --json` wrote, or a run",
        ) from error
