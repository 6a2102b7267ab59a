"""What an accelerator can do at most: operations a second by precision, bytes a second."""

from functools import lru_cache
from typing import NamedTuple

from wattprint.factors.tables import Row, optional_float, optional_int, shipped

PRECISION_BITS = (4, 8, 16, 32)
"""Bits of a weight: 4-bit weights are computed with at 16 bits."""


class Peaks(NamedTuple):
    """Peaks of one accelerator as its vendor states them, dense; None where it states none."""

    tflops_by_bits: dict[int, float | None]
    """Peak at 8, 16 and 32 bits. [TFLOP/s]"""
    memory_gb_per_s: float | None
    """Bandwidth of its memory. [GB/s]"""
    source: str
    year: int | None
    verified: bool


def peaks(accelerator: str) -> Peaks:
    """Return the peaks of an accelerator.

    Args:
        accelerator: Its full name in the accelerator table; KeyError if there is none such.
    """
    row = _rows("accelerators")[accelerator]
    halves = (row["tflops_bf16"], row["tflops_fp16"])
    bandwidth = _rows("memory_bandwidth").get(accelerator)
    return Peaks(
        {
            8: optional_float(row["tflops_fp8"]),
            16: max(filter(None, map(optional_float, halves)), default=None),
            32: optional_float(row["tflops_fp32"]),
        },
        None if bandwidth is None else float(bandwidth["gb_per_s"]),
        row["source"],
        optional_int(row["year"]),
        row["verified"] == "yes",
    )


@lru_cache(maxsize=2)
def _rows(table: str) -> dict[str, Row]:
    return {row["name"]: row for row in shipped().rows(table)}
