"""A language model and the mean request to it: what that computes and reads."""

from typing import Any, NamedTuple

from wattprint.domain.checks import number
from wattprint.domain.errors import ContradictionError, InputError
from wattprint.domain.evidence import Evidence, Method
from wattprint.domain.formulas.transformer import (
    forward_flops_per_token,
    key_value_bytes_per_token,
    weight_bytes_per_token,
)
from wattprint.domain.interval import Range, exact
from wattprint.estimator.model_accelerators import LARGEST_BILLIONS, one_of_bits, own_or_all
from wattprint.estimator.reckoning import assumed, stated_counts
from wattprint.factors.conventions import convention

TOKEN_INPUTS = ("parameters_b", "prompt_tokens", "cached_tokens", "output_tokens", "batch")
"""What can be said of a language model and its requests alone."""

BILLION = 1e9
LEAST_BILLIONS = 1e-6
MOST_TOKENS = 1e9
MOST_BATCH = 1e6


class Request(NamedTuple):
    """A language model and the mean request to it, checked."""

    parameters: float
    active_parameters: float
    bits: int
    prompt_tokens: float
    cached_tokens: float
    output_tokens: float
    batch: Range

    @property
    def prompt_flops(self) -> float:
        """Operations of reading the part of the prompt that is not cached [FLOP]."""
        # New tokens look back at cached ones, too: from the cached to the last on average half.
        seen = self.prompt_tokens + self.cached_tokens
        new = self.prompt_tokens - self.cached_tokens
        return new * forward_flops_per_token(self.active_parameters, seen)

    @property
    def output_flops(self) -> float:
        """Operations of generating the output [FLOP]."""
        seen = 2 * self.prompt_tokens + self.output_tokens
        return self.output_tokens * forward_flops_per_token(self.active_parameters, seen)

    def weight_bytes(self, batch: float) -> float:
        """Bytes of weights read for the output [B]."""
        return self.output_tokens * weight_bytes_per_token(
            self.parameters, self.active_parameters, batch=batch, bits=self.bits
        )

    def context_bytes(self, key_value_width: float) -> float:
        """Bytes of keys and values read: the cached ones once, all at every step [B]."""
        each = key_value_bytes_per_token(self.active_parameters, key_value_width=key_value_width)
        read_again = self.output_tokens * (self.prompt_tokens + self.output_tokens / 2)
        return each * (self.cached_tokens + read_again)


def described_request(said: dict[str, Any]) -> Request:
    """Check what was said of a language model and its requests.

    Raises:
        InputError: A value outside its limits, no output tokens.
        ContradictionError: More tokens cached than there are.
    """
    parameters_b = number(
        "parameters_b", said["parameters_b"], at_least=LEAST_BILLIONS, at_most=LARGEST_BILLIONS
    )
    active_b = own_or_all(said["active_parameters_b"], parameters_b)
    if said["output_tokens"] is None:
        raise InputError(
            f"parameters_b is {said['parameters_b']!r} without output_tokens",
            "expected the tokens that a mean request generates, and prompt_tokens",
        )
    tokens = {
        name: number(name, said[name] or 0, at_most=MOST_TOKENS)
        for name in ("prompt_tokens", "cached_tokens", "output_tokens")
    }
    if tokens["cached_tokens"] > tokens["prompt_tokens"]:
        raise ContradictionError(
            f"cached_tokens is {said['cached_tokens']!r} of prompt_tokens "
            f"{said['prompt_tokens']!r}",
            "cached tokens are part of the prompt: expected at most as many",
        )
    batch = convention("llm_batch").amount
    if said["batch"] is not None:
        batch = exact(number("batch", said["batch"], at_least=1, at_most=MOST_BATCH))
    return Request(
        parameters=parameters_b * BILLION,
        active_parameters=active_b * BILLION,
        bits=one_of_bits(said["precision_bits"]),
        batch=batch,
        **tokens,
    )


def stated_figures(said: dict[str, Any], request: Request) -> tuple[Evidence, ...]:
    """Return what was said of a model and its requests, and what was assumed instead."""
    stated = list(stated_counts(said, ("parameters_b", "active_parameters_b"), "billion"))
    stated += stated_counts(said, ("prompt_tokens", "cached_tokens", "output_tokens"), "tokens")
    if said["prompt_tokens"] is None:
        note = "reading prompts is not counted"
        stated.append(Evidence("prompt_tokens", None, "tokens", Method.MISSING, "", None, note))
    if said["batch"] is None:
        stated.append(assumed("batch", "llm_batch"))
    else:
        stated.append(Evidence.given("batch", request.batch, "requests"))
    return tuple(stated)
