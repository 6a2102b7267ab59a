"""Device-hours of published trainings beside what a plan of them would have said.

    python tools/planned_trainings.py

Each training goes through `wattprint.estimate` by its parameters, tokens and accelerator, as if it
were still planned. What it really took gives the model FLOPs utilization over all hours billed: the
default and its interval rest on these. Exit status 1 when one lies outside the interval.
"""

import sys
from typing import NamedTuple

import wattprint
from wattprint.factors.peaks import peaks


class Training(NamedTuple):
    """A training as it was published; entered from memory of the publication."""

    name: str
    parameters_b: float
    """Those that a token passes through. [1e9]"""
    tokens_b: float
    accelerator: str
    device_hours: float
    source: str


V100, A100_40, A100, H100, TPU_V4 = (
    "NVIDIA V100 SXM2 32GB",
    "NVIDIA A100 SXM4 40GB",
    "NVIDIA A100 SXM4 80GB",
    "NVIDIA H100 SXM5 80GB",
    "Google TPU v4",
)
LLAMA, LLAMA2, CARD = "arXiv:2302.13971, table 15", "arXiv:2307.09288, table 2", "model card"

TRAININGS = (
    Training("GPT-3 175B", 175, 300, V100, 3_552_000, "arXiv:2104.10350, table 4"),
    Training("PaLM 540B", 540, 780, TPU_V4, 8_404_992, "arXiv:2204.02311, app. B"),
    Training("OPT-175B", 175, 180, A100, 809_472, LLAMA),
    Training("BLOOM 176B", 176.2, 366, A100, 1_082_990, "arXiv:2211.02001"),
    Training("Pythia 12B", 11.8, 300, A100_40, 72_300, "arXiv:2304.01373, app. D"),
    Training("MPT-7B", 6.7, 1000, A100_40, 100_320, CARD),
    Training("LLaMA 7B", 6.7, 1000, A100, 82_432, LLAMA),
    Training("LLaMA 13B", 13.0, 1000, A100, 135_168, LLAMA),
    Training("LLaMA 33B", 32.5, 1400, A100, 530_432, LLAMA),
    Training("LLaMA 65B", 65.2, 1400, A100, 1_022_362, LLAMA),
    Training("Llama 2 7B", 6.7, 2000, A100, 184_320, LLAMA2),
    Training("Llama 2 13B", 13.0, 2000, A100, 368_640, LLAMA2),
    Training("Llama 2 70B", 69.0, 2000, A100, 1_720_320, LLAMA2),
    Training("Llama 3 8B", 8.0, 15_000, H100, 1_300_000, CARD),
    Training("Llama 3 70B", 70.6, 15_000, H100, 6_400_000, CARD),
    Training("Llama 3.1 405B", 405, 15_600, H100, 30_840_000, CARD),
    Training("DeepSeek-V3", 37, 14_800, H100, 2_664_000, "arXiv:2412.19437, table 1"),
    Training("Llama 4 Scout", 17, 40_000, H100, 5_000_000, CARD),
    Training("Llama 4 Maverick", 17, 22_000, H100, 2_380_000, CARD),
)


def planned(training: Training) -> wattprint.Range:
    """Return the device-hours that a plan of the training comes to."""
    footprint = wattprint.estimate(
        accelerator=training.accelerator,
        train_parameters_b=training.parameters_b,
        train_tokens_b=training.tokens_b,
    )
    (hours,) = [figure for figure in footprint.derived if figure.quantity == "device_hours"]
    assert hours.amount is not None
    return hours.amount


def utilization(training: Training) -> float:
    """Return the model FLOPs utilization that its hours show."""
    flops = 6 * training.parameters_b * training.tokens_b * 1e18
    peak = peaks(training.accelerator).tflops_by_bits[16]
    assert peak is not None
    return flops / (training.device_hours * 3600 * peak * 1e12)


def main() -> int:
    outside = 0
    print(f"{'training':17} {'device-hours':>12} {'planned':>12}  {'90 % interval':25} {'MFU':>5}")
    for training in TRAININGS:
        hours = planned(training)
        is_outside = not hours.low <= training.device_hours <= hours.high
        outside += is_outside
        interval = f"{hours.low:,.0f} to {hours.high:,.0f}"
        print(
            f"{training.name:17} {training.device_hours:>12,.0f} {hours.value:>12,.0f}  "
            f"{interval:25} {utilization(training):5.2f}{'  OUTSIDE' if is_outside else ''}"
        )
    shown = sorted(map(utilization, TRAININGS))
    print(
        f"{len(shown)} trainings, {outside} outside; MFU from {shown[0]:.2f} to {shown[-1]:.2f}, "
        f"median {shown[len(shown) // 2]:.2f}"
    )
    return 1 if outside else 0


if __name__ == "__main__":
    sys.exit(main())
