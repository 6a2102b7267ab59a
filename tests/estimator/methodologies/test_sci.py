"""SCI: a share of the making, and the Impact Framework's defaults."""

import pytest

from wattprint.estimator.methodologies.sci import embodied_reserved, if_embodied_g, sci_score


def test_an_hour_of_a_ton_over_four_years_is_28_grams():
    # 1,000,000 g / 35,040 h.
    share = embodied_reserved(1_000_000, reserved_time=1, lifespan=35_040)
    assert share == pytest.approx(28.538812785388, rel=1e-12)


def test_half_of_the_resources_are_half_of_the_making():
    whole = embodied_reserved(1000, reserved_time=1, lifespan=10)
    half = embodied_reserved(
        1000, reserved_time=1, lifespan=10, reserved_resources=48, total_resources=96
    )
    assert (whole, half) == (100.0, 50.0)


def test_the_base_server_of_the_impact_framework_is_a_ton():
    assert if_embodied_g(duration_s=126_144_000) == pytest.approx(1_000_000.0, rel=1e-12)


def test_each_vcpu_adds_a_hundred_kilograms_and_each_drive_its_own():
    # 7 further vCPU 700 kg, 48 GB x 533/384 = 66.625 kg, a GPU 150 kg, an SSD 50 kg, an HDD 100 kg.
    whole_life = 126_144_000
    made_g = if_embodied_g(duration_s=whole_life, vcpus=8, memory_gb=64, gpus=1, ssds=1, hdds=1)
    assert made_g == pytest.approx(1_000_000 + 1_066_625, rel=1e-12)
    halved = if_embodied_g(duration_s=whole_life, usage_ratio=0.5)
    assert halved == pytest.approx(500_000.0, rel=1e-12)


def test_a_score_of_no_units_is_refused():
    with pytest.raises(ValueError, match="functional_units is 0; expected a number above 0"):
        sci_score(1.0, 0)
    with pytest.raises(ValueError, match="lifespan or total_resources is 0; expected numbers"):
        embodied_reserved(1, reserved_time=1, lifespan=0)
