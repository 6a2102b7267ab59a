"""Peaks of accelerators: by precision, dense, and the bandwidth of their memory."""

import pytest

from wattprint.factors.peaks import peaks


@pytest.mark.parametrize(
    ("name", "bits", "tflops"),
    [
        # NVIDIA's data sheets, dense: A100 312, H100 SXM5 989 and 1979 at 8 bits, V100 125.
        ("NVIDIA A100 SXM4 80GB", 16, 312),
        ("NVIDIA H100 SXM5 80GB", 16, 989),
        ("NVIDIA H100 SXM5 80GB", 8, 1979),
        ("NVIDIA V100 SXM2 16GB", 16, 125),
        ("AMD Instinct MI100", 16, 184.6),
        ("NVIDIA A100 SXM4 80GB", 8, None),
    ],
)
def test_a_peak_is_that_of_the_data_sheet(name, bits, tflops):
    assert peaks(name).tflops_by_bits[bits] == tflops


def test_bandwidth_is_known_for_parts_that_serve_models_only():
    assert peaks("NVIDIA H100 SXM5 80GB").memory_gb_per_s == 3350
    assert peaks("NVIDIA T400 4GB").memory_gb_per_s is None
