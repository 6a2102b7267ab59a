"""Boavizta: the server without its GPUs."""

import pytest

from wattprint.estimator.methodologies.boavizta import (
    cpu_power_w,
    instance_power_w,
    memory_power_w,
)


@pytest.mark.parametrize(("load", "share"), [(0.0, 0.12), (0.1, 0.32), (0.5, 0.75), (1.0, 1.02)])
def test_the_power_of_a_cpu_passes_the_four_published_shares(load, share):
    assert cpu_power_w(1.0, load) == pytest.approx(share, abs=0.002)


def test_memory_is_counted_by_modules():
    # 36 modules of 32 GB: (3 + 0.055 x 32) W x (0.7 + 0.3 x 0.5) = 4.046 W each.
    assert memory_power_w(1152) == pytest.approx(145.656, rel=1e-12)


def test_72_hours_of_a_p4d_in_the_united_states_are_19_6_kg():
    # 2 x 240 W at half load 359.13 W, memory 145.66 W; x 1.33, and 8 drives of 8 W: 735.36 W.
    power_w = instance_power_w(cpu_w=cpu_power_w(480), memory_w=memory_power_w(1152), ssds=8)
    assert power_w * 72 / 1000 * 0.37 == pytest.approx(19.59, rel=1e-4)


def test_a_load_above_1_is_refused():
    with pytest.raises(ValueError, match=r"load is 1.1; expected a finite number, 0 to 1"):
        memory_power_w(32, 1.1)
