"""CodeCarbon: the cubic law, the constant mode, and 5 W a memory module."""

import pytest

from wattprint.estimator.methodologies.codecarbon import (
    cpu_constant_power_w,
    cpu_load_power_w,
    memory_modules,
    memory_power_w,
)


@pytest.mark.parametrize(
    ("load", "power_w"), [(0.0, 10.0), (0.5, 21.25), (0.8, 56.08), (1.0, 100.0)]
)
def test_a_cpu_draws_a_tenth_at_rest_and_the_rest_with_the_cube_of_its_load(load, power_w):
    # 100 W x (0.1 + 0.9 x load^3): half load is 11.25 W above rest.
    assert cpu_load_power_w(100, load) == pytest.approx(power_w, rel=1e-12)


def test_an_unknown_cpu_is_half_of_85_watts():
    assert cpu_constant_power_w() == 42.5


@pytest.mark.parametrize(
    ("memory_gb", "modules"),
    [(0, 1), (2, 1), (4, 2), (16, 2), (32, 4), (64, 4), (128, 8), (256, 8), (1152, 9), (8192, 32)],
)
def test_modules_are_guessed_from_the_memory(memory_gb, modules):
    # 256 / 8 = 32 GB modules; 1152 / 8 = 144, so modules of 128 GB; never more than 32.
    assert memory_modules(memory_gb) == modules


@pytest.mark.parametrize(
    ("memory_gb", "power_w"),
    # 8 modules: 4 x 5 + 4 x 4.5 = 38 W; 9: + 4 W; 16: + 32 W; 32: + 16 x 3.5 W.
    [(1, 10.0), (16, 10.0), (64, 20.0), (128, 38.0), (1152, 42.0), (2048, 70.0), (8192, 126.0)],
)
def test_further_modules_draw_less(memory_gb, power_w):
    assert memory_power_w(memory_gb) == pytest.approx(power_w, rel=1e-12)


def test_memory_of_arm_draws_less():
    assert (memory_power_w(1, architecture="arm"), memory_power_w(64, architecture="arm")) == (3, 6)


def test_a_load_in_percent_is_refused():
    with pytest.raises(ValueError, match=r"load is 50; expected a finite number, 0 to 1"):
        cpu_load_power_w(100, 50)
