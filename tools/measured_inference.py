"""Measured energy of language models per output token beside what `estimate --inference` says.

    python tools/measured_inference.py

The measurements are those of the ML.ENERGY benchmark for Llama 3.1 on H100, read off the chart of
"LLM Inference Energy: A Longitudinal Analysis" (9 February 2026) to three digits: GPUs alone, in
conversations. Prompts and answers have the benchmark's mean lengths for conversations. The ratios
are what the interval of `llm_serving_energy` and that of EcoLogits' regression rest on.
"""

import sys
from typing import NamedTuple

import wattprint

PROMPT_TOKENS, OUTPUT_TOKENS = 634, 717
"""Means of its text conversations (ML.ENERGY leaderboard v3.0, 2026)."""
JOULES_PER_KWH = 3.6e6
MEMORY_GB = 80


class Runs(NamedTuple):
    """Runs of one model under one generation of software."""

    model: str
    parameters_b: float
    accelerators: int
    bits: int
    software: int
    """Year of the software: vLLM 0.5.4 of 2024, 0.11.1 of 2025."""
    joules_per_token: dict[int, float]
    """By batch. [J/token]"""


class Compared(NamedTuple):
    """One measurement beside both models."""

    runs: Runs
    batch: int
    measured_j: float
    ours_j: wattprint.Range
    ecologits_j: float


MEASURED = (
    Runs(
        "Llama 3.1 8B",
        8,
        1,
        16,
        2024,
        {64: 0.202, 128: 0.126, 192: 0.115, 256: 0.0995, 320: 0.0854, 512: 0.0765, 768: 0.0687},
    ),
    Runs(
        "Llama 3.1 8B",
        8,
        1,
        16,
        2025,
        {
            16: 0.263,
            32: 0.165,
            64: 0.119,
            96: 0.103,
            128: 0.0951,
            192: 0.0837,
            256: 0.0766,
            384: 0.0742,
            512: 0.0702,
            768: 0.0713,
        },
    ),
    Runs(
        "Llama 3.1 70B",
        70.6,
        4,
        16,
        2024,
        {
            64: 1.41,
            128: 0.959,
            192: 0.759,
            256: 0.647,
            320: 0.582,
            512: 0.501,
            768: 0.488,
            1024: 0.439,
        },
    ),
    Runs(
        "Llama 3.1 70B",
        70.6,
        4,
        16,
        2025,
        {
            16: 2.09,
            32: 1.21,
            64: 0.797,
            96: 0.648,
            128: 0.563,
            192: 0.514,
            256: 0.479,
            384: 0.441,
            512: 0.421,
            768: 0.39,
            1024: 0.373,
        },
    ),
    Runs("Llama 3.1 405B", 405, 8, 16, 2024, {64: 6.72, 128: 4.63, 192: 3.66, 256: 3.4}),
    Runs(
        "Llama 3.1 405B",
        405,
        8,
        8,
        2025,
        {16: 7.59, 32: 4.77, 64: 3.08, 96: 2.66, 128: 2.43, 192: 2.23, 256: 2.06},
    ),
)


def compared(runs: Runs, batch: int, measured_j: float) -> Compared:
    """Set a measurement beside the estimate for the same model, batch and tokens."""
    # 405e9 parameters at 16 bits do not fit the eight accelerators that the chart names.
    fits = runs.parameters_b * runs.bits / 8 <= runs.accelerators * MEMORY_GB
    footprint = wattprint.estimate(
        inference=True,
        accelerator="NVIDIA H100 SXM5 80GB",
        count=runs.accelerators if fits else 2 * runs.accelerators,
        parameters_b=runs.parameters_b,
        precision_bits=runs.bits,
        prompt_tokens=PROMPT_TOKENS,
        output_tokens=OUTPUT_TOKENS,
        batch=batch,
        requests=1,
    )
    energy = footprint.energy_kwh.accelerator
    assert energy is not None
    each = JOULES_PER_KWH / OUTPUT_TOKENS
    (regression,) = [
        figure.amount
        for figure in footprint.derived
        if figure.quantity == "ecologits_energy_per_request"
    ]
    assert regression is not None
    ours = wattprint.Range(*(kwh * each for kwh in energy.as_tuple()))
    return Compared(runs, batch, measured_j, ours, regression.value * each)


def every() -> list[Compared]:
    """Return all measurements, compared."""
    return [
        compared(runs, batch, joules)
        for runs in MEASURED
        for batch, joules in runs.joules_per_token.items()
    ]


def percentiles(ratios: list[float]) -> tuple[float, float, float]:
    """Return the 5th, 50th and 95th percentile."""
    ordered = sorted(ratios)
    low, middle, high = (ordered[round(q * (len(ordered) - 1))] for q in (0.05, 0.5, 0.95))
    return low, middle, high


def main() -> int:
    rows = every()
    inside = sum(row.ours_j.low <= row.measured_j <= row.ours_j.high for row in rows)
    print(
        f"{'model':15} {'software':>8} {'batch':>5} {'measured':>9} {'ours':>22} {'EcoLogits':>9}"
    )
    for row in rows:
        interval = f"{row.ours_j.value:.3f} ({row.ours_j.low:.3f}-{row.ours_j.high:.3f})"
        print(
            f"{row.runs.model:15} {row.runs.software:>8} {row.batch:>5} {row.measured_j:>7.3f} J "
            f"{interval:>22} {row.ecologits_j:>9.3f}"
        )
    ours = percentiles([row.measured_j / row.ours_j.value for row in rows])
    theirs = percentiles([row.measured_j / row.ecologits_j for row in rows])
    print(f"{inside} of {len(rows)} inside our interval")
    print(f"measured / ours: {ours[0]:.2f}, median {ours[1]:.2f}, {ours[2]:.2f}")
    print("measured / EcoLogits: {:.2f}, median {:.2f}, {:.2f}".format(*theirs))
    return 0 if inside >= 0.9 * len(rows) else 1


if __name__ == "__main__":
    sys.exit(main())
