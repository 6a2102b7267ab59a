"""The accelerators that a model is trained or served on, and what they can do at most."""

from typing import Any, NamedTuple

from wattprint.domain.checks import number, text, whole_number
from wattprint.domain.errors import InputError
from wattprint.domain.evidence import Evidence, Method
from wattprint.domain.interval import Range, exact
from wattprint.estimator.reckoning import assumed
from wattprint.factors.accelerators import Accelerator, AcceleratorMatch, accelerators
from wattprint.factors.peaks import PRECISION_BITS, peaks
from wattprint.factors.tables import UNVERIFIED

LARGEST_COUNT = 10**9
LARGEST_BILLIONS = 1e9
"""Largest number of billions taken for parameters or tokens: beyond it a unit was mistaken."""
LARGEST_TFLOPS = 1e7
DEFAULT_BITS = 16
PICO = 1e-12
GIGA = 1e9

MODEL_INPUTS = ("active_parameters_b", "precision_bits")
"""What can be said of a model, whether it is trained or served."""


class ModelAccelerators(NamedTuple):
    """Accelerators as they were named; a name may fit several parts."""

    match: AcceleratorMatch | None
    number_of: int | None
    """How many; None where that was not said."""

    @classmethod
    def of(cls, accelerator: Any, count: Any) -> "ModelAccelerators":
        """Look up an accelerator by name; none may have been given.

        Raises:
            InputError: A name that is unknown or ambiguous, a count that is none.
        """
        match = (
            None if accelerator is None else accelerators().find(text("accelerator", accelerator))
        )
        if count is not None:
            count = whole_number("count", count, at_least=1, at_most=LARGEST_COUNT)
        return cls(match, count)

    @property
    def part(self) -> Accelerator:
        """The part that the name stands for."""
        assert self.match is not None
        return self.match.accelerator

    def peak_tflops(self, bits: int, given: Any = None) -> Evidence:
        """Return the peak of one accelerator at a precision; 4-bit weights compute at 16.

        Raises:
            InputError: The vendor publishes none, or no accelerator is named.
        """
        if given is not None:
            stated = number("peak_tflops", given, at_least=1e-3, at_most=LARGEST_TFLOPS)
            return Evidence.given("peak_tflops", exact(stated), "TFLOP/s")
        if self.match is None:
            raise InputError(
                "no accelerator is given",
                "expected an accelerator, or power_w with peak_tflops, to plan for",
            )
        computed_at = 16 if bits == 4 else bits
        known = peaks(self.part.name)
        peak = known.tflops_by_bits[computed_at]
        if peak is None:
            raise InputError(
                f"accelerator {self.part.name!r} has no published peak at {computed_at} bits",
                "give its dense peak with --peak-tflops, or another precision",
            )
        others = [peaks(other.name).tflops_by_bits[computed_at] for other in self.match.candidates]
        fitting = [peak, *(other for other in others if other is not None)]
        note = f"{self.part.name}, dense, {computed_at} bits"
        return Evidence(
            "peak_tflops",
            Range(peak, min(fitting), max(fitting)),
            "TFLOP/s",
            Method.ASSUMED if self.match.is_assumed else Method.MODELLED,
            known.source,
            known.year,
            note if known.verified else f"{note}; {UNVERIFIED}",
        )

    def joules_per_byte(self) -> Evidence:
        """Return the energy of an accelerator for a byte that it waits for."""
        known = peaks(self.part.name)
        picojoules = _picojoules_per_byte(self.part)
        if picojoules is None or self.match is None:
            return assumed("memory_read", "memory_read_pj_per_byte")
        others = map(_picojoules_per_byte, self.match.candidates)
        fitting = [picojoules, *(other for other in others if other is not None)]
        note = f"{self.part.tdp_w:g} W / {known.memory_gb_per_s:g} GB/s of {self.part.name}"
        return Evidence(
            "memory_read",
            Range(picojoules, min(fitting), max(fitting)),
            "pJ/B",
            Method.ASSUMED if self.match.is_assumed else Method.MODELLED,
            known.source,
            known.year,
            f"{note}; {UNVERIFIED}",
        )


def _picojoules_per_byte(part: Accelerator) -> float | None:
    bandwidth = peaks(part.name).memory_gb_per_s
    if bandwidth is None or part.tdp_w is None:
        return None
    return part.tdp_w / (bandwidth * GIGA) / PICO


def one_of_bits(given: Any) -> int:
    """Return the bits of a weight, 16 unless given.

    Raises:
        InputError: None of those that are computed with.
    """
    if given is None:
        return DEFAULT_BITS
    bits = whole_number("precision_bits", given, at_least=1)
    if bits not in PRECISION_BITS:
        raise InputError(f"precision_bits is {given!r}", "expected 4, 8, 16 or 32")
    return bits


def own_or_all(active_parameters_b: Any, parameters_b: float) -> float:
    """Return the parameters that a token passes through, in billions: all unless given.

    Raises:
        InputError: More than there are.
    """
    if active_parameters_b is None:
        return parameters_b
    hint = "at most all of the model's parameters"
    return number("active_parameters_b", active_parameters_b, at_most=parameters_b, hint=hint)
