"""What a transformer computes, reads and keeps: FLOPs and bytes from its parameters and tokens.

Width and layers are not asked for: both follow from the parameters to a fifth or so, because a
transformer's width is about 128 times its number of layers from 1e9 to 1e12 parameters.
"""

from math import ceil, log2

from wattprint.domain.checks import number
from wattprint.domain.errors import InputError
from wattprint.domain.units import BITS_PER_BYTE, SECONDS_PER_HOUR

WIDTH_PER_LAYER = 128
"""Width over layers: 12,288 / 96 of GPT-3 175B (Brown et al. 2020, table 2.1), 16,384 / 126 of
Llama 3 405B, 4096 / 32 of Llama 3 8B (Grattafiori et al. 2024, table 3)."""
WEIGHTS_PER_SQUARED_WIDTH = 12
"""A layer holds 12 x width^2 weights (Kaplan et al. 2020, arXiv:2001.08361, table 1)."""
FLOPS_PER_TERA = 1e12


def layers(parameters: float) -> float:
    """Layers of a dense transformer, from its parameters.

    Args:
        parameters: Parameters that a token passes through: all of a dense model, the active ones
            of a mixture of experts.

    Returns:
        Layers, not rounded; a width of 128 times as much goes with them.

    Raises:
        ValueError: A negative or non-finite input.

    Source:
        Kaplan et al. (2020), arXiv:2001.08361, table 1 (12 x layers x width^2 parameters);
        Brown et al. (2020), arXiv:2005.14165, table 2.1 (width 128 times the layers).

    >>> round(layers(175e9), 1)
    96.2
    """
    number("parameters", parameters)
    weights = WEIGHTS_PER_SQUARED_WIDTH * WIDTH_PER_LAYER**2
    return float((parameters / weights) ** (1 / 3))


def forward_flops_per_token(parameters: float, context_tokens: float) -> float:
    """Floating-point operations of one token's forward pass.

    Args:
        parameters: Parameters that the token passes through.
        context_tokens: Tokens of the sequence it stands in; attention looks back at half of
            them on average. 0 leaves attention out, which errs by little below 10,000. [tokens]

    Returns:
        Operations, a multiplication and an addition counted as two. [FLOP/token]

    Raises:
        ValueError: A negative or non-finite input.

    Source:
        Kaplan et al. (2020), arXiv:2001.08361, table 1 (2N and attention); the mask of a causal
        model halves its attention.

    >>> forward_flops_per_token(70e9, 0)
    140000000000.0
    """
    number("context_tokens", context_tokens)
    depth = layers(parameters)
    attention = 2 * depth * (WIDTH_PER_LAYER * depth) * context_tokens
    return 2 * parameters + attention


def training_flops(
    parameters: float, tokens: float, *, context_tokens: float, recomputed: float
) -> float:
    """Floating-point operations of a training: 6ND, and what long contexts and recomputing add.

    Args:
        parameters: Parameters that a token passes through (N).
        tokens: Tokens trained on, all epochs together (D). [tokens]
        context_tokens: Length of the training's sequences; 0 leaves attention out. [tokens]
        recomputed: Share of the forward pass done again for the backward pass, to save memory.
            [ratio, 0 to 1]

    Returns:
        Operations of forward (2ND) and backward passes (4ND) and of what is recomputed. [FLOP]

    Raises:
        ValueError: A negative or non-finite input, a share outside 0 to 1.

    Source:
        Kaplan et al. (2020), arXiv:2001.08361, sec. 2.1 (6ND); Chowdhery et al. (2022), PaLM,
        arXiv:2204.02311, app. B (attention; recomputing counts for hardware utilization only).

    >>> training_flops(175e9, 300e9, context_tokens=0, recomputed=0)
    3.15e+23
    """
    number("tokens", tokens)
    number("recomputed", recomputed, at_most=1)
    return (3 + recomputed) * tokens * forward_flops_per_token(parameters, context_tokens)


def device_hours_of_flops(flops: float, *, peak_tflops: float, utilization: float) -> float:
    """Device-hours that a number of operations takes.

    Args:
        flops: Operations. [FLOP]
        peak_tflops: Peak of one device at the precision used, dense. [TFLOP/s]
        utilization: Operations counted over those that the devices could have done in all the
            hours billed: model FLOPs utilization. [ratio, above 0 to 1]

    Returns:
        Hours of one device. [device-h]

    Raises:
        ValueError: A negative or non-finite input, no peak, a utilization outside (0, 1].

    Source:
        Chowdhery et al. (2022), PaLM, arXiv:2204.02311, sec. 4.1 (model FLOPs utilization).

    >>> device_hours_of_flops(3.6e18, peak_tflops=1000, utilization=0.5)
    2.0
    """
    number("flops", flops)
    number("utilization", utilization, at_most=1)
    per_second = _above_0("peak_tflops", peak_tflops) * FLOPS_PER_TERA
    return flops / (per_second * _above_0("utilization", utilization)) / SECONDS_PER_HOUR


def weight_bytes_per_token(
    parameters: float, active_parameters: float, *, batch: float, bits: float
) -> float:
    """Bytes of weights read from memory for each token that is generated.

    A step reads the weights once and serves the whole batch. Of a mixture of experts it reads the
    experts that any token of the batch goes to.

    Args:
        parameters: All parameters.
        active_parameters: Those that one token passes through; as many in a dense model.
        batch: Requests served together. [1 or more]
        bits: Bits of one weight.

    Returns:
        Bytes of weights read for one token of one request. [B/token]

    Raises:
        ValueError: A negative or non-finite input, a batch below 1, more active parameters than
            there are.

    Source:
        Pope et al. (2022), arXiv:2211.05102, sec. 2 (weights are loaded once a step); experts
        taken as drawn at random.

    >>> weight_bytes_per_token(8e9, 8e9, batch=16, bits=16)
    1000000000.0
    """
    _active_of(active_parameters, parameters)
    number("bits", bits)
    number("batch", batch, at_least=1)
    untouched: float = (1 - active_parameters / parameters) ** batch
    return parameters * (1 - untouched) * bits / BITS_PER_BYTE / batch


def key_value_bytes_per_token(parameters: float, *, key_value_width: float) -> float:
    """Bytes kept, and read again at every later step, for each token of the context.

    Args:
        parameters: Parameters that a token passes through.
        key_value_width: Width of the keys of a layer; the values are as wide. [elements]

    Returns:
        Keys and values of all layers at 16 bits. [B/token]

    Raises:
        ValueError: A negative or non-finite input.

    Source:
        Pope et al. (2022), arXiv:2211.05102, sec. 2 (key-value cache).

    >>> round(key_value_bytes_per_token(70e9, key_value_width=1024))
    290308
    """
    number("key_value_width", key_value_width)
    keys_and_values, bytes_each = 2, 2
    return keys_and_values * bytes_each * layers(parameters) * key_value_width


def accelerators_needed(
    parameters: float, *, bits: float, memory_gb: float, memory_factor: float
) -> int:
    """Accelerators whose memory holds a model, as a power of two.

    Args:
        parameters: All parameters.
        bits: Bits of one weight.
        memory_gb: Memory of one accelerator. [GB]
        memory_factor: Memory used over that of the weights: key-value cache and buffers. [ratio]

    Returns:
        1, 2, 4, 8, ... accelerators: models are split evenly over attention heads.

    Raises:
        ValueError: A negative or non-finite input, no memory.

    Source:
        EcoLogits 0.11.3 (2026), GenAI Impact: 1.2 times the weights, rounded up to a power of two.

    >>> accelerators_needed(70e9, bits=16, memory_gb=80, memory_factor=1.2)
    4
    """
    for name, given in (("parameters", parameters), ("bits", bits)):
        number(name, given)
    number("memory_factor", memory_factor)
    needed_gb = memory_factor * parameters * bits / BITS_PER_BYTE / 1e9
    shares = max(1, ceil(needed_gb / _above_0("memory_gb", memory_gb)))
    return int(2 ** ceil(log2(shares)))


def _active_of(active_parameters: float, parameters: float) -> None:
    _above_0("parameters", parameters)
    if number("active_parameters", active_parameters) > parameters:
        raise InputError(
            f"active_parameters is {active_parameters!r}",
            f"expected at most all parameters, {parameters!r}",
        )


def _above_0(name: str, given: float) -> float:
    if number(name, given) == 0:
        raise InputError(f"{name} is {given!r}", "expected a finite number above 0")
    return given
