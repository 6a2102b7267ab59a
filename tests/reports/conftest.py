"""A footprint whose figures can be worked out by hand."""

import pytest

import wattprint


@pytest.fixture(scope="session")
def footprint():
    """8 x 400 W x 120 h = 384 kWh; x 1.2 = 460.8 kWh; x 350 g = 161.28 kg."""
    return wattprint.estimate(count=8, power_w=400, hours=120, pue=1.2, intensity=350)
